"""Merge a value's three sides (declared, live, last applied) into trees of one shape.

The manifest owns a list: it decides which items there are, and their order. Fields that others keep in an item stay.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from wexa_sync.compare.ids import Comparison
from wexa_sync.compare.parts import paired, patched
from wexa_sync.compare.same import kept, same_value
from wexa_sync.kinds.spec.fields import NO_DEFAULT, UNKNOWN, Field, Format, Order
from wexa_sync.kinds.spec.wire import default_of, is_sealed
from wexa_sync.secrecy.find import has_secret
from wexa_sync.secrecy.hide import hidden

ABSENT: Any = object()
"""No value stands at the place."""

NEVER: Any = object()
"""Nothing was ever applied at the place: there is no record to judge by."""


class Sides(NamedTuple):
    """Hold the three sides of one place.

    `theirs`: live, restricted to the fields that are declared now or were at the last apply. `target`: the value that
    should stand there; nothing has to change where it equals `theirs`. `last`: the value that was last applied.
    """

    theirs: Any
    target: Any
    last: Any


def merge(wanted: Any, live: Any, last: Any, field: Field, comparison: Comparison, *, strict: bool = False) -> Sides:
    """Return the sides of one place.

    A field of the schema that a read leaves out may have a value all the same: the last apply decides. With `strict`, a
    field that is left out has no value: so in list items, and in objects whose fields the schema does not know.
    """
    if type(wanted) is str and wanted == live and not field.write_only:  # far the most common
        return Sides(live, live, last)
    if live is None and wanted is not ABSENT and field.format is Format.JSON_TEXT:
        live = ABSENT  # a server may have no such form of a text: nobody took it away
    if field.write_only:
        return _write_only(wanted, last, field, comparison)
    if wanted is ABSENT:
        return _removed(live, last, field, comparison, strict=strict)
    if live is ABSENT:
        return _unseen(wanted, last, field, comparison, strict=strict)
    if isinstance(wanted, dict) and isinstance(live, dict):
        return _mappings(wanted, live, last, field, comparison, strict=strict)
    if isinstance(wanted, list) and isinstance(live, list) and field.order is not Order.SET:
        return _lists(wanted, live, last, field, comparison)
    if _stands(wanted, live, last, field, comparison):
        theirs = hidden(live) if has_secret(wanted) else live
        return Sides(theirs, theirs, last)
    return Sides(hidden(live) if has_secret(wanted, last) else live, wanted, last)


def _write_only(wanted: Any, last: Any, field: Field, comparison: Comparison) -> Sides:
    """Return the sides of a write-only field: live counts as what was applied last."""
    if wanted is ABSENT:
        return _removed(ABSENT, last, field, comparison, strict=False)
    if _is_applied(wanted, last, field, comparison):
        return Sides(wanted, wanted, last)
    return Sides(ABSENT if last is NEVER else last, wanted, last)


def _stands(wanted: Any, live: Any, last: Any, field: Field, comparison: Comparison) -> bool:
    """True when live is as declared, or is the form in which the server keeps the declared and applied value."""
    if same_value(wanted, live, field, comparison):
        return True
    return kept(wanted, live) and (last is NEVER or _is_applied(wanted, last, field, comparison))


def _is_applied(wanted: Any, last: Any, field: Field, comparison: Comparison) -> bool:
    return last is not NEVER and last is not ABSENT and same_value(wanted, last, field, comparison)


def _unseen(wanted: Any, last: Any, field: Field, comparison: Comparison, *, strict: bool) -> Sides:
    """Return the sides of a declared field that the read leaves out."""
    if not strict and _is_applied(wanted, last, field, comparison):
        return Sides(wanted, wanted, last)  # as far as anybody can know
    return Sides(ABSENT, ABSENT if strict and _stands(wanted, None, last, field, comparison) else wanted, last)


def _removed(live: Any, last: Any, field: Field, comparison: Comparison, *, strict: bool) -> Sides:
    """Return the sides of a field that was applied and is no longer declared: its default is wanted, or nothing."""
    if isinstance(last, dict) and last and isinstance(live, dict):
        inner = _mappings({}, live, last, field, comparison, strict=strict)
        # What stands beside was never ours to remove. Where nothing does, nothing is left to stand there.
        left = [item for item in inner.target.values() if item is not None]
        alone = not field.fields and not left and inner.theirs.keys() == live.keys()
        return Sides(inner.theirs, ABSENT, last) if alone else inner
    if "array" in field.types or (field.words is not None and field.default is NO_DEFAULT):
        return _left_out(live, last)
    default = ABSENT if field.default is NO_DEFAULT else default_of(field)
    if live is ABSENT:
        settled = strict or default is ABSENT or same_value(last, default, field, comparison)
        return Sides(ABSENT, ABSENT if settled else default, last)
    if default is ABSENT:  # a field of the schema may go back to empty, but not away
        sides = Sides(live, live if live is None or (not strict and kept(None, live)) else ABSENT, last)
    else:
        sides = merge(default, live, NEVER, field, comparison, strict=strict)
    hide = has_secret(last) and not same_value(sides.theirs, sides.target, field, comparison)
    return Sides(hidden(sides.theirs) if hide else sides.theirs, sides.target, last)


def _left_out(live: Any, last: Any) -> Sides:
    """Return the sides of a list, or a word, that was applied and is left out: it is managed no longer, and it stays.

    Where a read does not show it, an update that the API wants it with sends what was applied.
    """
    if live is ABSENT and last is not NEVER and last is not ABSENT and not is_sealed(last):
        return Sides(last, last, last)
    return Sides(ABSENT, ABSENT, last)


def _mappings(
    wanted: dict[str, Any], live: dict[str, Any], last: Any, field: Field, comparison: Comparison, *, strict: bool
) -> Sides:
    theirs: dict[str, Any] = {}
    target: dict[str, Any] = {}
    earlier: dict[str, Any] = {}
    fields, before = field.fields, last if isinstance(last, dict) else {}
    for name in dict.fromkeys([*wanted, *before]):
        sides = merge(
            wanted.get(name, ABSENT),
            live.get(name, ABSENT),
            before.get(name, NEVER if last is NEVER else ABSENT),
            fields.get(name, UNKNOWN),
            comparison,
            strict=strict or name not in fields,
        )
        if sides.theirs is not ABSENT:
            theirs[name] = sides.theirs
        if sides.target is not ABSENT:
            target[name] = sides.target
        if sides.last is not ABSENT and sides.last is not NEVER:
            earlier[name] = sides.last
    return Sides(theirs, target, earlier if isinstance(last, dict) else last)


def _lists(wanted: list[Any], live: list[Any], last: Any, field: Field, comparison: Comparison) -> Sides:
    before = last if isinstance(last, list) else []
    places, earlier = paired(wanted, live, field.key), paired(wanted, before, field.key)
    sides = [
        merge(
            item,
            ABSENT if place is None else live[place],
            before[then] if then is not None else NEVER if last is NEVER else ABSENT,
            field.items or UNKNOWN,
            comparison,
            strict=True,
        )
        for item, place, then in zip(wanted, places, earlier, strict=True)
    ]
    if earlier == list(range(len(before))):
        last = [side.last for side in sides]
    whole = hidden(live) if has_secret(wanted, last) else live
    if len(wanted) == len(live) and all(place in (None, index) for index, place in enumerate(places)):
        # Item by item. One that is there for the first time takes the place of another, as a whole.
        theirs = [whole[at] if places[at] is None else side.theirs for at, side in enumerate(sides)]
        return Sides(theirs, [_item(side, item) for side, item in zip(sides, wanted, strict=True)], last)
    items = [
        _item(side, item) if place is None else patched(live[place], side.theirs, _item(side, item))
        for item, place, side in zip(wanted, places, sides, strict=True)
    ]
    return Sides(whole, items, last)


def _item(side: Sides, wanted: Any) -> Any:
    return wanted if side.target is ABSENT else side.target
