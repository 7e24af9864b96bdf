"""Encode the body of a request: JSON, or a form of parts. Secrets are revealed here alone."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from wexa_sync.errors import Unreachable
from wexa_sync.model import Secret
from wexa_sync.model.partly_shown import PartlyShown
from wexa_sync.secrecy.find import SHORTEST_HUNTED, parts


class Multipart(Struct, frozen=True, kw_only=True):
    """Hold a form (multipart/form-data): fields by name, and files by name, each with its file name and text."""

    fields: Mapping[str, Any]
    files: Mapping[str, tuple[str, Any]]


class Encoded(PartlyShown, frozen=True, kw_only=True):
    """Hold a body, the headers about it, and the secrets in it: a server may also quote a part of a secret."""

    UNSHOWN = frozenset({"content", "secrets"})

    content: bytes | None
    headers: Mapping[str, str]
    secrets: list[str]


def encode(method: str, path: str, body: Any) -> Encoded:
    """Return the body ready to be sent, any number of times. Raise Unreachable where JSON can't hold a value."""
    secrets: list[str] = []

    def reveal(leaf: Any) -> Any:
        if not isinstance(leaf, Secret):
            raise TypeError(f"a {type(leaf).__name__} can't stand in a request body")
        secrets.extend(part for part in parts(leaf) if len(part) >= SHORTEST_HUNTED)
        return leaf.sent()

    if body is None:
        return Encoded(content=None, headers={}, secrets=secrets)
    try:
        if isinstance(body, Multipart):
            content, content_type = _form(body, reveal)
            return Encoded(content=content, headers={"Content-Type": content_type}, secrets=secrets)
        content = json.dumps(body, default=reveal, allow_nan=False).encode()
    except ValueError:
        hint = "JSON has no infinity and no NaN: look for such a number in the manifest."
        raise Unreachable("the body can't be written as JSON", method=method, path=path, hint=hint) from None
    return Encoded(content=content, headers={"Content-Type": "application/json"}, secrets=secrets)


def _form(body: Multipart, reveal: Callable[[Any], str]) -> tuple[bytes, str]:
    """Return a form whose texts are sent as they are, and whose other values are JSON; and its content type."""
    from urllib3 import encode_multipart_formdata
    from urllib3.fields import RequestField

    def text(value: Any) -> str:
        if isinstance(value, str):
            return value
        return str(reveal(value)) if isinstance(value, Secret) else json.dumps(value, default=reveal, allow_nan=False)

    sent: list[tuple[str, str | None, Any]] = [(name, None, value) for name, value in body.fields.items()]
    sent += [(name, filename, content) for name, (filename, content) in body.files.items()]
    parts = [RequestField(name, text(value).encode(), filename) for name, filename, value in sent]
    for part in parts:
        part.make_multipart()
    return encode_multipart_formdata(parts)
