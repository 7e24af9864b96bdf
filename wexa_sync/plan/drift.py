"""Find what changed on the live side since the last apply: what the state knows against what is live. Pure.

The result has the shape of a plan, read the other way: the `before` of a field was applied, and its `after` is live.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import groupby

from msgspec.structs import replace

from wexa_sync.compare.changes import field_changes
from wexa_sync.compare.ids import comparison_in
from wexa_sync.compare.parts import part_of
from wexa_sync.kinds import BY_NAME
from wexa_sync.kinds import part_of as part_kind
from wexa_sync.kinds.base import Kind, Nature
from wexa_sync.kinds.strangers import comes_by_itself, matching
from wexa_sync.model import (
    Action,
    Address,
    Basis,
    Change,
    FieldChange,
    Live,
    Observation,
    Pair,
    Place,
    Plan,
    Record,
    Unmanaged,
)
from wexa_sync.plan.hide import keep_secret
from wexa_sync.text.json import plain
from wexa_sync.text.suggest import named

_REMOVED, _ADDED = "removed on the live side", "added on the live side"


def drift(seen: Observation, *, presumed: AbstractSet[str], ignore: Sequence[str]) -> Plan:
    """Return what changed on the live side since the last apply, and what is unmanaged in managed projects.

    `presumed`: the names of the connectors that a project begins with. `ignore`: patterns of what may be unmanaged.
    """
    ours = {address for address, pair in seen.pairs.items() if pair.record is not None}
    places = {address.place for address in ours}
    changes = [change for address in sorted(ours) if (change := _changed(seen.pairs[address], seen))]
    parts = ((place, lives) for place, lives in seen.unmanaged.items() if place.owner is not None and place in places)
    added = [change for place, lives in parts for change in _added(place, lives)]
    is_ignored = matching(ignore)
    beside = tuple(
        Unmanaged(owner=project, kind=kind.name, id=live.id, title=title)
        for project, kind, title, live in _beside(seen, ours, places)
        if not comes_by_itself(kind, live.spec, presumed) and not is_ignored(kind.name, (title, *live.ids))
    )
    unread = {address: why for address in sorted(ours) if (why := seen.pairs[address].unread)}
    found = Plan(
        target=seen.target,
        lineage=seen.lineage,
        serial=seen.serial,
        changes=tuple(sorted([*changes, *added], key=lambda change: change.address)),
        unmanaged=beside,
        warnings=(*_listed(beside), *_unseen(seen, ours), *_unread(unread)),
        ids=seen.ids,
        basis=Basis(since_apply=True, unseen=tuple(unread)),
    )
    return keep_secret(found, seen)


def _changed(pair: Pair, seen: Observation) -> Change | None:
    """Return how a resource differs from what was applied; None for an action, for what is as it was, or unread.

    What is recorded and not listed was read by its id: where that is not live, it is gone, whatever a list leaves out.
    """
    kind, record = BY_NAME[pair.address.kind], pair.record
    assert record is not None
    if kind.nature is Nature.ACTION or pair.unread:
        return None
    if pair.live is None or pair.live.id != record.id:
        end = kind.ends_at(record.spec)
        if end is not None and end <= seen.now:
            return None
        others = [live.id for live in (pair.live, *pair.candidates) if live is not None]
        reason = f"{_REMOVED}; of its name, and not applied: {named(others)}" if others else _REMOVED
        return Change(action=Action.DELETE, address=pair.address, id=record.id, before=record.spec, reason=reason)
    fields = _fields(pair.address, record, pair.live, seen)
    if not fields:
        return None
    return Change(
        action=Action.UPDATE,
        address=pair.address,
        id=pair.live.id,
        before=record.spec,
        after=part_of(kind, pair.live.spec, record.spec),
        fields=fields,
    )


def _fields(address: Address, record: Record, live: Live, seen: Observation) -> tuple[FieldChange, ...]:
    """Return the fields that differ: the applied value before, the live one after."""
    comparison = comparison_in(address.project, seen.ids, seen.externals, seen.lineage)
    kind, ignore = BY_NAME[address.kind], record.lifecycle.ignore_changes
    found = (
        field_changes(kind, record.spec, spec, record.spec, comparison, ignore) for spec in (live.spec, *live.also)
    )
    fewest = min(found, key=len)  # the same response may stand for several specs
    return tuple(replace(each, before=each.after, after=each.before, changed_by="live") for each in fewest)


def _added(place: Place, lives: tuple[Live, ...]) -> Iterator[Change]:
    kind = BY_NAME[place.kind]
    for live in lives:
        address = Address(kind=kind.name, name=live.id, project=place.project, owner=place.owner)
        shown = {name: live.spec[name] for name in (kind.display, *kind.identity) if live.spec.get(name)}
        yield Change(action=Action.CREATE, address=address, id=live.id, after=shown, reason=_ADDED)


def _beside(seen: Observation, ours: set[Address], places: set[Place]) -> Iterator[tuple[Address, Kind, str, Live]]:
    """Give what is live in projects of ours, and that no apply made and nothing of ours holds: project, kind, title.

    What comes with a project is named only where some of its kind is ours.
    """
    for place, lives in sorted(seen.unmanaged.items()):
        project, kind = Address(kind="Project", name=place.project), BY_NAME[place.kind]
        if kind.goes_along and place not in places:
            continue
        if place.project and project in ours and part_kind(kind) is None and kind.nature is not Nature.ACTION:
            for live in lives:
                yield project, kind, plain(live.spec.get(kind.display) or ""), live


def _unseen(seen: Observation, ours: set[Address]) -> Iterator[str]:
    """Give a warning for each list of a project of ours that leaves out what nobody manages, or may."""
    for place, why in sorted(seen.cut.items()):
        project, kind = Address(kind="Project", name=place.project), BY_NAME[place.kind]
        if project in ours and kind.nature is not Nature.ACTION:
            yield f"{project} is not seen whole: {why}. What no apply made among those is not named."


def _unread(unread: Mapping[Address, str]) -> Iterator[str]:
    """Yield a warning for each reason why something of ours can't be seen. `unread`: the reasons, sorted by address."""
    why_of = unread.__getitem__
    for why, addresses in groupby(sorted(unread, key=why_of), key=why_of):
        yield f"Nobody knows whether {named([*addresses])} changed, as the list can't be read: {why}."


def _listed(found: tuple[Unmanaged, ...]) -> Iterator[str]:
    for owner, group in groupby(found, key=lambda each: each.owner):
        names = [f"{each.kind} {each.title!r} ({each.id})" for each in group]
        yield f"{owner} holds what no apply made: {named(names)}. Declare it and plan with --adopt, or leave it."
