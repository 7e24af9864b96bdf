"""Lay out a small graph in layers, from left to right: a node stands to the right of all that it waits for. Pure.

The classic way (Sugiyama, Tagawa and Toda 1981): layers, then an order within each that crosses few lines, then places.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from itertools import pairwise
from statistics import fmean
from typing import Any, Final, Generic, TypeVar

from msgspec import Struct

from wexa_sync.graph import order

Node = TypeVar("Node", bound=Hashable)
Point = tuple[float, float]
Size = tuple[float, float]

_BETWEEN_LAYERS: Final = 56.0
_BETWEEN_NODES: Final = 14.0
_BEND: Final = 6.0  # the room that a line takes on its way past a layer
_SWEEPS: Final = 6


class Drawing(Struct, Generic[Node], frozen=True):
    """Say where each node stands (its upper left corner), and the points that each line passes, from left to right."""

    width: float
    height: float
    places: Mapping[Node, Point]
    lines: tuple[tuple[Point, ...], ...]
    layers: int


def drawing(sizes: Mapping[Node, Size], graph: Mapping[Node, Iterable[Node]]) -> Drawing[Node]:
    """Return the drawing of a graph of nodes to those they wait for. Lines that follow from others are left out."""
    waits = _without_detours(_without_circles({node: graph.get(node, ()) for node in sizes}))
    layers = _layers(waits)
    net = _Net(sizes, waits, layers)
    net.untangle()
    tops = net.tops()
    columns: list[float] = []
    right = 0.0
    for row in net.rows:
        columns.append(right)
        right += max(net.size(item)[0] for item in row) + _BETWEEN_LAYERS
    places = {node: (columns[layers[node]], tops[node]) for node in sizes}
    lines = tuple(net.line(chain, columns, tops) for chain in net.chains)
    lowest = max(tops[item] + net.size(item)[1] for row in net.rows for item in row)
    return Drawing(right - _BETWEEN_LAYERS, lowest, places, lines, len(net.rows))


def _without_circles(graph: Mapping[Node, Iterable[Node]]) -> dict[Node, list[Node]]:
    """Return the nodes, each behind those it waits for; what closes a circle is left out."""
    placed = order(graph)
    placed += sorted(set(graph) - set(placed))  # type: ignore[type-var]  # nodes can be sorted
    rank = {node: number for number, node in enumerate(placed)}
    return {node: sorted({o for o in graph[node] if o in rank and rank[o] < rank[node]}) for node in placed}  # type: ignore[type-var]


def _without_detours(waits: Mapping[Node, Sequence[Node]]) -> dict[Node, list[Node]]:
    """Return the graph without lines between nodes that are joined by others. Nodes come behind those they wait for."""
    number = {node: 1 << at for at, node in enumerate(waits)}
    behind: dict[Node, int] = {}
    kept: dict[Node, list[Node]] = {}
    for node, others in waits.items():
        reached = 0
        kept[node] = []
        for other in sorted(others, key=lambda each: number[each], reverse=True):
            if not reached & number[other]:
                kept[node].append(other)
                reached |= behind[other] | number[other]
        behind[node] = reached
    return kept


def _layers(waits: Mapping[Node, Sequence[Node]]) -> dict[Node, int]:
    """Return the layer of each node: right behind those it waits for; one that waits for none, before its nearest."""
    layers: dict[Node, int] = {}
    for node, others in waits.items():
        layers[node] = 1 + max((layers[other] for other in others), default=-1)
    nearest: dict[Node, int] = {}
    for node, others in waits.items():
        for other in others:
            nearest[other] = min(nearest.get(other, layers[node]), layers[node])
    return {node: layers[node] if waits[node] else max(nearest.get(node, 1) - 1, 0) for node in waits}


class _Net(Generic[Node]):
    """Give a line a bend in every layer that it passes, so that each line leads from a layer to the next."""

    def __init__(
        self, sizes: Mapping[Node, Size], waits: Mapping[Node, Sequence[Node]], layers: Mapping[Node, int]
    ) -> None:
        self._sizes: Mapping[Any, Size] = sizes
        self.rows: list[list[Any]] = [[] for _ in range(1 + max(layers.values()))]
        for node, layer in layers.items():
            self.rows[layer].append(node)
        self.chains: list[list[Any]] = []
        for node, others in waits.items():
            for other in others:
                bends = [(layer, other, node) for layer in range(layers[other] + 1, layers[node])]
                for bend in bends:
                    self.rows[bend[0]].append(bend)
                self.chains.append([other, *bends, node])
        self._near: dict[Any, tuple[list[Any], list[Any]]] = {item: ([], []) for row in self.rows for item in row}
        for chain in self.chains:
            for left, right in pairwise(chain):
                self._near[left][1].append(right)
                self._near[right][0].append(left)
        self._island = self._islands()

    def _islands(self) -> dict[Any, int]:
        """Return a number for each item: the same for those that lines join, which stand together."""
        number: dict[Any, int] = {}
        for start in self._near:
            front = [start]
            while front:
                item = front.pop()
                if item not in number:
                    number[item] = number.get(start, len(number))
                    front += (*self._near[item][0], *self._near[item][1])
        return number

    def size(self, item: Any) -> Size:
        """Return the size of a node or a bend."""
        return self._sizes.get(item, (0.0, _BEND))

    def untangle(self) -> None:
        """Order each layer so that few lines cross: each item stands at the middle of its neighbours."""
        for sweep in range(_SWEEPS):
            side = sweep % 2
            for row in reversed(self.rows) if side else self.rows:
                at = {item: place for each in self.rows for place, item in enumerate(each)}
                middle = {item: fmean(at[o] for o in self._near[item][side] or [item]) for item in row}
                row.sort(key=lambda item: (self._island[item], middle[item]))  # called at once

    def tops(self) -> dict[Any, float]:
        """Return how far down each item stands: as near to the middle of its neighbours as its layer allows."""
        tops: dict[Any, float] = {}
        for row in self.rows:
            down = 0.0
            for item in row:
                tops[item] = down
                down += self.size(item)[1] + _BETWEEN_NODES
        for sweep in range(_SWEEPS):
            for row in reversed(self.rows) if sweep % 2 else self.rows:
                tops |= zip(row, self._settled(row, tops), strict=True)
        highest = min(tops.values())
        return {item: top - highest for item, top in tops.items()}

    def _settled(self, row: Sequence[Any], tops: Mapping[Any, float]) -> list[float]:
        """Return the tops of a layer: items that want the same place share the distance (isotonic regression)."""
        blocks: list[tuple[float, int]] = []  # the mean of what its items want, and their number
        offsets, down = [], 0.0
        for item in row:
            height = self.size(item)[1]
            near = [*self._near[item][0], *self._near[item][1]] or [item]
            wish = fmean(tops[other] + self.size(other)[1] / 2 for other in near) - height / 2
            offsets.append(down)
            blocks.append((wish - down, 1))
            down += height + _BETWEEN_NODES
            while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
                (one, many), (other, more) = blocks.pop(-2), blocks.pop()
                blocks.append(((one * many + other * more) / (many + more), many + more))
        starts = [start for start, count in blocks for _ in range(count)]
        return [start + offset for start, offset in zip(starts, offsets, strict=True)]

    def line(self, chain: Sequence[Any], columns: Sequence[float], tops: Mapping[Any, float]) -> tuple[Point, ...]:
        """Return the points of a line: from the right side of its first node to the left side of its last."""
        first, *bends, last = chain
        layer = next(number for number, row in enumerate(self.rows) if first in row)
        points = [(columns[layer] + self.size(first)[0], tops[first] + self.size(first)[1] / 2)]
        for bend in bends:
            width = max(self.size(item)[0] for item in self.rows[bend[0]])
            middle = tops[bend] + _BEND / 2
            points += [(columns[bend[0]], middle), (columns[bend[0]] + width, middle)]
        end = layer + len(bends) + 1
        return (*points, (columns[end], tops[last] + self.size(last)[1] / 2))
