"""YAML, tamed: the only reader of it. Plain data with a place for every fault; no tags, no surprises, no bombs.

Scalars are read as YAML 1.2 has them (its core schema): `NO`, `on`, `12:30` and `2024-01-02` are text. `<<` merges.
libyaml does the parsing (ten times as fast as Python); the data is made from its nodes in one walk.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path as File
from typing import Any, TypeAlias

import yaml

from wexa_sync.errors import Problem, Unfilled
from wexa_sync.model import Document, Path, Source, show_path
from wexa_sync.text.files import TextFault, place_of, read_text

Filled: TypeAlias = "tuple[Any, Sequence[TextFault]]"
Fill: TypeAlias = Callable[[str], Filled]

MAX_DEPTH = 50
MAX_VALUES = 500_000
MAX_FAULTS = 1_000
# Aliases and variables can say much with few words. A value weighs this, and its text on top, so that a text without
# them weighs up to 12 times its length (`[a,a,a`): that, and what nobody has to wait for, is allowed.
_WEIGHT = 20
_FACTOR = 12
_SPARE = 4_000_000

_T = "tag:yaml.org,2002:"
_STR, _MAP, _SEQ, _MERGE = _T + "str", _T + "map", _T + "seq", _T + "merge"
_SCALARS = {
    _T + "null": re.compile(r"(?:~|null|Null|NULL|)\Z"),
    _T + "bool": re.compile(r"(?:true|True|TRUE|false|False|FALSE)\Z"),
    _T + "int": re.compile(r"(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)\Z"),
    _T + "float": re.compile(
        r"(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))\Z"
    ),
    _MERGE: re.compile(r"<<\Z"),
}
_PLAIN = re.compile("|".join(f"(?P<{tag.removeprefix(_T)}>{shape.pattern})" for tag, shape in _SCALARS.items()))
# No scalar but text starts with another character than these.
_MAY_BE_MORE = frozenset("~nNtTfF0123456789-+.<")

_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Base):  # type: ignore[misc]  # which class it is depends on whether libyaml is there
    """Composes nodes. The two hooks that PyYAML calls for every node keep depth and number in bounds."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.depth = 0
        self.values = 0

    def resolve(self, kind: type, value: str, implicit: Any) -> str:
        if kind is not yaml.ScalarNode:
            return _MAP if kind is yaml.MappingNode else _SEQ
        if implicit[0] and (not value or value[0] in _MAY_BE_MORE):
            found = _PLAIN.match(value)
            return f"{_T}{found.lastgroup}" if found else _STR
        return _STR

    def descend_resolver(self, parent: yaml.Node | None, _index: object) -> None:
        self.depth += 1
        self.values += 1
        if self.depth > MAX_DEPTH:
            raise _at(parent, f"nested deeper than {MAX_DEPTH} levels", "Write it flatter.")
        if self.values > MAX_VALUES:
            raise _at(parent, f"more than {MAX_VALUES:,} values in one file", "Split the file.")

    def ascend_resolver(self) -> None:
        self.depth -= 1


def _at(node: yaml.Node | None, message: str, hint: str) -> TextFault:
    mark = node.start_mark if node is not None else None
    return TextFault(message, hint=hint, line=mark.line + 1 if mark else 1, column=mark.column + 1 if mark else 1)


def _as_it_is(text: str) -> Filled:
    return text, ()


def read(path: File, shown: str, fill: Fill = _as_it_is) -> tuple[list[Document], list[Problem]]:
    """Return what `parse` returns for a file; `shown` is its name in messages."""
    try:
        return parse(read_text(path), shown, fill)
    except TextFault as fault:
        source = Source(file=shown, line=fault.line, column=fault.column)
        return [], [Problem(message=fault.message, source=source, hint=fault.hint)]


def parse(text: str, file: str, fill: Fill = _as_it_is) -> tuple[list[Document], list[Problem]]:
    """Return the documents of a text, as far as it can be read, and every fault in it, without empty documents.

    `fill` is asked about each text value that holds `${`: it gives the value to put there, and what is wrong with it.
    """
    documents: list[Document] = []
    problems: list[Problem] = []
    builder = _Builder(file, fill, problems, _SPARE + _FACTOR * len(text))
    try:
        for index, root in enumerate(compose(text)):
            data = builder.value(root, ())
            if data is None or isinstance(data, Unfilled):
                continue  # empty, or told of as a whole
            source = Source(file=file, line=root.start_mark.line + 1, column=root.start_mark.column + 1)
            documents.append(Document(data=data, source=source, index=index, item_lines=_item_lines(root)))
    except TextFault as fault:
        source = Source(file=file, line=fault.line, column=fault.column)
        problems.append(Problem(message=fault.message, source=source, hint=fault.hint))
    return documents, problems


def compose(text: str) -> Iterator[yaml.Node]:
    """Return the root node of each document. Raises TextFault at the first place that is no YAML, or too much of it."""
    if not text.isascii() or "\r" in text or "%TAG" in text:
        _refuse_odd(text)
    try:
        loader = _Loader(text)
        while loader.check_node():
            yield loader.get_node()
    except (yaml.YAMLError, ValueError, OverflowError) as error:  # an impossible \U escape, where there is no libyaml
        raise _syntax_fault(error, text) from error


# What libyaml takes for the end of a line and most editors don't: fields could hide behind it from who reviews them.
# And %TAG, as there are no tags: libyaml takes time by the square of their number.
_ODD = re.compile("[\x85\u2028\u2029]|\r(?!\n)|^%TAG", re.MULTILINE)


def _refuse_odd(text: str) -> None:
    if odd := _ODD.search(text):
        line, column = place_of(text[: odd.start()])
        if odd.group() == "%TAG":
            message, hint = "a %TAG directive is not allowed here", "Take it out: tags are not used."
        else:
            message = f"the line break U+{ord(odd.group()):04X} must not stand in YAML"
            hint = "End lines with LF or CRLF; inside a text, write it as an escape in double quotes."
        raise TextFault(message, hint=hint, line=line, column=column)


def members(node: yaml.Node) -> dict[str | int, tuple[yaml.Node, yaml.Node]]:
    """Return the nodes of each key and its value in a node; of a list, each item twice, by its number."""
    if isinstance(node, yaml.SequenceNode):
        return {index: (item, item) for index, item in enumerate(node.value)}
    own: dict[str | int, tuple[yaml.Node, yaml.Node]] = {}
    merged: dict[str | int, tuple[yaml.Node, yaml.Node]] = {}
    for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
        if key.tag == _MERGE:
            for source in _merged(value):
                merged = {**members(source), **merged}
        elif key.tag == _STR and isinstance(key, yaml.ScalarNode):
            own.setdefault(key.value, (key, value))  # of two equal keys the first one counts
    return {**merged, **own}


def _merged(value: yaml.Node) -> list[yaml.Node]:
    return list(value.value) if isinstance(value, yaml.SequenceNode) else [value]


def _item_lines(root: yaml.Node) -> dict[tuple[str, int], int]:
    spec = members(root).get("spec")
    return {
        (field, number): item.start_mark.line + 1
        for field, (_, value) in (members(spec[1]) if spec else {}).items()
        if isinstance(field, str) and isinstance(value, yaml.SequenceNode)
        for number, item in enumerate(value.value)
    }


class _Builder:
    """Makes plain data of a file's nodes, and notes what is wrong on the way."""

    def __init__(self, file: str, fill: Fill, problems: list[Problem], most: int) -> None:
        self._file = file
        self._fill = fill
        self._problems = problems
        self._left = most

    def value(self, node: yaml.Node, path: Path) -> Any:
        tag = node.tag
        if tag == _STR and type(node) is yaml.ScalarNode:  # far the most common
            text = node.value
            self._count(node, len(text))
            return self._filled(node, text, path) if "${" in text else text
        self._count(node, 0)
        if len(path) > MAX_DEPTH:
            hint = "An alias (*name) must not stand inside what its anchor (&name) marks."
            raise _at(node, "aliases that lead back to themselves, or nest too deep", hint)
        if tag == _MAP and isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if tag == _SEQ and isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*path, index)) for index, item in enumerate(node.value)]
        if isinstance(node, yaml.ScalarNode) and tag in _SCALARS:
            return self._scalar(node, path)
        shown = "!!" + tag.removeprefix(_T) if tag.startswith(_T) else tag
        hint = "Write plain YAML: text, numbers, true or false, lists and mappings."
        return self._fault(node, path, f"the tag {shown} is not allowed here", hint)

    def _count(self, node: yaml.Node, length: int) -> None:
        self._left -= _WEIGHT + length
        if self._left < 0:
            message = "too large once its aliases (*name) and variables are put in place"
            raise _at(node, message, "Use fewer of them, or shorter ones.")

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        own: dict[str, Any] = {}
        first: dict[str, yaml.Node] = {}
        merged: dict[str, Any] = {}
        for key, value in node.value:
            if key.tag == _MERGE:
                merged = {**self._merge(value, path), **merged}
            elif key.tag != _STR or not isinstance(key, yaml.ScalarNode):
                self._bad_key(key, path)
            elif key.value in first:
                line = first[key.value].start_mark.line + 1
                message = f"the key {key.value!r} stands here twice; first in line {line}"
                self._fault(key, (*path, key.value), message, "Take one of the two out.")
            else:
                first[key.value] = key
                own[key.value] = self.value(value, (*path, key.value))
        return {**merged, **own}

    def _merge(self, node: yaml.Node, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for source in _merged(node):
            data = self.value(source, (*path, "<<"))
            if isinstance(data, dict):
                found = {**data, **found}
            elif not isinstance(data, Unfilled):
                self._fault(source, (*path, "<<"), "only mappings can be merged", "Write `<<: *name` of a mapping.")
        return found

    def _bad_key(self, key: yaml.Node, path: Path) -> None:
        if isinstance(key, yaml.ScalarNode):
            shown = key.value or "(nothing)"
            self._fault(key, path, f"the key {shown} is not text", f'Quote it: "{key.value}".')
        else:
            hint = "Keys are plain text; quote a value that starts with `{` or `[`."
            self._fault(key, path, "a key must be text, not a list or mapping", hint)

    def _filled(self, node: yaml.Node, text: str, path: Path) -> Any:
        value, faults = self._fill(text)
        for fault in faults:
            self._fault(node, path, fault.message, fault.hint)
        if isinstance(value, str):
            self._count(node, len(value))
        return value

    def _scalar(self, node: yaml.ScalarNode, path: Path) -> Any:
        kind, text = node.tag.removeprefix(_T), node.value
        if kind == "float" and _SCALARS[_T + "int"].match(text):
            kind = "int"  # `!!float 3`
        elif not _SCALARS[node.tag].match(text):
            return self._fault(node, path, f"this is no !!{kind}", "Take the tag out, or quote the value.")
        if kind == "null":
            return None
        if kind == "bool":
            return text.lower() == "true"
        if kind == "int":
            return self._whole(node, text, path)
        if kind == "float":
            number = math.inf if text[-1] in "fFnN" else float(text)
            return number if math.isfinite(number) else self._no_number(node, path)
        return text  # `<<` as a value

    def _whole(self, node: yaml.Node, text: str, path: Path) -> Any:
        try:
            number = int(text, 0 if text.startswith(("0x", "0o")) else 10)
            float(number)  # others read it as one: what is beyond that is no number to them
        except (ValueError, OverflowError):  # ValueError: Python reads no number of thousands of digits
            return self._no_number(node, path)
        return number

    def _no_number(self, node: yaml.Node, path: Path) -> Unfilled:
        return self._fault(node, path, "no number that JSON has", "Quote it where text is meant.")

    def _fault(self, node: yaml.Node, path: Path, message: str, hint: str) -> Unfilled:
        if len(self._problems) == MAX_FAULTS:
            raise _at(node, f"more than {MAX_FAULTS:,} faults in one file", "Fix those above first.")
        source = Source(file=self._file, line=node.start_mark.line + 1, column=node.start_mark.column + 1)
        self._problems.append(Problem(message=message, source=source, path=show_path(path), hint=hint))
        return Unfilled("...")


_HINTS = (
    ("mapping values are not allowed", "Quote a value that holds `: `, or fix the indentation."),
    ("undefined alias", "There is no anchor (&name) of that name above; quote a text that starts with `*`."),
    ("cannot start any token", "Quote a value that starts with `@`, `%` or a backtick."),
    ("unknown escape", "In double quotes a backslash is written twice; single quotes take it as it is."),
    ("duplicate anchor", "Give each anchor (&name) a name of its own."),
    ("expected ',' or", "A bracket is not closed, or a comma is missing."),
)


def _syntax_fault(error: Exception, text: str) -> TextFault:
    marks = [mark for name in ("problem_mark", "context_mark") if (mark := getattr(error, name, None))]
    parts = [part for name in ("context", "problem") if (part := getattr(error, name, None))]
    said = ", ".join(parts) or str(error).partition("\n")[0]
    # Where the text ends there is nothing to see: what is begun and never ended stands before.
    end = len(text.rstrip())
    mark = next((mark for mark in marks if mark.index < end), None)
    line, column = (mark.line + 1, mark.column + 1) if mark else place_of(text[:end] if marks else "")
    shown = text.split("\n")[line - 1]
    if "\t" in shown[: len(shown) - len(shown.lstrip())] or "tab character" in said:
        said, hint = "a tab where YAML wants spaces", "Indent with spaces: YAML takes no tabs there."
    elif "${" in shown and "flow" in said:
        hint = "Quote a value with ${...} that stands inside {...} or [...]."
    elif marks and marks[0].index >= end:
        hint = "A quote or a bracket is opened and never closed, or the text breaks off."
    else:
        hint = next(
            (hint for words, hint in _HINTS if words in said), "Check the indentation and the quotes near here."
        )
    return TextFault(f"this is not YAML: {said}", hint=hint, line=line, column=column)
