"""Parameters that many endpoints share, under the API's spellings."""

from typing import Annotated, TypeAlias

from fastapi import Depends, Query, Request

from wexa_sync.sandbox.world.world import World


async def _world(request: Request) -> World:
    # async, or FastAPI would send this one attribute access through the thread pool
    world: World = request.app.state.world
    return world


Here: TypeAlias = Annotated[World, Depends(_world)]
"""The world of the sandbox that answers."""

ProjectQuery: TypeAlias = Annotated[str, Query(alias="projectID", description="id of the project")]
"""`?projectID=`, required."""

MaybeProject: TypeAlias = Annotated[str | None, Query(alias="projectID", description="id of the project")]
"""`?projectID=`, optional."""

Limit: TypeAlias = Annotated[int | None, Query(ge=1, description="items at the most")]
"""`?limit=`."""

Skip: TypeAlias = Annotated[int | None, Query(ge=0, description="items to leave out; send it only above 0")]
"""`?skip=`."""
