"""Find the places of fields, by a second look at just the files that have something to report."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection
from pathlib import Path as File
from typing import TYPE_CHECKING

from wexa_sync.errors import Problem
from wexa_sync.manifests.schema_messages import Fault
from wexa_sync.model import Document, Manifest, Path, Source, show_path
from wexa_sync.text.files import TextFault, read_text

if TYPE_CHECKING:
    from yaml import Node


def _shown_path(document: Document, fault: Fault) -> Path:
    """Return the path of a fault; of one in defaults, its path there: however many manifests have it, it is one."""
    laid = document.laid_at(fault.path) if fault.source is None else None
    return laid.path if laid is not None and laid.layer == "defaults" else fault.path


class Places:
    """Find where a field stands. Read each file once, and only when asked about it."""

    def __init__(self) -> None:
        self._roots: dict[str, list[Node]] = {}
        self._members: dict[Node, dict[str | int, tuple[Node, Node]]] = {}

    def problems(self, document: Document, faults: Collection[Fault]) -> list[Problem]:
        """Return the faults of a document as problems, in the document's order; of each path, the first one."""
        if not faults:
            return []
        first: dict[tuple[Path, Source | None], Fault] = {}
        for fault in faults:
            first.setdefault((fault.path, fault.source), fault)
        found = (
            Problem(
                message=fault.message,
                source=fault.source or self.in_document(document, fault.path, key=fault.at_key),
                path=show_path(_shown_path(document, fault)),
                hint=fault.hint,
            )
            for fault in first.values()
        )
        return sorted(found, key=lambda problem: problem.source)

    def in_document(self, document: Document, path: Path, *, key: bool = False) -> Source:
        """Return the place of a field's value (with `key`: of its key), or of the nearest value around it."""
        if laid := document.laid_at(path):
            return self.in_document(laid.document, laid.path, key=key)
        roots = self._read(document.source.file)
        if document.index >= len(roots):
            return document.source  # the file has changed since
        return self._inside(roots[document.index], document.source.file, path, key)

    def in_manifest(self, manifest: Manifest, path: Path) -> Source:
        """Return the place of a field's value, by its path in the document of the manifest."""
        if laid := manifest.laid_at(path):
            return self.in_document(laid.document, laid.path)
        roots = self._read(manifest.source.file)
        index = bisect_left(roots, manifest.source.line, key=lambda root: root.start_mark.line)
        return self._inside(roots[index - 1], manifest.source.file, path, key=False) if index else manifest.source

    def _inside(self, node: Node, file: str, path: Path, key: bool) -> Source:
        from wexa_sync.manifests.nodes import members  # imports yaml

        mark = node.start_mark
        for part in path:
            if node not in self._members:
                self._members[node] = members(node)
            if not (found := self._members[node].get(part)):
                break
            name, node = found
            mark = (name if key else node).start_mark
        return Source(file=file, line=mark.line + 1, column=mark.column + 1)

    def _read(self, file: str) -> list[Node]:
        if file not in self._roots:
            from wexa_sync.manifests.nodes import compose  # imports yaml

            roots = self._roots[file] = []
            try:
                for root in compose(read_text(File(file))):
                    roots.append(root)  # one by one: what stands before a fault is kept
            except TextFault:
                pass  # reported when it was loaded; what stands before the fault has its places
        return self._roots[file]
