"""The near miss: what somebody may have meant."""

from __future__ import annotations

import pytest

from wexa_sync.text.suggest import did_you_mean, nearest

FIELDS = ["agentflow_id", "connector_id", "description", "goal", "name", "role"]


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("agentflowId", "agentflow_id"),
        ("AgentflowID", "agentflow_id"),
        ("connector-id", "connector_id"),
        ("descripton", "description"),
        ("NAME", "name"),
        (".goal", "goal"),
        ("gaol", "goal"),
        ("", None),
        ("status", None),
        ("x" * 1_000_000, None),
        ("description" * 100_000, None),
    ],
    ids=lambda it: str(it)[:20],
)
def test_what_is_near(word: str, found: str | None) -> None:
    assert nearest(word, FIELDS) == found
    assert did_you_mean(word, iter(FIELDS), "Look.") == (f"Did you mean {found!r}?" if found else "Look.")


@pytest.mark.parametrize(
    ("word", "known"), [("My\u00a0mail", "My mail"), ("caf\u00e9", "cafe\u0301"), ("m\u0430il", "mail")]
)
def test_a_name_that_looks_the_same_is_written_out(word: str, known: str) -> None:
    assert did_you_mean(word, [known], "Look.") == f"Did you mean {known!a}? It only looks like {word!a}."


def test_nothing_is_near_to_nothing() -> None:
    assert nearest("name", []) is None
