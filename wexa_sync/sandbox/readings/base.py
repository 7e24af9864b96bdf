"""Define what a reading is: a named choice for a point where the documentation is silent or contradicts itself."""

from __future__ import annotations

from msgspec import Struct


class Reading(Struct, frozen=True, kw_only=True):
    """Describe one open point: its allowed `values` (the first is the default), their meaning, and the doubt."""

    name: str
    values: tuple[str, ...]
    meaning: str
    doubt: str

    @property
    def default(self) -> str:
        """Return the value that holds when none is chosen."""
        return self.values[0]


def reading(name: str, values: str, meaning: str, doubt: str) -> Reading:
    """Return a reading whose values are the words of `values`."""
    return Reading(name=name, values=tuple(values.split()), meaning=meaning, doubt=doubt)
