"""Tell of objects in lists: an agent's triggers, context and variables, edited by us and by others, under faults."""

from __future__ import annotations

from typing import Any

from ..desk import Desk
from .story import story

UPDATE = "POST /agentflow/*/update/skilled/*"
WRITES = tuple(
    f"{fault} {UPDATE}" for fault in ("kill_client before", "kill_client after", "drop after", "empty after")
)
LISTS = ("triggers", "context", "variables")


def _items() -> list[dict[str, Any]]:
    return [{"name": "morning", "at": "07:00"}, {"name": "evening", "at": "19:00", "deep": {"zone": "UTC"}}]


def _declare(desk: Desk) -> dict[str, list[dict[str, Any]]]:
    """Put objects into each list of the agent; return the manifest's lists."""
    agent = desk.docs["flow"]["spec"]["agents"][0]
    agent["triggers"], agent["context"], agent["prompt"]["variables"] = _items(), _items(), _items()
    desk.write()
    return {"triggers": agent["triggers"], "context": agent["context"], "variables": agent["prompt"]["variables"]}


def _live(desk: Desk) -> dict[str, Any]:
    """Return the live agent."""
    (flow,) = desk.live("agentflow Triage")
    agent: dict[str, Any] = next(agent for agent in flow.body["agents"] if agent["title"].startswith("Sorter"))
    return agent


def _lists(agent: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    return {"triggers": agent["triggers"], "context": agent["context"], "variables": agent["prompt"]["variables"]}


def _others_edit(desk: Desk, change: Any) -> None:
    """Change the agent's lists as somebody else in Wexa Studio."""
    (flow,) = desk.live("agentflow Triage")
    agent = _live(desk)
    for items in _lists(agent).values():
        change(items)
    kept = {name: value for name, value in agent.items() if name not in ("_id", "agent_type", "conditions")}
    skills = [each["_id"] if isinstance(each, dict) else each for each in kept["skills"]]
    path = f"/agentflow/{flow.id}/update/skilled/{agent['_id']}"
    desk.bench.ask("POST", path, {**kept, "skills": skills}, projectID=flow.project)


def _holds(desk: Desk, expected: list[dict[str, Any]]) -> None:
    for name, items in _lists(_live(desk)).items():
        desk.check(items == expected, f"{name} is {items}, right is {expected}: {desk.said}")


@story("", *WRITES)
def a_key_is_added_to_an_item_and_one_removed(desk: Desk, fault: str) -> None:
    lists = _declare(desk)
    desk.well()
    for items in lists.values():
        items[0]["active"] = True
        del items[1]["at"]
        del items[1]["deep"]["zone"]
        items[1]["deep"]["place"] = "here"
    desk.write()
    desk.apply(fault=fault)
    desk.ends(1)
    _holds(desk, [{"name": "morning", "at": "07:00", "active": True}, {"name": "evening", "deep": {"place": "here"}}])


@story("", *WRITES)
def keys_of_others_in_an_item_outlive_an_edit(desk: Desk, fault: str) -> None:
    """Let others pause a trigger and add a note to it; then edit the title, and then an item."""

    def pause(items: list[dict[str, Any]]) -> None:
        items[0] |= {"is_active": False, "_id": "theirs"}
        items[1]["deep"]["note"] = "theirs"

    lists = _declare(desk)
    desk.well()
    _others_edit(desk, pause)
    desk.docs["flow"]["spec"]["agents"][0]["title"] = "Sorter of tickets"
    desk.write()
    desk.apply(fault=fault)
    desk.well()
    expected = _items()
    pause(expected)
    _holds(desk, expected)
    for items in lists.values():
        items[0]["at"] = "08:00"
    desk.write()
    desk.apply(fault=fault)
    desk.ends(1)
    expected[0]["at"] = "08:00"
    _holds(desk, expected)


@story("", *WRITES)
def a_declared_key_that_others_take_out_comes_back(desk: Desk, fault: str) -> None:
    def take_out(items: list[dict[str, Any]]) -> None:
        del items[0]["at"]
        items[1]["deep"]["zone"] = "CET"

    _declare(desk)
    desk.well()
    _others_edit(desk, take_out)
    desk.check(desk.person.plan().code == 2, f"a key that was taken out live is not seen: {desk.said}")
    desk.apply(fault=fault)
    desk.ends(1)
    _holds(desk, _items())


@story("", *WRITES)
def an_item_is_put_before_the_others(desk: Desk, fault: str) -> None:
    """Check that keys that others put into an item stay with the item of that name."""

    def pause(items: list[dict[str, Any]]) -> None:
        items[0]["is_active"] = False

    lists = _declare(desk)
    desk.well()
    _others_edit(desk, pause)
    for items in lists.values():
        items.insert(0, {"name": "noon", "at": "12:00"})
        items[1]["at"] = "06:00"
    desk.write()
    desk.apply(fault=fault)
    desk.ends(1)
    expected = [{"name": "noon", "at": "12:00"}, *_items()]
    expected[1] |= {"at": "06:00", "is_active": False}
    _holds(desk, expected)


@story("", *WRITES)
def values_that_are_nearly_equal(desk: Desk, fault: str) -> None:
    """Change `true` to 1, null to an empty text, a text to its number: each edit arrives, then the plan is empty."""
    lists = _declare(desk)
    for items in lists.values():
        items[0] |= {"flag": True, "count": 0, "none": None, "text": "1"}
    desk.write()
    desk.well()
    for items in lists.values():
        items[0] |= {"flag": 1, "count": False, "none": "", "text": 1}
    desk.write()
    desk.apply(fault=fault)
    desk.ends(1)
    for name, items in _lists(_live(desk)).items():
        found = [items[0].get(key) for key in ("flag", "count", "none", "text")]
        desk.check([*map(repr, found)] == ["1", "False", "''", "1"], f"{name}: {found}")


@story(*WRITES)
def a_doubt_and_objects_in_lists(desk: Desk, fault: str) -> None:
    """Edit an agent while a run that uses it is in doubt: the edit is applied, and the doubt stays."""
    lists = _declare(desk)
    desk.well()
    desk.generation(2)
    desk.apply(fault="503 before POST /execute_flow")
    for items in lists.values():
        items[0]["active"] = True
    desk.write()
    desk.apply(fault=fault)
    desk.held("desk/Execution/check")
    desk.ends(2)
    expected = _items()
    expected[0]["active"] = True
    _holds(desk, expected)
