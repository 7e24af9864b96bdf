"""The story of the tool: the steps from manifests to an apply, repairs of the state, and the control of executions."""

from __future__ import annotations

from wexa_sync.engine.commanded import note_told, plan_run, run_of, run_wanted, started_before
from wexa_sync.engine.drift import drift
from wexa_sync.engine.executions import answer, control, find_run, runs, wait, with_questions
from wexa_sync.engine.explain import explain
from wexa_sync.engine.history import commanded, find_past, history
from wexa_sync.engine.offline import plan_against, plan_from_snapshot, snapshot
from wexa_sync.engine.places import migrate, saves, state_at
from wexa_sync.engine.repairs import forget, move, rebuild, resolve
from wexa_sync.engine.steps import (
    NOTHING,
    apply,
    approve,
    locked,
    look,
    plan,
    plan_to_destroy,
    read,
    require_planned_here,
    saved_plan,
    scope_of,
    scope_to_destroy,
)
from wexa_sync.engine.undo import plan_to_undo
from wexa_sync.engine.views import credits_used, find_asking, find_project, get, move_task, refresh_dashboard

__all__ = [
    "NOTHING",
    "answer",
    "apply",
    "approve",
    "commanded",
    "control",
    "credits_used",
    "drift",
    "explain",
    "find_asking",
    "find_past",
    "find_project",
    "find_run",
    "forget",
    "get",
    "history",
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
    "plan_to_undo",
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
    "wait",
    "with_questions",
]
