"""Make plain data of the nodes of a file (nodes.py), in one walk, and note the faults on the way."""

from __future__ import annotations

import math
from typing import Any

import yaml

from wexa_sync.errors import Problem, Unfilled
from wexa_sync.manifests.foreign import is_ours, may_be_ours
from wexa_sync.manifests.nodes import MAX_DEPTH, compose, fault_at, members, merged_in
from wexa_sync.manifests.scalars import MAP, MERGE, SCALARS, SEQ, STR, TAG
from wexa_sync.manifests.spelling import Fill, Written, is_plain
from wexa_sync.manifests.yaml_faults import ODD_SPACE, odd_space_hint
from wexa_sync.model import Document, Path, Source, show_path
from wexa_sync.text.files import TextFault

MAX_FAULTS = 1_000
_BEGIN = ("apiVersion", "kind")
# Aliases and variables can say much with few words. A value weighs this, and its text on top, so that a text without
# them weighs up to 12 times its length (`[a,a,a`): that, and what nobody has to wait for, is allowed.
_WEIGHT = 20
_FACTOR = 12
_SPARE = 4_000_000


def parsed(text: str, file: str, fill: Fill, others: list[Source] | None) -> tuple[list[Document], list[Problem]]:
    """Return what `parse` (yaml.py) returns, of any text."""
    documents: list[Document] = []
    problems: list[Problem] = []
    builder = _Builder(file, fill, problems, _SPARE + _FACTOR * len(text))
    try:
        for index, root in enumerate(compose(text)):
            known = len(problems)
            builder.spelled, builder.variables = {}, {}
            data = builder.value(root, ())
            source = Source(file=file, line=root.start_mark.line + 1, column=root.start_mark.column + 1)
            if others is not None and data is not None and not _is_ours(data, root, text, sound=len(problems) == known):
                others.append(source)
                del problems[known:]
            elif data is not None and not isinstance(data, Unfilled):  # empty, or reported as a whole
                documents.append(
                    Document(
                        data=data,
                        source=source,
                        index=index,
                        item_lines=_item_lines(root),
                        spelled=builder.spelled,
                        variables=builder.variables,
                    )
                )
    except TextFault as fault:
        source = Source(file=file, line=fault.line, column=fault.column)
        if others is None or documents or may_be_ours(text):
            problems.append(Problem(message=fault.message, source=source, hint=fault.hint))
        else:
            others.append(source)
            problems.clear()
    return documents, problems


def _is_ours(data: Any, root: yaml.Node, text: str, *, sound: bool) -> bool:
    """True when the document is ours. Of one with faults, what they left out of the data counts as well.

    A document that is an object of a programming language as a whole is no tool's settings: it is refused.
    """
    if root.tag.startswith(f"{TAG}python/"):
        return True
    return is_ours(data) or (not sound and may_be_ours(text[root.start_mark.index : root.end_mark.index]))


def _item_lines(root: yaml.Node) -> dict[tuple[str, int], int]:
    spec = members(root).get("spec")
    return {
        (field, number): item.start_mark.line + 1
        for field, (_, value) in (members(spec[1]) if spec else {}).items()
        if isinstance(field, str) and isinstance(value, yaml.SequenceNode)
        for number, item in enumerate(value.value)
    }


def _without_merges(path: Path) -> Path:
    return tuple(part for part in path if part != "<<")


class _Builder:
    """Make plain data of a file's nodes, and note the faults on the way."""

    def __init__(self, file: str, fill: Fill, problems: list[Problem], most: int) -> None:
        self._file = file
        self._fill = fill
        self._problems = problems
        self._left = most
        self.spelled: dict[Path, str] = {}
        self.variables: dict[Path, str] = {}

    def value(self, node: yaml.Node, path: Path) -> Any:
        tag = node.tag
        if tag == STR and type(node) is yaml.ScalarNode:  # far the most common
            text = node.value
            self._count(node, len(text))
            return self._filled(node, text, path) if "${" in text else text
        self._count(node, 0)
        if len(path) > MAX_DEPTH:
            hint = "An alias (*name) must not stand inside what its anchor (&name) marks."
            raise fault_at(node, "aliases that lead back to themselves, or nest too deep", hint)
        if tag == MAP and isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if tag == SEQ and isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*path, index)) for index, item in enumerate(node.value)]
        if isinstance(node, yaml.ScalarNode) and tag in SCALARS:
            return self._scalar(node, path)
        shown = "!!" + tag.removeprefix(TAG) if tag.startswith(TAG) else tag
        hint = "Write plain YAML: text, numbers, true or false, lists and mappings; quote a text that starts with `!`."
        return self._fault(node, path, f"the tag {shown} is not allowed here", hint)

    def _count(self, node: yaml.Node, length: int) -> None:
        self._left -= _WEIGHT + length
        if self._left < 0:
            message = "too large once its aliases (*name) and variables are put in place"
            raise fault_at(node, message, "Use fewer of them, or shorter ones.")

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        own: dict[str, Any] = {}
        first: dict[str, yaml.Node] = {}
        merged: dict[str, Any] = {}
        again: list[yaml.Node] = []
        for key, value in node.value:
            if key.tag == MERGE:
                merged = {**self._merge(value, path), **merged}
            elif key.tag != STR or not isinstance(key, yaml.ScalarNode):
                self._bad_key(key, path)
            elif key.value in first:
                again.append(key)
            else:
                if not key.value.isascii():
                    self._refuse_odd_space(key, path)
                first[key.value] = key
                own[key.value] = self.value(value, (*path, key.value))
        self._refuse_twice(again, first, path)
        return {**merged, **own}

    def _refuse_twice(self, again: list[yaml.Node], first: dict[str, yaml.Node], path: Path) -> None:
        forgotten = not path and any(key.value in _BEGIN for key in again)
        for key in again[:1] if forgotten else again:  # then one fault has made all of them
            line = first[key.value].start_mark.line + 1
            message = f"the key {key.value!r} stands here twice; first in line {line}"
            hint = "Take one of the two out."
            if forgotten:
                hint = "A second document seems to begin here: put a line `---` before this one."
            self._fault(key, (*path, key.value), message, hint)

    def _refuse_odd_space(self, key: yaml.Node, path: Path) -> None:
        for edge in (key.value[0], key.value[-1]):
            if ODD_SPACE.match(edge):
                message = f"the key {key.value!a} has U+{ord(edge):04X} at its start or end"
                self._fault(key, path, message, odd_space_hint(edge))
                return

    def _merge(self, node: yaml.Node, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for source in merged_in(node):
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
        if isinstance(value, Written):
            self.variables[_without_merges(path)] = value.text
            value = self._spelled(value.value, value.text, path)
        if isinstance(value, str):
            self._count(node, len(value))
        return value

    def _spelled(self, value: Any, text: str, path: Path) -> Any:
        """Return the value; note how it is written where that is not how JSON writes it."""
        if not is_plain(value, text):
            self.spelled[_without_merges(path)] = text
        return value

    def _scalar(self, node: yaml.ScalarNode, path: Path) -> Any:
        kind, text = node.tag.removeprefix(TAG), node.value
        if kind == "float" and SCALARS[TAG + "int"].match(text):
            kind = "int"  # `!!float 3`
        elif not SCALARS[node.tag].match(text):
            return self._fault(node, path, f"this is no !!{kind}", "Take the tag out, or quote the value.")
        if kind == "null":
            return None
        if kind == "bool":
            return self._spelled(text.lower() == "true", text, path)
        if kind == "int":
            return self._whole(node, text, path)
        if kind == "float":
            number = math.inf if text[-1] in "fFnN" else float(text)
            return self._spelled(number, text, path) if math.isfinite(number) else self._no_number(node, path)
        return text  # `<<` as a value

    def _whole(self, node: yaml.Node, text: str, path: Path) -> Any:
        try:
            number = int(text, 0 if text.startswith(("0x", "0o")) else 10)
            float(number)  # others read it as one: what is beyond that is no number to them
        except (ValueError, OverflowError):  # ValueError: Python reads no number of thousands of digits
            return self._no_number(node, path)
        return self._spelled(number, text, path)

    def _no_number(self, node: yaml.Node, path: Path) -> Unfilled:
        return self._fault(node, path, "no number that JSON has", "Quote it where text is meant.")

    def _fault(self, node: yaml.Node, path: Path, message: str, hint: str) -> Unfilled:
        if len(self._problems) == MAX_FAULTS:
            raise fault_at(node, f"more than {MAX_FAULTS:,} faults in one file", "Fix those above first.")
        source = Source(file=self._file, line=node.start_mark.line + 1, column=node.start_mark.column + 1)
        self._problems.append(Problem(message=message, source=source, path=show_path(path), hint=hint))
        return Unfilled("...")
