"""Values whose repr leaves out fields: they hold secrets, or more than anybody reads."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct


class PartlyShown(Struct, frozen=True):
    """A frozen value whose repr leaves out the fields named in UNSHOWN."""

    UNSHOWN: ClassVar[frozenset[str]] = frozenset()

    def __repr__(self) -> str:
        shown = (name for name in self.__struct_fields__ if name not in self.UNSHOWN)
        return f"{type(self).__name__}({', '.join(f'{name}={getattr(self, name)!r}' for name in shown)})"
