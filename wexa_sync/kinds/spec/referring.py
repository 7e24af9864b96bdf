"""Find the references of a declared spec where its kind can have one, and nowhere else."""

from __future__ import annotations

from wexa_sync.kinds.base import Kind
from wexa_sync.kinds.spec.fields import Field, failing
from wexa_sync.kinds.spec.wire import references
from wexa_sync.model import Path, Ref, Spec


def declared_references(kind: Kind, spec: Spec) -> list[tuple[Path, Ref]]:
    """Return every reference in a spec that is valid by the schema of that kind, with its path.

    A plan asks it of every manifest, and most fields of a spec are texts. What was recorded may be of another schema:
    `references` searches all of it.
    """
    found: list[tuple[Path, Ref]] = []
    for name in failing(kind.fields, _is_no_ref):
        value = spec.get(name)
        if isinstance(value, Ref):
            found.append(((name,), value))
        elif isinstance(value, (dict, list)):
            found += references(value, (name,))
    return found


def _is_no_ref(field: Field) -> bool:
    return not field.ref
