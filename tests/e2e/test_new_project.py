"""A new project whose skills need a connector that only Wexa Studio makes: the plan says the order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from wexa_sync.model import Address

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Cli, Desk
    from wexa_sync.model import Plan

SKILL = "support-desk/Skill/summarise"


def _needs(desk: Desk, name: str) -> None:
    """Let one of the two skills need that connector."""
    file = desk.folder / "skills.yaml"
    file.write_text(file.read_text("utf-8").replace("{external: Content creator}", f"{{external: {name}}}", 1), "utf-8")


def _configure(desk: Desk, name: str) -> None:
    """Configure a connector, as a person does it in Wexa Studio."""
    project = desk.workspace.store.load().records[Address.parse("Project/support-desk")].id
    texts = {"name": name, "description": "d", "category": "linkedin", "org_id": desk.remote.server.org_id, "logo": ""}
    body = {**texts, "projectID": project, "ui_form": [], "actions": [], "config": {}}
    desk.remote.raw("POST", "/actions/linkedin/config", body, projectID=project).raise_for_status()


@pytest.mark.parametrize("name", ["Slack", "LinkedIn", "My own"])
def test_the_plan_blocks_what_cannot_work_yet_and_says_the_order(cli: Cli, desk: Desk, name: str) -> None:
    _needs(desk, name)
    plan = desk.plan()
    (skill,) = (each for each in plan.blocked if str(each.address) == SKILL)
    assert skill.reason == f"Project/support-desk is not there yet, so it has no Connector {name!r}"
    order = ["apply, which makes Project/support-desk", f"connector {name!r} there in Wexa Studio", "apply again"]
    assert [skill.hint.find(step) for step in order] == sorted(skill.hint.find(step) for step in order)
    assert all(step in skill.hint for step in order)
    blocked = {str(each.address) for each in plan.blocked}
    assert {"support-desk/AgentFlow/triage/Agent/summarise", "support-desk/Execution/smoke-test"} <= blocked
    done = cli(desk.folder, "apply", "--auto-approve", code=4, env=desk.remote.env)
    assert "failed" not in done.stdout
    assert "done      + Project/support-desk" in done.stdout
    _configure(desk, name)
    cli(desk.folder, "apply", "--auto-approve", env=desk.remote.env)
    assert cli(desk.folder, "plan", env=desk.remote.env).last == "No changes."


def test_what_a_new_project_is_taken_to_have_is_a_setting(
    cli: Cli, desk: Desk, work: Callable[[Plan], list[str]]
) -> None:
    assert not [line for line in work(desk.plan()) if line.startswith("blocked")]
    (desk.folder / "wexa-sync.yaml").write_text("new_project_connectors: [Slack]\n", "utf-8")
    shown = cli(desk.folder, "plan", env=desk.remote.env).stdout
    assert "so it has no Connector 'Content creator'" in " ".join(shown.split())


def test_a_skill_by_its_display_name_is_not_there_either_and_a_handle_is_offered(desk: Desk) -> None:
    flow = desk.folder / "triage.yaml"
    text = flow.read_text("utf-8").replace("skills: [summarise]", "skills: [{external: Summarise ticket}]")
    flow.write_text(text, "utf-8")
    (agent,) = (each for each in desk.plan().blocked if str(each.address).endswith("Agent/summarise"))
    assert agent.reason == "Project/support-desk is not there yet, so it has no Skill 'Summarise ticket'"
    assert "referred to by its handle" in agent.hint
