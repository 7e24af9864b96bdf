"""Whether a response surely shows what is recorded: the same values, of the same types, at the same places."""

from __future__ import annotations

from typing import Any

import pytest

from wexa_sync.compare.ids import Comparison
from wexa_sync.compare.shown import is_applied, shows
from wexa_sync.kinds.agent import AGENT, display_text
from wexa_sync.kinds.base import Kind
from wexa_sync.kinds.schedule import SCHEDULE
from wexa_sync.kinds.spec.wire import decode
from wexa_sync.kinds.trigger import TRIGGER
from wexa_sync.model import Address, Lifecycle, Record, Ref

COMPARISON = Comparison(id_of=lambda ref: ref.id, seal_key="key")
ADDRESS = Address(kind="Agent", name="it", project="desk", owner=("AgentFlow", "triage"))
SKILLS = [Ref(kind="Skill", id="s1")]


@pytest.mark.parametrize(
    ("recorded", "shown", "surely"),
    [
        ({"title": "A"}, {"title": "A", "role": "more"}, True),
        ({"title": "A"}, {"title": "B"}, False),
        ({"title": "A"}, {}, False),
        ({"title": None}, {"title": None}, True),
        ({"title": None}, {}, False),
        ({"handle": "a"}, {}, True),  # no read shows it
        ({"zeta": 1}, {"zeta": 1}, False),  # nothing is known of it
        ({"has_knowledge_base": True}, {"has_knowledge_base": 1}, False),
        ({"llm": {"max_tokens": 1}}, {"llm": {"max_tokens": 1, "model": "m"}}, True),
        ({"llm": {"max_tokens": 1}}, {"llm": {"max_tokens": True}}, False),
        ({"llm": {"max_tokens": 1}}, {"llm": {"max_tokens": 1.0}}, False),
        ({"triggers": [1, {"a": [2]}]}, {"triggers": [1, {"a": [2]}]}, True),
        ({"triggers": [1]}, {"triggers": [True]}, False),
        ({"triggers": [1]}, {"triggers": [1, 2]}, False),
        ({"triggers": [1, 2]}, {"triggers": [2, 1]}, False),
        ({"triggers": []}, {"triggers": None}, False),
        ({"prompt": {"display_template": "[]"}}, {"prompt": {"display_template": "[ ]"}}, False),
        ({"skills": SKILLS}, {"skills": ["s1"]}, True),
        ({"skills": SKILLS}, {"skills": [{"_id": "s1", "name": "expanded"}]}, True),
        ({"skills": SKILLS}, {"skills": ["s2"]}, False),
        ({"skills": ["s1"]}, {"skills": ["s1"]}, False),
    ],
)
def test_what_a_response_surely_shows(recorded: dict[str, Any], shown: dict[str, Any], surely: bool) -> None:
    assert shows(AGENT, shown, Record(address=ADDRESS, id="a1", spec=recorded), COMPARISON) is surely


@pytest.mark.parametrize(
    ("kind", "spec"), [(SCHEDULE, {"schedule": {"_id": "x"}}), (TRIGGER, {"on": {"connector": "c1"}})]
)
def test_an_object_that_a_read_takes_for_an_id_is_never_surely_shown(kind: Kind, spec: dict[str, Any]) -> None:
    assert decode(kind, spec) != spec
    assert not shows(kind, spec, Record(address=ADDRESS, id="a1", spec=spec), COMPARISON)


def test_what_is_ignored_counts_where_it_is_to_be_listed() -> None:
    ignored = Lifecycle(ignore_changes=("role",))
    record = Record(address=ADDRESS, id="a1", spec={"title": "A", "role": "R"}, lifecycle=ignored)
    assert shows(AGENT, {"title": "A", "role": "S"}, record, COMPARISON)
    assert not shows(AGENT, {"title": "A", "role": "S"}, record, COMPARISON, exact=True)


TEMPLATE = {"prompt": {"template": "t"}}


@pytest.mark.parametrize(
    ("declared", "applied", "surely"),
    [
        ({"title": "A"}, {"title": "A"}, True),
        ({"title": "A"}, {"title": "A", "llm": {}}, False),
        ({"title": "A", "llm": {}}, {"title": "A"}, False),
        ({"triggers": [1]}, {"triggers": [True]}, False),
        ({"role": "R"}, {"role": "R", "role_description": "R"}, True),
        ({"role": "R"}, {"role": "R", "role_description": "S"}, False),
        ({"role": "R"}, {"role": "R", "role_description": None}, False),
        ({"role": "R", "role_description": None}, {"role": "R", "role_description": "R"}, False),
        ({}, {"role_description": "R"}, False),
        (TEMPLATE, {"prompt": {"template": "t", "display_template": display_text("t")}}, True),
        (TEMPLATE, {"prompt": {"template": "t", "display_template": display_text("u")}}, False),
        ({"prompt": None}, {"prompt": {"display_template": display_text("t")}}, False),
    ],
)
def test_what_was_surely_applied_as_it_is_declared(declared: Any, applied: Any, surely: bool) -> None:
    assert is_applied(AGENT, declared, applied, COMPARISON) is surely
