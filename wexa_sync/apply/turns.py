"""Give out turns for what only one change at a time may do."""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterator

from wexa_sync.model import Address


class Turns:
    """Give out turns by key: the first change that asks has the turn, and the others wait in line."""

    def __init__(self) -> None:
        self._lines: dict[Hashable, deque[Address]] = {}
        self._keys: dict[Address, Hashable] = {}

    def taken_by(self, address: Address, key: Hashable) -> bool:
        """True when the change has the turn of that key; False when it waits in line for the turn."""
        self._keys[address] = key
        line = self._lines.setdefault(key, deque())
        line.append(address)
        return line[0] == address

    def given_up_by(self, address: Address) -> Iterator[Address]:
        """End the turn of a change, if it has one, and yield the next change in line, if any."""
        if address in self._keys:
            key = self._keys.pop(address)
            self._lines[key].popleft()
            if self._lines[key]:
                yield self._lines[key][0]
            else:
                del self._lines[key]
