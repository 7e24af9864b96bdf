"""Create and update agentflows and their skilled agents. The API has no call that deletes either."""

from http import HTTPStatus

from fastapi import APIRouter
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.responses import Response

from wexa_sync.sandbox.bodies import AgentCreate, AgentflowCreate, AgentflowPut, AgentUpdate
from wexa_sync.sandbox.errors import ApiError
from wexa_sync.sandbox.replies import created, listing, reply, updated
from wexa_sync.sandbox.routes.paging import by_skip
from wexa_sync.sandbox.routes.params import Here, Limit, MaybeProject, ProjectQuery, Skip, check_same_project
from wexa_sync.sandbox.world.agents import (
    BLANK_AGENT,
    check_skills,
    flow_view,
    flow_views,
    new_agent,
    new_flow,
    with_changes,
)
from wexa_sync.sandbox.world.store import Json, Row
from wexa_sync.sandbox.world.turn import turn
from wexa_sync.sandbox.world.world import World

router = APIRouter(tags=["Agentflows"])

_NO_PUT = {
    "absent": HTTPStatus.METHOD_NOT_ALLOWED,
    "not_found": HTTPStatus.NOT_FOUND,
    "not_implemented": HTTPStatus.NOT_IMPLEMENTED,
}


@router.post("/agentflow/", summary="Create agentflow")
@turn
def create_agentflow(world: Here, project_id: ProjectQuery, body: AgentflowCreate) -> Response:
    """Create an agentflow; `projectID` is in the query and in the body."""
    check_same_project(project_id, body.project_id)
    world.find_live("project", project_id)
    world.check_name("agentflow", "name", body.name, project=project_id)
    sent = body.json_form()
    takes_agents = world.readings.says("agentflow_create_agents", "accepted")
    sent["agents"] = [new_agent(world, agent, project_id) for agent in sent["agents"]] if takes_agents else []
    flow = new_flow(world, sent)
    row = world.store.add(Row(kind="agentflow", id=flow["_id"], project=project_id, body=flow))
    return created(world, flow_view(world, row), seen=True)


@router.get("/agentflows", summary="Get agentflows")
@turn
def list_agentflows(world: Here, project_id: MaybeProject = None, skip: Skip = None, limit: Limit = None) -> Response:
    """List agentflows by skip and limit. `skip=0` is refused unless a reading accepts it."""
    start, size = by_skip(world, skip, limit)
    rows = world.store.rows("agentflow", project=project_id, skip=start, limit=size)
    return listing(
        world, "agentflows", flow_views(world, rows, summary=world.readings.says("agentflow_list", "summary"))
    )


@router.get(
    "/agentflow/{agentflow_id}/user/{executed_by}/project/{project_id}", summary="Get agentflow by projectId and UserId"
)
@turn
def get_agentflow_of_user(world: Here, agentflow_id: str, executed_by: str, project_id: str) -> Response:
    """Return one agentflow; the path also names its project and a user."""
    world.check_id(executed_by)
    return reply(flow_view(world, world.find("agentflow", agentflow_id, project=project_id)))


@router.get("/agentflow/{agentflow_id}", summary="Get agentflow by id")
@turn
def get_agentflow(world: Here, agentflow_id: str) -> Response:
    """Return one agentflow; its agents have whole skills."""
    return reply(flow_view(world, world.find("agentflow", agentflow_id)))


@router.put("/agentflow/{agentflow_id}", summary="Update agentflow (SDK only)")
@turn
def put_agentflow(world: Here, agentflow_id: str, body: AgentflowPut) -> Response:
    """Update an agentflow. No vendor page has this call, so reading `agentflow_put` decides its effect."""
    if (status := _NO_PUT.get(world.readings.value("agentflow_put"))) is not None:
        raise ApiError(status, status.phrase, {"Allow": "GET"} if status == HTTPStatus.METHOD_NOT_ALLOWED else None)
    row = world.find_live("agentflow", agentflow_id)
    changes = body.json_form(only_sent=world.readings.says("agentflow_put", "merge"))
    if "agents" in changes:
        changes["agents"] = _complete_agents(world, row, changes["agents"])
    _change(world, row, changes)
    return updated(world, flow_view(world, row))


@router.post("/agentflow/{agentflow_id}/skilled", summary="Add skilled agent to agentflow")
@turn
def add_agent(world: Here, agentflow_id: str, project_id: ProjectQuery, body: AgentCreate) -> Response:
    """Add an agent with the id that the client chose; return the whole agentflow."""
    row = world.find_live("agentflow", agentflow_id, project=project_id)
    agent = new_agent(world, body.json_form(), project_id)
    if world.readings.says("agent_ids", "server"):
        agent["_id"] = world.new_id()
    present = any(known["_id"] == agent["_id"] for known in row.body["agents"])
    if present and world.readings.says("repeated_agent", "reject"):
        raise ApiError(409, f"Agent already exists: {agent['_id']}")
    if present and world.readings.says("repeated_agent", "upsert"):
        agents = [agent if known["_id"] == agent["_id"] else known for known in row.body["agents"]]
    else:
        agents = [*row.body["agents"], agent]
    _change(world, row, {"agents": agents})
    return reply(flow_view(world, row))


@router.post("/agentflow/{agentflow_id}/update/skilled/{agent_id}", summary="Update skilled agent")
@turn
def update_agent(
    world: Here, agentflow_id: str, agent_id: str, project_id: ProjectQuery, body: AgentUpdate
) -> Response:
    """Update all fields of an agent (a POST, not a PUT); return the whole agentflow."""
    row = world.find_live("agentflow", agentflow_id, project=project_id)
    world.check_id(agent_id)
    if all(known["_id"] != agent_id for known in row.body["agents"]):
        raise ApiError(404, f"Agent not found: {agent_id}")
    sent = body.json_form()
    check_skills(world, sent["skills"], project_id)
    _change(
        world, row, {"agents": [known | sent if known["_id"] == agent_id else known for known in row.body["agents"]]}
    )
    return reply(flow_view(world, row))


def _change(world: World, row: Row, changes: Json) -> None:
    row.body = with_changes(row.body, changes | {"updated_at": world.now()})
    world.store.save(row)


def _complete_agents(world: World, row: Row, sent: list[Json]) -> list[Json]:
    """Return the agents of a PUT in their stored form.

    A present agent keeps the fields that were not sent, unless the PUT replaces.
    """
    known = {agent["_id"]: agent for agent in row.body["agents"]}
    if world.readings.says("agentflow_put", "replace"):
        known = dict.fromkeys(known, BLANK_AGENT)
    agents = []
    for position, agent in enumerate(sent):
        try:
            whole = AgentCreate.model_validate(known.get(agent.get("_id"), {}) | agent)
        except ValidationError as error:
            place = ("body", "agents", position)
            raise RequestValidationError(
                [entry | {"loc": (*place, *entry["loc"])} for entry in _entries(error)]
            ) from None
        agents.append(new_agent(world, whole.json_form(), row.body["projectID"]))
    return agents


def _entries(error: ValidationError) -> list[Json]:
    return [dict(entry) for entry in error.errors(include_url=False)]
