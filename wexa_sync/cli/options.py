"""Declare the options that several commands share, one decorator a group, with an environment variable for each."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from functools import wraps
from inspect import signature
from pathlib import Path
from typing import Any, TypeVar, cast

import click

from wexa_sync.cli.flags import Argument, Flag, variables_of_all
from wexa_sync.cli.known import KnownAddress, KnownEnvironment
from wexa_sync.cli.values import Allowance, Fault, Named, OutputType, Seconds, StateName, WebAddress, Webhook
from wexa_sync.model import Many
from wexa_sync.render import RENDERERS
from wexa_sync.render.layout import Level

Command = TypeVar("Command", bound=Callable[..., Any])


def option(*names: str, **attributes: Any) -> Callable[[Command], Command]:
    """Return `click.option`, with environment variables named after the flag."""
    return click.option(*names, cls=Flag, **attributes)


def argument(name: str, **attributes: Any) -> Callable[[Command], Command]:
    """Return `click.argument`, of a text that is not empty."""
    return click.argument(name, cls=Argument, **attributes)


def together(*options: Callable[[Any], Any]) -> Callable[[Command], Command]:
    """Return one decorator of several."""

    def decorate(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


def filled(*groups: Callable[[Any], Any], many: Many = Many.NEVER) -> Callable[[Command], Command]:
    """Pass these groups of options to a command as one Request, and its own options by their names.

    `many` says when the command works on every environment.
    """

    def decorate(command: Command) -> Command:
        own = signature(command).parameters

        @wraps(command)
        def run(**given: Any) -> Any:
            from wexa_sync.cli.again import note_where
            from wexa_sync.cli.environment import unknown_variables
            from wexa_sync.cli.request import request_of
            from wexa_sync.cli.terminal import warn

            note_where(click.get_current_context())
            for warning in unknown_variables(os.environ, variables_of_all):
                warn(warning)
            mine = {name: given.pop(name) for name in [*given] if name in own}
            return command(request_of(given, many), **mine)

        return cast("Command", together(*groups)(run))

    return decorate


def _noted(context: click.Context, parameter: click.Parameter, value: Any) -> Any:
    """Keep the value where terminal.py finds it, for errors too, so that no command has to pass it on."""
    context.meta[f"wexa_sync.{parameter.name}"] = value
    return value


rehearsal = together(
    option(
        "--reading",
        "readings",
        multiple=True,
        everywhere=True,
        metavar="NAME=VALUE",
        help="How the sandbox reads the documentation.",
    ),
    option(
        "--fault",
        "faults",
        type=Fault(),
        multiple=True,
        everywhere=True,
        metavar="FAULT",
        help="A fault in the sandbox.",
    ),
)

speech = together(
    option("-v", "--verbose", is_flag=True, everywhere=True, help="Log every request to stderr."),
    option(
        "--log-format",
        type=click.Choice(["text", "json"]),
        default="text",
        everywhere=True,
        expose_value=False,
        is_eager=True,
        callback=_noted,
        help="Messages on stderr as text, or as one JSON object a line.",
    ),
    option(
        "--no-color",
        is_flag=True,
        everywhere=True,
        expose_value=False,
        is_eager=True,
        callback=_noted,
        help="No colours.",
    ),
)

environment = option(
    "--env",
    "environment",
    everywhere=True,
    type=KnownEnvironment(),
    metavar="NAME",
    help="The environment to work on, of those declared.",
)

where = together(
    environment,
    option("--base-url", everywhere=True, metavar="URL", help="The API's address."),
    option(
        "--state",
        "state_file",
        everywhere=True,
        type=StateName(),
        metavar="FILE",
        help="The state file, or git:REMOTE#REF for a ref.",
    ),
    option("--sandbox", is_flag=True, everywhere=True, help="Use a local server that behaves as the Wexa API does."),
    speech,
)

address = argument("address", type=KnownAddress())

variables = together(
    option("--var", "assignments", multiple=True, metavar="NAME=VALUE", help="A value for ${var:NAME}."),
    option(
        "--var-file",
        "var_files",
        multiple=True,
        everywhere=True,
        type=Named(),
        metavar="FILE",
        help="A YAML file of such values.",
    ),
)

paths = argument("paths", nargs=-1, type=Named())

manifests = together(paths, variables)


def _plan_apart(context: click.Context, _parameter: click.Parameter, paths: tuple[Path, ...]) -> tuple[Path, ...]:
    """Return the PATHs of manifests. A single PATH that is a saved plan becomes the parameter `saved` instead."""
    from wexa_sync.plan.file import is_plan

    alone = paths[0] if len(paths) == 1 and paths[0].is_file() and is_plan(paths[0]) else None
    context.params["saved"] = alone
    return () if alone else paths


manifests_or_plan = together(argument("paths", nargs=-1, type=Named(), callback=_plan_apart), variables)

workspace = together(
    where,
    rehearsal,
    option("--parallelism", everywhere=True, type=click.IntRange(1, 64), metavar="N", help="Requests at a time."),
)

timeout = option(
    "--timeout",
    everywhere=True,
    type=Seconds(0, min_open=True),
    metavar="SECONDS",
    help="Begin no change after so long. Requests that were sent are still awaited.",
)

lock = option(
    "--lock-timeout",
    everywhere=True,
    type=Seconds(0),
    default=0,
    metavar="SECONDS",
    help="How long to wait for a state that another process has locked.",
)

chosen = together(
    option(
        "--target",
        "targets",
        type=KnownAddress(),
        multiple=True,
        metavar="ADDRESS",
        help="Plan only this resource, and what it needs that does not exist yet.",
    ),
    option(
        "--exclude",
        "excludes",
        type=KnownAddress(),
        multiple=True,
        metavar="ADDRESS",
        help="Leave out this resource, and what can't exist without it.",
    ),
)

choice = together(
    option("--prune", is_flag=True, help="Delete resources that are managed and no longer declared."),
    option("--adopt", is_flag=True, help="Take over live objects that have the name of a declared resource."),
    chosen,
    option("--strict", is_flag=True, help="Do nothing and exit with 3 if anything is blocked."),
)


of_flow = option("--flow", default="", metavar="FLOW", help="Only those of that flow: its address, handle, id or name.")


def shape(formats: Iterable[str]) -> Callable[[Command], Command]:
    """Return the option --format, with the formats that the command can write; the first is the default."""
    first, *others = formats
    return option("--format", "format_", type=click.Choice([first, *others]), default=first, help="The output format.")


formats = together(
    shape(RENDERERS),
    option(
        "--output",
        "outputs",
        type=OutputType(),
        multiple=True,
        metavar="[FORMAT=]FILE",
        help="Write the output to a file too, in that format. FILE alone: in place of stdout.",
    ),
    option("--source-url", type=WebAddress(), metavar="URL", help="Where people read this folder's files."),
)

output = together(
    formats,
    option(
        "--detail",
        type=click.Choice([level.value for level in Level]),
        default=Level.NORMAL.value,
        help="How much of a plan or a report is shown as text.",
    ),
    option("--details/--no-details", default=None, help="The same as --detail full, and --detail summary."),
)

base = option("--base", metavar="REF", help="Say of each operation whether the change since REF explains it.")

notify = option("--notify", type=Webhook(), everywhere=True, metavar="URL", help="Tell a webhook of it, Slack's too.")

approval = together(lock, option("--auto-approve", is_flag=True, help="Do not ask."))

budgets = together(
    option(
        "--allow",
        "allowances",
        type=Allowance(),
        multiple=True,
        metavar="BUDGET=N",
        help="Lift one budget to N: deletes=N, updates=N, executions=N (or runs=N).",
    ),
    option("--force", is_flag=True, help="Exceed every budget: on deletes, updates and executions."),
    option("--max-executions", type=click.IntRange(0), metavar="N", help="The most executions to start."),
)

consent = together(
    approval,
    budgets,
    option("--wait", is_flag=True, help="Wait for the end of every execution started."),
)
