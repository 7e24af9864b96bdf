"""Hold the requests of an apply that are under way, and which changes wait for which of them."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from wexa_sync.apply.steps import Http, Send, Together
from wexa_sync.errors import NotBegun, WexaSyncError
from wexa_sync.model import Address

Landing = tuple[Address, Any, BaseException | None]
"""A change, and what it waited for: a value, or an error."""


class Flights:
    """Send requests by so many workers, and give each change that waits for some of them what they bring.

    Only the bookkeeping thread calls it. Changes that ask for the same lookup wait for one request.
    """

    def __init__(self, slots: int) -> None:
        self.pool = ThreadPoolExecutor(max_workers=slots)
        self.flying: dict[Future[Any], list[Address]] = {}  # who waits for it
        self.acted: set[Address] = set()  # whose calls may have changed something
        self._awaited: dict[Address, tuple[Http | Together, list[Future[Any]]]] = {}  # what each waits for
        self._lookups: dict[Hashable, Future[Any]] = {}

    def begin(self, address: Address, step: Http | Together) -> None:
        """Send what a change asks for, which then waits until all of it has landed."""
        self._awaited[address] = step, [self._sent(address, each) for each in step.requests]

    def _sent(self, address: Address, step: Http) -> Future[Any]:
        """Send the request, unless it is the lookup that another change waits for. Return what is waited for."""
        future = self._lookups.get(step.lookup)
        if future not in self.flying:
            future = self.pool.submit(step.function)
            self.flying[future] = []
            if step.lookup is not None:
                self._lookups[step.lookup] = future
        self.flying[future].append(address)
        return future

    def landed(self, done: Iterable[Future[Any]]) -> Iterator[list[Landing]]:
        """Yield for each request that is over, in the order of their changes, those who wait for no other any more."""
        for future in sorted(self.flying.keys() & done, key=lambda future: str(self.flying[future][0])):
            waited, going = self.flying.pop(future), self.flying.keys()
            if landed := [self._landing(each) for each in waited if going.isdisjoint(self._awaited[each][1])]:
                yield landed

    def _landing(self, address: Address) -> Landing:
        step, futures = self._awaited.pop(address)
        error = next(filter(None, (future.exception() for future in futures)), None)
        if error is not None and not isinstance(error, WexaSyncError):
            raise error
        if isinstance(step, Send) and not isinstance(error, NotBegun):
            self.acted.add(address)
        return address, None if error else step.value([future.result() for future in futures]), error
