"""Test schedules: the plural path of the list, partial updates, and firing by the clock."""

from __future__ import annotations

import pytest

from ..client import NOWHERE, Client, schedule_body


@pytest.fixture
def flow(api: Client, project: str) -> str:
    """Return the id of an agentflow that can run."""
    return str(api.working_flow(project)["_id"])


def test_a_schedule_reads_back(api: Client, project: str, flow: str) -> None:
    at = int(api.now()) + 1000
    made = api.schedule(project, flow, at)
    assert (made["coworker_id"], made["schedule"], made["projectID"]) == (flow, at, project)
    assert made["goal"] == {"template": "t", "display_template": "dt"}
    assert api.get(f"/schedule/coworker/{made['_id']}") == made


def test_the_plural_is_for_the_list_alone(api: Client, project: str, flow: str) -> None:
    made = api.schedule(project, flow, api.now() + 1000)
    assert api.send("GET", f"/schedules/coworker/{made['_id']}").status_code == 404
    assert api.send("GET", "/schedule/coworker", projectID=project).status_code == 405


def test_schedules_are_listed_by_page_no(api: Client, project: str, flow: str) -> None:
    later = api.now() + 1000
    ids = [api.schedule(project, flow, later)["_id"] for _ in range(22)]

    def page(**query: object) -> list[str]:
        return [item["_id"] for item in api.get("/schedules/coworker", projectID=project, **query)["schedules"]]

    assert page() == ids[:20]
    assert (page(page_no=2), page(page_no=3, limit=10)) == (ids[20:], ids[20:])
    assert page(coworker_id=flow, status="scheduled", type="once", search_key="t", limit=1) == ids[:1]
    for other in ({"coworker_id": NOWHERE}, {"status": "completed"}, {"type": "x"}, {"search_key": "zzz"}):
        assert page(**other) == []
    assert api.refused("GET", "/schedules/coworker", projectID=project, page_no=0)[0] == 422


def test_a_patch_changes_only_what_it_names(api: Client, project: str, flow: str) -> None:
    made = api.schedule(project, flow, api.now() + 1000)
    path = f"/schedule/coworker/{made['_id']}"
    patched = api.send("PATCH", path, {"template": "u", "coworker_id": NOWHERE}, projectID=project).json()
    assert patched == made | {"template": "u", "updated_at": patched["updated_at"]}
    moved = api.send("PATCH", path, {"schedule": made["schedule"] + 5}, projectID=project).json()
    assert moved["schedule"] == made["schedule"] + 5
    assert api.refused("PATCH", path, {"schedule": "tomorrow"}, projectID=project)[0] == 422
    assert api.refused("PATCH", path, {"template": "v"})[0] == 422
    assert api.refused("PATCH", path, {"template": "v"}, projectID=NOWHERE)[0] == 404
    assert api.refused("PUT", path, {}, projectID=project)[0] == 405


def test_bodies_of_the_wrong_type_and_unknown_coworkers_are_refused(api: Client, project: str, flow: str) -> None:
    later = api.now() + 1000
    for wrong in ({"goal": "text"}, {"schedule": 10**15}, {"schedule": -1}, {"template": None}):
        assert (
            api.refused("POST", "/schedule/coworker", schedule_body(flow, later) | wrong, projectID=project)[0] == 422
        )
    assert api.refused("POST", "/schedule/coworker", schedule_body(NOWHERE, later), projectID=project)[0] == 404


def test_a_deleted_schedule_does_not_fire(api: Client, project: str, flow: str) -> None:
    path = f"/schedule/coworker/{api.schedule(project, flow, api.now() + 10)['_id']}"
    assert api.refused("DELETE", path)[0] == 422
    assert api.send("DELETE", path, projectID=project).status_code == 200
    api.advance(20)
    assert api.get(f"/{project}/execution_flows")["data"] == []


def test_a_schedule_fires_when_its_time_passes_and_is_gone(api: Client, project: str, flow: str) -> None:
    at = int(api.now()) + 100
    made = api.schedule(project, flow, at)
    api.advance(50)
    assert api.get(f"/{project}/execution_flows")["data"] == []
    api.advance(60)
    (run,) = api.get(f"/{project}/execution_flows")["data"]
    assert (run["status"], run["executed_by"]["type"], run["goal"]) == ("completed", "schedule", "t")
    assert run["created_at"] == at
    assert run["end_time"] == pytest.approx(at + 2.5)
    assert api.send("GET", f"/schedule/coworker/{made['_id']}").status_code == 404
