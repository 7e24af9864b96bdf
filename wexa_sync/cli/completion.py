"""`wexa-sync completion`."""

from __future__ import annotations

import click

_SHELLS = ("bash", "zsh", "fish")


@click.command("completion")
@click.argument("shell", type=click.Choice(_SHELLS))
@click.pass_context
def command(context: click.Context, shell: str) -> None:
    """Print the script that makes a shell complete commands, options and addresses."""
    from click.shell_completion import get_completion_class

    from wexa_sync.cli.terminal import show_data

    made = get_completion_class(shell)
    assert made is not None  # click has all three
    completer = made(context.find_root().command, {}, "wexa-sync", "_WEXA_SYNC_COMPLETE")
    # click's own `source` would start bash, to ask for its version.
    show_data(completer.source_template % completer.source_vars())
