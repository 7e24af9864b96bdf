"""Bring live drift back into the manifests: nothing is sent but GET, and nothing is written before all is checked."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from wexa_sync.engine.reading import read
from wexa_sync.engine.steps import NOTHING, look, scope_of
from wexa_sync.errors import InvalidManifests, NothingDeclared, Problem, WexaSyncError
from wexa_sync.manifests.load import load
from wexa_sync.manifests.sources import Sources
from wexa_sync.model import Choice, Observation, Plan
from wexa_sync.plan.decision import Rules
from wexa_sync.plan.hide import keep_secret
from wexa_sync.plan.make import make_plan
from wexa_sync.plan.scope import Scope
from wexa_sync.repair.records import forgotten
from wexa_sync.text.files import TextFault, instead, shown_path
from wexa_sync.workspace import Workspace

if TYPE_CHECKING:
    from wexa_sync.manifests.tidy import Tidied
    from wexa_sync.model import Address
    from wexa_sync.model import Path as FieldPath
    from wexa_sync.observe.replay import Replayed
    from wexa_sync.repair.pull.checked import Left
    from wexa_sync.repair.pull.result import Pulled

_CHOICE = Choice()
Fields: TypeAlias = "Mapping[Address, Sequence[FieldPath]]"


def pull(sources: Sources, workspace: Workspace, choice: Choice = _CHOICE, *, gone: bool = False) -> Pulled:
    """Return the files as they are to be for the manifests to say what others changed on the live side. Sends GET only.

    Fields that the repository changed too are refused. With `gone`, the manifests of what was applied and is not live
    any more are taken out. Nothing is written: `write_pulled` does that.
    """
    from wexa_sync.observe.replay import Recorder, Replayed
    from wexa_sync.repair.pull.attempt import attempt
    from wexa_sync.repair.pull.drifted import drifts, unread, updates, without_secrets
    from wexa_sync.repair.pull.drifted import gone as gone_from
    from wexa_sync.repair.pull.known import known_from, text_of, with_pulled
    from wexa_sync.repair.pull.spots import Pages
    from wexa_sync.state.disk import read_if_there

    desired, recorder = read(sources), Recorder(workspace.api)
    check = _Check(sources, workspace, scope_of(desired, sources))
    seen = look(desired, replace(workspace, api=recorder), moved=desired.moved)
    planned = check.plan(seen, choice)
    masked = without_secrets(keep_secret(updates(planned, seen), seen), seen)
    file = _known_file(sources.root, seen.lineage)
    known = known_from(read_if_there(file), seen)
    found = tuple(drifts(masked, seen, known))
    lost = gone_from(planned, seen)
    api = Replayed(recorder.notes, org_id=recorder.org_id, user_id=seen.user_id)
    with _told(sources.root):
        made = attempt(
            found,
            lost if gone else (),
            desired,
            Pages(sources.root, load(sources.all()).documents),
            lambda files, pulled: check.faults(files, pulled, seen, api),
            {address: pair.record.id for address, pair in seen.pairs.items() if pair.record is not None},
        )
    remembered = (file, text_of(with_pulled(known, masked, made.fields), seen)) if made.fields else None
    refused = (*made.refused, *unread(seen))
    return replace(made, gone=tuple(each.address for each in lost), refused=refused, known_in=remembered)


def write_pulled(pulled: Pulled, workspace: Workspace) -> None:
    """Write the files of a pull, each at once, and forget the records of what was taken out.

    Raises WexaSyncError where a file has changed meanwhile, or can't be written: before any is, if that can be told.
    """
    from wexa_sync.text.rewrite import remove, require_writable, rewrite

    for each in pulled.files:
        with _told(each.file):
            require_writable(each.file, each.before)
    if pulled.known_in is not None:  # before the files: what they do not have means nothing
        _remember(*pulled.known_in)
    for each in pulled.files:
        with _told(each.file):
            if str(each.file) in pulled.emptied:
                remove(each.file, each.before)
            else:
                rewrite(each.file, each.before, each.after)
    if not pulled.forgotten:
        return
    with workspace.store.session(workspace.target) as session:
        records = session.state.records
        left = [each for each, id in pulled.forgotten.items() if each in records and records[each].id == id]
        session.write(*(forgotten(session.state, address) for address in left))


def _known_file(root: Path, lineage: str) -> Path:
    """Return the file that remembers what was pulled for a state: one of this folder alone, as a pull is."""
    return root / ".wexa-sync" / f"pulled-{sha256(lineage.encode()).hexdigest()[:16]}.json"


def _remember(file: Path, content: bytes) -> None:
    from wexa_sync.state.disk import replace_file, told

    with told("write", file):
        file.parent.mkdir(parents=True, exist_ok=True)
    replace_file(file, content)


@contextmanager
def _told(file: Path) -> Iterator[None]:
    """Raise a fault of a file as an error that names it."""
    try:
        yield
    except TextFault as fault:
        raise WexaSyncError(f"{shown_path(file)}: {fault.message}", hint=fault.hint) from fault


class _Check(Struct, frozen=True):
    """Compare two plans of what one look showed: of the manifests as they are, and as they would be."""

    sources: Sources
    workspace: Workspace
    scope: Scope

    def plan(self, seen: Observation, choice: Choice = _CHOICE) -> Plan:
        """Return the plan of what is seen, without what is only asked for by flags."""
        rules = Rules(allowed=self.workspace.options.allowed)
        return make_plan(seen, rules, targets=choice.targets, excludes=choice.excludes, scope=self.scope)

    def faults(
        self, files: Sequence[Tidied], pulled: Fields, seen: Observation, api: Replayed
    ) -> Iterable[Problem | Left]:
        """Return what would be wrong were these files written. `api` shows what was seen, and sends nothing."""
        from wexa_sync.repair.pull.checked import left

        with instead({Path(os.path.realpath(each.file)): each.after for each in files}):
            try:
                desired = read(_with_overlays(self.sources))
            except InvalidManifests as wrong:
                return wrong.problems
            except NothingDeclared:
                desired = NOTHING
        at = replace(self.workspace, api=api)
        then = look(desired, at, moved=desired.moved, now=lambda: seen.now, sleep=lambda _seconds: None)
        return left(self.plan(seen), self.plan(then), pulled)


def _with_overlays(sources: Sources) -> Sources:
    """Return the sources with the fields of the environment as they stand in their file."""
    from wexa_sync.manifests.yaml import read as read_yaml

    if sources.overlays is None:
        return sources
    old = sources.overlays.document
    documents, problems = read_yaml(Path(old.source.file), old.source.file)
    if problems:
        raise InvalidManifests(problems)
    new = next((each for each in documents if each.index == old.index), old)
    return replace(sources, overlays=replace(sources.overlays, document=new))
