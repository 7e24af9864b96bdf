"""Read whole lists from pages, in the API's dialects. Pure over `fetch`; a doubt is an error, never a shorter list.

What no client can see: a server that silently caps a list, gives no total, and cuts it at an unusual length. Of a list
without a second page (`Single`, `NoPaging`), `Found.extent` says how much came. Whatever else would lose an item raises
`Nonsense`.

A total ends a list where all that it counts came, and all that is recorded (`Sought`). It does not where fewer are
counted than came, nor where it may be the page's own and something is looked for that is not recorded: where it equals
a first page that may be cut, of a list of which nobody knows that the API counts it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from enum import Enum
from functools import partial
from typing import Any, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from wexa_sync.api.ahead import Pages, Query
from wexa_sync.api.envelope import Item, Page, identities, identity, ids_in, nonsense, page_in
from wexa_sync.errors import NotFound, Refused
from wexa_sync.kinds.paging import AfterId, NoPaging, PageNumber, Paging, Single, SkipLimit

Fetch: TypeAlias = Callable[[Query, Callable[[Any], Page]], Page]

MAX_PAGES = 10_000
ALL = sys.maxsize
"""The number of items to ask for where all are wanted."""

# A first page of such a length, though more was asked for, may be the server's own cap rather than the end.
USUAL_SIZES = frozenset({10, 12, 15, 20, 24, 25, 30, 40, 50, 60, 64, 75, 80, 100, 200, 250, 500})
# What is asked for in turn where the server refuses a larger limit.
_SMALLER = (500, 200, 100, 50, 20, 10)


class Extent(Enum):
    """Say how much of a list came. UNSURE: its length is one that a server may cut lists at, and there is no total.

    ENOUGH: all that was sought came, and the rest was not asked for.
    """

    WHOLE = "whole"
    UNSURE = "unsure"
    CUT = "cut"
    ENOUGH = "enough"


Pack: TypeAlias = Callable[[list[Item]], list[Item]]


def as_they_are(items: list[Item]) -> list[Item]:
    """Return the items."""
    return items


class Sought(Struct, frozen=True, kw_only=True):
    """Say what a list should have: `ids`, since they are recorded.

    `complete`: nothing else is looked for in it, though it is good to know. `alone`: nor is anything else needed.
    `pack` gets the items of each page as it comes, in any thread, and returns what is kept of them.
    """

    ids: frozenset[str] = frozenset()
    complete: bool = False
    alone: bool = False
    pack: Pack = as_they_are


class Found(Struct, frozen=True, kw_only=True):
    """Hold the items of a list, and how much of the list they are. `total` is the server's count, where it gives one.

    `refusal`: the server says that there is no such list, which then means that nothing was ever made there.
    """

    items: list[Item]
    extent: Extent = Extent.WHOLE
    total: int | None = None
    refusal: NotFound | None = None


ANYTHING = Sought()


def collect(
    fetch: Fetch,
    paging: Paging,
    *,
    keys: tuple[str, ...],
    what: str,
    most: int = ALL,
    total: str = "",
    sought: Sought = ANYTHING,
    at_once: int = 1,
) -> Found:
    """Return the items of a list, in the server's order, without those marked `is_deleted`.

    `fetch` sends the given parameters with its own, and returns what the function that it gets makes of the body. The
    list stands alone, under one of `keys`, under a usual key, or is the only one in the body. `what` is the method and
    the path, for errors: `GET /agentflows`.
    With `most`, the first so many items are enough. `total` is the key under which the API is known to count the whole
    list. Of pages that are sure to be needed, `at_once` are asked for at a time.
    """
    answered, kept = False, partial(_kept, keys=keys, total=total, what=what, pack=sought.pack)

    def read(query: Query) -> Page:
        nonlocal answered
        page = fetch(query, kept)
        answered = True
        return page

    refused: Refused | None = None
    for each in _with_limits(paging, most):
        try:
            with Pages(read, at_once) as pages:
                return _collected(pages, each, what=what, most=most, sought=sought)
        except Refused as error:  # a server may refuse a limit that is larger than its most
            if answered or isinstance(paging, NoPaging) or error.status not in (400, 422):
                raise
            refused = refused or error
    assert refused is not None
    raise refused


def _kept(body: Any, *, keys: tuple[str, ...], total: str, what: str, pack: Pack) -> Page:
    """Return what is kept of the page in a body."""
    page = page_in(body, keys=keys, total=total, what=what)
    page.items = pack(page.items)
    return page


def _with_limits(paging: Paging, most: int) -> list[Paging]:
    """Return the paging as it is, then with each smaller limit."""
    if isinstance(paging, NoPaging):
        return [paging]
    paging = replace(paging, limit=min(paging.limit, most))
    return [paging, *(replace(paging, limit=limit) for limit in _SMALLER if limit < paging.limit)]


def _collected(read: Pages, paging: Paging, *, what: str, most: int, sought: Sought) -> Found:
    extent = Extent.WHOLE
    if isinstance(paging, NoPaging):
        page = read({})
    elif isinstance(paging, Single):
        page, extent = _grow(read, paging, most, sought)
    else:
        page, extent = _follow(read, paging, what=what, most=most, sought=sought)
    if extent is Extent.ENOUGH:
        pass
    elif len(page.items) >= most:
        extent, page.items = Extent.WHOLE, page.items[:most]
    elif len(page.items) < page.at_least:
        if not isinstance(paging, (NoPaging, Single)):
            counts = f"{len(page.items)} items came, the server counts {page.at_least}"
            raise nonsense(f"incomplete listing: {counts}", what)
        extent = Extent.CUT
    items = [item for item in page.items if item.get("is_deleted") is not True]
    return Found(items=items, extent=extent, total=page.total)


def _grow(read: Pages, paging: Single, most: int, sought: Sought) -> tuple[Page, Extent]:
    limit = paging.limit
    page = read({paging.limit_param: limit})
    # More than asked for means that the limit is ignored; then this is all there is.
    while len(page.items) < most and _may_grow(page, limit, sought):
        if _is_enough(page, sought):
            return page, Extent.ENOUGH
        limit = max(2 * limit, page.at_least)
        try:
            longer = read({paging.limit_param: limit})
        except Refused:  # the server's most is less
            return page, Extent.CUT
        if len(longer.items) <= len(page.items):
            return longer, Extent.CUT
        longer.counted |= page.total is not None and page.total > len(page.items)  # it is not that of a page
        page = longer
    if len(page.items) in USUAL_SIZES and len(page.items) < limit and not _is_counted(page, sought):
        return page, Extent.ENOUGH if _is_enough(page, sought) else Extent.UNSURE
    return page, Extent.WHOLE


def _may_grow(page: Page, limit: int, sought: Sought) -> bool:
    return len(page.items) < page.at_least or (len(page.items) == limit and not _is_counted(page, sought))


def _is_enough(page: Page, sought: Sought) -> bool:
    """True when all that is needed of a list came."""
    return sought.alone and sought.ids <= ids_in(page.items)


def _is_counted(page: Page, sought: Sought) -> bool:
    """True when the total surely counts the whole list, and all of it came."""
    counted = page.counted or sought.complete
    return counted and page.total == len(page.items) and sought.ids <= ids_in(page.items)


def _follow(
    read: Pages, paging: PageNumber | SkipLimit | AfterId, *, what: str, most: int, sought: Sought
) -> tuple[Page, Extent]:
    whole = Page()
    seen: set[str | int] = set()
    first: list[Item] = []
    for number in range(MAX_PAGES):
        page = read(_query(paging, number, whole, size=len(first) or paging.limit))
        first = first or page.items
        again = number > 0 and bool(page.items) and identities(page.items) == identities(first)
        # The parameters are ignored, and page 1 was everything. Not so where page 1 was cut just as we asked.
        if again and number == 1 and len(first) != paging.limit and len(whole.items) >= whole.at_least:
            return whole, Extent.WHOLE
        ids = ids_in(page.items)
        if again or not seen.isdisjoint(ids):
            raise nonsense(f"page {number + 1} repeats items of an earlier page", what)
        seen |= ids
        whole.add(page)
        whole.counted |= number > 0  # a total that was more than page 1 is not that of a page
        if len(whole.items) >= most or _is_last(
            len(page.items), whole, sought, number=number, size=len(first), limit=paging.limit
        ):
            return whole, Extent.WHOLE
        if sought.alone and sought.ids <= seen:
            return whole, Extent.ENOUGH
        read.begin(_sure(paging, number, whole, size=len(first), most=most, sought=sought))
    raise nonsense(f"the list does not end: {MAX_PAGES} pages were read", what)


def _sure(
    paging: PageNumber | SkipLimit | AfterId, number: int, whole: Page, *, size: int, most: int, sought: Sought
) -> Iterator[Query]:
    """Yield the parameters of the pages behind page `number` that surely have to be read: so many items must come."""
    if isinstance(paging, AfterId) or not size:
        return
    expected = len(sought.ids) if sought.alone else max(whole.total or 0, len(sought.ids))
    for skip in range(len(whole.items), min(expected, most), size):
        number += 1
        yield _query(paging, number, whole, size=size, skip=skip)


def _query(
    paging: PageNumber | SkipLimit | AfterId, number: int, whole: Page, *, size: int, skip: int | None = None
) -> Query:
    """Return the parameters of page `number` (from 0). `size` is a page's true length.

    The page follows the items of `whole`, or with `skip` so many items.
    """
    if isinstance(paging, PageNumber):
        sizes = dict.fromkeys(filter(None, (paging.limit_param, paging.also_param)), size)
        return {paging.page_param: paging.first + number, **sizes}
    limit = {paging.limit_param: paging.limit}
    skip = len(whole.items) if skip is None else skip
    if not skip:
        return limit
    if isinstance(paging, SkipLimit):
        return {paging.skip_param: skip, **limit}
    return {paging.after_param: str(identity(whole.items[-1])), **limit}


def _is_last(length: int, whole: Page, sought: Sought, *, number: int, size: int, limit: int) -> bool:
    if len(whole.items) < whole.at_least:
        # More is said to come. A page that is short all the same is the end; `collect` sees that something is missing.
        return length == 0 or (number > 0 and length < size)
    if _is_counted(whole, sought):
        return True
    if number == 0:
        return length < limit and length not in USUAL_SIZES
    return length < size
