"""Compare the rows that a manifest gives a table with those that are live: what to insert, change and delete."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from msgspec import Struct, field

from wexa_sync.compare.ids import Comparison
from wexa_sync.compare.same import kept, same_value
from wexa_sync.kinds.sown import ROWS, SEALED_CELLS, key_of
from wexa_sync.kinds.spec.fields import UNKNOWN
from wexa_sync.model import Intent, Lifecycle, Record, Secret, Spec
from wexa_sync.secrecy.find import has_secret, secrets_in
from wexa_sync.secrecy.hide import hide
from wexa_sync.secrecy.seal import fingerprint

Row = Mapping[str, Any]


class Sowing(Struct, frozen=True, kw_only=True):
    """Hold what makes the live rows as declared, by their keys.

    `gone`: rows of ours that are live and no longer declared. `twice`: keys of several live rows. `strange`: live rows
    with a declared key and other values that nobody recorded. `ours`: the ids of declared rows that an apply made, or
    took over. `ids` and `rows`: the live row of each key.
    """

    insert: tuple[str, ...] = ()
    update: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    twice: tuple[str, ...] = ()
    strange: tuple[str, ...] = ()
    ours: Mapping[str, str] = field(default_factory=dict)
    ids: Mapping[str, str] = field(default_factory=dict)
    rows: Mapping[str, Row] = field(default_factory=dict)

    def words(self, *, prune: bool) -> str:
        """Return the numbers of rows as a plan shows them: `rows: +3 ~1 -2`; empty where nothing is to be done."""
        counts = {"+": self.insert, "~": self.update, "-": self.gone if prune else ()}
        shown = [f"{sign}{len(keys)}" for sign, keys in counts.items() if keys]
        return f"rows: {' '.join(shown)}" if shown else ""

    def seal(self, key: str, *, prune: bool) -> str:
        """Return a fingerprint of what is to be done: equal as long as nobody changed one of those rows."""
        gone = self.gone if prune else ()
        return fingerprint({"+": list(self.insert), "~": list(self.update), "-": list(gone)}, key)


def sowing(
    spec: Spec,
    lives: Iterable[Row],
    record: Record | None,
    comparison: Comparison,
    *,
    sent: Collection[str] = (),
    adopt: bool = False,
) -> Sowing:
    """Return what is to be done. `sent`: the keys of rows that were sent and never answered. `adopt` takes over all."""
    wanted: Mapping[str, Row] = spec[ROWS]
    recorded = recorded_rows(record)
    by_key, by_id = defaultdict[str, list[Row]](list), dict[str, Row]()
    for row in lives:
        if isinstance(id := row.get("_id"), str) and not row.get("is_deleted"):  # the field's name
            by_id[id] = row
            if row.get(spec["key"]) is not None:
                by_key[key_of(row[spec["key"]])].append(row)
    live = {key: rows[0] for key, rows in by_key.items() if len(rows) == 1}
    differ = [key for key in wanted if key in live and not _is_as(wanted[key], live[key], comparison)]
    ours = {
        key: live[key]["_id"]
        for key in wanted
        if key in live and (adopt or key in sent or recorded.get(key) == live[key]["_id"])
    }
    gone = {key: id for key, id in recorded.items() if key not in wanted and id in by_id}
    return Sowing(
        insert=tuple(key for key in wanted if key not in by_key),
        update=tuple(key for key in differ if key in ours),
        gone=tuple(gone),
        twice=tuple(key for key in wanted if len(by_key.get(key, ())) > 1),
        strange=tuple(key for key in differ if key not in ours),
        ours=ours,
        ids={key: row["_id"] for key, row in live.items()} | gone,
        rows=live | {key: by_id[id] for key, id in gone.items()},
    )


def may_delete(lifecycle: Lifecycle, *, prune: bool) -> bool:
    """True when rows that are no longer declared are deleted: neither the owner nor what is in it is protected."""
    return prune and not lifecycle.prevent_destroy and not lifecycle.retain


def sent_keys(intent: Intent | None) -> tuple[str, ...]:
    """Return the keys of the rows that an intent says were sent."""
    keys = intent.spec.get("sent") if intent is not None else None
    return tuple(map(str, keys)) if isinstance(keys, (list, tuple)) else ()


def are_shown(intent: Intent | None, live: Spec) -> bool:
    """True when a list of rows has each row that an intent says was sent."""
    column = intent.spec.get("key") if intent is not None else None
    shown = {key_of(row[column]) for row in live.get(ROWS) or () if isinstance(column, str) and column in row}
    return shown.issuperset(sent_keys(intent))


def recorded_rows(record: Record | Intent | None) -> dict[str, str]:
    """Return the ids of the recorded rows, by their keys."""
    found = record.spec.get(ROWS) if record is not None else None
    return {key: id for key, id in found.items() if isinstance(id, str)} if isinstance(found, Mapping) else {}


def secret_cells(rows: Mapping[str, Row]) -> dict[str, dict[str, Any]]:
    """Return the cells of rows that hold a secret, by the keys of the rows."""
    found = {key: {name: cell for name, cell in row.items() if has_secret(cell)} for key, row in rows.items()}
    return {key: cells for key, cells in found.items() if cells}


def recorded_cells(held: Record | Intent | None) -> dict[str, Any]:
    """Return the sealed cells of the rows that a record or an intent holds, by the keys of the rows."""
    found = held.spec.get(SEALED_CELLS) if held is not None else None
    return dict(found) if isinstance(found, Mapping) else {}


def hidden_alike(some: Mapping[str, Any], others: Mapping[str, Any]) -> bool:
    """True when both have secrets of the same templates in the same cells."""
    (first, second) = ({path: found.template for path, found in secrets_in(cells)} for cells in (some, others))
    return first == second


def _is_as(wanted: Row, live: Row, comparison: Comparison) -> bool:
    """True when a live row has every declared value. What else it has is not ours."""
    clear = {name: hide(value, _in_clear) for name, value in wanted.items()}  # the server shows it so
    return all(
        same_value(value, live.get(name), UNKNOWN, comparison) or kept(value, live.get(name))
        for name, value in clear.items()
    )


def _in_clear(leaf: Any) -> Any:
    return leaf.sent() if isinstance(leaf, Secret) else leaf
