"""`wexa-sync state list|show|rm|mv|unlock|rebuild`."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from wexa_sync.cli import options


@click.group("state")
def command() -> None:
    """Look at the state, and mend it. Only rebuild calls the API."""


def _on_store(name: str, *decorators: Callable[[Any], Any]) -> Callable[[Callable[..., None]], click.Command]:
    """Register a sub-command whose first argument is the store that its options name."""

    def register(work: Callable[..., None]) -> click.Command:
        def run(**given: Any) -> None:
            from wexa_sync.cli.setup import settings_for, state_path
            from wexa_sync.state import FileStore

            path = state_path(settings_for((), given), sandbox=given["sandbox"])
            store = FileStore(path, lock_timeout=given.get("lock_timeout", 0))
            work(store, **{name: value for name, value in given.items() if name in ("address", "to")})

        run.__doc__ = work.__doc__
        for decorator in reversed(decorators):
            run = decorator(run)
        registered: click.Command = command.command(name)(options.where(run))
        return registered

    return register


@_on_store("list")
def list_(store: Any) -> None:
    """List the addresses that are managed, with their ids; with a tab between where no person looks."""
    from wexa_sync.text.visible import visible

    shown = [(visible(str(address)), visible(record.id)) for address, record in sorted(store.load().records.items())]
    column = max((len(address) for address, _ in shown), default=0)
    for address, id_ in shown:
        gap = " " * (column - len(address) + 2) if sys.stdout.isatty() else "\t"
        click.echo(f"{address}{gap}{id_}")
    if not shown:
        from wexa_sync.text.files import shown_path

        click.echo(f"Nothing is managed yet: {shown_path(store.path)} holds no address.", err=True)


@_on_store("show", click.argument("address"))
def show(store: Any, address: str) -> None:
    """Show what was applied last under an address; secrets as fingerprints."""
    from wexa_sync.state.data import record_to_data
    from wexa_sync.text.visible import visible_json

    click.echo(visible_json(json.dumps(record_to_data(_record(store, address)), indent=2, ensure_ascii=False)))


@_on_store("rm", click.argument("address"), options.lock)
def rm(store: Any, address: str) -> None:
    """Give an address up: it stays on the server, and is managed no longer."""
    from wexa_sync.errors import UsageError
    from wexa_sync.state import Forget
    from wexa_sync.text.visible import visible

    record = _record(store, address)
    with store.session(store.load().target) as session:
        intent = session.state.intents.get(record.address)
        if intent is not None and not intent.settled:
            raise UsageError(
                f"{record.address} is in doubt: it was sent, and nothing tells what became of that",
                hint=f"Settle that first, so that it is not forgotten: `wexa-sync resolve {record.address}`.",
            )
        session.write(Forget(record.address, intent.mark if intent is not None else ""))
    click.echo(visible(f"{record.address} is not managed any more. It is still live, with id {record.id}."))


@_on_store("mv", click.argument("address"), click.argument("to"), options.lock)
def mv(store: Any, address: str, to: str) -> None:
    """Give what is managed under ADDRESS, and all that is in it, the address TO, after its handle was renamed."""
    from wexa_sync.cli.setup import addresses
    from wexa_sync.repair.move import moved
    from wexa_sync.text.visible import visible

    record, (new,) = _record(store, address), addresses([to])
    with store.session(store.load().target) as session:
        session.write(*moved(session.state, record.address, new))
    click.echo(visible(f"{record.address} is now {new}."))


@_on_store("unlock")
def unlock(store: Any) -> None:
    """Remove a lock that a machine left which runs no more; one of a living process here stays."""
    from wexa_sync.text.visible import visible

    holder = store.unlock()
    if holder is None:
        click.echo("The state is not locked.")
    else:
        held = f"Unlocked. It was locked by {holder.owner} since {holder.created}, until {holder.expires}."
        click.echo(visible(held))


@command.command()
@options.manifests
@options.workspace
@options.timeout
@options.lock
@options.shape(["text", "json"])
def rebuild(
    paths: tuple[Path, ...], assignments: tuple[str, ...], var_files: tuple[Path, ...], format_: str, **given: Any
) -> None:
    """Make a lost state anew of what is live, by name; say how sure each match is. Sends GET only."""
    from wexa_sync import engine
    from wexa_sync.cli.setup import desired_for, settings_for, workspace_for
    from wexa_sync.text.visible import visible, visible_json

    settings = settings_for(paths, given)
    desired = desired_for(paths, settings, assignments=assignments, var_files=var_files)
    with workspace_for(settings, given) as workspace:
        found = engine.rebuild(desired, workspace)
    if format_ == "json":
        data = [{"address": str(m.address), "sure": m.sure, "why": m.why, "id": m.id or None} for m in found]
        click.echo(visible_json(json.dumps(data, indent=2, ensure_ascii=False)))
        return
    for match in found:
        click.echo(visible(f"{match.sure:<8}  {match.address}{f'  ({match.id})' if match.id else ''}"))
        click.echo(f"          {visible(match.why)}")
    held = sum(bool(match.id) for match in found)
    click.echo(f"\nRebuilt: {held} of {len(found)} declared resources are in the state. Review: `wexa-sync plan`.")


def _record(store: Any, text: str) -> Any:
    from wexa_sync.cli.setup import addresses
    from wexa_sync.errors import UsageError

    (address,) = addresses([text])
    record = store.load().records.get(address)
    if record is None:
        raise UsageError(f"{address} is not in the state", hint="`wexa-sync state list` shows what is.")
    return record
