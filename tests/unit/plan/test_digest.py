"""The digest of a plan: one for the same world, another one for another, and none of its words counts."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from wexa_sync.model import (
    Action,
    Address,
    Blocked,
    Change,
    Choice,
    ExternalName,
    FieldChange,
    Lifecycle,
    Plan,
    Ref,
    Secret,
    Source,
    Target,
    Unmanaged,
    Unset,
)
from wexa_sync.plan.digest import digest
from wexa_sync.secrecy.seal import conceal

PROJECT = Address(kind="Project", name="desk")
SKILL = Address(kind="Skill", name="sum", project="desk")
OTHER = Address(kind="Skill", name="other", project="desk")
FLOW = Address(kind="AgentFlow", name="flow", project="desk")
AGENT = Address(kind="Agent", name="sort", project="desk", owner=("AgentFlow", "flow"))
TOKEN = Secret(template="Bearer ${secret:TOKEN}", value="Bearer hunter2")
FIELD = FieldChange(path=("description",), before="one", after="two", changed_by="repository")

CREATE = Change(
    action=Action.CREATE,
    address=AGENT,
    after={"role": TOKEN, "skills": [Ref(kind="Skill", address=SKILL), Ref(kind="Skill", external="X")], "n": 1},
    source=Source(file="a.yaml", line=3),
    depends_on=(PROJECT, SKILL),
)
UPDATE = Change(
    action=Action.UPDATE,
    address=PROJECT,
    id="p1",
    before={"description": "one", "goal": "g"},
    after={"description": "two", "goal": "g"},
    fields=(FIELD,),
    expected="e",
)
KEPT = Change(action=Action.NOOP, address=OTHER, id="s2", before={"name": "Other"}, after={"name": "Other"})
BLOCKED = Blocked(address=SKILL, wanted="update", reason="r", hint="h", fields=(FIELD,))

PLAN = Plan(
    target=Target(base_url="https://api.wexa.ai", org_id="o"),
    lineage="lineage",
    serial=7,
    changes=(CREATE, UPDATE, KEPT),
    blocked=(BLOCKED,),
    orphans=(FLOW,),
    warnings=("w",),
    ids={PROJECT: "p1", SKILL: "s1", FLOW: "f1", OTHER: "s2"},
    externals={ExternalName("desk", "Skill", "X"): "s9"},
    lifecycles={OTHER: Lifecycle(retain=True)},
    user_id="u",
    content="c",
)


def with_change(was: Change, **more: Any) -> Plan:
    """Return the plan with one of its changes changed."""
    return replace(PLAN, changes=tuple(replace(was, **more) if each is was else each for each in PLAN.changes))


SAME = {
    "other words": with_change(UPDATE, reason="because"),
    "another line": with_change(CREATE, source=Source(file="/home/me/b.yaml", line=9)),
    "another order of keys": with_change(UPDATE, before={"goal": "g", "description": "one"}),
    "a number of another type": with_change(CREATE, after={**(CREATE.after or {}), "n": 1.0}),
    "a secret by another name": with_change(
        CREATE, after={**(CREATE.after or {}), "role": Secret(template="${secret:OTHER}", value="Bearer hunter2")}
    ),
    "a sealed secret": with_change(CREATE, after=conceal(CREATE.after, "lineage")),
    "one more that stays as it is": replace(PLAN, changes=(replace(KEPT, address=FLOW), *PLAN.changes)),
    "no warnings": replace(PLAN, warnings=()),
    "another reason and hint": replace(PLAN, blocked=(replace(BLOCKED, reason="x", hint="y"),)),
    "a part that somebody added": replace(PLAN, unmanaged=(Unmanaged(owner=FLOW, kind="Agent", id="a", title="t"),)),
    "another id of what it leaves alone": replace(PLAN, ids={**PLAN.ids, OTHER: "s3"}),
    "another digest": replace(PLAN, digest="d"),
    "ids in another order": replace(PLAN, ids=dict(reversed([*PLAN.ids.items()]))),
}

OTHERS = {
    "another target": replace(PLAN, target=replace(PLAN.target, org_id="other")),
    "another user": replace(PLAN, user_id="other"),
    "another state": replace(PLAN, content="other"),
    "--prune": replace(PLAN, choice=Choice(prune=True)),
    "--adopt": replace(PLAN, choice=Choice(adopt=True)),
    "--target": replace(PLAN, choice=Choice(targets=(SKILL,))),
    "--exclude": replace(PLAN, choice=Choice(excludes=(SKILL,))),
    "a change less": replace(PLAN, changes=(CREATE,)),
    "another action": with_change(UPDATE, action=Action.ADOPT),
    "another value": with_change(UPDATE, after={"description": "three", "goal": "g"}),
    "another live value": with_change(UPDATE, before={"description": "zero", "goal": "g"}),
    "another field": with_change(UPDATE, fields=(replace(FIELD, changed_by="both"),)),
    "another fingerprint of live": with_change(UPDATE, expected="f"),
    "another id": with_change(UPDATE, id="p2"),
    "another generation": with_change(CREATE, generation=2),
    "an intent that it settles": with_change(CREATE, settles="create 1 1.0"),
    "another lifecycle": with_change(CREATE, lifecycle=Lifecycle(prevent_destroy=True)),
    "another secret": with_change(CREATE, after={**(CREATE.after or {}), "role": Secret(template="", value="x")}),
    "an unset secret": with_change(CREATE, after={**(CREATE.after or {}), "role": Unset(template=TOKEN.template)}),
    "another id of what it refers to": replace(PLAN, ids={**PLAN.ids, SKILL: "s2"}),
    "another id of what it stands in": replace(PLAN, ids={**PLAN.ids, FLOW: "f2"}),
    "another external": replace(PLAN, externals={ExternalName("desk", "Skill", "X"): "s8"}),
    "none blocked": replace(PLAN, blocked=()),
    "another blocked field": replace(PLAN, blocked=(replace(BLOCKED, fields=()),)),
    "no orphans": replace(PLAN, orphans=()),
    "another lifecycle to remember": replace(PLAN, lifecycles={}),
    "another order": replace(PLAN, changes=PLAN.changes[::-1]),
}


@pytest.mark.parametrize("other", SAME.values(), ids=SAME)
def test_the_same_has_one_digest(other: Plan) -> None:
    assert digest(other) == digest(PLAN)


def test_all_else_has_another() -> None:
    assert len({digest(each) for each in (PLAN, *OTHERS.values())}) == 1 + len(OTHERS)
