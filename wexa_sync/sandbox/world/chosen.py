"""The readings of one sandbox: the defaults, and what was chosen instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wexa_sync.sandbox.errors import ReadingError
from wexa_sync.sandbox.readings import READINGS

if TYPE_CHECKING:
    from collections.abc import Mapping

_BY_NAME = {reading.name: reading for reading in READINGS}


class Readings:
    """The value of every reading for one sandbox."""

    def __init__(self, chosen: Mapping[str, str] | None = None) -> None:
        """Take the defaults, overridden by `chosen`; raises ReadingError for a name or value that does not exist."""
        for name, value in (chosen or {}).items():
            _check(name, value)
        self._values = {reading.name: reading.default for reading in READINGS} | dict(chosen or {})

    def says(self, name: str, value: str) -> bool:
        """Whether the reading `name` has `value`; both must exist, so that a slip of the pen can't pass as "no"."""
        _check(name, value)
        return self._values[name] == value

    def value(self, name: str) -> str:
        """The chosen value of a reading."""
        return self._values[name]

    def cased(self, status: str) -> str:
        """Return a status word under the reading `status_case`."""
        return status.upper() if self.says("status_case", "upper") else status

    def as_dict(self) -> dict[str, str]:
        """All names with their values, in the order of the table."""
        return dict(self._values)


def _check(name: str, value: str) -> None:
    reading = _BY_NAME.get(name)
    if reading is None:
        raise ReadingError(f"no reading is called {name!r}; there are: {', '.join(_BY_NAME)}")
    if value not in reading.values:
        raise ReadingError(f"reading {name!r} can't be {value!r}; choose one of: {', '.join(reading.values)}")
