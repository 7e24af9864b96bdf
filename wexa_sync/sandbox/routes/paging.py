"""Cut lists into pages, in the API's dialects: page/limit, skip/limit, page_no/limit, after_id/limit, limit alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from wexa_sync.sandbox.errors import ApiError, invalid

if TYPE_CHECKING:
    from collections.abc import Callable

    from wexa_sync.sandbox.world.store import Row
    from wexa_sync.sandbox.world.world import World

_T = TypeVar("_T")


def by_skip(world: World, skip: int | None, limit: int | None) -> tuple[int, int | None]:
    """Return how many items to skip and the most to return. Refuse `skip=0`, as some environments do."""
    if skip == 0 and world.readings.says("skip_zero", "refused"):
        raise ApiError(422, [invalid("query", "skip", "greater_than", "Input should be greater than 0", "0")])
    return skip or 0, _capped(world, limit)


def by_page(world: World, page: int | None, limit: int | None) -> tuple[int, int | None]:
    """Return the same as `by_skip` for a page number from 1. Without a limit there is one page."""
    size = _capped(world, limit)
    return ((page or 1) - 1) * (size or 0), size


MOST_SKILLS = 20
"""The most skills that a list returns under every value of reading `skill_limit` but the first."""


def of_skills(world: World, limit: int | None) -> int | None:
    """Return the most skills to return. Lists of skills have a limit and no second page."""
    if world.readings.says("skill_limit", "none"):
        return limit
    if limit is not None and limit > MOST_SKILLS and world.readings.says("skill_limit", "refused"):
        text = f"Input should be less than or equal to {MOST_SKILLS}"
        raise ApiError(422, [invalid("query", "limit", "less_than_equal", text, str(limit))])
    return MOST_SKILLS if limit is None else min(MOST_SKILLS, limit)


def window(items: list[_T], place: tuple[int, int | None]) -> list[_T]:
    """Return the items of one page."""
    skip, limit = place
    return items[skip:] if limit is None else items[skip : skip + limit]


def page_of(
    world: World,
    kind: str,
    place: tuple[int, int | None],
    wanted: Callable[[Row], bool] | None = None,
    **where: Any,
) -> tuple[list[Row], int]:
    """Return the rows of one page, and the number of rows on all pages: of those in `where` all, or the `wanted`.

    Only a list that has a filter looks at more rows than those of the page.
    """
    store, (skip, limit) = world.store, place
    if wanted is None:
        return store.rows(kind, **where, skip=skip, limit=limit), store.count(kind, **where)
    found = [row for row in store.rows(kind, **where) if wanted(row)]
    return window(found, place), len(found)


def _capped(world: World, limit: int | None) -> int | None:
    if world.readings.says("page_cap", "none"):
        return limit
    cap = int(world.readings.value("page_cap"))
    return cap if limit is None else min(cap, limit)
