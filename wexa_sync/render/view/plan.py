"""Show a plan: its changes, what is blocked, its warnings, and the whole in numbers.

| symbol | action | what it does |
|---|---|---|
| `+` | create | makes the resource on the server |
| `~` | update | changes fields of it |
| `-` | delete | removes it from the server |
| `>` | run    | starts an execution |
| `=` | adopt  | takes a live resource into the state; the server is not changed |
| `x` | forget | drops it from the state; the server is not changed |
| `!` | blocked | wanted, and the API can't do it |
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from wexa_sync.model import Action, Blocked, Change, FieldChange, Plan, Source, Spec, Target
from wexa_sync.render.view.fields import FieldView, differing_fields, new_fields
from wexa_sync.secrecy.redact import redact_plan

SYMBOLS: Final[Mapping[Action, str]] = {
    Action.CREATE: "+",
    Action.UPDATE: "~",
    Action.DELETE: "-",
    Action.RUN: ">",
    Action.ADOPT: "=",
    Action.FORGET: "x",
    Action.NOOP: " ",
}

# Where a kind keeps the name that people know it by on the server.
_DISPLAY_NAMES = ("name", "projectName", "title")


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How much a plan holds of each."""

    add: int = 0
    change: int = 0
    delete: int = 0
    run: int = 0
    adopt: int = 0
    forget: int = 0
    noop: int = 0
    blocked: int = 0

    @property
    def work(self) -> int:
        """Return how many changes do something."""
        return self.add + self.change + self.delete + self.run + self.adopt + self.forget


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeView:
    """A change to list. `title` is the display name on the server, or empty; `id` is None where there is none yet.

    `before` and `after` are whole specs. `differences` are the fields that an update is about, each as a whole.
    """

    action: Action
    address: str
    kind: str
    project: str
    name: str
    title: str
    id: str | None
    reason: str
    note: str
    before: Spec | None
    after: Spec | None
    differences: tuple[FieldChange, ...]
    awaits: bool
    source: Source | None

    @property
    def symbol(self) -> str:
        """Return the one character that stands for the action."""
        return SYMBOLS[self.action]

    @property
    def makes(self) -> bool:
        """True for a change that makes a resource or a run: its id is known after the apply."""
        return self.action in (Action.CREATE, Action.RUN)

    @property
    def fields(self) -> tuple[FieldView, ...]:
        """Return the leaves worth showing: all declared ones of a create or a run, the differing ones of an update."""
        if self.makes and not self.awaits:
            return new_fields(self.after or {})
        return differing_fields(self.differences) if self.action is Action.UPDATE else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockedView:
    """A wanted change that can't be made: why, and what a person can do instead."""

    address: str
    wanted: str
    reason: str
    hint: str
    differences: tuple[FieldChange, ...]
    source: Source | None

    @property
    def fields(self) -> tuple[FieldView, ...]:
        """Return the leaves of its differences."""
        return differing_fields(self.differences)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanView:
    """A plan to lay out. `changes` has the no-ops too, in plan order; `summary` is its last line."""

    target: Target
    lineage: str
    serial: int
    digest: str
    changes: tuple[ChangeView, ...]
    blocked: tuple[BlockedView, ...]
    orphans: tuple[str, ...]
    warnings: tuple[str, ...]
    counts: Counts
    summary: str

    @property
    def work(self) -> tuple[ChangeView, ...]:
        """Return the changes that do something: those to list for people."""
        return tuple(change for change in self.changes if change.action is not Action.NOOP)


def plan_view(plan: Plan) -> PlanView:
    """Return the view of a plan, its secrets hidden."""
    plan = redact_plan(plan)
    counts = _counts(plan)
    return PlanView(
        target=plan.target,
        lineage=plan.lineage,
        serial=plan.serial,
        digest=plan.digest,
        changes=tuple(_change(change) for change in plan.changes),
        blocked=tuple(_blocked(blocked) for blocked in plan.blocked),
        orphans=tuple(map(str, plan.orphans)),
        warnings=plan.warnings,
        counts=counts,
        summary=_summary(counts),
    )


def _counts(plan: Plan) -> Counts:
    return Counts(
        add=plan.count(Action.CREATE),
        change=plan.count(Action.UPDATE),
        delete=plan.count(Action.DELETE),
        run=plan.count(Action.RUN),
        adopt=plan.count(Action.ADOPT),
        forget=plan.count(Action.FORGET),
        noop=plan.count(Action.NOOP),
        blocked=len(plan.blocked),
    )


def _summary(counts: Counts) -> str:
    if not counts.work and not counts.blocked:
        return "No changes."
    parts = [
        f"{counts.add} to add",
        f"{counts.change} to change",
        f"{counts.delete} to delete",
        f"{counts.run} to run",
        *([f"{counts.adopt} to adopt"] if counts.adopt else []),
        *([f"{counts.forget} to forget"] if counts.forget else []),
        *([f"{counts.blocked} blocked"] if counts.blocked else []),
    ]
    return f"Plan: {', '.join(parts)}."


def _change(change: Change) -> ChangeView:
    address = change.address
    return ChangeView(
        action=change.action,
        address=str(address),
        kind=address.kind,
        project=address.project_address.name,
        name=address.name,
        title=_title(change),
        id=change.id,
        reason=change.reason,
        note="goes on where an earlier apply was cut off" if change.resume and not change.awaits else "",
        before=change.before,
        after=change.after,
        differences=change.fields,
        awaits=change.awaits,
        source=change.source,
    )


def _title(change: Change) -> str:
    spec = change.after or change.before or {}
    names = (spec.get(field) for field in _DISPLAY_NAMES)
    return next((name for name in names if name and isinstance(name, str)), "")


def _blocked(blocked: Blocked) -> BlockedView:
    return BlockedView(
        address=str(blocked.address),
        wanted=blocked.wanted,
        reason=blocked.reason,
        hint=blocked.hint,
        differences=blocked.fields,
        source=blocked.source,
    )
