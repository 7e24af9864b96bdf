"""Observe the readings of connectors, and say what each value looks like."""

from __future__ import annotations

from typing import Any

from .client import Client, agent_body, connector_body


def project_connectors(api: Client) -> Any:
    return sum(group["accounts"] for group in api.get(f"/connectors/{api.project()['_id']}"))


def connector_makes_skills(api: Client) -> Any:
    project = api.project()["_id"]
    api.post("/actions/whatsapp/config", connector_body(project, actions=[{"name": "Chat", "sort": "start_chat"}]))
    return [skill["name"] for skill in api.get("/skills/", projectID=project)["skills"][-1:]]


def configure_answer(api: Client) -> Any:
    answer = api.send("POST", "/actions/whatsapp/config", connector_body(api.project()["_id"]))
    return sorted(set(answer.json()) & {"_id", "name", "data_to_verify"}) if answer.text else None


def configured_status(api: Client) -> Any:
    return api.post("/actions/whatsapp/config", connector_body(api.project()["_id"], status="ready"))["status"]


def connector_read(api: Client) -> Any:
    project = api.project()["_id"]
    made = api.post("/actions/whatsapp/config", connector_body(project))["_id"]
    query = {"query": {"projectID": project, "_id": made}, "projection": {"_id": 1, "config": 1}}
    (found,) = api.post(f"/retrieve/connectors/{connector_body(project)['org_id']}/on/query", query)
    read = api.get(f"/connector/{made}")
    got = api.get(f"/actions/whatsapp/config/{made}")["config"]
    assert found["config"].get("config") == read["config"].get("config") == read.get("config", {}).get("config")
    return got.get("config")


def change_status_words(api: Client) -> Any:
    ident = api.connector_id(api.project()["_id"])
    seen = []
    for word in ("active", "ready", "failed"):
        api.post("/connectors/change_status", {"new_status": word, "connectorID": ident, "data_loader_config": {}})
        seen.append(api.get(f"/connector/{ident}")["status"])
    return seen


def connector_delete(api: Client) -> Any:
    project = api.project()["_id"]
    skill = api.skill(project)["_id"]
    flow = api.flow(project, agents=[agent_body(skills=[skill])])["_id"]
    api.send("DELETE", f"/connector/{api.connector_id(project)}", projectID=project)
    return [api.send("GET", f"/skills/{skill}").status_code, len(api.get(f"/agentflow/{flow}")["agents"][0]["skills"])]


OBSERVED: dict[str, Any] = {
    "project_connectors": (project_connectors, {"seeded": 4, "none": 0}),
    "connector_makes_skills": (connector_makes_skills, {"no": [], "yes": ["Second - Chat"]}),
    "configure_answer": (
        configure_answer,
        {"object": ["_id", "data_to_verify", "name"], "id": ["_id"], "to_verify": ["data_to_verify"], "empty": None},
    ),
    "configured_status": (configured_status, {"as_sent": "ready", "pending": "pending"}),
    "connector_read": (connector_read, {"values": {"pin": "0000"}, "masked": {"pin": "********"}, "without": None}),
    "change_status_words": (
        change_status_words,
        {
            "as_sent": ["active", "ready", "failed"],
            "data": ["ready", "ready", "failed"],
            "text": ["active", "active", "inactive"],
            "upper": ["ACTIVE", "READY", "FAILED"],
        },
    ),
    "connector_delete": (connector_delete, {"keeps_skills": [200, 1], "drops_skills": [404, 0]}),
}
