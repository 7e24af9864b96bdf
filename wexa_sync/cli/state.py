"""`wexa-sync state list|show|rm|mv`."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import click

from wexa_sync.cli import options


@click.group("state")
def command() -> None:
    """Look at the state, and mend it. Nothing here calls the API."""


def _on_store(name: str, *decorators: Callable[[Any], Any]) -> Callable[[Callable[..., None]], click.Command]:
    """Register a sub-command whose first argument is the store that its options name."""

    def register(work: Callable[..., None]) -> click.Command:
        def run(**given: Any) -> None:
            from wexa_sync.cli.setup import settings_for, state_path
            from wexa_sync.state import FileStore

            store = FileStore(state_path(settings_for((), given), sandbox=given["sandbox"]))
            work(store, **{name: value for name, value in given.items() if name in ("address", "to")})

        run.__doc__ = work.__doc__
        for decorator in reversed(decorators):
            run = decorator(run)
        registered: click.Command = command.command(name)(options.where(run))
        return registered

    return register


@_on_store("list")
def list_(store: Any) -> None:
    """List the addresses that are managed, with their ids."""
    records = store.load().records
    for address, record in sorted(records.items()):
        click.echo(f"{address}\t{record.id}")
    if not records:
        click.echo(f"Nothing is managed yet: {store.path} holds no address.", err=True)


@_on_store("show", click.argument("address"))
def show(store: Any, address: str) -> None:
    """Show what was applied last under an address; secrets as fingerprints."""
    from wexa_sync.codec import record_to_data

    click.echo(json.dumps(record_to_data(_record(store, address)), indent=2, ensure_ascii=False))


@_on_store("rm", click.argument("address"))
def rm(store: Any, address: str) -> None:
    """Give an address up: it stays on the server, and is managed no longer."""
    from wexa_sync.state import Forget

    record = _record(store, address)
    with store.session(store.load().target) as session:
        session.write(Forget(record.address))
    click.echo(f"{record.address} is not managed any more. It is still live, with id {record.id}.")


@_on_store("mv", click.argument("address"), click.argument("to"))
def mv(store: Any, address: str, to: str) -> None:
    """Give what is managed under ADDRESS the address TO, after its manifest was renamed."""
    from dataclasses import replace

    from wexa_sync.cli.setup import addresses
    from wexa_sync.errors import UsageError
    from wexa_sync.state import Forget, Remember

    record, (new,) = _record(store, address), addresses([to])
    if new.kind != record.address.kind or new in store.load().records:
        raise UsageError(
            f"{record.address} can't become {new}: another kind, or taken", hint="`wexa-sync state list` shows all."
        )
    with store.session(store.load().target) as session:
        session.write(Forget(record.address), Remember(replace(record, address=new)))
    click.echo(f"{record.address} is now {new}.")


def _record(store: Any, text: str) -> Any:
    from wexa_sync.cli.setup import addresses
    from wexa_sync.errors import UsageError

    (address,) = addresses([text])
    record = store.load().records.get(address)
    if record is None:
        raise UsageError(f"{address} is not in the state", hint="`wexa-sync state list` shows what is.")
    return record
