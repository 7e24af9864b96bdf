"""Group commands under one name."""

from __future__ import annotations

import click


class Commands(click.Group):
    """Represent a group of commands that answers the name of an unknown one."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that was called. Fails for an unknown name, with the command that does the same here."""
        name, known = args[0], self.list_commands(ctx)
        if name not in known and not name.startswith("-") and not ctx.resilient_parsing:
            from wexa_sync.cli.habits import command_for
            from wexa_sync.text.suggest import did_you_mean

            hint = command_for(name) or did_you_mean(name, known, f"There are: {', '.join(known)}.")
            raise click.UsageError(f"No such command {name!r}. {hint}", ctx)
        return super().resolve_command(ctx, args)
