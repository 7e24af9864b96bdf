"""Ask for several things at a time, and take what comes in the order in which it would have been asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from types import TracebackType
from typing import TypeAlias, TypeVar

from wexa_sync.api.envelope import Page

Query: TypeAlias = Mapping[str, str | int]
_Thing = TypeVar("_Thing")
_Result = TypeVar("_Result")


def together(call: Callable[[_Thing], _Result], things: Iterable[_Thing], at_once: int) -> list[_Result]:
    """Return what the call returns for each thing, in their order; `at_once` are under way at a time.

    The first failure, in that order, is raised.
    """
    things = list(things)
    if min(at_once, len(things)) < 2:
        return [call(thing) for thing in things]
    with ThreadPoolExecutor(max_workers=min(at_once, len(things))) as pool:
        return list(pool.map(call, things))


def done(result: _Result) -> Future[_Result]:
    """Return a future that is over."""
    found: Future[_Result] = Future()
    found.set_result(result)
    return found


@contextmanager
def meanwhile(first: Future[_Result], pool: Executor) -> Iterator[Future[_Result]]:
    """Let the block ask for more before the future is over, which it is behind the block.

    Its error counts before one of the block, and nothing more is asked for in the pool then.
    """
    try:
        yield first
        first.result()
    except Exception:
        if first.exception() is not None:
            pool.shutdown(wait=False, cancel_futures=True)
        first.result()
        raise


class Pages:
    """Give the pages of one list. Whoever asks for a page gets it, or its error, as if nobody had asked before.

    So a list that shifts between two pages is read as page by page. `at_once`: how many to ask for at a time.
    """

    def __init__(self, read: Callable[[Query], Page], at_once: int) -> None:
        self._read = read
        self._at_once = at_once
        self._pool: ThreadPoolExecutor | None = None
        self._begun: dict[frozenset[tuple[str, str | int]], Future[Page]] = {}

    def __call__(self, query: Query) -> Page:
        """Return the page that answers the query."""
        begun = self._begun.pop(frozenset(query.items()), None)
        return self._read(query) if begun is None else begun.result()

    def begin(self, queries: Iterable[Query]) -> None:
        """Ask for the next of these pages, where there are several: for one alone, whoever needs it may ask."""
        first = [query for _, query in zip(range(self._at_once), queries, strict=False)]
        if self._pool is None:
            if len(first) < 2:
                return
            self._pool = ThreadPoolExecutor(max_workers=len(first))
        for query in first:
            key = frozenset(query.items())
            if key not in self._begun:
                self._begun[key] = self._pool.submit(self._read, query)

    def __enter__(self) -> Pages:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
