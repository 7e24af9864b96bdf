"""The plan's JSON keeps its schema, and the report's its shape."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from wexa_sync import __version__
from wexa_sync.kinds.spec.schema import schema_folder
from wexa_sync.model import (
    Action,
    Address,
    Basis,
    Blocked,
    Change,
    FieldChange,
    LostState,
    Outcome,
    Plan,
    Ref,
    Report,
    Secret,
    Source,
    Status,
    Target,
)
from wexa_sync.render.json import FORMAT_VERSION, plan_json, report_json
from wexa_sync.render.view.lost import said_of
from wexa_sync.render.view.plan import plan_view
from wexa_sync.render.view.report import report_view

SCHEMA = json.loads((schema_folder() / "plan.schema.json").read_text(encoding="utf-8"))
TARGET = Target(base_url="https://api.wexa.ai", org_id="org")
SKILL = Address(kind="Skill", name="summarise", project="desk")
OTHER = Address(kind="Skill", name="other", project="desk")
AGENT = Address(kind="Agent", name="sort", project="desk", owner=("AgentFlow", "triage"))
PROJECT = Address(kind="Project", name="desk")


def plan(*changes: Change, **more: Any) -> Plan:
    return Plan(target=TARGET, lineage="l", serial=3, changes=changes, digest="d", **more)


def read(plan: Plan) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(plan_json(plan_view(plan)))
    Draft202012Validator(SCHEMA).validate(data)
    return data


def change(made: Plan, number: int = 0) -> dict[str, Any]:
    entry: dict[str, Any] = read(made)["resource_changes"][number]
    return entry


def test_a_lost_state_is_as_the_schema_says() -> None:
    facts: dict[str, Any] = {"live": 3, "declared": 4, "place": "s.json"}
    lost = LostState(**facts, blocked=(SKILL,))
    assert read(plan(lost=lost))["lost_state"] == {**facts, "blocked": [str(SKILL)], "hint": said_of(lost)[-1]}


def test_drift_is_as_the_schema_says() -> None:
    assert read(plan(basis=Basis(since_apply=True)))["basis"] == {"kind": "last apply"}
    unseen = read(plan(basis=Basis(since_apply=True, unseen=(SKILL,))))["basis"]
    assert unseen == {"kind": "last apply", "unseen": [str(SKILL)]}


def test_the_schema_is_one_and_describes_every_property() -> None:
    Draft202012Validator.check_schema(SCHEMA)

    def undescribed(schema: dict[str, Any], at: str) -> list[str]:
        found = []
        for name, inner in schema.get("properties", {}).items():
            target = SCHEMA["$defs"][inner["$ref"].rpartition("/")[2]] if "$ref" in inner else {}
            found += [] if "description" in {**target, **inner} else [f"{at}.{name}"]
            found += undescribed(inner, f"{at}.{name}")
        return found

    assert undescribed(SCHEMA, "") == []
    assert [undescribed(schema, name) for name, schema in SCHEMA["$defs"].items()] == [[]] * len(SCHEMA["$defs"])


def test_a_plan_has_the_keys_of_the_schema_in_this_order() -> None:
    field = FieldChange(path=("name",), before="x", after="y", changed_by="both")
    source = Source(file="b.yaml", line=4)
    blocked = Blocked(address=SKILL, wanted="update", reason="r", hint="h", fields=(field,), source=source)
    field = FieldChange(path=("a", 0, "b"), before=1, after=2, changed_by="live")
    update = Change(action=Action.UPDATE, address=SKILL, fields=(field,), source=Source(file="a.yaml", line=3))
    text = plan_json(plan_view(plan(update, blocked=(blocked,), orphans=(AGENT,), warnings=("careful",))))
    data = json.loads(text)
    assert text.startswith('{\n  "format_version": "1.0",\n')
    assert text.endswith("}\n")
    assert list(data) == SCHEMA["required"]
    assert data["wexa_sync_version"] == __version__
    assert data["target"] == {"base_url": "https://api.wexa.ai", "org_id": "org"}
    assert data["state"] == {"lineage": "l", "serial": 3}
    assert list(data["summary"]) == ["add", "change", "delete", "run", "adopt", "forget", "noop", "blocked"]
    (entry,) = data["resource_changes"]
    assert list(entry) == SCHEMA["$defs"]["resource_change"]["required"]
    assert list(entry["change"]) == SCHEMA["$defs"]["change"]["required"]
    assert entry["fields"] == [{"path": "a[0].b", "before": 1, "after": 2, "changed_by": "live"}]
    assert entry["source"] == {"file": "a.yaml", "line": 3}
    assert data["blocked"] == [
        {
            "address": "desk/Skill/summarise",
            "wanted": "update",
            "fields": [{"path": "name", "before": "x", "after": "y", "changed_by": "both"}],
            "reason": "r",
            "hint": "h",
            "source": {"file": "b.yaml", "line": 4},
        },
    ]
    assert data["orphans"] == ["desk/AgentFlow/triage/Agent/sort"]
    assert data["warnings"] == ["careful"]


def test_every_action_has_its_word() -> None:
    made = plan(*(Change(action=action, address=SKILL) for action in Action))
    words = [entry["change"]["actions"] for entry in read(made)["resource_changes"]]
    assert words == [["create"], ["update"], ["delete"], ["run"], ["adopt"], ["forget"], ["no-op"]]
    assert set(read(made)["summary"].values()) == {0, 1}


def test_a_project_belongs_to_itself() -> None:
    assert (change(plan(Change(action=Action.CREATE, address=PROJECT, after={})))["project"]) == "desk"
    assert (change(plan(Change(action=Action.CREATE, address=AGENT, after={})))["name"]) == "sort"


def test_references_and_what_is_known_after_apply() -> None:
    after = {
        "title": "Sort",
        "skills": [Ref(kind="Skill", address=SKILL), Ref(kind="Skill", address=OTHER)],
        "connector": Ref(kind="Connector", external="Mail"),
        "deep": {"model": Ref(kind="Model", id="m1"), "first": Ref(kind="Skill", address=SKILL)},
        "none": [],
    }
    made = plan(
        Change(action=Action.CREATE, address=SKILL, after={"name": "S"}),
        Change(action=Action.NOOP, address=OTHER, after={"name": "O"}),
        Change(action=Action.UPDATE, address=AGENT, before={"title": "S"}, after=after),
    )
    assert change(made)["change"]["after_unknown"] == {"id": True}
    assert change(made, 1)["change"]["after_unknown"] == {}
    update = change(made, 2)["change"]
    assert update["after_unknown"] == {"deep": {"first": True}, "skills": [True, False]}
    assert update["after"] == {
        "connector": {"external": "Mail"},
        "deep": {"first": {"ref": "desk/Skill/summarise"}, "model": {"id": "m1"}},
        "none": [],
        "skills": [{"ref": "desk/Skill/summarise"}, {"ref": "desk/Skill/other"}],
        "title": "Sort",
    }


def test_secrets_are_null_and_marked_on_both_sides() -> None:
    secret = Secret(template="Bearer ${secret:T}", value="Bearer hunter2")
    made = plan(
        Change(
            action=Action.UPDATE,
            address=SKILL,
            before={"name": "S", "headers": [{"auth": "Bearer old"}, {"x": 1}]},
            after={"name": "S", "headers": [{"auth": secret}, {"x": 1}]},
            fields=(
                FieldChange(path=("headers", 0, "auth"), before="Bearer old", after=secret, changed_by="repository"),
            ),
        )
    )
    entry = change(made)
    assert entry["change"]["before"] == {"headers": [{"auth": None}, {"x": 1}], "name": "S"}
    assert entry["change"]["after"] == entry["change"]["before"]
    assert entry["change"]["after_sensitive"] == {"headers": [{"auth": True}, False]}
    # The live list might be in another order, so the mark stands wherever the secret could be: here at the same place.
    assert entry["change"]["before_sensitive"] == {"headers": [{"auth": True}, False]}
    assert entry["fields"][0]["before"] is entry["fields"][0]["after"] is None
    assert "Bearer" not in plan_json(plan_view(made))


def test_a_side_that_is_not_there_is_not_sensitive() -> None:
    created = change(plan(Change(action=Action.CREATE, address=SKILL, after={"a": 1})))["change"]
    deleted = change(plan(Change(action=Action.DELETE, address=SKILL, before={"a": 1})))["change"]
    assert (created["before"], created["before_sensitive"], created["after_sensitive"]) == (None, False, {})
    assert (deleted["after"], deleted["after_sensitive"], deleted["before_sensitive"]) == (None, False, {})


def test_the_order_of_a_specs_fields_does_not_matter() -> None:
    one = plan(Change(action=Action.CREATE, address=SKILL, after={"a": {"x": 1, "y": 2}, "b": 1}))
    two = plan(Change(action=Action.CREATE, address=SKILL, after={"b": 1, "a": {"y": 2, "x": 1}}))
    assert plan_json(plan_view(one)) == plan_json(plan_view(two))


leaf = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.text(max_size=5),
    st.builds(lambda text: Secret(template=text, value=text), st.text(max_size=5)),
    st.just(Ref(kind="Skill", address=SKILL)),
)
spec = st.dictionaries(
    st.text(max_size=3),
    st.recursive(leaf, lambda v: st.one_of(st.lists(v, max_size=3), st.dictionaries(st.text(max_size=3), v))),
    max_size=3,
)


@given(st.sampled_from(Action), st.one_of(st.none(), spec), st.one_of(st.none(), spec))
def test_any_plan_keeps_the_schema(action: Action, before: dict[str, Any] | None, after: dict[str, Any] | None) -> None:
    field = FieldChange(path=("f", 0), before=before, after=after, changed_by="both")
    read(plan(Change(action=action, address=SKILL, before=before, after=after, fields=(field,))))


def test_a_report() -> None:
    create = Change(action=Action.CREATE, address=SKILL)
    noop = Change(action=Action.NOOP, address=OTHER)
    outcomes = (
        Outcome(change=noop, status=Status.APPLIED),
        Outcome(change=create, status=Status.APPLIED, id="67fd", attempts=2, seconds=0.12345, warnings=("w",)),
        Outcome(change=create, status=Status.FAILED, error="e", hint="h"),
        Outcome(change=noop, status=Status.FAILED, error="the run failed"),
    )
    text = report_json(
        report_view(Report(plan=plan(create), outcomes=outcomes, started=1745312352.9, ended=1745312353))
    )
    data = json.loads(text)
    listed = data.pop("outcomes")
    assert data == {
        "format_version": FORMAT_VERSION,
        "wexa_sync_version": __version__,
        "plan_digest": "d",
        "target": {"base_url": "https://api.wexa.ai", "org_id": "org"},
        "environment": None,
        "started": "2025-04-22T08:59:12Z",
        "ended": "2025-04-22T08:59:13Z",
        "interrupted": False,
        "doubts": [],
        "summary": {"applied": 1, "ongoing": 0, "failed": 2, "skipped": 0, "unknown": 0, "conflict": 0},
    }
    assert [(outcome["action"], outcome["status"]) for outcome in listed] == [
        ("create", "applied"),
        ("create", "failed"),
        ("no-op", "failed"),
    ]
    assert listed[0] == {
        "address": "desk/Skill/summarise",
        "action": "create",
        "status": "applied",
        "id": "67fd",
        "error": "",
        "hint": "",
        "attempts": 2,
        "seconds": 0.123,
        "warnings": ["w"],
    }
