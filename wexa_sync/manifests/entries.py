"""Find where the fields and items of YAML text begin and end, so that one can be changed and the others stay."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from wexa_sync.manifests.nodes import compose
from wexa_sync.text.patterns import pattern

if TYPE_CHECKING:
    from yaml import Node as Node  # noqa: PLC0414  # handed on

_TRIVIA = r"(?:\s|#[^\n]*\n|[&!]\S*)*"
_ALIAS = pattern(r"(?:[\s:-]|#[^\n]*\n)*\*[^\s,\[\]{}]+")
_HYPHEN = pattern(rf"{_TRIVIA}-")
_COLON = pattern(r"\s*:")
_HEADER = pattern(r"[|>][-+0-9]*")


class Entry(Struct, frozen=True):
    """Describe a field or an item of a collection, by places in the text.

    `begin`: of its key or hyphen. `behind`: after its colon or hyphen. `start` and `end`: of its value, without the
    comments and empty lines behind it.
    """

    part: str | int
    begin: int
    behind: int
    value: Node
    start: int
    end: int

    @property
    def is_alias(self) -> bool:
        """True when the value is the node of an anchor that stands elsewhere."""
        return bool(self.value.start_mark.index != self.start)

    @property
    def block_style(self) -> str:
        """Return `|` or `>` for a block scalar; else an empty text."""
        style = None if self.is_alias else getattr(self.value, "style", None)
        return style if style in ("|", ">") else ""


class Entries:
    """Hold text whose collections are known by the nodes of its documents."""

    def __init__(self, text: str) -> None:
        """Read the text. Raises TextFault where it is no YAML."""
        self.text = text
        self.roots = list(compose(text))

    def of(self, node: Node) -> list[Entry]:
        """Return the fields or items of a collection, in order; of a scalar none. What `<<` merges is none of them."""
        from yaml import MappingNode, SequenceNode

        if isinstance(node, MappingNode):
            return list(self._fields(node))
        return list(self._items(node)) if isinstance(node, SequenceNode) else []

    def _fields(self, node: Any) -> Iterator[Entry]:
        for key, value in node.value:
            begin, after = key.start_mark.index, key.end_mark.index
            if colon := _COLON.match(self.text, after):
                after = colon.end()
            yield Entry(key.value if isinstance(key.value, str) else "", begin, after, value, *self._span(value, after))

    def _items(self, node: Any) -> Iterator[Entry]:
        last = node.start_mark.index
        for index, value in enumerate(node.value):
            if node.flow_style:
                start, end = self._span(value, last)
                yield Entry(index, start, start, value, start, end)
            else:
                hyphen = _HYPHEN.match(self.text, last)
                after = hyphen.end() if hyphen else value.start_mark.index
                start, end = self._span(value, after)
                yield Entry(index, max(after - 1, 0), after, value, start, end)
            last = end

    def _span(self, node: Node, after: int) -> tuple[int, int]:
        """Return where a value that stands behind `after` begins and ends, without comments and empty lines."""
        start, end = node.start_mark.index, node.end_mark.index
        if start < after:  # what an alias stands for is elsewhere
            found = _ALIAS.match(self.text, after)
            end = found.end() if found else after
            return (self.text.rfind("*", after, end) if found else after), end
        if is_flow(node) or start == end:
            return start, end
        if isinstance(node.value, str):
            return start, self._scalar_end(node, start, end)
        inner = self.of(node)
        return start, inner[-1].end if inner else end

    def _scalar_end(self, node: Any, start: int, end: int) -> int:
        if node.style not in ("|", ">"):
            return end
        if "+" in self.text[start : self.line_end(start)].partition("#")[0]:  # its empty lines belong to it
            return end - self.text[:end].endswith("\n")
        return max(len(self.text[:end].rstrip()), start)

    def header_end(self, entry: Entry) -> int:
        """Return where the `|` of a block scalar ends; the value's end for every other value."""
        header = _HEADER.match(self.text, entry.start) if entry.block_style else None
        return header.end() if header else entry.end

    def line_start(self, at: int) -> int:
        """Return where the line of a place begins."""
        return self.text.rfind("\n", 0, at) + 1

    def line_end(self, at: int) -> int:
        """Return where the line of a place ends, before its line end."""
        found = self.text.find("\n", at)
        return len(self.text) if found < 0 else found

    def column(self, at: int) -> int:
        """Return how far from the begin of its line a place is."""
        return at - self.line_start(at)


def is_flow(node: Node) -> bool:
    """True when a collection stands in brackets."""
    return bool(getattr(node, "flow_style", False))
