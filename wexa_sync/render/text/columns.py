"""Measure and cut texts by the columns that a terminal gives them."""

from __future__ import annotations


def columns(text: str) -> int:
    """Return the columns that a visible text takes."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len  # slow to load, and seldom needed

    return cell_len(text)


def cut_to(text: str, room: int) -> str:
    """Return the beginning of a visible text that is wider than so many columns; a wide character is cut to a blank."""
    if text.isascii():
        return text[:room]
    from rich.cells import set_cell_size

    return set_cell_size(text, room)
