"""Declare where resources and their fields come from if not from a manifest: from a maker, or from a catalogue."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from msgspec import Struct

from wexa_sync.kinds.endpoint import Listing
from wexa_sync.model import Path

Raw = Mapping[str, Any]


class Derived(Struct, frozen=True, kw_only=True):
    """Describe a field the API wants that follows from another one: set where the manifest does not say it.

    `make` gives the target from the source, and `read` the source from a target that may have another form.
    """

    target: Path
    source: Path
    make: Callable[[Any], Any]
    read: Callable[[str], str | None] = str


class Maker(Struct, frozen=True, kw_only=True):
    """Describe a kind, by its name, whose resources make such ones by themselves when they are created.

    `field` refers to the maker. `made` is True where one of those makers made the resource.
    """

    kind: str
    field: str
    made: Callable[[Raw, Iterable[Raw]], bool]


class Catalogue(Struct, frozen=True, kw_only=True):
    """Describe a list of types that knows what a create has to send: the `fields`, where a manifest leaves them out.

    `key`: the field that names the type, in the manifest and in the list. `required`: fields that no create lacks.
    """

    listing: Listing
    key: str
    fields: tuple[str, ...]
    required: tuple[str, ...]
