"""Doubt a response: an id that is another's, a list that still shows what was deleted."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any

from wexa_sync.api.calls import Raw, Scoped
from wexa_sync.apply.context import Context
from wexa_sync.apply.find import looked
from wexa_sync.apply.lists import read_list
from wexa_sync.apply.references import unresolved
from wexa_sync.apply.steps import Http
from wexa_sync.compare.parts import restrict
from wexa_sync.compare.same import key_of
from wexa_sync.errors import ApiError
from wexa_sync.kinds import BY_NAME
from wexa_sync.kinds.base import Nature
from wexa_sync.kinds.spec.wire import decode
from wexa_sync.model import Address, Change, Spec


def read_again(context: Context, change: Change) -> Generator[Http, Any, Spec | None]:
    """The live spec at this moment; None where it is gone."""
    kind, at = context.kind(change), context.scope(change.address, change.id or "")
    raw = yield Http(lambda: context.api.read(kind, at))
    return decode(kind, raw) if raw is not None else None


def not_ours(context: Context, change: Change, answer: Raw, ids: Sequence[str]) -> str:
    """Why an answer to a create can't be about what was just made; empty where it may be.

    A resource may be made again under its id. A run is never the one that ran before.
    """
    kind, at, record = context.kind(change), context.scope(change.address), context.state().records.get(change.address)
    if kind.nature is Nature.ACTION:
        listed, own = context.seen_before.get(change.address), frozenset[str]()
    else:
        listed, own = context.lists.get((kind.name, at)), frozenset(record.ids if record is not None else ())
    for id in ids:  # the field's name
        if (id in context.known and id not in own) or (listed is not None and id in listed.ids):
            return f"the answer names {id}, which was there before"
    if at.project and answer.get("projectID") not in (None, "", at.project):
        return f"the answer names {ids[0]}, of another project"
    return ""


def spelt_otherwise(context: Context, change: Change, answer: Raw) -> str:
    """Why an answer to a create is not about what was sent, going by what it is called; empty where it may be."""
    kind = context.kind(change)
    if kind.owner:  # the answer is about the flow that it lives in
        return ""
    faults = [_differs(context, change, decode(kind, form)) for form in kind.forms(answer)]
    return "" if "" in faults else faults[0]


def _differs(context: Context, change: Change, shown: Spec) -> str:
    kind, sent, comparison = context.kind(change), change.after or {}, context.comparison(change.address)
    for name in kind.identity:
        if shown.get(name) is None or sent.get(name) is None:
            continue
        # A server may add to an object what was not sent: that is the same thing all the same.
        theirs = {**sent, name: restrict(shown[name], sent[name])}
        if key_of(kind, theirs, (name,), comparison) != key_of(kind, sent, (name,), comparison):
            return f"the answer shows another {name} than was sent"
    return ""


def still_listed(context: Context, change: Change) -> Generator[Http, Any, bool]:
    """Whether a list goes on showing what is said to be gone: a 404 may as well be of a path that a proxy lost."""
    kind, at = context.kind(change), context.scope(change.address)

    def look() -> list[str]:
        ids = [kind.id_of(raw) for raw in context.api.list(kind, at)]  # without what is deleted
        return [] if change.id in ids else ["gone"]

    return not (yield Http(lambda: looked(context, look)))


def unreadable_inside(context: Context, project: Address, id: str) -> Generator[Http, Any, ApiError | None]:
    """Read every list that the changes in a project just made will need. Return what keeps one from being read.

    No plan could read them, and what is made where a list can't be read could not be found again.
    """
    inside = context.inside.get(project.name, ())
    kinds = {kind.owner or kind.name for kind in map(context.kind, inside)}
    kinds |= {ref.kind for change in inside for ref in unresolved(context, change)}
    try:
        for name in sorted(kinds):
            yield from read_list(context, BY_NAME[name], Scoped(project=id))
    except ApiError as error:
        return error
    return None
