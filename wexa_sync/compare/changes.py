"""The fields that differ, and who changed them. The only user of deepdiff."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from wexa_sync.compare.ids import Terms
from wexa_sync.compare.parts import ignored, overlay, project, shared
from wexa_sync.compare.same import plain, same_value
from wexa_sync.kinds.base import Kind
from wexa_sync.kinds.schema import Schema, at
from wexa_sync.kinds.wire import at_path, replaced, with_defaults, with_derived
from wexa_sync.model import FieldChange, Path, Spec, show_path

_ABSENT: Any = object()


def edited(kind: Kind, declared: Spec, applied: Spec, terms: Terms) -> tuple[FieldChange, ...]:
    """The fields in which a manifest says another thing than what was applied, each as a whole."""
    now, before, properties = shared(kind, declared), shared(kind, applied), kind.spec_schema["properties"]
    return tuple(
        FieldChange(path=(name,), before=before.get(name), after=now.get(name), changed_by="repository")
        for name in sorted({*now, *before})
        if not same_value(now.get(name), before.get(name), properties.get(name, {}), terms)
    )


def field_changes(
    kind: Kind, declared: Spec, live: Spec, applied: Spec | None, terms: Terms, ignore: Iterable[str] = ()
) -> tuple[FieldChange, ...]:
    """What has to change live, sorted by path; empty where live is as declared. `applied` None: never applied by us."""
    wanted = shared(kind, declared)
    paths = dict.fromkeys(_differing(kind, wanted, live, terms), _ABSENT)
    for path in _unseen(wanted, live):
        if applied is None or not same_value(
            at_path(wanted, path), at_path(applied, path), at(kind.spec_schema, path), terms
        ):
            paths[path] = _ABSENT
    paths |= _removed(kind, wanted, live, applied or {}, terms)
    return tuple(
        FieldChange(
            path=path,
            before=project(at_path(live, path), at_path(wanted, path) or overlay(fallback, at_path(applied, path))),
            after=(after := at_path(wanted, path) if fallback is _ABSENT else fallback),
            changed_by=_who(kind, path, after, live, applied, terms),
        )
        for path, fallback in sorted(paths.items(), key=lambda item: show_path(item[0]))
        if not ignored(path, ignore)
    )


def _differing(kind: Kind, wanted: Spec, live: Spec, terms: Terms) -> Iterator[Path]:
    """The paths at which both sides say something and don't agree."""
    schema = kind.spec_schema
    seen, theirs = project(wanted, live), project(live, wanted)
    if same_value(seen, theirs, schema, terms):
        return
    from deepdiff import DeepDiff  # slow to import, and most plans have nothing for it to do

    tree = DeepDiff(
        plain(theirs, schema, terms), plain(seen, schema, terms), view="tree", ignore_numeric_type_changes=True
    )
    for nodes in tree.values():
        for node in nodes:
            yield _whole(tuple(node.path(output_format="list")), seen, theirs, schema)


def _whole(path: Path, seen: Spec, theirs: Spec, schema: Schema) -> Path:
    """The path cut where a part of it makes no sense alone: in a set, a parsed text, or lists of unequal length."""
    for size in range(len(path)):
        place = at(schema, path[:size])
        ours, other = at_path(seen, path[:size]), at_path(theirs, path[:size])
        uneven = isinstance(ours, list) and not (isinstance(other, list) and len(ours) == len(other))
        if uneven or place.get("x-wexa-list") == "set" or place.get("x-wexa-format") == "json-text":
            return path[:size]
    return path


def _unseen(wanted: Spec, live: Spec, path: Path = ()) -> Iterator[Path]:
    """The paths that are declared and that live does not show at all."""
    for key, value in wanted.items():
        if key not in live:
            yield (*path, key)
        elif isinstance(value, dict) and isinstance(live[key], dict):
            yield from _unseen(value, live[key], (*path, key))


def _removed(kind: Kind, wanted: Spec, live: Spec, applied: Spec, terms: Terms) -> dict[Path, Any]:
    """The paths that were applied and are declared no longer, with what is wanted there instead (None: nothing)."""
    found: dict[Path, Any] = {}
    derived = {rule.target: rule for rule in kind.derived}
    gone = (leaf for path in _unseen(applied, wanted) for leaf in _fields_in(at_path(applied, path), path, kind))
    for path in gone:
        theirs = at_path(live, path)
        if theirs is None:
            continue
        if path in derived and (source := at_path(wanted, derived[path].source)) is not None:
            instead = derived[path].make(source)
        else:
            instead = at(kind.spec_schema, path).get("default")
        filled = at_path(with_defaults(kind, replaced({}, path, instead)), path) if instead is not None else None
        if not same_value(theirs, filled, at(kind.spec_schema, path), terms):
            found[path] = filled
    return found


def _fields_in(value: Any, path: Path, kind: Kind) -> Iterator[Path]:
    """The path itself, or those of the fields said in it: what stands beside them was never ours to remove."""
    if isinstance(value, dict) and value and "properties" in at(kind.spec_schema, path):
        for name, inner in value.items():
            yield from _fields_in(inner, (*path, name), kind)
    else:
        yield path


def _who(kind: Kind, path: Path, after: Any, live: Spec, applied: Spec | None, terms: Terms) -> str:
    """Who made the difference: the repository, the live side, or both, by what was applied last."""
    if applied is None:
        return "repository"
    # What was sent: defaults and what follows from other fields too, so that these are nobody's change either.
    sent = with_defaults(kind, with_derived(kind, applied, declared=applied))
    schema, last = at(kind.spec_schema, path), at_path(sent, path)
    by_us = not same_value(after, last, schema, terms)
    theirs = project(at_path(live, path), last)
    by_them = theirs is not None and not same_value(theirs, last, schema, terms)
    return "both" if by_us and by_them else "live" if by_them else "repository"
