"""Observe each reading as a client: one observer a reading, whose result differs for each value."""

from __future__ import annotations

from typing import Any

from wexa_sync.sandbox import ORG_ID, USER_ID

from .client import NOWHERE, Client, agent_body, connector_body, project_body, schedule_body, skill_body

BOTH = {"userId": USER_ID, "orgId": ORG_ID}


def shape(value: Any) -> str:
    """Return the place of the list in a response: `[]`, `data`, `data.skills` ..."""
    path = ""
    while isinstance(value, dict):
        key = next(key for key, inside in value.items() if isinstance(inside, (dict, list)))
        path, value = f"{path}.{key}".strip("."), value[key]
    return path or "[]"


def found_id(answer: Any) -> str:
    """Return the id in the response to a create, in any envelope."""
    return str(answer.get("data", answer)["_id"])


def list_envelope(api: Client) -> Any:
    project = api.project()["_id"]
    api.flow(project)
    paths: dict[str, dict[str, Any]] = {
        "/agentflows": {"projectID": project},
        "/v1/project": BOTH,
        "/skills/": {"projectID": project},
        "/schedules/coworker": {"projectID": project},
        f"/tasks/{project}": {},
        f"/connectors/{project}": {},
    }
    return [shape(api.get(path, **query)) for path, query in paths.items()]


def execution_list(api: Client) -> Any:
    return shape(api.get(f"/{api.project()['_id']}/execution_flows"))


def execution_items(api: Client) -> Any:
    project, run = working_run(api)
    (item,) = api.get(f"/{project}/execution_flows")["data"]
    return [set(item) == set(run), item["execution_id"] == run["execution_id"], len(item) == 4]


def goal(api: Client) -> Any:
    project = api.project()["_id"]
    run = api.execution(project, api.working_flow(project)["_id"], "On {{topic}} and {{ other }}")
    return [run["goal"], run["goal_template"]]


def ready_word(api: Client) -> Any:
    _, run = working_run(api)
    return [run["status"], api.status(run)]


def end_words(api: Client) -> Any:
    script = {"match": {"goal_contains": "bad"}, "outcome": "failed", "seconds": 0}
    api.post("/_sandbox/outcomes", script)
    project = api.project()["_id"]
    flow = api.working_flow(project)["_id"]
    runs = [api.execution(project, flow, goal) for goal in ("good", "bad")]
    api.advance(10)
    return [api.status(run) for run in runs]


def agent_without_skills(api: Client) -> Any:
    project = api.project()["_id"]
    run = api.execution(project, api.working_flow(project)["_id"])
    api.advance(10)
    whole = api.get(f"/execute_flow/{run['execution_id']}", projectID=project)
    assert whole["agentflow"]["agents"]
    return [whole["status"], *(each["error"] for each in whole["execution_context"].values())]


def status_case(api: Client) -> Any:
    api.post("/_sandbox/outcomes", {"match": {"goal_contains": ""}, "outcome": "preview", "seconds": 0})
    project, run = working_run(api)
    api.advance(10)
    (item,) = api.get("/inbox", projectID=project, status="pending")["inbox_requests"]
    return [run["status"], api.status(run), item["status"], api.get(f"/inbox/{item['_id']}")["status"]]


def working_run(api: Client) -> tuple[str, Any]:
    """Create a run while the clock stands still."""
    api.post("/_sandbox/clock", {"freeze": True})
    project = api.project()["_id"]
    return project, api.execution(project, api.working_flow(project)["_id"])


def agentflow_list(api: Client) -> Any:
    project = api.project()["_id"]
    api.flow(project)
    return "agents" in api.get("/agentflows", projectID=project)["agentflows"][0]


def page_cap(api: Client) -> Any:
    project = api.project()["_id"]
    for _ in range(22):
        api.flow(project)
    query = {"projectID": project}
    sizes = [len(api.get("/agentflows", **query, **more)["agentflows"]) for more in ({}, {"limit": 21}, {"limit": 3})]
    return [*sizes, len(api.get("/agentflows", **query, skip=20)["agentflows"])]


def flow_total(api: Client) -> Any:
    project = api.project()["_id"]
    for _ in range(3):
        api.flow(project)
    return api.get("/agentflows", projectID=project, limit=2).get("total_count")


def schedule_total(api: Client) -> Any:
    project = api.project()["_id"]
    flow = api.flow(project)["_id"]
    for number in range(3):
        api.schedule(project, flow, api.now() + 1000 + number)
    return api.get("/schedules/coworker", projectID=project, limit=2).get("total_count")


def skip_zero(api: Client) -> Any:
    return api.send("GET", "/agentflows", skip=0).status_code


def skill_limit(api: Client) -> Any:
    project = api.project()["_id"]
    connector = api.connector_id(project)
    for number in range(22):
        api.post("/skills/", skill_body(project, connector, name=f"skill {number}"))
    query = {"projectID": project}
    most = api.send("GET", "/skills/", **query, limit=100)
    return [
        len(api.get("/skills/", **query)["skills"]),
        len(most.json()["skills"]) if most.status_code == 200 else most.status_code,
        len(api.get("/skills/", **query, limit=3)["skills"]),
        api.get("/skills/", **query).get("total_count"),
    ]


def skill_name_match(api: Client) -> Any:
    project = api.project()["_id"]
    api.skill(project, "summarise")
    return len(api.get("/skills/", projectID=project, name="mmar")["skills"])


def create_envelope(api: Client) -> Any:
    project = found_id(api.post("/v1/project", project_body()))
    connector = api.connector_id(project)
    skill = api.post("/skills/", skill_body(project, connector))
    flow = api.flow(project)
    schedule = api.schedule(project, found_id(flow), api.now() + 99)
    made = api.post("/actions/whatsapp/config", connector_body(project))
    return ["data" in answer for answer in (skill, flow, schedule, made)]


def create_answer(api: Client) -> Any:
    project = api.project()["_id"]
    flow = api.flow(project)["_id"]
    answers = (
        api.send("POST", "/skills/", skill_body(project, api.connector_id(project))),
        api.send("POST", "/schedule/coworker", schedule_body(flow, api.now() + 99), projectID=project),
    )
    return [len(answer.json()) > 1 if answer.text else None for answer in answers]


def create_status(api: Client) -> Any:
    made = api.send("POST", "/v1/project", project_body())
    project = made.json()["_id"]
    skill = api.send("POST", "/skills/", skill_body(project, api.connector_id(project)))
    return [made.status_code, skill.status_code]


def update_answer(api: Client) -> Any:
    project = api.project()["_id"]
    flow = api.flow(project)["_id"]
    schedule = api.schedule(project, flow, api.now() + 99)["_id"]
    status = {"new_status": "active", "connectorID": api.connector_id(project), "data_loader_config": {}}
    answers = (
        api.send("PUT", "/v1/project", project_body(projectName="x"), projectId=project),
        api.send("PATCH", f"/schedule/coworker/{schedule}", {"template": "x"}, projectID=project),
        api.send("PUT", f"/agentflow/{flow}", {"name": "x"}),
        api.send("POST", "/connectors/change_status", status),
    )
    assert api.get(f"/v1/project/{project}")["projectName"] == "x"
    return [sorted(answer.json())[:1] if answer.text else None for answer in answers]


def delete_answer(api: Client) -> Any:
    project = api.project()["_id"]
    flow = api.flow(project)["_id"]
    schedule = api.schedule(project, flow, api.now() + 99)["_id"]
    connector = api.connector_id(project)
    seen = []
    for path, query in (
        (f"/schedule/coworker/{schedule}", {"projectID": project}),
        (f"/connector/{connector}", {"projectID": project}),
        (f"/v1/project/{project}", {}),
    ):
        answer = api.send("DELETE", path, **query)
        body = answer.json() if answer.text else "empty"
        seen.append((answer.status_code, sorted(body)[:1] if isinstance(body, dict) else body))
    return seen


def deleted(api: Client) -> Any:
    project = api.project()["_id"]
    run = api.execution(project, api.working_flow(project)["_id"])
    connector = api.connector_id(project)
    api.send("DELETE", f"/connector/{connector}", projectID=project)
    group = api.get(f"/connectors/{project}")[0]
    api.send("DELETE", f"/v1/project/{project}")
    api.advance(100)
    seen = api.send("GET", f"/v1/project/{project}")
    written = api.send("PUT", "/v1/project", project_body(), projectId=project).status_code
    moved = api.send("POST", f"/execute_flow/{run['_id']}/cancel").status_code
    return [
        group["accounts"],
        seen.status_code,
        seen.json().get("is_deleted"),
        api.get("/v1/project", **BOTH)["totalCount"],
        len(api.get("/agentflows", projectID=project)["agentflows"]),
        written,
        moved,
    ]


def error_key(api: Client) -> Any:
    answers = [
        api.send("GET", f"/skills/{NOWHERE}"),
        api.send("GET", f"/v1/project/{NOWHERE}"),
        api.send("GET", "/skills/"),
        api.send("GET", "/nowhere"),
    ]
    return [list(a.json()) if a.headers["content-type"] == "application/json" else a.text for a in answers]


def malformed_id(api: Client) -> Any:
    return [api.send("GET", f"/skills/{ident}").status_code for ident in ("not-an-id", NOWHERE)]


def refused_key(api: Client) -> Any:
    del api.session.headers["x-api-key"]
    return api.send("GET", "/agentflows").status_code


def duplicate_names(api: Client) -> Any:
    project = api.project()["_id"]
    connector = api.connector_id(project)
    flow = {"name": "same", "description": "d", "role": "r", "projectID": project}
    seen = []
    for _ in range(2):
        answers = (
            api.send("POST", "/v1/project", project_body(projectName="same")),
            api.send("POST", "/agentflow/", flow, projectID=project),
            api.send("POST", "/skills/", skill_body(project, connector)),
        )
        seen.append([answer.status_code for answer in answers])
    return seen


def skill_actions(api: Client) -> Any:
    return len(api.skill(api.project()["_id"])["actions"])


def agentflow_put(api: Client) -> Any:
    flow = api.working_flow(api.project()["_id"])["_id"]
    status = api.send("PUT", f"/agentflow/{flow}", {"name": "renamed"}).status_code
    after = api.get(f"/agentflow/{flow}")
    return [status, after["name"], after["role"], len(after["agents"])]


def agentflow_create_agents(api: Client) -> Any:
    return len(api.flow(api.project()["_id"], agents=[agent_body()])["agents"])


def repeated_agent(api: Client) -> Any:
    project = api.project()["_id"]
    flow, body = api.flow(project)["_id"], agent_body()
    path = f"/agentflow/{flow}/skilled"
    other = agent_body(title="other")
    for agent in (other, body):
        api.post(path, agent, projectID=project)
    status = api.send("POST", path, body | {"title": "again"}, projectID=project).status_code
    return [status, [agent["title"] for agent in api.get(f"/agentflow/{flow}")["agents"]]]


def agent_without_id(api: Client) -> Any:
    project = api.project()["_id"]
    body = agent_body()
    del body["_id"]
    answer = api.send("POST", f"/agentflow/{api.flow(project)['_id']}/skilled", body, projectID=project)
    return [answer.status_code, len(answer.json().get("initialAgent", ""))]


def agent_echo(api: Client) -> Any:
    agent = api.working_flow(api.project()["_id"])["agents"][0]
    return [key in agent for key in ("memory", "conditions", "is_user_specific_task")]


def agent_ids(api: Client) -> Any:
    project = api.project()["_id"]
    flow, body = api.flow(project)["_id"], agent_body()
    first = api.post(f"/agentflow/{flow}/skilled", body, projectID=project)["agents"][0]["_id"]
    agents = api.agent(project, flow)["agents"]
    return [first == body["_id"], len({agent["_id"] for agent in agents})]


def flow_echo(api: Client) -> Any:
    flow = api.flow(api.project()["_id"])
    return [key in flow for key in ("default_goal", "isActive")]


def as_read(api: Client) -> Any:
    project = api.project()["_id"]
    texts = {"title": " Writer ", "role_description": "", "context": [{"note": None}]}
    agent = api.agent(project, api.flow(project)["_id"], **texts)["agents"][0]
    form = agent["prompt"]["display_template"]
    return [agent["title"], agent["role_description"], agent["context"], form]


def started_run(api: Client) -> Any:
    project = api.project()["_id"]
    return api.execution(project, api.working_flow(project)["_id"])


def execution_start(api: Client) -> Any:
    run = started_run(api)
    api.advance(100)
    return api.status(run)


def execute_finished(api: Client) -> Any:
    run = started_run(api)
    api.advance(100)
    status = api.send("POST", f"/execute_flow/{run['execution_id']}/execute", projectID=run["projectID"]).status_code
    seen = api.get(f"/execute_flow/{run['_id']}")
    api.advance(100)
    return [status, seen["status"], seen["conclusion"] is None, api.status(run)]


def after_resume(api: Client) -> Any:
    path = f"/execute_flow/{started_run(api)['execution_id']}"
    api.post(f"{path}/pause")
    answered = api.post(f"{path}/resume")["status"]
    api.advance(100)
    return [answered, api.get(path)["status"]]


def illegal_move(api: Client) -> Any:
    return api.send("POST", f"/execute_flow/{started_run(api)['_id']}/resume").status_code


def cancelled_word(api: Client) -> Any:
    run = started_run(api)
    return [api.post(f"/execute_flow/{run['_id']}/cancel")["status"], api.status(run)]


def waiting_word(api: Client) -> Any:
    seen = []
    for outcome in ("preview", "anomaly", "input_required"):
        api.script(outcome)
        run = started_run(api)
        api.advance(100)
        seen.append(api.status(run))
    return seen


def schedule_time(api: Client) -> Any:
    project = api.project()["_id"]
    made = api.schedule(project, api.flow(project)["_id"], 4102444800)
    return repr(made["schedule"])


def past_schedule(api: Client) -> Any:
    project = api.project()["_id"]
    flow = api.flow(project)["_id"]
    status = api.send("POST", "/schedule/coworker", schedule_body(flow, 3600), projectID=project).status_code
    return [status, len(api.get(f"/{project}/execution_flows")["data"])]


def fired_schedule(api: Client) -> Any:
    project = api.project()["_id"]
    api.schedule(project, api.flow(project)["_id"], api.now() + 10)
    api.advance(20)
    return [item["status"] for item in api.get("/schedules/coworker", projectID=project)["schedules"]]


def triggers_none(api: Client) -> Any:
    """Return the status of the triggers of a connector without any, and what they are listed as."""
    answer = api.send("GET", f"/triggers/connector/{api.connector_id(api.project()['_id'], 'mail')}")
    return [answer.status_code, (answer.json() or {}).get("triggers")]


def triggers_put_answer(api: Client) -> Any:
    """Return the keys of the response to a PUT of triggers."""
    answer = api.send(
        "PUT", f"/triggers/connector/{api.connector_id(api.project()['_id'], 'mail')}/mail", {"triggers": []}
    )
    return sorted(answer.json() or {})


def trigger_id(api: Client) -> Any:
    """Return whether a new trigger, and then a known one, have the id that was sent."""
    path = f"/triggers/connector/{api.connector_id(api.project()['_id'], 'mail')}"
    api.send("PUT", f"{path}/mail", {"triggers": [{"_id": NOWHERE, "name": "New"}]})
    (made,) = api.get(path)["triggers"]
    api.send("PUT", f"{path}/mail", {"triggers": [made]})
    return [made["_id"] == NOWHERE, api.get(path)["triggers"] == [made]]
