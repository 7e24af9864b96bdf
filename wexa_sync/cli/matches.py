"""Show which live object is taken for what is declared, for programs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wexa_sync.cli.terminal import show_data
from wexa_sync.render.json import json_text

if TYPE_CHECKING:
    from wexa_sync.repair.rebuild import Match


def show_matches(found: Iterable[Match]) -> None:
    """Print the matches on stdout as JSON."""
    show_data(json_text([{"address": str(m.address), "sure": m.sure, "why": m.why, "id": m.id or None} for m in found]))
