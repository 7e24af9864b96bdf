"""What holds others and was given up, while the state still knows what is in it: found again by that.

Without the id of its project nothing can be listed, and what is not listed would count as gone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from wexa_sync.api.calls import Ids, Raw
from wexa_sync.api.checks import children
from wexa_sync.api.client import Api
from wexa_sync.kinds import BY_NAME, KINDS
from wexa_sync.kinds.base import Kind, Nature
from wexa_sync.model import Address
from wexa_sync.observe.known import Known


def projects_given_up(known: Known, api: Api) -> dict[str, str]:
    """Return the ids of the projects, by handle, that the state gave up before what is in them.

    What the state holds of such a project is read by its id, until one of them shows the project. The project counts as
    unplaced where something is live and shows none, or was sent and never answered.
    """
    order = {kind.name: place for place, kind in enumerate(KINDS)}
    found: dict[str, str] = {}
    for address in sorted({*known.state.records, *known.state.intents}, key=lambda each: (order[each.kind], each)):
        kind, project = BY_NAME[address.kind], address.project_address
        if not address.project or address.project in found or kind.owner or kind.nature is Nature.ACTION:
            continue
        if project in known.ids or project in known.state.records:
            continue
        record, intent = known.state.records.get(address), known.state.intents.get(address)
        raw = api.read(kind, Ids(id=record.id)) if record is not None else None
        if raw is not None and isinstance(id := raw.get("projectID"), str) and id:
            found[address.project] = id
        elif raw is not None or (intent is not None and not intent.settled):
            known.unplaced.add(address.project)
    known.unplaced -= found.keys()
    return found


def flows_given_up(known: Known, kind: Kind, project: str, raws: Sequence[Raw]) -> list[Address]:
    """Return the addresses of the flows in a list that the state gave up before their agents, with their ids noted."""
    agents: defaultdict[Address, set[str]] = defaultdict(set)
    for address in known.orphans.get((project, kind.name), ()):
        if (owner := address.owner_address) and (record := known.state.records.get(address)):
            agents[owner].add(record.id)
    for owner, ids in agents.items():
        for raw in raws:
            if ids & {str(child.get("_id")) for child in children(raw)}:
                known.ids[owner] = kind.id_of(raw) or ""
    return sorted(agents)
