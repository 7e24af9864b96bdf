"""Change values in YAML text and leave every other character as it is: comments, order, quotes, line ends.

The changed text is read again: a change that would touch another value, as through an alias, is refused.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from copy import deepcopy
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from wexa_sync.manifests.emit import emitted, inline, is_block
from wexa_sync.manifests.entries import Entries, Entry, is_flow
from wexa_sync.manifests.spelling import bare
from wexa_sync.manifests.styles import block, like
from wexa_sync.model import Path, show_path
from wexa_sync.text.ends import with_ends
from wexa_sync.text.files import TextFault, place_of
from wexa_sync.text.patterns import pattern

if TYPE_CHECKING:
    from wexa_sync.manifests.entries import Node

REMOVED: Any = object()
"""The value of a field that is to be taken out."""

_MARK = pattern(r"---(?=\s|\Z)[^\n]*\n?")
_CONTENT = pattern(r"^[ \t]*[^\s#]", re.MULTILINE)
_COMMENT = pattern(r"[ \t]+#[^\n]*")


class Edit(Struct, frozen=True):
    """Describe a new value at a path in the document of that index. Fields around it are made where they are missing.

    REMOVED takes the field out. The index of a list one behind its last item adds an item; with `insert`, any index
    puts one in front of the item that stands there.
    """

    index: int
    path: Path
    value: Any
    insert: bool = False


def edited(text: str, edits: Iterable[Edit]) -> str:
    """Return the text with these values changed. Raises TextFault, with its place, for a change that can't be made."""
    return with_ends("".join(with_edits(split(text), edits)), text)


def with_edits(pieces: Sequence[str], edits: Iterable[Edit]) -> list[str]:
    """Return the pieces of a text (`split`) with these values changed. Raises TextFault as `edited` does."""
    pieces = [*pieces]
    for edit in edits:
        at = edit.index + 1
        try:  # the document alone: a file may have hundreds
            piece = _changed(pieces[at], replace(edit, index=0)) if at < len(pieces) else ""
        except TextFault:
            piece = ""
        if piece:
            pieces[at] = piece
        else:
            pieces = split(_changed("".join(pieces), edit))
    return pieces


def _changed(text: str, edit: Edit) -> str:
    try:
        return _checked(text, _Text(text, styled=True).changed(edit), edit)
    except TextFault:  # the style that stood there can't hold every value
        return _checked(text, _Text(text).changed(edit), edit)


def split(text: str) -> list[str]:
    """Return what stands above the first document, and each document with the mark above it, with LF at line ends.

    The text is one piece where it takes a parser to tell its documents apart.
    """
    text = text.replace("\r\n", "\n")
    if "\n..." in text or "\n%" in text or text[:1] == "%":
        return ["", text]
    marks, at = [0] if _MARK.match(text) else [], text.find("\n---")
    while at >= 0:  # as a regular expression it would take ten times as long
        if _MARK.match(text, at + 1):
            marks.append(at + 1)
        at = text.find("\n---", at + 1)
    first = [0] if _CONTENT.search(text, 0, marks[0] if marks else len(text)) else []
    begins = [*first, *marks, len(text)]
    return [text[: begins[0]], *(text[begin:end] for begin, end in pairwise(begins))]


def without_documents(text: str, indexes: Collection[int]) -> str:
    """Return the text without the documents of those indexes; empty where no other is in it. Raises TextFault."""
    before, text = text, text.replace("\r\n", "\n")
    wanted = [data for at, data in data_of(text) if at not in indexes]
    if not wanted:
        return ""
    above, *documents = split(text)
    left = [piece for at, piece in enumerate(documents) if at not in indexes]
    if not above and left and 0 in indexes and (mark := _MARK.match(left[0])):  # the first one needs no mark
        left[0] = left[0][mark.end() :]
    after = above + "".join(left)
    try:
        fits = same([data for _, data in data_of(after)], wanted)
    except TextFault:
        fits = False
    if not fits:
        raise _Text(text).refused((), min(indexes))
    return with_ends(after, before)


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
    wanted[edit.index] = _with(wanted.get(edit.index), edit.path, bare(edit.value), insert=edit.insert)
    try:
        fits = same(dict(data_of(after)), wanted)
    except TextFault:
        fits = False
    if not fits:
        raise _Text(before).refused(edit.path, edit.index)
    return after


def _with(data: Any, path: Path, value: Any, *, insert: bool = False) -> Any:
    """Return the data with a value at the path."""
    if not path:
        return value
    first, rest = path[0], path[1:]
    if isinstance(first, int):
        items = list(data or [])
        if insert and not rest:
            return [*items[:first], value, *items[first:]]
        gone = value is REMOVED and not rest
        items[first : first + 1] = [] if gone else [_with([*items, None][first], rest, value, insert=insert)]
        return items
    fields = dict(data or {})
    if value is REMOVED and not rest:
        fields.pop(first, None)
    elif value is not REMOVED or first in fields:
        fields[first] = _with(fields.get(first), rest, value, insert=insert)
    return fields


def _item(value: Any, column: int) -> str:
    """Return an item of a block list, whose hyphen stands at that column."""
    return f"- {emitted(value, column + 2)}"


class _Text(Entries):
    """Hold YAML text that can be changed. `styled`: a text keeps the quotes, or the block, in which it stands."""

    def __init__(self, text: str, *, styled: bool = False) -> None:
        super().__init__(text)
        self._styled = styled

    def changed(self, edit: Edit) -> str:
        if not edit.path or edit.index >= len(self.roots):
            raise self.refused(edit.path, edit.index)
        node, around, way = self.roots[edit.index], None, []
        flow = False
        for depth, part in enumerate(edit.path):
            flow = flow or is_flow(node)
            way.append(node)
            around = next((each for each in self.of(node) if each.part == part), None)
            if around is None or (edit.insert and depth + 1 == len(edit.path)):
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
            return f"{text[: entry.start]}{space}{self._in_style(entry, value)}{text[entry.end :]}"
        comments = gap.rstrip()
        end = entry.end
        for at in sorted({self.header_end(entry), end}):
            if note := _COMMENT.match(text, at):
                comments, end = comments + note.group(), max(end, note.end())
        column = self.column(entry.begin) + 2
        if isinstance(entry.part, str) and is_block(value):
            return f"{text[:behind]}{comments}\n{' ' * column}{emitted(value, column)}{text[end:]}"
        head, newline, rest = self._written(entry, value, column).partition("\n")
        return f"{text[:behind]} {head}{comments}{newline}{rest}{text[end:]}"

    def _in_style(self, entry: Entry, value: Any) -> str:
        style = getattr(entry.value, "style", None) if self._styled and not entry.is_alias else None
        return like(value, style) if isinstance(value, str) else inline(value)

    def _written(self, entry: Entry, value: Any, column: int) -> str:
        """Return a value in the style of the one that stands there, or else as people write such a value."""
        if not self._styled or not isinstance(value, str) or entry.is_alias:
            return emitted(value, column)
        if style := entry.block_style:
            rows = self.text[self.line_end(entry.start) + 1 : entry.end].split("\n")
            indent = next((len(row) - len(row.lstrip(" ")) for row in rows if row.strip()), column)
            rows = [row[indent:] for row in rows]
            lines = {" ".join(part.split("\n")): part for part in re.split(r"\n\n+", "\n".join(rows))}
            return block(value, indent, style, lines) or block(value, indent, "|") or emitted(value, column)
        return emitted(value, column) if "\n" in value else self._in_style(entry, value)

    def _added(self, edit: Edit, way: Sequence[Node], depth: int, flow: bool) -> str:
        """Return the text with a new field or item in the innermost collection that is there."""
        if edit.value is REMOVED:
            return self.text
        node, part = way[-1], edit.path[depth]
        value = _with(None, edit.path[depth + 1 :], edit.value)
        entries = self.of(node)
        if isinstance(part, int) and (part > len(entries) or (part < len(entries) and not edit.insert)):
            raise self.refused(edit.path, edit.index)
        if isinstance(part, int) and part < len(entries):
            return self._inserted(entries, part, value, flow)
        if not entries:  # nothing, {} or []
            whole = Edit(edit.index, edit.path[:depth], [value] if isinstance(part, int) else {part: value})
            return self.changed(whole)
        last = entries[-1]
        if flow:
            new = inline(value) if isinstance(part, int) else inline({part: value})[1:-1]
            return f"{self.text[: last.end]}, {new}{self.text[last.end :]}"
        column, at = self.column(entries[0].begin), self.line_end(last.end)
        new = _item(value, column) if isinstance(part, int) else emitted({part: value}, column)
        return f"{self.text[:at]}\n{' ' * column}{new}{self.text[at:]}"

    def _inserted(self, entries: Sequence[Entry], at: int, value: Any, flow: bool) -> str:
        """Return the text with a new item behind the item before: a comment above the next one stays there."""
        text, column = self.text, self.column(entries[0].begin)
        if flow:
            begin = entries[at].begin
            return f"{text[:begin]}{inline(value)}, {text[begin:]}"
        new = _item(value, column)
        if at:
            end = self.line_end(entries[at - 1].end)
            return f"{text[:end]}\n{' ' * column}{new}{text[end:]}"
        begin = entries[0].begin
        return f"{text[:begin]}{new}\n{' ' * column}{text[begin:]}"

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
