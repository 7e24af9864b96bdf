"""Convert times: ISO 8601 in manifests, plans and state; epoch seconds on the wire; four formats in responses."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

CLOCK_SKEW = 600.0
"""Seconds by which the server's clock may differ from ours: what is older than an intent by more is not its work."""

_MILLISECONDS_FROM = 100_000_000_000  # the year 5138 in seconds, 1973 in milliseconds


def iso(value: Any, zone: timezone | None = None) -> str:
    """Return a time as `2035-06-01T07:00:00Z`. Takes ISO 8601 with a zone, or epoch seconds or milliseconds.

    Raises ValueError where the value is none of these. `zone` is that of a text that names none.
    """
    # strftime writes the year 1 as `1`, which nobody reads again.
    return datetime.fromtimestamp(epoch(value, zone), timezone.utc).isoformat().replace("+00:00", "Z")


def epoch(value: Any, zone: timezone | None = None) -> int:
    """Return a time as whole epoch seconds. `zone` is that of a text that names none.

    Raises ValueError where the value is no time or has no zone.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise ValueError("expected a time: ISO 8601 with a zone, or epoch seconds")
    if isinstance(value, (int, float)):
        return int(value / 1000 if value >= _MILLISECONDS_FROM else value)
    if value.isdigit():
        return epoch(int(value))
    moment = datetime.fromisoformat(value.strip().replace("Z", "+00:00").replace("z", "+00:00"))
    if moment.tzinfo is None and zone is None:
        raise ValueError("the time has no zone; write 2035-06-01T07:00:00Z or +02:00")
    return int((moment if moment.tzinfo else moment.replace(tzinfo=zone)).timestamp())


def read_iso(value: Any) -> Any:
    """Return a time from the server in the form of `iso`.

    A text without a zone is read as UTC. A value that is no time is returned as it is.
    """
    try:
        return iso(value, timezone.utc)
    except (ValueError, OverflowError, OSError):
        return value


def moment(value: Any) -> float | None:
    """Return a time from the server in epoch seconds, with a fraction where it has one; None where it is no time."""
    if isinstance(value, float):
        found = value / 1000 if value >= _MILLISECONDS_FROM else value
        return found if 0 < found < _MILLISECONDS_FROM else None
    try:
        return float(epoch(value, timezone.utc)) or None
    except (ValueError, OverflowError, OSError):
        return None


def created_at(raw: Mapping[str, Any]) -> float | None:
    """Return when the server made a resource, in epoch seconds; None where the response does not say."""
    try:
        return float(epoch(raw.get("created_at", raw.get("createdAt")), timezone.utc))
    except (ValueError, OverflowError):
        return None
