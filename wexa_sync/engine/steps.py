"""Name the steps behind `reading` in order. No other file names them all.

plan: observe -> make_plan. apply: require_applicable -> apply_plan.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from wexa_sync.engine.reading import require_none
from wexa_sync.errors import InvalidManifests, NothingDeclared, SettingsError, UsageError
from wexa_sync.manifests.declared import declared as declared_in
from wexa_sync.manifests.find import covers
from wexa_sync.manifests.sources import Sources
from wexa_sync.manifests.variables import revealed
from wexa_sync.model import Choice, Desired, Limits, Move, Observation, Plan
from wexa_sync.observe.observation import observe
from wexa_sync.plan.decision import Rules
from wexa_sync.plan.file import read as read_plan
from wexa_sync.plan.limits import (
    Excess,
    excesses,
    managed,
    require_applicable,
    require_recorded,
    require_target,
    require_user,
)
from wexa_sync.plan.scope import Scope, beyond, require_allowed, to_destroy
from wexa_sync.repair.moves import after_moves, entries_of
from wexa_sync.state.keep import kept
from wexa_sync.workspace import Workspace

if TYPE_CHECKING:
    from wexa_sync.apply import Ask, Progress
    from wexa_sync.model import Report

NOTHING = Desired(manifests={}, depends_on={})
"""No manifest at all: the desired side of a destroy."""

_ALL, _CHOICE, _LIMITS = Scope(), Choice(), Limits()


def scope_of(desired: Desired, sources: Sources) -> Scope:
    """Return the scope of a plan of `desired`, which was read from `sources`.

    Where these are a part of the state's manifests, the plan leaves alone what the others declare.
    """
    whole = sources.all()
    with whole.named():
        if sources.whole is None or covers(sources, whole):
            return _ALL
        try:
            return beyond(desired, *declared_in(whole))
        except NothingDeclared:
            return _ALL


def scope_to_destroy(sources: Sources) -> Scope:
    """Return the scope of a destroy: what a part of the manifests declares, or all that the state holds.

    Of the manifests, only names and lifecycles are read: a problem in a spec is no hindrance.
    Raises InvalidManifests for every other problem.
    """
    with sources.named():
        try:
            declared, problems = declared_in(sources)
        except NothingDeclared:
            if sources.whole is not None:
                raise
            return _ALL
    require_none(problems)
    return to_destroy(declared, whole=sources.whole is None)


def saved_plan(file: Path, sources: Sources, env: Mapping[str, str], desired: Desired | None = None) -> Plan:
    """Return a saved plan, its secrets read from `env`. `desired`: the manifests of `sources`, if they were read.

    Raises PlanRefused where a manifest of `sources` protects by now what the plan deletes, or ignores what it changes.
    A manifest that is not here or can't be read protects nothing.
    """
    planned = read_plan(file, partial(revealed, env=env))
    try:
        declared = declared_in(sources)[0] if desired is None else [*desired.manifests.values()]
    except (UsageError, SettingsError, InvalidManifests):
        return planned
    require_allowed(planned, to_destroy(declared, whole=True))
    return planned


def require_planned_here(planned: Plan, workspace: Workspace) -> None:
    """Raise PlanRefused where a plan is for another workspace, or was made as another user. Sends GET only."""
    require_target(planned, workspace.target)
    require_user(planned, workspace.api.sign_in())


def plan(
    desired: Desired,
    workspace: Workspace,
    choice: Choice = _CHOICE,
    *,
    limits: Limits | None = None,
    scope: Scope = _ALL,
) -> Plan:
    """Compare desired, recorded and live. The plan warns of what goes over `limits`. Sends GET only."""
    seen = look(desired, workspace, moved=desired.moved)
    from wexa_sync.plan.make import make_plan  # the first requests need none of it

    rules = Rules(prune=choice.prune, adopt=choice.adopt, allowed=workspace.options.allowed)
    made = make_plan(seen, rules, targets=choice.targets, excludes=choice.excludes, limits=limits, scope=scope)
    return replace(made, lost=replace(made.lost, place=workspace.store.describe())) if made.lost else made


def plan_to_destroy(workspace: Workspace, scope: Scope) -> Plan:
    """Return the plan that deletes every recorded resource in `scope`. Sends GET only.

    Raises StateError where manifests are to be destroyed and nothing was ever recorded.
    """
    if scope.lifecycles:
        require_recorded(workspace.store.load(workspace.target), workspace.store.describe())
    return plan(NOTHING, workspace, Choice(prune=True), scope=scope)


def plan_to_import(desired: Desired, workspace: Workspace, *, scope: Scope = _ALL) -> Plan:
    """Return the plan that records what is live of `desired`, each as it is live, and does nothing else.

    What differs is left to the next plan. Sends GET only.
    """
    from wexa_sync.plan.make import make_plan

    seen = look(desired, workspace, moved=desired.moved)
    return make_plan(seen, Rules(adopt=True, imports=True, allowed=workspace.options.allowed), scope=scope)


@contextmanager
def locked(workspace: Workspace) -> Iterator[Workspace]:
    """Lock the state from before the plan until after the apply, so that no other apply makes the plan stale.

    A workspace that is locked already stays so.
    """
    if workspace.session is not None:
        yield workspace
        return
    with workspace.store.session(workspace.target) as session:
        yield replace(workspace, session=session)


def look(
    desired: Desired,
    workspace: Workspace,
    *,
    moved: Sequence[Move] = (),
    now: Callable[[], float] = time.time,
    sleep: Callable[[float], object] | None = None,
) -> Observation:
    """Return what is declared, recorded and live, after these moves in the state. Sends GET only.

    `now` and `sleep` are for a look at what was seen before: it is of that time, and waits for no list.
    """
    state, made = after_moves(workspace.state, moved)
    wait = sleep or workspace.let_lists_settle
    seen = observe(desired, state, workspace.api, workspace.target, workspace.options, now=now, sleep=wait)
    return replace(seen, moved=made)


def approve(
    planned: Plan, workspace: Workspace, limits: Limits | None, agrees: Callable[[Sequence[Excess]], bool]
) -> bool:
    """Make the checks of `apply`, then return the answer of `agrees`. `workspace` must be `locked`.

    `agrees` gets the budgets that `limits.force` lifts. The lock is kept for as long as a person takes to answer.
    """
    session = workspace.session
    assert session is not None  # nobody else changes the state between the plan, the answer and the apply
    require_applicable(planned, session.state, limits, workspace.options.allowed)
    lifted = [] if limits is None else excesses(planned.changes, limits, managed=managed(session.state.records))
    with kept(session):
        return agrees(lifted)


def apply(
    planned: Plan,
    workspace: Workspace,
    limits: Limits | None = _LIMITS,
    progress: Progress = lambda _change, _word: None,
    ask: Ask | None = None,
) -> Report:
    """Make the changes of the plan. Raises PlanRefused where it is stale or over `limits`; None lifts all limits."""
    from wexa_sync.apply import apply_plan  # a plan needs none of it
    from wexa_sync.model import Origin

    held, options = workspace.session, workspace.options
    with workspace.store.session(planned.target) if held is None else nullcontext(held) as session:
        require_applicable(planned, session.state, limits, options.allowed)
        moves = entries_of(session.state, planned.moved)
        origin = workspace.origin() if planned.acts else Origin()
        return apply_plan(
            planned, workspace.api, session, options, progress, workspace.cutoff, ask, origin=origin, moves=moves
        )
