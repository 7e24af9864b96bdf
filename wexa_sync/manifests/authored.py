"""Write values of a spec as a manifest says them: references by handle or name, files by path, literal `${` escaped."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wexa_sync.kinds.spec.fields import DESCEND, Field, walk, word_of
from wexa_sync.manifests.variables import literal
from wexa_sync.model import Path, Ref, Secret

_NO_FILES: Mapping[Path, str] = {}


def authored(value: Any, field: Field, files: Mapping[Path, str] = _NO_FILES) -> Any:
    """Return the value of that field as plain data: what a reader of the manifest makes the value of again.

    `files`: by path in the value, the file of a text that stands there.
    """

    def visit(value: Any, field: Field, path: Path) -> Any:
        if path in files:
            return {"file": files[path]}
        if isinstance(value, Ref):
            return _reference(value, field)
        if isinstance(value, Secret):
            assert value.template, "a secret has no other form in a manifest than its template"
            return value.template
        return literal(value) if isinstance(value, str) else DESCEND

    return walk(value, field, visit)


def _reference(ref: Ref, field: Field) -> Any:
    """Return what a manifest has at the field for a reference. What is declared is in the same project."""
    said: Any = {"external": literal(ref.external)} if ref.external is not None else {"id": ref.id}
    if ref.address is not None:
        owner = ref.address.owner
        said = f"{owner[1]}/{ref.address.name}" if owner else ref.address.name
    return {word_of(ref.kind): said} if field.refs else said
