"""`wexa-sync drift` shows what others changed since the last apply, whatever the manifests say by now; and tells."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.conformance.by_hand import ByHand
from tests.conformance.desks import SECRETS
from tests.conftest import copy_example

if TYPE_CHECKING:
    from tests.conftest import Cli, Desk, Remote

HOSTILE = "<!channel> ::error::%0A\x1b[31m"


@contextmanager
def listening(status: int = 200) -> Iterator[tuple[str, list[Any]]]:
    """Run a webhook. Give its URL, which holds a secret, and the messages that reach it."""
    got: list[Any] = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Hook)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/T0/hush-hush", got
    finally:
        server.shutdown()
        server.server_close()


def let_others_change(desk: Desk) -> None:
    """Change a skill and an agent, add an agent and a skill, and remove a schedule."""
    raw, state = desk.remote.raw, desk.workspace.store.load()
    ids = {str(address): record.id for address, record in state.records.items()}
    project, flow = ids["Project/support-desk"], ids["support-desk/AgentFlow/triage"]
    agents = raw("GET", f"/agentflow/{flow}").json()["agents"]
    org, role = desk.remote.server.org_id, "Support coworker"
    new = {**agents[0], "agent_type": "skilled_agent"}
    new |= {"_id": "f" * 24, "title": "New", "skills": [skill["_id"] for skill in agents[0]["skills"]]}
    changed = {"orgId": org, "projectName": "Support desk", "description": HOSTILE, "coworker_role": role}
    raw("PUT", "/v1/project", changed, projectId=project).raise_for_status()
    raw("POST", f"/agentflow/{flow}/skilled", new, projectID=project).raise_for_status()
    schedule = ids["support-desk/Schedule/new-year-digest"]
    raw("DELETE", f"/schedule/coworker/{schedule}", projectID=project).raise_for_status()
    stray = {"name": "Stray", "description": "x", "role": "r", "projectID": project}
    raw("POST", "/agentflow/", stray, projectID=project).raise_for_status()


def test_drift_is_what_others_changed_whatever_the_manifests_say(desk: Desk, cli: Cli) -> None:
    env = desk.remote.env
    (desk.folder / "wexa-sync.yaml").write_text("settle: 0.5\n", "utf-8")  # what was just made is waited for so long
    assert "so nothing was applied" in cli(desk.folder, "drift", env=env, code=1).stderr
    cli(desk.folder, "apply", "--auto-approve", env=env)
    none = cli(desk.folder, "drift", env=env)
    assert none.stdout.endswith("No drift.\n")
    edited = desk.folder / "skills.yaml"
    edited.write_text(
        edited.read_text("utf-8").replace("three sentences", "two sentences") + "\n---\n: broken", "utf-8"
    )
    assert cli(desk.folder, "drift", env=env).stdout == none.stdout, "what the repository changed is no drift"
    let_others_change(desk)
    with listening() as (url, told):
        found = cli(desk.folder, "drift", "--output", "json=drift.json", env={**env, "WEXA_SYNC_NOTIFY": url}, code=2)
    assert "hush-hush" not in found.stdout + found.stderr
    data = json.loads((desk.folder / "drift.json").read_text("utf-8"))
    assert data["basis"] == {"kind": "last apply"}
    changes = {each["address"]: each["change"]["actions"] for each in data["resource_changes"]}
    assert changes == {
        "Project/support-desk": ["update"],
        f"support-desk/AgentFlow/triage/Agent/{'f' * 24}": ["create"],
        "support-desk/Schedule/new-year-digest": ["delete"],
    }
    (field,) = data["resource_changes"][0]["fields"]
    assert (field["path"], field["before"]) == ("description", "Reads tickets, sorts them and drafts answers.")
    assert [(each["in"], each["kind"], each["name"]) for each in data["unmanaged"]] == [
        ("Project/support-desk", "AgentFlow", "Stray")
    ], "the connectors that every project is made with are not named"
    assert "Drift: 1 added, 1 changed, 1 removed." in found.stdout
    assert "\x1b" not in found.stdout
    (message,) = told
    assert message["event"] == "drift"
    assert message["counts"]["delete"] == 1
    assert "- support-desk/Schedule/new-year-digest" in message["lines"]
    assert {each["method"] for each in desk.remote.requests[-1:]} == {"GET"}


def test_drift_names_as_unmanaged_what_unmanaged_lists(cli: Cli, tmp_path: Path, remote: Remote) -> None:
    folder, env = copy_example("channels", tmp_path / "channels"), {**remote.env, **SECRETS}
    settings = folder / "wexa-sync.yaml"
    settings.write_text("new_project_connectors: [Content creator, REST API, WhatsApp]\n", "utf-8")
    cli(folder, "apply", "--auto-approve", env=env)
    (project,) = json.loads(cli(folder, "get", "project", "--format", "json", env=env).stdout)["items"]
    by_hand = ByHand(url=remote.server.base_url, org=remote.server.org_id)
    by_hand.connector(project["id"], "Slack")

    def named(command: str, of: str) -> list[str]:
        shown = json.loads(cli(folder, command, "--format", "json", env=env).stdout)
        return sorted(each["name"] for each in shown[of])

    assert named("drift", "unmanaged") == named("unmanaged", "items") == ["Mail", "Slack"], (
        "but not the others that the project began with"
    )
    settings.write_text(settings.read_text("utf-8") + "unmanaged_ignore: [Connector/S*]\n", "utf-8")
    assert named("drift", "unmanaged") == named("unmanaged", "items") == ["Mail"]


def test_a_webhook_that_fails_is_a_warning_and_its_address_stays_secret(desk: Desk, cli: Cli) -> None:
    env = desk.remote.env
    with listening(status=500) as (url, told):
        done = cli(desk.folder, "apply", "--auto-approve", "--notify", url, env=env)
    assert "Warning: 127.0.0.1 was not told: it answered 500." in done.stderr
    assert [message["event"] for message in told] == ["apply"]
    gone = cli(desk.folder, "apply", "--auto-approve", "--notify", url, env=env)
    assert "Warning: 127.0.0.1 was not told: no response" in gone.stderr or "No changes" in gone.stdout
    wrong = cli(desk.folder, "drift", "--notify", "http://example.com/hush-hush", env=env, code=64)
    assert "https://" in wrong.stderr
    assert "hush-hush" not in done.stderr + gone.stderr + wrong.stderr
