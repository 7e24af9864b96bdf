"""Read the pages of a list in their order, and ask for some of them before their turn: several at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import TypeAlias

from wexa_sync.api.envelope import Page

Query: TypeAlias = Mapping[str, str | int]


class Pages:
    """The pages of one list. Whoever asks for one gets it, or its error, as if it were asked for only then.

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
