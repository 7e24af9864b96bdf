"""Hold a mapping in versions. The next version costs what changes in it, whatever the mapping holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class Versions(Mapping[Key, Value]):
    """Represent one version of a mapping, which never changes. `after` makes the next one.

    The newest version holds the items. An older one keeps the changes that lead back to it, and copies the items only
    when it is read again.
    """

    __slots__ = ("_items", "_newer", "_undo")

    def __init__(self, items: Mapping[Key, Value]) -> None:
        self._items: dict[Key, Value] | None = dict(items)
        self._newer: Versions[Key, Value] | None = None
        self._undo: Mapping[Key, Value | None] = {}

    def after(self, changes: Mapping[Key, Value | None]) -> Versions[Key, Value]:
        """Return the next version: with these values, and without the keys whose value is None."""
        items = self._held()
        newer: Versions[Key, Value] = Versions({})
        newer._items, self._items, self._newer = items, None, newer
        self._undo = {key: items.get(key) for key in changes}
        _set(items, changes)
        return newer

    def _held(self) -> dict[Key, Value]:
        """Return the items of this version. An older one copies them at the first read, and keeps the copy."""
        if self._items is None:
            older: list[Versions[Key, Value]] = []
            version: Versions[Key, Value] = self
            while version._newer is not None:
                older.append(version)
                version = version._newer
            items = dict(version._items or {})
            for each in reversed(older):
                _set(items, each._undo)
            self._items, self._newer, self._undo = items, None, {}
        return self._items

    def __getitem__(self, key: Key) -> Value:
        return self._held()[key]

    def __iter__(self) -> Iterator[Key]:
        return iter(self._held())

    def __len__(self) -> int:
        return len(self._held())

    def __repr__(self) -> str:
        return repr(self._held())


def _set(items: dict[Key, Value], changes: Mapping[Key, Value | None]) -> None:
    for key, value in changes.items():
        if value is None:
            items.pop(key, None)
        else:
            items[key] = value
