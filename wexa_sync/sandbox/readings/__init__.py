"""List the readings: a named choice for each point where the API's documentation is silent or contradicts itself.

The first value of each is the default. A reading never changes what a vendor page shows plainly. Each file has those of
one subject.
"""

from __future__ import annotations

from wexa_sync.sandbox.readings import (
    answers,
    connectors,
    links,
    lists,
    overviews,
    runs,
    shop,
    tables,
    things,
    triggers,
)
from wexa_sync.sandbox.readings.base import Reading

__all__ = ["READINGS", "Reading"]

_GROUPS = (
    lists,
    answers,
    connectors,
    things,
    triggers,
    links,
    runs,
    tables,
    shop,
    overviews,
)

READINGS: tuple[Reading, ...] = tuple(each for group in _GROUPS for each in group.READINGS)
"""Every reading. docs/readings.md lists exactly these."""
