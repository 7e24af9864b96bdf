"""Leave fields out of the repr of a value: they hold secrets, or more than anybody reads."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct


class PartlyShown(Struct, frozen=True):
    """Leave the fields that UNSHOWN names out of the repr of a frozen value."""

    UNSHOWN: ClassVar[frozenset[str]] = frozenset()

    def __repr__(self) -> str:
        shown = (name for name in self.__struct_fields__ if name not in self.UNSHOWN)
        return f"{type(self).__name__}({', '.join(f'{name}={getattr(self, name)!r}' for name in shown)})"
