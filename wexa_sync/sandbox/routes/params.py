"""Define the parameters that many endpoints share, in the API's spelling, and their common check."""

from typing import Annotated, TypeAlias

from fastapi import Depends, Query, Request

from wexa_sync.sandbox.errors import ApiError
from wexa_sync.sandbox.world.world import World


async def _world(request: Request) -> World:
    # async: FastAPI would run a plain function in the thread pool
    world: World = request.state.world
    return world


Here: TypeAlias = Annotated[World, Depends(_world)]
"""The world of the sandbox that serves the request."""

ProjectQuery: TypeAlias = Annotated[str, Query(alias="projectID", description="id of the project")]
"""`?projectID=`, required."""

MaybeProject: TypeAlias = Annotated[str | None, Query(alias="projectID", description="id of the project")]
"""`?projectID=`, optional."""

Limit: TypeAlias = Annotated[int | None, Query(ge=1, description="the most items to return")]
"""`?limit=`."""

Skip: TypeAlias = Annotated[int | None, Query(ge=0, description="items to skip; send it only above 0")]
"""`?skip=`."""


def check_same_project(in_query: str | None, in_body: str | None) -> None:
    """Raise ApiError if the query and the body name two different projects."""
    if None not in (in_query, in_body) and in_query != in_body:
        raise ApiError(400, f"projectID differs: {in_query} in the query, {in_body} in the body")
