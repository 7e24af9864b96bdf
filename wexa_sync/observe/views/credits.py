"""Total the credits that were used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wexa_sync.api.client import Api
from wexa_sync.kinds.views.of_organisations import CREDIT, CUSTOMER
from wexa_sync.model import Title, Viewed, ViewRow
from wexa_sync.observe.views.fetch import Item, at, read_items, text_of
from wexa_sync.observe.views.places import Spot

GROUPS: Mapping[str, str] = {
    "flow": "coworker_name",
    "project": "project_name",
    "model": "model",
    "operation": "operation",
}
"""What credits may be totalled by, and the field of an entry that holds it."""


def total_credits(api: Api, by: str, most: int) -> Viewed:
    """Return the credits of the plan, and what was used of them by each flow, project, model or operation.

    `most`: the newest so many entries; 0 for all that the API shows.
    """
    (account,), _ = read_items(api, CUSTOMER, [Spot()])
    entries, notes = read_items(api, CREDIT, [Spot()], most)
    if any(entry.whole for entry in entries):
        entries, notes = [], ("The credit history has no known form: `wexa-sync get credit` shows it as it came.",)
    groups: dict[str, list[Item]] = {}
    for entry in entries:
        groups.setdefault(text_of(entry.raw.get(GROUPS[by])) or "-", []).append(entry)
    rows = sorted((_group(name, found) for name, found in groups.items()), key=lambda row: -row.value["credits"])
    plan = at(account.raw, "quota.number_of_credits")
    about = {
        "plan": text_of(at(account.raw, "plan")),
        **({name: value for name, value in plan.items() if _is_number(value)} if isinstance(plan, Mapping) else {}),
        "credits_used": round(sum(row.value["credits"] for row in rows), 4),
        "entries": len(entries),
    }
    titles = (Title(text=by.upper()), *(Title(text=text, fixed=True) for text in ("USES", "CREDITS", "TOKENS")))
    return Viewed(view="credits", rows=tuple(rows), titles=titles, about=about, notes=notes)


def _group(name: str, entries: list[Item]) -> ViewRow:
    credits, tokens = (sum(_number(each.raw.get(key)) for each in entries) for key in _TOTALLED)
    value = {"name": name, "uses": len(entries), "credits": round(credits, 4), "tokens": round(tokens)}
    return ViewRow(value=value, name=name, cells=tuple(str(cell) for cell in value.values()))


_TOTALLED = ("credits_consumed", "tokens_consumed")


def _number(value: Any) -> float:
    return float(value) if _is_number(value) else 0.0


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
