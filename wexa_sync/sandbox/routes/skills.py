"""Create and read skills. The API has no call that changes or deletes one."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from wexa_sync.sandbox.bodies import SkillCreate
from wexa_sync.sandbox.replies import created, listing, reply
from wexa_sync.sandbox.routes.paging import of_skills, page_of
from wexa_sync.sandbox.routes.params import Here, Limit, ProjectQuery
from wexa_sync.sandbox.world.catalogue import skill_actions
from wexa_sync.sandbox.world.shown import as_read, row_as_read, rows_as_read
from wexa_sync.sandbox.world.store import Row
from wexa_sync.sandbox.world.turn import turn
from wexa_sync.sandbox.world.world import World

router = APIRouter(tags=["Skills"])


@router.post("/skills/", summary="Create skill")
@turn
def create_skill(world: Here, body: SkillCreate) -> Response:
    """Create a skill on a connector of the project; `projectID` is in the body only."""
    world.find_live("project", body.project_id)
    connector = world.find_live("connector", body.connector_id, project=body.project_id)
    world.check_name("skill", body.name, project=body.project_id)
    at = world.now()
    derives = world.readings.says("skill_actions", "connector")
    actions = skill_actions(body.name, connector.body, at) if derives else []
    skill = {"_id": world.new_id(at), **body.json_form(), "is_deleted": False, "actions": actions}
    world.store.add(Row(kind="skill", id=skill["_id"], project=body.project_id, owner=connector.id, body=skill))
    return created(world, as_read(world.readings, skill))


@router.get("/skills/", summary="Get skills; skills by name")
@turn
def list_skills(world: Here, project_id: ProjectQuery, name: str | None = None, limit: Limit = None) -> Response:
    """List a project's skills, or those of a name. There is a limit and no second page."""
    if name is None or world.readings.says("skill_name_match", "exact"):
        return _listing(world, project_id, limit, name=name)
    return _listing(world, project_id, limit, lambda row: name in row.body["name"])


@router.get("/skills/category", summary="Get skills by category'")
@turn
def list_skills_by_category(
    world: Here,
    project_id: Annotated[str, Query(alias="projectId", description="lower-case d here alone")],
    category: str | None = None,
    limit: Limit = None,
) -> Response:
    """List a project's skills, of one connector category if named [test]."""
    categories = {row.id: row.body["category"] for row in world.store.rows("connector", project=project_id)}
    wanted = None if category is None else lambda row: categories.get(row.owner) == category
    return _listing(world, project_id, limit, wanted, counted=True)


@router.get("/skills/{skill_id}", summary="Get skills by id")
@turn
def get_skill(world: Here, skill_id: str) -> Response:
    """Return one skill with its actions."""
    return reply(row_as_read(world.readings, world.find("skill", skill_id)))


def _listing(
    world: World,
    project_id: str,
    limit: int | None,
    wanted: Callable[[Row], bool] | None = None,
    *,
    name: str | None = None,
    counted: bool = False,
) -> Response:
    world.check_id(project_id)
    rows, count = page_of(world, "skill", (0, of_skills(world, limit)), wanted, project=project_id, name=name)
    total = ("total_count", count) if counted or world.readings.says("skill_limit", "counted") else None
    return listing(world, "skills", rows_as_read(world.readings, rows), total=total)
