"""Plan without the manifests where the last apply vouches for them, and have an apply vouch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from wexa_sync.errors import NothingDeclared, UsageError, WexaSyncError
from wexa_sync.manifests.find import covers
from wexa_sync.manifests.inputs import from_root, inputs_of
from wexa_sync.observe.replay import Ahead
from wexa_sync.observe.vouched import unchanged
from wexa_sync.plan.vouch import sealed_inputs, sealed_order, vouch_for, vouched_plan
from wexa_sync.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wexa_sync.manifests.sources import Sources
    from wexa_sync.model import Choice, Desired, Plan, Report, Vouch
    from wexa_sync.state.base import State, StateStore


def vouched_state(sources: Sources, store: StateStore) -> tuple[State | None, bool]:
    """Return the state, and whether it vouches for these manifests, so that they need not be read. Offline.

    An error is no matter of a vouch: then the state is None, and whoever goes on meets the error again, and reports it.
    """
    try:
        state = store.load()
        return state, state.vouch is not None and _is_whole(sources) and _holds(state, state.vouch, sources)
    except WexaSyncError:
        return None, False


def _holds(state: State, vouch: Vouch, sources: Sources) -> bool:
    inputs = inputs_of(sources, vouch.files, vouch.env)
    if inputs is None:
        return False
    return sealed_inputs(inputs.digest, state, vouch.externals, hides=inputs.hides) == vouch.inputs


def with_state(workspace: Workspace, state: State) -> Workspace:
    """Return the workspace with its state, which is read already. Raise StateError for the state of another one."""
    known = state.owned_by(workspace.target.environment, workspace.target, workspace.store.describe())
    return replace(workspace, known=known)


def plan_vouched(state: State, workspace: Workspace, choice: Choice) -> tuple[Plan | None, Workspace]:
    """Return the plan where all that is live is as recorded, else None; and the workspace to plan in then.

    The state vouches for the manifests. What was read of the API is not read again. Sends GET only.
    """
    ahead = Ahead(workspace.api)
    workspace = replace(with_state(workspace, state), api=ahead)
    state = workspace.state
    assert state.vouch is not None
    seen = unchanged(state, ahead, workspace.options, state.vouch.externals)
    ahead.reads_ahead = False
    if seen is None or sealed_order(seen.order, state) != state.vouch.order:
        return None, workspace
    plan = vouched_plan(state, workspace.target, choice, user_id=seen.user_id, externals=seen.externals)
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
    files = sorted(from_root(sources.root, path) for path in desired.files)
    try:
        inputs = inputs_of(sources, files, sorted(desired.env), read) if _is_whole(sources) else None
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
            files=files,
            externals=report.externals if report is not None else {},
        )
    )


def _is_whole(sources: Sources) -> bool:
    """True when the sources are all manifests of the state."""
    try:
        return sources.whole is None or covers(sources, sources.all())
    except NothingDeclared:
        return False
