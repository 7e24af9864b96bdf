"""Hold what `get` was asked, and what it found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field


class Asked(Struct, frozen=True, kw_only=True):
    """Hold what is asked of a view. Empty means: not asked. `most`: the number of items that are enough; 0 for all.

    `name`: one item, by its name, id or address. `project`: the handle, the name or the id of one project.
    """

    name: str = ""
    project: str = ""
    filters: Mapping[str, str] = field(default_factory=dict)
    most: int = 0


class Title(Struct, frozen=True, kw_only=True):
    """Hold the head of a column. The cells of a `fixed` one are never cut."""

    text: str
    fixed: bool = False


class ViewRow(Struct, frozen=True, kw_only=True):
    """Describe one item, or one object, without secrets: `value` as it came, and what a table shows of it.

    `address`: by which the state knows it; empty for what it does not know.
    """

    value: Any
    address: str = ""
    id: str = ""
    name: str = ""
    project: str = ""
    owner: str = ""
    cells: tuple[str, ...] = ()


class Viewed(Struct, frozen=True, kw_only=True):
    """Hold what a view shows. Without `titles` the shape of the response is not known. `alone`: one item was asked for.

    `about` stands above the items. `notes`: what a person should know of it. `by_project`: the items of each project
    stand together, and people see a table for each.
    """

    view: str
    rows: tuple[ViewRow, ...]
    titles: tuple[Title, ...] = ()
    alone: bool = False
    about: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    by_project: bool = False
