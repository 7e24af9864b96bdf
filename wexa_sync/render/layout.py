"""Hold the room and the colours that a renderer has."""

from __future__ import annotations

from enum import Enum

from msgspec import Struct


class Level(Enum):
    """Say how much is wanted."""

    SUMMARY = "summary"
    """A line a resource; of many changes, those that delete or run something, and the others as numbers."""
    NORMAL = "normal"
    """What differs: of many changes in short."""
    FULL = "full"
    """Everything."""


class Layout(Struct, frozen=True, kw_only=True):
    """Say what the reader's terminal can show, and how much of it is wanted. A format for programs ignores it.

    `source_url`: what the path of a manifest is put behind to link to it; empty for the path alone.
    `folder`: the way from the repository's top to the current folder, ending in a slash; empty at the top.
    `taken`: the bytes that the file holds already to which the text is added. `whole`: the files of the same run that
    hold all that a shorter format leaves out.
    """

    color: bool = False
    width: int = 80
    level: Level = Level.NORMAL
    source_url: str = ""
    folder: str = ""
    taken: int = 0
    whole: tuple[str, ...] = ()
