"""Make the changed files, look again at what they would come to, and leave out what is not as it should be then."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from wexa_sync.errors import Problem
from wexa_sync.manifests.tidy import Tidied
from wexa_sync.model import Address, Desired, Manifest, Path, show_path
from wexa_sync.repair.pull import gone
from wexa_sync.repair.pull.checked import Left, overlap
from wexa_sync.repair.pull.drifted import Drift
from wexa_sync.repair.pull.edits import Writing
from wexa_sync.repair.pull.result import NotPulled, Pulled
from wexa_sync.repair.pull.spots import Draft, Pages
from wexa_sync.text.files import TextFault

_LIMIT = "This is a limit of `wexa-sync pull`: write what is live into the manifest by hand."


Look = Callable[[Sequence[Tidied], Mapping[Address, Sequence[Path]]], Iterable[Problem | Left]]
"""Looks at the workspace again as if the files were written, with these fields in them. Nothing is sent for it."""


class Attempt(Struct):
    """Hold what is to be pulled, as far as nothing speaks against it. `refused`: what was left out, and why."""

    pages: Pages
    drifts: dict[tuple[Address, Path], Drift]
    gone: list[Manifest]
    refused: list[Problem] = field(default_factory=list)

    def made(self, look: Look, ids: Mapping[Address, str]) -> Pulled:
        """Return what the pull comes to: of all that is wanted, what holds when it is looked at again."""
        while True:
            draft, done = self._drafted()
            files = draft.files()
            fields: defaultdict[Address, tuple[Path, ...]] = defaultdict(tuple)
            for writing in done:
                fields[writing.drift.manifest.address] += (writing.drift.path,)
            wrong = list(look(files, fields)) if files else []
            if not wrong:
                emptied = frozenset(str(each.file) for each in files if not each.after)
                forgotten = {each.address: ids[each.address] for each in self.gone}
                refused = tuple(sorted(dict.fromkeys(self.refused), key=lambda each: (each.source, each.path)))
                return Pulled(files=files, emptied=emptied, fields=fields, refused=refused, forgotten=forgotten)
            self._leave_out(wrong, done)

    def _drafted(self) -> tuple[Draft, list[Writing]]:
        """Return the changed files, and what is written. What can't be written is refused."""
        draft, done = Draft(self.pages), list[Writing]()
        for drift in list(self.drifts.values()):
            try:
                writing = Writing(drift, self.pages).fill()
                for file, edits in writing.edits.items():
                    draft.edit(file, edits)
            except NotPulled as refusal:
                self._refuse(drift, refusal.problem)
            except TextFault as fault:
                problem = self.pages.refused(self.pages.spot(drift.manifest, drift.path), fault.message, fault.hint)
                self._refuse(drift, problem.problem)
            else:
                for path, content in writing.contents.items():
                    draft.replace(path, content)
                done.append(writing)
        try:
            gone.take_out(gone.cuts(self.gone, self.pages), draft, self.pages)
        except TextFault as fault:
            self.refused += [gone.problem_of(each, fault) for each in self.gone]
            self.gone.clear()
            return self._drafted()  # without what was taken out so far
        return draft, done

    def _refuse(self, drift: Drift, problem: Problem) -> None:
        self.refused.append(replace(problem, message=f"{drift.manifest.address}: {problem.message}"))
        del self.drifts[drift.manifest.address, drift.path]

    def _leave_out(self, wrong: Sequence[Problem | Left], done: Sequence[Writing]) -> None:
        """Refuse what is to blame for what is wrong; where that can't be told, all of it."""
        blamed: dict[int, tuple[Writing, str, str]] = {}
        for each in wrong:
            for number, writing in enumerate(done):
                if found := self._blame(each, writing):
                    blamed.setdefault(number, (writing, *found))
        if not blamed and self.gone:
            for manifest in self.gone:
                message = f"{manifest.address} is gone, and the manifests are not valid without it: {_said(wrong[0])}"
                self.refused.append(Problem(message=message, source=manifest.source, hint="Take it out by hand."))
            self.gone.clear()
            return
        if not blamed:
            what = f"with it, {_said(wrong[0])}"
            blamed = {number: (writing, what, _LIMIT) for number, writing in enumerate(done)}
        for writing, message, hint in blamed.values():
            spot = self.pages.spot(writing.drift.manifest, writing.drift.path)
            self._refuse(writing.drift, self.pages.refused(spot, message, hint).problem)

    def _blame(self, wrong: Problem | Left, writing: Writing) -> tuple[str, str] | None:
        """Return what to say of a value that is to blame; None for any other."""
        drift = writing.drift
        if isinstance(wrong, Left):
            if wrong.address == drift.manifest.address and overlap(wrong.path, drift.path):
                return "the plan would still change it", _LIMIT
            if drift.manifest.address in wrong.near and not wrong.path:
                return f"then {wrong.address} would change as well", _LIMIT
            return None
        spot = self.pages.spot(drift.manifest, drift.path)
        if wrong.source.file == spot.file and overlap(wrong.path, show_path(spot.path)):
            return f"what is live is not valid in a manifest: {wrong.message}", wrong.hint
        return None


def _said(wrong: Problem | Left) -> str:
    return f"{wrong.source}: {wrong.message}" if isinstance(wrong, Problem) else f"{wrong.address} would change"


def attempt(
    found: Sequence[Drift],
    lost: Sequence[Manifest],
    desired: Desired,
    pages: Pages,
    look: Look,
    ids: Mapping[Address, str],
) -> Pulled:
    """Return what the pull of `found` comes to, and of the manifests of what is `lost` being taken out."""
    stuck = gone.held(lost, desired)
    drifts = {(each.manifest.address, each.path): each for each in found}
    tried = Attempt(pages, drifts, [each for each in lost if each.address not in stuck], list(stuck.values()))
    return tried.made(look, ids)
