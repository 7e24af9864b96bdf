"""The story: the steps in order, and the only file that names them all.

load -> validate -> link -> observe -> plan -> apply -> (render, in cli/)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from wexa_sync.api.calls import Ids
from wexa_sync.api.client import Api
from wexa_sync.errors import InvalidManifests, PlanRefused, Problem, UsageError
from wexa_sync.kinds import BY_NAME
from wexa_sync.manifests.link import link
from wexa_sync.manifests.load import load
from wexa_sync.manifests.positions import Places
from wexa_sync.manifests.validate import is_ours, validate
from wexa_sync.manifests.variables import Variables
from wexa_sync.model import (
    Address,
    Choice,
    Desired,
    Lifecycle,
    Limits,
    Manifest,
    Observation,
    Plan,
    Report,
)
from wexa_sync.observe import observe
from wexa_sync.plan.decision import Rules
from wexa_sync.plan.limits import Excess, excesses, require_applicable
from wexa_sync.plan.make import make_plan
from wexa_sync.plan.scope import Scope, joined
from wexa_sync.repair.rebuild import Match, entries, matches
from wexa_sync.repair.resolve import did_not_happen, doubtful, end_is_open, ended_well, happened, require_possible
from wexa_sync.state.keep import kept
from wexa_sync.workspace import Workspace

if TYPE_CHECKING:
    from wexa_sync.apply import Ask, Progress

NOTHING = Desired(manifests={}, depends_on={})
"""What is desired by nobody: what `destroy` plans with."""


_ALL, _DEFAULT, _LIMITS = Scope(), Choice(), Limits()


def read(paths: Sequence[Path], *, root: Path, variables: Variables, ignore: Sequence[str] = ()) -> Desired:
    """Manifests from files, valid and linked; offline. Raises InvalidManifests with every problem at once."""
    documents, unreadable = load(paths, root=root, variables=variables, ignore=ignore)
    manifests, invalid = validate(documents, root=root, complete=not unreadable)
    desired, unlinked = link(manifests, Places().in_manifest)
    if problems := [*unreadable, *invalid, *unlinked]:
        raise InvalidManifests(sorted(problems, key=lambda problem: (problem.source, problem.path)))
    return desired


def beyond(
    desired: Desired, manifests: Sequence[Path], *, root: Path, variables: Variables, ignore: Sequence[str] = ()
) -> Scope:
    """Return the scope of a plan of `desired`, read from a part of those manifests: the rest is left alone."""
    declared, problems = _declared(manifests, root=root, variables=variables, ignore=ignore)
    elsewhere = {each.address: each.source.file for each in declared if each.address not in desired.manifests}
    return Scope(elsewhere=elsewhere, unread=tuple(sorted({problem.source.file for problem in problems})))


def to_destroy(
    paths: Sequence[Path], *, whole: bool, root: Path, variables: Variables, ignore: Sequence[str] = ()
) -> Scope:
    """Return the scope of a destroy: what those manifests declare, or (`whole`) all that the state holds.

    Of the manifests, only names and lifecycles count: what stands in a spec may have problems. Raises InvalidManifests
    where something else has.
    """
    declared, problems = _declared(paths, root=root, variables=variables, ignore=ignore)
    if problems:
        raise InvalidManifests(sorted(problems, key=lambda problem: (problem.source, problem.path)))
    lifecycles = _lifecycles(declared)
    return Scope(only=None if whole else frozenset(lifecycles), lifecycles=lifecycles)


def protections(paths: Sequence[Path], *, root: Path, variables: Variables, ignore: Sequence[str] = ()) -> Scope:
    """Return the scope with what those manifests protect, as far as they can be read."""
    declared, _ = _declared(paths, root=root, variables=variables, ignore=ignore)
    return Scope(lifecycles=_lifecycles(declared))


def _lifecycles(declared: Sequence[Manifest]) -> dict[Address, Lifecycle]:
    found: dict[Address, Lifecycle] = {}
    for each in declared:
        found[each.address] = joined(each.lifecycle, found.get(each.address, each.lifecycle))
    return found


def _declared(
    paths: Sequence[Path], *, root: Path, variables: Variables, ignore: Sequence[str]
) -> tuple[Sequence[Manifest], list[Problem]]:
    """Return what is declared there, and the problems that keep something else from being known as declared."""
    documents, unreadable = load(paths, root=root, variables=variables, ignore=ignore)
    ours = [each for each in documents if is_ours(each)]  # what others wrote in YAML declares nothing
    manifests, invalid = validate(ours, root=root, complete=not unreadable)
    return manifests, [each for each in (*unreadable, *invalid) if each.path.partition(".")[0] != "spec"]


def plan(
    desired: Desired,
    workspace: Workspace,
    choice: Choice = _DEFAULT,
    *,
    limits: Limits | None = None,
    scope: Scope = _ALL,
) -> Plan:
    """Return what differs from what is live. The plan warns of what goes over `limits`. Sends GET only."""
    rules = Rules(prune=choice.prune, adopt=choice.adopt, allowed=workspace.options.allowed)
    return make_plan(
        _look(desired, workspace),
        rules,
        targets=choice.targets,
        excludes=choice.excludes,
        limits=limits,
        scope=scope,
    )


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


def require_planned_here(planned: Plan, workspace: Workspace) -> None:
    """Raise PlanRefused where a saved plan is for another workspace, or was made as another user. Sends GET only."""
    if planned.target != workspace.target:
        raise PlanRefused(
            f"the plan is for {planned.target}, not for {workspace.target}", hint="Check the settings, or plan again."
        )
    user = workspace.api.sign_in().user_id
    if planned.user_id != user:
        raise PlanRefused(
            f"the plan was made as the user {planned.user_id}, and this is {user}",
            hint="Set WEXA_USER_ID and the key as they were when it was made, or plan again as this user.",
        )


def require_unprotected(planned: Plan, scope: Scope) -> None:
    """Raise PlanRefused where a saved plan deletes what a manifest protects by now, or changes what it ignores."""
    for change in planned:
        if does := scope.forbids(change):
            raise PlanRefused(f"the plan {does} by now", hint="Run `wexa-sync plan` again and review what it says now.")


def resolve(address: Address, desired: Desired, workspace: Workspace, *, happened_as: str | None) -> str:
    """Settle a doubt as a person says: it is live under the id `happened_as`, or (None) it did not happen.

    Return in words what was noted.

    Where all that is open of a run is its end, `happened_as` is its id, and says that it ended well.

    Raises UsageError where there is no doubt, or nothing live under that id. Sends GET only.
    """
    with workspace.store.session(workspace.target) as session:
        seen = _look(desired, workspace)
        pair, key = doubtful(address, seen), session.lineage
        if happened_as is None:
            session.write(did_not_happen(pair, key, seen.now))
            return "did not happen"
        open_end = pair.record.ids if pair.record is not None and end_is_open(pair) else ()
        ids: tuple[str, ...] = (happened_as,)
        if happened_as not in open_end:  # a run that is gone by now may have ended well all the same
            ids = _live_ids(address, happened_as, seen, workspace.api)
            require_possible(pair, ids, session.state.owners)
        session.write(ended_well(pair, ids) if open_end else happened(pair, ids, key))
        return "ended well" if open_end else f"is live as {happened_as}"


def _live_ids(address: Address, id: str, seen: Observation, api: Api) -> tuple[str, ...]:
    """The id in every spelling. Raises UsageError where nothing live has it, or what has it is in another project."""
    kind, owner, project = BY_NAME[address.kind], address.owner_address, seen.ids.get(address.project_address, "")
    raw = api.read(kind, Ids(project=project, owner=seen.ids.get(owner, "") if owner else "", id=id))
    if raw is None:
        raise UsageError(
            f"no {kind.name} is live under the id {id}",
            hint="Look in Wexa Studio for its id, or say --did-not-happen.",
        )
    if address.project and raw.get("projectID") not in (None, "", project):
        raise UsageError(f"{id} is a {kind.name} of another project", hint="Look in Wexa Studio for the right id.")
    return tuple(dict.fromkeys((*kind.ids_of(raw), id)))


def rebuild(desired: Desired, workspace: Workspace) -> tuple[Match, ...]:
    """Make a lost state anew of what is live, and say how sure each match is. Sends GET only.

    Raises UsageError where a state is there: it knows more than could be found out.
    """
    with workspace.store.session(workspace.target) as session:
        if session.state.records or session.state.intents:
            raise UsageError(
                f"there is a state already, with {len(session.state.records)} resources: nothing was rebuilt",
                hint="`wexa-sync state list` shows it. A damaged file is to be moved away first; "
                "to take over single things, use --adopt.",
            )
        found = matches(_look(desired, workspace), session.lineage)
        if made := entries(found):
            session.write(*made)
        return found


__all__ = [
    "NOTHING",
    "InvalidManifests",
    "apply",
    "approve",
    "beyond",
    "locked",
    "plan",
    "protections",
    "read",
    "rebuild",
    "require_planned_here",
    "require_unprotected",
    "resolve",
    "to_destroy",
]
