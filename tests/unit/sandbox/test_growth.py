"""Nothing that is asked of one object, or of one page, takes more steps in a sandbox that holds more.

Steps are the lines of the sandbox that run, and the instructions that SQLite runs: the same on any machine.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import wexa_sync.sandbox
from wexa_sync.sandbox import ORG_ID, USER_ID

from .client import NOWHERE, Client, agent_body, connector_body, sandbox
from .observers_tables import table_body

FEW, MANY = 2, 42
EACH = 4
"""The steps that a request may take for each object more: to count one takes SQLite three, to read one a dozen."""

SPARE = 20
"""The steps that do not count: what follows an answer may be counted with the next request."""

HERE = str(Path(wexa_sync.sandbox.__file__).parent)
LATER = 4_000_000_000


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Return the number of steps so far, in a list, of each sandbox that is started from now on."""
    taken, connect, before = [0], sqlite3.connect, threading.gettrace()

    def instruction() -> int:
        taken[0] += 1
        return 0

    def line(_frame: FrameType, event: str, _value: Any) -> Any:
        taken[0] += event == "line"
        return line

    def call(frame: FrameType, _event: str, _value: Any) -> Any:
        return line if frame.f_code.co_filename.startswith(HERE) else None

    def connected(*given: Any, **options: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*given, **options)
        connection.set_progress_handler(instruction, 1)
        return connection

    monkeypatch.setattr(sqlite3, "connect", connected)
    threading.settrace(call)
    yield taken
    threading.settrace(before)  # none, or that of a measurement of coverage


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Represent a project with as many skills, flows, schedules, tables, rows and runs as there are other projects."""

    api: Client
    project: str
    connector: str
    skill: str
    flow: str
    schedule: str
    table: str
    row: str
    run: str


def desk(api: Client, size: int) -> Desk:
    """Fill a sandbox, and return the ids of what was made last."""
    for number in range(size):
        project = api.project(projectName=f"project {number}")["_id"]
    connector = api.connector_id(project)
    api.post("/storage", projectID=project)
    for number in range(size):
        skill = api.skill(project, f"skill {number}")["_id"]
        flow = api.flow(project, name=f"flow {number}", agents=[agent_body(skills=[skill])])["_id"]
        schedule = api.schedule(project, flow, LATER)["_id"]
        table = api.post("/create/table", table_body(project, table_name=f"table {number}"), projectID=project)["_id"]
        run = api.execution(project, flow)["execution_id"]
    rows = api.post(f"/storage/{project}/{table}", [{"email": f"{number}@example.com"} for number in range(size)])
    return Desk(
        api=api,
        project=project,
        connector=connector,
        skill=skill,
        flow=flow,
        schedule=schedule,
        table=table,
        row=rows[-1]["_id"],
        run=run,
    )


Ask = Callable[[Desk, int], object]
"""Asks once, for the time of that number."""

READS: dict[str, Ask] = {
    "a skill": lambda on, _: on.api.get(f"/skills/{on.skill}"),
    "a flow": lambda on, _: on.api.get(f"/agentflow/{on.flow}"),
    "a schedule": lambda on, _: on.api.get(f"/schedule/coworker/{on.schedule}"),
    "a project": lambda on, _: on.api.get(f"/v1/project/{on.project}"),
    "a connector": lambda on, _: on.api.get(f"/connector/{on.connector}"),
    "a table": lambda on, _: on.api.get(f"/table/view/{on.table}"),
    "a row": lambda on, _: on.api.get(f"/storage/{on.project}/{on.table}/{on.row}"),
    "a run": lambda on, _: on.api.get(f"/execute_flow/{on.run}"),
    "an unknown id": lambda on, _: on.api.refused("GET", f"/skills/{NOWHERE}"),
    "a project by its name": lambda on, _: on.api.get("/project/projectName/project 0"),
    "a skill by its name": lambda on, _: on.api.get("/skills/", projectID=on.project, name="skill 0"),
    "the connector of a category": lambda on, _: on.api.get(f"/actions/content_creator/config/{on.project}"),
    "an action": lambda on, _: on.api.get("/actions/content_creator/generate"),
    "the connectors of a project": lambda on, _: on.api.get(f"/connectors/{on.project}"),
    "the runs of a flow": lambda on, _: on.api.get(f"/execute_flow/{on.flow}/monitor"),
    "two skills": lambda on, _: on.api.get("/skills/", projectID=on.project, limit=2),
    "two flows": lambda on, _: on.api.get("/agentflows", projectID=on.project, limit=2),
    "two schedules": lambda on, _: on.api.get("/schedules/coworker", projectID=on.project, limit=2),
    "two projects": lambda on, _: on.api.get("/v1/project", orgId=ORG_ID, userId=USER_ID, page=1, limit=2),
    "two rows": lambda on, _: on.api.get(f"/storage/{on.project}/{on.table}", page=1, page_size=2),
    "two tasks": lambda on, _: on.api.get(f"/tasks/{on.project}", limit=2),
}
WRITES: dict[str, Ask] = {
    "create a project, and delete it": lambda on, number: on.api.send(
        "DELETE", f"/v1/project/{on.api.project(projectName=f'new {number}')['_id']}"
    ),
    "create a skill": lambda on, number: on.api.skill(on.project, f"new {number}"),
    "create a flow": lambda on, number: on.api.flow(on.project, name=f"new {number}"),
    "add an agent": lambda on, _: on.api.agent(on.project, on.flow, skills=[on.skill]),
    "create a schedule": lambda on, _: on.api.schedule(on.project, on.flow, LATER),
    "change a schedule": lambda on, number: on.api.send(
        "PATCH", f"/schedule/coworker/{on.schedule}", {"template": f"new {number}"}, projectID=on.project
    ),
    "create a connector": lambda on, number: on.api.post(
        "/actions/whatsapp/config", connector_body(on.project, name=f"new {number}")
    ),
    "create a table": lambda on, number: on.api.post(
        "/create/table", table_body(on.project, table_name=f"new {number}"), projectID=on.project
    ),
    "create a row": lambda on, _: on.api.post(f"/storage/{on.project}/{on.table}", {"email": "new@example.com"}),
    "change a row": lambda on, number: on.api.send(
        "PUT", f"/storage/{on.project}/{on.table}/{on.row}", {"email": f"{number}@example.org"}
    ),
    "start a run": lambda on, _: on.api.execution(on.project, on.flow),
}


def test_no_request_for_one_object_or_one_page_takes_more_steps_in_a_larger_sandbox(steps: list[int]) -> None:
    few, many = (taken(steps, size) for size in (FEW, MANY))
    grown = {name: (few[name], many[name]) for name in few if many[name] - few[name] > EACH * (MANY - FEW) + SPARE}
    assert grown == {}


def taken(steps: list[int], size: int) -> dict[str, int]:
    """Return the steps that each request takes in a sandbox of that size, when it is sent a second time."""
    counts: dict[str, int] = {}
    with sandbox(readings={"duplicate_names": "refused", "table_names_unique": "yes"}, ready_seconds=LATER) as api:
        on = desk(api, size)
        for name, ask in (READS | WRITES).items():
            for number in range(2):
                before = steps[0]
                ask(on, number)
                counts[name] = steps[0] - before
    return counts
