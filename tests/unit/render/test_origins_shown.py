"""Every format says where operations come from; and says nothing of it where nobody asked."""

from __future__ import annotations

import json

import pytest

from wexa_sync.model import Action, Address, Blocked, Change, FieldChange, Origins, Plan, Target
from wexa_sync.render import RENDERERS
from wexa_sync.render.layout import Layout, Level
from wexa_sync.render.view.plan import plan_view

EXPECTED, STRANGE, STUCK = (Address(kind="Skill", name=name, project="desk") for name in ("aa", "bb", "cc"))
REF = "<b>\x1b[31m\u202e`main`"


def plan_of(origins: Origins | None) -> Plan:
    fields = (FieldChange(path=("goal",), before="a", after="b", changed_by="repository"),)
    return Plan(
        target=Target(base_url="https://api.wexa.ai", org_id="o"),
        lineage="l",
        serial=1,
        changes=tuple(
            Change(action=Action.UPDATE, address=address, before={"goal": "a"}, after={"goal": "b"}, fields=fields)
            for address in (EXPECTED, STRANGE)
        ),
        blocked=(Blocked(address=STUCK, wanted="create", reason="r", hint="h"),),
        origins=origins,
    )


TRACED = plan_of(
    Origins(
        ref=REF, commit="c" * 40, of={EXPECTED: ("change",), STRANGE: ("unexplained", "change"), STUCK: ("pending",)}
    )
)


@pytest.mark.parametrize("level", Level)
@pytest.mark.parametrize("name", ["text", "markdown", "html"])
def test_people_are_told_what_is_not_of_this_change(name: str, level: Level) -> None:
    show = RENDERERS[name](Layout(level=level, width=200)).plan
    assert show is not None
    text, quiet = show(plan_view(TRACED)), show(plan_view(plan_of(None)))
    assert "1 unexplained, 1 not applied yet, 1 by this change." in text
    assert text.count("unexplained and this change") == 1
    assert text.count("not applied yet") == 2
    assert not {"\x1b", "\u202e"} & {*text}
    assert "<b>\\x1b" not in text or name != "html"
    assert not any(word in quiet for word in ("unexplained", "this change", "not applied"))


def test_markdown_has_the_unexplained_first() -> None:
    show = RENDERERS["markdown"](Layout()).plan
    assert show is not None
    text = show(plan_view(TRACED))
    assert text.index("desk/Skill/bb") < text.index("desk/Skill/aa")


def test_programs_are_told_of_every_operation() -> None:
    show = RENDERERS["json"](Layout()).plan
    assert show is not None
    plan, quiet = json.loads(show(plan_view(TRACED))), json.loads(show(plan_view(plan_of(None))))
    assert plan["base"] == {"ref": REF, "commit": "c" * 40}
    assert [each["origins"] for each in plan["resource_changes"]] == [["change"], ["unexplained", "change"]]
    assert [each["origins"] for each in plan["blocked"]] == [["pending"]]
    assert "base" not in quiet
    assert all("origins" not in each for each in (*quiet["resource_changes"], *quiet["blocked"]))
