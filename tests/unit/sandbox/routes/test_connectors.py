"""Test connectors: configured, listed in groups, read with their credentials, changed in status only."""

from __future__ import annotations

from wexa_sync.sandbox import ORG_ID, USER_ID

from ..client import NOWHERE, Client, connector_body


def test_a_configured_connector_joins_its_group(api: Client, project: str) -> None:
    made = api.post("/actions/whatsapp/config", connector_body(project), projectID=project)
    assert made["data_to_verify"]["url"].startswith("https://")
    group = next(item for item in api.get(f"/connectors/{project}") if item["category"] == "whatsapp")
    assert group["accounts"] == 2
    assert group["accountDetails"][1] == {"connectorID": made["_id"], "sourceName": "Second", "status": "pending"}


def test_a_category_nobody_knew_makes_a_group(api: Client, project: str) -> None:
    api.post("/actions/slack/config", connector_body(project, category="slack"))
    assert api.get(f"/connectors/{project}")[-1]["category"] == "slack"


def test_a_second_connector_of_the_name_is_refused(api: Client, project: str) -> None:
    body = connector_body(project, name="WhatsApp")
    expected = (400, {"detail": "Connector with the same name already exists"})
    assert api.refused("POST", "/actions/whatsapp/config", body) == expected
    other = str(api.project()["_id"])
    assert api.send("POST", "/actions/whatsapp/config", connector_body(other, name="Own")).status_code == 200


def test_a_connector_without_its_form_is_invalid(api: Client, project: str) -> None:
    body = connector_body(project)
    del body["ui_form"]
    status, answer = api.refused("POST", "/actions/whatsapp/config", body)
    assert status == 422
    assert [entry["loc"] for entry in answer["detail"]] == [["body", "ui_form"]]


def test_path_query_and_body_must_agree(api: Client, project: str) -> None:
    body = connector_body(project)
    assert api.refused("POST", "/actions/mail/config", body)[0] == 400
    assert api.refused("POST", "/actions/whatsapp/config", body, projectID=NOWHERE)[0] == 400


def test_both_paths_read_the_same_connector_with_its_credentials(api: Client, project: str) -> None:
    made = api.post("/actions/whatsapp/config", connector_body(project))
    seen = api.get(f"/connector/{made['_id']}")
    assert seen == api.get(f"/v1/connector/{made['_id']}")
    assert seen["config"]["config"] == {"pin": "0000"}


def test_the_config_is_found_by_project_or_by_connector(api: Client, project: str) -> None:
    ident = api.connector_id(project, "mail")
    by_project = api.get(f"/actions/mail/config/{project}")
    assert by_project == api.get(f"/actions/mail/config/{ident}")
    assert (by_project["configured"], by_project["config"]["name"]) == (True, "Mail")
    assert api.get(f"/actions/linkedin/config/{project}") == {"configured": False, "config": {}}


def test_a_status_can_be_changed(api: Client, project: str) -> None:
    ident = api.connector_id(project, "mail")
    body = {"new_status": "inactive", "connectorID": ident, "data_loader_config": {"source": "api"}}
    assert api.post("/connectors/change_status", body)["status"] == "inactive"
    assert api.get(f"/connector/{ident}")["status"] == "inactive"


def test_connectors_are_deleted_under_either_path(api: Client, project: str) -> None:
    mail, chat = (api.connector_id(project, category) for category in ("mail", "whatsapp"))
    assert api.refused("DELETE", f"/connector/{mail}")[0] == 422
    assert api.refused("DELETE", f"/connector/{mail}", projectID=NOWHERE)[0] == 404
    assert api.send("DELETE", f"/connector/{mail}", projectID=project).status_code == 200
    assert api.send("DELETE", f"/v1/connector/{chat}").status_code == 200
    assert len(api.get("/connectors/", projectID=project)["connectors"]) == 2


def test_trigger_actions_are_matched_before_project_ids(api: Client, project: str) -> None:
    made = api.post("/actions/whatsapp/config", connector_body(project))
    listed = api.get("/connectors/trigger_actions", projectID=project)
    assert listed == api.get(f"/connectors/{project}/trigger_actions")
    assert listed["trigger_actions"][-1]["connectorID"] == made["_id"]


def test_connectors_are_queried_with_the_fields_that_are_asked_for(api: Client, project: str) -> None:
    made = api.post("/actions/whatsapp/config", connector_body(project))["_id"]
    asked = {
        "query": {"user_id": USER_ID, "category": "whatsapp", "projectID": project},
        "projection": {"_id": 1, "name": 1, "status": 1, "data_to_verify": 1},
    }
    found = api.post(f"/retrieve/connectors/{ORG_ID}/on/query", asked)
    assert found[-1].pop("data_to_verify")["url"].endswith(made)
    assert found[-1] == {"_id": made, "name": "Second", "status": "pending"}
    assert api.refused("POST", f"/retrieve/connectors/{NOWHERE}/on/query", asked)[0] == 404
    assert api.refused("POST", f"/retrieve/connectors/{ORG_ID}/on/query", {"query": {}})[0] == 400


def test_linkedin_params_need_a_linkedin_connector(api: Client, project: str) -> None:
    path = f"/connectors/{project}/retrieve/linkedin_params"
    assert api.refused("GET", path, search_type="PEOPLE")[0] == 404
    made = api.post("/actions/linkedin/config", connector_body(project, category="linkedin"))["_id"]
    found = api.get(path, search_type="PEOPLE", keyword="nurse", limit=2, connector_id=made)
    assert [each["title"] for each in found["items"]] == ["nurse people 1", "nurse people 2"]
    assert api.refused("GET", path, search_type="people")[0] == 422
