"""What a kind says of a response, whatever stands in that."""

from __future__ import annotations

from typing import Any

import pytest

from wexa_sync.kinds.database import DATABASE
from wexa_sync.kinds.execution import EXECUTION
from wexa_sync.kinds.skill import SKILL


@pytest.mark.parametrize("name", [None, 5, True, ["a"], {"a": None}])
def test_a_thing_whose_name_is_no_text_has_none(name: Any) -> None:
    assert SKILL.called({"name": name}) == SKILL.called({}) == "Skill without a name"
    assert SKILL.called({"name": "Mail"}) == "Skill 'Mail'"
    assert DATABASE.called({"name": name}) == "Database"


def test_a_status_that_is_no_text_is_shown_as_json() -> None:
    assert EXECUTION.running.status_of({"status": {"A": None}}) == '{"a": null}'
    assert EXECUTION.running.status_of({"status": " Completed"}) == "completed"
