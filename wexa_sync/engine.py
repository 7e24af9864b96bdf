"""Name the steps in order. No other file names them all.

read: load -> validate -> link. plan: observe -> make_plan. apply: require_applicable -> apply_plan. Then repairs of the
state, and what a person does to executions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from wexa_sync.errors import InvalidManifests, NothingDeclared, Problem, SettingsError, UsageError
from wexa_sync.manifests.declared import declared as declared_in
from wexa_sync.manifests.find import covers
from wexa_sync.manifests.link import link
from wexa_sync.manifests.load import load
from wexa_sync.manifests.positions import Places
from wexa_sync.manifests.sources import Sources
from wexa_sync.manifests.validate import validate
from wexa_sync.manifests.variables import revealed
from wexa_sync.model import Address, Choice, Desired, Limits, Observation, Plan, Record, Report, Run
from wexa_sync.observe import observe
from wexa_sync.plan.decision import Rules
from wexa_sync.plan.file import read as read_plan
from wexa_sync.plan.limits import (
    Excess,
    excesses,
    require_applicable,
    require_recorded,
    require_target,
    require_user,
)
from wexa_sync.plan.make import make_plan
from wexa_sync.plan.scope import Scope, beyond, require_allowed, to_destroy
from wexa_sync.state.base import StateSession, StateStore
from wexa_sync.state.keep import kept
from wexa_sync.workspace import Workspace

if TYPE_CHECKING:
    from wexa_sync.apply import Ask, Progress
    from wexa_sync.executions.answer import Answer
    from wexa_sync.executions.watch import Ask as RunAsk
    from wexa_sync.executions.watch import Tell
    from wexa_sync.repair.rebuild import Match

NOTHING = Desired(manifests={}, depends_on={})
"""No manifest at all: the desired side of a destroy."""

_ALL, _CHOICE, _LIMITS = Scope(), Choice(), Limits()


def read(sources: Sources) -> Desired:
    """Return the valid, linked manifests. Raises InvalidManifests with every problem at once. Offline."""
    with sources.named():
        loaded = load(sources)
    manifests, invalid = validate(loaded.documents, root=sources.root, complete=not loaded.problems)
    desired, unlinked = link(manifests, Places().in_manifest)
    _require_none([*loaded.problems, *invalid, *unlinked])
    return replace(desired, warnings=loaded.warnings)


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
    _require_none(problems)
    return to_destroy(declared, whole=sources.whole is None)


def _require_none(problems: Sequence[Problem]) -> None:
    if problems:
        raise InvalidManifests(sorted(problems, key=lambda problem: (problem.source, problem.path)))


def saved_plan(file: Path, sources: Sources, env: Mapping[str, str]) -> Plan:
    """Return a saved plan, its secrets read from `env`.

    Raises PlanRefused where a manifest of `sources` protects by now what the plan deletes, or ignores what it changes.
    A manifest that is not here or can't be read protects nothing.
    """
    planned = read_plan(file, partial(revealed, env=env))
    try:
        declared, _ = declared_in(sources)
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
    seen = _look(desired, workspace)
    rules = Rules(prune=choice.prune, adopt=choice.adopt, allowed=workspace.options.allowed)
    return make_plan(seen, rules, targets=choice.targets, excludes=choice.excludes, limits=limits, scope=scope)


def plan_to_destroy(workspace: Workspace, scope: Scope) -> Plan:
    """Return the plan that deletes every recorded resource in `scope`. Sends GET only.

    Raises StateError where manifests are to be destroyed and nothing was ever recorded.
    """
    if scope.lifecycles:
        require_recorded(workspace.store.load(workspace.target), workspace.store.describe())
    return plan(NOTHING, workspace, Choice(prune=True), scope=scope)


@contextmanager
def locked(workspace: Workspace) -> Iterator[Workspace]:
    """Lock the state from before the plan until after the apply, so that no other apply makes the plan stale."""
    with workspace.store.session(workspace.target) as session:
        yield replace(workspace, session=session)


def _look(desired: Desired, workspace: Workspace) -> Observation:
    state = workspace.store.load(workspace.target)
    return observe(desired, state, workspace.api, workspace.target, workspace.options, sleep=workspace.let_lists_settle)


def approve(
    planned: Plan, workspace: Workspace, limits: Limits | None, agrees: Callable[[Sequence[Excess]], bool]
) -> bool:
    """Make the checks of `apply`, then return the answer of `agrees`. `workspace` must be `locked`.

    `agrees` gets the budgets that `limits.force` lifts. The lock is kept for as long as a person takes to answer.
    """
    session = workspace.session
    assert session is not None  # nobody else changes the state between the plan, the answer and the apply
    require_applicable(planned, session.state, limits, workspace.options.allowed)
    lifted = [] if limits is None else excesses(planned.changes, limits, managed=len(session.state.records))
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

    held, options = workspace.session, workspace.options
    with workspace.store.session(planned.target) if held is None else nullcontext(held) as session:
        require_applicable(planned, session.state, limits, options.allowed)
        return apply_plan(planned, workspace.api, session, options, progress, workspace.cutoff, ask)


def resolve(address: Address, desired: Desired, workspace: Workspace, *, happened_as: str | None) -> str:
    """Settle a doubt as a person says: the resource is live under the id `happened_as`, or (None) it was not made.

    Return a phrase that says what was noted. For a run of which only the end is open, `happened_as` is the run's own id
    and means that it ended well. Raises UsageError where there is no doubt, or nothing live has that id.
    Sends GET only.
    """
    from wexa_sync.repair.resolve import resolved

    with workspace.store.session(workspace.target) as session:
        seen = _look(desired, workspace)
        entry, noted = resolved(address, seen, session, workspace.api, happened_as)
        session.write(entry)
        return noted


def rebuild(desired: Desired, workspace: Workspace) -> tuple[Match, ...]:
    """Rebuild a lost state from what is live. Return each match and how certain it is. Sends GET only.

    Raises UsageError where there is a state: it holds more than a rebuild could find out.
    """
    from wexa_sync.repair.rebuild import entries, matches, require_empty

    with workspace.store.session(workspace.target) as session:
        require_empty(session.state)
        found = matches(_look(desired, workspace), session.lineage)
        if made := entries(found):
            session.write(*made)
        return found


def move(store: StateStore, old: Address, new: Address) -> None:
    """Move the record at `old`, and all records inside it, to the address `new`. Raises UsageError if it can't be."""
    from wexa_sync.repair.records import moved

    with _recorded(store, old) as session:
        session.write(*moved(session.state, old, new))


def forget(store: StateStore, address: Address) -> Record:
    """Remove the record at `address` from the state, and return it. The resource stays live and is unmanaged.

    Raises UsageError while the resource is in doubt.
    """
    from wexa_sync.repair.records import forgotten

    with _recorded(store, address) as session:
        record = session.state.require(address)
        session.write(forgotten(session.state, address))
        return record


@contextmanager
def _recorded(store: StateStore, address: Address) -> Iterator[StateSession]:
    """Lock the state for a change to the record at `address`. Raises UsageError where there is no record."""
    state = store.load()
    state.require(address)
    assert state.target is not None  # a state with a record has one
    with store.session(state.target) as session:
        yield session


def runs(workspace: Workspace) -> list[Run]:
    """Return every execution in the managed projects. Sends GET only."""
    from wexa_sync.executions.runs import list_runs

    workspace.api.sign_in()
    return list_runs(workspace.api, workspace.store.load())


def find_run(workspace: Workspace, name: str) -> Run:
    """Return the execution with that address or id. Raises UsageError where there is none. Sends GET only."""
    from wexa_sync.executions import runs as executions

    workspace.api.sign_in()
    return executions.find_run(workspace.api, workspace.store.load(), name)


def with_questions(workspace: Workspace, run: Run) -> Run:
    """Return the run with its open questions. Sends GET only."""
    from wexa_sync.executions.inbox import asking

    return asking(workspace.api, run)


def wait(workspace: Workspace, run: Run, *, seconds: float, tell: Tell, ask: RunAsk) -> Run:
    """Wait until the run has ended, or for so many seconds, and return it.

    `tell` gets each new status, `ask` each question once.
    """
    from wexa_sync.executions.watch import to_the_end

    return to_the_end(workspace.api, run, seconds=seconds, cutoff=workspace.cutoff, tell=tell, ask=ask)


def control(workspace: Workspace, run: Run, verb: str) -> tuple[Run, bool]:
    """Pause, resume or cancel a run. Return the run afterwards, and whether a call was sent."""
    from wexa_sync.executions import control as executions

    return executions.move(workspace.api, run, verb)


def answer(workspace: Workspace, run: Run, said: Answer) -> Run:
    """Answer a question of the run. Return the run afterwards. Raises UsageError for an answer that does not fit."""
    from wexa_sync.executions import answer as executions

    return executions.answer(workspace.api, run, said)
