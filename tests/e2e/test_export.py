"""An export as a person runs it: the real command line and sandbox."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conformance.by_hand import ByHand
from tests.conftest import Cli, Remote


@pytest.fixture
def hand(remote: Remote) -> ByHand:
    """Return hands on the sandbox that the command line works on."""
    return ByHand(url=remote.server.base_url, org=remote.server.org_id)


def test_two_commands_lead_to_an_empty_plan_and_write_nothing_to_the_server(
    cli: Cli, remote: Remote, hand: ByHand, tmp_path: Path
) -> None:
    project = hand.project("Support desk")
    skill = hand.skill(project, hand.connector(project, "Haus Mail"), "Read mail")
    hand.agent(project, hand.flow(project, "Triage"), "Sorter", skills=[skill], template="One\nTwo")
    remote.forget()
    wrote = cli(tmp_path, "export", "desk", "--adopt", env=remote.env)
    assert wrote.stdout.splitlines()[-1] == "A plan of all of it comes to no change; the state knows it."
    assert (tmp_path / "desk" / "prompts" / "triage-sorter.md").read_text("utf-8") == "One\nTwo\n"
    assert "${secret:HAUS_MAIL_PIN}" in (tmp_path / "desk" / "connectors.yaml").read_text("utf-8")
    for folder, words in ((tmp_path, ("desk",)), (tmp_path / "desk", ())):
        for env in ({}, {"HAUS_MAIL_PIN": "another"}):
            plan = cli(folder, "plan", *words, "--detailed-exitcode", env={**remote.env, **env})
            assert plan.last == "No changes."
    assert remote.writes == []


def test_what_is_not_whole_is_named_not_recorded_and_exits_with_3(
    cli: Cli, remote: Remote, hand: ByHand, tmp_path: Path
) -> None:
    project = hand.project("Desk")
    flow = hand.flow(project, "Broken \x1b[31m")
    hand.agent(project, flow, "First")
    hand.agent(project, flow, "Lost")
    remote.raw("POST", "/_sandbox/faults", {"fault": "403 GET /schedules/coworker times=forever"})
    wrote = cli(tmp_path, "export", "desk", "--adopt", code=3, env=remote.env)
    assert "The list of Schedules of 'Desk' could not be read" in wrote.stderr
    assert "\x1b[31m" not in wrote.stdout + wrote.stderr
    assert (tmp_path / "desk" / "flows" / "broken-31m.yaml").exists()


def test_a_folder_with_files_and_a_project_that_is_not_there_are_refused(
    cli: Cli, remote: Remote, hand: ByHand, tmp_path: Path
) -> None:
    hand.project("Support desk")
    refused = cli(tmp_path, "export", "new", "--project", "Suport desk", code=64, env=remote.env)
    assert "Did you mean 'Support desk'?" in refused.stderr
    (tmp_path / "notes.txt").write_text("mine", "utf-8")
    remote.forget()
    refused = cli(tmp_path, "export", ".", code=64, env=remote.env)
    assert "is not empty: it holds notes.txt" in refused.stderr
    assert remote.requests == [], "it is refused before anything is read"
    cli(tmp_path, "export", ".", "--into", env=remote.env)
    first = {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}
    cli(tmp_path, "export", ".", "--into", env=remote.env)
    assert {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()} == first
    assert (tmp_path / "notes.txt").read_text("utf-8") == "mine"


def test_partial_needs_adopt(cli: Cli, remote: Remote, tmp_path: Path) -> None:
    assert "--partial is for --adopt" in cli(tmp_path, "export", "x", "--partial", code=64, env=remote.env).stderr
    assert not (tmp_path / "x").exists()
