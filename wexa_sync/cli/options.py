"""Options that several commands share, as one decorator a group."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])


def _all(*options: Callable[[Any], Any]) -> Callable[[Command], Command]:
    def decorate(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


manifests = _all(
    click.argument("paths", nargs=-1, type=click.Path(path_type=Path)),
    click.option("--var", "assignments", multiple=True, metavar="NAME=VALUE", help="A value for ${var:NAME}."),
    click.option(
        "--var-file", "var_files", multiple=True, type=click.Path(path_type=Path), help="A YAML file of such values."
    ),
)

workspace = _all(
    click.option("--base-url", metavar="URL", help="The API's address."),
    click.option("--state", "state_file", type=click.Path(path_type=Path), help="The state file."),
    click.option("--sandbox", is_flag=True, help="Use a local server that behaves as the Wexa API does."),
    click.option("--parallelism", type=click.IntRange(1, 64), help="Requests at the same time."),
    click.option("-v", "--verbose", is_flag=True, help="Log every request to stderr."),
)

choice = _all(
    click.option("--prune", is_flag=True, help="Delete what is managed and declared no longer."),
    click.option("--adopt", is_flag=True, help="Take over what is live already."),
    click.option("--target", "targets", multiple=True, metavar="ADDRESS", help="Only this, and what it needs."),
    click.option("--exclude", "excludes", multiple=True, metavar="ADDRESS", help="Not this, nor what needs it."),
    click.option("--strict", is_flag=True, help="Do nothing, and exit with 3, where anything is blocked."),
)

output = _all(
    click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", help="How to show it."),
    click.option("--output", type=click.Path(path_type=Path), help="Write it to a file instead of stdout."),
    click.option("--no-color", is_flag=True, help="No colours."),
)

consent = _all(
    click.option("--auto-approve", is_flag=True, help="Do not ask."),
    click.option("--force", is_flag=True, help="Go over the budgets on deletes, updates and executions."),
    click.option("--max-executions", type=click.IntRange(0), help="The most executions to start."),
    click.option("--wait", is_flag=True, help="Wait for the end of every execution started."),
)
