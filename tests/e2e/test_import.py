"""Test `wexa-sync import`: one object by its id, or all by their names; and a state that is lost."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
import yaml

from tests.conftest import KEY
from tests.e2e.conftest import ids_of
from tests.e2e.test_import_blocks import AGENTS, FLOW, OTHER, PROJECT, SCHEDULE, SKILL, import_, twin
from wexa_sync.model import Address, Intent, Plan
from wexa_sync.state.base import Intend

if TYPE_CHECKING:
    from tests.conftest import Cli, Desk, Done


@pytest.fixture
def run(desk: Desk, cli: Cli) -> Callable[..., Done]:
    """Return the function that runs `wexa-sync import` in the desk's folder."""
    return lambda *words, code=0: cli(desk.folder, "import", *words, code=code, env=desk.remote.env)


def edit(desk: Desk, name: str, old: str, new: str) -> None:
    """Replace a text in a file of the desk."""
    file = desk.folder / name
    assert old in file.read_text("utf-8")
    file.write_text(file.read_text("utf-8").replace(old, new), "utf-8")


def test_one_by_one_by_their_ids(
    desk: Desk, lost: dict[str, str], run: Callable[..., Done], work: Callable[[Plan], list[str]]
) -> None:
    for address in (PROJECT, SKILL, OTHER, FLOW, SCHEDULE):
        done = run(address, lost[address])
        assert f"Imported: {address} is {lost[address]}" in " ".join(done.stderr.split() + done.stdout.split())
    assert ids_of(desk) == lost, "the agents came with their flow"
    assert desk.remote.writes == []
    assert work(desk.plan()) == []
    again = run(SKILL, lost[SKILL].upper())
    assert "is recorded with that id already" in again.stderr + again.stdout


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_kill_leaves_all_or_nothing_and_the_same_command_does_the_rest(
    desk: Desk, lost: dict[str, str], run: Callable[..., Done], cli: Cli, moment: str
) -> None:
    run(PROJECT, lost[PROJECT])
    run(SKILL, lost[SKILL])
    run(OTHER, lost[OTHER])
    calls = ("os._exit(9)", "real(*given)") if moment == "before" else ("real(*given)", "os._exit(9)")
    kill = (
        "import os, wexa_sync.state.file as it\nreal = it.write_at\n"
        f"def once(*given):\n    {'; '.join(calls)}\nit.write_at = once"
    )
    cli(desk.folder, "import", FLOW, lost[FLOW], code=9, before=kill, env=desk.remote.env)
    parts = {FLOW, *AGENTS} if moment == "after" else set()
    assert ids_of(desk).keys() == {PROJECT, SKILL, OTHER} | parts, "a flow with its agents, or not at all"
    run(FLOW, lost[FLOW])
    run(SCHEDULE, lost[SCHEDULE])
    assert ids_of(desk) == lost
    assert desk.remote.writes == []


def test_one_import_for_programs(desk: Desk, lost: dict[str, str], run: Callable[..., Done]) -> None:
    (told,) = json.loads(run(PROJECT, lost[PROJECT], "--format", "json").stdout)
    assert (told["address"], told["id"], told["sure"]) == (PROJECT, lost[PROJECT], "certain")
    again = run(PROJECT, lost[PROJECT], "--format", "json")
    assert json.loads(again.stdout) == []
    assert "is recorded with that id already" in again.stderr
    for words in (("--format", "html"), ("--output", "json=told.json")):
        assert "for `import --all`" in " ".join(run(SKILL, lost[SKILL], *words, code=64).stderr.split())
    assert not (desk.folder / "told.json").exists()
    assert SKILL not in ids_of(desk)


def test_what_differs_is_in_the_next_plan(
    desk: Desk, lost: dict[str, str], run: Callable[..., Done], work: Callable[[Plan], list[str]]
) -> None:
    edit(desk, "schedule.yaml", "Summarise", "Count")
    edit(desk, "skills.yaml", "Shortens a ticket", "Shortens tickets")
    for address in (PROJECT, SKILL, OTHER, FLOW, SCHEDULE):
        run(address, lost[address])
    assert desk.remote.writes == []
    update, blocked = work(desk.plan())
    assert update == f"update {SCHEDULE}"
    assert blocked.startswith(f"blocked {SKILL}: description differs")


def test_a_part_alone(desk: Desk, lost: dict[str, str], run: Callable[..., Done]) -> None:
    run(PROJECT, lost[PROJECT])
    refused = run(AGENTS[0], lost[AGENTS[0]], code=64).stderr
    assert f"{FLOW} is not recorded" in " ".join(refused.split())
    import_(desk, {})
    flow = desk.folder / "triage.yaml"
    document = yaml.safe_load(flow.read_text("utf-8"))
    agents = document["spec"]["agents"]
    document["spec"]["agents"] = []
    flow.write_text(yaml.safe_dump(document, sort_keys=False), "utf-8")
    run(FLOW, lost[FLOW])
    assert AGENTS[0] not in ids_of(desk)
    document["spec"]["agents"] = agents
    flow.write_text(yaml.safe_dump(document, sort_keys=False), "utf-8")
    run(AGENTS[0], lost[AGENTS[0]])
    assert ids_of(desk)[AGENTS[0]] == lost[AGENTS[0]]
    wrong = run(AGENTS[2], lost[AGENTS[0]], code=64).stderr
    assert f"is recorded as {AGENTS[0]}" in " ".join(wrong.split())


BAD = {
    "not declared": (("support-desk/Skill/sumarise", "a" * 24), "Did you mean 'support-desk/Skill/summarise'?"),
    "no address": (("summarise", "a" * 24), "is not an address"),
    "no id": ((SKILL,), "name an ADDRESS and the ID"),
    "dots": ((SKILL, ".."), "can't be an id"),
    "a path": ((SKILL, "a/../../v1/project"), "can't be an id"),
    "an escape": ((SKILL, "a\x1b[31mb"), "can't be an id"),
    "a query": ((SKILL, "a?b"), "can't be an id"),
    "percent": ((SKILL, "%2e%2e"), "can't be an id"),
    "long": ((SKILL, "a" * 201), "can't be an id"),
    "empty": ((SKILL, ""), "empty"),
    "not live": ((SKILL, "0" * 24), "no Skill in Project/support-desk has the id"),
    "of another kind": ((SKILL, FLOW), f"is a {FLOW}|AgentFlow 'Ticket triage'|{FLOW}"),
    "recorded elsewhere": ((SKILL, OTHER), f"is recorded as {OTHER}"),
    "recorded with another": ((OTHER, SKILL), "is recorded already, with the id"),
    "in no project": (("other/Skill/x", "a" * 24), "no manifest declares"),
}


@pytest.mark.parametrize(("words", "said"), BAD.values(), ids=BAD)
def test_a_wrong_word_records_nothing(
    desk: Desk, lost: dict[str, str], run: Callable[..., Done], words: tuple[str, ...], said: str
) -> None:
    for address in (PROJECT, OTHER):
        run(address, lost[address])
    before = ids_of(desk)
    shown = run(words[0], *(lost.get(each, each) for each in words[1:]), code=64).stderr
    assert any(each in " ".join(shown.split()) for each in said.split("|"))
    assert "\x1b[31m" not in shown
    assert KEY not in shown
    assert ids_of(desk) == before
    assert desk.remote.writes == []


def test_a_run_is_resolved_and_not_imported(run: Callable[..., Done]) -> None:
    shown = run("support-desk/Execution/smoke-test", "a" * 24, code=64).stderr
    assert "wexa-sync resolve support-desk/Execution/smoke-test --happened ID" in " ".join(shown.split())


def test_what_is_in_doubt_is_resolved_first(desk: Desk, run: Callable[..., Done]) -> None:
    (desk.folder / "execution.yaml").unlink()
    desk.apply()
    edit(desk, "skills.yaml", "name: summarise", "name: shorten")
    edit(desk, "skills.yaml", "name: Summarise ticket", "name: Shorten ticket")
    edit(desk, "triage.yaml", "skills: [summarise]", "skills: [shorten]")
    address = Address(project="support-desk", kind="Skill", name="shorten")
    sent = Intent(address=address, operation="create", time=0.0, spec={}, fingerprint="f")
    workspace = desk.workspace
    with workspace.store.session(workspace.target) as session:
        session.write(Intend(sent))
    assert f"{address} is in doubt" in " ".join(run(str(address), "a" * 24, code=64).stderr.split())


def test_the_manifest_may_name_the_id_as_well_but_no_other(
    desk: Desk, lost: dict[str, str], run: Callable[..., Done]
) -> None:
    run(PROJECT, lost[PROJECT])
    import_(desk, {SKILL: lost[SKILL]})
    assert f"imports {lost[SKILL]}" in " ".join(run(SKILL, lost[OTHER], code=64).stderr.split())
    run(SKILL, lost[SKILL])
    assert ids_of(desk)[SKILL] == lost[SKILL]


def test_all_by_their_names(
    desk: Desk, lost: dict[str, str], run: Callable[..., Done], work: Callable[[Plan], list[str]]
) -> None:
    edit(desk, "schedule.yaml", "2035-01-02", "2036-01-02")
    edit(desk, "skills.yaml", "Shortens a ticket", "Shortens tickets")
    refused = run("--all", code=64)
    assert "there is no terminal to ask on" in refused.stderr
    assert ids_of(desk) == {}
    done = run("--all", "--auto-approve", code=4)
    assert "8 to adopt, 1 blocked." in done.stdout
    assert "no call to update it" in done.stdout
    assert ids_of(desk) == lost
    assert desk.remote.writes == []
    assert [line.partition(":")[0] for line in work(desk.plan())] == [f"update {SCHEDULE}", f"blocked {SKILL}"]
    assert run("--all", "--auto-approve").last == "No changes."


def test_all_makes_changes_and_deletes_nothing(
    desk: Desk, lost: dict[str, str], run: Callable[..., Done], work: Callable[[Plan], list[str]]
) -> None:
    with (desk.folder / "skills.yaml").open("a", encoding="utf-8") as file:
        file.write(
            "---\napiVersion: wexa.ai/v1\nkind: Skill\nmetadata: {name: new}\nspec: {name: New, description: D, "
            "connector_id: {external: Content creator}}\n"
        )
    run("--all", "--auto-approve", ".")
    (desk.folder / "schedule.yaml").unlink()
    assert run("--all", "--auto-approve", str(desk.folder)).last == "No changes."
    assert ids_of(desk) == lost
    assert desk.remote.writes == []
    assert work(desk.plan()) == ["create support-desk/Skill/new"]


def test_of_several_the_commands_to_choose_from_are_listed(
    desk: Desk, lost: dict[str, str], run: Callable[..., Done], cli: Cli, work: Callable[[Plan], list[str]]
) -> None:
    other = twin(desk, lost)
    shown = run("--all", "--auto-approve", "--format", "json", code=4)
    plan = json.loads(cli(desk.folder, "plan", "--format", "json", env=desk.remote.env).stdout)
    assert SKILL in {each["address"] for each in plan["blocked"]}
    assert SKILL not in ids_of(desk)
    hints = " ".join(run("--all", "--auto-approve", code=4).stdout.split())
    assert f"wexa-sync import {SKILL} {other}" in hints
    assert f"wexa-sync import {SKILL} {lost[SKILL]}" in hints
    assert shown.code == 4
    run(SKILL, lost[SKILL])
    run("--all", "--auto-approve")
    assert ids_of(desk) == lost
    assert work(desk.plan()) == []


def test_adopting_a_skill_that_differs_lets_agents_refer_to_it(desk: Desk, lost: dict[str, str], cli: Cli) -> None:
    edit(desk, "skills.yaml", "Shortens a ticket", "Shortens tickets")
    done = cli(desk.folder, "apply", "--adopt", "--auto-approve", code=4, env=desk.remote.env)
    assert "description as it is live" in " ".join(done.stdout.split())
    assert "1 blocked, and left as it is" in done.stdout
    assert ids_of(desk) == lost
    assert desk.remote.writes == []


@pytest.mark.usefixtures("lost")
def test_a_lost_state_is_told_once(desk: Desk, cli: Cli) -> None:
    shown = " ".join(cli(desk.folder, "plan", env=desk.remote.env).stdout.split())
    assert "8 of 8 declared resources are live already, and .wexa-sync/state.json records none of them." in shown
    assert "`wexa-sync import --all`" in shown
    assert "`wexa-sync state rebuild`" in shown
    assert "!" not in shown.partition("hint:")[0]
    for format_ in ("markdown", "html"):
        page = cli(desk.folder, "plan", "--format", format_, env=desk.remote.env).stdout
        assert "The state seems to be lost" in page
        assert "is live already and not managed here" not in page
    for format_ in ("annotations", "sarif", "junit", "gitlab-codequality"):
        marks = cli(desk.folder, "plan", "--format", format_, env=desk.remote.env).stdout
        assert marks.count("records none of them") == marks.count("records none of them. The state was lost")
        assert "project.yaml" in marks
        assert "is live already and not managed here" not in marks, format_
    data = json.loads(cli(desk.folder, "plan", "--format", "json", env=desk.remote.env).stdout)
    assert len(data["blocked"]) == 8
    assert data["lost_state"]["live"] == 8
    cli(desk.folder, "plan", "--strict", code=3, env=desk.remote.env)
    cli(desk.folder, "plan", "--detailed-exitcode", code=2, env=desk.remote.env)
    for format_ in ("html", "markdown", "annotations", "sarif", "junit"):
        words = ("apply", "--auto-approve", "--format", format_)
        report = cli(desk.folder, *words, code=4, env=desk.remote.env).stdout
        assert "records none of them" in report or format_ == "junit", "JUnit of an apply has what was tried alone"
        assert "is live already and not managed here" not in report, format_
    assert desk.remote.writes == []


@pytest.mark.usefixtures("lost")
def test_a_few_that_are_live_are_told_one_by_one(desk: Desk, cli: Cli) -> None:
    skill = "---\napiVersion: wexa.ai/v1\nkind: Skill\nmetadata: {name: n%d}\nspec: {name: N%d, description: D, "
    with (desk.folder / "skills.yaml").open("a", encoding="utf-8") as file:
        file.writelines(f"{skill % (n, n)}connector_id: {{external: Content creator}}}}\n" for n in range(20))
    shown = " ".join(cli(desk.folder, "plan", env=desk.remote.env).stdout.split())
    assert "is live already and not managed here" in shown
    assert "records none of them" not in shown
