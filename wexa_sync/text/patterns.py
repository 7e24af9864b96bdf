"""Compile a regular expression when it is first used: a command uses few of those that its modules have."""

from __future__ import annotations

import re
from typing import Any, AnyStr, cast

_AT_ONCE = re.compile  # whatever its name stands for at the time


class _Pattern:
    """Stand for a pattern, and compile it at the first look at what it can do."""

    def __init__(self, pattern: str | bytes, flags: int) -> None:
        self.pattern = pattern
        self._flags = flags

    @property  # type: ignore[misc]  # it is only to be read
    def __class__(self) -> type:
        """Return the class of patterns: whoever asks takes this for one, the functions of `re` too."""
        return re.Pattern

    def __getattr__(self, name: str) -> Any:
        """Return `match`, `sub` and so on of the compiled pattern, and keep that: the next use costs nothing more."""
        found = getattr(_AT_ONCE(self.pattern, self._flags), name)
        setattr(self, name, found)
        return found


def pattern(text: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """Return what `re.compile` returns, compiled when it is used. A fault in the text shows only then."""
    return cast("re.Pattern[AnyStr]", _Pattern(text, flags))
