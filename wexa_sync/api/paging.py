"""Read whole lists from pages, in the API's dialects. Pure over `fetch`; a doubt is an error, never a shorter list.

What no client can see: a server that silently caps a list, gives no total, and cuts it at an unusual length. Of a list
without a second page (`Single`, `NoPaging`), `Found.extent` says how much came. Whatever else would lose an item raises
`Nonsense`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any, TypeAlias

from wexa_sync.errors import Nonsense, NotAList, NotFound, Refused
from wexa_sync.kinds.paging import AfterId, NoPaging, PageNumber, Paging, Single, SkipLimit

Query: TypeAlias = Mapping[str, str | int]
Fetch: TypeAlias = Callable[[Query], Any]
Item: TypeAlias = dict[str, Any]

MAX_PAGES = 10_000
ALL = sys.maxsize
"""The number of items to ask for where all are wanted."""

# A first page of such a length, though more was asked for, may be the server's own cap rather than the end.
USUAL_SIZES = frozenset({10, 12, 15, 20, 24, 25, 30, 40, 50, 60, 64, 75, 80, 100, 200, 250, 500})
# What is asked for in turn where the server refuses a larger limit.
_SMALLER = (500, 200, 100, 50, 20, 10)
# Lists that stand beside the one that was asked for.
_ASIDE = frozenset({"errors", "warnings", "messages", "details", "filters", "facets", "links", "sort"})

_LIST_KEYS = ("data", "items", "results", "records")
_TOTAL_KEYS = ("totalCount", "total_count", "total")
_ID_KEYS = ("_id", "execution_id", "id", "connectorID")


class Extent(Enum):
    """How much of a list came. UNSURE: its length is one that a server may cut lists at, and there is no total."""

    WHOLE = "whole"
    UNSURE = "unsure"
    CUT = "cut"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The items of a list, and how much of the list they are. `total` is the server's count, where it gives one.

    `refusal`: the server says that there is no such list, which then means that nothing was ever made there.
    """

    items: list[Item]
    extent: Extent = Extent.WHOLE
    total: int | None = None
    refusal: NotFound | None = None


def collect(fetch: Fetch, paging: Paging, *, keys: tuple[str, ...], what: str, most: int = ALL) -> Found:
    """Return the items of a list, in the server's order, without those marked `is_deleted`.

    `fetch` sends the given parameters with its own and returns the body. The list stands alone, under one of `keys`,
    under a usual key, or is the only one in the body. `what` is the method and the path, for errors: `GET /agentflows`.
    With `most`, the first so many items are enough.
    """
    pages = 0

    def read(query: Query) -> _Page:
        nonlocal pages
        page = _unwrap(fetch(query), keys=keys, what=what)
        pages += 1
        return page

    refused: Refused | None = None
    for each in _with_limits(paging, most):
        try:
            return _collected(read, each, what=what, most=most)
        except Refused as error:  # a server may refuse a limit that is larger than its most
            if pages or isinstance(paging, NoPaging) or error.status not in (400, 422):
                raise
            refused = refused or error
    assert refused is not None
    raise refused


def _with_limits(paging: Paging, most: int) -> list[Paging]:
    """Return the paging as it is, then with each smaller limit."""
    if isinstance(paging, NoPaging):
        return [paging]
    paging = replace(paging, limit=min(paging.limit, most))
    return [paging, *(replace(paging, limit=limit) for limit in _SMALLER if limit < paging.limit)]


def _collected(read: _Read, paging: Paging, *, what: str, most: int) -> Found:
    extent = Extent.WHOLE
    if isinstance(paging, NoPaging):
        page = read({})
    elif isinstance(paging, Single):
        page, extent = _grow(read, paging, most)
    else:
        page = _follow(read, paging, what=what, most=most)
    if len(page.items) >= most:
        extent, page.items = Extent.WHOLE, page.items[:most]
    elif len(page.items) < page.at_least:
        if not isinstance(paging, (NoPaging, Single)):
            counts = f"{len(page.items)} items came, the server counts {page.at_least}"
            raise _nonsense(f"incomplete listing: {counts}", what)
        extent = Extent.CUT
    items = [item for item in page.items if item.get("is_deleted") is not True]
    return Found(items=items, extent=extent, total=page.total)


@dataclass(slots=True, kw_only=True)
class _Page:
    """Items, and what the envelope says of the whole list: `total` ends it, `at_least` (a mere "count" too) does not.

    "count" may mean the list or the page, so it can show that something is missing, never that all is there.
    """

    items: list[Item] = field(default_factory=list)
    total: int | None = None
    at_least: int = 0

    def add(self, page: _Page) -> None:
        """Append a page. Of two totals the larger holds: in doubt, something is missing."""
        totals = [total for total in (self.total, page.total) if total is not None]
        self.items.extend(page.items)
        self.total = max(totals, default=None)
        self.at_least = max(self.at_least, page.at_least)


_Read: TypeAlias = Callable[[Query], _Page]


def _grow(read: _Read, paging: Single, most: int) -> tuple[_Page, Extent]:
    limit = paging.limit
    page = read({paging.limit_param: limit})
    # More than asked for means that the limit is ignored; then this is all there is.
    while len(page.items) < most and (len(page.items) < page.at_least or _is_full(page, limit)):
        limit = max(2 * limit, page.at_least)
        try:
            longer = read({paging.limit_param: limit})
        except Refused:  # the server's most is less
            return page, Extent.CUT
        if len(longer.items) <= len(page.items):
            return longer, Extent.CUT
        page = longer
    usual = page.total is None and len(page.items) < limit and len(page.items) in USUAL_SIZES
    return page, Extent.UNSURE if usual else Extent.WHOLE


def _is_full(page: _Page, limit: int) -> bool:
    return page.total is None and len(page.items) == limit


def _follow(read: _Read, paging: PageNumber | SkipLimit | AfterId, *, what: str, most: int) -> _Page:
    whole = _Page()
    seen: set[str | int] = set()
    first: list[Item] = []
    for number in range(MAX_PAGES):
        page = read(_query(paging, number=number, collected=whole.items, size=len(first) or paging.limit))
        first = first or page.items
        again = number > 0 and bool(page.items) and _identities(page.items) == _identities(first)
        # The parameters are ignored, and page 1 was everything. Not so where page 1 was cut just as we asked.
        if again and number == 1 and len(first) != paging.limit and len(whole.items) >= whole.at_least:
            return whole
        ids = _ids(page.items)
        if again or not seen.isdisjoint(ids):
            raise _nonsense(f"page {number + 1} repeats items of an earlier page", what)
        seen |= ids
        whole.add(page)
        if len(whole.items) >= most or _is_last(
            len(page.items), whole, number=number, size=len(first), limit=paging.limit
        ):
            return whole
    raise _nonsense(f"the list does not end: {MAX_PAGES} pages were read", what)


def _query(paging: PageNumber | SkipLimit | AfterId, *, number: int, collected: list[Item], size: int) -> Query:
    """Return the parameters of page `number` (from 0), which follows those items. `size` is a page's true length."""
    if isinstance(paging, PageNumber):
        sizes = dict.fromkeys(filter(None, (paging.limit_param, paging.also_param)), size)
        return {paging.page_param: paging.first + number, **sizes}
    limit = {paging.limit_param: paging.limit}
    if not collected:
        return limit
    if isinstance(paging, SkipLimit):
        return {paging.skip_param: len(collected), **limit}
    return {paging.after_param: str(_identity(collected[-1])), **limit}


def _is_last(length: int, whole: _Page, *, number: int, size: int, limit: int) -> bool:
    if len(whole.items) < whole.at_least:
        # More is said to come. A page that is short all the same is the end; `collect` sees that something is missing.
        return length == 0 or (number > 0 and length < size)
    if whole.total is not None:
        return True
    if number == 0:
        return length < limit and length not in USUAL_SIZES
    return length < size


def _unwrap(body: Any, *, keys: tuple[str, ...], what: str) -> _Page:
    inner = body.get("data") if isinstance(body, dict) else None
    envelopes = [part for part in (body, inner) if isinstance(part, dict)]
    places = ((part, key) for group in (keys, _LIST_KEYS) for part in envelopes for key in group)
    lists = (part[key] for part, key in places if isinstance(part.get(key), list))
    items = body if isinstance(body, list) else next(lists, None)
    if items is None and (only := _only_list(body)) is not None:
        envelopes, items = [*envelopes, only[0]], only[1]
    if items is None:
        names = ", ".join(repr(key) for key in dict.fromkeys((*keys, *_LIST_KEYS)))
        raise _not_a_list(f"expected a list, or an object with a list under one of {names}; got {_shape(body)}", what)
    for item in items:
        if not isinstance(item, dict):
            raise _not_a_list(f"expected a list of objects; one of its items is {_shape(item)}", what)
    total = _number(envelopes, _TOTAL_KEYS)
    return _Page(items=items, total=total, at_least=total or _number(envelopes, ("count",)) or 0)


def _only_list(body: Any) -> tuple[Item, list[Any]] | None:
    """Return the one list in a response, with the object around it; None where there is none, or more than one.

    A single thing, which has an id, is no envelope: a list in it is a field of that thing.
    """
    lists: list[tuple[Item, list[Any]]] = []
    parts = [body]
    while parts:
        part = parts.pop()
        if isinstance(part, dict) and _identity(part) is None:
            for key, value in part.items():
                if isinstance(value, list) and key not in _ASIDE:
                    lists.append((part, value))
                parts.append(value)
    return lists[0] if len(lists) == 1 else None


def _number(envelopes: list[Item], keys: tuple[str, ...]) -> int | None:
    found = (part.get(key) for part in envelopes for key in keys)
    return next((n for n in found if isinstance(n, int) and not isinstance(n, bool) and n >= 0), None)


def _identity(item: Item) -> str | int | None:
    found = (item.get(key) for key in _ID_KEYS)
    return next((value for value in found if isinstance(value, str | int)), None)


def _ids(items: list[Item]) -> set[str | int]:
    return {identity for item in items if (identity := _identity(item)) is not None}


def _identities(items: list[Item]) -> list[str | int | Item]:
    """Return the items of a page by their ids, where they have one: other fields may change between two reads."""
    return [item if (identity := _identity(item)) is None else identity for item in items]


def _shape(value: Any) -> str:
    """Return in words what a body looks like, without its values."""
    if isinstance(value, dict):
        return f"an object with the keys {', '.join(sorted(map(repr, value))[:10]) or '(none)'}"
    if isinstance(value, list):
        return "a list"
    return "nothing" if value is None else f"a {type(value).__name__}"


_HINT = "Run the command again. If it fails again, the API has changed: report it, with `wexa-sync version`."


def _nonsense(message: str, what: str) -> Nonsense:
    method, _, path = what.partition(" ")
    return Nonsense(message, method=method, path=path, hint=_HINT)


def _not_a_list(message: str, what: str) -> NotAList:
    method, _, path = what.partition(" ")
    return NotAList(message, method=method, path=path, hint=_HINT)
