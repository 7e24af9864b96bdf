"""Name the colours, how much is shown, and the number of changes from which a page is brief."""

from __future__ import annotations

from enum import IntEnum
from typing import Final

MANY = 40  # a plan of more changes is shown in short

DIM = "bright_black"

COLORS: Final = {"+": "green", "~": "yellow", "-": "red", ">": "cyan", "=": "blue", "x": DIM, "@": "cyan"}


class Detail(IntEnum):
    """Say how much of a plan is shown."""

    COUNTS = 0
    """A line a change that deletes or runs; the others are counted."""
    LINE = 1
    """A line a change at the most."""
    BRIEF = 2
    """A line a field of an update."""
    USUAL = 3
    """Every field, and all that an update changes in a long text. Of a long new text the beginning."""
    WHOLE = 4
    """Everything."""
