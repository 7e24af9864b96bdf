"""Test faults of the answer: statuses, redirects, bodies, lists, and the list of faults in force."""

from __future__ import annotations

import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest

from wexa_sync.sandbox import FAULT_KINDS

from ..client import KEY, Client, agent_body, project_body, reading, sandbox, skill_body

Strike = Callable[[str], Client]


def answer(api: Client) -> tuple[int, Any, int]:
    """Create a project; return the response's status and body, and the number of new projects."""
    before = api.projects()
    sent = api.session.post(api.base_url + "/v1/project", json=project_body(), allow_redirects=False, timeout=60)
    return sent.status_code, sent, api.projects() - before


@pytest.mark.parametrize("status", [400, 403, 429, 500, 502, 503, 504])
@pytest.mark.parametrize(("when", "made"), [("", 0), (" after", 1)])
def test_a_status_comes_before_or_after_the_work(api: Client, status: int, when: str, made: int) -> None:
    api.script_fault(f"{status}{when} POST /v1/project")
    came, sent, new = answer(api)
    assert (came, new) == (status, made)
    assert sent.json()["message"].endswith("(scripted fault)")
    assert "retry-after" not in sent.headers


@pytest.mark.parametrize("header", ["3", "0", "-1", "0.5", "999999999", "soon"])
def test_a_429_asks_to_wait_in_any_words(strike: Strike, header: str) -> None:
    api = strike(f"429 POST /v1/project retry_after={header}")
    came, sent, new = answer(api)
    assert (came, sent.headers["retry-after"], new) == (429, header, 0)


@pytest.mark.parametrize("seconds", [60, -3600])
def test_a_429_asks_to_wait_for_a_date(strike: Strike, seconds: int) -> None:
    api = strike(f"429 POST /v1/project retry_after=date{seconds:+}")
    _, sent, _ = answer(api)
    moment = parsedate_to_datetime(sent.headers["retry-after"]).timestamp()
    assert moment - time.time() == pytest.approx(seconds, abs=50)


def test_an_error_has_the_form_that_the_readings_say() -> None:
    with reading("error_key", "error", faults=["599 GET /agentflows"]) as api:
        assert api.refused("GET", "/agentflows") == (599, {"error": "Status 599 (scripted fault)"})


class _Elsewhere(BaseHTTPRequestHandler):
    """Serve as another host that notes the requests it gets."""

    asked: list[str | None]

    def do_GET(self) -> None:
        self.asked.append(self.headers["x-api-key"])
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.mark.parametrize("status", [302, 307, 308])
def test_a_redirect_leads_to_another_host(strike: Strike, status: int) -> None:
    _Elsewhere.asked = []
    with HTTPServer(("127.0.0.1", 0), _Elsewhere) as elsewhere:
        Thread(target=elsewhere.handle_request, daemon=True).start()
        api = strike(f"{status} GET /agentflows to=http://127.0.0.1:{elsewhere.server_port}")
        followed = api.send("GET", "/agentflows", limit=3)
    assert followed.url.endswith(f"{elsewhere.server_port}/agentflows?limit=3")
    assert (followed.status_code, _Elsewhere.asked) == (204, [KEY]), "a client that follows gives its key away"


def test_a_redirect_can_come_after_the_work(strike: Strike) -> None:
    api = strike("307 after POST /v1/project")
    came, sent, new = answer(api)
    assert (came, new) == (307, 1)
    assert sent.headers["location"] == "https://elsewhere.invalid/v1/project"


@pytest.mark.parametrize("kind", ["garble", "empty", "html"])
@pytest.mark.parametrize(("when", "made"), [("", 1), (" before", 0)])
@pytest.mark.parametrize("status", [200, 502])
def test_a_body_is_no_json(api: Client, kind: str, when: str, made: int, status: int) -> None:
    api.script_fault(f"{kind}{when} POST /v1/project" + (" status=502" if status == 502 else ""))
    came, sent, new = answer(api)
    assert (came, new) == (status, made)
    with pytest.raises(ValueError, match=r"."):
        sent.json()
    assert {"garble": b"\xff\xfe" in sent.content, "empty": not sent.content, "html": b"<html>" in sent.content}[kind]
    assert sent.headers["content-type"].startswith("text/html" if kind == "html" else "application/json")
    assert sent.headers["content-length"] == str(len(sent.content))


def test_an_answer_without_a_body_gets_one() -> None:
    with reading("delete_answer", "204") as api:
        api.script_fault("html DELETE")
        gone = api.send("DELETE", f"/v1/project/{api.project()['_id']}")
        assert (gone.status_code, gone.text[:9]) == (200, "<!DOCTYPE")


def test_an_answer_echoes_the_key(strike: Strike) -> None:
    api = strike("echo POST /v1/project")
    came, sent, new = answer(api)
    assert (came, new) == (200, 1)
    assert sent.json()["request_headers"]["x-api-key"] == KEY
    assert sent.json()["projectName"] == "New", "the rest of it is right"


def test_an_error_echoes_the_key(strike: Strike) -> None:
    api = strike("echo before POST /v1/project status=400")
    came, sent, new = answer(api)
    assert (came, new) == (400, 0)
    assert f"x-api-key: {KEY}" in sent.json()["message"]


def test_what_has_no_place_for_an_echo_is_left_alone(api: Client, project: str) -> None:
    api.script_fault("echo GET /connectors/*")
    assert isinstance(api.get(f"/connectors/{project}"), list)
    assert api.fault() is None
    assert api.get("/_sandbox/faults")["faults"] == [{"fault": "echo GET /connectors/*", "matched": 1, "struck": 0}]


def _pages(api: Client, project: str) -> list[list[str]]:
    """Return the names on three pages of two flows."""
    queries: list[dict[str, Any]] = [{}, {"skip": 2}, {"skip": 4}]
    answers = [api.send("GET", "/agentflows", projectID=project, limit=2, **query) for query in queries]
    return [[flow["name"] for flow in sent.json().get("agentflows", [])] for sent in answers]


@pytest.mark.parametrize(
    ("text", "pages"),
    [
        ("500 GET /agentflows nth=2", ["ab", "", "e"]),
        ("repeat GET /agentflows nth=2", ["ab", "ab", "e"]),
        ("short GET /agentflows nth=2", ["ab", "c", "e"]),
        ("short GET /agentflows items=9", ["", "cd", "e"]),
    ],
)
def test_a_page_is_wrong(strike: Strike, text: str, pages: list[str]) -> None:
    api = strike(text)
    project = api.project()["_id"]
    for name in "abcde":
        api.flow(project, name=name)
    assert ["".join(page) for page in _pages(api, project)] == pages


def test_a_page_number_is_repeated_too(api: Client, project: str) -> None:
    flow = api.flow(project)["_id"]
    made = [api.schedule(project, flow, api.now() + 99)["_id"] for _ in range(2)]
    api.script_fault("repeat GET /schedules/coworker nth=2")
    pages = [api.get("/schedules/coworker", projectID=project, limit=1, page_no=number) for number in (1, 2)]
    assert [page["schedules"][0]["_id"] for page in pages] == [made[0], made[0]]


@pytest.mark.parametrize("envelope", ["documented", "data", "nested"])
@pytest.mark.parametrize(("by", "total"), [("3", 5), ("-1", 1), ("-9", 0)])
def test_a_total_is_wrong(envelope: str, by: str, total: int) -> None:
    with reading("list_envelope", envelope, faults=[f"total GET /schedules/coworker by={by}"]) as api:
        project = api.project()["_id"]
        flow = api.flow(project)["_id"]
        for _ in range(2):
            api.schedule(project, flow, api.now() + 99)
        listed = api.get("/schedules/coworker", projectID=project)
        inner = listed["data"] if envelope == "nested" else listed
        assert inner["total_count"] == total


@pytest.mark.parametrize("kind", ["total", "short"])
def test_what_has_no_list_or_total_is_left_alone(api: Client, project: str, kind: str) -> None:
    categories = len(api.get(f"/connectors/{project}"))
    api.script_fault(f"{kind} GET /v1/project/* times=forever")
    api.script_fault(f"{kind} GET /connectors/** items=1" if kind == "short" else "total GET /skills/")
    assert api.get(f"/v1/project/{project}")["projectName"] == "New"
    assert api.fault() is None
    if kind == "total":
        assert api.get("/skills/", projectID=project) == {"skills": []}
        assert api.fault() is None
    else:
        assert len(api.get(f"/connectors/{project}")) == categories - 1
        assert api.fault() == "short GET /connectors/** items=1"


def test_a_new_thing_is_missing_from_the_next_lists(strike: Strike) -> None:
    api = strike("stale POST /v1/project lists=2")
    before = api.projects()
    made = api.project()["_id"]
    assert api.fault() == "stale POST /v1/project lists=2"
    assert [api.projects() - before for _ in range(3)] == [0, 0, 1], "the total agrees with the list"
    assert api.get(f"/v1/project/{made}")["_id"] == made
    notes = [entry["fault"] for entry in api.get("/_sandbox/requests")["requests"]]
    assert notes.count("stale POST /v1/project lists=2") == 3


@pytest.mark.parametrize("form", ["object", "id", "empty"])
def test_a_new_skill_is_stale_whatever_the_create_answers(form: str) -> None:
    with reading("create_answer", form, faults=["stale POST /skills/"]) as api:
        project = api.project()["_id"]
        api.send("POST", "/skills/", skill_body(project, api.connector_id(project)))
        assert [len(api.get("/skills/", projectID=project)["skills"]) for _ in range(2)] == [0, 1]


def test_a_new_agent_is_missing_from_its_flow(api: Client, project: str) -> None:
    api.script_fault("stale POST /agentflow/*/skilled lists=2")
    flow = api.flow(project)["_id"]
    made = api.agent(project, flow)
    assert len(made["agents"]) == 1, "the answer of the create shows it"
    assert api.get(f"/agentflow/{flow}")["agents"] == []
    assert api.get("/agentflows", projectID=project)["agentflows"][0]["agents"] == []
    assert len(api.get(f"/agentflow/{flow}")["agents"]) == 1


def test_a_new_execution_is_missing_also_where_its_answer_was_lost(api: Client, project: str) -> None:
    flow = api.working_flow(project)["_id"]
    api.script_fault("drop after POST /execute_flow")
    api.script_fault("stale POST /execute_flow")
    with pytest.raises(Exception, match="Remote end closed"):
        api.execution(project, flow)
    assert api.fault() == "drop after POST /execute_flow; stale POST /execute_flow"
    assert [len(api.get(f"/{project}/execution_flows")["data"]) for _ in range(2)] == [0, 1]


def test_lists_are_fresh_where_the_faults_are_forgotten(api: Client, project: str) -> None:
    api.script_fault("stale POST /skills/ lists=9")
    api.skill(project)
    assert api.get("/skills/", projectID=project)["skills"] == []
    api.send("DELETE", "/_sandbox/faults")
    assert len(api.get("/skills/", projectID=project)["skills"]) == 1


def test_a_create_that_was_refused_hides_nothing(api: Client, project: str) -> None:
    api.script_fault("stale POST /skills/")
    assert api.send("POST", "/skills/", {}).status_code == 422
    assert api.fault() is None
    api.skill(project)
    assert len(api.get("/skills/", projectID=project)["skills"]) == 1


def test_faults_at_one_request_stand_in_the_order_of_the_table(api: Client) -> None:
    for text in ("html POST /v1/project", "503 POST /v1/project", "delay POST /v1/project ms=1"):
        api.script_fault(text)
    came, _, new = answer(api)
    assert (came, new) == (503, 0), "what stands outside keeps the rest from being reached"
    told = api.get("/_sandbox/faults")["faults"]
    assert [each["struck"] for each in told] == [0, 1, 1]
    assert [each["matched"] for each in told] == [1, 1, 1]


def test_faults_are_told_and_forgotten(api: Client) -> None:
    assert api.script_fault("503 before GET /agentflows nth=2")["faults"][0]["fault"] == "503 GET /agentflows nth=2"
    told = api.get("/_sandbox/faults")
    assert told["form"].startswith("KIND [before|after]")
    assert [each["kind"] for each in told["kinds"]] == [kind.name for kind in FAULT_KINDS]
    status, body = api.refused("POST", "/_sandbox/faults", {"fault": "dorp"})
    assert (status, body["detail"][0]["loc"]) == (422, ["body", "fault"])
    assert body["detail"][0]["msg"].startswith("there is no fault 'dorp'. Did you mean 'drop'?")
    assert api.send("DELETE", "/_sandbox/faults").json() == {"faults": []}
    assert [api.send("GET", "/agentflows").status_code for _ in range(2)] == [200, 200]


def test_the_faults_of_a_start_are_counted_each_for_itself() -> None:
    with sandbox(faults=["503 GET times=2", "504 GET /customer nth=2 times=forever"]) as api:
        paths = ["/agentflows", "/customer", "/customer", "/agentflows", "/customer"]
        assert [api.send("GET", path).status_code for path in paths] == [503, 503, 504, 200, 504]


def test_agents_keep_their_ids_under_faults(api: Client, project: str) -> None:
    """Check that a fault after the work leaves the work whole."""
    flow = api.flow(project)["_id"]
    api.script_fault("502 after POST /agentflow/*/skilled")
    body = agent_body()
    assert api.send("POST", f"/agentflow/{flow}/skilled", body, projectID=project).status_code == 502
    assert [agent["_id"] for agent in api.get(f"/agentflow/{flow}")["agents"]] == [body["_id"]]
