"""Write what is live as manifests, prove that a plan of them comes to no change, and record it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from wexa_sync.engine.reading import read, require_none
from wexa_sync.errors import InvalidManifests, NothingDeclared, Problem, UsageError, WexaSyncError
from wexa_sync.export.adopted import as_recorded, entries, known_ids
from wexa_sync.export.chosen import Wishes
from wexa_sync.export.draft import Draft
from wexa_sync.export.drafts import Drawn, drawn
from wexa_sync.export.layout import laid_out
from wexa_sync.export.read import survey
from wexa_sync.export.result import Export, Odd
from wexa_sync.export.standing import Standing, standing
from wexa_sync.export.survey import Survey
from wexa_sync.export.write import Staging, require_room, staged, write_all
from wexa_sync.manifests.declared import declared as declared_in
from wexa_sync.manifests.sources import Sources
from wexa_sync.model import Address, Desired, Observation, Plan
from wexa_sync.observe.observation import observe
from wexa_sync.observe.replay import Replayed
from wexa_sync.plan.decision import Rules
from wexa_sync.plan.make import make_plan
from wexa_sync.state.base import StateSession
from wexa_sync.state.keep import kept as alive
from wexa_sync.text.files import SETTINGS_FILE, TextFault
from wexa_sync.text.scratch import Scratch
from wexa_sync.workspace import Workspace

_NO_WISHES = Wishes()
_NO_KEY = "export"
"""What secrets are sealed with where nothing is recorded."""


class _Checked(Struct, frozen=True, kw_only=True):
    """Hold what was written, as the next plan will see it.

    `odd` does not come to no change; `partial` lacks something.
    """

    seen: Observation
    odd: tuple[Odd, ...]
    partial: tuple[Address, ...]

    def recordable(self, *, allowed: bool) -> list[Address]:
        """Return the addresses to record: none that is odd, or in one that is; partial ones where that is allowed."""
        held = {each.address for each in self.odd} | (set() if allowed else set(self.partial))
        return [
            address
            for address in self.seen.pairs
            if held.isdisjoint({address, address.owner_address, address.project_address})
        ]


class _Put(Struct, frozen=True, kw_only=True):
    """Hold files that are staged. `there`: what stands in the folder already.

    `whole`: a folder with all drafts alone.
    """

    staging: Staging
    there: Standing
    whole: Path


def export(
    workspace: Workspace,
    folder: Path,
    *,
    projects: Sequence[str] = (),
    wishes: Wishes = _NO_WISHES,
    into: bool = False,
    adopt: bool = False,
    partial: bool = False,
    settings: str = "",
    say: Callable[[str], object] = lambda _what: None,
) -> Export:
    """Write what is live in `projects` (all, if none is named) as manifests into `folder`, all files or none.

    `projects`: handles, names or ids. `into`: the folder may hold other things. `adopt`: record what is written, so
    that the next plan is empty; what can't be said whole only with `partial`. `settings`: the text of a settings file,
    to be written where the folder has none. `say` is told how far it is. Sends GET only.

    Raises UsageError for a folder that is not empty, or a project that is not there.
    """
    require_room(folder, into=into)
    options = workspace.options
    with _session(workspace) if adopt else nullcontext() as session:
        state = session.state if session is not None else workspace.store.load(workspace.target)
        say("Reading what is live ...")
        found = survey(workspace.api, state, projects, parallelism=options.parallelism, values=wishes.with_values)
        made = drawn(found, state, wishes)
        with _put(folder, made, into=into, settings=settings) as put:
            say(f"Checking {len(made.drafts)} manifests ...")
            key = session.lineage if session is not None else _NO_KEY
            checked = _checked(put.whole, found, made.drafts, workspace, key)
            with _sound(folder) if put.there.places else nullcontext():
                put.staging.commit()
            recorded = _record(checked, session, partial=partial) if session is not None else 0
    return _result(folder, put, checked, made, unread=found.unread, recorded=recorded)


def _result(folder: Path, put: _Put, checked: _Checked, made: Drawn, **more: Any) -> Export:
    addresses = [draft.address for draft in made.drafts]
    declared = put.there.left_alone(addresses)
    return Export(
        folder=folder,
        files=tuple(put.staging.files),
        written=tuple(sorted(a for draft in made.drafts if draft.address not in declared for a in draft.ids)),
        declared=declared,
        gone=put.there.gone(addresses),
        unused=tuple(sorted(put.there.unused(addresses) - put.staging.files.keys())),
        left=made.left,
        partial=checked.partial,
        odd=checked.odd,
        **more,
    )


@contextmanager
def _session(workspace: Workspace) -> Iterator[StateSession]:
    """Hold the state from before the first read until all is recorded."""
    with workspace.store.session(workspace.target) as session, alive(session):
        yield session


@contextmanager
def _put(folder: Path, made: Drawn, *, into: bool, settings: str) -> Iterator[_Put]:
    """Stage the files of what was drawn, without what the folder declares already."""
    there = _there(folder) if into else Standing()
    files = laid_out(made.drafts, settings="" if (folder / SETTINGS_FILE).exists() else settings, there=there)
    with (
        staged(folder, files, into=into, ours=there.replaceable) as staging,
        Scratch() as beside,
    ):
        whole = staging.folder
        if there.places:  # what stands there is none of what was read
            whole = beside.folder
            write_all(whole, laid_out(made.drafts))
        yield _Put(staging=staging, there=there, whole=whole)


@contextmanager
def _sound(folder: Path) -> Iterator[None]:
    """Raise UsageError where the manifests in a folder have a problem behind this that they did not have before."""
    before = _problems(folder)
    yield
    if new := [problem for key, problem in _problems(folder).items() if key not in before]:
        raise UsageError(
            f"beside what {folder} holds, the export is not valid: {new[0].message}",
            hint=f"Nothing was written. {new[0].hint} Or record first what manifests there declare "
            "(`wexa-sync import --all`): an export keeps the handles that the state knows.",
        )


def _problems(folder: Path) -> dict[tuple[str, str], Problem]:
    """Return what is wrong with the manifests in a folder, by what stays the same where lines move."""
    try:
        read(Sources(paths=(folder,), root=folder))
    except InvalidManifests as error:
        return {(each.source.file, re.sub(r"\d+", "", each.message)): each for each in error.problems}
    return {}


def _there(folder: Path) -> Standing:
    """Return what stands in a folder already. Raise InvalidManifests where a file hides what it declares."""
    if not folder.is_dir():
        return Standing()
    try:
        manifests, hiding = declared_in(Sources(paths=(folder,), root=folder))
        require_none(hiding)  # what is declared there would be written a second time
        return standing(folder, manifests)
    except NothingDeclared:
        return Standing()
    except TextFault as fault:
        raise UsageError(f"a file in {folder} can't be read: {fault.message}", hint=fault.hint) from None


def _record(checked: _Checked, session: StateSession, *, partial: bool) -> int:
    """Record what may be recorded, in one write. Return its number."""
    addresses = checked.recordable(allowed=partial)
    if changed := list(entries(checked.seen, session.state, addresses, time.time())):
        session.write(*changed)
    return len(addresses)


def _checked(folder: Path, found: Survey, drafts: Collection[Draft], workspace: Workspace, key: str) -> _Checked:
    """Return what was written as the next plan sees it once it is recorded: read back, linked, paired, compared."""
    desired = _read_back(folder) if drafts else Desired(manifests={}, depends_on={})
    ids = known_ids(drafts, desired)
    seen = observe(
        desired,
        as_recorded(desired, ids, key),
        Replayed(found.notes, org_id=found.org_id, user_id=found.user_id),
        workspace.target,
        replace(workspace.options, settle=0.0),
        now=lambda: found.now,
        sleep=lambda _seconds: None,
    )
    planned = make_plan(seen, Rules(allowed=workspace.options.allowed))
    partial = tuple(draft.address for draft in drafts if draft.partial)
    return _Checked(seen=seen, odd=tuple(_odd(planned)), partial=partial)


def _read_back(folder: Path) -> Desired:
    try:
        return read(Sources(paths=(folder,), root=folder))
    except InvalidManifests as error:
        first = error.problems[0]
        raise WexaSyncError(
            f"what is live can't be written as manifests: {first.path or 'a document'}: {first.message}",
            hint="Nothing was written. This is a fault of wexa-sync: report it, with `wexa-sync version`.",
        ) from error


def _odd(planned: Plan) -> Iterator[Odd]:
    """Yield what a plan would do or say of each manifest that does not come to no change."""
    for change in planned.work:
        names = ", ".join(sorted(change.names))
        yield Odd(address=change.address, what=f"{change.action.value}{f' of {names}' if names else ''}")
    for blocked in planned.blocked:
        yield Odd(address=blocked.address, what=f"{blocked.wanted} is blocked: {blocked.reason}")
