"""`wexa-sync import`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from wexa_sync.cli import options
from wexa_sync.cli.known import KnownAddress
from wexa_sync.cli.values import Named

if TYPE_CHECKING:
    from wexa_sync.cli.request import Request
    from wexa_sync.model import Address
    from wexa_sync.repair.rebuild import Match


class _Words(KnownAddress):
    """Take a word that is an address, an id or a path: which one it is, its place says."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ARG002
        """Return the text as it is."""
        return value


def _apart(context: click.Context, parameter: click.Parameter, words: tuple[str, ...]) -> tuple[Path, ...]:
    """Return the PATHs. Without --all the first two words become the parameters `address` and `id_` instead."""
    everything, named = context.params["everything"], Named()
    address, id_, paths = (None, "", words) if everything else (words[:1], words[1:2], words[2:])
    if not everything and not id_ and not context.resilient_parsing:
        raise click.UsageError("name an ADDRESS and the ID that is to be it, or --all.", context)
    context.params["address"] = KnownAddress().convert(address[0], parameter, context) if address else None
    context.params["id_"] = id_[0] if id_ else ""
    return tuple(named.convert(each, parameter, context) for each in paths)


@click.command("import")
@options.option("--all", "everything", is_flag=True, is_eager=True, help="Record all that is found by its name.")
@options.filled(
    options.together(
        options.argument("paths", nargs=-1, type=_Words(), callback=_apart, metavar="[ADDRESS ID] [PATHS]..."),
        options.variables,
    ),
    options.workspace,
    options.timeout,
    options.output,
    options.approval,
)
def command(request: Request, everything: bool, address: Address | None, id_: str) -> int:
    """Record what is live as what manifests declare: ADDRESS is the object of that ID, or --all by their names.

    The server is only read. What differs from a manifest stays as it is; `wexa-sync plan` shows it next.
    """
    if everything or address is None:
        return _import_all(request)
    return _import_one(request, address, id_)


def _import_one(request: Request, address: Address, id: str) -> int:  # the field's name
    """Record the one object, and tell what was recorded: as text, or as JSON."""
    from wexa_sync import engine
    from wexa_sync.cli.matches import show_matches
    from wexa_sync.cli.terminal import note, tell
    from wexa_sync.errors import UsageError
    from wexa_sync.render import FOR_PEOPLE

    wants_json = request.output.format == "json"
    if request.output.files or not (wants_json or request.output.format == FOR_PEOPLE):
        raise UsageError(
            "one import is told on stdout, as text or as JSON",
            hint="--output and other formats are for `import --all`.",
        )
    desired = request.desired()
    with request.workspace() as workspace:
        found = engine.import_one(address, id, desired, workspace)
    if not found:
        (note if wants_json else tell)(f"{address} is recorded with that id already.")
    if wants_json:
        show_matches(found)
        return 0
    for match in found:
        tell(_said(match))
    if found:
        tell("`wexa-sync plan` shows what differs from the manifests.")
    return 0


def _said(match: Match) -> str:
    return f"Imported: {match.address} is {match.id} ({match.why})."


def _import_all(request: Request) -> int:
    """Show what would be recorded, ask, and record it."""
    from functools import partial

    from wexa_sync import engine
    from wexa_sync.cli.outputs import outputs
    from wexa_sync.cli.plan_and_apply import carry_out
    from wexa_sync.text.files import noted

    with outputs(request, "report") as show:
        with noted() as read:
            desired = request.desired()
        scope = engine.scope_of(desired, request.sources)
        with request.workspace() as found, engine.locked(found) as workspace:
            plan = engine.plan_to_import(desired, workspace, scope=scope)
            vouch = partial(engine.vouch, desired, request.sources, workspace, read)
            return carry_out(plan, engine.commanded(workspace, "import --all"), request, None, show, then=vouch)
