"""When two values mean the same: sets in any order, references that are not known yet, parts of lists."""

from __future__ import annotations

from typing import Any

import pytest

from wexa_sync.compare.changes import field_changes
from wexa_sync.compare.ids import Comparison
from wexa_sync.compare.parts import restrict
from wexa_sync.compare.same import same_value
from wexa_sync.compare.sides import follows
from wexa_sync.kinds.agent import AGENT
from wexa_sync.kinds.spec.fields import Field
from wexa_sync.model import Ref, Sealed

COMPARISON = Comparison(id_of=lambda ref: ref.id, seal_key="key")
SKILLS = AGENT.fields.fields["skills"]
A, B, UNKNOWN = Ref(kind="Skill", id="a"), Ref(kind="Skill", id="b"), Ref(kind="Skill", external="Sum")


@pytest.mark.parametrize(
    ("one", "other", "so"),
    [
        ([A, B], [B, A], True),
        ([A, B], ["b", "a"], True),
        ([A, B], [A], False),
        ([A], [B], False),
        ([UNKNOWN], [Ref(kind="Skill", external="Sum")], True),
        ([UNKNOWN], [Ref(kind="Skill", external="Tag")], False),
    ],
)
def test_a_set_has_no_order_and_what_is_not_known_yet_is_known_by_its_name(one: Any, other: Any, so: bool) -> None:
    assert same_value(one, other, SKILLS, COMPARISON) is so


def test_a_reference_that_is_not_known_is_not_another_one_that_is_not_known() -> None:
    assert not same_value(UNKNOWN, Ref(kind="Skill", external="Tag"), Field(), COMPARISON)
    assert not same_value(UNKNOWN, A, Field(), COMPARISON)


def test_a_set_that_differs_is_shown_whole() -> None:
    agent = {"title": "Sort", "role": "Sorts", "prompt": {"template": "Sort."}}
    (change,) = field_changes(AGENT, {**agent, "skills": [A]}, {**agent, "skills": [B]}, None, COMPARISON)
    assert (change.path, change.before, change.after) == (("skills",), [B], [A])


def test_of_a_list_each_item_is_restricted_to_the_keys_of_its_own() -> None:
    assert restrict([{"a": 1, "b": 2}, {"a": 3, "c": 4}], [{"a": 0}, {"c": 0}]) == [{"a": 1}, {"c": 4}]


def test_nothing_follows_from_a_secret_that_is_not_known_any_more_or_from_nothing() -> None:
    (rule, *_) = AGENT.derived
    assert not follows(AGENT, rule, None, "x", COMPARISON)
    assert not follows(AGENT, rule, Sealed(template="${secret:A}", fingerprint="00"), "x", COMPARISON)
