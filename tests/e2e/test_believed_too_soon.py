"""Answers that are not what they seem: a status that is none, a 404 for want of a route, what was meant for another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from wexa_sync import engine
from wexa_sync.model import Address, Choice, Outcome, Plan, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from tests.conftest import Cli, Desk, Remote
    from tests.e2e.conftest import Wire

RUN, SCHEDULE = "support-desk/Execution/smoke-test", "support-desk/Schedule/new-year-digest"


@pytest.fixture
def lied(desk: Desk, wire: Wire) -> Desk:
    """Return the desk, whose server is behind a wire that lies."""
    return behind(desk, wire)


def behind(desk: Desk, wire: Wire) -> Desk:
    server = replace(desk.remote.server, base_url=wire.url)
    return replace(desk, remote=replace(desk.remote, server=server), settle=0.2)


@pytest.fixture
def idle(
    desk: Desk,
    open_sandbox: Callable[..., AbstractContextManager[Remote]],
    lay_wire: Callable[..., AbstractContextManager[Wire]],
) -> Iterator[tuple[Desk, Wire]]:
    """Yield the desk and its wire. Its run is to be started: no run starts by itself there."""
    edit(desk, "execution.yaml", "  wait: {timeout: 120}", "  start: explicit")
    with open_sandbox(readings={"execution_start": "explicit"}) as remote, lay_wire(remote) as wire:
        yield behind(replace(desk, remote=remote), wire), wire


def edit(desk: Desk, name: str, old: str, new: str) -> None:
    """Replace a text that stands in a file."""
    path = desk.folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def of(outcomes: tuple[Outcome, ...], address: str) -> Outcome:
    (found,) = [each for each in outcomes if str(each.change.address) == address]
    return found


@pytest.mark.parametrize("said", [{"status": "success"}, {"status": "READY"}, {"status": "pending"}, {}], ids=str)
def test_a_run_that_has_to_be_started_is_started_whatever_word_its_create_has(
    idle: tuple[Desk, Wire],
    said: dict[str, str],
) -> None:
    lied, wire = idle
    wire.lies = {"POST /execute_flow": lambda body: {"execution_id": body["execution_id"], **said}}
    outcome = of(lied.apply(), RUN)
    assert outcome.status is Status.APPLIED, outcome.error
    assert lied.remote.raw("GET", f"/execute_flow/{outcome.id}").json()["status"] in ("running", "completed", "ready")
    assert [asked for asked, _ in wire.sent if asked.endswith("/execute")] == [
        f"POST /execute_flow/{outcome.id}/execute"
    ]


@pytest.mark.parametrize("said", [{"status": "error", "message": "No credits."}, {"status": "success"}], ids=str)
def test_a_start_that_did_nothing_is_not_believed(
    idle: tuple[Desk, Wire],
    said: dict[str, str],
) -> None:
    lied, wire = idle
    wire.deaf = {"POST /execute": said}
    outcome = of(lied.apply(grace=0.3), RUN)
    assert outcome.status is Status.UNKNOWN
    assert "wexa-sync resolve" in outcome.hint
    record = lied.workspace.store.load().records[outcome.change.address]
    assert record.started is False


def test_a_wait_ends_whatever_letters_the_end_has(lied: Desk, wire: Wire) -> None:
    wire.words = {'"status":"completed"': '"status":"Completed"'}
    outcome = of(lied.apply(), RUN)
    assert outcome.status is Status.APPLIED, outcome.error


@pytest.mark.parametrize("where", ["GET", "DELETE"])
def test_a_404_of_what_is_still_listed_forgets_nothing(lied: Desk, wire: Wire, where: str) -> None:
    lied.apply()
    (lied.folder / "schedule.yaml").unlink()
    plan = lied.plan(Choice(prune=True))
    wire.refuse = {f"{where} /schedule/coworker/*": 404}
    outcome = of(lied.apply(plan), SCHEDULE)
    assert outcome.status is Status.FAILED
    assert "lists it all the same" in outcome.error
    assert Address.parse(SCHEDULE) in lied.workspace.store.load().records
    wire.refuse = {}
    assert of(lied.apply(lied.plan(Choice(prune=True))), SCHEDULE).status is Status.APPLIED


def test_answers_that_are_swapped_are_told_apart(lied: Desk, wire: Wire) -> None:
    skills: list[dict[str, Any]] = []

    def other(answer: dict[str, Any]) -> dict[str, Any]:
        skills.append(answer)
        return {**answer, "_id": "6" * 24, "name": "Another"} if len(skills) == 1 else skills[0]

    wire.lies = {"POST /skills/": other}
    lied = replace(lied, parallelism=1)
    outcomes = lied.apply()
    assert {each.status for each in outcomes} == {Status.APPLIED}, outcomes
    project = next(each.id for each in outcomes if each.change.address.kind == "Project")
    live = {s["name"]: s["_id"] for s in lied.remote.raw("GET", "/skills/", projectID=str(project)).json()["skills"]}
    records = {a.name: record.id for a, record in lied.workspace.store.load().records.items() if a.kind == "Skill"}
    assert records == {"summarise": live["Summarise ticket"], "draft-answer": live["Draft answer"]}


@pytest.mark.parametrize("status", ["ready", "running"])
def test_a_run_of_somebody_else_is_neither_started_nor_taken_for_ours(
    idle: tuple[Desk, Wire],
    status: str,
) -> None:
    theirs = {"execution_id": "theirs", "_id": "theirs", "goal": "Pay.", "status": status}
    lied, wire = idle
    wire.lies = {"POST /execute_flow": lambda body: {**body, **theirs}}
    outcome = of(lied.apply(), RUN)
    assert outcome.status is Status.APPLIED, outcome.error
    assert outcome.id != "theirs"
    assert [asked for asked, _ in wire.sent if asked.endswith("/execute")] == [
        f"POST /execute_flow/{outcome.id}/execute"
    ]


@pytest.mark.parametrize(
    "echo", [{"goal": "Triage it."}, {"input_variables": {"ticket": "It smokes.", "language": "en"}}], ids=str
)
def test_an_answer_in_the_server_s_own_spelling_is_about_what_was_sent(
    lied: Desk, wire: Wire, echo: dict[str, Any]
) -> None:
    edit(lied, "execution.yaml", "goal: Triage the sample ticket.", 'goal: "Triage it. "')
    edit(lied, "execution.yaml", "ticket: The printer on the third floor prints blank pages.", "ticket: It smokes.")
    wire.lies = {"POST /execute_flow": lambda body: {**body, **echo}}
    outcome = of(lied.apply(), RUN)
    assert outcome.status is Status.APPLIED, outcome.error
    assert outcome.warnings == ()


@pytest.mark.parametrize("template", ["null", '"Triage the sample ticket."'], ids=["alone", "with what was sent"])
def test_a_run_with_a_new_id_is_ours_whatever_the_server_makes_of_its_goal(
    lied: Desk, wire: Wire, work: Callable[[Plan], list[str]], template: str
) -> None:
    wire.words = {
        '"goal":"Triage the sample ticket."': '"goal":"Sort it."',
        '"goal_template":null': f'"goal_template":{template}',
    }
    outcome = of(lied.apply(), RUN)
    assert outcome.status is Status.APPLIED, outcome.error
    assert lied.remote.raw("GET", f"/execute_flow/{outcome.id}").status_code == 200
    assert work(lied.plan()) == []


def test_a_lost_run_is_found_by_what_was_sent_where_its_goal_is_another_now(lied: Desk, wire: Wire) -> None:
    sent = "Triage the sample ticket."
    wire.words = {f'"goal":"{sent}"': '"goal":"Sort it."', '"goal_template":null': f'"goal_template":"{sent}"'}
    wire.lose = {"POST /execute_flow": True}
    outcome = of(lied.apply(), RUN)
    assert outcome.status is Status.APPLIED, outcome.error
    assert not wire.lose


def test_a_server_that_has_names_of_its_own_making_gets_nothing_twice(lied: Desk, wire: Wire) -> None:
    (lied.folder / "execution.yaml").unlink()
    wire.words = {"Draft answer": "DRAFT ANSWER"}
    lied.apply()
    lied.apply()
    assert len([asked for asked, _ in wire.sent if asked.startswith("POST /skills")]) == 2


def test_a_name_that_is_no_text_of_a_stranger_stops_no_plan(lied: Desk, wire: Wire) -> None:
    lied.apply()
    odd = {"_id": "6" * 24, "name": {"en": "Theirs"}, "description": ["d"], "connector_id": 5}
    wire.lies = {"GET /skills/": lambda body: {"skills": [*body["skills"], odd]}}
    assert lied.plan().work == ()


def test_a_user_who_sees_no_project_makes_none_twice(desk: Desk, cli: Cli) -> None:
    desk.apply()
    (desk.folder / ".wexa-sync" / "state.json").unlink()
    desk.remote.forget()
    env = {**desk.remote.env, "WEXA_USER_ID": "a" * 24}
    done = cli(desk.folder, "apply", "--auto-approve", code=3, env=env)
    assert "9 of 9 declared resources are live already" in " ".join(done.stdout.split())
    assert desk.remote.writes == []


def agent_of_theirs(desk: Desk) -> None:
    """Add an agent, as another person would in Wexa Studio."""
    ids = {str(address): record.id for address, record in desk.workspace.store.load().records.items()}
    flow = ids["support-desk/AgentFlow/triage"]
    body = desk.remote.raw("GET", f"/agentflow/{flow}").json()["agents"][0]
    body = {**body, "_id": "6" * 24, "title": "Theirs", "skills": []}
    desk.remote.raw(
        "POST", f"/agentflow/{flow}/skilled", body, projectID=ids["Project/support-desk"]
    ).raise_for_status()


def test_a_project_in_which_somebody_else_has_an_agent_is_not_deleted(desk: Desk) -> None:
    desk.apply()
    agent_of_theirs(desk)
    plan = engine.plan(engine.NOTHING, desk.workspace, Choice(prune=True))
    (blocked,) = [each for each in plan.blocked if each.address.kind == "Project"]
    assert "Agent 'Theirs' of support-desk/AgentFlow/triage" in blocked.reason


def test_nor_where_they_add_it_between_plan_and_destroy(desk: Desk) -> None:
    desk.apply()
    plan = engine.plan(engine.NOTHING, desk.workspace, Choice(prune=True))
    agent_of_theirs(desk)
    outcome = of(desk.apply(plan), "Project/support-desk")
    assert outcome.status is Status.CONFLICT
    assert "Agent 'Theirs'" in outcome.error


def test_a_run_waits_for_an_agent_that_should_have_gone_from_its_flow(desk: Desk) -> None:
    desk.apply()
    flow = desk.folder / "triage.yaml"
    text = flow.read_text(encoding="utf-8")
    assert "    - handle: answer" in text
    flow.write_text(text.partition("    - handle: answer")[0], encoding="utf-8")
    edit(desk, "execution.yaml", "name: smoke-test\n", "name: smoke-test\n  generation: 2\n")
    (run,) = [each for each in desk.plan().blocked if each.address.kind == "Execution"]
    assert run.reason == "it depends on support-desk/AgentFlow/triage/Agent/answer, which is blocked"


def test_a_protection_counts_though_another_change_of_the_thing_is_blocked(desk: Desk) -> None:
    desk.apply()
    edit(desk, "skills.yaml", "  name: summarise\n", "  name: summarise\n  lifecycle: {prevent_destroy: true}\n")
    edit(desk, "skills.yaml", "description: ", "description: Now ")
    assert "support-desk/Skill/summarise" in {str(each.address) for each in desk.plan().blocked}
    desk.apply()
    plan = engine.plan(engine.NOTHING, desk.workspace, Choice(prune=True))
    assert not [each for each in plan.work if each.address.kind in ("Project", "Skill")]


def test_a_time_is_not_moved_into_the_past(desk: Desk) -> None:
    desk.apply()
    edit(desk, "schedule.yaml", "2035-01-02", "2025-01-02")
    (blocked,) = desk.plan().blocked
    assert blocked.reason == "its time has passed: it would fire at once"
    assert [field.path for field in blocked.fields] == [("schedule",)]


@pytest.mark.parametrize("ahead", [0, 3600])
def test_a_clock_that_is_off_by_an_hour_lets_no_run_be_sent_again(desk: Desk, ahead: int) -> None:
    # An earlier run stands in a list that lags behind, and by one of the clocks it was made after the lost one.
    desk.remote.raw("POST", "/_sandbox/clock", {"advance": ahead}).raise_for_status()
    desk.apply()
    edit(desk, "execution.yaml", "name: smoke-test\n", "name: smoke-test\n  generation: 2\n")
    desk.remote.fault("drop after POST /execute_flow", "stale after POST /execute_flow lists=20")
    assert of(desk.apply(), RUN).status is Status.UNKNOWN
    (blocked,) = [each for each in desk.plan().blocked if str(each.address) == RUN]
    assert blocked.wanted == "run"
    for _ in range(20):
        desk.plan()
    assert {str(each.address) for each in desk.plan().work} == {RUN}
    assert of(desk.apply(), RUN).status is Status.APPLIED
    sent = [each for each in desk.remote.writes if each == "POST /execute_flow"]
    assert len(sent) == 2
