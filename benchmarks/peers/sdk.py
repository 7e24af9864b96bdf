"""List everything with the vendor's SDK, and compare it with the manifests by name.

python -m benchmarks.peers.sdk FOLDER
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from typing import Any

from wexa_sdk import WexaClient

from benchmarks.peers.manifests import as_sent, by_handle, holds, read, report

_NAMES = {"Project": "projectName", "Skill": "name", "AgentFlow": "name", "Schedule": "template"}
_PAGE = 100

Objects = list[dict[str, Any]]


def main(folder: str) -> None:
    manifests = list(read(folder))
    projects = by_handle(manifests, "Project", "projectName") | {(None, None): None}
    skills, names = by_handle(manifests, "Skill", "name"), by_handle(manifests, "AgentFlow", "name")
    client = WexaClient(base_url=os.environ["WEXA_BASE_URL"], api_key=os.environ["WEXA_API_KEY"])
    live = {(kind, project, each[_NAMES[kind]]): each for kind, project, each in listed(client)}
    flows = {
        (project, handle): found["_id"]
        for (project, handle), name in names.items()
        if (found := live.get(("AgentFlow", projects[None, project], name)))
    }
    differing = []
    for manifest in manifests:
        kind, project = manifest["kind"], projects[None, manifest["metadata"].get("project")]
        found = live.get((kind, project, manifest["spec"][_NAMES[kind]]))
        if not holds(found, as_sent(manifest, skills, flows)):
            differing.append(f"{kind} {project}/{manifest['metadata']['name']}")
    report(differing)


def listed(client: WexaClient) -> Iterator[tuple[str, str | None, dict[str, Any]]]:
    """Yield the kind, the project and the object of all that is live."""
    for project in paged(partial(projects_of, client)):
        name, ident = project["projectName"], project["_id"]
        yield "Project", None, project
        for each in client.skills.list(ident, limit=1000)["skills"]:
            yield "Skill", name, each
        for each in paged(partial(flows_of, client, ident)):
            yield "AgentFlow", name, each
        for each in paged(partial(schedules_of, client, ident)):
            yield "Schedule", name, each


def projects_of(client: WexaClient, page: int) -> Objects:
    who, org = os.environ["WEXA_USER_ID"], os.environ["WEXA_ORG_ID"]
    found: Objects = client.projects.get_all(user_id=who, org_id=org, page=page + 1, limit=_PAGE)["projectList"]
    return found


def flows_of(client: WexaClient, project: str, page: int) -> Objects:
    found: Objects = client.agentflows.list(projectID=project, skip=page * _PAGE or None, limit=_PAGE)["agentflows"]
    return found


def schedules_of(client: WexaClient, project: str, page: int) -> Objects:
    found: Objects = client.schedules.list_coworker_schedules(None, projectID=project, limit=_PAGE, page_no=page + 1)[
        "schedules"
    ]
    return found


def paged(get: Callable[[int], Objects]) -> Iterator[dict[str, Any]]:
    """Yield what is on all pages of a list; a page that is not full is the last."""
    for number in count():
        page = get(number)
        yield from page
        if len(page) < _PAGE:
            return


if __name__ == "__main__":
    main(sys.argv[1])
