"""Tell whether what others imply is there, the one of its kind in a project: the list of the others shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from wexa_sync.api.calls import Raw
from wexa_sync.kinds.base import Kind
from wexa_sync.model import Address, Place
from wexa_sync.observe.known import Known


def implied(known: Known, kind: Kind, lists: Mapping[tuple[str, str], Sequence[Raw]]) -> dict[str, list[Raw]]:
    """Return, by project, what is live of a kind that another one implies; no project for any other kind.

    It is there where the list of the others shows any, or where it is recorded and that list is answered. An empty list
    alone proves nothing: it may be answered before anything is made. Its id is that of the project.
    """
    found: dict[str, list[Raw]] = {}
    for project, name in lists if kind.implied_by else ():
        addresses = known.at(Place(project, kind.name))
        if name != kind.implied_by or not addresses:
            continue
        made = any(address in known.state.records for address in addresses) and (project, name) not in known.missing
        id = known.ids[Address(kind="Project", name=project)]  # the field's name
        found[project] = [{kind.ids[0]: id}] if made or lists[project, name] else []
    return found
