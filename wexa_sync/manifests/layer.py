"""Put fields of another file into a document: each value keeps its place there, and its variables are filled in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from wexa_sync.errors import Unfilled
from wexa_sync.kinds import BY_NAME
from wexa_sync.kinds.spec.fields import Field
from wexa_sync.kinds.spec.wire import replaced
from wexa_sync.manifests.filling import Filling
from wexa_sync.manifests.schema_messages import Fault
from wexa_sync.manifests.spelling import Written, is_plain
from wexa_sync.model import Document, Laid, Path


class Layer(Struct):
    """Hold fields of the document `other` on their way into `document`.

    `name` is the layer's: "environment", "defaults".
    """

    document: Document
    other: Document
    fill: Filling
    name: str
    faults: list[Fault] = field(default_factory=list)
    _spelled: dict[Path, str] = field(default_factory=dict)
    _variables: dict[Path, str] = field(default_factory=dict)
    _laid: dict[Path, Laid] = field(default_factory=dict)

    def schema(self, path: Path) -> Field:
        """Return the field at a path that begins with `spec`."""
        return BY_NAME[self.document.data["kind"]].fields.at(path[1:])

    def note(self, path: Path, at: Path) -> None:
        """Note that what stands, or no longer stands, at `path` comes from `at` of the other document."""
        self._laid[path] = Laid(self.other, at, self.name)

    def taken(self, value: Any, path: Path, at: Path) -> Any:
        """Return a value of the other document for `path`, and note where it comes from."""
        self.note(path, at)
        return self._filled(value, path, at)

    def done(self, path: Path, merged: Any) -> Document:
        """Return the document with `merged` at `path`."""
        document = self.document
        return replace(
            document,
            data=replaced(document.data, path, merged),
            laid={**self._without(document.laid), **self._laid},
            spelled={**self._without(document.spelled), **self._spelled},
            variables={**self._without(document.variables), **self._variables},
            templates={**document.templates, **self.fill.templates},
            unset=document.unset or self.fill.unset,
            item_lines={
                (name, number): line
                for (name, number), line in document.item_lines.items()
                if ("spec", name) not in self._laid
            },
        )

    def _without(self, noted: Mapping[Path, Any]) -> dict[Path, Any]:
        """Return what was noted of places, without those where another value stands by now."""
        gone = {*self._laid}
        return {path: note for path, note in noted.items() if not any(path[: len(each)] == each for each in gone)}

    def _filled(self, value: Any, path: Path, at: Path) -> Any:
        """Return a value of the other document with its variables filled in."""
        if isinstance(value, dict):
            return {name: self._filled(each, (*path, name), (*at, name)) for name, each in value.items()}
        if isinstance(value, list):
            return [self._filled(each, (*path, number), (*at, number)) for number, each in enumerate(value)]
        if at in self.other.spelled:
            self._spelled[path] = self.other.spelled[at]
        if not isinstance(value, str) or isinstance(value, Unfilled) or "${" not in value:
            return value
        filled, faults = self.fill(value)
        self.faults += [Fault(at, fault.message, fault.hint) for fault in faults]
        if isinstance(filled, Written):
            self._variables[path] = filled.text
            if not is_plain(filled.value, filled.text):
                self._spelled[path] = filled.text
            return filled.value
        return filled


def is_leaf(schema: Field) -> bool:
    """True where a mapping stands for one value: a reference, or a text from a file."""
    return bool(schema.ref) or "string" in schema.types
