"""Hold the figures: a measurement, its reference, and the limit. Lay them out, and what each process took."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from benchmarks.processes import Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """Hold one line of the table. `value` is a ratio, an amount, or a count. Without a limit it is told and no more."""

    name: str
    measured: str
    against: str = "-"
    value: float
    limit: float | None = None

    @property
    def met(self) -> bool:
        """True when the value is within the limit, or there is none."""
        return self.limit is None or self.value <= self.limit

    @property
    def verdict(self) -> str:
        """Return the last word of the line."""
        return "-" if self.limit is None else "yes" if self.met else "NO"


def ratio(
    name: str, measured: float, against: float, *, floor: str, limit: float | None = None, unit: str = "s"
) -> Figure:
    """Return the figure of two measurements in one unit; `floor` describes the second one."""
    return Figure(
        name=name,
        measured=f"{measured:.3f} {unit}",
        against=f"{against:.3f} {unit}, {floor}",
        value=measured / against,
        limit=limit,
    )


def of_cpu(name: str, measured: Usage, against: Usage, *, floor: str = "", limit: float | None = None) -> Figure:
    """Return the figure of the CPU that two processes took."""
    return ratio(name, measured.cpu, against.cpu, floor=floor or against.name, limit=limit, unit="s CPU")


def amount(name: str, value: float, unit: str, *, limit: float | None = None) -> Figure:
    """Return the figure of a measurement that has a limit of its own."""
    return Figure(name=name, measured=f"{value:.4g} {unit}", value=value, limit=limit)


def table(figures: Iterable[Figure]) -> str:
    """Return the figures as Markdown that is also readable in a terminal."""
    rows = [("figure", "measured", "against", "value", "at most", "met")]
    rows += [
        (f.name, f.measured, f.against, f"{f.value:.2f}", "-" if f.limit is None else f"{f.limit:g}", f.verdict)
        for f in figures
    ]
    return _laid_out(rows)


def usage_table(taken: Iterable[Usage]) -> str:
    """Return what each process took, in the same form."""
    rows = [("process", "wall", "CPU", "peak memory", "requests", "instructions")]
    for each in taken:
        requests = "-" if each.requests is None else str(each.requests)
        instructions = "-" if each.instructions is None else f"{each.instructions:.2f} G"
        rows.append(
            (each.name, f"{each.wall:.3f} s", f"{each.cpu:.3f} s", f"{each.memory:.0f} MB", requests, instructions)
        )
    return _laid_out(rows)


def _laid_out(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in rows
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)
