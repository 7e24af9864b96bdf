"""Plans and reports as display-ready values: what text, Markdown and HTML lay out, with nothing left to decide or hide.

| symbol | action | what it does |
|---|---|---|
| `+` | create | makes the resource on the server |
| `~` | update | changes fields of it |
| `-` | delete | removes it from the server |
| `>` | run    | starts an execution |
| `=` | adopt  | takes a live resource into the state; the server is not changed |
| `x` | forget | drops it from the state; the server is not changed |
| `!` | blocked | wanted, and the API can't do it |

A no-op is counted, not listed. Every string in a view is on one line and safe to print in a terminal as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from wexa_sync.model import Action, Address, Blocked, Change, Plan, Source
from wexa_sync.render.text.fields import FieldView, differing, fields_of, shown
from wexa_sync.secrecy.redact import redact_plan
from wexa_sync.text.visible import prose, visible

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
        """How many changes do something."""
        return self.add + self.change + self.delete + self.run + self.adopt + self.forget


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeView:
    """A change to list. `project` groups it; `title` is the display name on the server, quoted, or empty."""

    action: str
    symbol: str
    address: str
    kind: str
    project: str
    title: str = ""
    id: str = ""
    reason: str = ""
    note: str = ""
    fields: tuple[FieldView, ...] = ()
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockedView:
    """Something wanted that can't be done."""

    address: str
    wanted: str
    reason: str
    hint: str
    source: str = ""
    fields: tuple[FieldView, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanView:
    """A plan to lay out. `changes` leaves out no-ops and keeps plan order; `summary` is the last line."""

    target: str
    changes: tuple[ChangeView, ...]
    blocked: tuple[BlockedView, ...]
    orphans: tuple[str, ...]
    warnings: tuple[str, ...]
    counts: Counts
    summary: str
    digest: str


def plan_view(plan: Plan) -> PlanView:
    """What to show of a plan."""
    plan = redact_plan(plan)
    counts = plan_counts(plan)
    return PlanView(
        target=visible(str(plan.target)),
        changes=tuple(_change(change) for change in plan.work),
        blocked=tuple(_blocked(blocked) for blocked in plan.blocked),
        orphans=tuple(visible(str(address)) for address in plan.orphans),
        warnings=tuple(map(prose, plan.warnings)),
        counts=counts,
        summary=_plan_summary(counts),
        digest=visible(plan.digest),
    )


def plan_counts(plan: Plan) -> Counts:
    """The plan in numbers."""
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


def _plan_summary(counts: Counts) -> str:
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
    return ChangeView(
        action=change.action.value,
        symbol=SYMBOLS[change.action],
        address=visible(str(change.address)),
        kind=visible(change.address.kind),
        project=visible(_project(change.address)),
        title=_title(change),
        id=visible(change.id or ""),
        reason=prose(change.reason),
        note=_note(change),
        fields=fields_of(change),
        source=_source(change.source),
    )


def _note(change: Change) -> str:
    return "goes on where an earlier apply was cut off" if change.resume and not change.awaits else ""


def _project(address: Address) -> str:
    return address.project_address.name


def _title(change: Change) -> str:
    spec = change.after or change.before or {}
    names = (spec.get(field) for field in _DISPLAY_NAMES)
    return next((shown(name) for name in names if name and isinstance(name, str)), "")


def _source(source: Source | None) -> str:
    return "" if source is None else visible(f"{source.file}:{source.line}")


def _blocked(blocked: Blocked) -> BlockedView:
    return BlockedView(
        address=visible(str(blocked.address)),
        wanted=prose(blocked.wanted),
        reason=prose(blocked.reason),
        hint=prose(blocked.hint),
        source=_source(blocked.source),
        fields=differing(blocked.fields),
    )
