"""Name the colours, and the number of changes from which a page is brief."""

from __future__ import annotations

from typing import Final

MANY = 40  # a plan of more changes is shown in short

DIM = "bright_black"

COLORS: Final = {"+": "green", "~": "yellow", "-": "red", ">": "cyan", "=": "blue", "x": DIM, "@": "cyan"}
