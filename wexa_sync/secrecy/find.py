"""Find the secrets of a manifest: in a spec, and by their values in any text that the server shows. Pure.

A text may hold a secret without what stands around it in the manifest (a token without its `Bearer`), and escaped as
JSON or a URL has it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar
from urllib.parse import quote

from wexa_sync.model import LEAVES, Path, Ref, Sealed, Secret
from wexa_sync.text.patterns import pattern

SHORTEST_HUNTED = 4
"""Shorter values are hidden at their own leaf, but hunting them in other text would eat the page."""

Leaf = TypeVar("Leaf")

_PLAIN = LEAVES | {Ref}
_PLACEHOLDER = pattern(r"(\$\{[^}]*\})")


def secrets_in(value: Any, path: Path = ()) -> Iterator[tuple[Path, Secret | Sealed]]:
    """Yield each secret leaf of a value, sealed ones too, with its path."""
    return leaves_of(value, (Secret, Sealed), path)


def leaves_of(value: Any, types: tuple[type[Leaf], ...], path: Path = ()) -> Iterator[tuple[Path, Leaf]]:
    """Yield each leaf of these types in a value, with its path."""
    if isinstance(value, types):
        yield path, value
    elif value is None or isinstance(value, (str, int)):  # by far the most common; to ask for a Mapping takes long
        return
    elif isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            yield from leaves_of(item, types, (*path, index))
    elif isinstance(value, (dict, Mapping)):
        for key, item in value.items():
            yield from leaves_of(item, types, (*path, key))


def has_secret(*values: Any) -> bool:
    """True when one of the values is a secret, or holds one."""
    # A plan asks it of every value there is: no generator, and no call for an item.
    rest = list(values)
    for value in rest:  # and for what is found in it
        if type(value) in _PLAIN:
            continue
        if type(value) in (dict, list):  # to ask for a Mapping takes long
            inner = value.values() if type(value) is dict else value
            if not _PLAIN.issuperset(map(type, inner)):
                rest += [item for item in inner if type(item) not in _PLAIN]
        elif isinstance(value, (Secret, Sealed)):
            return True
        elif isinstance(value, Mapping):
            rest += value.values()
        elif isinstance(value, (list, tuple)):
            rest += value
    return False


def texts_where_sealed(sent: Any, live: Any) -> Iterator[str]:
    """Yield the texts that live has where `sent` has something sealed: of lists that differ in length, every text."""
    if isinstance(sent, Mapping) and isinstance(live, Mapping):
        for name in sent.keys() & live.keys():
            yield from texts_where_sealed(sent[name], live[name])
    elif isinstance(sent, list) and isinstance(live, list) and len(sent) == len(live):
        for item, other in zip(sent, live, strict=True):
            yield from texts_where_sealed(item, other)
    elif has_secret(sent):
        yield from (text for _, text in leaves_of(live, (str,)))


def parts(secret: Secret) -> Iterator[str]:
    """Yield the value, and the part of it for each `${secret:NAME}`: a server may quote the token without `Bearer`."""
    value = secret.reveal()
    found = _match(secret.template, value)
    yield from (value, *(found.groups() if found else ()))


def fits(template: str, text: str) -> bool:
    """True when the text may be the template with its variables filled in."""
    return _match(template, text) is not None


def _match(template: str, text: str) -> re.Match[str] | None:
    pieces = (
        ("(.*)" if piece.startswith("${secret:") else ".*") if _PLACEHOLDER.fullmatch(piece) else re.escape(piece)
        for piece in _PLACEHOLDER.split(template)
    )
    return re.fullmatch("".join(pieces), text, re.DOTALL)


def spellings(text: str) -> Iterator[str]:
    """Yield the forms of a text: as it is, and escaped as JSON, JSON in JSON or a URL has it."""
    escaped = json.dumps(text)[1:-1]
    yield text
    yield escaped
    yield json.dumps(text, ensure_ascii=False)[1:-1]
    yield json.dumps(escaped)[1:-1]
    yield quote(text, safe="", errors="replace")
