"""Make the changed files, look again at what they would come to, and leave out what is not as it should be then."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from msgspec import Struct, field
from msgspec.structs import replace

from wexa_sync.errors import Problem
from wexa_sync.manifests.positions import Places
from wexa_sync.manifests.tidy import Tidied
from wexa_sync.model import Address, Desired, Manifest, Path
from wexa_sync.repair.pull import gone
from wexa_sync.repair.pull.checked import Left, leads_into
from wexa_sync.repair.pull.drifted import Drift
from wexa_sync.repair.pull.edits import Writing
from wexa_sync.repair.pull.result import NotPulled, Pulled
from wexa_sync.repair.pull.spots import Draft, Pages, Spot
from wexa_sync.text.files import TextFault

_LIMIT = "This is a limit of `wexa-sync pull`: write what is live into the manifest by hand."

Look = Callable[[Sequence[Tidied], Mapping[Address, Sequence[Path]]], Iterable[Problem | Left]]
"""Looks at the workspace again as if the files were written, with these fields in them. Nothing is sent for it."""

Part: TypeAlias = Writing | Manifest
"""Stands for a value that is written, or for the manifest of what is gone, which is taken out."""


class Fault(Struct, frozen=True):
    """Say what is wrong with parts of a pull, and what to do. `part`: the one to blame, where that is known."""

    message: str
    hint: str
    part: Part | None = None


class Attempt(Struct):
    """Hold the parts of a pull with which all is as it should be. `refused`: what was left out, and why."""

    pages: Pages
    look: Look
    refused: list[Problem]
    parts: list[Part] = field(default_factory=list)

    def add(self, parts: Sequence[Part]) -> None:
        """Take parts in, but for those to blame for what is wrong then: these are refused.

        Where nobody can tell which part is to blame, each half is tried by itself.
        """
        faults = self._faults(parts) if parts else []
        blamed = {id(each.part): each for each in faults if each.part is not None}
        if not faults:
            self.parts += parts
        elif len(parts) == 1:
            self._refuse(parts[0], faults[0])
        elif blamed:
            for part in parts:
                if id(part) in blamed:
                    self._refuse(part, blamed[id(part)])
            self.add([part for part in parts if id(part) not in blamed])
        else:
            middle = len(parts) // 2
            self.add(parts[:middle])
            self.add(parts[middle:])

    def writings(self, found: Iterable[Drift]) -> Iterator[Writing]:
        """Yield what to write for each drift. What can't be written is refused."""
        for drift in found:
            writing = Writing(drift, self.pages)
            try:
                yield writing.fill()
            except NotPulled as refusal:
                said = refusal.problem
                self.refused.append(replace(said, message=f"{drift.manifest.address}: {said.message}"))
            except TextFault as fault:
                self._refuse(writing, Fault(fault.message, fault.hint))

    def pulled(self, ids: Mapping[Address, str]) -> Pulled:
        """Return what the pull comes to. `ids`: of what has a record."""
        files = self._drafted(self.parts, []).files()
        return Pulled(
            files=files,
            emptied=frozenset(str(each.file) for each in files if not each.after),
            fields=_fields(self.parts),
            refused=tuple(sorted(dict.fromkeys(self.refused), key=lambda each: (each.source, each.path))),
            forgotten={each.address: ids[each.address] for each in self.parts if isinstance(each, Manifest)},
        )

    def _drafted(self, parts: Iterable[Part], faults: list[Fault]) -> Draft:
        """Return the files with these parts in them. What can't be written goes to `faults`."""
        draft, lost = Draft(self.pages), list[Manifest]()
        for part in parts:
            if isinstance(part, Manifest):
                lost.append(part)
                continue
            try:
                part.enter(draft)
            except TextFault as fault:
                faults.append(Fault(fault.message, fault.hint, part))
        try:
            gone.take_out(gone.cuts(lost, self.pages), draft, self.pages)
        except TextFault as fault:
            faults.append(Fault(fault.message, fault.hint))
        return draft

    def _faults(self, parts: Sequence[Part]) -> list[Fault]:
        """Return what is wrong with these parts beside those that are in already."""
        together, faults = [*self.parts, *parts], list[Fault]()
        draft = self._drafted(together, faults)
        files = draft.files() if not faults else ()
        wrong = [*self.look(files, _fields(together))] if files else []
        return faults + [self._fault(each, together, draft) for each in wrong]

    def _fault(self, wrong: Problem | Left, parts: Sequence[Part], draft: Draft) -> Fault:
        writings = [each for each in parts if isinstance(each, Writing)]
        if isinstance(wrong, Left):
            ours = (each for each in writings if each.drift.manifest.address == wrong.address)
            part = next((each for each in ours if wrong.path and leads_into(wrong.path, each.drift.path)), None)
            message = "the plan would still change it" if part else f"then the plan would change {wrong.address}"
            return Fault(message, _LIMIT, part)
        part = self._writing_at(wrong, writings, draft) if len(writings) == len(parts) else None  # else places moved
        how = "what is live is not valid in a manifest:" if part else f"then {wrong.source}:"
        return Fault(f"{how} {wrong.message}", wrong.hint, part)

    def _writing_at(self, wrong: Problem, writings: Iterable[Writing], draft: Draft) -> Writing | None:
        """Return what is written where the problem stands."""
        for each in writings:
            spot = self._spot(each)
            is_near = spot.file == wrong.source.file and leads_into(wrong.path, spot.path)
            if is_near and draft.page(spot.file).index_at(wrong.source.line) == spot.index:
                return each
        return None

    def _refuse(self, part: Part, fault: Fault) -> None:
        if isinstance(part, Manifest):
            message = f"{part.address} is gone, and can't be taken out: {fault.message}"
            self.refused.append(Problem(message=message, source=Places().in_manifest(part, ()), hint=fault.hint))
        else:
            message = f"{part.drift.manifest.address}: {fault.message}"
            self.refused.append(self.pages.refused(self._spot(part), message, fault.hint).problem)

    def _spot(self, writing: Writing) -> Spot:
        return self.pages.spot(writing.drift.manifest, writing.drift.path)


def _fields(parts: Iterable[Part]) -> Mapping[Address, tuple[Path, ...]]:
    """Return the paths of what is written, for each address."""
    found: defaultdict[Address, tuple[Path, ...]] = defaultdict(tuple)
    for each in parts:
        if isinstance(each, Writing):
            found[each.drift.manifest.address] += (each.drift.path,)
    return found


def attempt(
    found: Iterable[Drift],
    lost: Sequence[Manifest],
    desired: Desired,
    pages: Pages,
    look: Look,
    ids: Mapping[Address, str],
) -> Pulled:
    """Return what the pull of `found` comes to, and of the manifests of what is `lost` being taken out."""
    stuck = gone.held(lost, desired)
    tried = Attempt(pages, look, [*stuck.values()])
    leaving = (each for each in reversed(lost) if each.address not in stuck)  # first what needs the others
    tried.add([*tried.writings(found), *leaving])
    return tried.pulled(ids)
