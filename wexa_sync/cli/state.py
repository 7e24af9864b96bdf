"""`wexa-sync state list|show|history|migrate|rm|mv|unlock|rebuild`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from wexa_sync.cli import options
from wexa_sync.cli.groups import Commands
from wexa_sync.cli.known import KnownAddress
from wexa_sync.cli.values import StateName

if TYPE_CHECKING:
    from wexa_sync.cli.request import Request
    from wexa_sync.model import Address


@click.group("state", cls=Commands)
def command() -> None:
    """Show and repair the state. Only rebuild calls the API."""


@command.command("list")
@options.filled(options.where)
def list_(request: Request) -> None:
    """List the managed addresses with their ids. Without a terminal a tab separates the two."""
    from wexa_sync.cli.terminal import note, show_data
    from wexa_sync.text.visible import visible

    store = request.store
    shown = [(visible(str(address)), visible(record.id)) for address, record in sorted(store.load().records.items())]
    widest, for_people = max((len(address) for address, _ in shown), default=0), sys.stdout.isatty()
    lines = (f"{address:{widest}}  {id_}" if for_people else f"{address}\t{id_}" for address, id_ in shown)
    show_data("".join(f"{line}\n" for line in lines))
    if not shown:
        note(f"Nothing is managed yet: {store.describe()} holds no address.")


@command.command("show")
@options.argument("address", type=KnownAddress(), required=False)
@options.option("--at", "commit", metavar="COMMIT", help="As of a commit that `state history` lists.")
@options.filled(options.where)
def show(request: Request, address: Address | None, commit: str | None) -> None:
    """Show what was last applied, under one address or all. Secrets are shown as fingerprints."""
    from wexa_sync import engine
    from wexa_sync.cli.terminal import show_data
    from wexa_sync.render.json import json_text
    from wexa_sync.state.data import record_to_data

    store = request.store
    state = store.load() if commit is None else engine.state_at(store, commit)
    records = state.records if address is None else {address: state.require(address)}
    shown = {str(at): record_to_data(record) for at, record in sorted(records.items())}
    show_data(json_text(shown if address is None else shown[str(address)]))


@command.command("history")
@options.filled(options.where, options.shape(["text", "json"]))
def history(request: Request) -> None:
    """List the commits of a state on a git ref by the command that wrote them, the newest first. Sends nothing."""
    from wexa_sync import engine
    from wexa_sync.cli.saves import saves_json, saves_text
    from wexa_sync.cli.terminal import note, show_data

    store = request.store
    found = engine.saves(store)
    show_data(saves_json(found) if request.output.format == "json" else saves_text(found))
    if not found:
        note(f"Nothing was written yet: {store.describe()} is not there.")


@command.command("migrate")
@options.argument("source", metavar="FROM", type=StateName())
@options.argument("to", type=StateName())
@options.filled(options.where, options.lock)
def migrate(request: Request, source: object, to: object) -> None:
    """Move a state with its history to another place: each is a file, or git:REMOTE#REF. Sends nothing to the API."""
    from wexa_sync import engine
    from wexa_sync.cli.terminal import tell

    old, new = request.store_of(str(source), "FROM"), request.store_of(str(to), "TO")
    state = engine.migrate(old, new, str(to))
    tell(
        f"The state with {len(state.records)} records is in {new.describe()} now, and {old.describe()} says so. "
        f"Name the new place: `state:` in wexa-sync.yaml, or --state '{to}'."
    )


@command.command("rm")
@options.address
@options.filled(options.where, options.lock)
def rm(request: Request, address: Address) -> None:
    """Forget an address. Its object stays on the server, and is no longer managed."""
    from wexa_sync import engine
    from wexa_sync.cli.terminal import tell

    record = engine.forget(request.store, address)
    tell(f"{address} is not managed any more. It is still live, with id {record.id}.")


@command.command("mv")
@options.address
@options.argument("to", type=KnownAddress())
@options.filled(options.where, options.lock)
def mv(request: Request, address: Address, to: Address) -> None:
    """Move a managed resource, with all that is in it, from ADDRESS to TO, after its handle was renamed."""
    from wexa_sync import engine
    from wexa_sync.cli.terminal import tell

    engine.move(request.store, address, to)
    tell(f"{address} is now {to}.")


@command.command("unlock")
@options.filled(options.where)
def unlock(request: Request) -> None:
    """Remove a lock left by a machine or a job that is gone. The lock of a living process on this machine stays."""
    from wexa_sync.cli.terminal import tell

    holder = request.store.unlock()
    if holder is None:
        tell("The state is not locked.")
    else:
        tell(f"Unlocked. It was locked by {holder.owner} since {holder.created}, until {holder.expires}.")


@command.command()
@options.filled(options.manifests, options.workspace, options.timeout, options.lock, options.shape(["text", "json"]))
def rebuild(request: Request) -> None:
    """Rebuild a lost state from the live objects, and report how sure each match is. Sends GET only."""
    from wexa_sync import engine
    from wexa_sync.cli.matches import show_matches
    from wexa_sync.cli.terminal import tell
    from wexa_sync.text.files import noted
    from wexa_sync.text.visible import visible

    with noted() as read:
        desired = request.desired()
    with request.workspace() as opened, engine.locked(opened) as workspace:
        found = engine.rebuild(desired, workspace)
        engine.vouch(desired, request.sources, workspace, read)
    if request.output.format == "json":
        show_matches(found)
        return
    for match in found:
        click.echo(visible(f"{match.sure:<8}  {match.address}{f'  ({match.id})' if match.id else ''}"))
        tell(match.why, head=" " * 10)
    held = sum(bool(match.id) for match in found)
    click.echo()
    tell(f"Rebuilt: {held} of {len(found)} declared resources are in the state. Review: `wexa-sync plan`.")
