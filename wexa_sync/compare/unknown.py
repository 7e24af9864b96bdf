"""See a live resource that is taken over as its manifest does: what is live of it, what differs, what nobody knows."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from wexa_sync.compare.changes import field_changes
from wexa_sync.compare.ids import Comparison
from wexa_sync.compare.parts import part_of
from wexa_sync.compare.same import as_recorded
from wexa_sync.kinds.base import Kind
from wexa_sync.kinds.spec.wire import at_path, replaced
from wexa_sync.model import FieldChange, Live, Manifest, Spec

Fields = tuple[FieldChange, ...]


class Taken(Struct, frozen=True, kw_only=True):
    """Hold what counts as applied where a live resource is taken over as it is. `differ`: what is declared otherwise.

    `unknown`: the fields of which nobody can tell that.
    """

    spec: Spec
    differ: Fields = ()
    unknown: Fields = ()


def taken(kind: Kind, manifest: Manifest, live: Live, comparison: Comparison) -> Taken:
    """Return what is live of the declared fields. What no read shows and no call changes counts as declared."""
    fields = field_changes(kind, manifest.spec, live.spec, None, comparison, manifest.lifecycle.ignore_changes)
    differ, unknown = knowable(kind, fields)
    spec: Spec = as_recorded(manifest.spec, part_of(kind, live.spec, manifest.spec), kind.fields, comparison)
    for change in unknown:
        spec = replaced(spec, change.path, at_path(manifest.spec, change.path))
    return Taken(spec=spec, differ=differ, unknown=unknown)


def knowable(kind: Kind, fields: Iterable[FieldChange]) -> tuple[Fields, Fields]:
    """Return the fields that differ from what is live, and those that no read shows and no call changes.

    What is taken over has those as they are: nobody can tell whether they differ, and nobody could change them.
    """
    known: list[FieldChange] = []
    unknown: list[FieldChange] = []
    for change in fields:
        way = [field for _, field in kind.fields.along(change.path)]
        hidden = any(field.write_only for field in way) and any(field.immutable for field in way)
        (unknown if hidden else known).append(change)
    return tuple(known), tuple(unknown)


def why_unknown(fields: Fields) -> str:
    """Return the rest of a reason that names those fields; empty where there are none."""
    names = ", ".join(dict.fromkeys(str(change.path[0]) for change in fields))
    return f"; nobody can tell whether {names} is as declared, as no read shows that" if names else ""
