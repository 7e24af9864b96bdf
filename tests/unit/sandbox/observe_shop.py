"""Observe the readings of the marketplace, files and dashboards as a client."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import requests

from wexa_sync.sandbox import ORG_ID

from .client import Client

RECRUITER = "67f73fa6f55e1a49293771eb"


def hire(api: Client, coworker: str = RECRUITER) -> requests.Response:
    """Hire a coworker."""
    return api.send("POST", f"/marketplace/coworker/{coworker}/purchase", {}, organization_id=ORG_ID)


def ask(api: Client, project: str, *names: str, container: str = "", tags: tuple[str, ...] = ()) -> Any:
    """Ask for the upload of files, and return the answer."""
    body = {"filenames": names, "tags": tags, "projectID": project, "source_type": "STORAGE", "org_id": ORG_ID}
    return api.post("/files/upload", body, projectID=project, container_name=container or project)


def flows(api: Client) -> list[Any]:
    """Return the agentflows of all projects."""
    return list(api.get("/agentflows")["agentflows"])


def marketplace_list(api: Client) -> Any:
    answer = api.get("/public/marketplace/coworkers", search_key="", limit=10)
    inner = answer.get("data")
    return [*answer, *(inner if isinstance(inner, dict) else ())]


def hire_makes(api: Client) -> Any:
    project = api.project()["_id"]
    hire(api)
    (flow,) = flows(api)
    return [api.projects(), flow["projectID"] == project, flow["marketplace_id"] == RECRUITER]


def hire_answer(api: Client) -> Any:
    answer = hire(api)
    return sorted(set(answer.json()) & {"agents", "projectName", "agentflow_id", "message"}) if answer.content else None


def hire_twice(api: Client) -> Any:
    return [hire(api).status_code, hire(api).status_code, len(flows(api))]


def upload_answer(api: Client) -> Any:
    answer = ask(api, api.project()["_id"], "a.txt")
    return [*answer, *(sorted({"_id", "upload_url"} & set(answer["files"][0])) if "files" in answer else ())]


def upload_method(api: Client) -> Any:
    (place,) = [each["upload_url"] for each in ask(api, api.project()["_id"], "a.txt")["files"]]
    put = requests.put(place, data=b"one", timeout=60)
    form = requests.post(place, files={"file": ("a.txt", b"one\r\n")}, timeout=60)
    return [put.status_code, form.status_code]


def file_visible(api: Client) -> Any:
    project = api.project()["_id"]
    (file,) = ask(api, project, "a.txt")["files"]
    read = f"/file/{file['_id']}/"
    seen = [api.send("GET", read).status_code]
    requests.put(file["upload_url"], data=b"content", timeout=60)
    seen.append(api.send("GET", read).status_code)
    api.advance(2)
    return [*seen, api.get(read)["size"]]


def dashboard(api: Client) -> Any:
    project = api.project()["_id"]
    before = api.get(f"/dashboard/{project}")
    api.send("POST", f"/dashboard/refresh/{project}")
    after = api.get(f"/dashboard/{project}")
    return [sorted(before), len(after if isinstance(after, list) else after["components"]), type(after).__name__]


WHOLE = ["components", "projectID", "updated_at"]
OBSERVED: dict[str, tuple[Callable[[Client], Any], dict[str, Any]]] = {
    "marketplace_list": (
        marketplace_list,
        {
            "coworkers": ["coworkers", "total_count"],
            "data": ["data", "total_count"],
            "nested": ["data", "coworkers", "total_count"],
            "unforeseen": ["rows", "total_count"],
        },
    ),
    "hire_makes": (hire_makes, {"project": [2, False, True], "flow": [1, True, True]}),
    "hire_answer": (
        hire_answer,
        {
            "flow": ["agents"],
            "project": ["projectName"],
            "ids": ["agentflow_id"],
            "message": ["message"],
            "empty": None,
        },
    ),
    "hire_twice": (hire_twice, {"second_copy": [200, 200, 2], "refused": [200, 400, 1]}),
    "upload_answer": (
        upload_answer,
        {"urls_and_ids": ["files", "_id", "upload_url"], "urls": ["urls"], "ids": ["ids"]},
    ),
    "upload_method": (upload_method, {"PUT": [200, 405], "POST_form": [405, 200]}),
    "file_visible": (
        file_visible,
        {"at_once": [200, 200, 7], "after_upload": [404, 200, 7], "later": [404, 404, 7]},
    ),
    "dashboard": (
        dashboard,
        {"components": [WHOLE, 3, "dict"], "list": [[], 3, "list"], "empty": [[], 3, "dict"]},
    ),
}
