"""Find the list in the body of a page, and what stands around it; say what a body is that holds none."""

from __future__ import annotations

from typing import Any, TypeAlias

from msgspec import Struct, field

from wexa_sync.errors import Nonsense, NotAList
from wexa_sync.text.json import shape

Item: TypeAlias = dict[str, Any]

# Lists that stand beside the one that was asked for.
_ASIDE = frozenset({"errors", "warnings", "messages", "details", "filters", "facets", "links", "sort"})

_LIST_KEYS = ("data", "items", "results", "records")
_TOTAL_KEYS = ("totalCount", "total_count", "total")
ID_KEYS = ("_id", "execution_id", "id", "connectorID")


class Page(Struct, kw_only=True):
    """Hold items, and what their envelope says of the whole list. `total` may end it, `at_least` ("count") does not.

    "count" may mean the list or the page, so it can show that something is missing, never that all is there. `counted`:
    the API is known to count the whole list in that total; of any other, nobody knows that it is not the page's own.
    """

    items: list[Item] = field(default_factory=list)
    total: int | None = None
    at_least: int = 0
    counted: bool = False

    def add(self, page: Page) -> None:
        """Append a page. Of two totals the larger holds: in doubt, something is missing."""
        totals = [total for total in (self.total, page.total) if total is not None]
        self.items.extend(page.items)
        self.total = max(totals, default=None)
        self.at_least = max(self.at_least, page.at_least)
        self.counted = page.counted


def page_in(body: Any, *, keys: tuple[str, ...], total: str, what: str) -> Page:
    """Return the page in a body. The list stands alone, under one of `keys`, under a usual key, or is the only one.

    `total`: the key under which the API is known to count the whole list; empty where it is not.
    """
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
    known = _number(envelopes, (total,)) if total else None
    found = _number(envelopes, _TOTAL_KEYS) if known is None else known
    at_least = found or _number(envelopes, ("count",)) or 0
    return Page(items=items, total=found, at_least=at_least, counted=known is not None)


def _only_list(body: Any) -> tuple[Item, list[Any]] | None:
    """Return the one list in a response, with the object around it; None where there is none, or more than one.

    A single thing, which has an id, is no envelope: a list in it is a field of that thing.
    """
    lists: list[tuple[Item, list[Any]]] = []
    parts = [body]
    while parts:
        part = parts.pop()
        if isinstance(part, dict) and identity(part) is None:
            for key, value in part.items():
                if isinstance(value, list) and key not in _ASIDE:
                    lists.append((part, value))
                parts.append(value)
    return lists[0] if len(lists) == 1 else None


def _number(envelopes: list[Item], keys: tuple[str, ...]) -> int | None:
    found = (part.get(key) for part in envelopes for key in keys)
    return next((n for n in found if isinstance(n, int) and not isinstance(n, bool) and n >= 0), None)


def identity(item: Item) -> str | int | None:
    """Return the id of an item; None where it has none."""
    for key in ID_KEYS:
        if isinstance(value := item.get(key), (str, int)):
            return value
    return None


def ids_in(items: list[Item]) -> set[str | int]:
    """Return the ids of the items that have one."""
    return {found for item in items if (found := identity(item)) is not None}


def identities(items: list[Item]) -> list[str | int | Item]:
    """Return the items of a page by their ids, where they have one: other fields may change between two reads."""
    return [item if (found := identity(item)) is None else found for item in items]


def _shape(value: Any) -> str:
    """Return in words what a body looks like, without its values."""
    keys = f" with the keys {', '.join(sorted(map(repr, value))[:10]) or '(none)'}" if isinstance(value, dict) else ""
    return f"{shape(value)}{keys}"


_HINT = "Run the command again. If it fails again, the API has changed: report it, with `wexa-sync version`."


def nonsense(message: str, what: str) -> Nonsense:
    """Return the error for a list that contradicts itself. `what` is the method and the path: `GET /agentflows`."""
    method, _, path = what.partition(" ")
    return Nonsense(message, method=method, path=path, hint=_HINT)


def _not_a_list(message: str, what: str) -> NotAList:
    method, _, path = what.partition(" ")
    return NotAList(message, method=method, path=path, hint=_HINT)
