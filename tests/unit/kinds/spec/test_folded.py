"""What a response shows whole where it refers to it is folded into its id: nothing that is read of it changes."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wexa_sync.kinds import BY_NAME
from wexa_sync.kinds.agent import AGENT
from wexa_sync.kinds.agentflow import AGENTFLOW
from wexa_sync.kinds.base import Kind
from wexa_sync.kinds.spec.folded import _referring, folded
from wexa_sync.kinds.spec.wire import by_id, decode

_REFERRING = [kind for kind in BY_NAME.values() if kind.schema and _referring(kind)]
_LEAVES = st.sampled_from([None, True, 1, "", "6b0ccd2f190a8a01c7719b81", "text"])
_ANYTHING = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["_id", "name", "actions"]), inner),
    max_leaves=8,
)


@pytest.mark.parametrize("kind", _REFERRING, ids=lambda kind: kind.name)
@given(data=st.data())
def test_a_folded_response_is_read_as_the_whole_one(kind: Kind, data: st.DataObject) -> None:
    names = sorted({*(name for name, _ in _referring(kind)), *kind.fields.fields})
    raw = data.draw(st.dictionaries(st.sampled_from(names), _ANYTHING))
    # Not as equals: 1 and True differ.
    assert repr(decode(kind, folded(kind, [deepcopy(raw)])[0], by_id)) == repr(decode(kind, raw, by_id))


def test_the_parts_in_a_response_are_folded_too() -> None:
    skill = {"_id": "6b0ccd2f190a8a01c7719c3b", "name": "Summarise", "actions": [{"name": "summarise"}]}
    flow: dict[str, Any] = {"_id": "f1", "agents": [{"_id": "a1", "skills": [skill, "s2"]}, "not an agent"]}
    folded(AGENTFLOW, [flow])
    agents: list[Any] = [{"_id": "a1", "skills": [skill["_id"], "s2"]}, "not an agent"]
    assert flow == {"_id": "f1", "agents": agents}


def test_most_kinds_that_refer_to_others_are_known() -> None:
    assert {"Skill", "Schedule", "Agent"} <= {kind.name for kind in _REFERRING}
    assert ("skills", True) in _referring(AGENT)
