"""Why values that are not the same to the letter are no difference."""

from __future__ import annotations

from typing import Any

import pytest

from wexa_sync.kinds import BY_NAME
from wexa_sync.model import Path, Ref, Sealed, Secret
from wexa_sync.plan import decide
from wexa_sync.plan.reasons import ABSENT, Values, leaves, why_no_difference

MAIL = Ref(kind="Connector", external="Mail")
SECRET = Secret(template="${secret:T}", value="hush")


def test_every_row_stands_in_the_table() -> None:
    said = decide.__doc__ or ""
    rows = [line.split(maxsplit=3) for line in said.splitlines() if line.startswith(("yes", "no"))]
    table = {tuple(word == "yes" for word in words): text for *words, text in rows if "/" not in words}
    assert {row: decide.ROWS[row] for row in table} == table  # type: ignore[index]
    assert len(decide.ROWS) == 8


@pytest.mark.parametrize(
    ("kind", "path", "values", "why"),
    [
        ("Agent", ("title",), ("A ", "A ", "A"), "the server trims texts, and has null for what is empty"),
        ("Agent", ("skills",), (["a"], ["a"], [Ref(kind="Skill", id="x")]), "the same items"),
        ("Agent", ("role_description",), (ABSENT, ABSENT, "R"), "follows from role"),
        ("Agent", ("prompt", "display_template"), (ABSENT, "[]", "[1]"), "follows from prompt.template"),
        ("Agent", ("triggers",), (ABSENT, [1], [1]), "the manifest leaves this list out, so it is not managed"),
        ("Agent", ("title",), ("A", "A", ABSENT), "the read leaves it out, so what was applied last counts"),
        ("Agent", ("title",), (SECRET, Sealed(template="", fingerprint="f"), "hush"), "secret: compared by its"),
        ("Agent", ("llm", "model"), ("a", "b", "c"), "metadata.lifecycle.ignore_changes leaves it to the live side"),
        ("Skill", ("connector_id",), (MAIL, ABSENT, Ref(kind="Connector", id="1")), "the same resource"),
        ("Skill", ("logo",), (ABSENT, "x", ""), "no longer declared: it has the default of the API"),
        ("Schedule", ("schedule",), ("2035-01-02T07:00:00Z", "", "2035-01-02T08:00:00+01:00"), "the same time"),
        ("Execution", ("wait",), ({"timeout": 1}, {"timeout": 1}, ABSENT), "for wexa-sync alone: it is never sent"),
    ],
)  # fmt: skip
def test_each_reason(kind: str, path: Path, values: tuple[Any, Any, Any], why: str) -> None:
    assert why_no_difference(BY_NAME[kind], path, Values(*values), ("llm.model",)).startswith(why)


def test_lists_of_one_length_are_entered_and_others_are_one_value() -> None:
    one, two = [{"a": 1}], [{"a": 1}, {"a": 2}]
    assert [path for path, _ in leaves(Values({"x": one}, ABSENT, {"x": one, "y": {}}))] == [("x", 0, "a"), ("y",)]
    assert [path for path, _ in leaves(Values({"x": one}, {"x": two}, ABSENT))] == [("x",)]
