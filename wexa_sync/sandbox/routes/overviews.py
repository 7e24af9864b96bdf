"""Show what a project has beside its resources: settings, tags, members, analytics. No answer was ever seen."""

from collections import Counter

from fastapi import APIRouter
from starlette.responses import Response

from wexa_sync.sandbox.errors import ApiError
from wexa_sync.sandbox.replies import listing, reply
from wexa_sync.sandbox.routes.params import Here, ProjectQuery
from wexa_sync.sandbox.world import executions
from wexa_sync.sandbox.world.seed import ORG_ID, USER_ID, USER_NAME
from wexa_sync.sandbox.world.store import Json, Row
from wexa_sync.sandbox.world.turn import turn
from wexa_sync.sandbox.world.world import World

router = APIRouter(tags=["Settings, tags, members, analytics"])


@router.get("/settings/{project_id}", summary="Get settings")
@turn
def get_settings(world: Here, project_id: str) -> Response:
    """Return a project's settings [guess]."""
    project = world.find("project", project_id)
    return _overview(
        world,
        {
            "projectID": project.id,
            "organization_id": ORG_ID,
            "coworkers": {"default_model": "azure/gpt-4o", "is_preview_mode_enabled": False},
            "connectors": {"allowed_categories": []},
            "workflows": {"max_parallel_executions": 10, "anomaly_detection": True},
        },
    )


@router.get("/tagsbyprojectId/{project_id}", summary="Tags")
@turn
def list_tags(world: Here, project_id: str) -> Response:
    """List the tags of a project's files. An upload makes them, and nothing else does."""
    world.find("project", project_id)
    files = world.store.rows("file", project=project_id)
    names = Counter(tag for file in files for tag in file.body["tags"])
    if world.readings.says("tags", "texts"):
        return reply([*names])
    return listing(world, "tags", [{"name": name, "count": count} for name, count in names.items()], bare=True)


@router.get("/project-member/{project_id}", summary="Project member")
@turn
def list_members(world: Here, project_id: str) -> Response:
    """List a project's members: the user of the sandbox [guess]."""
    return listing(world, "members", [_member(world.find("project", project_id))], bare=True)


@router.get("/project-member/{project_id}/summary", summary="Project member summary (SDK before 0.1.13)")
@turn
def summarise_members(world: Here, project_id: str) -> Response:
    """Count a project's members by their role [guess]."""
    world.find("project", project_id)
    return _overview(world, {"projectID": project_id, "total_members": 1, "roles": {"owner": 1}})


@router.get("/analytics", summary="Get analytics")
@turn
def get_analytics(world: Here, project_id: ProjectQuery) -> Response:
    """Sum up a project's runs: how many of each status, tokens and credits [guess]."""
    world.find("project", project_id)
    runs = world.store.rows("execution", project=project_id)
    used = [
        row.body for row in world.store.rows("credit", owner=ORG_ID) if row.body.get("projectID") == project_id
    ]  # a hire has none
    return _overview(
        world,
        {
            "projectID": project_id,
            "total_executions": len(runs),
            "executions_by_status": dict(Counter(executions.status_word(world, run) for run in runs)),
            "total_agentflows": world.store.count("agentflow", project=project_id),
            "tokens_consumed": sum(each["tokens_consumed"] or 0 for each in used),
            "credits_consumed": sum(each["credits_consumed"] for each in used),
        },
    )


def _member(project: Row) -> Json:
    return {
        "_id": USER_ID,
        "projectID": project.id,
        "fullName": USER_NAME,
        "email": "user@example.com",
        "role": "owner",
        "createdAt": project.body["createdAt"],
    }


def _overview(world: World, body: Json) -> Response:
    form = world.readings.value("overview")
    if form == "absent":
        raise ApiError(404, "Not Found")
    return reply({"data": body} if form == "data" else body)
