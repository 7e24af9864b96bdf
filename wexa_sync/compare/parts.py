"""Take specs apart and lay them over each other; pair the items of lists."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable
from typing import Any

from wexa_sync.kinds.base import Kind
from wexa_sync.kinds.spec.fields import UNKNOWN, Field, all_in, has_no_key, is_sent, select
from wexa_sync.kinds.spec.wire import at_path, is_sealed, replaced
from wexa_sync.model import LEAVES, Path, Sealed, Secret, Spec, show_path
from wexa_sync.secrecy.find import has_secret
from wexa_sync.secrecy.hide import hidden

_TEXT = frozenset({str})

_NAMES = ("_id", "id", "name")
"""The fields that identify a list item, the surest first."""


def sent_fields(kind: Kind, spec: Spec) -> dict[str, Any]:
    """Return the part of a spec that is sent: without the fields for wexa-sync alone and those that the server sets."""
    sent: dict[str, Any] = select(spec if isinstance(spec, dict) else dict(spec), kind.fields, is_sent)
    return sent


def part_of(kind: Kind, live: Spec, shape: Spec) -> Any:
    """Return live restricted to what is sent of `shape`."""
    return restrict(aligned(live, shape, kind.fields), sent_fields(kind, shape))


def aligned(value: Any, like: Any, field: Field) -> Any:
    """Return the value with the items of its keyed lists in the order of `like`. Items that `like` lacks come last."""
    if has_no_key(field) and all_in(field, has_no_key):
        return value
    if isinstance(value, dict) and isinstance(like, dict):
        return {name: aligned(item, like.get(name), field.fields.get(name, UNKNOWN)) for name, item in value.items()}
    if not isinstance(value, list) or not isinstance(like, list):
        return value
    places = {place: at for at, place in enumerate(paired(like, value, field.key)) if place is not None}
    items = [
        aligned(item, like[places[place]] if place in places else None, field.items or UNKNOWN)
        for place, item in enumerate(value)
    ]
    if has_no_key(field):
        return items
    return [item for _, item in sorted(enumerate(items), key=lambda pair: places.get(pair[0], len(like)))]


def restrict(value: Any, shape: Any) -> Any:
    """Return `value` restricted to the keys that `shape` has, and secret wherever `shape` is: live is not shown either.

    Lists of the same length are entered item by item, others are taken whole.
    """
    if type(shape) is str:  # by far the most common
        return value
    if isinstance(shape, (Secret, Sealed)):
        return hidden(value)
    if isinstance(value, dict) and isinstance(shape, dict):
        return {key: restrict(value[key], shape[key]) for key in shape if key in value}
    if isinstance(value, list) and isinstance(shape, list):
        if len(value) == len(shape):
            return [restrict(item, like) for item, like in zip(value, shape, strict=True)]
        return hidden(value) if has_secret(shape) else value
    return value


def identical(one: Any, other: Any) -> bool:
    """True when two values are the same, and of the same types in every place."""
    if type(one) is not type(other):
        return False
    if type(one) is str:  # by far the most common
        return bool(one == other)
    if isinstance(one, dict):
        if are_texts(one) and are_texts(other):
            return bool(one == other)
        if one.keys() != other.keys():
            return False
        for name, item in one.items():  # leaves without a call
            twin = other[name]
            if item != twin or type(item) is not type(twin) if type(item) in LEAVES else not identical(item, twin):
                return False
        return True
    if isinstance(one, list):
        return len(one) == len(other) and all(map(identical, one, other))
    return bool(one == other)


def are_texts(value: dict[str, Any]) -> bool:
    """True when an object has texts alone: two equal ones are of the same types then."""
    return _TEXT.issuperset(map(type, value.values()))


def holds(value: Any, shape: Any) -> bool:
    """True when `value` has what `shape` has, the same and of the same types. Its objects may have more fields."""
    if type(value) is not type(shape):
        return False
    if type(shape) is str:  # by far the most common
        return bool(value == shape)
    if isinstance(shape, dict):
        for name, item in shape.items():  # leaves without a call
            twin = value.get(name)
            if item != twin or type(item) is not type(twin) if type(item) in LEAVES else not holds(twin, item):
                return False
            if twin is None and name not in value:
                return False
        return True
    if isinstance(shape, list):
        return len(value) == len(shape) and all(map(holds, value, shape))
    return bool(value == shape)


def ignored(path: Path, ignore: Iterable[str]) -> bool:
    """True when the path is, or lies inside, one of the `ignore_changes` paths."""
    shown = show_path(path)
    return any(shown == prefix or shown.startswith((f"{prefix}.", f"{prefix}[")) for prefix in ignore)


def touches(path: Path, ignore: Iterable[str]) -> bool:
    """True when the path is ignored, or something inside it is."""
    shown = show_path(path)
    return ignored(path, ignore) or any(each.startswith((f"{shown}.", f"{shown}[")) for each in ignore)


def paired(ours: list[Any], theirs: list[Any], key: str = "") -> list[int | None]:
    """Return for each item of ours the place of the same item in theirs, None where theirs has none.

    Items are the same by the key, where the schema names one. Else by id, else by name, else when they say the same. Of
    what is then left over on both sides, as many items on each, the items are the same by their order.
    """
    found: list[int | None] = [None] * len(ours)
    if key:
        _pair_by_name(ours, theirs, found, key)
        return found
    for name in _NAMES:
        _pair_by_name(ours, theirs, found, name)
    _pair_by_content(ours, theirs, found)
    left = [place for place, other in enumerate(found) if other is None]
    free = _free(theirs, found)
    if len(left) == len(free):
        for place, other in zip(left, free, strict=True):
            if not _are_strangers(ours[place], theirs[other]):
                found[place] = other
    return found


def _free(theirs: list[Any], found: list[int | None]) -> list[int]:
    taken = set(found)
    return [place for place in range(len(theirs)) if place not in taken]


def _pair_by_name(ours: list[Any], theirs: list[Any], found: list[int | None], name: str) -> None:
    named: defaultdict[str, deque[int]] = defaultdict(deque)
    for place in _free(theirs, found):
        if (text := _name_of(theirs[place], name)) is not None:
            named[text].append(place)
    for place, item in enumerate(ours):
        if found[place] is None and (others := named.get(_name_of(item, name) or "")):
            found[place] = others.popleft()


def _pair_by_content(ours: list[Any], theirs: list[Any], found: list[int | None]) -> None:
    free = dict.fromkeys(_free(theirs, found))
    for place, item in enumerate(ours):
        if found[place] is None and isinstance(item, dict):
            nearest = [place] if place in free else []
            same = next((other for other in (*nearest, *free) if _says(theirs[other], item)), None)
            if same is not None:
                found[place] = same
                del free[same]


def _says(theirs: Any, item: dict[str, Any]) -> bool:
    return isinstance(theirs, dict) and bool(as_kept(restrict(theirs, item)) == as_kept(item))


def as_kept(value: Any) -> Any:
    """Return a value as the least exact server keeps it: texts trimmed, and neither empty texts nor nulls."""
    if isinstance(value, dict):
        return {name: left for name, item in value.items() if (left := as_kept(item)) is not None}
    if isinstance(value, list):
        return [as_kept(item) for item in value]
    value = value.reveal() if isinstance(value, Secret) else value
    return (value.strip() or None) if isinstance(value, str) else value


def _name_of(item: Any, name: str) -> str | None:
    text = item.get(name) if isinstance(item, dict) else None
    return (text.strip() or None) if isinstance(text, str) else None  # a server may have trimmed it


def _are_strangers(item: Any, other: Any) -> bool:
    """True when two items of one place have different names, and agree in nothing else: not one item renamed."""
    named = [(_name_of(item, name), _name_of(other, name)) for name in _NAMES]
    if all(one == another for one, another in named if one and another):
        return False
    rest = {key: value for key, value in item.items() if key not in _NAMES}
    return not rest or restrict(other, rest) != rest


def patched(live: Any, theirs: Any, target: Any) -> Any:
    """Return live with `target` in the place of `theirs`, a part of live: what stands beside that part stays."""
    if isinstance(live, dict) and isinstance(theirs, dict) and isinstance(target, dict):
        beside = {key: item for key, item in live.items() if key in target or key not in theirs}
        return beside | {key: patched(live.get(key), theirs.get(key), item) for key, item in target.items()}
    sides = (live, theirs, target)
    if all(isinstance(side, list) for side in sides) and len(live) == len(theirs) == len(target):
        return [patched(*items) for items in zip(*sides, strict=True)]
    return target


def overlay(under: Any, over: Any, field: Field) -> Any:
    """Return `under` with everything that `over` says; of a list, the items are those of `over`."""
    if isinstance(under, dict) and isinstance(over, dict):
        fields = field.fields
        inner = {name: overlay(under.get(name), item, fields.get(name, UNKNOWN)) for name, item in over.items()}
        return {**under, **inner}
    if isinstance(under, list) and isinstance(over, list):
        places, items = paired(over, under, field.key), field.items or UNKNOWN
        return [item if at is None else overlay(under[at], item, items) for item, at in zip(over, places, strict=True)]
    return over


def without(value: Any, path: Path) -> Any:
    """Return a copy in which nothing stands at the path, and no mapping on the way is empty for that."""
    if not isinstance(value, dict) or path[0] not in value:
        return value
    inner = without(value[path[0]], path[1:]) if len(path) > 1 else {}
    if inner is value[path[0]] and inner != {}:
        return value
    rest = value.copy()
    del rest[path[0]]
    if inner != {}:
        rest[path[0]] = inner
    return rest


def reset(value: Any, others: Any, path: Path) -> Any:
    """Return a copy with what `others` has at the path, or nothing where they have nothing there."""
    *way, last = path
    around = at_path(others, tuple(way))
    present = isinstance(around, dict) and last in around
    return replaced(value, path, at_path(others, path)) if present else without(value, path)


def known_of(recorded: Spec, declared: Spec) -> Spec:
    """Return what is declared, and what is recorded besides. What is sealed can't be sent, so it is not known."""
    return {name: value for name, value in {**recorded, **declared}.items() if not is_sealed(value)}
