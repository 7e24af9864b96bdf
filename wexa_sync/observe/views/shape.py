"""Turn what was read into rows: without secrets, and with a cell for each column."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from wexa_sync.kinds.view import Column, Form, View
from wexa_sync.model import Address, Title, Viewed, ViewRow
from wexa_sync.observe.views.fetch import Item, at
from wexa_sync.observe.views.names import id_in, name_in
from wexa_sync.secrecy.redact import cleaner
from wexa_sync.text.patterns import pattern
from wexa_sync.text.times import utc

_FRACTION = pattern(r"\.\d+")
_MILLISECONDS_FROM = 1e11
"""Seconds reach it in the year 5138, and milliseconds did in 1973."""


def shaped(
    view: View,
    items: Sequence[Item],
    secrets: Collection[str],
    *,
    alone: bool,
    notes: tuple[str, ...],
    known: Mapping[tuple[str, str], Address],
) -> Viewed:
    """Return the items as rows, without what must not be shown. Without a column that holds anything, no titles.

    `known`: the addresses of the state, by kind and id.
    """
    clean = cleaner(secrets)
    values = [clean(_shown(view, item.raw)) for item in items]
    columns = [] if any(item.whole for item in items) else _columns(view, items, values)
    rows = (
        ViewRow(
            value=value,
            id=id_in(view, value) if isinstance(value, Mapping) else "",
            name=name_in(view, value) if isinstance(value, Mapping) else "",
            project=item.spot.project,
            address=_address(view, value, known),
            owner=item.spot.owner,
            cells=tuple(cell(value, each, item) for each in columns),
        )
        for item, value in zip(items, values, strict=True)
    )
    titles = tuple(Title(text=each.title, fixed=each.form is not Form.TEXT) for each in columns)
    return Viewed(view=view.name, rows=tuple(rows), titles=titles, alone=alone, notes=notes)


def _address(view: View, value: Any, known: Mapping[tuple[str, str], Address]) -> str:
    """Return the address by which the state knows an item; empty where an id does not tell whose it is."""
    kind = view.kind
    if kind is None or kind.has_ids_by_handle or not isinstance(value, Mapping):
        return ""
    return next((str(known[kind.name, id]) for id in kind.ids_of(value) if (kind.name, id) in known), "")


_PROJECT = Column(title="PROJECT", fields=())
_OWNER = Column(title="OWNER", fields=())


def _columns(view: View, items: Sequence[Item], values: Sequence[Any]) -> list[Column]:
    """Return the columns, with those of project and owner where there are several; none where no field is there."""
    known = view.columns if not view.open else _found(view, values)
    if values and not any(at(value, name) is not None for value in values for each in known for name in each.fields):
        return []
    several = [_PROJECT] if len({item.spot.project_id for item in items}) > 1 else []
    owner = [Column(title=view.within.upper(), fields=())] if view.within else []
    return [*several, *owner, *known] if known else []


def _found(view: View, values: Sequence[Any]) -> tuple[Column, ...]:
    """Return a column for each field that the items have, behind the id."""
    names = dict.fromkeys(name for value in values if isinstance(value, Mapping) for name in value)
    plain = tuple(Column(title=name, fields=(name,)) for name in names if name not in view.ids)
    return (Column(title="ID", fields=view.ids, form=Form.ID), *plain)


def _shown(view: View, raw: Any) -> Any:
    """Return the part of a response that may be shown: never what a kind only writes."""
    if not isinstance(raw, Mapping):
        return raw
    hidden = {each.wire_name for each in view.kind.fields.fields.values() if each.write_only} if view.kind else ()
    return {
        name: value for name, value in raw.items() if name not in hidden and (view.shown is None or name in view.shown)
    }


def cell(value: Any, column: Column, item: Item) -> str:
    """Return what a table shows of a value in one column."""
    if not column.fields:
        return item.spot.project if column is _PROJECT else item.spot.owner
    found = next((inner for name in column.fields if (inner := at(value, name)) is not None), None)
    return moment(found) if column.form is Form.TIME else _text(found)


def moment(value: Any) -> str:
    """Return a time as `2035-06-01T07:00:00Z`: of epoch seconds, milliseconds, or an ISO text, which is UTC."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        try:
            return utc(value / 1000 if value >= _MILLISECONDS_FROM else value)
        except (OverflowError, ValueError, OSError):
            return str(value)
    text = _FRACTION.sub("", value) if isinstance(value, str) else _text(value)
    return f"{text}Z" if re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", text) else text


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:.4g}" if abs(value) < 1e6 else f"{value:.0f}"
        case str() | int():
            return str(value)
        case list():
            return ", ".join(_brief(each) for each in value)
    return json.dumps(value, ensure_ascii=False, default=str)


def _brief(item: Any) -> str:
    """Return an item of a list by its name, where it has one."""
    if isinstance(item, Mapping):
        item = next((item[key] for key in ("event", "name", "title", "_id") if isinstance(item.get(key), str)), item)
    return _text(item)
