"""Properties of comparing: for free JSON declared, live and last applied, one update is enough, and erases nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wexa_sync.compare.changes import field_changes
from wexa_sync.compare.ids import Comparison
from wexa_sync.compare.propose import as_applied, propose, whole
from wexa_sync.compare.same import same
from wexa_sync.compare.sides import live_fingerprint
from wexa_sync.kinds.agent import AGENT
from wexa_sync.kinds.schedule import SCHEDULE
from wexa_sync.kinds.spec.wire import at_path
from wexa_sync.model import Path
from wexa_sync.secrecy.seal import conceal

COMPARISON = Comparison(id_of=lambda ref: ref.id, seal_key="key")
NAMES = st.sampled_from(["name", "_id", "event", "is_active", "x"])
LEAVES = st.sampled_from([None, True, False, 0, 1, 1.0, "", "a", " a ", "b", "A b\n", 0.5])
FREE = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4), max_leaves=8
)
ITEMS = st.lists(st.dictionaries(NAMES, LEAVES | FREE, max_size=4) | LEAVES, max_size=3)
FIELDS = {"triggers": ITEMS, "context": ITEMS, "memory": st.dictionaries(NAMES, FREE, max_size=3)}
PROMPTS = st.fixed_dictionaries({"template": st.sampled_from(["t", "u ", " v"])}, optional={"variables": ITEMS})
AGENTS = st.fixed_dictionaries(
    {"title": st.sampled_from(["A", "B", "B "]), "role": st.sampled_from(["R", "S"]), "prompt": PROMPTS},
    optional={**FIELDS, "role_description": st.sampled_from(["", "more"])},
)


def as_sent(value: Any) -> Any:
    """Return what a server keeps that changes nothing."""
    return value


def trimmed(value: Any) -> Any:
    """Return what a server keeps that trims every text."""
    return _each(value, lambda leaf: leaf.strip() if isinstance(leaf, str) else leaf)


def nulled(value: Any) -> Any:
    """Return what a server keeps that has a null for an empty text, and no form for the editor."""
    found = _each(value, lambda leaf: None if leaf == "" else leaf)
    return {**found, "prompt": {**found["prompt"], "display_template": None}} if "prompt" in found else found


def dropped(value: Any) -> Any:
    """Return what a server keeps that leaves nulls out of objects."""
    if isinstance(value, dict):
        return {key: dropped(item) for key, item in value.items() if item is not None}
    return [dropped(item) for item in value] if isinstance(value, list) else value


def _each(value: Any, change: Callable[[Any], Any]) -> Any:
    if isinstance(value, dict):
        return {key: _each(item, change) for key, item in value.items()}
    return [_each(item, change) for item in value] if isinstance(value, list) else change(value)


SERVERS = [as_sent, trimmed, nulled, dropped]


def made(declared: Any, server: Callable[[Any], Any]) -> tuple[Any, Any]:
    """Return the live and the recorded agent after a create."""
    sent = whole(AGENT, declared, propose(AGENT, declared, {}, None, COMPARISON))
    return server(sent), conceal(dict(as_applied(AGENT, declared, sent, COMPARISON)), COMPARISON.seal_key)


def updated(declared: Any, live: Any, applied: Any, server: Callable[[Any], Any]) -> tuple[Any, Any]:
    """Return the live and the recorded agent after an update."""
    sent = whole(AGENT, declared, propose(AGENT, declared, live, applied, COMPARISON))
    return server(sent), conceal(dict(as_applied(AGENT, declared, sent, COMPARISON, applied)), COMPARISON.seal_key)


@pytest.mark.parametrize("server", SERVERS)
@given(AGENTS)
def test_what_was_made_is_as_declared(server: Callable[[Any], Any], declared: Any) -> None:
    live, applied = made(declared, server)
    assert field_changes(AGENT, declared, live, applied, COMPARISON) == ()


@pytest.mark.parametrize("server", SERVERS)
@given(declared=AGENTS, live=AGENTS, applied=st.none() | AGENTS)
def test_one_update_is_enough(server: Callable[[Any], Any], declared: Any, live: Any, applied: Any) -> None:
    after, record = updated(declared, live, applied, server)
    assert field_changes(AGENT, declared, after, record, COMPARISON) == ()


@pytest.mark.parametrize("server", SERVERS)
@given(first=AGENTS, second=AGENTS)
def test_an_edit_is_applied_once(server: Callable[[Any], Any], first: Any, second: Any) -> None:
    live, applied = made(first, server)
    after, record = updated(second, live, applied, server)
    assert field_changes(AGENT, second, after, record, COMPARISON) == ()


@given(declared=AGENTS, live=AGENTS, applied=st.none() | AGENTS)
def test_nothing_is_written_that_is_not_shown(declared: Any, live: Any, applied: Any) -> None:
    shown = {change.path for change in field_changes(AGENT, declared, live, applied, COMPARISON)}
    derived = {rule.target for rule in AGENT.derived}
    proposed = propose(AGENT, declared, live, applied, COMPARISON)
    for path in _differences(live, proposed):
        if at_path(live, path) is None and at_path(proposed, path) == at_path(applied, path):
            continue  # not shown by the read, and applied already: it is taken to stand there
        assert any(path[: len(each)] == each or each[: len(path)] == path for each in shown | derived), path


@given(declared=AGENTS, live=AGENTS, applied=st.none() | AGENTS)
def test_where_nothing_differs_nothing_would_be_written(declared: Any, live: Any, applied: Any) -> None:
    proposed = propose(AGENT, declared, live, applied, COMPARISON)
    again = propose(AGENT, declared, proposed, declared, COMPARISON)
    assert same(AGENT, proposed, again, COMPARISON)


def _differences(one: Any, other: Any, path: Path = ()) -> list[Path]:
    if isinstance(one, dict) and isinstance(other, dict):
        keys = [key for key in {*one, *other} if one.get(key) is not None or other.get(key) is not None]
        return [found for key in keys for found in _differences(one.get(key), other.get(key), (*path, key))]
    return [] if one == other and isinstance(one, bool) == isinstance(other, bool) else [path]


# What others keep in the items of a list: each item that the server has gets an id and a switch that people turn.
NAMED = st.lists(
    st.fixed_dictionaries({"name": st.sampled_from("abcd")}, optional={"event": LEAVES, "x": FREE, "y": LEAVES}),
    max_size=4,
    unique_by=lambda item: str(item["name"]),
)
FIELD = st.sampled_from(["triggers", "context", "variables"])


def _with(name: str, items: Any) -> Any:
    prompt = {"template": "t", **({"variables": items} if name == "variables" else {})}
    return {"title": "A", "role": "R", "prompt": prompt, **({name: items} if name != "variables" else {})}


def _items(name: str, spec: Any) -> Any:
    return spec["prompt"]["variables"] if name == "variables" else spec[name]


@given(FIELD, NAMED, NAMED, st.lists(st.booleans(), min_size=4, max_size=4), st.booleans())
def test_an_item_keeps_what_others_put_into_it(
    name: str, first: Any, second: Any, switches: list[bool], retitled: bool
) -> None:
    live, applied = made(_with(name, first), as_sent)
    theirs = {
        item["name"]: {"_id": f"id-{place}", "is_active": on, "filter": {"by": "hand"}}
        for place, (item, on) in enumerate(zip(_items(name, live), switches, strict=False))
    }
    for item in _items(name, live):
        item.update(theirs[item["name"]])
    declared = {**_with(name, second), **({"title": "B"} if retitled else {})}
    after, record = updated(declared, live, applied, as_sent)
    assert field_changes(AGENT, declared, after, record, COMPARISON) == ()
    assert [item["name"] for item in _items(name, after)] == [item["name"] for item in second]
    for item, wanted in zip(_items(name, after), second, strict=True):
        # A null says as much as nothing.
        assert dropped(item) == dropped({**wanted, **theirs.get(item["name"], {})}), "declared, and what others put in"


@given(
    declared=AGENTS, live=AGENTS, applied=st.none() | AGENTS, path=st.sampled_from(["memory", "memory.x", "triggers"])
)
def test_what_is_to_be_ignored_stays_and_is_not_applied(declared: Any, live: Any, applied: Any, path: str) -> None:
    where = tuple(path.split("."))
    proposed = propose(AGENT, declared, live, applied, COMPARISON, [path])
    assert _at(proposed, where) == _at(live, where)
    record = as_applied(AGENT, declared, proposed, COMPARISON, applied, [path])
    assert _at(record, where) == _at(applied or {}, where)
    one = live_fingerprint(AGENT, declared, live, applied, COMPARISON, [path])
    other = {**live, where[0]: {**live.get("memory", {}), "x": ["changed"]} if where[0] == "memory" else ["changed"]}
    assert one == live_fingerprint(AGENT, declared, other, applied, COMPARISON, [path]), "and is no conflict"


def _at(value: Any, path: Path) -> Any:
    for part in path:
        if not isinstance(value, dict) or part not in value:
            return "nothing"
        value = value[part]
    return value


TIMED = st.fixed_dictionaries(
    {"template": st.sampled_from(["g", "h "]), "schedule": st.sampled_from(["2035-01-01T00:00:00Z"])},
    optional={
        "display_template": st.sampled_from(["[]", "[{}]"]),
        "goal": st.fixed_dictionaries({}, optional={"template": st.sampled_from(["g", "other", ""])}),
    },
)


@given(declared=TIMED, live=TIMED, applied=st.none() | TIMED)
def test_one_patch_of_a_schedule_is_enough(declared: Any, live: Any, applied: Any) -> None:
    sent = propose(SCHEDULE, declared, live, applied, COMPARISON)
    record = conceal(dict(as_applied(SCHEDULE, declared, sent, COMPARISON, applied)), COMPARISON.seal_key)
    assert field_changes(SCHEDULE, declared, sent, record, COMPARISON) == ()
