"""Declare options that several commands share: of those that show what is live, and answer or await a run."""

from __future__ import annotations

from collections.abc import Callable

import click

from wexa_sync.cli.options import Command, option, together
from wexa_sync.cli.values import Seconds

said = together(
    option("--approve", is_flag=True, help="Say yes."),
    option("--reject", is_flag=True, help="Say no."),
    option("--input", "inputs", multiple=True, metavar="NAME=VALUE", help="A value that the execution asks for."),
)

project = option("--project", default="", metavar="PROJECT", help="One project, by its handle, its name or its id.")

projects = option(
    "--project",
    "projects",
    multiple=True,
    metavar="PROJECT",
    help="Only that project, by its handle, its name or its id; may be repeated.",
)

most = option("--limit", type=click.IntRange(1), metavar="N", help="Show the first N.")


def patience(said: str) -> Callable[[Command], Command]:
    """Return the option that limits how long a run is awaited. `said`: its help."""
    return option("--timeout", type=Seconds(min=0), default=3600.0, show_default=True, metavar="SECONDS", help=said)
