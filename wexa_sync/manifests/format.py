"""Write manifests in one form. Values, comments and the order of fields stay; a form that would lose one is refused."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from wexa_sync.manifests.edit import data_of, same
from wexa_sync.manifests.entries import Entries, is_flow
from wexa_sync.manifests.foreign import is_ours, may_be_ours
from wexa_sync.manifests.indent import Layout, column_of_comment, layout
from wexa_sync.manifests.key_order import in_order
from wexa_sync.text.files import TextFault, decode
from wexa_sync.text.patterns import pattern

if TYPE_CHECKING:
    from wexa_sync.manifests.entries import Node

_BOM = b"\xef\xbb\xbf"
# Nothing else begins a line so: YAML takes it for the end of a document inside of texts too.
_SEPARATOR = pattern(r"(?m)^(?:---|\.\.\.)(?=\s|$)([^\n]*)\n?")
_COMMENT = pattern(r"(?:^|(?<=\s))#[^\n]*", re.MULTILINE)


def formatted(raw: bytes) -> bytes:
    """Return the bytes of a YAML file with its manifests in one form; the YAML of other tools stays as it is.

    Raises TextFault, with its place, where the file has a manifest and can't be read, or where its form can't be
    changed without a value or a comment.
    """
    bare = raw.removeprefix(_BOM)
    try:
        text = decode(bare)
        ends = "\r\n" if "\r\n" in text[: text.find("\n") + 1] else "\n"
        text = text.replace("\r\n", "\n")
        before = data_of(text)
    except TextFault:
        if may_be_ours(_roughly(bare)):
            raise
        return raw
    if not any(is_ours(data) for _, data in before):
        return raw
    after = "".join(_pieces(text))
    if not same(dict(before), dict(data_of(after))):
        raise _unfit(1)
    return after.replace("\n", ends).encode()


def _roughly(raw: bytes) -> str:
    is_wide = raw.startswith((b"\xff\xfe", b"\xfe\xff"))
    return raw.decode("utf-16" if is_wide else "utf-8", "replace").replace("\0", "")


def _unfit(line: int) -> TextFault:
    hint = "Write it plainer (one key a line, without `? `), or leave the file out with `ignore`."
    return TextFault("this can't be put in form without losing something", hint=hint, line=line)


def _pieces(text: str) -> Iterator[str]:
    """Yield the documents and the lines between them, each manifest in form."""
    at, alone = 0, True
    for separator in (*_SEPARATOR.finditer(text), None):
        piece = text[at : separator.start() if separator else len(text)]
        yield _piece(piece, text[:at].count("\n") + 1) if alone else piece
        if separator:
            said = separator.group(1).strip()
            alone = not said or said.startswith("#")  # else the document begins in this line
            yield separator.group().rstrip() + "\n" if alone else separator.group()
            at = separator.end()


def _piece(text: str, line: int) -> str:
    try:
        documents = data_of(text)
    except TextFault:  # a directive
        return text
    if not any(is_ours(data) for _, data in documents):
        return text
    text = text if text.endswith("\n") else text + "\n"
    entries = Entries(text)
    if is_flow(entries.roots[0]):
        return text
    ordered = in_order(entries, entries.roots[0])
    if ordered != text and _keeps_all(text, ordered):  # an alias must stand behind its anchor
        entries = Entries(ordered)
    after = _in_lines(entries, entries.roots[0])
    if not _keeps_all(text, after):
        raise _unfit(line)
    return after


def _keeps_all(before: str, after: str) -> bool:
    """True when no value and no comment differs."""
    try:
        values = same(dict(data_of(before)), dict(data_of(after)))
        return values and Counter(_comments(before)) == Counter(_comments(after))
    except TextFault:
        return False


def _comments(text: str) -> Iterator[str]:
    """Yield the comments of a text, wherever they stand."""
    entries = Entries(text)
    spans: list[tuple[int, int]] = []
    waiting: list[Node] = list(entries.roots)
    while waiting:
        for entry in entries.of(waiting.pop()):
            spans.append((entry.begin, entry.behind))
            inner = [] if entry.is_alias else entries.of(entry.value)
            if inner:
                waiting.append(entry.value)
            else:
                begin = entries.line_end(entry.start) if entry.block_style else entry.start
                spans.append((begin, entry.end))
    at = 0
    outside = []
    for begin, end in sorted(spans):
        outside.append(text[at:begin])
        at = max(at, end)
    for found in _COMMENT.finditer("".join([*outside, text[at:]])):
        yield found.group().rstrip()


def _in_lines(entries: Entries, root: Node) -> str:
    """Return the text of a document with each line where it belongs, and no needless spaces and empty lines."""
    text = entries.text
    found = layout(entries, root)
    known = sorted(found.levels)
    changes = list(found.changes)
    at, was_empty = 0, True
    while at < len(text):
        end = entries.line_end(at)
        line = text[at:end]
        bare = line.strip()
        if at in found.own:
            changes += _moved(found, at)
        elif not bare:
            changes.append((at, end + was_empty, ""))
        elif bare.startswith("#") and at not in found.columns:
            place = bisect_left(known, at)
            before, after = (known[place - 1] if place else None), (known[place] if place < len(known) else None)
            column = len(line) - len(line.lstrip())
            new = column_of_comment(found, column, before, after)
            changes += [(at, at + column, " " * new), (at + len(line.rstrip()), end, "")]
        else:
            changes += [*_moved(found, at), (at + len(line.rstrip()), end, "")]
        was_empty = not bare and at not in found.own
        at = end + 1
    done = _applied(text, changes)
    return done.rstrip("\n") + "\n" if was_empty else done


def _moved(found: Layout, line: int) -> Iterator[tuple[int, int, str]]:
    if line in found.columns:
        old, new = found.columns[line]
        yield line, line + old, " " * new


def _applied(text: str, changes: list[tuple[int, int, str]]) -> str:
    pieces, at = [], 0
    for begin, end, new in sorted(changes):
        pieces += [text[at:begin], new]
        at = end
    return "".join([*pieces, text[at:]])
