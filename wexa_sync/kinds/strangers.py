"""Tell what nobody manages from what the platform makes by itself, and from what a person said may stay unmanaged."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from wexa_sync.kinds.base import Kind
from wexa_sync.kinds.endpoint import Operation

Raw = Mapping[str, Any]


def comes_by_itself(kind: Kind, shown: Raw, presumed: AbstractSet[str]) -> bool:
    """True for what no call makes, and for what a new project has: it has a presumed name, and asks for nothing.

    `presumed`: the names of the connectors that a project begins with. A list does not show what a connector asks for.
    """
    begins_with = kind.goes_along and shown.get(kind.display) in presumed and not kind.exported.names(shown)
    return begins_with or Operation.CREATE not in kind.endpoints


def matching(patterns: Sequence[str]) -> Callable[[str, Iterable[str]], bool]:
    """Return a test of a kind and the words for one of its kind, such as name and ids: whether a pattern matches.

    A pattern is KIND/WORD. `*` stands for any text, and `?` for one character.
    """
    whole = re.compile("|".join(map(glob, patterns)) or r"(?!)", re.DOTALL)
    return lambda kind, words: any(whole.fullmatch(f"{kind}/{word}") for word in words)


def glob(pattern: str) -> str:
    """Return a pattern as a regular expression."""
    return re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
