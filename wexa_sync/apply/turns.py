"""Whose turn it is, for what only one change at a time may do."""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterator

from wexa_sync.model import Address


class Turns:
    """Gives out turns by key: the first who asks has it, and the others wait in line."""

    def __init__(self) -> None:
        self._lines: dict[Hashable, deque[Address]] = {}
        self._keys: dict[Address, Hashable] = {}

    def taken_by(self, address: Address, key: Hashable) -> bool:
        """Ask for the turn of that key. True when the change has it, False when it has to wait until it is its turn."""
        self._keys[address] = key
        line = self._lines.setdefault(key, deque())
        line.append(address)
        return line[0] == address

    def given_up_by(self, address: Address) -> Iterator[Address]:
        """Take from a change the turn that it has, if any, and give whose turn it is then, if anybody's."""
        if address in self._keys:
            key = self._keys.pop(address)
            self._lines[key].popleft()
            if self._lines[key]:
                yield self._lines[key][0]
            else:
                del self._lines[key]
