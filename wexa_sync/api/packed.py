"""Keep the items of a page small: a few fields of each at hand, and all of the page in one piece of bytes."""

from __future__ import annotations

import marshal
import zlib
from collections.abc import Iterable
from typing import Any

from wexa_sync.api.envelope import ID_KEYS, Item


class Packed(dict[str, Any]):
    """Hold the fields of an item that are at hand. All its fields are in `page`, a packed list, at the index `at`."""

    __slots__ = ("at", "page")

    page: bytes
    at: int


def packed(items: list[Item], names: Iterable[str]) -> list[Item]:
    """Return the items of a page as Packed. At hand are the fields that paging asks for, and those of these names.

    Return the page as it is where a value is none of JSON's own. Such is a Secret, in the place of the key's text.
    """
    try:
        # Items are much alike: the quickest compression leaves little. Nothing comes back as anything else.
        page = zlib.compress(marshal.dumps(items), level=1)
    except ValueError:
        return items
    found, names = list[Item](), {*ID_KEYS, "is_deleted", *names}
    for at, item in enumerate(items):
        small = Packed({name: item[name] for name in names if name in item})
        small.page, small.at = page, at
        found.append(small)
    return found


def unpacked(items: Iterable[Item]) -> list[Item]:
    """Return the items of a list whole again."""
    pages: dict[int, list[Item]] = {}
    return [_whole(item, pages) if isinstance(item, Packed) else item for item in items]


def _whole(item: Packed, pages: dict[int, list[Item]]) -> Item:
    page = pages.get(id(item.page))
    if page is None:
        whole = zlib.decompress(item.page)
        page = pages[id(item.page)] = marshal.loads(whole)  # noqa: S302  # which `packed` made, in this process
    return page[item.at]
