"""Keep the faults in force in a running sandbox, their counts, and the objects that stale lists do not show yet.

Only the event loop uses them, so there is no lock. They end with the process.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from wexa_sync.sandbox.faults.fault import Fault, read_fault
from wexa_sync.sandbox.faults.table import FAULT_KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wexa_sync.sandbox.world.store import Json


class Scripted(Struct, eq=False):
    """Hold a fault in force, the number of requests it has matched, and the number it has struck."""

    fault: Fault
    matched: int = 0
    struck: int = 0


class Hidden(Struct, kw_only=True, eq=False):
    """Hold the id of an object that the next `lists` lists leave out, and the fault that hides it."""

    ident: str
    lists: int
    by: Scripted


class Script:
    """Hold the faults in force, in the order in which they were added."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self._faults = [Scripted(read_fault(text)) for text in texts]
        self.hidden: list[Hidden] = []

    def __contains__(self, scripted: Scripted) -> bool:
        return scripted in self._faults

    def add(self, text: str) -> None:
        """Add a fault. Raises FaultError."""
        self._faults.append(Scripted(read_fault(text)))

    def clear(self) -> None:
        """Remove every fault, and let every list show all its objects."""
        self._faults.clear()
        self.hidden.clear()

    def striking(self, method: str, path: str) -> list[Scripted]:
        """Count a request, and return the faults that strike it in the order of the table, the outermost first."""
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
        """Return the faults as `GET /_sandbox/faults` shows them."""
        return [{"fault": str(each.fault), "matched": each.matched, "struck": each.struck} for each in self._faults]
