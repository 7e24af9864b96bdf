"""Encode the body of a request for `requests`: JSON, or a form of parts. Secrets are revealed here alone."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from wexa_sync.errors import Unreachable
from wexa_sync.model import Secret
from wexa_sync.secrecy.find import SHORTEST_HUNTED, parts


@dataclass(frozen=True, slots=True, kw_only=True)
class Multipart:
    """A form (multipart/form-data): fields by name, and files by name, each with its file name and its text."""

    fields: Mapping[str, Any]
    files: Mapping[str, tuple[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoded:
    """The arguments of a request, and the secrets in them: a server may also quote a part of one."""

    wire: Mapping[str, Any]
    secrets: list[str] = field(repr=False)


def encode(method: str, path: str, body: Any) -> Encoded:
    """Return the body ready to be sent, any number of times. Raise Unreachable where JSON can't hold a value."""
    secrets: list[str] = []

    def reveal(leaf: Any) -> Any:
        if not isinstance(leaf, Secret):
            raise TypeError(f"a {type(leaf).__name__} can't stand in a request body")
        secrets.extend(part for part in parts(leaf) if len(part) >= SHORTEST_HUNTED)
        return leaf.sent()

    if body is None:
        return Encoded(wire={}, secrets=secrets)
    try:
        if isinstance(body, Multipart):
            return Encoded(wire=_form(body, reveal), secrets=secrets)
        content = json.dumps(body, default=reveal, allow_nan=False).encode()
    except ValueError:
        hint = "JSON has no infinity and no NaN: look for such a number in the manifest."
        raise Unreachable("the body can't be written as JSON", method=method, path=path, hint=hint) from None
    return Encoded(wire={"data": content, "headers": {"Content-Type": "application/json"}}, secrets=secrets)


def _form(body: Multipart, reveal: Callable[[Any], str]) -> dict[str, Any]:
    """Return a form whose texts are sent as they are, and whose other values are JSON."""

    def text(value: Any) -> str:
        if isinstance(value, str):
            return value
        return str(reveal(value)) if isinstance(value, Secret) else json.dumps(value, default=reveal, allow_nan=False)

    files = {name: (filename, text(content).encode()) for name, (filename, content) in body.files.items()}
    # As files without a file name, or a form of fields alone would not be sent in parts.
    fields = {name: (None, text(value).encode()) for name, value in body.fields.items()}
    return {"files": {**fields, **files}}
