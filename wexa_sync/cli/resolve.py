"""`wexa-sync resolve`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from wexa_sync.cli import options

if TYPE_CHECKING:
    from wexa_sync.cli.request import Request
    from wexa_sync.model import Address


@click.command("resolve")
@options.address
@options.filled(options.manifests, options.workspace, options.timeout, options.lock)
@options.option("--happened", metavar="ID", help="It was carried out, and the object has this id.")
@options.option("--did-not-happen", is_flag=True, help="It was not carried out; apply may send it again.")
def command(request: Request, address: Address, happened: str | None, did_not_happen: bool) -> None:
    """Settle whether a request without a response was carried out; look in Wexa Studio first. Sends GET only."""
    from wexa_sync import engine
    from wexa_sync.cli.terminal import tell
    from wexa_sync.errors import UsageError
    from wexa_sync.text.ids import ID_HINT, is_id

    if bool(happened) == did_not_happen:
        raise UsageError(
            "say one of the two: --happened ID or --did-not-happen", hint="`wexa-sync plan` shows the ids it may be."
        )
    if happened and not is_id(happened):
        raise UsageError(f"--happened {happened!a}: this can't be an id", hint=ID_HINT)
    desired = request.desired()
    with request.workspace() as workspace:
        noted = engine.resolve(address, desired, workspace, happened_as=happened)
    tell(f"Noted: {address} {noted}. `wexa-sync plan` shows what follows.")
