"""Ids: what can be one, and that everything that takes one in looks at it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from wexa_sync.errors import PlanRefused
from wexa_sync.kinds.execution import EXECUTION
from wexa_sync.model import Action, Address, Change, ExternalName, Intent, Plan, Record, Target
from wexa_sync.plan import file as planfile
from wexa_sync.state import data as codec
from wexa_sync.text.ids import is_id

SKILL = Address(project="desk", kind="Skill", name="sum")
GOOD = ["6b0715306954c577d89ebf4a", "3f0a1c9e-7d2b-4c55-8c11-0d5e8a7b9c10", "1", "a.b_c~d:e@f=g+h", "...", "x" * 200]
BAD = [
    "",
    ".",
    "..",
    "a/b",
    "../x",
    "a?b",
    "a#b",
    "a%2fb",
    "a\\b",
    "a b",
    "a\n",
    "\x1b[2J",
    "a\x7f",
    "a\u202eb",
    "é",
    "\ud800",
    "x" * 201,
]


@pytest.mark.parametrize("text", GOOD)
def test_what_can_be_an_id(text: str) -> None:
    assert is_id(text)
    assert EXECUTION.id_of({"execution_id": text, "_id": "1"}) == text


@pytest.mark.parametrize("text", [*BAD, None, 7, ["a"]], ids=ascii)
def test_what_can_not_be_one(text: Any) -> None:
    assert not is_id(text)
    assert EXECUTION.id_of({"execution_id": text or "/"}) is None


def test_an_id_that_can_not_be_one_is_not_passed_over_for_another_spelling() -> None:
    assert EXECUTION.id_of({"execution_id": "a/b", "_id": "1"}) is None
    assert EXECUTION.id_of({"execution_id": "", "_id": "1"}) == "1"


@pytest.mark.parametrize("text", BAD, ids=ascii)
def test_the_state_takes_no_such_id_from_a_file(text: str) -> None:
    record = codec.record_to_data(Record(address=SKILL, id="1", spec={}))
    intent = codec.intent_to_data(Intent(address=SKILL, operation="start", time=1, spec={}, fingerprint="f", id="1"))
    with pytest.raises(ValueError, match="can't be an id"):
        codec.record_from_data({**record, "id": text})
    for name, value in (("id", text), ("ignore", ["1", text]), ("ignore", [1])):
        with pytest.raises(ValueError, match="can't be an id"):
            codec.intent_from_data({**intent, name: value})


@pytest.mark.parametrize("text", ["a/b", "\x1b[2J"], ids=ascii)
def test_a_saved_plan_brings_no_such_id(tmp_path: Path, text: str) -> None:
    change = Change(action=Action.DELETE, address=SKILL, id="1", before={})
    plan = Plan(target=Target(base_url="b", org_id="o"), lineage="l", serial=1, changes=(change,), ids={SKILL: "1"})
    for bad in (
        replace(plan, changes=(replace(change, id=text),)),
        replace(plan, ids={SKILL: text}),
        replace(plan, externals={ExternalName("desk", "Skill", "X"): text}),
    ):
        planfile.save(bad, tmp_path / "it.plan")
        assert json.loads((tmp_path / "it.plan").read_text("utf-8"))
        with pytest.raises(PlanRefused):
            planfile.read(tmp_path / "it.plan", lambda _template: "")
