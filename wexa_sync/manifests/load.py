"""Load Documents from paths: read YAML with variables filled in, report every fault at once."""

from __future__ import annotations

import os
from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from wexa_sync.errors import NothingDeclared, Problem
from wexa_sync.manifests import own_key
from wexa_sync.manifests.defaults import with_defaults
from wexa_sync.manifests.filling import Filling
from wexa_sync.manifests.find import Found, find
from wexa_sync.manifests.moved import moves_apart
from wexa_sync.manifests.overlay import overlaid
from wexa_sync.manifests.sources import Sources
from wexa_sync.manifests.variables import Variables
from wexa_sync.model import Document, Source
from wexa_sync.text import suggest
from wexa_sync.text.files import here, is_utf8, shown_path

_MOST_NAMES = 3


class Loaded(Struct, frozen=True):
    """Hold what was read: documents, what is wrong, the YAML of other tools, and the variables that manifests may use.

    `moves`: the documents that say what was moved; `documents`: all others. `alone`: no other manifests can use the
    variables.
    """

    documents: tuple[Document, ...]
    moves: tuple[Document, ...]
    problems: tuple[Problem, ...]
    others: tuple[Source, ...]
    variables: Variables
    alone: bool

    @property
    def warnings(self) -> tuple[str, ...]:
        """Return what is worth a word though it is not wrong. Files with variables in them must be read by then."""
        unused = self.variables.unused() if self.alone else ()
        return (*_skipped(self.others), *unused, *self.variables.warnings())


def load(sources: Sources) -> Loaded:
    """Read all manifests of the sources, in an order that depends on names alone.

    Folders are searched whole, through symlinks too; hidden files and folders, installed packages, the settings file,
    variable files and what `ignore` matches (globs relative to `root`, as .gitignore has them) are left out unless
    they are a path of the sources. So is the YAML of other tools, with a warning.
    A document with a problem is still returned where something of it could be read. Raises UsageError where a path is
    missing; NothingDeclared without any file or document: an empty result would look like "everything is gone".
    """
    from wexa_sync.manifests.yaml import read  # imports yaml

    variables = sources.variables()
    problems, documents = [*own_key.problems_of(_settings(sources), variables.keys)], list[Document]()
    others: list[Source] = []
    files = find(sources, problems)
    named, below = _named(sources), here()
    for file, real in files:
        shown = shown_path(file, below)
        if not is_utf8(shown):
            hint = "Rename it: it stands in plans, which are UTF-8."
            problems.append(Problem(message="the file's name is not UTF-8", source=Source(file=shown), hint=hint))
            continue
        fill, odd = Filling(variables), dict(variables.odd)
        skipped = None if f"{real}/".startswith(named) else others
        found, faults = read(file, shown, fill, others=skipped, keys=variables.keys)
        if fill.templates or fill.unset:
            found = [replace(document, templates=fill.templates, unset=fill.unset) for document in found]
        documents += found
        problems += faults
        if not found:
            variables.forget(odd)
    moves, documents = moves_apart(documents)
    documents, faults = with_defaults(documents, sources, lambda: Filling(variables))
    problems += faults
    if sources.overlays is not None:
        laid, faults = overlaid(documents, sources.overlays, lambda: Filling(variables), whole=sources.whole is None)
        documents, problems = laid, [*problems, *faults]
    if not documents and not problems:
        raise _nothing(files, others, moves)
    return Loaded(tuple(documents), moves, tuple(problems), tuple(others), variables, alone=not sources.whole)


def _settings(sources: Sources) -> dict[str, None]:
    """Return the files of settings that manifests take fields from, each once."""
    return {laid.document.source.file: None for laid in (sources.overlays, sources.defaults) if laid is not None}


def _named(sources: Sources) -> tuple[str, ...]:
    """Return what somebody named for their manifests, by real paths: nothing of another tool is expected there."""
    files = (path for path in sources.paths if not os.path.isdir(path))  # noqa: PTH112  # unlike Path's, never raises
    return tuple(f"{os.path.realpath(path)}/" for path in (*files, *sources.dedicated))


def _nothing(files: Sequence[Found], others: Sequence[Source], moves: Sequence[Document]) -> NothingDeclared:
    """Return the error for files without a manifest: an empty result would look like "everything is gone"."""
    hint = "A manifest starts with `apiVersion: wexa.ai/v1`. To delete what is managed, use `wexa-sync destroy`."
    if others:
        return NothingDeclared(f"no manifest among the YAML here: {_names(others)}", hint=hint)
    shown = ", ".join(shown_path(file) for file, _ in files[:_MOST_NAMES])
    more = " ..." if files[_MOST_NAMES:] else ""
    if moves:
        return NothingDeclared(f"no manifest in {shown}{more}: it only says what was moved", hint=hint)
    return NothingDeclared(f"no document in {shown}{more}: nothing is there, or only comments", hint=hint)


def _skipped(others: Sequence[Source]) -> tuple[str, ...]:
    if not others:
        return ()
    count = f"{len(others)} YAML document{'' if len(others) == 1 else 's'}"
    return (f"Skipped {count} of other tools, without `apiVersion: wexa.ai/v1`: {_names(others)}.",)


def _names(others: Sequence[Source]) -> str:
    return suggest.named(list(dict.fromkeys(source.file for source in others)), most=_MOST_NAMES)
