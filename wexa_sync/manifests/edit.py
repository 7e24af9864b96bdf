"""Change values in YAML text and leave every other character as it is: comments, order, quotes, line ends.

The changed text is read again: a change that would touch another value, as through an alias, is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wexa_sync.manifests.emit import emitted, inline, is_block
from wexa_sync.manifests.nodes import compose
from wexa_sync.model import Path, show_path
from wexa_sync.text.files import TextFault, place_of

if TYPE_CHECKING:
    from yaml import Node

REMOVED: Any = object()
"""The value of a field that is to be taken out."""

_ALIAS = re.compile(r"(?:[\s:-]|#[^\n]*)*\*[^\s,\[\]{}]+")
_COLON = re.compile(r"\s*:")
_HEADER = re.compile(r"[|>][-+0-9]*")
_COMMENT = re.compile(r"[ \t]+#[^\n]*")


@dataclass(frozen=True, slots=True)
class Edit:
    """A new value at a path in the document of that index. Fields around it are made where they are missing.

    REMOVED takes the field out. The index of a list one behind its last item adds an item.
    """

    index: int
    path: Path
    value: Any


def edited(text: str, edits: Iterable[Edit]) -> str:
    """Return the text with these values changed. Raises TextFault, with its place, for a change that can't be made."""
    ends = "\r\n" if "\r\n" in text else "\n"
    text = text.replace("\r\n", "\n")
    for edit in edits:
        text = _checked(text, _Text(text).changed(edit), edit)
    return text.replace("\n", ends)


def data_of(text: str) -> list[tuple[int, Any]]:
    """Return the data of each document with its index. Raises TextFault where the text has a fault."""
    from wexa_sync.manifests.yaml import parse

    documents, problems = parse(text, "")
    if problems:
        first = problems[0]
        raise TextFault(first.message, hint=first.hint, line=first.source.line, column=first.source.column)
    return [(each.index, each.data) for each in documents]


def same(one: Any, other: Any) -> bool:
    """True when two values are equal and of one type, at each place: 1 is not true, and 1.0 is not 1."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(value, other[key]) for key, value in one.items())
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


def _checked(before: str, after: str, edit: Edit) -> str:
    """Return the changed text. Raises TextFault where another value has changed as well, or the wanted one has not."""
    wanted = {index: deepcopy(data) for index, data in data_of(before)}
    wanted[edit.index] = _with(wanted.get(edit.index), edit.path, edit.value)
    try:
        fits = same(dict(data_of(after)), wanted)
    except TextFault:
        fits = False
    if not fits:
        raise _Text(before).refused(edit.path, edit.index)
    return after


def _with(data: Any, path: Path, value: Any) -> Any:
    """Return the data with a value at the path."""
    if not path:
        return value
    first, rest = path[0], path[1:]
    if isinstance(first, int):
        items = list(data or [])
        gone = value is REMOVED and not rest
        items[first : first + 1] = [] if gone else [_with([*items, None][first], rest, value)]
        return items
    fields = dict(data or {})
    if value is REMOVED and not rest:
        fields.pop(first, None)
    elif value is not REMOVED or first in fields:
        fields[first] = _with(fields.get(first), rest, value)
    return fields


@dataclass(frozen=True, slots=True)
class _Entry:
    """A field or an item of a collection: its own begin (of its key, or its hyphen), its value's begin, its end."""

    part: str | int
    begin: int
    behind: int  # where the colon or the hyphen ends
    value: Node
    start: int
    end: int


class _Text:
    """YAML text whose parts are found by their nodes."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._roots = list(compose(text))

    def changed(self, edit: Edit) -> str:
        if not edit.path or edit.index >= len(self._roots):
            raise self.refused(edit.path, edit.index)
        node, around, way = self._roots[edit.index], None, []
        flow = False
        for depth, part in enumerate(edit.path):
            flow = flow or bool(getattr(node, "flow_style", False))
            way.append(node)
            around = next((each for each in self._entries(node) if each.part == part), None)
            if around is None:
                return self._added(edit, way, depth, flow)
            node = around.value
        if edit.value is REMOVED:
            return self._removed(edit, way[-1])
        return self._replaced(around, edit.value, flow)

    def refused(self, path: Path, index: int) -> TextFault:
        """Return the fault for a change that can't be made without touching something else."""
        line, column = 1, 1
        if index < len(self._roots):
            node = self._roots[index]
            for part in path:
                if not (found := next((each for each in self._entries(node) if each.part == part), None)):
                    break
                node = found.value
                line, column = place_of(self._text[: found.begin])
        hint = "Change it by hand: an anchor, an alias or a comment stands in the way."
        return TextFault(f"{show_path(path)} can't be changed here", hint=hint, line=line, column=column)

    def _entries(self, node: Node) -> list[_Entry]:
        """Return the fields or items of a collection, in order; of a scalar none. What `<<` merges is none of them."""
        from yaml import MappingNode, SequenceNode

        if isinstance(node, MappingNode):
            return list(self._fields(node))
        return list(self._items(node)) if isinstance(node, SequenceNode) else []

    def _fields(self, node: Any) -> Iterator[_Entry]:
        for key, value in node.value:
            begin, after = key.start_mark.index, key.end_mark.index
            if colon := _COLON.match(self._text, after):
                after = colon.end()
            start, end = self._span(value, after)
            yield _Entry(key.value if isinstance(key.value, str) else "", begin, after, value, start, end)

    def _items(self, node: Any) -> Iterator[_Entry]:
        last = node.start_mark.index
        for index, value in enumerate(node.value):
            start, end = self._span(value, last)
            begin = start
            if not node.flow_style:
                begin = self._text.rfind("-", last, max(start, last + 1)) if start > last else last
            yield _Entry(index, begin, begin + (not node.flow_style), value, start, end)
            last = end

    def _span(self, node: Node, after: int) -> tuple[int, int]:
        """Return where a value that stands behind `after` begins and ends, without comments and empty lines."""
        start, end = node.start_mark.index, node.end_mark.index
        if start < after:  # what an alias stands for is elsewhere
            found = _ALIAS.match(self._text, after)
            end = found.end() if found else after
            return (self._text.rfind("*", after, end) if found else after), end
        if getattr(node, "flow_style", False) or start == end:
            return start, end
        if isinstance(node.value, str):
            return start, self._scalar_end(node, start, end)
        inner = self._entries(node)
        return start, inner[-1].end if inner else end

    def _scalar_end(self, node: Any, start: int, end: int) -> int:
        if node.style not in ("|", ">"):
            return end
        head = self._text[start : self._text.find("\n", start)]
        if "+" in head.partition("#")[0]:  # its empty lines belong to it
            return end - self._text[:end].endswith("\n")
        return max(len(self._text[:end].rstrip()), start)

    def _header_end(self, entry: _Entry) -> int:
        """Return where the `|` of a block scalar ends; the value's end for every other value."""
        if getattr(entry.value, "style", None) not in ("|", ">"):
            return entry.end
        header = _HEADER.match(self._text, entry.start)
        return header.end() if header else entry.end

    def _line_end(self, at: int) -> int:
        found = self._text.find("\n", at)
        return len(self._text) if found < 0 else found

    def _column(self, at: int) -> int:
        return at - (self._text.rfind("\n", 0, at) + 1)

    def _replaced(self, entry: _Entry | None, value: Any, flow: bool) -> str:
        assert entry is not None
        text, behind = self._text, entry.behind
        gap = text[behind : entry.start]
        if flow:
            space = "" if gap or text[behind - 1] != ":" else " "
            return f"{text[: entry.start]}{space}{inline(value)}{text[entry.end :]}"
        comments = gap.rstrip()
        end = entry.end
        for at in sorted({self._header_end(entry), end}):
            if note := _COMMENT.match(text, at):
                comments, end = comments + note.group(), max(end, note.end())
        column = self._column(entry.begin) + 2
        if isinstance(entry.part, str) and is_block(value):
            return f"{text[:behind]}{comments}\n{' ' * column}{emitted(value, column)}{text[end:]}"
        head, newline, rest = emitted(value, column).partition("\n")
        return f"{text[:behind]} {head}{comments}{newline}{rest}{text[end:]}"

    def _added(self, edit: Edit, way: Sequence[Node], depth: int, flow: bool) -> str:
        """Return the text with a new field or item in the innermost collection that is there."""
        if edit.value is REMOVED:
            return self._text
        node, part = way[-1], edit.path[depth]
        value = _with(None, edit.path[depth + 1 :], edit.value)
        entries = self._entries(node)
        if isinstance(part, int) and part != len(entries):
            raise self.refused(edit.path, edit.index)
        if not entries:  # nothing, {} or []
            whole = Edit(edit.index, edit.path[:depth], [value] if isinstance(part, int) else {part: value})
            return self.changed(whole)
        last = entries[-1]
        if flow:
            new = inline(value) if isinstance(part, int) else inline({part: value})[1:-1]
            return f"{self._text[: last.end]}, {new}{self._text[last.end :]}"
        column, at = self._column(entries[0].begin), self._line_end(last.end)
        new = emitted([value] if isinstance(part, int) else {part: value}, column)
        return f"{self._text[:at]}\n{' ' * column}{new}{self._text[at:]}"

    def _removed(self, edit: Edit, node: Node) -> str:
        entries, text = self._entries(node), self._text
        at = next(number for number, each in enumerate(entries) if each.part == edit.path[-1])
        entry = entries[at]
        if len(entries) == 1:
            return self.changed(Edit(edit.index, edit.path[:-1], [] if isinstance(entry.part, int) else {}))
        if getattr(node, "flow_style", False):
            if at + 1 < len(entries):
                return text[: entry.begin] + text[entries[at + 1].begin :]
            return text[: entries[at - 1].end] + text[entry.end :]
        line = text.rfind("\n", 0, entry.begin) + 1
        if not text[line : entry.begin].strip():
            return text[:line] + text[self._line_end(entry.end) + 1 :]
        if "#" in text[entry.end : entries[at + 1].begin]:
            raise self.refused(edit.path, edit.index)
        return text[: entry.begin] + text[entries[at + 1].begin :]
