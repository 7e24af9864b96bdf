"""`wexa-sync resolve`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from wexa_sync.cli import options


@click.command("resolve")
@click.argument("address")
@options.manifests
@options.workspace
@options.timeout
@options.lock
@options.option("--happened", metavar="ID", help="It is live under this id.")
@options.option("--did-not-happen", is_flag=True, help="It is not live; apply may send it again.")
def command(
    address: str,
    paths: tuple[Path, ...],
    assignments: tuple[str, ...],
    var_files: tuple[Path, ...],
    happened: str | None,
    did_not_happen: bool,
    **given: Any,
) -> None:
    """Say whether something in doubt happened, after looking in Wexa Studio. Sends GET only."""
    from wexa_sync import engine
    from wexa_sync.cli.setup import addresses, desired_for, settings_for, workspace_for
    from wexa_sync.errors import UsageError
    from wexa_sync.text.ids import ID_HINT, is_id
    from wexa_sync.text.visible import visible

    if bool(happened) == did_not_happen:
        raise UsageError(
            "say one of the two: --happened ID or --did-not-happen", hint="`wexa-sync plan` shows the ids it may be."
        )
    if happened and not is_id(happened):
        raise UsageError(f"--happened {happened!a}: this can't be an id", hint=ID_HINT)
    (wanted,) = addresses([address])
    settings = settings_for(paths, given)
    desired = desired_for(paths, settings, assignments=assignments, var_files=var_files)
    with workspace_for(settings, given) as workspace:
        said = engine.resolve(wanted, desired, workspace, happened_as=happened)
    click.echo(visible(f"Noted: {wanted} {said}. `wexa-sync plan` shows what follows."))
