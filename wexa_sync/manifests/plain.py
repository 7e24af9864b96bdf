"""Read YAML that is written plainly, as most manifests are, without a parser: it takes a tenth of the instructions.

Plain are mappings and lists in blocks, a value on each line, texts behind `|`, and lists and mappings in brackets on
one line. Of anything else nothing is read here: builder.py reads the whole text then. A test holds that both agree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from msgspec import Struct

from wexa_sync.manifests.scalars import MAY_BE_MORE, STR, TAG, tag_of
from wexa_sync.manifests.spelling import is_plain
from wexa_sync.model import Document, Source
from wexa_sync.text.files import is_ordinary
from wexa_sync.text.patterns import pattern

_LONGEST = 400_000
_DEEPEST = 40
"""Well below the bounds of nodes.py, which has the words for what is beyond them."""

_KEY = "[A-Za-z_][A-Za-z0-9_-]{0,99}"
_NAME, _MEMBER = pattern(_KEY), pattern(f"({_KEY}): +")
_WORD = pattern(r"""[A-Za-z0-9_./][A-Za-z0-9_./-]*(?: [A-Za-z0-9_./-]+)*|"[^"\\]*"|'[^']*'""")
_OPEN, _BEHIND = pattern(r"[\[{] *"), pattern(r" *(?:, *(?=[^ \]}])|(?=[\]}]))")
_BEGINS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_/(~.<+-")
"""What a text without quotes may begin with."""


_NONE: Any = object()


class _NotPlainError(Exception):
    """Say that it takes a parser to read the text."""


def plain_documents(text: str, file: str) -> list[Document] | None:
    """Return the documents of a text without variables; None where it takes a parser to read them."""
    if text[-1:] != "\n" or len(text) > _LONGEST:
        return None
    # What is printable is YAML to everybody, and no line ends but at LF.
    if not (is_ordinary(text.encode()) if text.isascii() else text.replace("\n", " ").isprintable()):
        return None
    try:
        return list(_Reader(text).documents(file))
    except _NotPlainError:
        return None


class _Reader:
    """Read a text line by line. `_next` is the number of the line `_at` hand, and the index of the one behind it."""

    def __init__(self, text: str) -> None:
        self._lines = text.split("\n")
        self._lines[-1] = _OVER  # behind the last LF
        self._next = 0
        self._lists: dict[int, list[int]] = {}  # by the id of a list, the lines of its items
        self._step()

    def documents(self, file: str) -> Iterator[Document]:
        """Yield each document. Raise _NotPlainError where the text is not plain."""
        index = 0
        while self._at is _MARK or not index:
            if self._at is _MARK:
                self._step()
            if self._at.indent or self._at.dash:
                raise _NotPlainError
            source, self._lists = Source(file=file, line=self._next), {}
            data = self._mapping(0, 1)
            yield Document(data=data, source=source, index=index, item_lines=self._item_lines(data))
            index += 1

    def _item_lines(self, data: dict[str, Any]) -> dict[tuple[str, int], int]:
        """Return the line of each item of the lists in the spec."""
        spec = data.get("spec")
        if not self._lists or not isinstance(spec, dict):
            return {}
        return {
            (name, number): line
            for name, value in spec.items()
            if isinstance(value, list)
            for number, line in enumerate(self._lists[id(value)])
        }

    def _step(self) -> None:
        """Go to the next line that says something. At the end, and at a mark between documents, its indent is -1."""
        found, number = None, self._next
        while found is None:
            found = _line(self._lines[number])
            number += 1
        self._at, self._next = found, number

    def _mapping(self, column: int, depth: int) -> dict[str, Any]:
        """Read the mapping whose keys stand at that column. Its first key stands on this line."""
        if depth > _DEEPEST:
            raise _NotPlainError
        found: dict[str, Any] = {}
        line, goes_on = self._at, True
        while goes_on:
            key = line.key
            if not key or key in found:
                raise _NotPlainError
            if line.scalar is _NONE:
                found[key] = self._value(column, depth)
            else:  # far the most common: no call
                found[key] = line.scalar
                self._step()
            line = self._at
            goes_on = line.indent == column and not line.dash
        if line.indent >= column:
            raise _NotPlainError
        return found

    def _list(self, column: int, depth: int) -> list[Any]:
        """Read the list whose hyphens stand at that column. Its first item stands on this line."""
        found: list[Any] = []
        lines = self._lists[id(found)] = []
        if depth > _DEEPEST:
            raise _NotPlainError
        while self._at.indent == column and self._at.dash:
            lines.append(self._next)
            inner = self._mapping(column + self._at.dash, depth + 1) if self._at.key else self._value(column, depth)
            found.append(inner)
        if self._at.indent > column:
            raise _NotPlainError
        return found

    def _value(self, column: int, depth: int) -> Any:
        """Read the value behind a key or a hyphen that stands at that column."""
        value, rest = self._at.scalar, self._at.rest
        if value is _NONE:
            if not rest:
                return self._below(column, depth + 1)
            if rest[0] == "|":
                return self._literal(column)
            value, end = self._flow(0, depth)
            if end < len(rest):
                raise _NotPlainError
        self._step()
        return value

    def _below(self, column: int, depth: int) -> Any:
        """Read the value that stands on the lines below a key: nothing, where they are no deeper."""
        if not self._at.key:
            raise _NotPlainError
        self._step()
        at = self._at
        if at.indent > column or (at.indent == column and at.dash):
            return self._list(at.indent, depth) if at.dash else self._mapping(at.indent, depth)
        return None

    def _literal(self, column: int) -> str:
        """Read the text behind `|`: deeper than its key or hyphen, from the first line on."""
        lines, at, rest = self._lines, self._next, self._at.rest
        margin = lines[at][: len(lines[at]) - len(lines[at].lstrip(" "))]
        if rest not in ("|", "|-") or len(margin) <= column or margin == lines[at]:
            raise _NotPlainError
        size, end = len(margin), "\n" if rest == "|" else ""
        while lines[at].startswith(margin) or not lines[at].strip(" "):
            at += 1
        text = "\n".join([line[size:] for line in lines[self._next : at]]).rstrip("\n")
        self._next = at
        self._step()
        return text + end

    def _flow(self, at: int, depth: int) -> tuple[Any, int]:
        """Return the word, the list or the mapping that begins at that place of the line, and where it ends."""
        line = self._at.rest
        if word := _WORD.match(line, at):
            return _scalar(word[0]), word.end()
        opened = _OPEN.match(line, at)
        if opened is None or depth > _DEEPEST:
            raise _NotPlainError
        items: list[Any] = []
        names: list[str] = []
        is_list, at = line[at] == "[", opened.end()
        while line[at : at + 1] != ("]" if is_list else "}"):
            name = None if is_list else _MEMBER.match(line, at)
            if name and _is_key(name[1]):
                names.append(name[1])
            item, at = self._flow(name.end() if name else at, depth + 1)
            items.append(item)
            behind = _BEHIND.match(line, at)
            if not behind:
                raise _NotPlainError
            at = behind.end()
        if is_list:
            self._lists[id(items)] = [self._next] * len(items)
        elif len(set(names)) < len(items):
            raise _NotPlainError
        return items if is_list else dict(zip(names, items, strict=True)), at + 1


class _Line(Struct, frozen=True):
    """Hold the indent of a line, the width of its hyphen, its key, the rest, and the scalar that the rest is.

    That scalar is _NONE where it takes more than a line to tell.
    """

    indent: int = -1
    dash: int = 0
    key: str = ""
    rest: str = ""
    scalar: Any = _NONE


_MARK = _Line()
_OVER = "\0"  # stands in no text
_BOUNDS = {"---": _MARK, _OVER: _Line()}


@lru_cache(maxsize=10_000)
def _line(text: str) -> _Line | None:
    """Return what a line says; None for nothing. Most lines of a repository stand in many files, as `kind: Skill`."""
    rest = text.lstrip(" ")
    if not rest or rest[0] == "#":
        return None
    if text in _BOUNDS:
        return _BOUNDS[text]
    indent, dash, key = len(text) - len(rest), 0, ""
    if rest.startswith("- "):
        inner = rest[2:].lstrip(" ")
        dash, rest = len(rest) - len(inner), inner
    name, colon, value = rest.partition(": ")
    if not colon and rest[-1:] == ":":
        name, colon = rest[:-1], ":"
    if colon and _is_key(name):
        key, rest = name, value.lstrip(" ")
    if "#" in rest and '"' not in rest and "'" not in rest:
        rest = f" {rest}".partition(" #")[0].strip(" ")
    return _Line(indent, dash, key, rest, _scalar(rest) if rest and rest[0] not in "|[{" else _NONE)


@lru_cache(maxsize=1_000)
def _is_key(text: str) -> bool:
    """True when the text is a key without quotes, and a text to YAML."""
    return _NAME.fullmatch(text) is not None and tag_of(text) == STR


def _scalar(text: str) -> Any:
    """Return the value of one line. Raise _NotPlainError for one that may go on, or is not as JSON has it."""
    first = text[0]
    if first in "\"'":
        return _quoted(text, first)
    if (first not in _BEGINS and first.isascii()) or ": " in text or " #" in text or text[-1] in " :":
        raise _NotPlainError
    if first not in MAY_BE_MORE or (tag := tag_of(text)) == STR:
        if text == "-" or text[:2] == "- ":
            raise _NotPlainError
        return text
    try:
        value = _OTHERS[tag](text)
    except (KeyError, ValueError):
        raise _NotPlainError from None
    if value is not None and not is_plain(value, text):
        raise _NotPlainError
    return value


def _quoted(text: str, quote: str) -> str:
    """Return the text in these quotes. Raise _NotPlainError where it goes on, or has an escape."""
    inner = text[1:-1].replace("''", "\0") if quote == "'" else text[1:-1]
    if len(text) < 2 or text[-1] != quote or quote in inner or (quote == '"' and "\\" in inner):
        raise _NotPlainError
    return inner.replace("\0", "'")


_OTHERS: Mapping[str, Callable[[str], Any]] = {
    f"{TAG}null": lambda _text: None,
    f"{TAG}bool": {"true": True, "false": False}.__getitem__,
    f"{TAG}int": int,
    f"{TAG}float": float,
}
