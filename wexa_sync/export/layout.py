"""Lay drafts out in files: which manifests share one, where long texts stand, what each file holds. Pure."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct, field

from wexa_sync.export.document import document
from wexa_sync.export.draft import Draft
from wexa_sync.export.standing import MARK, Piece, Standing
from wexa_sync.export.texts import long_texts
from wexa_sync.kinds import BY_NAME, rank
from wexa_sync.manifests.edit import data_of, same
from wexa_sync.model import Address, Path
from wexa_sync.text.files import SETTINGS_FILE

_HEADER = f"{MARK} The next `export --into` writes it anew, unless you take this line out.\n"
_LONGEST = 80  # characters of a file's name, without its ending
# No folder of manifests is searched that has such a name, and no file of that name is one of manifests.
_NOT_SEARCHED = {"venv", "site-packages", "wexa-sync"}
_DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10))}
_NOTHING = Standing()


class _Paths(Struct):
    """Give each file a path that no other one has, on a disk that takes capitals for small letters, too."""

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


def laid_out(drafts: Iterable[Draft], *, settings: str = "", there: Standing = _NOTHING) -> dict[str, str]:
    """Return the text of each file, by its path. It depends on nothing but these, in whatever order they come.

    A project that is the only one stands at the top, else each in a folder of its own. `settings`: the text of
    wexa-sync.yaml; empty where there is one already. `there`: what stands in the folder. What files declare that no
    export wrote is left out. What our files declare stays where it is; of these, the documents that say something
    else are written anew.
    """
    wanted = {draft.address: draft for draft in sorted(drafts, key=_place)}
    for address in there.left_alone(wanted):
        del wanted[address]
    paths = _Paths({name.casefold() for name in (*there.places.values(), *there.kept_texts(wanted))})
    folders = _folders(wanted, there, paths)
    homes = _homes(wanted, folders, there, paths)
    files = {SETTINGS_FILE: settings} if settings else {}
    documents: dict[str, dict[Address, str]] = defaultdict(dict)
    for address, draft in wanted.items():
        file = homes[address]
        texts: dict[Path, str] = {}
        for text in long_texts(draft):
            path = paths.free(posixpath.join(folders[address.project_address], text.file))
            files[path] = text.held
            texts[text.path] = posixpath.relpath(path, posixpath.dirname(file) or ".")
        documents[file][address] = document(draft, texts)
    files |= {file: _whole(texts, there.ours.get(file, ())) for file, texts in documents.items()}
    return dict(sorted(files.items()))


def _place(draft: Draft) -> tuple[str, int, str]:
    return draft.address.project_address.name, rank(draft.address.kind), draft.address.name


def _folders(wanted: Iterable[Address], there: Standing, paths: _Paths) -> dict[Address, str]:
    """Return the folder of each project: where its manifest stands, or the top, or one with its name."""
    inside = {address: file for address, file in there.places.items() if not file.startswith("../")}
    known = {address: posixpath.dirname(file) for address, file in inside.items() if not address.project}
    projects = dict.fromkeys(address.project_address for address in wanted)
    is_alone = len(projects.keys() | {address.project_address for address in inside}) == 1
    new = {project: "" if is_alone else paths.free(project.name) for project in projects if project not in known}
    return known | new


def _homes(
    wanted: Iterable[Address], folders: Mapping[Address, str], there: Standing, paths: _Paths
) -> dict[Address, str]:
    """Return the file of each manifest: where it stands already, or the one that its kind likes to have."""
    files = {file: file for file in there.ours}
    found = {}
    for address in wanted:
        file = there.places.get(address, "")
        if not file:
            name = BY_NAME[address.kind].exported.file_of(address.kind).format(handle=address.name)
            liked = posixpath.join(folders[address.project_address], name)
            file = files.setdefault(liked, "") or paths.free(liked)
            files[liked] = file
        found[address] = file
    return found


def _whole(documents: Mapping[Address, str], there: Sequence[Piece]) -> str:
    """Return the text of a file with these documents. One that stands there and says the same stays as it is."""
    rest, texts = dict(documents), []
    for piece in there:
        new = rest.pop(piece.address, None) if piece.address else None
        stays = new is None or same(piece.data, data_of(new)[0][1])
        texts.append(piece.text if stays else str(new))
    texts += rest.values()
    gap = "\n" if texts[0].startswith("#") else ""  # our line is none of the comments on the first document
    return _HEADER + gap + "---\n".join(texts)
