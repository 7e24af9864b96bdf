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

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Final

from msgspec import Struct

from wexa_sync.model import Action, Address, Blocked, Change, Plan
from wexa_sync.render.view import view_of
from wexa_sync.render.view.fields import FieldView, differing_fields, new_fields
from wexa_sync.render.view.lost import beside, said_of
from wexa_sync.secrecy.redact import redact_plan
from wexa_sync.text.digests import short
from wexa_sync.text.times import spell, utc

SYMBOLS: Final[Mapping[Action, str]] = {
    Action.CREATE: "+",
    Action.UPDATE: "~",
    Action.DELETE: "-",
    Action.RUN: ">",
    Action.ADOPT: "=",
    Action.FORGET: "x",
    Action.NOOP: " ",
}

_ALWAYS: Final = {"add": Action.CREATE, "change": Action.UPDATE, "delete": Action.DELETE, "run": Action.RUN}
_COUNTED: Final = {**_ALWAYS, "adopt": Action.ADOPT, "forget": Action.FORGET, "noop": Action.NOOP}

_DONE: Final = {Action.CREATE: "added", Action.UPDATE: "changed", Action.DELETE: "removed"}

# Where a kind keeps the name that people know it by on the server.
_DISPLAY_NAMES = ("name", "projectName", "title")

_ORIGINS: Final = {
    "unexplained": "unexplained",
    "drift": "drift",
    "pending": "not applied yet",
    "change": "this change",
}


def _origin(origins: Sequence[str]) -> str:
    """Return where an operation comes from in words; empty for what is expected, and where nobody asked."""
    return "" if set(origins) <= {"change"} else " and ".join(_ORIGINS[each] for each in origins)


class ChangeView(Change, frozen=True, kw_only=True, dict=True):  # for `leaves`, which each format asks for
    """Represent a change to list. `origins` as in Origins."""

    origins: tuple[str, ...] = ()

    @property
    def origin(self) -> str:
        """Return where the change comes from; empty for what the manifests' own change brings about."""
        return _origin(self.origins)

    @property
    def symbol(self) -> str:
        """Return the one character that stands for the action."""
        return SYMBOLS[self.action]

    @property
    def project(self) -> str:
        """Return the handle of the project that the change is made in."""
        return self.address.project_address.name

    @property
    def title(self) -> str:
        """Return the display name on the server; empty where there is none."""
        spec = self.after or self.before or {}
        names = (spec.get(field) for field in _DISPLAY_NAMES)
        return next((name for name in names if name and isinstance(name, str)), "")

    @property
    def note(self) -> str:
        """Return what people should know of the change beside its reason; empty for most changes."""
        goes_on = "goes on where an earlier apply was cut off" if self.resume and not self.awaits else ""
        return "; ".join(filter(None, (goes_on, self.origin)))

    @property
    def makes(self) -> bool:
        """True for a change that makes a resource or a run: its id is known after the apply."""
        return self.action in (Action.CREATE, Action.RUN)

    @cached_property
    def leaves(self) -> tuple[FieldView, ...]:
        """Return the leaves worth showing: all declared ones of a create or a run, the differing ones of an update."""
        if self.makes and not self.awaits:
            return new_fields(self.after or {})
        return differing_fields(self.fields) if self.action is Action.UPDATE else ()


class BlockedView(Blocked, frozen=True, kw_only=True, dict=True):
    """Represent a wanted change that can't be made: why, and what a person can do instead. `origins` as in Origins."""

    origins: tuple[str, ...] = ()

    @property
    def origin(self) -> str:
        """Return where the wish comes from; empty for what the manifests' own change brings about."""
        return _origin(self.origins)

    @cached_property
    def leaves(self) -> tuple[FieldView, ...]:
        """Return the leaves in which something differs."""
        return differing_fields(self.fields)


class PlanView(Struct, frozen=True, kw_only=True, dict=True):
    """Describe a plan to lay out. What each format asks for is found once.

    `lost`: what says that the state seems to be lost, empty for other plans.
    """

    plan: Plan
    blocked: tuple[BlockedView, ...]
    unprunable: tuple[BlockedView, ...]
    lost: tuple[str, str, str]

    @property
    def title(self) -> str:
        """Return the first line of the plan: what it is for, or what it was made from in place of that."""
        basis, target = self.plan.basis, self.plan.target
        if basis is None:
            return f"Plan for {target}"
        if basis.since_apply:
            return f"Drift of {target} since the last apply"
        if basis.ref:
            return f"Plan against the manifests of {basis.ref} ({basis.commit[:12]})"
        return f"Plan for {target} as it was {spell(basis.age)} ago ({utc(basis.taken)})"

    @property
    def note(self) -> str:
        """Return what to know of the whole plan: what it was made of, and what was moved. Empty for most plans."""
        moved = "; ".join(f"{move.new}, moved from {move.old}" for move in self.plan.moved)
        notes = (self._made_of, f"In the state alone, and first of all: {moved}." if moved else "")
        return " ".join(filter(None, notes))

    @property
    def _made_of(self) -> str:
        if (basis := self.plan.basis) is None:
            return ""
        if basis.since_apply:
            return "It shows what others changed: each field as it was applied, and as it is live."
        if basis.ref:
            return (
                "It compares manifests with manifests, not with the workspace: it shows what changes where those are "
                "applied as they are. It can't be applied."
            )
        return "It was made from a snapshot, and shows nothing that changed since. It can't be applied."

    @property
    def digest(self) -> str:
        """Return the digest as people read it; empty where the plan has none."""
        return short(self.plan.digest)

    @cached_property
    def prunable(self) -> tuple[Address, ...]:
        """Return the orphans that go with --prune."""
        stay = {blocked.address for blocked in self.unprunable}
        return tuple(address for address in self.plan.orphans if address not in stay)

    @cached_property
    def work(self) -> tuple[ChangeView, ...]:
        """Return the changes that do something: those to list for people."""
        return tuple(self._view_of(change) for change in self.plan.changes if change.action is not Action.NOOP)

    @cached_property
    def changes(self) -> tuple[ChangeView, ...]:
        """Return all changes in plan order, with the no-ops, of which people are shown none."""
        work = iter(self.work)
        return tuple(self._view_of(each) if each.action is Action.NOOP else next(work) for each in self.plan.changes)

    def _view_of(self, change: Change) -> ChangeView:
        origins = self.plan.origins.of.get(change.address, ()) if self.plan.origins else ()
        return view_of(ChangeView, change, origins=origins)

    @cached_property
    def counts(self) -> dict[str, int]:
        """Return how many changes there are of each action, and how many are blocked."""
        return {name: self.plan.count(action) for name, action in _COUNTED.items()} | {"blocked": len(self.blocked)}

    @cached_property
    def listed(self) -> tuple[BlockedView, ...]:
        """Return the blocked changes to list for people: without those that one message on a lost state stands for."""
        return beside(self.plan.lost, self.blocked)

    @property
    def is_drift(self) -> bool:
        """True when the changes are those that others made on the live side."""
        return self.plan.basis is not None and self.plan.basis.since_apply

    @property
    def unseen(self) -> tuple[Address, ...]:
        """Return what was applied and can't be seen, so that nobody knows whether others changed it."""
        return self.plan.basis.unseen if self.plan.basis else ()

    def word(self, action: Action) -> str:
        """Return how people call the action: what is to be done, or what was done on the live side."""
        return _DONE.get(action, action.value) if self.is_drift else action.value

    @property
    def summary(self) -> str:
        """Return the last line of the plan: the whole in numbers."""
        if self.is_drift:
            done = ", ".join(f"{self.plan.count(action)} {word}" for action, word in _DONE.items())
            none = "No drift in what can be seen." if self.unseen else "No drift."
            return f"Drift: {done}." if self.work else none
        *counts, _, (_, blocked) = self.counts.items()
        if not self.plan.acts and not blocked:
            return "No changes."
        counts.append(("move", len(self.plan.moved)))
        parts = [f"{count} to {name}" for name, count in counts if count or name in _ALWAYS]
        return f"Plan: {', '.join([*parts, *([f'{blocked} blocked'] if blocked else [])])}."

    @property
    def origins(self) -> str:
        """Return in numbers where the operations come from; empty where nobody asked, or there are none."""
        if (found := self.plan.origins) is None or not found.of:
            return ""
        counts = Counter(origins[0] for origins in found.of.values())
        parts = [
            f"{counts[each]} {'by ' * (each == 'change')}{word}" for each, word in _ORIGINS.items() if counts[each]
        ]
        return f"Since {found.ref} ({found.commit[:12]}): {', '.join(parts)}."

    @property
    def verdict(self) -> str:
        """Return what a reviewer has to know, in one line: what is deleted and run before all else."""
        if self.is_drift:
            return f"{'⚠️ ' if self.work or self.unseen else '✅ '}{self.summary}"
        counts = self.counts
        done = [
            f"{verb} {_counted(counts[name], noun)}"
            for name, verb, noun in (
                ("delete", "deletes", "resource"),
                ("run", "starts", "execution"),
                ("change", "changes", "resource"),
                ("add", "adds", "resource"),
                ("adopt", "adopts", "resource"),
                ("forget", "forgets", "resource"),
            )
            if counts[name]
        ]
        done += [f"moves {_counted(count, 'address', 'es')}"] if (count := len(self.plan.moved)) else []
        does = f"{', '.join(done[:-1])}{' and ' * (len(done) > 1)}{done[-1]}" if done else "no changes"
        stopped = counts["blocked"]
        are = "is" if stopped == 1 else "are"
        blocked = f" {_counted(stopped, 'wanted change')} {are} blocked." if stopped else ""
        sign = "⚠️ " if stopped or counts["delete"] or counts["run"] else "" if done else "✅ "
        return f"{sign}{does[0].upper()}{does[1:]}.{blocked}"


def _counted(count: int, noun: str, many: str = "s") -> str:
    return f"{count} {noun}{'' if count == 1 else many}"


def plan_view(plan: Plan) -> PlanView:
    """Return the view of a plan, its secrets hidden."""
    plan = redact_plan(plan)
    of = plan.origins.of if plan.origins else {}
    return PlanView(
        plan=plan,
        blocked=tuple(view_of(BlockedView, each, origins=of.get(each.address, ())) for each in plan.blocked),
        unprunable=tuple(view_of(BlockedView, blocked) for blocked in plan.unprunable),
        lost=said_of(plan.lost),
    )
