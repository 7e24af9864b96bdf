"""Put defaults under the specs of manifests, before they are checked: those of the settings, and those of folders.

A manifest's own value wins, then the nearest folder's, then the settings'. Mappings are merged; every other value, a
list and a reference too, is one value. Null in defaults takes out the default of a folder further up. Null in a
manifest takes the default out where the field itself takes no null.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path as File
from typing import Any

from msgspec import field

from wexa_sync.errors import Problem
from wexa_sync.kinds import BY_NAME, KINDS, part_of
from wexa_sync.kinds.base import Kind
from wexa_sync.kinds.spec.fields import Field
from wexa_sync.kinds.spec.wire import at_path
from wexa_sync.manifests.filling import Filling
from wexa_sync.manifests.layer import Layer, is_leaf
from wexa_sync.manifests.positions import Places
from wexa_sync.manifests.schema_messages import Fault, shown
from wexa_sync.manifests.sources import Defaults, Sources
from wexa_sync.model import Document, Path, Source
from wexa_sync.secrecy.keys import keys_in
from wexa_sync.text.files import DEFAULTS_FILE, is_nearly_defaults, shown_path, siblings
from wexa_sync.text.suggest import did_you_mean


def with_defaults(
    documents: Sequence[Document], sources: Sources, filling: Callable[[], Filling]
) -> tuple[list[Document], list[Problem]]:
    """Return the documents with the defaults under them, and what is wrong with the defaults themselves."""
    known = _Known(sources)
    found = [known.under(document, filling) for document in documents]
    return found, [*known.problems, *known.faults_found()]


def _has_spec(document: Document) -> bool:
    data = document.data
    return isinstance(data, dict) and isinstance(data.get("spec"), dict) and _kind_of(data) is not None


def _kind_of(data: Mapping[str, Any]) -> Kind | None:
    kind = data.get("kind")
    return BY_NAME.get(kind) if isinstance(kind, str) else None


class _Known:
    """Hold the defaults of the settings and of folders. Each file is read once, when a manifest below it is met."""

    def __init__(self, sources: Sources) -> None:
        self._root = File(os.path.abspath(sources.root))  # noqa: PTH100  # a link stays where people see it
        self._own = sources.defaults
        self._keys = keys_in(sources.env)
        self.problems: list[Problem] = []
        self._faults: dict[str, tuple[Document, list[Fault]]] = {}
        self._of_folder = cache(self._read)
        self._levels = cache(self._above)
        if self._own is not None:
            self._check(self._own)

    def under(self, document: Document, filling: Callable[[], Filling]) -> Document:
        """Return the document with the defaults under it, the nearest first."""
        gone: set[Path] = set()
        levels = self._levels(os.path.dirname(document.source.file))  # noqa: PTH120  # as text: a Path takes long
        for defaults in levels if levels and _has_spec(document) else ():
            kind = BY_NAME[document.data["kind"]]
            for path, name in _places(document, kind):
                if not isinstance(fields := defaults.data.get(name), dict):
                    continue
                layer = _Under(document, defaults.document, filling(), "defaults", gone=gone)
                document = layer.under(path, fields, (*defaults.path, name))
                self._faults[defaults.document.source.file][1].extend(layer.faults)
        return document

    def faults_found(self) -> Iterator[Problem]:
        """Yield what is wrong in the defaults, each once, in whatever number of manifests it is met."""
        for document, faults in self._faults.values():
            yield from Places().problems(document, faults)

    def _above(self, folder: str) -> list[Defaults]:
        """Return the defaults that hold in a folder, the nearest first."""
        here = File(os.path.abspath(folder))  # noqa: PTH100  # as above
        folders = [each for each in (here, *here.parents) if each.is_relative_to(self._root)]
        found = [self._of_folder(each) for each in folders]
        return [each for each in (*found, self._own) if each is not None and each.data]

    def _read(self, folder: File) -> Defaults | None:
        """Return the defaults that a folder has for itself and all below; None where it has none."""
        from wexa_sync.manifests.yaml import read  # imports yaml

        file = folder / DEFAULTS_FILE
        if not os.path.lexists(file):
            if other := next(filter(is_nearly_defaults, siblings(file)), None):
                source = Source(file=shown_path(folder / other))
                hint = f"Call it {DEFAULTS_FILE}: there is one name for it."
                self.problems.append(Problem(message="these defaults are not read", source=source, hint=hint))
            return None
        documents, problems = read(file, shown_path(file), keys=self._keys)
        self.problems += problems
        if problems or not documents:
            return None
        defaults = Defaults(document=documents[0], path=())
        if len(documents) > 1 or not isinstance(documents[0].data, dict):
            hint = "Write `Agent:`, say, and below it fields as in a spec."
            fault = Fault((), "defaults are one mapping of KIND: {FIELD: VALUE}", hint)
            self._faults[documents[0].source.file] = (documents[0], [fault])
            return None
        self._check(defaults)
        return defaults

    def _check(self, defaults: Defaults) -> None:
        """Note what can't be defaults of any kind."""
        faults: list[Fault] = []
        names = [kind.name for kind in KINDS if kind.schema]
        for name, fields in defaults.data.items():
            at = (*defaults.path, name)
            if name not in names:
                hint = did_you_mean(name, names, f"There are: {', '.join(names)}.")
                faults.append(Fault(at, f"there is no kind {name!r} to have defaults", hint, at_key=True))
            elif not isinstance(fields, dict):
                faults.append(Fault(at, f"expected fields of {name}, got {shown(fields)}", "Write `FIELD: VALUE`."))
            elif (handle := _handle_of(name)) in fields:
                hint = "Each one has its own: take it out."
                faults.append(Fault((*at, handle), f"a {handle} can't be a default", hint, at_key=True))
        self._faults[defaults.document.source.file] = (defaults.document, faults)


def _handle_of(kind: str) -> str:
    """Return the field that names each one of a kind that is a part; `handle` for any other kind."""
    part = part_of(BY_NAME[kind])
    return part.handle if part is not None else "handle"


def _places(document: Document, kind: Kind) -> Iterator[tuple[Path, str]]:
    """Yield the paths at which defaults may be put, with the name of their kind."""
    yield ("spec",), kind.name
    for part in kind.parts:
        items = at_path(document.data, ("spec", part.field))
        for number, item in enumerate(items if isinstance(items, list) else ()):
            if isinstance(item, dict):
                yield ("spec", part.field, number), part.kind.name


class _Under(Layer):
    """Put defaults under the fields of a document. `gone`: where no default is wanted any more."""

    gone: set[Path] = field(default_factory=set)

    def under(self, path: Path, fields: Mapping[str, Any], at: Path) -> Document:
        """Return the document with the fields under what stands at `path`; they stand at `at` of the defaults."""
        return self.done(path, self._merged(at_path(self.document.data, path), fields, self.schema(path), path, at))

    def _merged(self, base: Any, fields: Mapping[str, Any], schema: Field, path: Path, at: Path) -> dict[str, Any]:
        merged = dict(base)
        for name, value in fields.items():
            inner, there, wanted = (*path, name), (*at, name), schema.at((name,))
            if inner in self.gone:
                continue
            if name not in merged and value is not None:
                merged[name] = self.taken(value, inner, there)
            elif name not in merged or (merged[name] is None and wanted.types and "null" not in wanted.types):
                self.gone.add(inner)
                merged.pop(name, None)
            elif isinstance(merged[name], dict) and isinstance(value, dict) and not is_leaf(wanted):
                merged[name] = self._merged(merged[name], value, wanted, inner, there)
        return merged
