"""Test that what is left out of a manifest is what an apply would send anyway."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from wexa_sync.export.least import least
from wexa_sync.kinds.agent import AGENT, display_text
from wexa_sync.kinds.agentflow import AGENTFLOW
from wexa_sync.kinds.schedule import SCHEDULE
from wexa_sync.kinds.spec.wire import with_defaults, with_derived
from wexa_sync.kinds.table import COLUMN

ROLES = st.sampled_from(["r", "other", "", None])
TEXTS = st.sampled_from(["Do it.", "a\nb", "x"])
FORMS = st.sampled_from(["Do it.", "a\nb", "x"]).map(display_text) | st.sampled_from(
    [None, '[{"text": "x", "bold": true}]']
)
AGENTS = st.fixed_dictionaries(
    {
        "title": st.just("T"),
        "role": st.just("r"),
        "role_description": ROLES,
        "prompt": st.fixed_dictionaries({"template": TEXTS, "variables": st.just([]), "display_template": FORMS}),
        "llm": st.fixed_dictionaries(
            {
                "model": st.sampled_from(["azure/gpt-4o", "m"]),
                "max_tokens": st.sampled_from([10000, 10000.0, 5]),
                "temperature": st.sampled_from([0, 0.5]),
            }
        ),
        "memory": st.sampled_from([{"memory_type": "lt"}, {"memory_type": "st"}, {"memory_type": "lt", "more": 1}]),
        "has_knowledge_base": st.booleans() | st.none(),
        "skills": st.just([]),
    }
)


def whole(kind: Any, spec: Any) -> Any:
    """Return what a create of a spec sends."""
    return with_defaults(kind, with_derived(kind, spec, declared=spec))


@given(AGENTS)
def test_an_agent_with_its_defaults_is_what_was_live(live: dict[str, Any]) -> None:
    said = whole(AGENT, least(AGENT, live))
    for name, value in whole(AGENT, live).items():
        if name not in ("conditions", "role_description"):
            assert said[name] == value, name
    assert said["role_description"] == (live["role_description"] or "r")


def test_what_says_nothing_is_left_out() -> None:
    live = {
        "name": "A",
        "description": None,
        "role": "r",
        "anomaly_detection": {"is_enabled": False, "instructions": ""},
    }
    assert least(AGENTFLOW, {**live, "cron_details": {"frequency": "", "goal": {"template": ""}}}) == {
        "name": "A",
        "description": "",
        "role": "r",
    }


def test_a_goal_and_a_form_that_follow_are_left_out_and_others_stay() -> None:
    text = {"template": "go", "display_template": display_text("go")}
    assert least(SCHEDULE, {**text, "goal": text, "schedule": 1}) == {"template": "go", "schedule": 1}
    odd = {"template": "go", "display_template": '[{"mention": "x"}]'}
    assert least(SCHEDULE, {**odd, "goal": odd, "schedule": 1}) == {**odd, "schedule": 1}


def test_a_word_is_spelled_as_a_manifest_may_have_it() -> None:
    live: dict[str, Any] = {
        "column_id": "n",
        "column_name": "N",
        "column_type": "number",
        "array_type": None,
        "enum_options": [],
    }
    assert least(COLUMN, live) == {"column_id": "n", "column_name": "N", "column_type": "Number"}
