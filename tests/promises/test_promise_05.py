"""Promise 5: "A sentinel secret and the API key appear in no output, log, state or plan file"."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Cli, Desk, Done

SECRET = "sentinel-secret-91c2"
OTHER = "sentinel-secret-55d0"
AGENT = "      role: Sorts tickets by urgency\n"


def _declare(desk: Desk) -> None:
    """Declare a secret in a run, in a schedule and in an agent."""
    run = desk.folder / "execution.yaml"
    run.write_text(run.read_text("utf-8").replace("The printer on", "Bearer ${secret:TOKEN} on"), "utf-8")
    schedule = desk.folder / "schedule.yaml"
    schedule.write_text(schedule.read_text("utf-8").replace("Summarise the", "Use ${secret:TOKEN} on the"), "utf-8")
    flow = desk.folder / "triage.yaml"
    assert AGENT in flow.read_text("utf-8")
    flow.write_text(flow.read_text("utf-8").replace(AGENT, AGENT.rstrip() + " ${secret:TOKEN}\n"), "utf-8")


@pytest.fixture
def secretive(desk: Desk, cli: Cli) -> tuple[Desk, Cli, dict[str, str], list[Done]]:
    """Return the desk with its secrets, applied, and everything that the apply printed."""
    _declare(desk)
    env = {**desk.remote.env, "TOKEN": SECRET}
    said = [
        cli(desk.folder, "validate", env=env),
        cli(desk.folder, "plan", "-v", "--details", env=env),
        cli(desk.folder, "plan", "--format", "json", "--out", "first.plan", env=env),
        cli(desk.folder, "graph", env=env),
        cli(desk.folder, "apply", "first.plan", "-v", "--auto-approve", env=env),
        cli(desk.folder, "plan", "--detailed-exitcode", env=env),
    ]
    return desk, cli, env, said


def test_no_secret_is_said_or_kept(secretive: tuple[Desk, Cli, dict[str, str], list[Done]]) -> None:
    desk, cli, env, said = secretive
    changed = {**env, "TOKEN": OTHER}
    edited = cli(desk.folder, "plan", "-v", "--details", "--out", "second.plan", code=None, env=changed)
    assert "support-desk/Schedule/new-year-digest" in edited.stdout, "another secret is a change"
    said += [
        edited,
        cli(desk.folder, "apply", "--format", "json", "--auto-approve", code=None, env=changed),
        cli(desk.folder, "state", "list", env=changed),
        cli(desk.folder, "executions", "list", "--format", "json", env=changed),
        cli(desk.folder, "plan", code=None, env={**changed, "WEXA_BASE_URL": "http://127.0.0.1:9"}),
    ]
    sentinels = (SECRET, OTHER, env["WEXA_API_KEY"])
    for done in said:
        assert not any(each in done.stdout + done.stderr for each in sentinels)
    for file in (each for each in desk.folder.rglob("*") if each.is_file()):
        assert not any(each.encode() in file.read_bytes() for each in sentinels), file.name


def test_the_secret_itself_does_reach_the_server(secretive: tuple[Desk, Cli, dict[str, str], list[Done]]) -> None:
    desk = secretive[0]
    project = next(r.id for a, r in desk.workspace.store.load().records.items() if a.kind == "Project")
    assert SECRET in desk.remote.raw("GET", "/schedules/coworker", projectID=project).text
