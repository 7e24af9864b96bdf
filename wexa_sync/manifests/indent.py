"""Indent a manifest as all are: two columns a level, items of a list deeper than its key, one space behind a colon."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec import Struct, field

from wexa_sync.manifests.emit import means_otherwise, quoted
from wexa_sync.manifests.entries import Entries, Entry, is_flow
from wexa_sync.manifests.scalars import STR
from wexa_sync.text.patterns import pattern

if TYPE_CHECKING:
    from wexa_sync.manifests.entries import Node

STEP = 2

_SPACES = pattern(" *")
_DIGIT = pattern(r"[|>][-+]?([1-9])")
_GAP = pattern(r"[ \t]+(?=[^\s#])")


class _Level(Struct, frozen=True):
    """Describe a collection around a line: the column of its keys or hyphens, as it is and as it will be."""

    old: int
    new: int


class Layout(Struct):
    """Hold what is to become of the lines of a text, by the places where they begin.

    `columns`: the new indentation of a line, with the old one that goes. `own`: lines inside of a value, to be left as
    they are otherwise. `levels`: the collections around the lines that begin with a key or a hyphen. `firsts`: those
    that are the first ones of their collection. `changes`: other pieces of text, as (begin, end, new).
    """

    columns: dict[int, tuple[int, int]] = field(default_factory=dict)
    own: set[int] = field(default_factory=set)
    levels: dict[int, tuple[_Level, ...]] = field(default_factory=dict)
    firsts: set[int] = field(default_factory=set)
    changes: list[tuple[int, int, str]] = field(default_factory=list)


def layout(entries: Entries, root: Node) -> Layout:
    """Return the layout of a document."""
    found = Layout()
    _collection(entries, root, 0, (), found)
    return found


def _collection(entries: Entries, node: Node, new: int, around: tuple[_Level, ...], found: Layout) -> None:
    for number, entry in enumerate(entries.of(node)):
        levels = (*around, _Level(entries.column(entry.begin), new))
        line = entries.line_start(entry.begin)
        if not entries.text[line : entry.begin].strip():
            found.columns[line] = (entry.begin - line, new)
            found.levels[line] = levels
            if not number:
                found.firsts.add(line)
        elif line in found.levels:  # behind a hyphen
            found.levels[line] = levels
        _value(entries, entry, levels, found)


def _value(entries: Entries, entry: Entry, levels: tuple[_Level, ...], found: Layout) -> None:
    text, level = entries.text, levels[-1]
    if gap := _GAP.match(text, entry.behind):
        found.changes.append((gap.start(), gap.end(), " "))
    if entry.is_alias:
        return
    if entry.block_style:
        _block(entries, entry, level, found)
    elif is_flow(entry.value):
        _lines_of_value(entries, entry, found, lambda old: max(old + level.new - level.old, 0))
        _quotes_inside(entries, entry.value, found)
    elif entries.of(entry.value):
        _collection(entries, entry.value, level.new + STEP, levels, found)
    else:
        _lines_of_value(entries, entry, found, lambda _old: level.new + STEP)
        _quoted_where_needed(text, entry, found)


def _lines_of_value(entries: Entries, entry: Entry, found: Layout, moved: Callable[[int], int]) -> None:
    """Move the lines of a value that has several, or begins below its key."""
    text = entries.text
    lines = _lines(text, entries.line_end(entry.behind) + 1, entry.end)
    for line in lines:
        old = _indentation(text, line)
        found.columns[line] = (old, moved(old) if line + old < entries.line_end(line) else 0)
    if entry.end > entries.line_end(entry.start):
        found.own.update((entries.line_start(entry.start), *lines[:-1]))


def _quotes_inside(entries: Entries, node: Node, found: Layout) -> None:
    for entry in entries.of(node):
        if not entry.is_alias:
            _quotes_inside(entries, entry.value, found)
            _quoted_where_needed(entries.text, entry, found)


def _quoted_where_needed(text: str, entry: Entry, found: Layout) -> None:
    node = entry.value
    is_plain = node.tag == STR and not getattr(node, "style", "'") and text[entry.start : entry.end] == node.value
    if is_plain and means_otherwise(str(node.value)):
        found.changes.append((entry.start, entry.end, quoted(str(node.value))))


def _block(entries: Entries, entry: Entry, level: _Level, found: Layout) -> None:
    """Move the lines of a block scalar to the level of its key, with all that they are indented deeper by."""
    text = entries.text
    lines = list(_lines(text, entries.line_end(entry.start) + 1, entry.end))
    digit = _DIGIT.search(text[entry.start : entries.line_end(entry.start)].partition("#")[0])
    full = [line for line in lines if text[line : entries.line_end(line)].strip(" ")]
    if digit:
        old, new = level.old + int(digit.group(1)), level.new + int(digit.group(1))
    else:
        old, new = (_indentation(text, full[0]) if full else 0), level.new + STEP
    for line in lines:
        indented, end = _indentation(text, line), entries.line_end(line)
        found.own.add(line)
        is_full = indented >= old and line + old < end
        found.columns[line] = (old, new) if is_full else (min(indented, end - line), 0)


def _lines(text: str, begin: int, end: int) -> list[int]:
    """Return where each line from `begin` to `end` begins."""
    found = []
    while 0 < begin <= end and begin < len(text):
        found.append(begin)
        begin = text.find("\n", begin) + 1
    return found


def _indentation(text: str, line: int) -> int:
    spaces = _SPACES.match(text, line)
    return len(spaces.group()) if spaces else 0


def column_of_comment(found: Layout, column: int, before: int | None, after: int | None) -> int:
    """Return the new column of a comment in a line of its own, between two lines that begin with a key or a hyphen.

    It goes with the key below it where it stands as deep, with what is above it where it stands deeper.
    """
    below = found.levels.get(after, ()) if after is not None else ()
    above = found.levels.get(before, ()) if before is not None else ()
    own = found.columns[after] if after is not None else (0, 0)
    if after in found.firsts or (below and column == own[0]):
        return own[1]
    around = above if not below or column > own[0] else below
    fitting = [level.new for level in around if level.old <= column]
    return fitting[-1] if fitting else own[1] if below and column > own[0] else 0
