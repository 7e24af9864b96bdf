"""Take the manifests of what is gone out: a document, or a part of one, and the files of texts that only it used."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import groupby
from pathlib import Path as File

from wexa_sync.errors import Problem
from wexa_sync.kinds import BY_NAME, part_of
from wexa_sync.model import Address, Desired, Manifest, Path
from wexa_sync.repair.pull.spots import Draft, Pages

Cut = tuple[str, int, Path]
"""A file, the index of a document in it, and the path of a part there; empty for the whole document."""


def held(gone: Sequence[Manifest], desired: Desired) -> dict[Address, Problem]:
    """Return those that can't be taken out, as what stays in the manifests needs them; each with what is to be said."""
    leaving, found = {each.address: each for each in gone}, dict[Address, Problem]()
    while stuck := [
        (leaving[other], manifest)
        for address, manifest in desired.manifests.items()
        if address not in leaving
        for other in desired.depends_on.get(address, ())
        if other in leaving and other.place != address.place
    ]:
        for manifest, needs in stuck:
            message = f"{manifest.address} is gone, and {needs.address} needs it"
            hint = f"See to {needs.address} first: it is declared at {needs.source}."
            found.setdefault(manifest.address, Problem(message=message, source=manifest.source, hint=hint))
            leaving.pop(manifest.address, None)
    return found


def cuts(gone: Iterable[Manifest], pages: Pages) -> list[Cut]:
    """Return what to take out of which file, the last of each file first. A part goes with its owner."""
    gone = list(gone)
    leaving, found = {each.address for each in gone}, list[Cut]()
    for manifest in gone:
        part, address = part_of(BY_NAME[manifest.address.kind]), manifest.address
        if address.owner_address in leaving:
            continue
        page = pages[manifest.source.file]
        index = page.index_at(manifest.source.line)
        if page.data[index].get("kind") == (address.owner[0] if address.owner else address.kind):  # else it is implied
            path: Path = ("spec", part.field, manifest.position) if part else ()
            found.append((manifest.source.file, index, path))
    return sorted(found, key=lambda cut: (cut[0], cut[1], cut[2][2:]), reverse=True)


def take_out(cut: Sequence[Cut], draft: Draft, pages: Pages) -> None:
    """Take these out of the draft, with the files of texts that nothing else uses. Raises TextFault."""
    for file, places in groupby(cut, key=lambda each: each[0]):
        draft.take_out(file, [(index, path) for _, index, path in places])
    whole = set(cut)
    for file, users in pages.used.items():
        if all(_goes(document.source.file, document.index, path, whole) for document, path in users):
            draft.empty(File(file))


def _goes(file: str, index: int, path: Path, cut: Collection[Cut]) -> bool:
    """True when a document is taken out, or the item of it that a path leads into."""
    return any((file, index, path[:size]) in cut for size in range(len(path) + 1))
