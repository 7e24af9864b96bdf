"""Read YAML as plain data, with a place for every fault: no tags, no surprises, no bombs. `<<` merges.

What is written plainly is read at a glance (plain.py); all else is parsed, and made data of (builder.py).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from wexa_sync.errors import Problem
from wexa_sync.manifests import own_key
from wexa_sync.manifests.foreign import is_ours, may_be_ours
from wexa_sync.manifests.plain import plain_documents
from wexa_sync.model import Document, Source
from wexa_sync.text.files import TextFault, decode, read_bytes

if TYPE_CHECKING:
    from collections.abc import Collection

    from wexa_sync.manifests.spelling import Fill, Filled


def _as_it_is(text: str) -> Filled:
    return text, ()


def read(
    path: str | Path,
    shown: str,
    fill: Fill = _as_it_is,
    *,
    others: list[Source] | None = None,
    keys: Collection[str] = (),
) -> tuple[list[Document], list[Problem]]:
    """Return what `parse` returns for a file; `shown` is its name in messages. It must hold none of `keys`."""
    raw = b""
    try:
        raw = read_bytes(path)
        text = decode(raw)
        own_key.refuse_in_yaml(text, keys)
    except TextFault as fault:
        source = Source(file=shown, line=fault.line, column=fault.column)
        if raw and others is not None and not may_be_ours(_roughly(raw)):
            others.append(source)
            return [], []
        return [], [Problem(message=fault.message, source=source, hint=fault.hint)]
    return parse(text, shown, fill, others=others)


def _roughly(raw: bytes) -> str:
    """Return what can be seen of a text in the wrong encoding."""
    wide = raw.startswith((b"\xff\xfe", b"\xfe\xff"))
    return raw.decode("utf-16", "replace") if wide else raw.replace(b"\0", b"").decode("utf-8", "replace")


def parse(
    text: str, file: str, fill: Fill = _as_it_is, *, others: list[Source] | None = None
) -> tuple[list[Document], list[Problem]]:
    """Return the documents of a text, as far as it can be read, and every fault in it. Empty documents are left out.

    `fill` is asked about each text value that holds `${`: it gives the value to put there, and what is wrong with it.
    Where `others` is given, the documents of other tools are left out with all that is wrong in them; `others` gets
    their places.
    """
    plain = None if "${" in text else plain_documents(text, file)
    if plain is None:
        from wexa_sync.manifests.builder import parsed  # imports yaml

        return parsed(text, file, fill, others)
    if others is None:
        return plain, []
    ours = [document for document in plain if is_ours(document.data)]
    if len(ours) < len(plain):
        others += (document.source for document in plain if not is_ours(document.data))
    return ours, []
