"""What is read of a run's agents and its price: the whole form, and whatever else an answer may have there."""

from __future__ import annotations

from typing import Any

import pytest

from wexa_sync.kinds.results import steps_of, usage_of
from wexa_sync.kinds.spec.times import moment

COST = {"tokens_used": 900, "summary_tokens": 100, "total_tokens": 1000, "execution_time": 2.5, "price": 0.002}
WHOLE: dict[str, Any] = {
    "agentflow": {"agents": [{"_id": "a", "title": "Reader"}, {"_id": "b", "title": "Writer", "llm": {"model": "m2"}}]},
    "execution_context": {
        "a": {
            "agent_title": "Reader",
            "status": "Completed",
            "started_at": 1745220609.5,
            "execution_duration": 2.25,
            "model_used": "bedrock/m1",
            "tokens_used": 900,
            "total_summary_tokens": 100,
            "error": None,
        }
    },
    "agents_output": [
        {"type": "observation", "agent_id": "a", "agent_name": "Reader", "summary": "saw", "error": None},
        {"type": "output", "agent_id": "a", "summary": "done", "output_data": {"text": "x"}, "error": None},
    ],
    "analytics": {"agent_analytics": {"a": COST}, "overall": {"total_tokens": 1200, "total_price": 0.003}},
}


def test_a_whole_run_says_of_each_agent_what_it_did_and_what_that_took() -> None:
    first, second = steps_of(WHOLE)
    assert (first.title, first.status, first.model, first.started) == (
        "Reader",
        "completed",
        "bedrock/m1",
        1745220609.5,
    )
    assert (first.usage.seconds, first.usage.tokens, first.usage.price) == (2.25, 1000, 0.002)
    assert [(entry.type, entry.summary) for entry in first.entries] == [("observation", "saw"), ("output", "done")]
    assert first.output == {"text": "x"}
    assert (second.title, second.status, second.model) == ("Writer", "", "m2"), "it did nothing yet"
    assert (usage_of(WHOLE).tokens, usage_of(WHOLE).price) == (1200, 0.003)


def test_what_the_run_does_not_add_up_is_the_sum_of_its_agents() -> None:
    run = {"analytics": {"agent_analytics": {"a": COST, "b": COST}}}
    assert (usage_of(run).tokens, usage_of(run).price, usage_of(run).seconds) == (2000, 0.004, None)
    assert usage_of({}).tokens is None


@pytest.mark.parametrize("error", ["No skills found", {"code": 500, "message": "No skills found"}])
@pytest.mark.parametrize("place", ["context", "output"])
def test_an_error_is_found_wherever_it_stands(error: Any, place: str) -> None:
    run: dict[str, Any] = {"agents_output": [{"type": "output", "agent_id": "a", "error": error}]}
    if place == "context":
        run = {"execution_context": {"a": {"status": "failed", "error": error}}}
    (step,) = steps_of(run)
    assert (step.error, step.status) == ("No skills found", "failed")


@pytest.mark.parametrize("odd", [None, True, "x", 3, -1, float("nan"), [], ["x", 3], {}, {"a": 3}, {"a": [{}]}])
def test_no_other_form_breaks_it(odd: Any) -> None:
    for name in ("agentflow", "execution_context", "agents_output", "analytics"):
        steps_of({**WHOLE, name: odd})
        usage_of({**WHOLE, name: odd})
    steps_of({"execution_context": {"a": dict.fromkeys(WHOLE["execution_context"]["a"], odd)}})
    usage_of({"analytics": {"agent_analytics": {"a": dict.fromkeys(COST, odd)}, "overall": {"total_price": odd}}})
    run = {"analytics": {"agent_analytics": {"a": {"price": odd}}}}
    assert usage_of(run).price in (None, 3)


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (1745220609.5, 1745220609.5),
        (1745220609500.0, 1745220609.5),
        ("2025-04-21T07:30:09Z", 1745220609.0),
        (1745220609, 1745220609.0),
        (None, None),
        ("", None),
        (0, None),
        (True, None),
        (1e300, None),
        (float("nan"), None),
    ],
)
def test_a_moment_is_read_in_every_form(value: Any, found: float | None) -> None:
    assert moment(value) == found
