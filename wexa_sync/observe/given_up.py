"""Find again the projects that the state gave up while it still knows what is in them.

Without the id of its project nothing can be listed, and what is not listed would count as gone.
"""

from __future__ import annotations

from wexa_sync.api.calls import Ids
from wexa_sync.api.client import Api
from wexa_sync.kinds import BY_NAME, rank
from wexa_sync.kinds.base import Nature
from wexa_sync.kinds.endpoint import Operation
from wexa_sync.model import Address
from wexa_sync.observe.known import Known


def projects_given_up(known: Known, api: Api) -> dict[str, str]:
    """Return the ids of the projects, by handle, that the state gave up before what is in them.

    What the state holds of such a project is read by its id, until one of them shows the project. The project counts as
    unplaced where something is live and shows none, or was sent and never answered.
    """
    found: dict[str, str] = {}
    for address in sorted(_lost(known), key=lambda each: (rank(each.kind), each)):
        kind = BY_NAME[address.kind]
        if address.project in found:
            continue
        record, intent = known.state.records.get(address), known.state.intents.get(address)
        if kind.implied_by and record is not None:  # its id is that of its project
            found[address.project] = record.id
            continue
        if record is not None and Operation.READ not in kind.endpoints:
            known.unplaced.add(address.project)  # its list can't be asked for without the project
            continue
        raw = api.read(kind, Ids(id=record.id)) if record is not None else None
        if raw is not None and isinstance(id := raw.get("projectID"), str) and id:
            found[address.project] = id
        elif raw is not None or (intent is not None and not intent.settled):
            known.unplaced.add(address.project)
    known.unplaced -= found.keys()
    return found


def _lost(known: Known) -> set[Address]:
    """Return what the state holds, outside of other resources, of projects that it gave up."""
    at_home = known.ids.keys() | known.state.records.keys()
    return {
        address
        for address in (*known.state.records, *known.state.intents)
        if address.project and not address.owner and address.project_address not in at_home
        if BY_NAME[address.kind].nature is not Nature.ACTION
    }
