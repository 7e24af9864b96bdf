"""Hold the readings of one sandbox: the defaults, and the values chosen instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wexa_sync.sandbox.errors import ReadingError
from wexa_sync.sandbox.readings import READINGS

if TYPE_CHECKING:
    from collections.abc import Mapping

_BY_NAME = {reading.name: reading for reading in READINGS}
_AS_SENT = {"texts": "as_sent", "empty_texts": "as_sent", "inner_nulls": "kept", "editor_forms": "shown"}


class Readings:
    """Hold the value of every reading for one sandbox."""

    def __init__(self, chosen: Mapping[str, str] | None = None) -> None:
        """Take the defaults, overridden by `chosen`. Raises ReadingError for an unknown name or value."""
        for name, value in (chosen or {}).items():
            _check(name, value)
        self._values = {reading.name: reading.default for reading in READINGS} | dict(chosen or {})
        self.show_as_sent = all(self.says(*each) for each in _AS_SENT.items())
        """True when reads show texts, nulls and forms as they were sent."""

    def says(self, name: str, value: str) -> bool:
        """True when the reading `name` has `value`. Both must exist: a typing error must not count as "no"."""
        _check(name, value)
        return self._values[name] == value

    def value(self, name: str) -> str:
        """Return the value of a reading."""
        return self._values[name]

    def cased(self, status: str) -> str:
        """Return a status word under the reading `status_case`."""
        return status.upper() if self.says("status_case", "upper") else status

    def as_dict(self) -> dict[str, str]:
        """Return all names with their values, in the order of the table."""
        return dict(self._values)


def _check(name: str, value: str) -> None:
    reading = _BY_NAME.get(name)
    if reading is None:
        raise ReadingError(f"no reading is called {name!r}; there are: {', '.join(_BY_NAME)}")
    if value not in reading.values:
        raise ReadingError(f"reading {name!r} can't be {value!r}; choose one of: {', '.join(reading.values)}")
