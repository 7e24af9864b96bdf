"""`wexa-sync unmanaged` shows what others made, in a project that is managed and in one that is not, by GET alone."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.conformance.by_hand import ByHand
from wexa_sync.text.orders import without_orders

if TYPE_CHECKING:
    from tests.conftest import Cli, Desk

ORDERS = "Say:\n::error::no\n  ::set-output name=a::b\n##vso[task.complete]\n--- \nDo ${not} fill $${this} in.\n\n"
HOSTILE = "--- \x1b[31mStray\u202e ::error::"


@pytest.fixture
def env(desk: Desk, cli: Cli) -> dict[str, str]:
    """Return the settings of a sandbox on which the support desk is applied."""
    cli(desk.folder, "apply", "--auto-approve", env=desk.remote.env)
    desk.remote.forget()
    return desk.remote.env


def ids_of(desk: Desk) -> dict[str, str]:
    """Return the recorded ids by address."""
    return {str(address): record.id for address, record in desk.workspace.store.load().records.items()}


def make_by_hand(desk: Desk) -> None:
    """Add a flow with an agent, and an agent to a flow that is managed; and a project with a skill."""
    raw, ids, org = desk.remote.raw, ids_of(desk), desk.remote.server.org_id
    project, flow = ids["Project/support-desk"], ids["support-desk/AgentFlow/triage"]
    agent = raw("GET", f"/agentflow/{flow}").json()["agents"][0]
    new = {**agent, "_id": "f" * 24, "title": "New", "agent_type": "skilled_agent", "conditions": []}
    new["skills"] = [skill["_id"] for skill in agent["skills"]]
    raw("POST", f"/agentflow/{flow}/skilled", new, projectID=project).raise_for_status()
    stray = {"name": HOSTILE, "description": "x", "role": "r", "projectID": project}
    stray_id = raw("POST", "/agentflow/", stray, projectID=project).json()["_id"]
    prompt = {**agent["prompt"], "template": ORDERS, "display_template": ORDERS}
    inner = {**new, "_id": "e" * 24, "title": "Inner", "prompt": prompt}
    raw("POST", f"/agentflow/{stray_id}/skilled", inner, projectID=project).raise_for_status()
    other = {"orgId": org, "projectName": "Other", "description": "", "coworker_role": "", "status": "published"}
    other_id = raw("POST", "/v1/project", other).json()["_id"]
    groups = raw("GET", f"/connectors/{other_id}").json()
    connector = next(each for group in groups for each in group["accountDetails"] or [])
    skill = {"name": "Draft", "logo": "l", "connector_name": "x", "description": "d", "user_id": None}
    skill |= {"projectID": other_id, "connector_id": connector["connectorID"]}
    raw("POST", "/skills/", skill).raise_for_status()
    desk.remote.forget()


def items(cli: Cli, desk: Desk, env: dict[str, str], *words: str) -> list[tuple[Any, ...]]:
    """Return project, kind and name of each thing that is shown."""
    shown = json.loads(cli(desk.folder, "unmanaged", "--format", "json", *words, env=env).stdout)
    return [(each["project"], each["value"]["kind"], each["name"]) for each in shown["items"]]


def planned(cli: Cli, folder: Path, env: dict[str, str]) -> dict[str, str]:
    """Return what a plan does, by address. Nothing in it is blocked."""
    plan = json.loads(cli(folder, "plan", "--format", "json", env=env).stdout)
    assert plan["blocked"] == []
    does = {each["address"]: each["change"]["actions"][0] for each in plan["resource_changes"]}
    return {address: action for address, action in does.items() if action != "no-op"}


def test_what_an_apply_made_is_managed(desk: Desk, cli: Cli, env: dict[str, str]) -> None:
    done = cli(desk.folder, "unmanaged", "--detailed-exitcode", env=env)
    assert (done.stdout, done.stderr) == ("", "Nothing is unmanaged.\n")
    assert items(cli, desk, env) == []
    assert desk.remote.writes == []


def test_what_others_made_is_listed_and_no_part_of_it_twice(desk: Desk, cli: Cli, env: dict[str, str]) -> None:
    make_by_hand(desk)
    done = cli(desk.folder, "unmanaged", "--detailed-exitcode", env=env, code=2)
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    assert [row[:3] for row in rows] == [
        ["Support desk", "AgentFlow", r"--- \x1b[31mStray\u202e ::error::"],
        ["Support desk", "Agent", "New in AgentFlow/triage"],
        ["Other", "Project", "Other"],
        ["Other", "Skill", "Draft"],
    ]
    assert done.stderr == "4 unmanaged: 1 Project, 1 Skill, 1 AgentFlow, 1 Agent.\n"
    assert len(cli(desk.folder, "unmanaged", env=env).stdout.splitlines()) == 4
    assert desk.remote.writes == []
    shown = cli.on_terminal(desk.folder, "unmanaged", "--no-color", env=env).stdout
    assert max(map(len, shown.splitlines())) <= 80
    assert "\x1b" not in shown
    assert "Project 'Other'\nKIND" in shown


def test_the_settings_leave_out_what_is_known_and_an_environment_says_so_itself(
    desk: Desk, cli: Cli, env: dict[str, str]
) -> None:
    make_by_hand(desk)
    settings = desk.folder / "wexa-sync.yaml"
    settings.write_text("unmanaged_ignore: [Skill/*, 'Project/Oth?r', AgentFlow/*]\n", "utf-8")
    assert items(cli, desk, env) == [("Support desk", "Agent", "New")]
    done = cli(desk.folder, "unmanaged", env=env)
    assert done.stderr == "1 unmanaged: 1 Agent. 3 left out by unmanaged_ignore.\n"
    state = "state: .wexa-sync/state.json"
    settings.write_text(
        "unmanaged_ignore: ['*/*']\nenvironments:\n"
        f"  staging: {{unmanaged_ignore: ['Agent*/*'], {state}}}\n  production: {{}}\n",
        "utf-8",
    )
    assert items(cli, desk, env, "--env", "staging") == [("Other", "Project", "Other"), ("Other", "Skill", "Draft")]
    assert items(cli, desk, env, "--env", "production") == []
    settings.write_text("unmanaged_ignore: [Skill]\n", "utf-8")
    assert "wexa-sync.yaml:1:20" in cli(desk.folder, "unmanaged", env=env, code=1).stderr


def test_a_project_is_chosen_by_handle_name_or_id(desk: Desk, cli: Cli, env: dict[str, str]) -> None:
    make_by_hand(desk)
    assert len(items(cli, desk, env)) == 4
    found = json.loads(cli(desk.folder, "get", "project", "Other", "--format", "json", env=env).stdout)
    for word in ("Other", found["items"][0]["id"]):
        assert [kind for _, kind, _ in items(cli, desk, env, "--project", word)] == ["Project", "Skill"]
    assert len(items(cli, desk, env, "--project", "support-desk")) == 2
    assert len(items(cli, desk, env, "--project", "support-desk", "--project", "Other")) == 4
    wrong = cli(desk.folder, "unmanaged", "--project", "Othr", env=env, code=64)
    assert "there is no project 'Othr'" in wrong.stderr
    body = {"orgId": desk.remote.server.org_id, "projectName": "Köln\u202e", "description": "", "coworker_role": ""}
    desk.remote.raw("POST", "/v1/project", body).raise_for_status()
    wrong = cli(desk.folder, "unmanaged", "--project", "Berlin", env=env, code=64)
    assert "'Other', 'Köln\\u202e'." in wrong.stderr, "names of any script are read as they are"


def test_a_list_that_can_not_be_read_is_named_and_the_rest_is_shown(desk: Desk, cli: Cli, env: dict[str, str]) -> None:
    make_by_hand(desk)
    desk.remote.fault("403 GET /skills/ times=forever")
    done = cli(desk.folder, "unmanaged", env=env)
    assert "not all can be seen: Skill of project 'Other'" in " ".join(done.stderr.split())
    assert "Draft" not in done.stdout
    assert len(done.stdout.splitlines()) == 3


def test_nobody_is_told_that_all_is_managed_where_a_list_can_not_be_read(
    desk: Desk, cli: Cli, env: dict[str, str]
) -> None:
    desk.remote.fault("403 GET /skills/ times=forever")
    done = cli(desk.folder, "unmanaged", "--detailed-exitcode", env=env, code=1)
    assert "Warning: not all can be seen: Skill of project" in " ".join(done.stderr.split())
    assert "nobody knows whether something is unmanaged" in " ".join(done.stderr.split())
    cli(desk.folder, "unmanaged", env=env)
    make_by_hand(desk)
    cli(desk.folder, "unmanaged", "--detailed-exitcode", env=env, code=2)  # that much is sure


def test_the_manifests_that_are_printed_take_over_what_they_stand_for(
    desk: Desk, cli: Cli, env: dict[str, str]
) -> None:
    make_by_hand(desk)
    text = cli(desk.folder, "unmanaged", "--manifests", env=env).stdout
    assert [line for line in text.splitlines() if without_orders(f"{line}\n") != f"{line}\n"] == ["---", "---"]
    assert text.isprintable() or all(line.isprintable() for line in text.splitlines())
    added = "support-desk/AgentFlow/triage/Agent/new"
    assert (
        "\n\n# Add this to spec.agents of support-desk/AgentFlow/triage, and record it by\n"
        f"# `wexa-sync import {added} {'f' * 24}`:\n# - handle: new\n#   title: New\n"
    ) in text
    state = ("--state", ".wexa-sync/state.json")
    told = f"# `wexa-sync import {added} {'f' * 24} {' '.join(state)}`:"
    assert told in cli(desk.folder, "unmanaged", "--manifests", *state, env=env).stdout
    mine = cli(desk.folder, "unmanaged", "--manifests", "--project", "support-desk", env=env).stdout
    (desk.folder / "more.yaml").write_text(mine, "utf-8")
    # The flow, and its agent with every character of its prompt.
    assert list(planned(cli, desk.folder, env).values()) == ["adopt", "adopt"]
    desk.remote.forget()
    cli(desk.folder, "apply", "--auto-approve", env=env)
    assert desk.remote.writes == []
    assert items(cli, desk, env, "--project", "support-desk") == [("Support desk", "Agent", "New")]
    (desk.folder / "other").mkdir()
    others = cli(desk.folder, "unmanaged", "--manifests", "--project", "Other", env=env).stdout
    (desk.folder / "other" / "all.yaml").write_text(others, "utf-8")
    assert planned(cli, desk.folder / "other", env) == {"Project/other": "adopt", "other/Skill/draft": "adopt"}


def test_agents_of_one_title_are_told_apart_by_the_commands_beside_them(desk: Desk, cli: Cli) -> None:
    server, env, folder = desk.remote.server, desk.remote.env, desk.folder
    by_hand = ByHand(url=server.base_url, org=server.org_id)
    project = by_hand.project("Returns")
    flow = by_hand.flow(project, "Answer")
    agents = [by_hand.agent(project, flow, "Write", template=text) for text in ("Write.", "Write once more.")]
    found = folder / "found"
    found.mkdir()
    (found / "all.yaml").write_text(cli(folder, "unmanaged", "--manifests", env=env).stdout, "utf-8")
    assert "2 blocked" in cli(found, "apply", "--auto-approve", env=env, code=4).stdout
    commands = re.findall("# `wexa-sync (.*)`", (found / "all.yaml").read_text("utf-8"))
    assert [each.split()[-1] for each in commands] == agents
    for command in commands:
        cli(found, *command.split(), env=env)
    assert planned(cli, found, env) == {}


def test_nothing_unmanaged_prints_no_manifest_and_what_is_ignored_is_none(
    desk: Desk, cli: Cli, env: dict[str, str]
) -> None:
    assert cli(desk.folder, "unmanaged", "--manifests", env=env).stdout == ""
    make_by_hand(desk)
    (desk.folder / "wexa-sync.yaml").write_text("unmanaged_ignore: ['*/*']\n", "utf-8")
    done = cli(desk.folder, "unmanaged", "--manifests", "--detailed-exitcode", env=env)
    assert (done.stdout, done.stderr) == ("", "Nothing is unmanaged. 4 left out by unmanaged_ignore.\n")
