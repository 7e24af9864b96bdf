"""Hold the figures: a measurement, its reference, and the limit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """Hold one line of the table. `value` is a ratio, or a count if the limit is 0."""

    name: str
    measured: str
    against: str
    value: float
    limit: float

    @property
    def met(self) -> bool:
        """True when the value is within the limit."""
        return self.value <= self.limit


def ratio(name: str, measured: float, against: float, *, floor: str, limit: float) -> Figure:
    """Return the figure of two times in seconds; `floor` describes the second one."""
    return Figure(
        name=name,
        measured=f"{measured:.3f} s",
        against=f"{against:.3f} s, {floor}",
        value=measured / against,
        limit=limit,
    )


def table(figures: Iterable[Figure]) -> str:
    """Return the figures as Markdown that is also readable in a terminal."""
    rows = [("figure", "measured", "against", "value", "at most", "met")]
    rows += [
        (f.name, f.measured, f.against, f"{f.value:.2f}", f"{f.limit:g}", "yes" if f.met else "NO") for f in figures
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in rows
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)
