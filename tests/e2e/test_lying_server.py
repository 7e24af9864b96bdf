"""A server that answers nonsense: no write is based on it, and what was asked and what is wrong with it are said."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from wexa_sync.errors import ApiError
from wexa_sync.model import Action, Choice, Outcome, Plan, Status

if TYPE_CHECKING:
    from tests.conftest import Cli, Desk
    from tests.e2e.conftest import Wire

Lie = Callable[[Any], Any]


@pytest.fixture
def lied(desk: Desk, wire: Wire) -> Desk:
    """Return the desk, whose server is behind a wire that lies. Lists have a moment only to show new objects."""
    server = replace(desk.remote.server, base_url=wire.url)
    return replace(desk, remote=replace(desk.remote, server=server), settle=0.2)


def first(key: str, change: Callable[[dict[str, Any]], Any]) -> Lie:
    """Return a lie: the first item of the list under `key` with other values."""

    def lie(body: Any) -> Any:
        items = deepcopy(body[key])
        items[0] = change(items[0])
        return {**body, key: items}

    return lie


def instead(value: Any) -> Lie:
    """Return a lie: that response, whatever is true."""
    return lambda _body: value


def without(name: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda item: {key: value for key, value in item.items() if key != name}


def agents(change: Callable[[list[Any]], Any]) -> Lie:
    """Return a lie: the agents of the first flow with other values."""
    return first("agentflows", lambda flow: {**flow, "agents": change(flow["agents"])})


DEEP = b'{"skills": ' + b"[" * 5000 + b"]" * 5000 + b"}"
# What is asked, what is said instead, the path and the words of the error.
LIES: dict[str, tuple[str, Lie, str, str]] = {
    "an item without an id": ("GET /skills/", first("skills", without("_id")), "/skills/", "without an id"),
    "an id that is a number": ("GET /skills/", first("skills", lambda it: {**it, "_id": 7}), "/skills/", "an id"),
    "an id that is empty": ("GET /skills/", first("skills", lambda it: {**it, "_id": ""}), "/skills/", "an id"),
    "an id twice": ("GET /skills/", lambda b: {"skills": [*b["skills"], b["skills"][0]]}, "/skills/", "listed twice"),
    "an item of another project": (
        "GET /skills/",
        first("skills", lambda it: {**it, "projectID": "6" * 24}),
        "/skills/",
        "of another project",
    ),
    "a project list whose total says more": (
        "GET /v1/project",
        lambda b: {**b, "totalCount": b["totalCount"] + 1},
        "/v1/project",
        "incomplete listing: 1 items came, the server counts 2",
    ),
    "a list of texts": ("GET /agentflows", instead(["a", "b"]), "/agentflows", "one of its items is a text"),
    "a text": ("GET /agentflows", instead("none"), "/agentflows", "got a text"),
    "null": ("GET /agentflows", instead(None), "/agentflows", "got nothing"),
    "an empty object": ("GET /agentflows", instead({}), "/agentflows", "the keys (none)"),
    "an empty body": ("GET /agentflows", instead(b""), "/agentflows", "answered 200 with nothing at all"),
    "a page of HTML": ("GET /skills/", instead(b"<html>Sign in</html>"), "/skills/", "what is not JSON: <html>"),
    "endless nesting": ("GET /skills/", instead(DEEP), "/skills/", "what is not JSON"),
    "deep nesting": (
        "GET /skills/",
        instead(b'{"skills": ' + b"[" * 300 + b"]" * 300 + b"}"),
        "/skills/",
        "what is not JSON",
    ),
    "a number beyond bounds": ("GET /agentflows", instead(b'{"agentflows": [{"_id": 1e999}]}'), "/agentflows", "JSON"),
    "an error beside an empty list": (
        "GET /v1/project",
        instead({"projectList": [], "success": False, "error": "database unavailable"}),
        "/v1/project",
        "the server answered 200, and says: database unavailable",
    ),
    "agents that are a text": ("GET /agentflows", agents(lambda _: "three"), "/agentflows", "not a list of objects"),
    "agents that are a number": ("GET /agentflows", agents(lambda _: 3), "/agentflows", "not a list of objects"),
    "an agent that is none": ("GET /agentflows", agents(lambda a: [*a, None]), "/agentflows", "not a list of objects"),
    "an agent without an id": (
        "GET /agentflows",
        agents(lambda a: [without("_id")(a[0]), *a[1:]]),
        "/agentflows",
        "Agent without an id",
    ),
    "an agent twice": ("GET /agentflows", agents(lambda a: [*a, a[0]]), "/agentflows", "is listed twice"),
    "accounts that are a number": (
        "GET /connectors/*",
        lambda groups: [{**group, "accountDetails": 5} for group in groups],
        "/connectors/",
        "accountDetails",
    ),
    "a list that leaves out what a read finds": (
        "GET /skills/",
        lambda b: {"skills": b["skills"][1:]},
        "/skills/",
        "leaves out support-desk/Skill/",
    ),
}


@pytest.mark.parametrize("name", LIES)
def test_no_plan_is_made_of_a_lie(lied: Desk, wire: Wire, name: str) -> None:
    lied.apply()
    wire.sent.clear()
    asked, lie, path, words = LIES[name]
    wire.lies = {asked: lie}
    with pytest.raises(ApiError) as caught:
        lied.apply()
    assert caught.value.message.startswith(f"GET {path}")
    assert words in caught.value.message
    assert caught.value.hint
    assert wire.sent == []


def test_the_command_line_says_so_and_fails(lied: Desk, wire: Wire, cli: Cli) -> None:
    lied.apply()
    wire.sent.clear()
    wire.lies = {"GET /agentflows": agents(lambda _: 3)}
    done = cli(lied.folder, "apply", "--auto-approve", "--prune", code=1, env=lied.remote.env)
    said = " ".join(done.stderr.split())
    assert "GET /agentflows: the agents of AgentFlow" in said
    assert "can't be trusted, so nothing is done on it" in said
    assert wire.sent == []


ODD_STATUSES = [7, None, ["running"], {"word": "running"}, True, "", "x" * 5000]


@pytest.mark.parametrize("status", ODD_STATUSES, ids=lambda status: str(status)[:20])
def test_a_status_that_is_none_is_shown_or_waited_on_and_never_a_crash(
    lied: Desk, wire: Wire, cli: Cli, status: Any
) -> None:
    lied.apply()
    wire.lies = {"GET /execution_flows": first("data", lambda it: {**it, "status": status})}
    shown = cli(lied.folder, "executions", "list", env=lied.remote.env)
    assert shown.stdout.count("\n") == 1
    cli(lied.folder, "plan", env=lied.remote.env)


def ended(outcomes: tuple[Outcome, ...], kind: str) -> list[Outcome]:
    """Return how the work on a kind ended."""
    return [each for each in outcomes if each.change.address.kind == kind and each.change.action is not Action.NOOP]


def of_other(name: str) -> Lie:
    """Return an answer about another thing: the same, with another id."""
    return lambda body: {**body, "_id": name}


READS: dict[str, Lie] = {
    "another's": of_other("6" * 24),
    "one without an id": without("_id"),
    "an empty object": instead({}),
    "an empty body": instead(b""),
    "a message": instead({"message": "Accepted"}),
    "an empty list": instead([]),
    "a null and an error": instead({"success": False, "data": None, "error": "backend timeout"}),
    "a list of texts": instead(["a", "b"]),
    "of another project": lambda body: {**body, "projectID": "6" * 24},
}


@pytest.mark.parametrize("name", READS)
def test_a_read_that_answers_with_another_thing_changes_and_deletes_nothing(lied: Desk, wire: Wire, name: str) -> None:
    lied.apply()
    (lied.folder / "schedule.yaml").unlink()
    (lied.folder / "prompts" / "classify.md").write_text("Other.\n", "utf-8")
    plan = lied.plan(Choice(prune=True))
    wire.sent.clear()
    wire.lies = {"GET /schedule/coworker/*": READS[name], "GET /agentflow/*": READS[name]}
    outcomes = lied.apply(plan)
    for kind in ("Schedule", "Agent"):
        (outcome,) = ended(outcomes, kind)
        assert outcome.status is Status.FAILED, outcome
        assert outcome.error.startswith("GET /")
        assert outcome.hint
    assert wire.sent == []
    assert len(lied.workspace.store.load().records) == 9


CREATES: dict[str, Lie] = {
    "the id of what was there before": instead({"_id": "THEIRS"}),
    "another's whole answer": instead({"_id": "THEIRS", "name": "Theirs", "projectID": "OURS"}),
    "an id that is a number": lambda body: {**body, "_id": 7},
    "no id": without("_id"),
    "an empty object": instead({}),
    "a list of texts": instead(["a", "b"]),
    "null": instead(None),
    "a thing of another project": lambda body: {**body, "projectID": "6" * 24},
}


@pytest.mark.parametrize("name", CREATES)
def test_a_create_that_answers_with_another_thing_is_looked_for(
    lied: Desk, wire: Wire, work: Callable[[Plan], list[str]], name: str
) -> None:
    skills = (lied.folder / "skills.yaml").read_text("utf-8")
    (lied.folder / "skills.yaml").unlink()
    flow = lied.folder / "triage.yaml"
    text = flow.read_text("utf-8")
    flow.write_text(text.partition("  agents:")[0], "utf-8")
    (lied.folder / "execution.yaml").unlink()
    lied.apply()
    project = lied.plan().ids[lied.plan().changes[0].address.project_address]
    body = {"name": "Theirs", "description": "D", "projectID": project, "logo": "L", "user_id": None}
    connector = lied.remote.raw("GET", f"/connectors/{project}").json()[0]["accountDetails"][0]["connectorID"]
    answer = lied.remote.raw("POST", "/skills/", {**body, "connector_id": connector, "connector_name": "C"})
    theirs = answer.json()
    assert "_id" in theirs, theirs
    (lied.folder / "skills.yaml").write_text(skills, "utf-8")
    flow.write_text(text, "utf-8")

    def lie(answer: Any) -> Any:
        said = CREATES[name](answer)
        if isinstance(said, dict):
            return {key: {"THEIRS": theirs["_id"], "OURS": project}.get(str(it), it) for key, it in said.items()}
        return said

    wire.lies = {"POST /skills/": lie}
    outcomes = lied.apply()
    assert [each.status for each in ended(outcomes, "Skill")] == [Status.APPLIED, Status.APPLIED]
    records = lied.workspace.store.load().records
    ids = [record.id for address, record in records.items() if address.kind == "Skill"]
    skills_now = lied.remote.raw("GET", "/skills/", projectID=project).json()["skills"]
    live = {skill["_id"]: skill["name"] for skill in skills_now}
    assert sorted(live[id] for id in ids) == ["Draft answer", "Summarise ticket"]
    assert len(live) == 3
    wire.lies = {}
    assert work(lied.plan()) == []


def test_a_create_that_is_refused_with_a_200_says_why_and_nothing_is_recorded(lied: Desk, wire: Wire) -> None:
    wire.deaf = {"POST /skills/": {"success": False, "error": "plan limit reached: 10 skills"}}
    outcomes = ended(lied.apply(), "Skill")
    assert [outcome.status for outcome in outcomes] == [Status.UNKNOWN, Status.UNKNOWN]
    assert all("the server answered 200, and says: plan limit reached: 10 skills" in each.error for each in outcomes)
    assert not [address for address in lied.workspace.store.load().records if address.kind == "Skill"]


def test_an_agent_that_is_answered_with_another_flow_is_looked_for(lied: Desk, wire: Wire) -> None:
    wire.lies = {"POST /skilled": instead({"_id": "6" * 24, "agents": []})}
    outcomes = lied.apply()
    assert {each.status for each in ended(outcomes, "Agent")} == {Status.APPLIED}
    assert len(wire.sent) == len(set(map(str, wire.sent)))


UPDATES: dict[str, Lie] = {
    "a message": instead({"message": "Updated"}),
    "an empty object": instead({}),
    "null": instead(None),
    "the thing as it was": lambda body: body,
    "another thing": of_other("6" * 24),
}


@pytest.mark.parametrize("name", UPDATES)
def test_an_update_that_changed_nothing_is_a_failure(
    lied: Desk, wire: Wire, work: Callable[[Plan], list[str]], name: str
) -> None:
    lied.apply()
    file = lied.folder / "project.yaml"
    project = lied.remote.raw("GET", f"/v1/project/{lied.plan().changes[0].id}").json()
    file.write_text(file.read_text("utf-8").replace("Reads tickets", "Eats tickets"), "utf-8")
    wire.deaf = {"PUT /v1/project": UPDATES[name](project)}
    (outcome,) = ended(lied.apply(), "Project")
    assert outcome.status is Status.FAILED
    assert outcome.error == "the server accepted the update, but description did not change"
    assert outcome.hint
    assert work(lied.plan()) == ["update Project/support-desk"]
    wire.deaf = {}
    (outcome,) = ended(lied.apply(), "Project")
    assert outcome.status is Status.APPLIED
    assert work(lied.plan()) == []


def test_an_update_whose_answer_shows_the_old_thing_counts_if_a_read_shows_the_new(lied: Desk, wire: Wire) -> None:
    lied.apply()
    file = lied.folder / "project.yaml"
    project = lied.remote.raw("GET", f"/v1/project/{lied.plan().changes[0].id}").json()
    file.write_text(file.read_text("utf-8").replace("Reads tickets", "Eats tickets"), "utf-8")
    wire.lies = {"PUT /v1/project": instead(project)}
    (outcome,) = ended(lied.apply(), "Project")
    assert outcome.status is Status.APPLIED


def test_a_delete_that_deleted_nothing_is_a_failure_and_stays_recorded(
    lied: Desk, wire: Wire, work: Callable[[Plan], list[str]]
) -> None:
    lied.apply()
    (lied.folder / "schedule.yaml").unlink()
    prune = Choice(prune=True)
    wire.deaf = {"DELETE /schedule/coworker/*": {"message": "Deleted"}}
    (outcome,) = ended(lied.apply(lied.plan(prune)), "Schedule")
    assert outcome.status is Status.FAILED
    assert "it is still there" in outcome.error
    assert outcome.hint
    assert work(lied.plan(prune)) == ["delete support-desk/Schedule/new-year-digest"]
    wire.deaf = {}
    (outcome,) = ended(lied.apply(lied.plan(prune)), "Schedule")
    assert outcome.status is Status.APPLIED
    assert work(lied.plan(prune)) == []


def test_a_start_that_is_refused_because_the_run_goes_already_is_no_failure(lied: Desk, wire: Wire) -> None:
    file = lied.folder / "execution.yaml"
    file.write_text(file.read_text("utf-8").replace("  wait: {timeout: 120}", "  start: explicit"), "utf-8")
    # Told to start at once, though it would by itself; the server says no, since it has meanwhile.
    wire.refuse = {"POST /execute": 409}
    wire.lies = {"POST /execute_flow": lambda body: {**body, "status": "ready"}}
    (outcome,) = ended(lied.apply(), "Execution")
    assert outcome.status is Status.APPLIED, outcome.error
