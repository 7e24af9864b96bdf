"""The faults that a running sandbox was told of: what each has counted, and what a stale list does not show yet.

All of it is the event loop's alone, so nothing here is locked; it ends with the process.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wexa_sync.sandbox.faults.table import FAULT_KINDS, Fault, read_fault

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wexa_sync.sandbox.store import Json


@dataclass(slots=True, eq=False)
class Scripted:
    """A fault in force: how many requests it has matched, and how many it has struck."""

    fault: Fault
    matched: int = 0
    struck: int = 0


@dataclass(slots=True, eq=False)
class Hidden:
    """An object that the next `lists` lists will not show."""

    ident: str
    lists: int
    by: Scripted


class Script:
    """The faults in force, in the order in which they were told."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self._faults = [Scripted(read_fault(text)) for text in texts]
        self.hidden: list[Hidden] = []

    def __contains__(self, scripted: Scripted) -> bool:
        return scripted in self._faults

    def add(self, text: str) -> None:
        """One more; raises FaultError."""
        self._faults.append(Scripted(read_fault(text)))

    def clear(self) -> None:
        """Forget them all: nothing goes wrong any more, and every list is fresh."""
        self._faults.clear()
        self.hidden.clear()

    def striking(self, method: str, path: str) -> list[Scripted]:
        """Count a request, and give the faults that strike it: the outmost first, as the table has them."""
        if not self._faults:  # nearly always
            return []
        striking = []
        for each in self._faults:
            if each.fault.matches(method, path):
                each.matched += 1
                if each.fault.strikes(each.matched):
                    striking.append(each)
        return sorted(striking, key=lambda each: FAULT_KINDS.index(each.fault.kind))

    def as_data(self) -> list[Json]:
        """The faults as `GET /_sandbox/faults` shows them."""
        return [{"fault": str(each.fault), "matched": each.matched, "struck": each.struck} for each in self._faults]
