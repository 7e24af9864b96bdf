"""Comparing what is read-only, write-only, or a list whose items are told apart by a key: once by hand, then at random.

The server answers a write-only field with a mask, with what it was sent, or not at all; and lists in any order.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.kinds.connection import CONNECTION
from wexa_sync.compare.changes import field_changes
from wexa_sync.compare.ids import Comparison
from wexa_sync.compare.parts import overlay, part_of
from wexa_sync.compare.propose import as_applied, differing, propose, whole
from wexa_sync.compare.same import same, spec_fingerprint
from wexa_sync.compare.sides import live_fingerprint
from wexa_sync.kinds.spec.wire import by_id, decode, encode, not_shown, sent_back, shown_fields, with_defaults
from wexa_sync.model import FieldChange, Path, Secret
from wexa_sync.secrecy.seal import conceal

COMPARISON = Comparison(id_of=lambda ref: ref.id, seal_key="key")


def secret(value: str) -> Secret:
    """Return a text of a write-only field, as a manifest holds it."""
    return Secret(template=value, value=value)


def changes(declared: Any, live: Any, applied: Any) -> dict[Path, tuple[Any, Any, str]]:
    """Return the differences: path -> before, after, by whom."""
    record = None if applied is None else conceal(applied, COMPARISON.seal_key)
    found = field_changes(CONNECTION, declared, decode(CONNECTION, live), record, COMPARISON)
    return {change.path: (change.before, change.after, change.changed_by) for change in found}


MASKS: list[dict[str, Any]] = [
    {},
    {"config": "****"},
    {"config": {"pin": "****"}},
    {"config": {"pin": "2"}},
    {"config": None},
]


@pytest.mark.parametrize(("live", "differs"), [("READY", False), ("ready ", False), ("Active", False), ("late", True)])
def test_words_that_mean_the_same_are_no_difference(live: str, differs: bool) -> None:
    declared, found = {"name": "A", "state": "active"}, decode(CONNECTION, {"name": "A", "state": live})
    assert bool(changes(declared, {"name": "A", "state": live}, declared)) is differs
    prints = [spec_fingerprint(CONNECTION, each, declared, COMPARISON) for each in (declared, found)]
    assert (len({*prints}) == 2) is differs


def test_a_word_that_is_no_longer_declared_is_left_as_it_is() -> None:
    assert changes({"name": "A"}, {"name": "A", "state": "late"}, {"name": "A", "state": "ready"}) == {}


@pytest.mark.parametrize("shown", MASKS)
def test_a_write_only_field_is_judged_by_what_was_applied_whatever_a_read_shows(shown: Any) -> None:
    live = {"name": "A", **shown}
    one, two, other = (
        {"name": "A", "config": {"pin": secret(pin), "port": port}} for pin, port in [("1", 5), ("2", 5), ("1", 6)]
    )
    assert changes(one, live, one) == {}
    assert changes(one, live, None)[("config",)][1:] == (one["config"], "repository")
    ((path, (before, after, by)),) = changes(two, live, one).items()
    assert (path, after, by) == (("config", "pin"), secret("2"), "repository")
    assert repr(before) == "***", "and the plan shows neither"
    assert changes(other, live, one) == {("config", "port"): (5, 6, "repository")}


@pytest.mark.parametrize("shown", MASKS)
def test_a_write_only_field_that_is_no_longer_declared_stays_as_it_is(shown: Any) -> None:
    assert changes({"name": "A"}, {"name": "A", **shown}, {"name": "A", "config": {"pin": secret("1")}}) == {}


def test_a_write_only_field_is_sent_with_an_update_of_another_and_its_mask_never_is() -> None:
    declared = {"name": "B", "config": {"pin": secret("1")}, "server": {"host": "h", "password": secret("p")}}
    live = decode(CONNECTION, {"name": "A", "config": {"pin": "****"}, "server": {"host": "h", "password": "****"}})
    applied = conceal({**declared, "name": "A"}, COMPARISON.seal_key)
    sent = whole(CONNECTION, declared, propose(CONNECTION, declared, live, applied, COMPARISON))
    body = encode(CONNECTION, sent, str)
    assert body["config"] == {"pin": secret("1")}
    assert body["server"] == {"host": "h", "password": secret("p")}


@pytest.mark.parametrize(
    ("name", "pin", "salt", "sent"),
    [
        ("B", "1", "s", {"name"}),
        ("A", "2", "s", {"config"}),
        ("A", "1", "t", {"columns"}),
        ("B", "2", "t", {"name", "config", "columns"}),
    ],
)
def test_a_partial_update_sends_what_changes_and_no_write_only_value_that_stays(
    name: str, pin: str, salt: str, sent: set[str]
) -> None:
    def spec(name: str, pin: str, salt: str) -> Any:
        return {"name": name, "config": {"pin": secret(pin)}, "columns": [{"column": "a", "salt": secret(salt)}]}

    declared, applied = spec(name, pin, salt), conceal(spec("A", "1", "s"), COMPARISON.seal_key)
    live = decode(CONNECTION, {"name": "A", "config": "****", "columns": [{"column": "a", "salt": "****"}]})
    planned = differences(declared, live, applied)
    proposed = propose(CONNECTION, declared, live, applied, COMPARISON)
    assert differing(CONNECTION, proposed, live, planned, COMPARISON) == sent


def test_what_a_read_shows_of_a_write_only_field_is_no_conflict() -> None:
    declared = {"name": "B", "config": {"pin": secret("1")}}
    lives = [decode(CONNECTION, dict(name="A", **shown)) for shown in MASKS]
    assert len({live_fingerprint(CONNECTION, declared, live, None, COMPARISON) for live in lives}) == 1


def test_a_read_only_field_is_neither_read_nor_compared_nor_sent() -> None:
    shown = {"name": "A", "status": "up", "server": {"host": "h", "checked_at": 5, "password": "****"}}
    live = decode(CONNECTION, shown)
    assert live == {"name": "A", "server": {"host": "h"}}
    declared = {"name": "A", "status": "down", "server": {"host": "h", "checked_at": "2035-01-01T00:00:00Z"}}
    assert changes(declared, shown, None) == {}
    assert encode(CONNECTION, declared, str) == {"name": "A", "server": {"host": "h"}}
    assert "status" not in with_defaults(CONNECTION, {"name": "A"})


def test_a_response_is_sent_back_without_what_is_the_servers_or_a_mask() -> None:
    raw = {"displayName": "A", "status": "up", "config": "****", "extra": 1}
    assert sent_back(CONNECTION, raw) == {"displayName": "A", "extra": 1}
    assert "config" in not_shown(CONNECTION, raw), "a mask is not the value"
    assert "status" not in not_shown(CONNECTION, {})
    assert "config" not in shown_fields(CONNECTION)
    assert "displayName" in shown_fields(CONNECTION)


def columns(*items: Any) -> Any:
    """Return a connection with those columns: a name, or a name and a width."""
    named = [item if isinstance(item, tuple) else (item,) for item in items]
    return {
        "name": "A",
        "columns": [dict(zip(("column", "width"), item, strict=False)) for item in named],
    }


def test_items_with_a_key_are_matched_by_it_in_any_order() -> None:
    declared, live = columns(("a", 1), ("b", 2)), columns(("b", 2), ("a", 1))
    assert changes(declared, live, declared) == {}
    assert changes(declared, live, None) == {}
    assert changes(live, declared, declared) == {}, "nor does the order of the manifest matter"
    assert same(CONNECTION, declared, live, COMPARISON)
    assert not same(CONNECTION, columns("a", "b"), columns("a", "c"), COMPARISON)


def test_a_field_of_an_item_is_compared_with_that_of_the_same_key() -> None:
    declared, live = columns(("a", 1), ("b", 2)), columns(("b", 3), ("a", 1))
    assert changes(declared, live, declared) == {("columns", 1, "width"): (3, 2, "live")}
    assert changes(declared, live, columns(("b", 3), ("a", 1))) == {("columns", 1, "width"): (3, 2, "repository")}


def test_what_others_keep_in_an_item_stays_in_it_wherever_it_stands() -> None:
    declared = columns(("a", 1), ("b", 2))
    theirs = [{"column": "b", "width": 3, "note": "B"}, {"column": "a", "width": 1, "note": "A"}]
    proposed = propose(CONNECTION, declared, {"name": "A", "columns": theirs}, declared, COMPARISON)
    assert {item["column"]: (item["width"], item["note"]) for item in proposed["columns"]} == {
        "a": (1, "A"),
        "b": (2, "B"),
    }
    before = part_of(CONNECTION, {"name": "A", "columns": theirs}, declared)
    assert before["columns"] == [{"column": "a", "width": 1}, {"column": "b", "width": 3}]


def test_an_item_of_others_is_no_more_welcome_than_in_other_lists_and_a_renamed_item_is_another_one() -> None:
    declared = columns(("a", 1))
    live: Any = {"name": "A", "columns": [{"column": "x", "width": 9, "note": "X"}, {"column": "a", "width": 1}]}
    assert list(changes(declared, live, declared)) == [("columns",)]
    assert propose(CONNECTION, declared, live, declared, COMPARISON)["columns"] == columns(("a", 1))["columns"]
    live["columns"].pop()
    renamed = propose(CONNECTION, columns(("y", 9)), live, columns(("x", 9)), COMPARISON)
    assert renamed["columns"] == columns(("y", 9))["columns"], "nothing of x is in y"


def test_an_item_that_is_written_only_in_part_is_judged_by_the_item_of_its_key() -> None:
    def salted(a: str, b: str) -> Any:
        return {"name": "A", "columns": [{"column": "a", "salt": secret(a)}, {"column": "b", "salt": secret(b)}]}

    live = columns("b", "a")
    assert changes(salted("1", "2"), live, salted("1", "2")) == {}
    assert list(changes(salted("1", "3"), live, salted("1", "2"))) == [("columns", 1, "salt")]


def test_the_order_of_the_items_is_no_conflict() -> None:
    one, other = columns(("a", 1), ("b", 2)), columns(("b", 2), ("a", 1))
    declared = columns(("a", 1), ("b", 5))
    found = {live_fingerprint(CONNECTION, declared, live, None, COMPARISON) for live in (one, other)}
    assert len(found) == 1
    assert len({spec_fingerprint(CONNECTION, live, one, COMPARISON) for live in (one, other)}) == 1


def test_what_is_laid_over_meets_the_item_of_its_key() -> None:
    under, over = columns(("a", 1), ("b", 2)), columns(("b", 3), ("a", 4))
    under["columns"][1]["salt"] = "s"
    laid = overlay(under, over, CONNECTION.fields)["columns"]
    assert laid == [{"column": "b", "width": 3, "salt": "s"}, {"column": "a", "width": 4}]


def masked(value: Any) -> Any:
    """Return what a server shows that masks write-only fields."""
    return {**value, **({"config": {"pin": "****"}} if "config" in value else {}), "status": "up"}


def echoed(value: Any) -> Any:
    """Return what a server shows that echoes write-only fields."""
    return value


def absent(value: Any) -> Any:
    """Return what a server shows that leaves write-only fields out, and has the items in another order."""
    shown = [{key: item for key, item in each.items() if key != "salt"} for each in value.get("columns") or []]
    rest = {key: item for key, item in value.items() if key != "config"}
    return {**rest, **({"columns": shown[::-1]} if "columns" in value else {})}


def other_pins(value: Any) -> Any:
    """Return what a server shows after its write-only values were changed where no read shows them."""
    salted = [{**each, "salt": "zzz", "column_id": str(n)} for n, each in enumerate(value.get("columns") or [])]
    return {**value, "config": "changed", **({"columns": salted} if "columns" in value else {})}


SERVERS = [masked, echoed, absent, other_pins]
PINS = st.sampled_from(["1", "2", "33"]).map(secret)
COLUMNS = st.lists(
    st.fixed_dictionaries(
        {"column": st.sampled_from("abc")}, optional={"width": st.sampled_from([1, 2]), "salt": PINS}
    ),
    max_size=3,
    unique_by=lambda item: str(item["column"]),
)
CONNECTIONS = st.fixed_dictionaries(
    {"name": st.sampled_from(["A", "B"])},
    optional={
        "config": st.fixed_dictionaries({}, optional={"pin": PINS, "port": st.sampled_from([1, 2])}),
        "server": st.fixed_dictionaries({"host": st.sampled_from(["h", "i"])}, optional={"password": PINS}),
        "columns": COLUMNS,
    },
)


def updated(declared: Any, live: Any, applied: Any, server: Callable[[Any], Any]) -> tuple[Any, Any, Any]:
    """Return what was sent, what a read then shows, and what is recorded."""
    sent = whole(CONNECTION, declared, propose(CONNECTION, declared, live, applied, COMPARISON))
    body = encode(CONNECTION, sent, str)
    record = conceal(dict(as_applied(CONNECTION, declared, sent, COMPARISON, applied)), COMPARISON.seal_key)
    return body, decode(CONNECTION, server(body), by_id), record


def differences(declared: Any, live: Any, applied: Any) -> tuple[FieldChange, ...]:
    """Return the differences."""
    return field_changes(CONNECTION, declared, live, applied, COMPARISON)


@pytest.mark.parametrize("server", SERVERS)
@given(first=CONNECTIONS, second=CONNECTIONS)
def test_an_edit_is_applied_once_and_every_declared_value_is_sent(
    server: Callable[[Any], Any], first: Any, second: Any
) -> None:
    _, live, record = updated(first, {}, None, server)
    assert differences(first, live, record) == ()
    body, live, record = updated(second, live, record, server)
    assert differences(second, live, record) == ()
    assert body["name"] == second["name"]
    assert body.get("config") == second.get("config")
    for item in second.get("columns", []):
        assert item.items() <= next(each for each in body["columns"] if each["column"] == item["column"]).items()
    assert "status" not in body


@pytest.mark.parametrize("server", SERVERS)
@given(first=CONNECTIONS, pin=PINS, more=PINS)
def test_a_write_only_value_that_changes_in_the_manifest_is_a_change_and_no_other_is(
    server: Callable[[Any], Any], first: Any, pin: Any, more: Any
) -> None:
    first = {**first, "config": {"pin": pin}}
    _, live, record = updated(first, {}, None, server)
    found = differences({**first, "config": {"pin": more}}, live, record)
    assert [change.path for change in found] == ([] if pin == more else [("config", "pin")])
