"""Create, read, update and delete coworker schedules. The list is at /schedules/, all other calls at /schedule/.

`schedule` is the epoch second of one future run, `coworker_id` an agentflow's id: both [guess].
"""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from wexa_sync.sandbox.bodies import ScheduleCreate, ScheduleUpdate
from wexa_sync.sandbox.errors import ApiError
from wexa_sync.sandbox.replies import created, deleted, listing, reply, updated
from wexa_sync.sandbox.routes.paging import by_page, page_of
from wexa_sync.sandbox.routes.params import Here, ProjectQuery
from wexa_sync.sandbox.world.clock import iso
from wexa_sync.sandbox.world.seed import ORG_ID
from wexa_sync.sandbox.world.shown import as_read, row_as_read
from wexa_sync.sandbox.world.store import Json, Row
from wexa_sync.sandbox.world.turn import turn
from wexa_sync.sandbox.world.world import World

router = APIRouter(tags=["Coworker schedules"])


@router.get("/schedules/coworker", summary="Get schedules")
@turn
def list_schedules(
    *,
    world: Here,
    project_id: ProjectQuery,
    limit: Annotated[int, Query(ge=1)] = 20,
    page_no: Annotated[int, Query(ge=1)] = 1,
    coworker_id: str | None = None,
    status: str | None = None,
    kind: Annotated[str | None, Query(alias="type")] = None,
    search_key: str = "",
) -> Response:
    """List a project's schedules by page_no and limit."""
    world.check_id(project_id)
    fields = {"coworker_id": coworker_id, "status": status, "type": kind}
    given = {key: value for key, value in fields.items() if value is not None}

    def wanted(row: Row) -> bool:
        return search_key in row.body["template"] and given.items() <= row.body.items()

    place = by_page(world, page_no, limit)
    rows, count = page_of(world, "schedule", place, wanted if given or search_key else None, project=project_id)
    total = {"list": ("total_count", count), "page": ("total_count", len(rows))}
    page = [_view(world, row) for row in rows]
    return listing(world, "schedules", page, total=total.get(world.readings.value("schedule_total")))


@router.post("/schedule/coworker", summary="Create coworker schedule")
@turn
def create_schedule(world: Here, project_id: ProjectQuery, body: ScheduleCreate) -> Response:
    """Schedule one run of an agentflow; `projectID` is in the query only."""
    flow = world.find_live("agentflow", body.coworker_id, project=project_id)
    _check_time(world, body.schedule)
    at = world.now()
    schedule = {
        "_id": world.new_id(at),
        **body.json_form(),
        "projectID": project_id,
        "organization_id": ORG_ID,
        "type": "once",
        "status": "scheduled",
        "created_at": at,
        "updated_at": at,
    }
    row = Row(
        kind="schedule", id=schedule["_id"], project=project_id, owner=flow.id, due=float(body.schedule), body=schedule
    )
    return created(world, _view(world, world.store.add(row)))


@router.get("/schedule/coworker/{schedule_id}", summary="Get schedule coworker by its id")
@turn
def get_schedule(world: Here, schedule_id: str) -> Response:
    """Return one schedule."""
    return reply(_view(world, world.find("schedule", schedule_id)))


@router.patch("/schedule/coworker/{schedule_id}", summary="Update schedule by its id")
@turn
def update_schedule(world: Here, schedule_id: str, project_id: ProjectQuery, body: ScheduleUpdate) -> Response:
    """Update any field of a schedule but its coworker. This is the API's only partial update."""
    row = world.find_live("schedule", schedule_id, project=project_id)
    sent = body.json_form(only_sent=True)
    if "schedule" in sent:
        _check_time(world, body.schedule)
        row.due = float(body.schedule)
        row.body["status"] = "scheduled"
    row.body |= sent | {"updated_at": world.now()}
    world.store.save(row)
    return updated(world, _view(world, row))


@router.delete("/schedule/coworker/{schedule_id}", summary="Delete schedule by its id")
@turn
def delete_schedule(world: Here, schedule_id: str, project_id: ProjectQuery) -> Response:
    """Delete a schedule. A deleted schedule does not fire."""
    row = world.find("schedule", schedule_id, project=project_id)
    world.delete(row)
    return deleted(world, _view(world, row))


def _check_time(world: World, schedule: int) -> None:
    if schedule <= world.now() and world.readings.says("past_schedule", "refused"):
        raise ApiError(400, f"schedule lies in the past: {schedule}")


def _view(world: World, row: Row) -> Json | Row:
    form = world.readings.value("schedule_time")
    if form == "int":
        return row_as_read(world.readings, row)
    schedule: int = row.body["schedule"]
    return as_read(world.readings, row.body) | {"schedule": iso(schedule) if form == "iso" else float(schedule)}
