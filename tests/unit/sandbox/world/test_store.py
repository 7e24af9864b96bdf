"""Test the data file: foreign files, restarts, many clients, two processes, and the number of queries."""

from __future__ import annotations

import json
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from wexa_sync.sandbox import ORG_ID, SandboxConfig, SandboxError, running
from wexa_sync.sandbox.world.store import Store

from ..client import NOWHERE, Client, agent_body, project_body, sandbox


def test_files_of_others_are_refused(tmp_path: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("not a database, but long enough to be looked at as one\n" * 100)
    newer = tmp_path / "newer.db"
    with sqlite3.connect(newer) as database:
        database.execute("PRAGMA user_version=99")
    for path, words in ((text, "is not a sandbox data file"), (newer, "another version of the sandbox")):
        with pytest.raises(SandboxError, match=words), running(SandboxConfig(data=path)):
            pass


VERSION_1 = """
CREATE TABLE objects (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, id TEXT NOT NULL, alias TEXT, project TEXT, owner TEXT,
    due REAL, body TEXT NOT NULL, inner TEXT NOT NULL
);
CREATE UNIQUE INDEX objects_id ON objects (kind, id);
CREATE INDEX objects_alias ON objects (kind, alias);
CREATE INDEX objects_project ON objects (kind, project);
CREATE INDEX objects_owner ON objects (kind, owner);
CREATE INDEX objects_due ON objects (due) WHERE due IS NOT NULL;
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
PRAGMA user_version=1;
"""


def test_a_file_of_version_1_is_read_and_brought_up_to_date(tmp_path: Path) -> None:
    data = tmp_path / "sandbox.db"
    body = {"_id": NOWHERE, "projectName": "Zoë", "description": "", "orgId": ORG_ID, "status": "published"}
    with closing(sqlite3.connect(data)) as database, database:
        database.executescript(VERSION_1)
        values = ("project", NOWHERE, json.dumps(body), "{}")
        database.execute("INSERT INTO objects (kind, id, body, inner) VALUES (?, ?, ?, ?)", values)
    for _ in range(2):
        with sandbox(data=data, readings={"duplicate_names": "refused"}) as api:
            assert api.send("GET", f"/v1/project/{NOWHERE}").text == json.dumps(
                body, ensure_ascii=False, separators=(",", ":")
            )
            assert api.get("/project/projectName/Zoë") == body
            assert api.refused("POST", "/v1/project", project_body(projectName="Zoë"))[0] == 400


def test_data_survives_a_restart(tmp_path: Path) -> None:
    data = tmp_path / "deep" / "down" / "sandbox.db"
    with sandbox(data=data) as api:
        project = api.project()["_id"]
        flow = api.working_flow(project)
        run = api.execution(project, flow["_id"])
        api.script("failed")
        api.post("/_sandbox/clock", {"advance": 1000, "freeze": True})
        stopped_at = api.now()
    with sandbox(data=data) as api:
        assert api.get(f"/agentflow/{flow['_id']}")["agents"] == flow["agents"]
        assert api.status(run) == "failed"
        assert api.now() == stopped_at


def test_fifty_clients_at_once_lose_nothing(tmp_path: Path) -> None:
    with sandbox(data=tmp_path / "sandbox.db") as api:
        project = api.project()["_id"]
        shared, runs = api.flow(project)["_id"], api.flow(project)["_id"]
        barrier = threading.Barrier(50)

        def client(_: int) -> str:
            own = Client(api.base_url)
            with own.session:
                barrier.wait()
                changed: Any = own.agent(project, shared)
                own.get("/agentflows", projectID=project, limit=2)
                own.execution(project, runs)
                return str(changed["agents"][-1]["_id"])

        with ThreadPoolExecutor(50) as pool:
            made = list(pool.map(client, range(50)))
        agents = [agent["_id"] for agent in api.get(f"/agentflow/{shared}")["agents"]]
        assert sorted(agents) == sorted(made)
        assert len(api.get(f"/{project}/execution_flows")["data"]) == 50


def test_a_long_list_takes_no_query_an_item(api: Client, project: str, monkeypatch: pytest.MonkeyPatch) -> None:
    queries: list[str] = []
    select = Store._select

    def counted(store: Store, where: str, values: Any, **more: Any) -> Any:
        queries.extend([values[0]] if where.startswith("kind") else [])
        return select(store, where, values, **more)

    skill = api.skill(project)["_id"]
    for _ in range(30):
        api.flow(project, agents=[agent_body(skills=[skill]) for _ in range(3)])
    monkeypatch.setattr(Store, "_select", counted)
    flows = api.get("/agentflows", projectID=project)["agentflows"]
    assert queries == ["agentflow", "skill"]
    assert all(agent["skills"][0]["_id"] == skill for flow in flows for agent in flow["agents"])


def test_two_processes_can_share_a_file(tmp_path: Path) -> None:
    data = tmp_path / "sandbox.db"
    with sandbox(data=data) as one, sandbox(data=data) as other:
        project = one.project()["_id"]
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda number: (one if number % 2 else other).flow(project), range(40)))
        assert len(one.get("/agentflows", projectID=project)["agentflows"]) == 40
