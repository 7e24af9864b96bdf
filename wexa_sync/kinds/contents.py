"""Declare how the content of a file is sent: by a second request, to an address that the first response names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct


class Contents(Struct, frozen=True, kw_only=True):
    """Say how an action sends content. `field`: the field of the spec that names the file, with its hash and its size.

    `name`: the field with the name that the server is told. `size`: the field of a read that may show the size.
    """

    field: str
    name: str
    size: str


class Given(Struct, frozen=True, kw_only=True):
    """Hold what a response gives to send content to: the address (empty: none, or several) and the id of what was made.

    The address is a secret: whoever knows it can write there.
    """

    address: str = ""
    id: str = ""


def given_in(answer: Any) -> Given:
    """Return the only address in a response, and the only id. No such response was seen: they may stand anywhere."""
    found = list(_objects(answer))
    addresses = {text for each in found for text in _texts(each) if text.lower().startswith(("https://", "http://"))}
    ids = {each["_id"] for each in found if isinstance(each.get("_id"), str)}
    ids |= {text for each in found for text in _texts({"ids": each.get("ids")})}
    return Given(address=_only(addresses), id=_only(ids))


def _only(found: set[str]) -> str:
    return next(iter(found)) if len(found) == 1 else ""


def _objects(value: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, Mapping):
        yield value
    for inner in value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ():
        yield from _objects(inner if isinstance(inner, (Mapping, list)) else None)


def _texts(value: Mapping[str, Any]) -> Iterator[str]:
    for inner in value.values():
        yield from (each for each in (inner if isinstance(inner, list) else [inner]) if isinstance(each, str))
