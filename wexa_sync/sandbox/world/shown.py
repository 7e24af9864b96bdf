"""Show a stored body as reads show it: under some readings a read does not return all that was sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wexa_sync.sandbox.world.chosen import Readings
    from wexa_sync.sandbox.world.store import Json, Row


def row_as_read(readings: Readings, row: Row) -> Json | Row:
    """Return a row's body as a read shows it; the row itself, for a response to write as it is stored, if as sent."""
    return row if readings.show_as_sent else as_read(readings, row.body)


def rows_as_read(readings: Readings, rows: list[Row]) -> Sequence[Json | Row]:
    """Return rows as `row_as_read` does each."""
    return rows if readings.show_as_sent else [as_read(readings, row.body) for row in rows]


def as_read(readings: Readings, body: Json) -> Json:
    """Return a body as a read shows it: texts trimmed, null for empty texts, no inner nulls, no editor's forms."""
    if readings.show_as_sent:
        return body
    shown: Json = _as_read(readings, body, inner=False)
    return shown


def _as_read(readings: Readings, value: Any, *, inner: bool, key: str = "") -> Any:
    if key == "display_template" and readings.says("editor_forms", "null"):
        return None
    if isinstance(value, dict):
        items = {name: _as_read(readings, item, inner=True, key=name) for name, item in value.items()}
        drops = inner and readings.says("inner_nulls", "dropped")
        return {name: item for name, item in items.items() if item is not None} if drops else items
    if isinstance(value, list):
        return [_as_read(readings, item, inner=True) for item in value]
    if not isinstance(value, str):
        return value
    text = value.strip() if readings.says("texts", "trimmed") else value
    return text or (None if readings.says("empty_texts", "null") else text)
