"""Name the environment variables that stand for flags."""

from __future__ import annotations

import click

from wexa_sync.cli.options import Flag


def variables_of_all() -> frozenset[str]:
    """Return the variables of every flag of every command."""
    waiting, found = [click.get_current_context().find_root()], set()
    while waiting:
        context = waiting.pop()
        command = context.command
        found |= {name for each in command.params if isinstance(each, Flag) for name in each.variables(context)}
        if isinstance(command, click.Group):
            inner = ((name, command.get_command(context, name)) for name in command.list_commands(context))
            waiting += [click.Context(each, info_name=name, parent=context) for name, each in inner if each]
    return frozenset(found)
