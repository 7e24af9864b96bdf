"""Build the FastAPI application: the groups of routes, the key, the forms of errors, and the gate around them."""

import hmac
from collections.abc import Sequence
from functools import cache
from typing import Annotated, cast

from fastapi import APIRouter, Depends, FastAPI, Request, Security
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from fastapi.security import APIKeyHeader
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp

from wexa_sync.sandbox.errors import ApiError
from wexa_sync.sandbox.replies import is_camel_case, refusal
from wexa_sync.sandbox.routes import (
    actions,
    admin,
    agentflows,
    connectors,
    customers,
    dashboards,
    executions,
    files,
    inbox,
    marketplace,
    models,
    overviews,
    projects,
    records,
    schedules,
    skills,
    tables,
    tasks,
    triggers,
)
from wexa_sync.sandbox.routes.params import Here
from wexa_sync.sandbox.server.connections import Listener
from wexa_sync.sandbox.server.contents import CONTENTS
from wexa_sync.sandbox.server.gate import KEY_HEADER, Gate
from wexa_sync.sandbox.world.world import World

_GROUPS = (
    projects,
    agentflows,
    connectors,
    actions,
    skills,
    executions,
    customers,
    inbox,
    tasks,
    schedules,
    tables,
    records,
    triggers,
    marketplace,
    files,
    dashboards,
    models,
    overviews,
    admin,
)
_TAGS = [{"name": group.router.tags[0], "description": (group.__doc__ or "").strip()} for group in _GROUPS]
_KEY = APIKeyHeader(
    name=KEY_HEADER, auto_error=False, description="any non-empty key, unless the sandbox was started with one"
)


def build(world: World, listener: Listener, more: Sequence[APIRouter] = ()) -> ASGIApp:
    """Return the application that serves `world` behind `listener`. `more` are routes that the API does not have."""
    return Gate(_application(more) if more else _plain(), CONTENTS, world, listener)


@cache
def _plain() -> FastAPI:
    """Return the application without more routes, built once a process: that takes a while."""
    return _application(())


def _application(more: Sequence[APIRouter]) -> FastAPI:
    """Return the application of any world: the gate adds the world to each request."""
    app = FastAPI(
        title="wexa-sync sandbox",
        summary="A local server that behaves as the Wexa AI REST API does.",
        description="Written from the API's documentation, not by the vendor. Where that is silent, readings decide.",
        openapi_tags=_TAGS,
        redoc_url=None,
        # A client of the real API must send the documented slash. A redirect would hide a missing one.
        redirect_slashes=False,
        dependencies=[Depends(_require_key)],
    )
    for group in (*(each.router for each in _GROUPS), executions.listing_router):
        # One by one: for each request, FastAPI looks through all routers that were included as a whole, and twice.
        for route in cast("list[APIRoute]", group.routes):
            app.add_api_route(
                route.path, route.endpoint, methods=sorted(route.methods or ()), summary=route.summary, tags=route.tags
            )
    for router in more:
        app.include_router(router)
    app.add_exception_handler(ApiError, _refuse)
    app.add_exception_handler(HTTPException, _refuse_http)
    app.add_exception_handler(RequestValidationError, _refuse_invalid)
    return app


async def _require_key(world: Here, key: Annotated[str | None, Security(_KEY)]) -> None:
    wanted = world.api_key
    if not key or (wanted is not None and not hmac.compare_digest(key.encode(), wanted.encode())):
        raise ApiError(int(world.readings.value("refused_key")), "Invalid or missing API key")


async def _refuse(request: Request, error: Exception) -> Response:
    world: World = request.state.world
    return refusal(world.readings, request.url.path, cast(ApiError, error))


async def _refuse_http(request: Request, error: Exception) -> Response:
    known = cast(HTTPException, error)
    headers = dict(known.headers) if known.headers else None
    return await _refuse(request, ApiError(known.status_code, known.detail, headers))


async def _refuse_invalid(request: Request, error: Exception) -> Response:
    entries = jsonable_encoder(cast(RequestValidationError, error).errors())
    status = 400 if is_camel_case(request.url.path) else 422
    return await _refuse(request, ApiError(status, entries))
