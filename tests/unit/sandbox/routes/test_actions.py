"""Test the catalogue of connector types, and the actions that are described and run."""

from __future__ import annotations

from ..client import NOWHERE, Client, connector_body


def test_both_lists_of_the_catalogue_show_the_same_types(api: Client, project: str) -> None:
    public = api.get("/public/connectors/all", search_key="", projectID=project, filter_type="all")["connectors"]
    assert public == api.get("/retrieve/all/connectors")["data"]
    assert {"whatsapp", "mail", "linkedin"} < {each["category"] for each in public}
    (chat,) = api.get("/public/connectors/all", search_key="whats", projectID=project, filter_type="ALL")["connectors"]
    assert {field["field_id"]: field["is_secret"] for field in chat["ui_form"]}["pin"] is True
    assert chat["available_events"][0]["event"] == "message_received"
    assert api.get("/retrieve/all/connectors", category="whatsapp")["data"] == [chat]
    assert len(api.get("/retrieve/all/connectors", limit=2)["data"]) == 2
    assert api.refused("GET", "/public/connectors/all", projectID=project)[0] == 422


def test_an_mcp_server_is_a_type(api: Client) -> None:
    (server,) = [each for each in api.get("/retrieve/all/connectors")["data"] if each["is_mcp"]]
    assert server["tools"]
    assert server["server_params"]


def test_an_action_is_described_by_its_sort_key(api: Client, project: str) -> None:
    found = api.get("/actions/whatsapp/start_chat")
    assert found["description"]
    assert [field["field_id"] for field in found["input"]["fields"]] == ["content"]
    assert api.refused("GET", "/actions/whatsapp/nothing")[0] == 404
    own = connector_body(project, category="slack", actions=[{"name": "Post", "sort": "post"}])
    api.post("/actions/slack/config", own)
    assert api.get("/actions/slack/post")["description"] == ""


def test_an_action_runs_with_and_without_a_connector(api: Client, project: str) -> None:
    ident = api.connector_id(project, "whatsapp")
    assert api.post("/actions/whatsapp/start_chat", {"text": "hello"}, projectID=project)["status"] == "success"
    assert api.post(f"/actions/whatsapp/start_chat/{ident}", {"text": "hello"})["action"] == "start_chat"
    assert api.send("POST", f"/actions/whatsapp/start_chat/{ident}").status_code == 200
    assert api.refused("POST", f"/actions/whatsapp/start_chat/{NOWHERE}")[0] == 404
    assert api.refused("POST", f"/actions/mail/send_mail/{ident}")[0] == 400
    assert api.refused("POST", f"/actions/whatsapp/nothing/{ident}")[0] == 404
