"""Lay the fields that an environment has otherwise over those of the manifests, before they are checked.

Mappings are merged. Every other value, a list and a reference too, takes the place of the manifest's; null takes the
field out. Each value keeps its place, so that what is wrong with it is reported where it stands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from wexa_sync.errors import Problem
from wexa_sync.kinds import BY_NAME, part_of
from wexa_sync.kinds.spec.fields import Field
from wexa_sync.kinds.spec.wire import at_path
from wexa_sync.manifests.filling import Filling
from wexa_sync.manifests.layer import Layer, is_leaf
from wexa_sync.manifests.positions import Places
from wexa_sync.manifests.schema_messages import Fault
from wexa_sync.manifests.sources import Overlays
from wexa_sync.model import Address, Document, Path
from wexa_sync.text.suggest import did_you_mean

_NOTHING: Any = object()


def overlaid(
    documents: Sequence[Document], overlays: Overlays, filling: Callable[[], Filling], *, whole: bool
) -> tuple[list[Document], list[Problem]]:
    """Return the documents with the overlays on them, and what is wrong with an overlay.

    `whole`: these are all manifests, so that an address which none of them declares is a fault.
    """
    found, faults, declared = list(documents), list[Fault](), _declared(documents)
    for text, fields in sorted(overlays.data.items(), key=lambda item: item[0].count("/")):  # an owner before its parts
        at = (*overlays.path, text)
        try:
            address = Address.parse(text)
        except ValueError as error:
            faults.append(Fault(at, str(error), "It is the address that `wexa-sync plan` shows.", at_key=True))
            continue
        places = list(_indices(found, declared, address))
        if not places and whole and address not in declared:
            known = sorted({str(each) for each in _addresses(found, declared)})
            hint = did_you_mean(text, known, "`wexa-sync validate` reads the manifests; see where it stands in them.")
            faults.append(Fault(at, f"no manifest declares {text}", hint, at_key=True))
        part = part_of(BY_NAME[address.kind]) if address.kind in BY_NAME else None
        if part is not None and part.handle in fields:
            hint = "It is a part of the address: it is the same in every environment."
            what = f"the {part.handle} can't be another one here"
            faults.append(Fault((*at, part.handle), what, hint, at_key=True))
            continue
        for index, path in places:
            layer = _Over(found[index], overlays.document, filling(), "environment")
            found[index] = layer.over(path, fields, at)
            faults += layer.faults
    return found, Places().problems(overlays.document, faults)


def places_of(documents: Sequence[Document], address: Address) -> Iterator[tuple[Document, Path]]:
    """Yield each document in which the fields of an address stand, and their path there."""
    return ((documents[index], path) for index, path in _indices(documents, _declared(documents), address))


_Declared = dict[Address, list[int]]
"""The documents of each address, by their numbers. A part is in the document of its owner."""


def _declared(documents: Sequence[Document]) -> _Declared:
    """Return the documents by their addresses, as far as these can be read before the documents are checked."""
    named = [[at_path(document.data, path) for path in _ENVELOPE] for document in documents]
    projects = {name for kind, name, _ in named if kind == "Project" and isinstance(name, str)}
    only = next(iter(projects)) if len(projects) == 1 else None
    found: _Declared = {}
    for index, (kind, name, said) in enumerate(named):
        project = "" if kind == "Project" else only if said is None else said
        if isinstance(name, str) and isinstance(kind, str) and kind in BY_NAME and isinstance(project, str):
            found.setdefault(Address(project=project, kind=kind, name=name), []).append(index)
    return found


_ENVELOPE: tuple[Path, ...] = (("kind",), ("metadata", "name"), ("metadata", "project"))


def _indices(documents: Sequence[Document], declared: _Declared, address: Address) -> Iterator[tuple[int, Path]]:
    """Yield where the fields of an address stand: in which document, and at what path of it.

    A document without fields gets none: that is its own fault.
    """
    for index in declared.get(address.owner_address or address, ()):
        if address.owner is None and isinstance(at_path(documents[index].data, ("spec",)), dict):
            yield index, ("spec",)
        for field_, number, handle, kind in _parts(documents[index]) if address.owner is not None else ():
            if (kind, handle) == (address.kind, address.name):
                yield index, ("spec", field_, number)


def _addresses(documents: Sequence[Document], declared: _Declared) -> Iterator[Address]:
    """Yield the address of every document and of its parts."""
    for owner, indices in declared.items():
        yield owner
        for index in indices:
            for _, _, handle, kind in _parts(documents[index]):
                yield Address(project=owner.project, owner=(owner.kind, owner.name), kind=kind, name=handle)


def _parts(document: Document) -> Iterator[tuple[str, int, str, str]]:
    """Yield the field, the number, the handle and the kind of each part that a document lists."""
    for part in BY_NAME[document.data["kind"]].parts:
        items = at_path(document.data, ("spec", part.field))
        for number, item in enumerate(items if isinstance(items, list) else ()):
            if isinstance(handle := at_path(item, (part.handle,)), str):
                yield part.field, number, handle, part.kind.name


class _Over(Layer):
    """Lay the fields of an environment over a document."""

    def over(self, path: Path, fields: Mapping[str, Any], at: Path) -> Document:
        """Return the document with the fields laid over what stands at `path`; they stand at `at` of the overlay."""
        base = at_path(self.document.data, path)
        return self.done(path, self._merged(base, fields, self.schema(path), path, at))

    def _merged(self, base: Any, over: Any, schema: Field, path: Path, at: Path) -> Any:
        if not isinstance(base, dict) or not isinstance(over, Mapping) or is_leaf(schema):
            return self.taken(over, path, at)
        merged = dict(base)
        for name, value in over.items():
            inner, there = (*path, name), (*at, name)
            if value is None:
                self.note(inner, there)
                if merged.pop(name, _NOTHING) is _NOTHING:
                    self.faults.append(Fault(there, "the manifest has no such field to take out", "Take the line out."))
                continue
            merged[name] = self._merged(base.get(name), value, schema.at((name,)), inner, there)
        return merged
