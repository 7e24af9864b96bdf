"""A list of the sandbox is read whole and in its order, whatever the size of its pages, and whatever its total says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import replace

from tests.conftest import KEY, Remote, opened
from wexa_sync.api.ahead import Query
from wexa_sync.api.calls import Ids
from wexa_sync.api.client import Api
from wexa_sync.api.paging import Extent, Sought, collect
from wexa_sync.api.transport.http import Http, Keep
from wexa_sync.kinds import BY_NAME
from wexa_sync.kinds.paging import PageNumber, SkipLimit
from wexa_sync.model import Secret

MANY = 43
READINGS = [
    {},
    {"flow_total": "none", "schedule_total": "page"},
    {"schedule_total": "none", "page_cap": "20"},
    {"schedule_total": "page", "page_cap": "20", "list_envelope": "nested"},
    {"list_envelope": "bare"},
]


class Full(Struct, frozen=True, dict=True):
    """Describe a project with many flows and schedules: the API to it, and the ids of each list in its order."""

    api: Api
    remote: Remote
    project: str
    ids: dict[str, list[str]]


@pytest.fixture(scope="module", params=READINGS, ids=lambda chosen: "+".join(chosen.values()) or "default")
def full(request: pytest.FixtureRequest) -> Iterator[Full]:
    """Return a sandbox of these readings with many flows and schedules."""
    with opened(readings=request.param) as remote:
        server = remote.server
        body = {"orgId": server.org_id, "projectName": "Full", "description": "D", "coworker_role": "R"}
        project = remote.raw("POST", "/v1/project", body).json()["_id"]
        flow = {"name": "Triage", "description": "D", "role": "R", "projectID": project}
        flows = [remote.raw("POST", "/agentflow/", flow, projectID=project).json()["_id"] for _ in range(MANY)]
        plan = {"coworker_id": flows[0], "goal": {}, "template": "T", "display_template": "", "schedule": 2**32}
        made = [remote.raw("POST", "/schedule/coworker", plan, projectID=project).json()["_id"] for _ in range(MANY)]
        http = Http(base_url=server.base_url, api_key=Secret(template="", value=KEY))
        api = Api(http, org_id=server.org_id, user_id=server.user_id)
        yield Full(api, remote, project, {"AgentFlow": flows, "Schedule": made})


@given(
    kind=st.sampled_from(["AgentFlow", "Schedule"]),
    limit=st.integers(1, 60),
    at_once=st.sampled_from([1, 4]),
    at=st.sets(st.integers(0, MANY - 1), max_size=MANY),
    alone=st.booleans(),
)
def test_pages_of_any_size_make_the_list(
    full: Full, kind: str, limit: int, at_once: int, at: set[int], alone: bool
) -> None:
    listing, whole = BY_NAME[kind].listing, full.ids[kind]
    assert listing is not None
    assert isinstance(listing.paging, (PageNumber, SkipLimit))
    values = full.api.values(Ids(project=full.project))

    def fetch(page: Query, keep: Keep) -> Any:
        return full.api.get(listing.endpoint, values, page, keep)

    found = collect(
        fetch,
        replace(listing.paging, limit=limit),
        keys=listing.keys,
        what="GET /list",
        total=listing.total,
        sought=Sought(ids=frozenset(whole[each] for each in at), alone=alone),
        at_once=at_once,
    )
    came = [item["_id"] for item in found.items]
    assert came == whole[: len(came)]
    assert set(came) >= {whole[each] for each in at}
    assert found.extent is Extent.ENOUGH if len(came) < MANY else alone or found.extent is Extent.WHOLE
