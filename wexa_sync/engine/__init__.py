"""The story of the tool: the steps from manifests to an apply, repairs of the state, and the control of executions.

A name is imported from its file once it is used: a command loads only what it runs.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wexa_sync.engine.differences import drift
    from wexa_sync.engine.executions import answer, control, find_run, runs, wait, with_questions
    from wexa_sync.engine.explanation import explain
    from wexa_sync.engine.exports import export
    from wexa_sync.engine.offline import plan_against, plan_from_snapshot, snapshot
    from wexa_sync.engine.on_command import note_told, plan_run, run_of, run_wanted, started_before
    from wexa_sync.engine.past import commanded, find_past, history
    from wexa_sync.engine.places import migrate, saves, state_at
    from wexa_sync.engine.pulling import pull, write_pulled
    from wexa_sync.engine.reading import read
    from wexa_sync.engine.repairs import forget, import_one, move, rebuild, resolve
    from wexa_sync.engine.steps import (
        NOTHING,
        apply,
        approve,
        locked,
        look,
        plan,
        plan_to_destroy,
        plan_to_import,
        require_planned_here,
        saved_plan,
        scope_of,
        scope_to_destroy,
    )
    from wexa_sync.engine.undo import plan_to_undo
    from wexa_sync.engine.unrecorded import unmanaged
    from wexa_sync.engine.views import credits_used, find_asking, find_project, get, move_task, refresh_dashboard
    from wexa_sync.engine.vouched import Vouched, plan_vouched, vouch, vouched_state

_HOMES = {
    "differences": ("drift",),
    "executions": ("answer", "control", "find_run", "runs", "wait", "with_questions"),
    "explanation": ("explain",),
    "exports": ("export",),
    "offline": ("plan_against", "plan_from_snapshot", "snapshot"),
    "on_command": ("note_told", "plan_run", "run_of", "run_wanted", "started_before"),
    "past": ("commanded", "find_past", "history"),
    "places": ("migrate", "saves", "state_at"),
    "pulling": ("pull", "write_pulled"),
    "reading": ("read",),
    "repairs": ("forget", "import_one", "move", "rebuild", "resolve"),
    "steps": (
        "NOTHING",
        "apply",
        "approve",
        "locked",
        "look",
        "plan",
        "plan_to_destroy",
        "plan_to_import",
        "require_planned_here",
        "saved_plan",
        "scope_of",
        "scope_to_destroy",
    ),
    "undo": ("plan_to_undo",),
    "unrecorded": ("unmanaged",),
    "views": ("credits_used", "find_asking", "find_project", "get", "move_task", "refresh_dashboard"),
    "vouched": ("Vouched", "plan_vouched", "vouch", "vouched_state"),
}
"""The names of each file."""

_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "NOTHING",
    "Vouched",
    "answer",
    "apply",
    "approve",
    "commanded",
    "control",
    "credits_used",
    "drift",
    "explain",
    "export",
    "find_asking",
    "find_past",
    "find_project",
    "find_run",
    "forget",
    "get",
    "history",
    "import_one",
    "locked",
    "look",
    "migrate",
    "move",
    "move_task",
    "note_told",
    "plan",
    "plan_against",
    "plan_from_snapshot",
    "plan_run",
    "plan_to_destroy",
    "plan_to_import",
    "plan_to_undo",
    "plan_vouched",
    "pull",
    "read",
    "rebuild",
    "refresh_dashboard",
    "require_planned_here",
    "resolve",
    "run_of",
    "run_wanted",
    "runs",
    "saved_plan",
    "saves",
    "scope_of",
    "scope_to_destroy",
    "snapshot",
    "started_before",
    "state_at",
    "unmanaged",
    "vouch",
    "vouched_state",
    "wait",
    "with_questions",
    "write_pulled",
]


def __getattr__(name: str) -> Any:
    """Return a name of one of the files. Raise AttributeError for any other name."""
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME_OF[name]}"), name)
