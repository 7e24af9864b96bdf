"""Show the plans of several environments side by side.

Beside the symbols of a plan (see view/plan.py):

| symbol | what it means |
|---|---|
| `o` | no longer declared, and kept without --prune |
| `.` | as declared |
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Final

from msgspec import Struct

from wexa_sync.model import Action, Address
from wexa_sync.render.view.plan import SYMBOLS, PlanView
from wexa_sync.render.view.problems import ProblemsView

BLOCKED: Final = "!"
ORPHAN: Final = "o"
SAME: Final = "."
UNKNOWN: Final = " "
"""The symbol in the column of an environment that can't be planned."""

MEANINGS: Final[Mapping[str, str]] = {
    **{symbol: action.value for action, symbol in SYMBOLS.items() if action is not Action.NOOP},
    BLOCKED: "blocked",
    ORPHAN: "no longer declared",
    SAME: "as declared",
}


class Column(Struct, frozen=True, kw_only=True):
    """Hold the plan of one environment; or what kept it from being planned."""

    name: str
    plan: PlanView | None = None
    error: ProblemsView | None = None

    @property
    def place(self) -> str:
        """Return the workspace; empty where there is no plan."""
        target = self.plan.plan.target if self.plan else None
        return f"{target.base_url} (organisation {target.org_id})" if target else ""

    @property
    def symbols(self) -> dict[Address, str]:
        """Return a symbol for each resource that is not as declared, in plan order."""
        if self.plan is None:
            return {}
        found = {change.address: change.symbol for change in self.plan.work}
        found |= dict.fromkeys((address for address in self.plan.prunable if address not in found), ORPHAN)
        return found | dict.fromkeys((each.address for each in (*self.plan.blocked, *self.plan.unprunable)), BLOCKED)

    @property
    def summary(self) -> str:
        """Return the plan in numbers, or what failed."""
        return self.plan.summary if self.plan else self.error.message if self.error else ""


class EnvironmentsView(Struct, frozen=True, kw_only=True, dict=True):
    """Hold plans to lay out as a table: resources by environments."""

    columns: tuple[Column, ...]

    @cached_property
    def rows(self) -> tuple[tuple[Address, tuple[str, ...]], ...]:
        """Return each resource that is not as declared somewhere, with its symbol in every environment."""
        symbols = [column.symbols for column in self.columns]
        known = {address: place for place, address in enumerate(self._order())}
        addresses = sorted({address for each in symbols for address in each}, key=lambda it: (known.get(it, -1), it))
        missing = [SAME if column.plan else UNKNOWN for column in self.columns]
        return tuple(
            (address, tuple(each.get(address, none) for each, none in zip(symbols, missing, strict=True)))
            for address in addresses
        )

    @property
    def counts(self) -> tuple[tuple[str, tuple[int | None, ...]], ...]:
        """Return how many there are of each symbol in every environment; None where it can't be planned."""
        used = [symbol for symbol in MEANINGS if symbol != SAME and any(symbol in row for _, row in self.rows)]
        return tuple(
            (
                MEANINGS[symbol],
                tuple(
                    sum(row[place] == symbol for _, row in self.rows) if column.plan else None
                    for place, column in enumerate(self.columns)
                ),
            )
            for symbol in used
        )

    @property
    def legend(self) -> tuple[tuple[str, str], ...]:
        """Return the symbols that stand in the table, with their meanings."""
        used = {symbol for _, row in self.rows for symbol in row}
        return tuple((symbol, meaning) for symbol, meaning in MEANINGS.items() if symbol in used)

    @property
    def summary(self) -> str:
        """Return the last line: which environments are not as declared."""
        failed = [column.name for column in self.columns if column.plan is None]
        differ = [column.name for column in self.columns if column.symbols]
        said = [f"Not as declared: {', '.join(differ)}."] if differ else []
        said += [f"Not planned: {', '.join(failed)}."] if failed else []
        return " ".join(said) or "No changes in any environment."

    def _order(self) -> Iterator[Address]:
        """Yield the addresses in the order of the plans, the longest plan first."""
        views = (column.plan for column in self.columns if column.plan)
        for changes in sorted((view.plan.changes for view in views), key=len, reverse=True):
            yield from (change.address for change in changes)
