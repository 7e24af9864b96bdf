"""Comparing what lists hold: item by item, over what is declared now or was at the last apply."""

from __future__ import annotations

from typing import Any

import pytest

from wexa_sync.compare.changes import field_changes
from wexa_sync.compare.ids import Comparison
from wexa_sync.compare.parts import paired
from wexa_sync.compare.propose import propose
from wexa_sync.compare.same import kept, same_value
from wexa_sync.kinds.agent import AGENT
from wexa_sync.kinds.spec.fields import Field
from wexa_sync.model import Path, Sealed, Secret
from wexa_sync.secrecy.seal import conceal

COMPARISON = Comparison(id_of=lambda ref: ref.id, seal_key="key")
TRIGGER = {"name": "mail", "event": "received"}
THEIRS = {"_id": "t1", "is_active": False}


def agent(*triggers: Any, **more: Any) -> Any:
    """Return an agent with those triggers."""
    return {"title": "A", "triggers": list(triggers), **more}


def changes(declared: Any, live: Any, applied: Any) -> dict[Path, tuple[Any, Any, str]]:
    """Return the differences: path -> before, after, by whom."""
    found = field_changes(AGENT, declared, live, applied, COMPARISON)
    return {change.path: (change.before, change.after, change.changed_by) for change in found}


def test_a_key_added_to_an_item_is_a_change() -> None:
    declared = agent({**TRIGGER, "goal": "Answer."})
    live, applied = agent({**TRIGGER, **THEIRS}), agent(TRIGGER)
    assert changes(declared, live, applied) == {("triggers", 0, "goal"): (None, "Answer.", "repository")}
    assert propose(AGENT, declared, live, applied, COMPARISON)["triggers"] == [{**TRIGGER, **THEIRS, "goal": "Answer."}]


def test_a_key_removed_from_an_item_is_a_change() -> None:
    declared, applied = agent(TRIGGER), agent({**TRIGGER, "goal": "Answer."})
    live = agent({**TRIGGER, **THEIRS, "goal": "Answer."})
    assert changes(declared, live, applied) == {("triggers", 0, "goal"): ("Answer.", None, "repository")}
    assert propose(AGENT, declared, live, applied, COMPARISON)["triggers"] == [{**TRIGGER, **THEIRS}]


def test_a_key_that_somebody_takes_out_of_an_item_is_seen() -> None:
    declared = agent({**TRIGGER, "goal": "Answer."})
    assert changes(declared, agent(TRIGGER), declared) == {("triggers", 0, "goal"): (None, "Answer.", "live")}


def test_a_key_that_somebody_takes_out_of_an_object_of_free_form_is_seen_and_one_reads_do_not_show_is_not() -> None:
    declared = {"title": "A", "memory": {"memory_type": "lt", "window": 5}}
    assert list(changes(declared, {"title": "A", "memory": {"memory_type": "lt"}}, declared)) == [("memory", "window")]
    assert changes(declared, {"title": "A"}, declared) == {}
    # A field of the schema that reads do not show, deep inside: judged by what was applied last.
    llm = {"title": "A", "llm": {"model": "m", "temperature": 1}}
    shown = {"title": "A", "llm": {"model": "m"}}
    assert changes(llm, shown, llm) == {}
    assert list(changes(llm, shown, {"title": "A", "llm": {"model": "m"}})) == [("llm", "temperature")]


def test_items_are_told_apart_by_name_wherever_they_stand() -> None:
    other = {"name": "chat", "event": "sent"}
    declared, applied = agent(other, TRIGGER), agent(TRIGGER)
    live = agent({**TRIGGER, **THEIRS})
    assert list(changes(declared, live, applied)) == [("triggers",)]
    assert propose(AGENT, declared, live, applied, COMPARISON)["triggers"] == [other, {**TRIGGER, **THEIRS}]
    assert list(changes(agent(TRIGGER, other), agent(other, TRIGGER), agent(TRIGGER, other))) != []


def test_an_item_in_the_place_of_another_one_takes_nothing_of_it_over_and_a_renamed_one_does() -> None:
    live, applied = agent({**TRIGGER, **THEIRS}), agent(TRIGGER)
    new, renamed = {"name": "chat", "event": "sent"}, {**TRIGGER, "name": "post"}
    found = changes(agent(new), live, applied)
    assert {path[2] for path in found} == {"name", "event", "_id", "is_active"}, "what goes is shown"
    assert propose(AGENT, agent(new), live, applied, COMPARISON)["triggers"] == [new]
    assert propose(AGENT, agent(renamed), live, applied, COMPARISON)["triggers"] == [{**renamed, **THEIRS}]


@pytest.mark.parametrize(
    ("ours", "theirs", "places"),
    [
        ([{"_id": "2"}, {"_id": "1"}], [{"_id": "1"}, {"_id": "2"}], [1, 0]),
        ([{"id": "2", "name": "a"}], [{"id": "1", "name": "a"}, {"id": "2", "name": "b"}], [1]),
        ([{"name": "b "}], [{"name": "a"}, {"name": "b"}], [1]),
        ([{"name": "a"}, {"name": "a"}], [{"name": "a"}, {"name": "a"}], [0, 1]),
        ([{"x": 2}], [{"x": 1, "y": 1}, {"x": 2, "y": 2}], [1]),
        ([{"x": 3}, {"x": 2}], [{"x": 1}, {"x": 2}], [0, 1]),
        ([{"x": 3}, {"x": 4}], [{"x": 1}], [None, None]),
        ([1, 2], [1, 3], [0, 1]),
    ],
)
def test_which_items_are_the_same(ours: list[Any], theirs: list[Any], places: list[int | None]) -> None:
    assert paired(ours, theirs) == places


def test_true_is_not_one_and_a_null_says_nothing() -> None:
    apart: list[tuple[Any, Any]] = [
        (True, 1),
        (False, 0),
        (False, None),
        ("1", 1),
        ([True], [1]),
        ({"a": False}, {"a": 0}),
    ]
    alike: list[tuple[Any, Any]] = [(1, 1.0), ({"a": None}, {}), ({"a": [{"b": None}]}, {"a": [{}]})]
    for one, other in apart:
        assert not same_value(one, other, Field(), COMPARISON)
        assert not same_value(other, one, Field(), COMPARISON)
        assert list(changes(agent({"x": one}), agent({"x": other}), agent({"x": one}))) != [], "and it is named"
    for one, other in alike:
        assert same_value(one, other, Field(), COMPARISON)


def test_a_declared_null_replaces_a_value_and_is_not_asked_for_twice() -> None:
    declared = agent({**TRIGGER, "filter": None})
    live = agent({**TRIGGER, "filter": {"by": "hand"}})
    assert list(changes(declared, live, agent(TRIGGER))) == [("triggers", 0, "filter")]
    assert propose(AGENT, declared, live, None, COMPARISON)["triggers"] == [{**TRIGGER, "filter": None}]
    assert changes(declared, agent(TRIGGER), declared) == {}


@pytest.mark.parametrize(
    ("ours", "theirs", "so"),
    [
        (" a\n", "a", True),
        ("a", " a", False),
        ("a b", "ab", False),
        ("", None, True),
        ([], None, True),
        (None, "", True),
        ("", "a", False),
        (False, None, False),
        (0, "", False),
        (Secret(template="", value="a "), "a", True),
    ],
)
def test_what_a_server_may_make_of_a_value(ours: Any, theirs: Any, so: bool) -> None:
    assert kept(ours, theirs) is so


def test_what_the_server_made_of_a_text_is_no_difference_and_an_edit_of_its_blanks_is_one() -> None:
    live = agent({**TRIGGER, "note": None}, role="Sorts")
    declared = agent({**TRIGGER, "note": ""}, role="Sorts \n")
    assert changes(declared, live, declared) == {}
    assert changes(declared, live, None) == {}
    assert list(changes(declared, live, agent(TRIGGER, role="Sorts"))) == [("role",), ("triggers", 0, "note")]


def test_a_sealed_value_is_compared_by_what_it_was_and_not_by_how_it_is_written() -> None:
    def sealed(template: str, value: str) -> Any:
        return conceal({"x": Secret(template=template, value=value)}, COMPARISON.seal_key)["x"]

    one, renamed, rotated = sealed("${secret:A}", "v"), sealed("${secret:B}", "v"), sealed("${secret:A}", "w")
    assert isinstance(one, Sealed)
    assert same_value(one, renamed, Field(), COMPARISON)
    assert not same_value(one, rotated, Field(), COMPARISON)
    assert same_value(one, Secret(template="", value="v"), Field(), COMPARISON)
    assert same_value("v", one, Field(), COMPARISON)
    assert not same_value({"a": [rotated]}, {"a": [one]}, Field(), COMPARISON)


def test_a_secret_in_an_item_is_shown_nowhere() -> None:
    declared = agent({**TRIGGER, "key": Secret(template="${secret:A}", value="new")})
    live, applied = agent({**TRIGGER, "key": "sentinel", "_id": "t1"}), agent(TRIGGER)
    assert "sentinel" not in repr(field_changes(AGENT, declared, live, applied, COMPARISON))
    more = agent(TRIGGER, {"name": "chat"}, {"key": Secret(template="${secret:A}", value="new")})
    found = field_changes(AGENT, more, live, conceal(declared, COMPARISON.seal_key), COMPARISON)
    assert "sentinel" not in repr(found)


@pytest.mark.parametrize("live", [[{"decision": None, "condition": None}], [{}], [{"decision": "", "note": "theirs"}]])
def test_a_default_in_a_list_is_there_as_the_server_keeps_it(live: Any) -> None:
    default = AGENT.fields.fields["conditions"].default
    shown = {"title": "A", "conditions": live}
    assert changes({"title": "A"}, shown, {"title": "A", "conditions": default}) == {}


def test_items_are_the_same_though_the_server_has_nulls_for_empty_texts_or_drops_them() -> None:
    """Else an item that says little is taken for another one that says as little, and is never as declared."""
    items, kept_items = [{"x": "", "y": False}, {"x": None}], [{"x": None, "y": False}, {}]
    assert paired(items, kept_items) == [0, 1]
    assert changes(agent(*items), agent(*kept_items), agent(*items)) == {}
