"""List the readings of triggers."""

from __future__ import annotations

from wexa_sync.sandbox.readings.base import Reading, reading

READINGS: tuple[Reading, ...] = (
    reading(
        "triggers_none",
        "null empty 404",
        "The triggers of a connector that has none are `null`, an object with an empty list, or answered by 404.",
        "The SDK says that the answer may be null; no such answer was seen.",
    ),
    reading(
        "triggers_put_answer",
        "object message null",
        "Replacing the triggers of a connector answers with the whole list, with `{message: ...}`, or with null.",
        "The types of the SDK name the list; no answer was seen.",
    ),
    reading(
        "trigger_id",
        "kept reassigned",
        "A new trigger keeps the client's `_id`, or the server makes one.",
        "The SDK makes the ids; whether the server keeps them was never seen.",
    ),
)
