"""`wexa-sync state list|show|rm|mv`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click


@click.group("state")
@click.option("--state", "state_file", type=click.Path(path_type=Path), help="The state file.")
@click.option("--sandbox", is_flag=True, help="The sandbox's state.")
@click.pass_context
def command(context: click.Context, state_file: Path | None, sandbox: bool) -> None:
    """Look at the state, and mend it. Nothing here calls the API."""
    from wexa_sync.cli.setup import settings_for
    from wexa_sync.state import FileStore

    settings = settings_for((), {"state": state_file})
    name = f"sandbox-{settings.state.name}" if sandbox else settings.state.name
    context.obj = FileStore(settings.state.with_name(name))


@command.command("list")
@click.pass_obj
def list_(store: Any) -> None:
    """List the addresses that are managed, with their ids."""
    for address, record in sorted(store.load().records.items()):
        click.echo(f"{address}\t{record.id}")


@command.command()
@click.argument("address")
@click.pass_obj
def show(store: Any, address: str) -> None:
    """Show what was applied last under an address; secrets as fingerprints."""
    from wexa_sync.codec import record_to_data

    click.echo(json.dumps(record_to_data(_record(store, address)), indent=2, ensure_ascii=False))


@command.command()
@click.argument("address")
@click.pass_obj
def rm(store: Any, address: str) -> None:
    """Give an address up: it stays on the server, and is managed no longer."""
    from wexa_sync.state import Forget

    record = _record(store, address)
    with store.session(store.load().target) as session:
        session.write(Forget(record.address))
    click.echo(f"{record.address} is not managed any more. It is still live, with id {record.id}.")


@command.command()
@click.argument("address")
@click.argument("to")
@click.pass_obj
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
