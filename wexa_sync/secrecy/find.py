"""Finds what a manifest calls secret where it has no business: in what the server says, under any name. Pure.

A value is also met without what stands around it (a token without its `Bearer`), and escaped as JSON or a URL has it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

from wexa_sync.model import Sealed, Secret

SENSITIVE = "(sensitive)"
"""What stands in a text where a secret stood."""

SHORTEST_KEY = 12
"""A sandbox takes any API key: one that is shorter, like "x", is no secret, and would be met everywhere."""

SHORTEST_HUNTED = 4
"""Shorter values are hidden at their own leaf, but hunting them in other text would eat the page."""

Scrub = Callable[[str], str]

_PLACEHOLDER = re.compile(r"(\$\{[^}]*\})")


def secrets_of(value: Any) -> Iterator[Secret]:
    """The secrets in a spec, or in any part of one."""
    if isinstance(value, Secret):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from secrets_of(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from secrets_of(item)


def sealed_of(value: Any) -> Iterator[Sealed]:
    """Return what is sealed in a spec as it was sent, or in any part of one."""
    if isinstance(value, Sealed):
        yield value
    elif isinstance(value, (Mapping, list, tuple)):
        for item in value.values() if isinstance(value, Mapping) else value:
            yield from sealed_of(item)


def texts_where_sealed(sent: Any, live: Any) -> Iterator[str]:
    """Return the texts that live has where `sent` has something sealed: of lists that differ in length, every text."""
    if isinstance(sent, Mapping) and isinstance(live, Mapping):
        for name in sent.keys() & live.keys():
            yield from texts_where_sealed(sent[name], live[name])
    elif isinstance(sent, list) and isinstance(live, list) and len(sent) == len(live):
        for item, other in zip(sent, live, strict=True):
            yield from texts_where_sealed(item, other)
    elif any(sealed_of(sent)):
        yield from _texts(live)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (Mapping, list)):
        for item in value.values() if isinstance(value, Mapping) else value:
            yield from _texts(item)


def parts(secret: Secret) -> Iterator[str]:
    """The value, and what stands in it for `${secret:NAME}`: a server may quote the token without its `Bearer`."""
    value = secret.reveal()
    found = _match(secret.template, value)
    yield from (value, *(found.groups() if found else ()))


def fits(template: str, text: str) -> bool:
    """Whether the text may be what the template came to."""
    return _match(template, text) is not None


def _match(template: str, text: str) -> re.Match[str] | None:
    pieces = (
        ("(.*)" if piece.startswith("${secret:") else ".*") if _PLACEHOLDER.fullmatch(piece) else re.escape(piece)
        for piece in _PLACEHOLDER.split(template)
    )
    return re.fullmatch("".join(pieces), text, re.DOTALL)


def scrubber(values: Iterable[str]) -> Scrub:
    """A function that replaces these values wherever they stand in a text."""
    hunted = {spelling for value in values if len(value) >= SHORTEST_HUNTED for spelling in spellings(value)}
    if not hunted:
        return lambda text: text
    pattern = re.compile("|".join(re.escape(text) for text in sorted(hunted, key=lambda text: (-len(text), text))))
    return lambda text: pattern.sub(SENSITIVE, text)


def veiled(value: Any, scrub: Scrub) -> Any:
    """A copy in which each text with something to scrub is secret as a whole: it stays what it is, and is not shown."""
    if isinstance(value, str):
        return value if scrub(value) == value else Secret(template="", value=value)
    if isinstance(value, Mapping):
        return {name: veiled(item, scrub) for name, item in value.items()}
    return [veiled(item, scrub) for item in value] if isinstance(value, (list, tuple)) else value


def spellings(text: str) -> Iterator[str]:
    """The forms in which a text may be met: as it is, and escaped as JSON, JSON in JSON or a URL has it."""
    escaped = json.dumps(text)[1:-1]
    yield text
    yield escaped
    yield json.dumps(text, ensure_ascii=False)[1:-1]
    yield json.dumps(escaped)[1:-1]
    yield quote(text, safe="", errors="replace")
