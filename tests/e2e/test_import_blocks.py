"""Test `metadata.import`: a manifest names the live object that it takes over, and the plan shows that as a line."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import pytest
import yaml

from wexa_sync.model import Action, Plan

if TYPE_CHECKING:
    from tests.conftest import Cli, Desk

PROJECT, FLOW = "Project/support-desk", "support-desk/AgentFlow/triage"
SKILL, OTHER = "support-desk/Skill/summarise", "support-desk/Skill/draft-answer"
SCHEDULE = "support-desk/Schedule/new-year-digest"
AGENTS = [f"{FLOW}/Agent/{name}" for name in ("classify", "answer", "summarise")]
KINDS = ("AgentFlow", "Project", "Schedule", "Skill")


def twin(desk: Desk, lost: dict[str, str]) -> str:
    """Make another skill of the first one's name, as another person may, and return its id."""
    raw, project = desk.remote.raw, lost[PROJECT]
    skill = raw("GET", f"/skills/{lost[SKILL]}", projectID=project).json()
    skill = skill.get("data", skill)
    body = {name: skill[name] for name in ("name", "description", "connector_id", "connector_name")}
    made = raw("POST", "/skills/", {**body, "logo": "L", "user_id": None, "projectID": project})
    made.raise_for_status()
    desk.remote.forget()
    answer = made.json()
    return str(answer.get("_id") or answer["data"]["_id"])


def import_(desk: Desk, ids: Mapping[str, object]) -> None:
    """Write into the manifest of each address which id it imports."""
    for file in desk.folder.glob("*.yaml"):
        documents = list(yaml.safe_load_all(file.read_text("utf-8")))
        for each in documents:
            name = f"{each['kind']}/{each['metadata']['name']}"
            if (id := ids.get(name if each["kind"] == "Project" else f"support-desk/{name}")) is not None:
                each["metadata"]["import"] = {"id": id}
        file.write_text(yaml.safe_dump_all(documents, sort_keys=False, allow_unicode=True), "utf-8")


def own(ids: Mapping[str, str]) -> dict[str, str]:
    """Return the ids of what has a manifest of its own."""
    return {address: id for address, id in ids.items() if "/Agent/" not in address}


def test_what_manifests_import_is_adopted_without_a_flag_and_stays_as_it_is(
    desk: Desk, cli: Cli, lost: dict[str, str], work: Callable[[Plan], list[str]]
) -> None:
    import_(desk, own(lost))
    shown = cli(desk.folder, "plan", env=desk.remote.env).stdout
    assert f"= {SKILL}" in shown
    assert "Plan: 0 to add, 0 to change, 0 to delete, 0 to run, 8 to adopt." in shown
    assert f"metadata.import names {lost[SKILL]}" in shown
    assert sorted(work(desk.plan())) == sorted(f"adopt {address}" for address in lost)
    cli(desk.folder, "apply", "--auto-approve", env=desk.remote.env)
    assert desk.remote.writes == []
    assert {str(a): r.id for a, r in desk.workspace.store.load().records.items()} == lost
    assert work(desk.plan()) == [], "the manifests still import what is recorded: that is no change"


def test_an_import_shows_in_every_format(desk: Desk, cli: Cli, lost: dict[str, str]) -> None:
    import_(desk, own(lost))
    for format_ in ("text", "json", "markdown", "html"):
        shown = cli(desk.folder, "plan", "--format", format_, env=desk.remote.env).stdout
        assert lost[SKILL] in shown, format_
    changes = json.loads(cli(desk.folder, "plan", "--format", "json", env=desk.remote.env).stdout)["resource_changes"]
    assert {each["change"]["actions"][0] for each in changes} == {"adopt"}


def test_an_import_that_differs_is_adopted_and_changed_in_one_apply(
    desk: Desk, lost: dict[str, str], work: Callable[[Plan], list[str]]
) -> None:
    import_(desk, own(lost))
    file = desk.folder / "schedule.yaml"
    file.write_text(file.read_text("utf-8").replace("Summarise", "Count"), "utf-8")
    assert f"update {SCHEDULE}" in work(desk.plan())
    desk.apply()
    assert [line for line in desk.remote.writes if not line.startswith("GET")] == [
        f"PATCH /schedule/coworker/{lost[SCHEDULE]}"
    ]
    assert work(desk.plan()) == []


def test_of_two_that_have_one_name_each_manifest_takes_the_one_that_it_names(
    desk: Desk, lost: dict[str, str], work: Callable[[Plan], list[str]]
) -> None:
    twin(desk, lost)
    assert any(SKILL in line and "2 live ones" in line for line in work(desk.plan())), "by its name it is ambiguous"
    import_(desk, own(lost))
    assert {line.split()[0] for line in work(desk.plan())} == {"adopt"}
    desk.apply()
    assert desk.workspace.store.load().records[next(iter(desk.read().manifests))].id in lost.values()
    assert desk.remote.writes == []
    assert work(desk.plan()) == []


def blocked(plan: Plan) -> dict[str, tuple[str, str]]:
    """Return why and how each address is blocked."""
    return {str(each.address): (each.reason, each.hint) for each in plan.blocked}


@pytest.mark.parametrize(
    ("address", "id", "reason"),
    [
        (SKILL, "0" * 24, "no Skill in Project/support-desk has the id " + "0" * 24),
        (SKILL, FLOW, "is support-desk/AgentFlow/triage"),
        (FLOW, OTHER, "is support-desk/Skill/draft-answer"),
        (PROJECT, "f" * 24, "no Project has the id " + "f" * 24),
        (SCHEDULE, "x", "no Schedule in Project/support-desk has the id x"),
    ],
)
def test_an_id_that_is_not_to_be_blocks_and_nothing_is_made(
    desk: Desk, lost: dict[str, str], address: str, id: str, reason: str
) -> None:
    wrong = lost.get(id, id)
    import_(desk, {**{a: i for a, i in own(lost).items() if a in (PROJECT, address)}, address: wrong})
    plan = desk.plan()
    why, hint = blocked(plan)[address]
    assert reason in why
    assert wrong in why
    assert "metadata.import" in hint
    assert not any(change.action is Action.CREATE for change in plan)
    desk.apply()
    assert desk.remote.writes == []


def test_an_id_of_another_project_blocks(desk: Desk, lost: dict[str, str]) -> None:
    raw, server = desk.remote.raw, desk.remote.server
    theirs = {"projectName": "Theirs", "description": "D", "orgId": server.org_id, "userId": server.user_id}
    answer = raw("POST", "/v1/project", {**theirs, "coworkerRole": "R", "coworker_role": "R"})
    answer.raise_for_status()
    made = answer.json()
    project = made.get("_id") or made.get("data", {}).get("_id") or made.get("project", {}).get("_id")
    connector = raw("GET", f"/connectors/{project}").json()[0]["accountDetails"][0]["connectorID"]
    body = {"name": "Summarise ticket", "description": "D", "logo": "L", "user_id": None, "projectID": project}
    skill = raw("POST", "/skills/", {**body, "connector_id": connector, "connector_name": "C"})
    skill.raise_for_status()
    id = skill.json().get("_id") or skill.json()["data"]["_id"]
    desk.remote.forget()
    import_(desk, {**own(lost), SKILL: id})
    why, _ = blocked(desk.plan())[SKILL]
    assert id in why
    desk.apply()
    assert desk.remote.writes == []


def test_a_record_of_another_id_blocks_with_both(desk: Desk, lost: dict[str, str]) -> None:
    import_(desk, own(lost))
    desk.apply()
    import_(desk, {**own(lost), SKILL: lost[OTHER], OTHER: lost[SKILL]})
    why, hint = blocked(desk.plan())[SKILL]
    assert lost[SKILL] in why
    assert lost[OTHER] in why
    assert f"wexa-sync state rm {SKILL}" in hint


def test_what_was_imported_and_is_gone_is_not_made_again_until_the_import_is_taken_out(
    desk: Desk, lost: dict[str, str], work: Callable[[Plan], list[str]]
) -> None:
    import_(desk, own(lost))
    desk.apply()
    desk.remote.raw("DELETE", f"/schedule/coworker/{lost[SCHEDULE]}", projectID=lost[PROJECT]).raise_for_status()
    why, hint = blocked(desk.plan())[SCHEDULE]
    assert "was removed outside" in why
    assert "Take metadata.import out" in hint
    file = desk.folder / "schedule.yaml"
    document = yaml.safe_load(file.read_text("utf-8"))
    del document["metadata"]["import"]
    file.write_text(yaml.safe_dump(document), "utf-8")
    assert work(desk.plan()) == [f"create {SCHEDULE}"]


PROBLEMS = {
    "a secret": ({SKILL: "${secret:ID}"}, "an id can't be a secret"),
    "a variable that is not set": ({SKILL: "${env:NO_SUCH}"}, "NO_SUCH"),
    "dots": ({SKILL: ".."}, "'..' can't be an id"),
    "a path": ({SKILL: "a/../b"}, "'a/../b' can't be an id"),
    "an escape": ({SKILL: "a\x1b[31m"}, "can't be an id"),
    "a number": ({SKILL: 7}, "metadata.import.id"),
    "one id twice": ({SKILL: "a" * 24, OTHER: "A" * 24}, "imports the same id as support-desk/Skill/summarise at"),
}


@pytest.mark.parametrize(("ids", "said"), PROBLEMS.values(), ids=PROBLEMS)
def test_a_bad_import_is_a_problem_with_its_place(desk: Desk, cli: Cli, ids: dict[str, object], said: str) -> None:
    import_(desk, ids)
    shown = cli(desk.folder, "validate", code=1, env={"ID": "sentinel-in-a-secret"}).stderr
    assert "sentinel-in-a-secret" not in shown
    assert said in " ".join(shown.split())
    assert "skills.yaml:" in shown
    assert "\x1b[31m" not in shown


def test_a_run_is_not_imported(desk: Desk, cli: Cli) -> None:
    file = desk.folder / "execution.yaml"
    file.write_text(file.read_text("utf-8").replace("  name: smoke-test", "  name: smoke-test\n  import: {id: x1}"))
    shown = cli(desk.folder, "validate", code=1).stderr
    assert "import" in shown


def test_a_rehearsal_makes_what_is_imported_elsewhere(desk: Desk, cli: Cli) -> None:
    import_(desk, {SKILL: "a" * 24, FLOW: "b" * 24})
    assert cli(desk.folder, "plan", "--sandbox").last.startswith("Plan: 8 to add, 0 to change")


def test_each_environment_imports_the_id_of_its_own_workspace(desk: Desk, cli: Cli, lost: dict[str, str]) -> None:
    import_(desk, {**own(lost), SKILL: "${var:SUMMARISE_ID}", OTHER: "${env:DRAFT_ID}"})
    env = {**desk.remote.env, "DRAFT_ID": lost[OTHER]}
    shown = cli(desk.folder, "plan", "--var", f"SUMMARISE_ID={lost[SKILL]}", env=env)
    assert "8 to adopt." in shown.stdout
    other = cli(desk.folder, "plan", "--var", "SUMMARISE_ID=" + "0" * 24, env=env).stdout
    assert "has the id " + "0" * 24 in " ".join(other.split())


def test_an_environment_says_which_id_and_an_empty_one_imports_nothing(
    desk: Desk, cli: Cli, lost: dict[str, str]
) -> None:
    import_(desk, {**own(lost), SCHEDULE: "${var:DIGEST_ID}"})
    (desk.folder / "wexa-sync.yaml").write_text(
        f"environments:\n  one: {{vars: {{DIGEST_ID: {lost[SCHEDULE]!r}}}}}\n  two: {{vars: {{DIGEST_ID: ''}}}}\n",
        "utf-8",
    )
    shown = {name: cli(desk.folder, "plan", "--env", name, env=desk.remote.env).stdout for name in ("one", "two")}
    assert "8 to adopt." in shown["one"]
    assert "7 to adopt, 1 blocked." in shown["two"]
    assert "is live already and not managed here" in " ".join(shown["two"].split())
