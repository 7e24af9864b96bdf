"""Find the references of a declared spec where its kind can have one, and nowhere else."""

from __future__ import annotations

from functools import cache

from wexa_sync.kinds.base import Kind
from wexa_sync.kinds.spec.fields import Field, all_in
from wexa_sync.kinds.spec.wire import references
from wexa_sync.model import Path, Ref, Spec


def declared_references(kind: Kind, spec: Spec) -> list[tuple[Path, Ref]]:
    """Return every reference in a spec that is valid by the schema of that kind, with its path.

    A plan asks it of every manifest, and most fields of a spec are texts. What was recorded may be of another schema:
    `references` searches all of it.
    """
    found: list[tuple[Path, Ref]] = []
    for name in _referring(kind):
        value = spec.get(name)
        if isinstance(value, Ref):
            found.append(((name,), value))
        elif isinstance(value, (dict, list)):
            found += references(value, (name,))
    return found


@cache
def _referring(kind: Kind) -> tuple[str, ...]:
    """Return the names of the fields at which a reference can stand, or inside of which."""
    fields = kind.fields.fields.items()
    return tuple(name for name, field in fields if not (_is_no_ref(field) and all_in(field, _is_no_ref)))


def _is_no_ref(field: Field) -> bool:
    return not field.ref
