"""A view holds whole values: neither cut, nor quoted, nor split a second time by a format."""

from __future__ import annotations

from typing import Any

import pytest

from wexa_sync.model import Action, Address, Change, FieldChange, Plan, Ref, Secret, Source, Target
from wexa_sync.render.view.fields import ABSENT, FieldView
from wexa_sync.render.view.plan import ChangeView, plan_view
from wexa_sync.secrecy.hide import SENSITIVE

SKILL = Address(kind="Skill", name="summarise", project="desk")


def view(action: Action, **more: Any) -> ChangeView:
    """Return the view of one change."""
    change = Change(action=action, address=SKILL, **more)
    return plan_view(Plan(target=Target(base_url="b", org_id="o"), lineage="l", serial=1, changes=(change,))).changes[0]


@pytest.mark.parametrize("action", [Action.DELETE, Action.ADOPT, Action.FORGET, Action.NOOP])
def test_a_change_of_no_field_shows_none(action: Action) -> None:
    assert view(action, before={"a": 1}, after={"a": 2}).leaves == ()


def test_a_run_shows_its_inputs_unless_it_is_only_awaited() -> None:
    assert view(Action.RUN, after={"goal": "go"}).leaves == (FieldView(path="goal", before=ABSENT, after="go"),)
    assert view(Action.RUN, after={"goal": "go"}, awaits=True).leaves == ()


def test_values_are_whole() -> None:
    text = 'a "quoted" \\ line\nand \x1b[31m another' * 50
    ref = Ref(kind="Connector", external="Mail")
    secret = Secret(template="${secret:T}", value="hush-hush")
    made = view(Action.CREATE, after={"name": text, "by": ref, "key": secret}, reason=text, source=Source(file="\x1b"))
    assert [field.after for field in made.leaves] == [text, ref, SENSITIVE]
    assert (made.title, made.reason, made.source) == (text, text, Source(file="\x1b"))


def test_a_difference_is_there_whole_and_by_its_leaves() -> None:
    field = FieldChange(path=("llm",), before={"a": 1, "b": 2}, after={"a": 1, "b": 3, "c": None}, changed_by="both")
    made = view(Action.UPDATE, fields=(field,))
    assert made.fields == (field,)
    assert made.leaves == (
        FieldView(path="llm.b", before=2, after=3, changed_by="both"),
        FieldView(path="llm.c", before=ABSENT, after=None, changed_by="both"),
    )
    assert [field.symbol for field in made.leaves] == ["~", "+"]
