"""Bring the keys of a manifest in their usual order: apiVersion, kind, metadata, spec. Comments go with their key."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from wexa_sync.manifests.entries import Entries, Entry

if TYPE_CHECKING:
    from wexa_sync.manifests.entries import Node

_ORDER = {name: rank for rank, name in enumerate(("apiVersion", "kind", "metadata", "spec"))}


def in_order(entries: Entries, root: Node) -> str:
    """Return the text with the keys of that document in order. A comment above the first key stays at the top."""
    text, fields = entries.text, entries.of(root)
    ranks = [_ORDER.get(str(field.part), len(_ORDER)) for field in fields]
    if ranks == sorted(ranks) or any(
        entries.column(field.begin) != entries.column(fields[0].begin) for field in fields
    ):
        return text
    cuts = [entries.line_start(fields[0].begin)]
    cuts += (_lead(entries, one, other) for one, other in pairwise(fields))
    cuts.append(_after_last(entries, fields[-1]))
    parts = [text[begin:end] for begin, end in pairwise(cuts)]
    parts = [part if part.endswith("\n") else part + "\n" for part in parts]
    moved = [part for _, part in sorted(zip(ranks, parts, strict=True), key=lambda pair: pair[0])]
    moved[0] = moved[0].lstrip("\n")
    return text[: cuts[0]] + "".join(moved) + text[cuts[-1] :]


def _after_last(entries: Entries, field: Entry) -> int:
    """Return where the lines of the last key end: the comments that are indented deeper than it belong to it."""
    return _own_end(entries, field, len(entries.text))


def _lead(entries: Entries, one: Entry, other: Entry) -> int:
    """Return where the lines of a key begin, with the comments above it that do not belong to the key before it."""
    return _own_end(entries, one, entries.line_start(other.begin))


def _own_end(entries: Entries, field: Entry, most: int) -> int:
    text, column = entries.text, entries.column(field.begin)
    at = end = min(entries.line_end(field.end) + 1, most)
    while at < most:
        line = text[at : entries.line_end(at)]
        at += len(line) + 1
        bare = line.lstrip()
        if bare and not (bare.startswith("#") and len(line) - len(bare) > column):
            break
        if bare:
            end = min(at, most)
    return end
