"""Lay drafts out in files: which manifests share one, where long texts stand, what each file holds. Pure."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from wexa_sync.export.document import document
from wexa_sync.export.draft import Draft
from wexa_sync.export.texts import long_texts
from wexa_sync.kinds import BY_NAME, rank
from wexa_sync.model import Path
from wexa_sync.text.files import SETTINGS_FILE

MARK = "# Written by wexa-sync export."
"""How the first line of a file of manifests begins that an export may write anew."""

_HEADER = f"{MARK} The next `export --into` writes it anew, unless you take this line out.\n"
_LONGEST = 80  # characters of a file's name, without its ending
# No folder of manifests is searched that has such a name, and no file of that name is one of manifests.
_NOT_SEARCHED = {"venv", "site-packages", "wexa-sync"}
_DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10))}


@dataclass(slots=True)
class _Paths:
    """Gives each file a path that no other one has, on a disk that takes capitals for small letters, too."""

    taken: set[str] = field(default_factory=set)

    def free(self, wanted: str) -> str:
        """Return the path that is wanted, or the first one behind it (NAME-2) that is free. It is taken then."""
        folder, name = posixpath.split(wanted)
        stem, dot, ending = name.partition(".")
        stem = stem[:_LONGEST].rstrip("-")
        number, path = 1, posixpath.join(folder, f"{stem}{dot}{ending}")
        while path.casefold() in self.taken or (number == 1 and stem in _NOT_SEARCHED | _DEVICES):
            number += 1
            path = posixpath.join(folder, f"{stem}-{number}{dot}{ending}")
        self.taken.add(path.casefold())
        return path


def laid_out(drafts: Iterable[Draft], *, settings: str = "") -> dict[str, str]:
    """Return the text of each file, by its path. It depends on nothing but the drafts, in whatever order they come.

    The manifests of one project stand at the top, those of several in a folder for each. `settings`: the text of
    wexa-sync.yaml; empty where there is one already.
    """
    drafts = sorted(drafts, key=lambda draft: (_project(draft), rank(draft.address.kind), draft.address.name))
    projects = dict.fromkeys(map(_project, drafts))
    paths = _Paths()
    folders = {name: paths.free(name) if len(projects) > 1 else "" for name in projects}
    files: dict[str, str] = {SETTINGS_FILE: settings} if settings else {}
    documents: dict[str, list[str]] = defaultdict(list)
    shared: dict[tuple[str, str], str] = {}  # the files by the paths that they would like to have
    for draft in drafts:
        folder, kind = folders[_project(draft)], BY_NAME[draft.address.kind]
        wanted = posixpath.join(folder, kind.exported.file_of(kind.name).format(handle=draft.address.name))
        key = (wanted, _project(draft))
        if key not in shared:
            shared[key] = paths.free(wanted)
        file = shared[key]
        texts: dict[Path, str] = {}
        for text in long_texts(draft):
            path = paths.free(posixpath.join(folder, text.file))
            files[path] = text.held
            texts[text.path] = posixpath.relpath(path, posixpath.dirname(file))
        documents[file].append(document(draft, texts, with_project=len(projects) > 1))
    files |= {file: _whole(texts) for file, texts in documents.items()}
    return dict(sorted(files.items()))


def _whole(documents: Sequence[str]) -> str:
    gap = "\n" if documents[0].startswith("#") else ""  # our line is none of the comments on the first document
    return _HEADER + gap + "---\n".join(documents)


def _project(draft: Draft) -> str:
    return draft.address.project_address.name
