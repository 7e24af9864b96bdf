"""Change values in YAML text and leave every other character as it is: comments, order, quotes, line ends.

The changed text is read again: a change that would touch another value, as through an alias, is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wexa_sync.manifests.emit import emitted, inline, is_block
from wexa_sync.manifests.entries import Entries, Entry, is_flow
from wexa_sync.model import Path, show_path
from wexa_sync.text.files import TextFault, place_of

if TYPE_CHECKING:
    from wexa_sync.manifests.entries import Node

REMOVED: Any = object()
"""The value of a field that is to be taken out."""

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


class _Text(Entries):
    """YAML text that can be changed."""

    def changed(self, edit: Edit) -> str:
        if not edit.path or edit.index >= len(self.roots):
            raise self.refused(edit.path, edit.index)
        node, around, way = self.roots[edit.index], None, []
        flow = False
        for depth, part in enumerate(edit.path):
            flow = flow or is_flow(node)
            way.append(node)
            around = next((each for each in self.of(node) if each.part == part), None)
            if around is None:
                return self._added(edit, way, depth, flow)
            node = around.value
        if edit.value is REMOVED:
            return self._removed(edit, way[-1])
        return self._replaced(around, edit.value, flow)

    def refused(self, path: Path, index: int) -> TextFault:
        """Return the fault for a change that can't be made without touching something else."""
        line, column = 1, 1
        if index < len(self.roots):
            node = self.roots[index]
            for part in path:
                if not (found := next((each for each in self.of(node) if each.part == part), None)):
                    break
                node = found.value
                line, column = place_of(self.text[: found.begin])
        hint = "Change it by hand: an anchor, an alias or a comment stands in the way."
        return TextFault(f"{show_path(path)} can't be changed here", hint=hint, line=line, column=column)

    def _replaced(self, entry: Entry | None, value: Any, flow: bool) -> str:
        assert entry is not None
        text, behind = self.text, entry.behind
        gap = text[behind : entry.start]
        if flow:
            space = "" if gap or text[behind - 1] != ":" else " "
            return f"{text[: entry.start]}{space}{inline(value)}{text[entry.end :]}"
        comments = gap.rstrip()
        end = entry.end
        for at in sorted({self.header_end(entry), end}):
            if note := _COMMENT.match(text, at):
                comments, end = comments + note.group(), max(end, note.end())
        column = self.column(entry.begin) + 2
        if isinstance(entry.part, str) and is_block(value):
            return f"{text[:behind]}{comments}\n{' ' * column}{emitted(value, column)}{text[end:]}"
        head, newline, rest = emitted(value, column).partition("\n")
        return f"{text[:behind]} {head}{comments}{newline}{rest}{text[end:]}"

    def _added(self, edit: Edit, way: Sequence[Node], depth: int, flow: bool) -> str:
        """Return the text with a new field or item in the innermost collection that is there."""
        if edit.value is REMOVED:
            return self.text
        node, part = way[-1], edit.path[depth]
        value = _with(None, edit.path[depth + 1 :], edit.value)
        entries = self.of(node)
        if isinstance(part, int) and part != len(entries):
            raise self.refused(edit.path, edit.index)
        if not entries:  # nothing, {} or []
            whole = Edit(edit.index, edit.path[:depth], [value] if isinstance(part, int) else {part: value})
            return self.changed(whole)
        last = entries[-1]
        if flow:
            new = inline(value) if isinstance(part, int) else inline({part: value})[1:-1]
            return f"{self.text[: last.end]}, {new}{self.text[last.end :]}"
        column, at = self.column(entries[0].begin), self.line_end(last.end)
        new = emitted([value] if isinstance(part, int) else {part: value}, column)
        return f"{self.text[:at]}\n{' ' * column}{new}{self.text[at:]}"

    def _removed(self, edit: Edit, node: Node) -> str:
        entries, text = self.of(node), self.text
        at = next(number for number, each in enumerate(entries) if each.part == edit.path[-1])
        entry = entries[at]
        if len(entries) == 1:
            return self.changed(Edit(edit.index, edit.path[:-1], [] if isinstance(entry.part, int) else {}))
        if is_flow(node):
            if at + 1 < len(entries):
                return text[: entry.begin] + text[entries[at + 1].begin :]
            return text[: entries[at - 1].end] + text[entry.end :]
        line = self.line_start(entry.begin)
        if not text[line : entry.begin].strip():
            return text[:line] + text[self.line_end(entry.end) + 1 :]
        if "#" in text[entry.end : entries[at + 1].begin]:
            raise self.refused(edit.path, edit.index)
        return text[: entry.begin] + text[entries[at + 1].begin :]
