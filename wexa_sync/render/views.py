"""Lay out what `get` shows, for programs."""

from __future__ import annotations

from typing import Any

from wexa_sync.model import Viewed, ViewRow


def viewed_data(viewed: Viewed) -> dict[str, Any]:
    """Return a view as JSON data. `value` is as the server has it; the other names are frozen."""
    about = {"about": dict(viewed.about)} if viewed.about else {}
    return {"view": viewed.view, **about, "items": [_item(row) for row in viewed.rows], "notes": list(viewed.notes)}


def _item(row: ViewRow) -> dict[str, Any]:
    return {
        "id": row.id or None,
        "name": row.name or None,
        "project": row.project or None,
        "owner": row.owner or None,
        "address": row.address or None,
        "value": row.value,
    }
