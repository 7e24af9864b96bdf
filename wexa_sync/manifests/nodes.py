"""Compose the nodes of YAML text, with bounds on depth and number. builder.py makes data of them.

Scalars are tagged as scalars.py has it. libyaml does the parsing, ten times as fast as Python.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import yaml

from wexa_sync.manifests.scalars import MAP, MERGE, SEQ, STR, tag_of
from wexa_sync.manifests.yaml_faults import refuse_odd, syntax_fault
from wexa_sync.text.files import TextFault
from wexa_sync.text.leftovers import refuse_leftovers

MAX_DEPTH = 50
MAX_VALUES = 500_000

_SCALAR, _MAPPING = yaml.ScalarNode, yaml.MappingNode
_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Base):  # type: ignore[misc]  # which class it is depends on whether libyaml is there
    """Compose nodes. The two hooks that PyYAML calls for every node keep depth and number in bounds."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.depth = 0
        self.values = 0

    def resolve(self, kind: type, value: str, implicit: Any) -> str:
        if kind is not _SCALAR:
            return MAP if kind is _MAPPING else SEQ
        return tag_of(value) if implicit[0] else STR

    def descend_resolver(self, parent: yaml.Node | None, _index: object) -> None:
        self.depth += 1
        self.values += 1
        if self.depth > MAX_DEPTH:
            raise fault_at(parent, f"nested deeper than {MAX_DEPTH} levels", "Write it flatter.")
        if self.values > MAX_VALUES:
            raise fault_at(parent, f"more than {MAX_VALUES:,} values in one file", "Split the file.")

    def ascend_resolver(self) -> None:
        self.depth -= 1


def fault_at(node: yaml.Node | None, message: str, hint: str) -> TextFault:
    """Return a fault at the place of a node; of none, at the start of the text."""
    mark = node.start_mark if node is not None else None
    return TextFault(message, hint=hint, line=mark.line + 1 if mark else 1, column=mark.column + 1 if mark else 1)


def compose(text: str) -> Iterator[yaml.Node]:
    """Return the root node of each document. Raises TextFault at the first place that is no YAML, or too much of it."""
    refuse_leftovers(text)
    if not text.isascii() or "\r" in text or "%TAG" in text:
        refuse_odd(text)
    try:
        loader = _Loader(text)
        while loader.check_node():
            yield loader.get_node()
    except (yaml.YAMLError, ValueError, OverflowError) as error:  # an impossible \U escape, where there is no libyaml
        raise syntax_fault(error, text) from error


def scalars(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield each text and each key with its line and column, up to the first place that is no YAML."""
    with suppress(yaml.YAMLError, ValueError, OverflowError):  # which is told where the text is composed
        for token in yaml.scan(text, Loader=_Loader):
            if isinstance(token, yaml.ScalarToken):
                yield token.value, token.start_mark.line + 1, token.start_mark.column + 1


def members(node: yaml.Node) -> dict[str | int, tuple[yaml.Node, yaml.Node]]:
    """Return the nodes of each key and its value in a node; of a list, each item twice, by its number."""
    if isinstance(node, yaml.SequenceNode):
        return {index: (item, item) for index, item in enumerate(node.value)}
    own: dict[str | int, tuple[yaml.Node, yaml.Node]] = {}
    merged: dict[str | int, tuple[yaml.Node, yaml.Node]] = {}
    for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
        if key.tag == MERGE:
            for source in merged_in(value):
                merged = {**members(source), **merged}
        elif key.tag == STR and isinstance(key, yaml.ScalarNode):
            own.setdefault(key.value, (key, value))  # of two equal keys the first one counts
    return {**merged, **own}


def merged_in(value: yaml.Node) -> list[yaml.Node]:
    """Return what `<<` merges: each item of a list, or the one mapping."""
    return list(value.value) if isinstance(value, yaml.SequenceNode) else [value]
