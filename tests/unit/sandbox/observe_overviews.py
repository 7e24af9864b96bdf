"""Observe the readings of what a project has beside its resources, as a client."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .client import Client
from .observe_shop import ask

PLACES = ("/settings/{}", "/project-member/{}/summary", "/analytics?projectID={}")


def overview(api: Client) -> Any:
    project = api.project()["_id"]
    answers = [api.send("GET", place.format(project)) for place in PLACES]
    return [["data" in answer.json(), "projectID" in answer.json(), answer.status_code] for answer in answers]


def tags(api: Client) -> Any:
    project = api.project()["_id"]
    ask(api, project, "a.txt", "b.txt", tags=("policy",))
    return api.get(f"/tagsbyprojectId/{project}")


OBSERVED: dict[str, tuple[Callable[[Client], Any], dict[str, Any]]] = {
    "overview": (
        overview,
        {
            "bare": [[False, True, 200]] * 3,
            "data": [[True, False, 200]] * 3,
            "absent": [[False, False, 404]] * 3,
        },
    ),
    "tags": (tags, {"objects": [{"name": "policy", "count": 2}], "texts": ["policy"]}),
}
