"""Doubt a response: an id that is another's, a list that still shows what was deleted."""

from __future__ import annotations

from collections.abc import Collection, Generator, Sequence
from typing import Any

from wexa_sync.api.calls import Ids, Raw
from wexa_sync.api.checks import unwrap
from wexa_sync.apply.find import items_shown, looked
from wexa_sync.apply.lists import read_lists
from wexa_sync.apply.references import unresolved
from wexa_sync.apply.steps import Http, Together
from wexa_sync.apply.task import Task
from wexa_sync.compare.changes import field_changes
from wexa_sync.compare.parts import identical, overlay, restrict
from wexa_sync.compare.same import is_as_expected, natural_key
from wexa_sync.compare.sides import live_fingerprint
from wexa_sync.errors import ApiError, NotBegun, WexaSyncError
from wexa_sync.kinds import BY_NAME
from wexa_sync.kinds.base import Nature
from wexa_sync.kinds.endpoint import Endpoint
from wexa_sync.kinds.spec.wire import at_path, decode
from wexa_sync.model import Spec


def read_again(task: Task) -> Generator[Http, Any, Spec | None]:
    """Return the live spec at this moment; None where the resource is gone."""
    raw = yield Http(lambda: task.context.api.read(task.kind, task.ids))
    return decode(task.kind, raw) if raw is not None else None


def not_ours(task: Task, answer: Raw, ids: Sequence[str]) -> str:
    """Return why the response to a create can't be about what was just made; empty where it may be.

    A resource may be made again under its id. A run is never the one that ran before.
    """
    context, kind, place, record = task.context, task.kind, task.place, task.record
    if kind.nature is Nature.ACTION:
        listed, own = context.seen_before.get(task.address), frozenset[str]()
    else:
        listed, own = context.lists.get((kind.name, place)), frozenset(record.ids if record is not None else ())
    for id in ids:  # the field's name
        if (id in task.known and id not in own) or (listed is not None and id in listed.ids):
            return f"the answer names {id}, which was there before"
    if place.project and answer.get("projectID") not in (None, "", place.project):
        return f"the answer names {ids[0]}, of another project"
    return ""


def spelt_otherwise(task: Task, answer: Raw) -> str:
    """Return why the response to a create is not about what was sent, by its name; empty where it may be."""
    kind = task.kind
    if task.creation.shows_owner:
        return ""
    faults = [_differs(task, decode(kind, form)) for form in kind.forms(answer)]
    return "" if "" in faults else faults[0]


def _differs(task: Task, shown: Spec) -> str:
    kind, sent, comparison = task.kind, task.declared, task.comparison
    for name in kind.identity:
        if shown.get(name) is None or sent.get(name) is None or identical(shown[name], sent[name]):
            continue
        # A server may add to an object what was not sent: that is the same thing all the same.
        theirs = {**sent, name: restrict(shown[name], sent[name])}
        if natural_key(kind, theirs, (name,), comparison) != natural_key(kind, sent, (name,), comparison):
            return f"the answer shows another {name} than was sent"
    return ""


def is_as_planned(task: Task, live: Spec) -> bool:
    """True when nobody changed, since the plan, what an update decides on."""
    found = live_fingerprint(task.kind, *task.compared(live))
    return is_as_expected(found, task.change.expected, task.comparison)


def not_done(
    task: Task, endpoint: Endpoint, answer: Any, names: Collection[str]
) -> Generator[Http, Any, WexaSyncError | None]:
    """Return the error where an update that was accepted did not change those fields.

    The response may prove the update; else the resource is read again.
    """
    undocumented = bool(endpoint.undocumented)
    if not undocumented and proven(task, endpoint, answer, names):
        return None
    live = yield from read_again(task)
    left = _unchanged(task, live, names, strictly=undocumented) if live is not None else ["everything"]
    if not left:
        return None
    return WexaSyncError(
        f"the server accepted the update, but {', '.join(left)} did not change",
        hint="The call is undocumented and does not do it there: change the flow in Wexa Studio."
        if undocumented
        else "`wexa-sync plan` shows what it is now. If it stays so, change it in Wexa Studio.",
    )


def not_made(task: Task, id: str) -> Generator[Http, Any, WexaSyncError | None]:  # the field's name
    """Read back what an undocumented call made. Return the error where it is not there, or not as declared."""
    raw = yield Http(lambda: task.context.api.read(task.kind, task.ids_with(id)))
    left = _unchanged(task, decode(task.kind, raw), task.declared) if raw is not None else ["all of it"]
    if not left:
        return None
    return WexaSyncError(
        f"the server accepted it, but a read does not show {', '.join(left)} as declared",
        hint="The call is undocumented and does not do it there: look in Wexa Studio.",
    )


def proven(task: Task, endpoint: Endpoint, answer: Any, names: Collection[str]) -> bool:
    """True when the response to an update has the resource's id and shows each of those fields as declared."""
    found = unwrap(answer)
    if endpoint.shows_owner:
        shown_there = items_shown(task, endpoint, found)
        found = next((item for item in shown_there if task.kind.id_of(item) == task.change.id), {})
    shown, fields = decode(task.kind, found), task.kind.fields
    return (
        task.change.id in [found.get(name) for name in task.kind.ids]
        and all(
            at_path(shown, field.path) is not None
            for field in task.change.fields
            if field.path[0] in names and fields.shows(field.path)
        )
        and not _unchanged(task, shown, names)
    )


def _unchanged(task: Task, live: Spec, names: Collection[str], *, strictly: bool = False) -> list[str]:
    """Return those of the fields that are not as declared. What was applied and is no longer declared must be gone.

    `strictly`: also the fields that changed and that reads do not show.
    """
    unseen = {
        name: value for name, value in task.declared.items() if not strictly or not task.kind.fields.shows((name,))
    }
    applied = overlay(task.applied or {}, unseen, task.kind.fields)
    fields = field_changes(task.kind, task.declared, live, applied, task.comparison, task.ignored)
    return [name for name in dict.fromkeys(str(field.path[0]) for field in fields) if name in names]


def not_gone(task: Task, *, accepted: bool) -> Generator[Http, Any, str]:
    """Return why a resource does not count as deleted; empty where it does. `accepted`: the server took the delete.

    A 404 proves little: it may as well be of a path that a proxy lost.
    """
    if accepted and not (yield from _is_unreadable(task)):
        return "the server accepted the delete, but it is still there"
    if not accepted and (yield from still_listed(task)):
        return "the server says that it is not there, and lists it all the same"
    return ""


def _is_unreadable(task: Task) -> Generator[Http, Any, bool]:
    """True when the resource can't be read any more, now or in a moment."""

    def look() -> list[str]:
        return ["gone"] if task.context.api.read(task.kind, task.ids) is None else []

    return bool((yield Http(lambda: looked(task.context, look))))


def still_listed(task: Task) -> Generator[Http, Any, bool]:
    """True when the list goes on showing the resource."""

    def look() -> list[str]:
        ids = [task.kind.id_of(raw) for raw in task.context.api.list(task.kind, task.place)]  # without deleted ones
        return [] if task.change.id in ids else ["gone"]

    return not (yield Http(lambda: looked(task.context, look)))


def unreadable_inside(task: Task, id: str) -> Generator[Together, Any, ApiError | None]:
    """Read every list that the changes in a project just made will need. Return what keeps one from being read.

    No plan could read them, and what is made where a list can't be read could not be found again. Nothing keeps those
    from being read that are not asked for any more, since it was time to stop: nothing inside begins then.
    """
    inside = [Task(task.context, change) for change in task.context.inside.get(task.address.name, ())]
    kinds = {each.address.owner[0] if each.address.owner else each.kind.implied_by or each.kind.name for each in inside}
    kinds |= {ref.kind for each in inside for ref in unresolved(each)}
    listed = [kind for kind in map(BY_NAME.__getitem__, sorted(kinds)) if not kind.inside and kind.listing is not None]
    try:
        yield from read_lists(task.context, [(kind, Ids.within(kind, id)) for kind in listed])
    except NotBegun:
        return None
    except ApiError as error:
        return error
    return None
