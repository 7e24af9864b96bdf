"""List the inbox items that wait for a person, and take the three calls that answer one."""

from typing import Annotated

from fastapi import APIRouter, Body, Query
from starlette.responses import Response

from wexa_sync.sandbox.bodies import AnomalyAnswer, PreviewAnswer, RuntimeInput
from wexa_sync.sandbox.replies import created, reply
from wexa_sync.sandbox.routes.paging import by_skip, window
from wexa_sync.sandbox.routes.params import Here, MaybeProject, ProjectQuery
from wexa_sync.sandbox.world import executions
from wexa_sync.sandbox.world.ids import is_object_id
from wexa_sync.sandbox.world.inbox import pending_item, shown, touch
from wexa_sync.sandbox.world.store import Json, Row
from wexa_sync.sandbox.world.turn import turn
from wexa_sync.sandbox.world.world import World

router = APIRouter(prefix="/inbox", tags=["Inbox"])

_BLANK: Json = {
    "_id": None,
    "type": "preview",
    "status": "pending",
    "agent_id": None,
    "coworker_id": None,
    "coworker_name": "",
    "agent_title": "",
    "summary": "",
    "execution_id": None,
    "projectID": None,
}


@router.get("", summary="Get inbox")
@turn
def list_inbox(
    *,
    world: Here,
    project_id: ProjectQuery,
    limit: Annotated[int, Query(ge=1)] = 100,
    status: str | None = None,
    kind: Annotated[str | None, Query(alias="type")] = None,
    search_key: str = "",
    after_id: str | None = None,
    view: Annotated[str, Query(pattern="^(ui|studio)$")] = "ui",
) -> Response:
    """List a project's inbox, oldest first. The next page begins after the last id of this page."""
    del view  # both views return the same: their difference is not documented
    world.check_id(project_id)
    rows = world.store.rows("inbox", project=project_id)
    found = [
        row.body
        for row in rows
        if status in (None, row.body["status"])
        and kind in (None, row.body["type"])
        and search_key in row.body["summary"]
    ]
    rest = found
    if after_id is not None:
        last = world.find("inbox", after_id, project=project_id).id
        ids = [row.id for row in rows]
        before = set(ids[: ids.index(last) + 1])
        rest = [item for item in found if item["_id"] not in before]
    page = window(rest, by_skip(world, None, limit))
    return reply({"total_count": len(found), "inbox_requests": [shown(world, item) for item in page]})


@router.post("/create", summary="Create inbox (SDK only)")
@turn
def create_inbox_item(world: Here, body: Annotated[Json, Body()]) -> Response:
    """Add an item as it is sent [guess]. All its keys are optional; an item of no run can't be answered."""
    at = world.now()
    item = {**_BLANK, "created_at": at * 1000, "updated_at": at * 1000, **body}
    item["_id"] = item["_id"] if is_object_id(str(item["_id"])) else world.new_id(at)
    world.store.add(Row(kind="inbox", id=item["_id"], project=item["projectID"], owner=item["execution_id"], body=item))
    return created(world, shown(world, item))


@router.get("/{inbox_id}", summary="Get inbox by id")
@turn
def get_inbox_item(world: Here, inbox_id: str, project_id: MaybeProject = None) -> Response:
    """Return one item of the inbox."""
    return reply(shown(world, world.find("inbox", inbox_id, project=project_id).body))


@router.post("/update/runtime_input/{execution_id}", summary="Update runtime input")
@turn
def update_runtime_input(
    world: Here, execution_id: str, body: RuntimeInput, project_id: MaybeProject = None
) -> Response:
    """Give an agent the input it asked for. After a draft the run keeps waiting."""
    run = _waiting(world, execution_id, project_id)
    item = pending_item(world, str(run.alias), "runtime_input", body.agent_id)
    run.body["runtime_inputs"] = run.body["runtime_inputs"] | {body.agent_id: body.values}
    item.body["runtime_input"] = {"is_submitted": body.is_submitted, "values": body.values}
    return _settle(world, run, item, "resolved", done=body.is_submitted)


@router.post("/update/anomaly_detection/{execution_id}", summary="Update anomaly detection")
@turn
def update_anomaly(world: Here, execution_id: str, body: AnomalyAnswer, project_id: MaybeProject = None) -> Response:
    """Approve the anomaly, or let the run fail."""
    run = _waiting(world, execution_id, project_id)
    item = pending_item(world, str(run.alias), "anomaly_detection", None)
    run.body["anomaly_detected"]["is_approved"] = body.is_approved
    word = "approved" if body.is_approved else "completed"
    return _settle(world, run, item, word, done=True, approved=body.is_approved)


@router.post("/update/preview/{execution_id}", summary="Update preview")
@turn
def update_preview(world: Here, execution_id: str, body: PreviewAnswer, project_id: MaybeProject = None) -> Response:
    """Approve a preview with the input to use. After a draft the run keeps waiting."""
    run = _waiting(world, execution_id, project_id)
    item = pending_item(world, str(run.alias), "preview", body.agent_id)
    run.body["previews"] = run.body["previews"] | {body.agent_id: body.preview_input}
    item.body["preview"] |= {"is_approved": body.is_approved, "preview_input": body.preview_input}
    return _settle(world, run, item, "approved", done=body.is_approved)


def _waiting(world: World, execution_id: str, project_id: str | None) -> Row:
    return world.find_live("execution", execution_id, project=project_id)


def _settle(world: World, run: Row, item: Row, word: str, *, done: bool, approved: bool = True) -> Response:
    touch(world, item, word if done else "pending")
    if done:
        executions.answered(world, run, approved=approved)
    else:
        world.store.save(run)
    return reply(shown(world, item.body))
