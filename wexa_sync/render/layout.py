"""Hold the room and the colours that a renderer has."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Say what the reader's terminal can show, and how much of it is wanted. A format for programs ignores it.

    `details`: True shows everything, False the least; None goes by the plan's size.
    """

    color: bool = False
    width: int = 80
    details: bool | None = None
