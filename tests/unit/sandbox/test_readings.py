"""Test that every value of every reading does something that a client can see."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from wexa_sync.sandbox import READINGS, ReadingError
from wexa_sync.sandbox.world.chosen import Readings

from . import linked, observe_overviews, observe_shop, observers_tables
from . import observe_connectors as see_connectors
from . import observers as see
from .client import NOWHERE, Client, execution_body, reading, sandbox

DOC = Path(__file__).parents[3] / "docs" / "readings.md"

GONE = [0, 404, None, 0, 0, 404, 404]
AS_SENT = [" Writer ", "", [{"note": None}], "[]"]
OBSERVED: dict[str, tuple[Callable[[Client], Any], dict[str, Any]]] = {
    "list_envelope": (
        see.list_envelope,
        {
            "documented": ["agentflows", "projectList", "skills", "schedules", "tasks", "[]"],
            "data": ["data"] * 6,
            "bare": ["[]"] * 6,
            "nested": [
                f"data.{n}" for n in ("agentflows", "projectList", "skills", "schedules", "tasks", "connectors")
            ],
            "unforeseen": ["rows"] * 6,
        },
    ),
    "execution_list": (
        see.execution_list,
        {
            "data": "data",
            "bare": "[]",
            "executions": "executions",
            "nested": "data.executions",
            "unforeseen": "rows",
        },
    ),
    "execution_items": (see.execution_items, {"full": [True, True, False], "sparse": [False, True, True]}),
    "goal": (
        see.goal,
        {
            "as_sent": ["On {{topic}} and {{ other }}", None],
            "filled_in": ["On science and {{ other }}", "On {{topic}} and {{ other }}"],
        },
    ),
    "ready_word": (see.ready_word, {word: [word, word] for word in ("ready", "pending", "queued")}),
    "end_words": (see.end_words, {"page": ["completed", "failed"], "client": ["finished", "error"]}),
    "agent_without_skills": (
        see.agent_without_skills,
        {"runs": ["completed", None], "fails": ["failed", "No skills found for the agent"]},
    ),
    "status_case": (
        see.status_case,
        {
            "lower": ["ready", "input_required", "pending", "pending"],
            "upper": ["READY", "INPUT_REQUIRED", "PENDING", "PENDING"],
        },
    ),
    "agentflow_list": (see.agentflow_list, {"full": True, "summary": False}),
    "page_cap": (see.page_cap, {"none": [22, 21, 3, 2], "20": [20, 20, 3, 2]}),
    "flow_total": (see.flow_total, {"counted": 3, "none": None}),
    "schedule_total": (see.schedule_total, {"list": 3, "page": 2, "none": None}),
    "skill_limit": (
        see.skill_limit,
        {
            "none": [22, 22, 3, None],
            "20": [20, 20, 3, None],
            "counted": [20, 20, 3, 22],
            "refused": [20, 422, 3, None],
        },
    ),
    "skip_zero": (see.skip_zero, {"refused": 422, "accepted": 200}),
    "skill_name_match": (see.skill_name_match, {"exact": 0, "substring": 1}),
    "triggers_none": (see.triggers_none, {"null": [200, None], "empty": [200, []], "404": [404, None]}),
    "triggers_put_answer": (
        see.triggers_put_answer,
        {"object": ["connector_id", "connector_type", "triggers"], "message": ["message"], "null": []},
    ),
    "trigger_id": (see.trigger_id, {"kept": [True, True], "reassigned": [False, True]}),
    "create_envelope": (see.create_envelope, {"bare": [False] * 4, "data": [True] * 4}),
    "create_answer": (see.create_answer, {"object": [True] * 2, "id": [False] * 2, "empty": [None] * 2}),
    "create_status": (see.create_status, {"200": [200, 200], "201": [201, 201]}),
    "update_answer": (
        see.update_answer,
        {"object": [["_id"]] * 4, "message": [["message"]] * 4, "empty": [None] * 4},
    ),
    "delete_answer": (
        see.delete_answer,
        {
            "message": [(200, ["message"])] * 3,
            "null": [(200, None)] * 3,
            "object": [(200, ["_id"])] * 3,
            "204": [(204, "empty")] * 3,
        },
    ),
    "deleted": (see.deleted, {"404": GONE, "is_deleted": [1, 200, True, 1, 1, 404, 409]}),
    "error_key": (
        see.error_key,
        {
            "detail": [["detail"], ["message"], ["detail"], ["detail"]],
            "error": [["error"]] * 4,
            "message": [["message"]] * 4,
            "text": [
                f"Skill not found: {NOWHERE}",
                f"Project not found: {NOWHERE}",
                "projectID: Field required",
                "Not Found",
            ],
        },
    ),
    "malformed_id": (see.malformed_id, {"404": [404, 404], "400": [400, 404], "422": [422, 404]}),
    "refused_key": (see.refused_key, {"401": 401, "403": 403}),
    "duplicate_names": (
        see.duplicate_names,
        {"accepted": [[200] * 3, [200] * 3], "refused": [[200] * 3, [400] * 3]},
    ),
    **see_connectors.OBSERVED,
    "skill_actions": (see.skill_actions, {"connector": 1, "empty": 0}),
    "agentflow_put": (
        see.agentflow_put,
        {
            "merge": [200, "renamed", "r", 1],
            "replace": [200, "renamed", "", 0],
            "absent": [405, "triage", "r", 1],
            "not_found": [404, "triage", "r", 1],
            "not_implemented": [501, "triage", "r", 1],
        },
    ),
    "agentflow_create_agents": (see.agentflow_create_agents, {"accepted": 1, "ignored": 0}),
    "repeated_agent": (
        see.repeated_agent,
        {
            "reject": [409, ["other", "Writer"]],
            "upsert": [200, ["other", "again"]],
            "duplicate": [200, ["other", "Writer", "again"]],
        },
    ),
    "agent_without_id": (see.agent_without_id, {"refused": [422, 0], "filled": [200, 24]}),
    "agent_echo": (see.agent_echo, {"yes": [True] * 3, "no": [False] * 3}),
    "texts": (see.as_read, {"as_sent": AS_SENT, "trimmed": ["Writer", *AS_SENT[1:]]}),
    "empty_texts": (see.as_read, {"as_sent": AS_SENT, "null": [AS_SENT[0], None, *AS_SENT[2:]]}),
    "inner_nulls": (see.as_read, {"kept": AS_SENT, "dropped": [*AS_SENT[:2], [{}], AS_SENT[3]]}),
    "editor_forms": (see.as_read, {"shown": AS_SENT, "null": [*AS_SENT[:3], None]}),
    "execution_start": (see.execution_start, {"auto": "completed", "explicit": "ready"}),
    "execute_finished": (
        see.execute_finished,
        {"refused": [409, "completed", False, "completed"], "restart": [200, "ready", True, "completed"]},
    ),
    "after_resume": (see.after_resume, {"running": ["running", "completed"], "ready": ["ready", "completed"]}),
    "illegal_move": (see.illegal_move, {"409": 409, "400": 400}),
    "cancelled_word": (see.cancelled_word, {word: [word, word] for word in ("cancelled", "canceled")}),
    "waiting_word": (
        see.waiting_word,
        {word: [word, word, "input_required"] for word in ("input_required", "paused", "running")},
    ),
    "schedule_time": (
        see.schedule_time,
        {"int": "4102444800", "float": "4102444800.0", "iso": "'2100-01-01T00:00:00.000000'"},
    ),
    "past_schedule": (see.past_schedule, {"fires": [200, 1], "refused": [400, 0]}),
    "fired_schedule": (see.fired_schedule, {"gone": [], "kept": ["completed"]}),
    "agent_ids": (see.agent_ids, {"client": [True, 2], "server": [False, 2]}),
    "after_agent": (linked.after_agent, {"ignored": ["a", "b", "c", None], "links": ["a", "c", None, None]}),
    "unlinked_without_after_agent": (
        linked.unlinked_without_after_agent,
        {"no": ["a", "b", "c", None], "yes": ["a", None, None, None]},
    ),
    "next_agent_in_reads": (linked.next_agent_in_reads, {"yes": ["a", "b", "c", None], "no": ["a", "?", "?", "?"]}),
    "decider": (linked.decider, {"absent": [404], "present": [200, ["decider_agent", {}]]}),
    "agent_delete": (
        linked.agent_delete,
        {"absent": [404, "a", "b", "c", None], "ends_chain": [200, "a", None, None], "bridges": [200, "a", "c", None]},
    ),
    "flow_delete": (
        linked.flow_delete,
        {"absent": [405, 404], "both": [200, 200], "by_flow": [200, 404], "by_project": [405, 200]},
    ),
    "flow_echo": (see.flow_echo, {"yes": [True] * 2, "no": [False] * 2}),
    **observers_tables.OBSERVED,
    **observe_shop.OBSERVED,
    **observe_overviews.OBSERVED,
}


@pytest.mark.parametrize(("name", "value"), [(item.name, value) for item in READINGS for value in item.values])
def test_every_value_of_every_reading_can_be_seen(name: str, value: str) -> None:
    observe, expected = OBSERVED[name]
    with reading(name, value) as api:
        assert observe(api) == expected[value]


def test_what_is_observed_is_what_the_table_has() -> None:
    assert {name: set(expected) for name, (_, expected) in OBSERVED.items()} == {
        item.name: set(item.values) for item in READINGS
    }


def test_two_values_of_a_reading_never_look_the_same() -> None:
    for name, (_, expected) in OBSERVED.items():
        seen = [repr(value) for value in expected.values()]
        assert len(set(seen)) == len(seen), name


def test_a_put_that_replaces_resets_what_its_agents_leave_out() -> None:
    with reading("agentflow_put", "replace") as api:
        flow = api.working_flow(api.project()["_id"])
        (agent,) = flow["agents"]
        body = {"name": "n", "agents": [{"_id": agent["_id"], "title": "Chief"}]}
        (changed,) = api.send("PUT", f"/agentflow/{flow['_id']}", body).json()["agents"]
    assert (changed["_id"], changed["title"], changed["memory"]) == (agent["_id"], "Chief", {"memory_type": ""})
    assert changed["conditions"] == []


def test_the_sandbox_tells_its_readings() -> None:
    with reading("cancelled_word", "canceled") as api:
        told = {entry["name"]: entry for entry in api.get("/_sandbox/readings")["readings"]}
    assert list(told) == [item.name for item in READINGS]
    assert told["cancelled_word"]["value"] == "canceled"
    assert told["skip_zero"]["value"] == "refused"
    assert told["skip_zero"]["values"] == ["refused", "accepted"]


def test_an_unknown_reading_or_value_lists_the_choices() -> None:
    with pytest.raises(ReadingError, match=r"no reading is called 'skip'; there are: list_envelope, .*skip_zero"):
        Readings({"skip": "x"})
    with (
        pytest.raises(ReadingError, match="'skip_zero' can't be 'x'; choose one of: refused, accepted"),
        sandbox(readings={"skip_zero": "x"}),
    ):
        pass
    with pytest.raises(ReadingError):
        Readings().says("skip_zero", "rejected")


def test_a_restarted_run_and_a_kept_schedule_can_go_on() -> None:
    with reading("fired_schedule", "kept") as api:
        project = api.project()["_id"]
        schedule = api.schedule(project, api.flow(project)["_id"], api.now() + 10)
        api.advance(20)
        body = {"schedule": int(api.now()) + 10}
        again = api.send("PATCH", f"/schedule/coworker/{schedule['_id']}", body, projectID=project).json()
        assert again["status"] == "scheduled"
        api.advance(20)
        assert len(api.get(f"/{project}/execution_flows")["data"]) == 2


def test_soft_deleted_projects_take_nothing_new() -> None:
    with reading("deleted", "is_deleted") as api:
        project = api.project()["_id"]
        flow = api.flow(project)["_id"]
        api.send("DELETE", f"/v1/project/{project}")
        body = {"name": "n", "description": "d", "role": "r", "projectID": project}
        assert api.send("POST", "/agentflow/", body, projectID=project).status_code == 404
        run = execution_body(project, flow)
        assert api.send("POST", "/execute_flow", run, projectID=project).status_code == 404


def test_the_document_lists_exactly_the_table() -> None:
    rows = [line for line in DOC.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    listed = [tuple(cell.strip() for cell in row.strip("|").split(" | ")) for row in rows]
    table = [
        (f"`{item.name}`", ", ".join(f"`{value}`" for value in item.values), item.meaning, item.doubt)
        for item in READINGS
    ]
    assert listed == table
