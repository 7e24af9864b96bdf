"""Write times and lengths of time as people read them."""

from __future__ import annotations

from datetime import datetime, timezone


def spell(seconds: float) -> str:
    """Return a length of time as people write it: 9 s, 2 min 05 s, 1 h 12 min, 3 d 4 h."""
    minutes, rest = divmod(int(seconds), 60)
    hours, days = minutes // 60, minutes // 60 // 24
    if not minutes:
        return f"{rest} s"
    if not hours:
        return f"{minutes} min {rest:02} s"
    return f"{hours} h {minutes % 60:02} min" if days < 2 else f"{days} d {hours % 24} h"


def roughly(seconds: float) -> str:
    """Return a length of time in its largest unit alone: 40 seconds, 1 hour, 3 days."""
    units = (("day", 86_400), ("hour", 3600), ("minute", 60), ("second", 1))
    unit, size = next((each for each in units if seconds >= each[1]), units[-1])
    count = int(seconds // size)
    return f"{count} {unit}{'' if count == 1 else 's'}"


def utc(epoch: float) -> str:
    """Return a moment in epoch seconds as `2035-06-01T07:00:00Z`."""
    return datetime.fromtimestamp(epoch, tz=timezone.utc).isoformat(timespec="seconds").replace("+00:00", "Z")
