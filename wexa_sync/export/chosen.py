"""Choose what of a survey becomes manifests: what people made, and what that refers to. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping

from msgspec import Struct

from wexa_sync.export.survey import Survey, Thing
from wexa_sync.kinds import BY_NAME, owner_of
from wexa_sync.kinds.spec.wire import references
from wexa_sync.model import Ref


class Wishes(Struct, frozen=True, kw_only=True):
    """Hold what a person wants of an export beyond what it does by itself.

    `with_values`: what of a connector's config is no secret is written too. `all_made`: what connectors made, and
    whatever else nothing refers to. `skip_hired`: what comes from the marketplace is left out.
    """

    with_values: bool = False
    all_made: bool = False
    skip_hired: bool = False


_ALL_OWN = Wishes()


def chosen(survey: Survey, wishes: Wishes = _ALL_OWN) -> tuple[Thing, ...]:
    """Return the things that become manifests, in the order of the survey; parts go with their owners."""
    gone = {(thing.kind.name, id) for thing in survey.things if _is_left_out(thing, survey, wishes) for id in thing.ids}
    there = [thing for thing in survey.things if not _is_in(thing, gone)]
    if wishes.all_made:
        return tuple(there)
    used = {(ref.kind, ref.id or "") for thing in there for _, ref in references(thing.spec)}
    by_id, names = survey.by_id, unique_names(survey)

    def is_needed(thing: Thing) -> bool:
        called = (thing.kind.name, thing.project, thing.name) in names
        return any((thing.kind.name, id) in used for id in thing.ids) and not (called and _is_brought(thing, by_id))

    return tuple(thing for thing in there if thing.kind.maker is None or is_needed(thing))


def unique_names(survey: Survey) -> Collection[tuple[str, str, str]]:
    """Return the names that lead to one thing alone: kind, id of the project, and name."""
    cut = {(each.kind, each.project) for each in survey.unread}
    named = Counter((thing.kind.name, thing.project, thing.name) for thing in survey.things if not owner_of(thing.kind))
    return {key for key, number in named.items() if number == 1 and key[2] and key[:2] not in cut}


def _is_in(thing: Thing, gone: Collection[tuple[str, str]]) -> bool:
    """True when a thing is among those that are gone, or is a part of one."""
    owner = owner_of(thing.kind)
    return (thing.kind.name, thing.id) in gone or (owner is not None and (owner.name, thing.owner) in gone)


def _is_left_out(thing: Thing, survey: Survey, wishes: Wishes) -> bool:
    """True when a thing is none for a manifest: the server makes it by itself, its time has come, it was hired."""
    if thing.kind.exported.comes_along(thing.raw) and not wishes.all_made:
        return True
    return _has_ended(thing, survey.now) or (wishes.skip_hired and is_hired(thing))


def _has_ended(thing: Thing, now: float) -> bool:
    try:
        end = thing.kind.ends_at(thing.spec)
    except (ValueError, OverflowError):  # the server shows no time
        return False
    return end is not None and end <= now


def is_hired(thing: Thing) -> bool:
    """True when an action of the marketplace made the thing."""
    marks = (kind.marked_by for kind in BY_NAME.values() if kind.makes == thing.kind.name)
    return any(thing.raw.get(mark) for mark in marks)


def _is_brought(thing: Thing, by_id: Mapping[tuple[str, str], Thing]) -> bool:
    """True when something made the thing that the server itself makes in a project."""
    maker = thing.kind.maker
    ref = thing.spec.get(maker.field) if maker is not None else None
    other = by_id.get((ref.kind, ref.id or "")) if isinstance(ref, Ref) else None
    if maker is None or other is None or not other.kind.exported.comes_along(other.raw):
        return False
    return maker.made({**thing.spec, maker.field: other.id}, [other.raw])
