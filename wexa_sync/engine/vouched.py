"""Plan without the manifests where the last apply vouches for them, and have an apply vouch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from wexa_sync.errors import NothingDeclared, UsageError, WexaSyncError
from wexa_sync.manifests.find import covers
from wexa_sync.manifests.inputs import Inputs, from_root, inputs_of
from wexa_sync.observe.replay import Ahead
from wexa_sync.observe.vouched import unchanged
from wexa_sync.plan.vouch import sealed_inputs, sealed_order, vouch_for, vouched_plan
from wexa_sync.state.base import State
from wexa_sync.state.format import checksum
from wexa_sync.text.files import shown_path
from wexa_sync.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wexa_sync.manifests.sources import Sources
    from wexa_sync.model import Change, Choice, Desired, Plan, Report, Vouch
    from wexa_sync.state.base import StateStore


class Vouched(Struct, frozen=True, kw_only=True):
    """Hold what is known before the API is asked: the state, if it was read, and whether it vouches for the manifests.

    `lists`: what stays as it is is to be listed, and `changes` are those.
    """

    state: State | None = None
    holds: bool = False
    lists: bool = False
    changes: tuple[Change, ...] = ()

    @property
    def rests(self) -> bool:
        """True when an apply that finds what is recorded has nothing to write: it records what is declared, no more."""
        records = self.state.records if self.state is not None else {}
        return self.holds and self.lists and all(each.after is records[each.address].spec for each in self.changes)


def vouched_state(sources: Sources, store: StateStore, *, lists: bool = False, saves: bool = False) -> Vouched:
    """Return the state, and whether it vouches for these manifests, so that they need not be read. Offline.

    `lists`: what stays as it is is to be in the plan. `saves`: the plan is to be saved. An error is no matter of a
    vouch: then there is no state, and whoever goes on meets the error again, and reports it.
    """
    lists = lists or saves
    try:
        state = store.load()
        vouch = state.vouch
        inputs = _held(state, vouch, sources) if vouch is not None and (vouch.stays or not lists) else None
    except WexaSyncError:
        return Vouched()
    if vouch is None or inputs is None:
        return Vouched(state=state)
    if not lists:
        return Vouched(state=state, holds=True)
    from wexa_sync.plan.stays import are_saved_alike, listed  # most plans list none

    changes = listed(vouch.stays, state, [shown_path(file) for file in inputs.files])
    if saves and not are_saved_alike(changes):
        return Vouched(state=state)
    return Vouched(state=state, holds=True, lists=True, changes=changes)


def _held(state: State, vouch: Vouch, sources: Sources) -> Inputs | None:
    """Return what the manifests would be read from, where the vouch holds."""
    inputs = inputs_of(sources, vouch.files, vouch.env) if _is_whole(sources) else None
    if inputs is None:
        return None
    sealed = sealed_inputs(inputs.digest, state, vouch.externals, hides=inputs.hides, stays=vouch.stays)
    return inputs if sealed == vouch.inputs else None


def plan_vouched(vouched: Vouched, workspace: Workspace, choice: Choice) -> tuple[Plan | None, Workspace]:
    """Return the plan where the state vouches for the manifests and live is as recorded, else None.

    Return the workspace to plan in then, too: what was read of the state and of the API is not read again. Sends GET
    only. Where the workspace is locked and its state is another one by now, that counts. Raise StateError for the state
    of another workspace.
    """
    session = workspace.session
    if vouched.state is None or (session is not None and checksum(session.state) != checksum(vouched.state)):
        return None, workspace
    state = vouched.state.owned_by(workspace.target.environment, workspace.target, workspace.store.describe())
    workspace, kept = replace(workspace, known=state), state.vouch
    if not vouched.holds or kept is None:
        return None, workspace
    ahead = Ahead(workspace.api)
    workspace = replace(workspace, api=ahead)
    believed = kept.externals if session is None else {}  # an apply sees where names lead
    seen = unchanged(state, ahead, workspace.options, believed, exact=vouched.lists)
    ahead.reads_ahead = False
    if seen is None or sealed_order(seen.order, state) != kept.order:
        return None, workspace
    plan = vouched_plan(
        state,
        workspace.target,
        choice,
        user_id=seen.user_id,
        externals=seen.externals,
        changes=vouched.changes,
    )
    return plan, workspace


def vouch(
    desired: Desired, sources: Sources, workspace: Workspace, read: Mapping[str, bytes], report: Report | None = None
) -> None:
    """Have the state vouch for these manifests from now on, if nothing is left to do. `workspace` must be `locked`.

    `read`: what was `noted` as they were read. A file that was edited since is not what was applied. `report`: that of
    the apply before. It knows the ids of what the manifests refer to by a name.
    """
    session = workspace.session
    assert session is not None
    named = sorted(from_root(sources.root, path) for path in desired.files)
    try:
        inputs = inputs_of(sources, named, sorted(desired.env), read) if _is_whole(sources) else None
    except UsageError:
        return
    if inputs is None:
        return
    session.keep(
        vouch_for(
            desired,
            session.state,
            workspace.target,
            inputs=inputs.digest,
            hides=inputs.hides,
            named=named,
            files=[shown_path(file) for file in inputs.files],
            externals=report.externals if report is not None else {},
        )
    )


def _is_whole(sources: Sources) -> bool:
    """True when the sources are all manifests of the state."""
    try:
        return sources.whole is None or covers(sources, sources.all())
    except NothingDeclared:
        return False
