"""Write a draft as a YAML document: fields in the schema's order, references by handle, comments at their places."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import wrap
from typing import Any

from wexa_sync.export.draft import Draft
from wexa_sync.kinds import BY_NAME
from wexa_sync.kinds.spec.fields import UNKNOWN, Field
from wexa_sync.manifests.authored import authored
from wexa_sync.manifests.emit import Notes, comment, emitted, is_block
from wexa_sync.manifests.foreign import API_VERSION
from wexa_sync.model import Path, Spec
from wexa_sync.text.visible import visible

_WIDTH = 96  # of a comment
_NO_FILES: Mapping[Path, str] = {}


def document(draft: Draft, files: Mapping[Path, str] = _NO_FILES) -> str:
    """Return the draft as a YAML document.

    `files`: by path in the spec, the file of a text that does not stand in the document, relative to it. The document
    names its project, so that another project may come to stand beside it.
    """
    data = manifest(draft, files)
    notes = _at_lines(data, draft.comments)
    return "\n".join([*map(comment, notes.get((), ())), emitted(data, 0, notes), ""])


def manifest(draft: Draft, files: Mapping[Path, str] = _NO_FILES) -> dict[str, Any]:
    """Return the draft as the data of a YAML document."""
    address = draft.address
    metadata: dict[str, Any] = {"name": address.name}
    if address.project:
        metadata["project"] = address.project
    if draft.by_id:
        metadata["import"] = {"id": draft.ids[address]}
    if draft.ignore:
        metadata["lifecycle"] = {"ignore_changes": [*draft.ignore]}
    return {
        "apiVersion": API_VERSION,
        "kind": address.kind,
        "metadata": metadata,
        "spec": spelled(draft.spec, BY_NAME[address.kind].fields, files),
    }


def spelled(spec: Spec, fields: Field, files: Mapping[Path, str] = _NO_FILES) -> Any:
    """Return a spec as a manifest spells it: what a reader of the manifest makes the spec of again."""
    return _in_order(authored(spec, fields, files), fields)


def _in_order(value: Any, field: Field) -> Any:
    """Return the value with its fields in the order of the schema. Those that the schema does not know come last."""
    if isinstance(value, dict):
        known = [name for name in field.fields if name in value]
        names = dict.fromkeys([*known, *value])
        return {name: _in_order(value[name], field.fields.get(name, UNKNOWN)) for name in names}
    if isinstance(value, list):
        return [_in_order(item, field.items or UNKNOWN) for item in value]
    return value


def _at_lines(data: Any, comments: Notes) -> dict[Path, tuple[str, ...]]:
    """Return the comments by the places that have a line of their own, in the order in which they are given.

    One on a field that stands in the line of another one, or that is not written, goes to what is around the field.
    """
    found: dict[Path, tuple[str, ...]] = {}
    for path, lines in comments.items():
        place = _with_a_line(data, path)
        rows = [row.rstrip() for line in lines for row in wrap(visible(line), _WIDTH, break_long_words=False) or [""]]
        found[place] = (*found.get(place, ()), *rows)
    return found


def _with_a_line(data: Any, path: Path) -> Path:
    value = data
    for size, part in enumerate(path):
        known = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
        if part not in known or not is_block(value):
            return path[:size]
        if size and isinstance(path[size - 1], int) and part == next(iter(value)):
            return path[:size]  # it stands behind the item's hyphen
        value = value[part]
    return path
