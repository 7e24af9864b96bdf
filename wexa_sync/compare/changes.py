"""Find the fields that differ, and who changed them. The only user of deepdiff."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from wexa_sync.compare.ids import Comparison
from wexa_sync.compare.parts import ignored, restrict, sent_fields
from wexa_sync.compare.same import kept, plain, same_value
from wexa_sync.compare.sides import sides_of
from wexa_sync.kinds.base import Kind
from wexa_sync.kinds.spec.fields import UNKNOWN, Field, Format, Order
from wexa_sync.kinds.spec.wire import at_path, with_defaults, with_derived
from wexa_sync.model import FieldChange, Path, Sealed, Spec, show_path


def edited(kind: Kind, declared: Spec, applied: Spec, comparison: Comparison) -> tuple[FieldChange, ...]:
    """Return the fields whose declared value is not the applied one, each as deep as both sides have the same form.

    So a secret that is as it was is no part of a change beside it: nobody could tell that from its shown value.
    """
    now, before = sent_fields(kind, declared), sent_fields(kind, applied)
    return tuple(_edits(now, before, kind.fields, comparison, ()))


def _edits(now: Any, before: Any, field: Field, comparison: Comparison, path: Path) -> Iterator[FieldChange]:
    if same_value(now, before, field, comparison):
        return
    if isinstance(now, dict) and isinstance(before, dict):
        for name in sorted({*now, *before}):
            inner = field.fields.get(name, UNKNOWN)
            yield from _edits(now.get(name), before.get(name), inner, comparison, (*path, name))
    elif _item_by_item(now, before, field):
        for index, sides in enumerate(zip(now, before, strict=True)):
            yield from _edits(*sides, field.items or UNKNOWN, comparison, (*path, index))
    else:
        yield FieldChange(path=path, before=before, after=now, changed_by="repository")


def _item_by_item(now: Any, before: Any, field: Field) -> bool:
    """True for lists of objects that have as many items on both sides."""
    are_lists = isinstance(now, list) and isinstance(before, list) and field.order is not Order.SET
    return are_lists and len(now) == len(before) and all(isinstance(item, dict) for item in (*now, *before))


def field_changes(
    kind: Kind, declared: Spec, live: Spec, applied: Spec | None, comparison: Comparison, ignore: Iterable[str] = ()
) -> tuple[FieldChange, ...]:
    """Return what has to change live, sorted by path; empty where live is as declared.

    `applied` is None for a resource that was never applied by us.
    """
    sides = sides_of(kind, declared, live, applied, comparison, ignore)
    if same_value(sides.theirs, sides.target, kind.fields, comparison):
        return ()
    # As it was sent, with defaults and derived fields: those are nobody's change.
    sent = with_defaults(kind, with_derived(kind, sides.last, declared=sides.last)) if applied is not None else None

    def change(path: Path) -> FieldChange:
        before, after = at_path(sides.theirs, path), at_path(sides.target, path)
        wanted, field = at_path(declared, path), kind.fields.at(path)
        by = _who(before, after if wanted is None else wanted, at_path(sent, path), field, comparison)
        return FieldChange(path=path, before=before, after=after, changed_by="repository" if sent is None else by)

    paths = set(_differing(sides.theirs, sides.target, kind.fields, comparison))
    return tuple(change(path) for path in sorted(paths, key=show_path) if not ignored(path, ignore))


def _differing(theirs: Spec, target: Spec, field: Field, comparison: Comparison) -> Iterator[Path]:
    from deepdiff import DeepDiff  # slow to import, and most plans have nothing for it to do

    tree = DeepDiff(
        plain(theirs, field, comparison), plain(target, field, comparison), view="tree", zip_ordered_iterables=True
    )
    for nodes in tree.values():
        for node in nodes:
            path = _whole(tuple(node.path(output_format="list")), theirs, target, field)
            if not same_value(at_path(theirs, path), at_path(target, path), field.at(path), comparison):
                yield path


def _whole(path: Path, theirs: Spec, target: Spec, field: Field) -> Path:
    """Return the path down to the first value that is compared as a whole.

    Such a value is a set, a parsed text, a sealed secret, or a list whose length differs between the sides.
    """
    for size in range(len(path)):
        place = field.at(path[:size])
        ours, other = at_path(target, path[:size]), at_path(theirs, path[:size])
        uneven = isinstance(ours, list) and not (isinstance(other, list) and len(ours) == len(other))
        if uneven or isinstance(ours, Sealed) or place.order is Order.SET or place.format is Format.JSON_TEXT:
            return path[:size]
    return path


def _who(before: Any, wanted: Any, last: Any, field: Field, comparison: Comparison) -> str:
    """Return who changed a field since the last apply: the repository, the live side, or both."""
    by_us = not same_value(wanted, last, field, comparison)
    theirs = restrict(before, last)
    # Where nothing is live, a read may not show it: it was taken away if nobody else can have made the difference.
    seen = before is not None or not by_us
    by_them = seen and not (same_value(theirs, last, field, comparison) or kept(last, theirs))
    return "both" if by_us and by_them else "live" if by_them else "repository"
