"""Find the texts of a draft that belong into files of their own: long ones, as prompts are, that a file can hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from wexa_sync.export.draft import Draft
from wexa_sync.kinds import BY_NAME
from wexa_sync.kinds.base import Kind
from wexa_sync.kinds.spec.wire import at_path
from wexa_sync.manifests.included import to_read
from wexa_sync.model import Path

_LONG = 100


class LongText(Struct, frozen=True, kw_only=True):
    """Hold a text that gets a file: its path in the spec, the file that is wished for, and what that is to hold."""

    path: Path
    file: str
    held: str


def long_texts(draft: Draft) -> Iterator[LongText]:
    """Yield the texts of the draft and of its parts that get files, in the order of the parts."""
    kind, handle = BY_NAME[draft.address.kind], draft.address.name
    yield from _in(kind, draft.spec, (), {"handle": handle})
    for part in kind.parts:
        items = draft.spec.get(part.field)
        for number, item in enumerate(items if isinstance(items, list) else ()):
            names = {"owner": handle, "handle": part.handle_of(item) or str(number)}
            yield from _in(part.kind, item, (part.field, number), names)


def _in(kind: Kind, spec: Any, at: Path, names: Mapping[str, str]) -> Iterator[LongText]:
    for path, pattern in kind.exported.texts.items():
        text = at_path(spec, path)
        if isinstance(text, str) and ("\n" in text or len(text) > _LONG) and (held := to_read(text)) is not None:
            yield LongText(path=(*at, *path), file=pattern.format(**names), held=held)
