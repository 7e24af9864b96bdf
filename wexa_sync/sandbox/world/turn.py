"""Run each request as one turn: a transaction that first takes every step that came due, then does the request.

Turns run on the event loop: threads would only queue for the store, and to change threads costs more than most turns.
"""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, ParamSpec, cast

from starlette.responses import Response

from wexa_sync.sandbox.world import executions
from wexa_sync.sandbox.world.seed import USER_ID

if TYPE_CHECKING:
    from wexa_sync.sandbox.world.store import Row
    from wexa_sync.sandbox.world.world import World

_P = ParamSpec("_P")


def turn(endpoint: Callable[_P, Response]) -> Callable[_P, Awaitable[Response]]:
    """Run an endpoint as one turn. The endpoint takes the world as its argument `world`."""

    @functools.wraps(endpoint)
    async def run(*args: _P.args, **kwargs: _P.kwargs) -> Response:
        world = cast("World", kwargs["world"])
        with world.store.transaction():
            catch_up(world)
            return endpoint(*args, **kwargs)

    return run


def catch_up(world: World) -> None:
    """Take every step that came due since the last request, in the order of time."""
    now = world.now()
    while (row := world.store.next_due(now)) is not None:
        if row.kind == "schedule":
            _fire(world, row)
        else:
            executions.step(world, row)


def _fire(world: World, schedule: Row) -> None:
    at = schedule.due
    assert at is not None  # only a due schedule fires
    flow = world.find("agentflow", schedule.body["coworker_id"])
    goal = schedule.body["template"]
    executions.start(world, flow, goal=goal, inputs={}, executed_by=USER_ID, at=at, how="schedule")
    if world.readings.says("fired_schedule", "gone"):
        world.store.remove(schedule)
        return
    schedule.body["status"] = "completed"
    schedule.due = None
    world.store.save(schedule)
