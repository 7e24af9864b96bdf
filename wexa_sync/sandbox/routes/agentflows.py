"""Create and update agentflows and their skilled agents. Only undocumented calls add decisions, or delete anything."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.responses import Response

from wexa_sync.sandbox.bodies import AgentCreate, AgentflowCreate, AgentflowPut, AgentUpdate, DeciderCreate
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
from wexa_sync.sandbox.world.links import DECIDER, LINKS, as_replaced, with_added, without
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
    world.check_name("agentflow", body.name, project=project_id)
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
    flows = flow_views(world, rows, summary=world.readings.says("agentflow_list", "summary"))
    counted = world.readings.says("flow_total", "counted")
    total = ("total_count", world.store.count("agentflow", project=project_id)) if counted else None
    return listing(world, "agentflows", flows, total=total)


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
        raise _absent(status)
    row = world.find_live("agentflow", agentflow_id)
    changes = body.json_form(only_sent=world.readings.says("agentflow_put", "merge"))
    if "agents" in changes:
        changes |= _complete_agents(world, row, changes["agents"])
    _change(world, row, changes)
    return updated(world, flow_view(world, row))


AfterAgent = Annotated[str | None, Query(description="id of the agent to add it behind (undocumented)")]
Branch = Annotated[str | None, Query(alias="add_on_side_if_decider", description="a decision of that agent")]


@router.post("/agentflow/{agentflow_id}/skilled", summary="Add skilled agent to agentflow")
@turn
def add_agent(
    *,
    world: Here,
    agentflow_id: str,
    project_id: ProjectQuery,
    body: AgentCreate,
    after_agent: AfterAgent = None,
    branch: Branch = None,
) -> Response:
    """Add an agent with the id that the client chose; return the whole agentflow."""
    row = world.find_live("agentflow", agentflow_id, project=project_id)
    agent = new_agent(world, body.json_form(), project_id)
    return _add(world, row, agent, after_agent, branch)


@router.post("/agentflow/{agentflow_id}/decider", summary="Add decision agent to agentflow (undocumented)")
@turn
def add_decider(
    *,
    world: Here,
    agentflow_id: str,
    project_id: ProjectQuery,
    body: DeciderCreate,
    after_agent: AfterAgent = None,
    branch: Branch = None,
) -> Response:
    """Add a decision agent as `add_agent` adds a skilled one. No vendor page has this call: reading `decider`."""
    if world.readings.says("decider", "absent"):
        raise _absent(HTTPStatus.NOT_FOUND)
    row = world.find_live("agentflow", agentflow_id, project=project_id)
    sent = {"_id": None} | BLANK_AGENT | body.json_form(only_sent=True) | {"agent_type": DECIDER}
    agent = new_agent(world, sent, project_id)
    return _add(world, row, agent, after_agent, branch)


def _add(world: World, row: Row, agent: Json, after: str | None, branch: str | None) -> Response:
    if world.readings.says("agent_ids", "server"):
        agent["_id"] = world.new_id()
    known = next((each for each in row.body["agents"] if each["_id"] == agent["_id"]), None)
    if known is not None and world.readings.says("repeated_agent", "reject"):
        raise ApiError(409, f"Agent already exists: {agent['_id']}")
    if known is not None and world.readings.says("repeated_agent", "upsert"):
        agents = [known | agent if each is known else each for each in row.body["agents"]]
        _change(world, row, {"agents": agents})
    else:
        _change(world, row, with_added(world, row.body, agent, after, branch))
    return reply(flow_view(world, row))


@router.delete("/agentflow/{agentflow_id}/agent/{agent_id}", summary="Delete agent of agentflow (undocumented)")
@turn
def delete_agent(world: Here, agentflow_id: str, agent_id: str, project_id: MaybeProject = None) -> Response:
    """Remove an agent; return the agentflow. No vendor page has this call: reading `agent_delete`."""
    if world.readings.says("agent_delete", "absent"):
        raise _absent(HTTPStatus.NOT_FOUND)
    row = world.find_live("agentflow", agentflow_id, project=project_id)
    world.check_id(agent_id)
    if all(known["_id"] != agent_id for known in row.body["agents"]):
        raise ApiError(404, f"Agent not found: {agent_id}")
    _change(world, row, without(world, row.body, agent_id))
    return reply(flow_view(world, row))


@router.delete("/agentflow/{agentflow_id}", summary="Delete agentflow (undocumented)")
@turn
def delete_flow(world: Here, agentflow_id: str) -> Response:
    """Delete an agentflow with its agents and schedules. Reading `flow_delete` says which paths there are."""
    if world.readings.value("flow_delete") not in ("both", "by_flow"):
        raise _absent(HTTPStatus.METHOD_NOT_ALLOWED)
    return _delete(world, world.find_live("agentflow", agentflow_id))


@router.delete("/agentflow/{project_id}/{agentflow_id}", summary="Delete agentflow (SDK 0.1.0 only)")
@turn
def delete_flow_of_project(world: Here, project_id: str, agentflow_id: str) -> Response:
    """Delete an agentflow as `delete_flow` does; the path also names its project."""
    if world.readings.value("flow_delete") not in ("both", "by_project"):
        raise _absent(HTTPStatus.NOT_FOUND)
    return _delete(world, world.find_live("agentflow", agentflow_id, project=project_id))


def _delete(world: World, row: Row) -> Response:
    # Lists leave it out at once (seen), so it is never kept as deleted. What it ran stays, as history.
    for schedule in world.store.rows("schedule", owner=row.id):
        world.store.remove(schedule)
    world.store.remove(row)
    return reply({"message": "Agentflow deleted successfully"})


def _absent(status: HTTPStatus) -> ApiError:
    """Return what a server answers that has no such call."""
    return ApiError(status, status.phrase, {"Allow": "GET"} if status == HTTPStatus.METHOD_NOT_ALLOWED else None)


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


def _complete_agents(world: World, row: Row, sent: list[Json]) -> Json:
    """Return the agents of a PUT in their stored form, and which one is the first.

    A present agent keeps the fields that were not sent, unless the PUT replaces.
    """
    before = row.body["agents"]
    known = {agent["_id"]: agent for agent in before}
    if world.readings.says("agentflow_put", "replace"):
        before, known = [], dict.fromkeys(known, BLANK_AGENT)
    agents = []
    for position, agent in enumerate(sent):
        try:
            whole = AgentCreate.model_validate(known.get(agent.get("_id"), {}) | agent)
        except ValidationError as error:
            place = ("body", "agents", position)
            raise RequestValidationError(
                [entry | {"loc": (*place, *entry["loc"])} for entry in _entries(error)]
            ) from None
        links = {name: agent[name] for name in LINKS if name in agent}
        agents.append(new_agent(world, whole.json_form(), row.body["projectID"]) | links)
    return as_replaced(row.body | {"agents": before}, agents)


def _entries(error: ValidationError) -> list[Json]:
    return [dict(entry) for entry in error.errors(include_url=False)]
