"""Hold one fault that strikes one request: everything that an effect needs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct

from wexa_sync.sandbox.errors import ApiError
from wexa_sync.sandbox.faults.answer import Answer
from wexa_sync.sandbox.replies import refusal

if TYPE_CHECKING:
    from wexa_sync.sandbox.faults.fault import Fault
    from wexa_sync.sandbox.faults.script import Scripted
    from wexa_sync.sandbox.server.connections import Exchange, Listener
    from wexa_sync.sandbox.world.store import Json
    from wexa_sync.sandbox.world.world import World

Serve: TypeAlias = Callable[[], Awaitable[Answer | None]]
"""Do the work behind a fault, and return the answer; None when the connection has ended."""


class Strike(Struct, frozen=True, kw_only=True):
    """Hold the scripted fault, the request, the server, and the request's entry in the notes (`entry`)."""

    scripted: Scripted
    exchange: Exchange
    world: World
    listener: Listener
    entry: Json

    @property
    def fault(self) -> Fault:
        """Return the fault that strikes."""
        return self.scripted.fault

    def value(self, name: str) -> str:
        """Return the value of one of the fault's parameters."""
        return self.fault.value(name)

    @property
    def is_after(self) -> bool:
        """True when the fault comes after the work."""
        return self.fault.when == "after"

    async def work(self, serve: Serve) -> Answer | None:
        """Do the work if the fault comes after it, and return the answer."""
        return await serve() if self.is_after else None

    def note(self) -> None:
        """Write the fault into the request's notes, and count it as struck."""
        self.scripted.struck += 1
        self.entry["fault"] = "; ".join(filter(None, (self.entry["fault"], str(self.fault))))

    def is_over(self) -> bool:
        """True when the fault was removed or the server ends: a fault that waits then stops waiting."""
        return self.listener.ends or self.scripted not in self.world.script

    def refusal(self, status: int, sentence: str) -> Answer:
        """Return an error in the form that the request's path gives errors in."""
        return Answer.of(refusal(self.world.readings, self.exchange.scope["path"], ApiError(status, sentence)))


def phrase(status: int) -> str:
    """Return the standard words for a status."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return f"Status {status}"
