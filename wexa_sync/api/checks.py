"""Doubt a response of the API: contradictions, ids that do not fit, parts that are odd."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from wexa_sync.api.calls import Ids, Raw
from wexa_sync.errors import Nonsense
from wexa_sync.kinds.base import Kind
from wexa_sync.kinds.endpoint import Listing
from wexa_sync.text.ids import folded_id, is_id, said


def unwrap(body: Any) -> Raw:
    """Return the object in a response: as it is, under `data`, or a list's only item; empty where there is none."""
    if isinstance(body, list) and len(body) == 1:
        body = body[0]
    if isinstance(body, Mapping):
        inner = body.get("data")
        return unwrap(inner) if isinstance(inner, (Mapping, list)) and "_id" not in body else dict(body)
    return {}


def as_list(body: Any) -> Any:
    """Return the response to a question for one name as a list: a null is none, and a single thing is one."""
    if is_nothing(body):
        return []
    return [only] if (only := unwrap(body)).get("_id") else body


def is_nothing(body: Any) -> bool:
    """True when a response is a null, alone or under `data`, and says nothing else."""
    if not isinstance(body, Mapping) or "data" not in body:
        return body is None
    return all(value in (None, "", True, "success") for value in body.values()) and body["data"] is None


UNTRUSTED = "The response can't be trusted, so nothing is done on it. Run the command again; if it stays so, report it."


def contradiction(kind: Kind, items: list[Raw], project: str) -> str:
    """Return what in a list can't be true; empty where all may be."""
    ids = [kind.id_of(item) for item in items]
    if fault := _odd_ids(kind.name, [id for id in ids if id is not None] if kind.inside else ids):
        return fault
    if project and kind.declarable and any(item.get("projectID") not in (None, "", project) for item in items):
        return f"a {kind.name} of another project"
    return next((fault for item in items if (fault := _odd_parts(kind, item))), "")


def misfit(kind: Kind, found: Raw, ids: Ids, asked: str) -> str:
    """Return why a response is not the resource of the id `asked`; empty where it is."""
    shown = [found[name] for name in kind.ids if found.get(name)]
    if not shown:
        return f"expected {kind.name} {asked}, got an answer without an id"
    if asked not in shown:
        return f"expected {kind.name} {asked}, got {said(shown[0])}"
    # What is deleted may well be of a project that went with it, and was made anew since.
    if ids.project and not found.get("is_deleted") and found.get("projectID") not in (None, "", ids.project):
        return f"{kind.name} {asked} is said to be of another project"
    return _odd_parts(kind, found)


def _odd_parts(kind: Kind, owner: Raw) -> str:
    """Return what can't be true of the parts that a response about their owner shows; empty where all may be."""
    for part in kind.embedded:
        shown = owner.get(part.field)
        if shown is None:
            continue
        if not isinstance(shown, list) or not all(isinstance(item, dict) for item in shown):
            return f"the {part.field} of {kind.name} {kind.id_of(owner)} are not a list of objects"
        if fault := _odd_ids(part.kind.name, [part.kind.id_of(item) for item in part.items(owner)]):
            return fault
    return ""


def _odd_ids(name: str, ids: list[Any]) -> str:
    if not all(map(is_id, ids)):
        return f"{name} without an id, or with one that can't be one"
    if len({*ids}) == len(ids):
        return ""
    return f"{name} {min(id for id, times in Counter(ids).items() if times > 1)} is listed twice"


def require_about(listing: Listing, body: Any, ids: Ids, path: str) -> None:
    """Raise Nonsense where a list says that it is that of another owner."""
    shown = folded_id(body.get(listing.about)) if listing.about and isinstance(body, dict) else None
    if shown not in (None, "", ids.owner):
        raise Nonsense(f"{listing.about} is {said(shown)}, not {ids.owner}", method="GET", path=path, hint=UNTRUSTED)
