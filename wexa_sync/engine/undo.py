"""Plan back what an apply did. The plan is as any other: it is reviewed, saved and applied in the same way."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from wexa_sync.engine.past import history
from wexa_sync.engine.steps import look
from wexa_sync.errors import UsageError
from wexa_sync.manifests.variables import revealed
from wexa_sync.model import is_commanded
from wexa_sync.plan.decision import Rules
from wexa_sync.plan.make import make_plan
from wexa_sync.plan.scope import Scope
from wexa_sync.text.suggest import named

if TYPE_CHECKING:
    from wexa_sync.model import PastApply, Plan
    from wexa_sync.workspace import Workspace


def plan_to_undo(past: PastApply, workspace: Workspace, env: Mapping[str, str], *, force: bool = False) -> Plan:
    """Return the plan that makes what that apply touched as it was before. Secrets are read from `env`. Sends GET only.

    What others changed since is blocked, unless `force`. Raises UsageError for an apply whose notes are damaged.
    """
    from wexa_sync.repair.undo import Undoing, with_manifests

    if past.damaged:
        raise UsageError(
            f"the notes of the apply {past.id} are damaged, so nobody knows what to set back",
            hint="`wexa-sync history` shows what can be read of them. Put the manifests back, and apply.",
        )
    later = [each for each in history(workspace.store) if each.id > past.id]
    state = workspace.store.load(workspace.target)
    undoing = Undoing(past, later, state, partial(revealed, env=env))
    seen = look(undoing.looked_for(), workspace)
    undo = undoing.against(seen, force=force)
    return make_plan(
        with_manifests(seen, undo),
        Rules(prune=True, allowed=workspace.options.allowed),
        scope=Scope(exactly=frozenset(undo.touched), lifecycles=undo.released),
        also=undo.blocked,
        said=(*_also_in_git(past), *undo.warnings),
    )


def _also_in_git(past: PastApply) -> list[str]:
    """Return what is to be done to the manifests, so that the next apply does not make it all again.

    A run that a command asked for is in no manifest.
    """
    if all(is_commanded(change.address) for change in past.changes):
        return []
    files = named(sorted({change.file for change in past.changes if change.file}))
    where = f" in {files}" if files else ""
    origin = past.origin
    how = f"`git revert {origin.commit[:12]}`" if origin.commit and not origin.dirty else "take that change back"
    return [f"The manifests still say what this undoes, and the next apply makes it again: {how}{where}."]
