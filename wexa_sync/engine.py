"""The story: the steps in order, and the only file that names them all.

read: load -> validate -> link. plan: observe -> make_plan. apply: require_applicable -> apply_plan. Then the repairs of
a state, and what is done to runs.
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
from wexa_sync.manifests.link import link
from wexa_sync.manifests.load import covers, load
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
"""What is desired by nobody: what `destroy` plans with."""

_ALL, _CHOICE, _LIMITS = Scope(), Choice(), Limits()


def read(sources: Sources) -> Desired:
    """Read manifests, valid and linked; offline. Raises InvalidManifests with every problem at once."""
    with sources.named():
        documents, unreadable = load(sources)
    manifests, invalid = validate(documents, root=sources.root, complete=not unreadable)
    desired, unlinked = link(manifests, Places().in_manifest)
    _require_none([*unreadable, *invalid, *unlinked])
    return desired


def scope_of(desired: Desired, sources: Sources) -> Scope:
    """Return the scope of a plan of `desired`, read from `sources`: the state's other manifests are left alone."""
    whole = sources.all()
    with whole.named():
        if sources.whole is None or covers(sources, whole):
            return _ALL
        try:
            return beyond(desired, *declared_in(whole))
        except NothingDeclared:
            return _ALL


def scope_to_destroy(sources: Sources) -> Scope:
    """Return the scope of a destroy: what `sources` declare, or all that the state holds where they are the whole.

    Of the manifests, only names and lifecycles count: what stands in a spec may have problems. Raises InvalidManifests
    where something else has.
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
    """Read a saved plan, its secrets from `env`. Raises PlanRefused where it does what `sources` do not allow by now.

    A manifest protects as far as it is here and can be read.
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
    require_user(planned, workspace.api.sign_in().user_id)


def plan(
    desired: Desired,
    workspace: Workspace,
    choice: Choice = _CHOICE,
    *,
    limits: Limits | None = None,
    scope: Scope = _ALL,
) -> Plan:
    """Return what differs from what is live. The plan warns of what goes over `limits`. Sends GET only."""
    seen = _look(desired, workspace)
    rules = Rules(prune=choice.prune, adopt=choice.adopt, allowed=workspace.options.allowed)
    return make_plan(seen, rules, targets=choice.targets, excludes=choice.excludes, limits=limits, scope=scope)


def plan_to_destroy(workspace: Workspace, scope: Scope) -> Plan:
    """Return the plan that deletes all that is recorded in `scope`. Raises StateError where nothing was ever recorded.

    Sends GET only.
    """
    if scope.lifecycles:
        require_recorded(workspace.store.load(workspace.target), workspace.store.describe())
    return plan(NOTHING, workspace, Choice(prune=True), scope=scope)


@contextmanager
def locked(workspace: Workspace) -> Iterator[Workspace]:
    """Hold the state from before the plan until after the apply: what others apply meanwhile would make it stale."""
    with workspace.store.session(workspace.target) as session:
        yield replace(workspace, session=session)


def _look(desired: Desired, workspace: Workspace) -> Observation:
    state = workspace.store.load(workspace.target)
    pause = workspace.cutoff.wait
    return observe(desired, state, workspace.api, workspace.target, workspace.options, sleep=pause)


def approve(
    planned: Plan, workspace: Workspace, limits: Limits | None, agrees: Callable[[Sequence[Excess]], bool]
) -> bool:
    """Return what `agrees` returns, after the checks that `apply` makes. `workspace` is `locked`.

    `agrees` is told which budgets `limits.force` lifts. While it runs, say until a person answers, the lock is kept.
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
    *,
    limits: Limits | None = _LIMITS,
    progress: Progress = lambda _change, _word: None,
    ask: Ask | None = None,
) -> Report:
    """Make the changes of the plan, unless it goes over `limits`. None lifts all limits: everything in it is meant."""
    from wexa_sync.apply import apply_plan  # a plan needs none of it

    held, options = workspace.session, workspace.options
    with workspace.store.session(planned.target) if held is None else nullcontext(held) as session:
        require_applicable(planned, session.state, limits, options.allowed)
        return apply_plan(planned, workspace.api, session, options, progress, workspace.cutoff, ask)


def resolve(address: Address, desired: Desired, workspace: Workspace, *, happened_as: str | None) -> str:
    """Settle a doubt as a person says: it is live under the id `happened_as`, or (None) it did not happen.

    Return in words what was noted. Where all that is open of a run is its end, `happened_as` is the run's id, and says
    that it ended well. Raises UsageError where there is no doubt, or nothing live under that id. Sends GET only.
    """
    from wexa_sync.repair.resolve import resolved

    with workspace.store.session(workspace.target) as session:
        seen = _look(desired, workspace)
        entry, noted = resolved(address, seen, session, workspace.api, happened_as)
        session.write(entry)
        return noted


def rebuild(desired: Desired, workspace: Workspace) -> tuple[Match, ...]:
    """Make a lost state anew of what is live, and return how sure each match is. Sends GET only.

    Raises UsageError where there is a state: it knows more than could be found out.
    """
    from wexa_sync.repair.rebuild import entries, matches, require_empty

    with workspace.store.session(workspace.target) as session:
        require_empty(session.state)
        found = matches(_look(desired, workspace), session.lineage)
        if made := entries(found):
            session.write(*made)
        return found


def move(store: StateStore, old: Address, new: Address) -> None:
    """Give what is recorded at `old`, and all that lives in it, the address `new`. Raises UsageError if it can't be."""
    from wexa_sync.repair.move import moved

    with _recorded(store, old) as session:
        session.write(*moved(session.state, old, new))


def forget(store: StateStore, address: Address) -> Record:
    """Take the record at `address` out of the state and return it: the resource stays live, unmanaged.

    Raises UsageError while it is in doubt.
    """
    from wexa_sync.repair.forget import forgotten

    with _recorded(store, address) as session:
        record = session.state.require(address)
        session.write(forgotten(session.state, address))
        return record


@contextmanager
def _recorded(store: StateStore, address: Address) -> Iterator[StateSession]:
    """Hold the state for a change to the record at `address`. Raises UsageError where there is none."""
    state = store.load()
    state.require(address)
    assert state.target is not None  # a state with a record has one
    with store.session(state.target) as session:
        yield session


def runs(workspace: Workspace) -> list[Run]:
    """Return every execution in the managed projects. Sends GET only, as the next two do."""
    from wexa_sync.executions.runs import list_runs

    workspace.api.sign_in()
    return list_runs(workspace.api, workspace.store.load())


def find_run(workspace: Workspace, name: str) -> Run:
    """Return the execution with that address or id. Raises UsageError where there is none."""
    from wexa_sync.executions import runs as executions

    workspace.api.sign_in()
    return executions.find_run(workspace.api, workspace.store.load(), name)


def with_questions(workspace: Workspace, run: Run) -> Run:
    """Return the run with what it asks of a person now."""
    from wexa_sync.executions.inbox import asking

    return asking(workspace.api, run)


def wait(workspace: Workspace, run: Run, *, seconds: float, tell: Tell, ask: RunAsk) -> Run:
    """Return the run when it has ended, or as it is after so many seconds. `tell` and `ask` hear of it meanwhile."""
    from wexa_sync.executions.watch import to_the_end

    return to_the_end(workspace.api, run, seconds=seconds, tell=tell, ask=ask)


def control(workspace: Workspace, run: Run, verb: str) -> tuple[Run, bool]:
    """Pause, resume or cancel a run. Return the run as it is afterwards, and whether a call was sent."""
    from wexa_sync.executions import control as executions

    return executions.move(workspace.api, run, verb)


def answer(workspace: Workspace, run: Run, said: Answer) -> Run:
    """Answer what the run asks. Return the run as it is afterwards. Raises UsageError for what is no answer to it."""
    from wexa_sync.executions import answer as executions

    return executions.answer(workspace.api, run, said)
