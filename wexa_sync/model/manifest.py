"""Hold what the repository declares: a document as read, a manifest as checked, all of them as desired."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field

from wexa_sync.model.address import Address, Source
from wexa_sync.model.spec import Path, Spec


class Lifecycle(Struct, frozen=True, kw_only=True):
    """Hold `metadata.lifecycle`: what a person allows to happen to the resource."""

    prevent_destroy: bool = False
    ignore_changes: tuple[str, ...] = ()
    retain: bool = False  # deletion: retain


class Document(Struct, frozen=True, kw_only=True):
    """Describe one YAML document: its data (variables filled in), and where it stands.

    `index` counts documents in the file. `templates` are the file's texts before their variables were filled in, by
    what they became. `spelled` are the numbers, true and false that are written otherwise than JSON writes them.
    `variables` are the texts of the values that are one variable and nothing else. `unset`: the file has a text that is
    Unset. `laid`: what an environment laid over the document or defaults put under it, and where that stands.
    """

    data: Any
    source: Source
    index: int = 0
    # First lines of list items of spec's direct fields, as (field, 0) -> 12: enough to place a part cheaply.
    item_lines: Mapping[tuple[str, int], int] = field(default_factory=dict)
    templates: Mapping[str, str] = field(default_factory=dict)
    spelled: Mapping[Path, str] = field(default_factory=dict)
    variables: Mapping[Path, str] = field(default_factory=dict)
    unset: bool = False
    laid: Mapping[Path, Laid] = field(default_factory=dict)

    def laid_at(self, path: Path) -> Laid | None:
        """Return where the value at the path stands, if it comes from an environment or from defaults."""
        return laid_at(self.laid, path)


class Laid(Struct, frozen=True):
    """Hold the place in another document from which a value came. `layer`: "environment" or "defaults"."""

    document: Document
    path: Path
    layer: str = "environment"


def laid_at(laid: Mapping[Path, Laid], path: Path) -> Laid | None:
    """Return where the value at the path stands, if another document has it."""
    for size in range(len(path), 0, -1) if laid else ():
        if found := laid.get(path[:size]):
            return Laid(found.document, (*found.path, *path[size:]), found.layer)
    return None


class Manifest(Struct, frozen=True, kw_only=True):
    """Hold a declared resource, valid by its schema: files included, times normal, references and secrets leaves.

    `position` is the place of a part in its owner's list of parts. `generation` counts runs of an action.
    `depends_on` holds None where the manifest has something that can't be read. `templates` as in Document. `unlisted`
    are the fields of parts that the manifest leaves out: it does not manage those parts. `laid` as in Document.
    `import_id`: the id of the live one that it takes over; empty where it names none.
    """

    address: Address
    spec: Spec
    source: Source
    lifecycle: Lifecycle = Lifecycle()
    generation: int = 1
    depends_on: tuple[Address | None, ...] = ()
    position: int = 0
    templates: Mapping[str, str] = field(default_factory=dict)
    unlisted: frozenset[str] = frozenset()
    laid: Mapping[Path, Laid] = field(default_factory=dict)
    import_id: str = ""

    def laid_at(self, path: Path) -> Laid | None:
        """Return where the value at the path of the document stands, if an environment laid it over the manifest."""
        return laid_at(self.laid, path)


class Move(Struct, frozen=True):
    """Say that the record at `old`, with all that is in it, is that of `new` by now.

    `source`: where a person said so.
    """

    old: Address
    new: Address
    source: Source | None = None


class Desired(Struct, frozen=True, kw_only=True):
    """Hold all manifests by address, and what each waits for (edges to what must be there first).

    `moved`: what has another address than the state may know it by, in the order in which the moves are made.
    `warnings`: what a person should hear of how they were read. `files`: the paths of the files that manifests name,
    and `env` the environment variables that they use. `unset`: False where surely no text in them is Unset.
    """

    manifests: Mapping[Address, Manifest]
    depends_on: Mapping[Address, frozenset[Address]]
    warnings: tuple[str, ...] = ()
    moved: tuple[Move, ...] = ()
    files: frozenset[str] = frozenset()
    env: frozenset[str] = frozenset()
    unset: bool = True
