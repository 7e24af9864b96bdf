"""Start a run that a command asks for: planned and applied as a declared one, so it is never sent twice."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from wexa_sync.errors import ApiError, UsageError, WexaSyncError
from wexa_sync.model import ExternalName, Observation, Plan
from wexa_sync.observe.observation import observe
from wexa_sync.plan.decision import Rules
from wexa_sync.plan.make import make_plan
from wexa_sync.state.format import checksum
from wexa_sync.text.suggest import did_you_mean
from wexa_sync.workspace import Workspace

if TYPE_CHECKING:
    from wexa_sync.executions.commanded import Wanted
    from wexa_sync.model import Record, Run


def run_wanted(workspace: Workspace, name: str, *, project: str = "", goal: Any, inputs: Mapping[str, Any]) -> Wanted:
    """Return the run that is asked for. Raises UsageError where it is not clear of what. Sends nothing."""
    from wexa_sync.executions.commanded import wanted  # a plan needs none of it

    return wanted(workspace.store.load(workspace.target), name, project=project, goal=goal, inputs=inputs)


def started_before(asked: Wanted, workspace: Workspace) -> Record | None:
    """Return the run that the same command started before it was cut off; None where there is none."""
    from wexa_sync.executions.commanded import not_told

    return not_told(workspace.store.load(workspace.target), asked.address)


def plan_run(asked: Wanted, workspace: Workspace) -> Plan:
    """Return the plan of that one run. Raises UsageError where what it runs is not live. Sends GET only."""
    from wexa_sync.executions.commanded import is_begun

    state = workspace.store.load(workspace.target)
    seen = observe(
        asked.desired(state),
        asked.around(state),
        workspace.api,
        workspace.target,
        workspace.options,
        sleep=workspace.let_lists_settle,
    )
    _require_live(asked, seen, workspace)
    pair = seen.pairs[asked.address]
    if not is_begun(state, asked.address):  # nothing was sent yet, so nothing that is live is that run
        pair = replace(pair, live=None, candidates=(), similar=(), unseen="")
    only = replace(seen, pairs={asked.address: pair}, depends_on={}, unmanaged={}, content=checksum(state))
    plan = make_plan(only, Rules(allowed=workspace.options.allowed))
    if is_begun(state, asked.address):
        plan = replace(plan, blocked=tuple(replace(each, doubt=True) for each in plan.blocked))
    return plan


def run_of(asked: Wanted, workspace: Workspace) -> Run:
    """Return the run that was started, as the server shows it; where it can't be read, as the state has it."""
    from wexa_sync.executions.runs import find_run

    state = workspace.store.load(workspace.target)
    try:
        return find_run(workspace.api, state, str(asked.address))
    except (ApiError, UsageError):
        return replace(asked.as_run(), id=state.require(asked.address).id, status="unknown")


def note_told(asked: Wanted, workspace: Workspace) -> None:
    """Note that the command has said what became of its run: from now on the same command asks for another one."""
    from wexa_sync.executions.commanded import told

    held = workspace.session
    with workspace.store.session(workspace.target) if held is None else nullcontext(held) as session:
        session.write(*told(session.state, asked.address))


def _require_live(asked: Wanted, seen: Observation, workspace: Workspace) -> None:
    """Raise WexaSyncError where the project, or what is to be run in it, is not live."""
    from wexa_sync.executions.commanded import require_there

    for address in (asked.address.project_address, asked.target.address):
        if address is not None and address not in seen.ids:
            raise WexaSyncError(
                f"{address} is not live any more", hint="`wexa-sync plan` shows what became of it. Nothing was sent."
            )
    name = ExternalName(asked.project, asked.target.kind, asked.target.external or "")
    if why := seen.missing_externals.get(name):
        handles = [each.name for each in workspace.store.load(workspace.target).records if each.kind == name.kind]
        hint = did_you_mean(name.name, handles, "`wexa-sync state list` shows the handles of those that are managed.")
        raise UsageError(why, hint=hint)
    require_there(workspace.api, asked, seen.ids[asked.address.project_address])
