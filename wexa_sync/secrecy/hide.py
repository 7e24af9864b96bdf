"""Hide secrets in values and texts: the one walker, and what it puts in a secret's place. Pure."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from os.path import commonprefix
from typing import Any, Final

from wexa_sync.model import Sealed, Secret
from wexa_sync.secrecy.find import SHORTEST_HUNTED, parts, spellings

Scrub = Callable[[str], str]

Place = tuple[str | None, ...]
"""A path with None for each list position: the two sides of a change may order their lists differently."""


class Sensitive:
    """Represent the leaf in the place of a secret that is not to be shown. It holds nothing."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "(sensitive)"


SENSITIVE: Final = Sensitive()


def hide(
    value: Any, leaf: Callable[[Any], Any], *, name: Scrub | None = None, places: Iterable[Place] | None = None
) -> Any:
    """Return a copy of a value with `leaf` applied to its leaves, `name` to its keys, and SENSITIVE at the `places`.

    Where a place leads deeper than the value, or through another shape, no part of the value is safe.
    """
    if isinstance(value, str) and not places:  # by far the most common
        return leaf(value)
    heads = {place[0] if place else () for place in places or ()}
    if value is not None and () in heads:
        return SENSITIVE
    if isinstance(value, Mapping) and None not in heads:
        return {
            name(key) if name else key: hide(item, leaf, name=name, places=_below(places, key))
            for key, item in value.items()
        }
    if isinstance(value, (list, tuple)) and heads <= {None}:
        return [hide(item, leaf, name=name, places=_below(places, None)) for item in value]
    return SENSITIVE if heads and value is not None else leaf(value)


def _below(places: Iterable[Place] | None, head: str | None) -> list[Place] | None:
    return [place[1:] for place in places if place[0] == head] if places else None


def veil(value: Any, holds: Callable[[str], bool], *, name: Scrub | None = None) -> Any:
    """Return a copy of a value in which each text that holds a secret is one Secret as a whole.

    The copy can be sent back as it is, and the text is shown nowhere.
    """

    def leaf(item: Any) -> Any:
        return Secret(template="", value=item) if isinstance(item, str) and holds(item) else item

    return hide(value, leaf, name=name)


def hidden(value: Any) -> Any:
    """Return a copy in which every text is a Secret. A number or an object is one Secret as a whole.

    A server may have made a number or an object of the text it was sent.
    """
    if value is None or isinstance(value, (Secret, Sealed)):
        return value
    if isinstance(value, list):
        return [hidden(item) for item in value]
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True, default=str)
    return Secret(template="", value=text)


def scrubber(values: Iterable[str]) -> Scrub:
    """Return a function that replaces these values wherever they stand in a text."""
    hunted = {spelling for value in values if len(value) >= SHORTEST_HUNTED for spelling in spellings(value)}
    if not hunted:
        return lambda text: text
    pattern = re.compile(any_of(hunted))
    return lambda text: pattern.sub(str(SENSITIVE), text)


def any_of(texts: Collection[str], depth: int = 3) -> str:
    """Return the pattern of the longest of these texts that stands at a place.

    Those that begin alike are tried together: thousands, one after the other, would be tried at each character.
    """
    start = commonprefix([*texts])  # noqa: RUF071 # texts, not paths
    rests = sorted({text[len(start) :] for text in texts}, key=lambda rest: (-len(rest), rest))
    longer = [rest for rest in rests if rest]
    if not longer:
        return re.escape(start)
    heads: defaultdict[str, list[str]] = defaultdict(list)
    for rest in longer:
        heads[rest[0]].append(rest)
    tried = (any_of(alike, depth - 1) for alike in heads.values()) if depth else map(re.escape, longer)
    return f"{re.escape(start)}(?:{'|'.join(tried)}){'?' if rests != longer else ''}"


def scrubber_of(secrets: Iterable[Secret]) -> Scrub:
    """Return a function that replaces the values of these secrets, and parts of them, wherever they stand in a text."""
    return scrubber(part for secret in secrets for part in parts(secret))
