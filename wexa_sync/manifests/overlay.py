"""Lay the fields that an environment has otherwise over those of the manifests, before they are checked.

Mappings are merged. Every other value, a list and a reference too, takes the place of the manifest's; null takes the
field out. Each value keeps its place, so that what is wrong with it is reported where it stands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from wexa_sync.errors import Problem, Unfilled
from wexa_sync.kinds import BY_NAME
from wexa_sync.kinds.spec.fields import Field
from wexa_sync.kinds.spec.wire import at_path, replaced
from wexa_sync.manifests.filling import Filling
from wexa_sync.manifests.positions import Places
from wexa_sync.manifests.schema_messages import Fault
from wexa_sync.manifests.sources import Overlays
from wexa_sync.manifests.spelling import Written, is_plain
from wexa_sync.model import Address, Document, Laid, Path
from wexa_sync.text.suggest import did_you_mean

_NOTHING: Any = object()


def overlaid(
    documents: Sequence[Document], overlays: Overlays, filling: Callable[[], Filling], *, whole: bool
) -> tuple[list[Document], list[Problem]]:
    """Return the documents with the overlays on them, and what is wrong with an overlay.

    `whole`: these are all manifests, so that an address which none of them declares is a fault.
    """
    found, faults = list(documents), list[Fault]()
    for text, fields in sorted(overlays.data.items(), key=lambda item: item[0].count("/")):  # an owner before its parts
        at = (*overlays.path, text)
        try:
            address = Address.parse(text)
        except ValueError as error:
            faults.append(Fault(at, str(error), "It is the address that `wexa-sync plan` shows.", at_key=True))
            continue
        places = list(_places(found, address))
        if not places and whole:
            known = sorted({str(each) for each in _addresses(found)})
            hint = did_you_mean(text, known, "`wexa-sync validate` reads the manifests; see where it stands in them.")
            faults.append(Fault(at, f"no manifest declares {text}", hint, at_key=True))
        if address.owner is not None and "handle" in fields:
            hint = "It is a part of the address: it is the same in every environment."
            faults.append(Fault((*at, "handle"), "the handle can't be another one here", hint, at_key=True))
            continue
        for index, path in places:
            layer = _Layer(found[index], overlays.document, filling())
            found[index] = layer.over(path, fields, at)
            faults += layer.faults
    return found, Places().problems(overlays.document, faults)


def _places(documents: Sequence[Document], address: Address) -> Iterator[tuple[int, Path]]:
    """Yield where the fields of an address stand: in which document, and at what path of it."""
    owner = address.owner_address or address
    for index, document in enumerate(documents):
        if _address(document, documents) != owner:
            continue
        if address.owner is None:
            yield index, ("spec",)
        for field_, number, handle, kind in _parts(document):
            if address.owner is not None and (kind, handle) == (address.kind, address.name):
                yield index, ("spec", field_, number)


def _addresses(documents: Sequence[Document]) -> Iterator[Address]:
    """Yield the address of every document and of its parts."""
    for document in documents:
        if owner := _address(document, documents):
            yield owner
            for _, _, handle, kind in _parts(document):
                yield Address(project=owner.project, owner=(owner.kind, owner.name), kind=kind, name=handle)


def _address(document: Document, documents: Sequence[Document]) -> Address | None:
    """Return the address of a document as far as it can be read before it is checked; None where it can't be."""
    kind, name, project = (at_path(document.data, path) for path in _ENVELOPE)
    if not isinstance(kind, str) or not isinstance(name, str) or kind not in BY_NAME:
        return None
    if kind == "Project":
        return Address(kind=kind, name=name)
    if project is None:
        projects = {at_path(each.data, _NAME) for each in documents if at_path(each.data, _KIND) == "Project"}
        project = next(iter(projects)) if len(projects) == 1 else None
    return Address(project=project, kind=kind, name=name) if isinstance(project, str) else None


_KIND: Path = ("kind",)
_NAME: Path = ("metadata", "name")
_ENVELOPE: tuple[Path, ...] = (_KIND, _NAME, ("metadata", "project"))


def _parts(document: Document) -> Iterator[tuple[str, int, str, str]]:
    """Yield the field, the number, the handle and the kind of each part that a document lists."""
    for part in BY_NAME[document.data["kind"]].parts:
        items = at_path(document.data, ("spec", part.field))
        for number, item in enumerate(items if isinstance(items, list) else ()):
            if isinstance(handle := at_path(item, ("handle",)), str):
                yield part.field, number, handle, part.kind.name


@dataclass(slots=True)
class _Layer:
    """Lays fields over a document, and notes where each comes from."""

    document: Document
    overlay: Document
    fill: Filling
    faults: list[Fault] = field(default_factory=list)
    _spelled: dict[Path, str] = field(default_factory=dict)
    _variables: dict[Path, str] = field(default_factory=dict)
    _laid: dict[Path, Laid] = field(default_factory=dict)

    def over(self, path: Path, fields: Mapping[str, Any], at: Path) -> Document:
        """Return the document with the fields laid over what stands at `path`; they stand at `at` of the overlay."""
        document = self.document
        schema = BY_NAME[document.data["kind"]].fields.at(path[1:])
        base = at_path(document.data, path)
        merged = self._merged(base if isinstance(base, dict) else {}, fields, schema, path, at)
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

    def _merged(self, base: Any, over: Any, schema: Field, path: Path, at: Path) -> Any:
        if not isinstance(base, dict) or not isinstance(over, Mapping) or _is_leaf(schema):
            self._laid[path] = Laid(self.overlay, at)
            return self._filled(over, path, at)
        merged = dict(base)
        for name, value in over.items():
            inner, there = (*path, name), (*at, name)
            if value is None:
                self._laid[inner] = Laid(self.overlay, there)
                if merged.pop(name, _NOTHING) is _NOTHING:
                    self.faults.append(Fault(there, "the manifest has no such field to take out", "Take the line out."))
                continue
            merged[name] = self._merged(base.get(name), value, schema.at((name,)), inner, there)
        return merged

    def _filled(self, value: Any, path: Path, at: Path) -> Any:
        """Return a value of the overlay with its variables filled in."""
        if isinstance(value, dict):
            return {name: self._filled(each, (*path, name), (*at, name)) for name, each in value.items()}
        if isinstance(value, list):
            return [self._filled(each, (*path, number), (*at, number)) for number, each in enumerate(value)]
        if at in self.overlay.spelled:
            self._spelled[path] = self.overlay.spelled[at]
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


def _is_leaf(schema: Field) -> bool:
    """True where a mapping stands for one value: a reference, or a text from a file."""
    return bool(schema.ref) or "string" in schema.types
