"""Define a flag, and name the environment variables that stand for flags."""

from __future__ import annotations

import os
from typing import Any

import click
from click.core import ParameterSource


class _Given(click.Parameter):
    """Refuse an empty text: `"$NAME"` of a variable that is not set never means "all" or "any"."""

    def process_value(self, ctx: click.Context, value: Any) -> Any:
        """Return the checked value. Fails for a text without a visible character."""
        found = super().process_value(ctx, value)
        is_given = self.name and ctx.get_parameter_source(self.name) is not ParameterSource.DEFAULT
        texts = value if isinstance(value, (tuple, list)) else [value]
        if is_given and not ctx.resilient_parsing and any(isinstance(each, str) and not each.strip() for each in texts):
            raise click.BadParameter("the value is empty. Is a variable of the shell not set?", ctx, self)
        return found


class Argument(_Given, click.Argument):
    """Represent an argument that is not empty where it is given."""


class Flag(_Given, click.Option):
    """Represent an option that WEXA_SYNC_<COMMAND>_<FLAG> sets too, and WEXA_SYNC_<FLAG> where `everywhere` is true.

    A flag that deletes, forces or approves has the command in the name of its variable. A variable that was left in an
    environment then gives no consent to another command. --hire has both names: only an apply can hire.
    """

    def __init__(self, *names: Any, everywhere: bool = False, **attributes: Any) -> None:
        super().__init__(*names, **attributes)
        self.everywhere = everywhere

    def resolve_envvar_value(self, ctx: click.Context) -> str | None:
        """Return the value of the first variable of the option that is set and not empty."""
        return next((os.environ[name] for name in self.variables(ctx) if os.environ.get(name)), None)

    def get_error_hint(self, ctx: click.Context | None) -> str:
        """Return what an error calls the option: the variable that gave its value, where nobody typed it."""
        if ctx is not None and self.name and ctx.get_parameter_source(self.name) is ParameterSource.ENVIRONMENT:
            return next((f"'{name}'" for name in self.variables(ctx) if os.environ.get(name)), "")
        return super().get_error_hint(ctx)

    def variables(self, ctx: click.Context) -> list[str]:
        """Return the names of the option's variables. The first one that is set decides."""
        flag = max(self.opts, key=len).lstrip("-").replace("-", "_").upper()
        return [f"{ctx.auto_envvar_prefix}_{flag}"] + ([f"WEXA_SYNC_{flag}"] if self.everywhere else [])


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
