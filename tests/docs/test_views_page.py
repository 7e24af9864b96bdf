"""docs/get.md has every view with its filters, and none that is not there."""

from __future__ import annotations

import re
from pathlib import Path

from wexa_sync.kinds.views import view_named, views

PAGE = (Path(__file__).parents[2] / "docs" / "get.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (`.+?) \| .+? \| (.*?) ?\|$", PAGE.partition("\n## Views\n")[2], re.MULTILINE)


def test_every_view_is_documented_with_its_filters() -> None:
    documented: dict[str, set[str]] = {}
    for names, filters in ROWS:
        for name in re.findall(r"`([\w-]+)`", names):
            view = view_named(name)
            assert view is not None, name
            documented.setdefault(view.name, set()).update(re.findall(r"`(\w+)`", filters))
    there = {view.name: {*view.filters, *([view.within] if view.within else [])} for view in views().values()}
    assert documented == there
