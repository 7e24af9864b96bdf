"""Test files: asked for here, and sent to a store at another port, which must not get the key."""

from __future__ import annotations

import requests

from ..client import KEY, Client
from ..observe_shop import ask


def test_content_goes_to_another_port_without_the_key(api: Client, project: str) -> None:
    (file,) = ask(api, project, "handbook.pdf", tags=("policy",))["files"]
    place = file["upload_url"]
    assert not place.startswith(api.base_url)
    assert requests.put(place, data=b"x", headers={"x-api-key": KEY}, timeout=60).status_code == 400
    assert requests.put(place.split("?")[0] + "?signature=guess", data=b"x", timeout=60).status_code == 403
    assert requests.get(place, timeout=60).status_code == 405
    assert api.get(f"/file/{file['_id']}/", projectID=project)["status"] == "pending"
    assert requests.put(place, data=b"four", timeout=60).status_code == 200
    seen = api.get(f"/file/{file['_id']}/", projectID=project)
    assert (seen["status"], seen["size"], seen["tags"]) == ("uploaded", 4, ["policy"])
    assert requests.get(f"{place.split('/contents')[0]}/customer", timeout=60).status_code == 404


def test_a_fault_strikes_the_store_of_contents(api: Client, project: str) -> None:
    (file,) = ask(api, project, "a.txt")["files"]
    api.script_fault("503 before PUT /contents/*")
    assert requests.put(file["upload_url"], data=b"x", timeout=60).status_code == 503
    assert requests.put(file["upload_url"], data=b"x", timeout=60).status_code == 200


def test_files_are_listed_by_their_connector(api: Client, project: str) -> None:
    connector = api.connector_id(project)
    (file,) = ask(api, project, "a.txt", container=connector)["files"]
    assert [each["_id"] for each in api.get(f"/files/{project}/connector/{connector}")["files"]] == [file["_id"]]
    assert api.get(f"/files/{connector}/connector/")["total_count"] == 1
    assert api.get(f"/file/{project}/{file['_id']}/connector")["_id"] == connector
    (loose,) = ask(api, project, "b.txt")["files"]
    assert api.refused("GET", f"/file/{project}/{loose['_id']}/connector")[0] == 404
