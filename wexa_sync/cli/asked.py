"""Declare the options of commands that show what is live, and of those that answer what a run asks."""

from __future__ import annotations

import click

from wexa_sync.cli.options import option, together

said = together(
    option("--approve", is_flag=True, help="Say yes."),
    option("--reject", is_flag=True, help="Say no."),
    option("--input", "inputs", multiple=True, metavar="NAME=VALUE", help="A value that the execution asks for."),
)

project = option("--project", default="", metavar="PROJECT", help="One project, by its handle, its name or its id.")

most = option("--limit", type=click.IntRange(1), metavar="N", help="Show the first N.")
