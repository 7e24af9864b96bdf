"""List the readings of what a project has beside its resources."""

from __future__ import annotations

from wexa_sync.sandbox.readings.base import Reading, reading

READINGS: tuple[Reading, ...] = (
    reading(
        "overview",
        "bare data absent",
        "Settings, analytics and the member summary are objects, or stand under `data`, or their paths answer 404.",
        "Their paths are in the SDK alone, and no answer was seen.",
    ),
    reading(
        "tags",
        "objects texts",
        "The tags of a project are objects with a name, or a list of texts.",
        "No answer was seen.",
    ),
)
