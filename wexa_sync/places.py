"""Places of fields: found by a second look at just the files that have something to report."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path as File
from typing import TYPE_CHECKING

from wexa_sync.errors import Problem
from wexa_sync.kinds import BY_NAME
from wexa_sync.model import Document, Manifest, Path, Source, show_path
from wexa_sync.schema_words import Fault
from wexa_sync.text_file import TextFault, read_text

if TYPE_CHECKING:
    from yaml import Node


class Places:
    """Finds where a field stands. Reads each file once, and only when asked about it."""

    def __init__(self) -> None:
        self._roots: dict[str, list[Node]] = {}

    def problems(self, document: Document, faults: Iterable[Fault]) -> list[Problem]:
        """The faults of a document as problems, in the order in which they stand there; the first one at each path."""
        first: dict[Path, Fault] = {}
        for fault in faults:
            first.setdefault(fault.path, fault)
        found = (
            Problem(
                message=fault.message,
                source=self.in_document(document, path, key=fault.at_key),
                path=show_path(path),
                hint=fault.hint,
            )
            for path, fault in first.items()
        )
        return sorted(found, key=lambda problem: problem.source)

    def in_document(self, document: Document, path: Path, *, key: bool = False) -> Source:
        """The place of a field's value (of its key, where `key`), or of the nearest thing around it that is there."""
        roots = self._read(document.source.file)
        if document.index >= len(roots):
            return document.source  # the file has changed since
        return _source(document.source, roots[document.index], path, key)

    def in_manifest(self, manifest: Manifest, path: Path) -> Source:
        """The place of a field of a manifest; what lives inside another manifest is found there."""
        start = manifest.source.line - 1
        roots = [root for root in self._read(manifest.source.file) if root.start_mark.line <= start]
        if not roots:
            return manifest.source
        owner = manifest.address.owner
        if owner and path[:1] == ("spec",):
            from wexa_sync.yaml_text import child  # imports yaml

            field = BY_NAME[owner[0]].embedded
            spec = child(roots[-1], "spec")
            found = child(spec[1], field) if spec else None
            lines = [item.start_mark.line for item in found[1].value] if found else []
            item = lines.index(start) if start in lines else manifest.position
            path = ("spec", field, item, *path[1:])
        return _source(manifest.source, roots[-1], path, key=False)

    def _read(self, file: str) -> list[Node]:
        if file not in self._roots:
            from wexa_sync.yaml_text import compose  # imports yaml

            roots = self._roots[file] = []
            try:
                for root in compose(read_text(File(file))):
                    roots.append(root)  # one by one: what stands before a fault is kept
            except TextFault:
                pass  # reported when it was loaded; what stands before the fault has its places
        return self._roots[file]


def _source(start: Source, node: Node, path: Path, key: bool) -> Source:
    from wexa_sync.yaml_text import child  # imports yaml

    mark = node.start_mark
    for part in path:
        if not (found := child(node, part)):
            break
        name, node = found
        mark = (name if key else node).start_mark
    return Source(file=start.file, line=mark.line + 1, column=mark.column + 1)
