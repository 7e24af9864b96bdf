"""Order and walk a dependency graph. Nodes are any hashable values that can be sorted: nothing here is about Wexa.

A graph is a mapping from a node to the nodes it waits for; nodes that are waited for and not keys do not count.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any, Generic, TypeVar

Node = TypeVar("Node", bound=Hashable)
Graph = Mapping[Node, Iterable[Node]]

_LOOKS = 4  # at each node, before it is put in order


class Walk(Generic[Node]):
    """Represent a walk over a graph as nodes come to their end: `ready()`, then `done(node)` or `skip(node)` for each.

    Of the nodes that are free at the same time, the ones of the highest `urgency` (none has any where left out) become
    ready first, in sorted order, so a walk is deterministic for given answers. A node is ready only when all it waits
    for is done.
    """

    def __init__(self, graph: Graph[Node], urgency: Mapping[Node, int] | None = None) -> None:
        nodes = set(graph)
        self._urgency = urgency or {}
        self._waits = {node: {other for other in graph[node] if other in nodes and other != node} for node in nodes}
        self._dependents: dict[Node, set[Node]] = {node: set() for node in nodes}
        for node, others in self._waits.items():
            for other in others:
                self._dependents[other].add(node)
        self._free: defaultdict[int, list[Any]] = defaultdict(list)  # a heap for each urgency
        for node, others in self._waits.items():
            if not others:
                self._release(node)
        self._open = len(nodes)

    @property
    def finished(self) -> bool:
        """True when every node has come to its end."""
        return self._open == 0

    def ready(self, most: int) -> list[Node]:
        """Return up to `most` nodes that may go now. Each node is returned once."""
        found: list[Node] = []
        for urgency in sorted(self._free, reverse=True):
            heap = self._free[urgency]
            found += [heapq.heappop(heap) for _ in range(min(most - len(found), len(heap)))]
        return found

    def done(self, node: Node) -> None:
        """End a node well. The nodes that wait for it may become ready."""
        self._open -= 1
        for dependent in self._dependents[node]:
            waits = self._waits[dependent]
            waits.discard(node)
            if not waits:
                self._release(dependent)

    def skip(self, node: Node, holds: Callable[[Node], bool] = lambda _node: True) -> list[Node]:
        """End a node that failed, with the dependents that its failure `holds` up and all that depend on those.

        Return them, sorted. The other dependents go on as if the node were done.
        """
        over = {dependent for dependent in self._behind([node]) if holds(dependent)}
        over |= self._behind(over)
        self._open -= len(over)
        for dependent in over:
            for other in self._waits[dependent]:
                self._dependents[other].discard(dependent)
            self._waits[dependent] = {dependent}  # never free again
        self.done(node)
        return sorted(over)  # type: ignore[type-var]  # nodes can be sorted, as the module says

    def _behind(self, nodes: Iterable[Node]) -> set[Node]:
        """Return all that depends on the nodes, directly or not."""
        found: set[Node] = set()
        front = list(nodes)
        while front:
            for dependent in self._dependents[front.pop()]:
                if dependent not in found:
                    found.add(dependent)
                    front.append(dependent)
        return found

    def _release(self, node: Node) -> None:
        heapq.heappush(self._free[self._urgency.get(node, 0)], node)


def order(graph: Graph[Node]) -> list[Node]:
    """Return the nodes, each behind those it waits for, sorted where there is a choice; without nodes on a cycle."""
    nodes = sorted(graph)  # type: ignore[type-var]  # nodes can be sorted, as the module says
    numbers = {node: number for number, node in enumerate(nodes)}  # which are compared faster than nodes
    behind: list[list[int]] = [[] for _ in nodes]
    waits = list[int]()  # for how many nodes each still waits
    for number, node in enumerate(nodes):
        others = {numbers[other] for other in graph[node] if other in numbers}
        others.discard(number)
        waits.append(len(others))
        for other in others:
            behind[other].append(number)
    free, result = [number for number, count in enumerate(waits) if not count], []  # sorted, as a heap is
    while free:
        number = heapq.heappop(free)
        result.append(nodes[number])
        for dependent in behind[number]:
            waits[dependent] -= 1
            if not waits[dependent]:
                heapq.heappush(free, dependent)
    return result


def cycle(graph: Graph[Node]) -> list[Node]:
    """Return the nodes of one cycle, in order, from the smallest on; empty where there is none."""
    if not (left := _not_free(graph)):
        return []
    graph = {node: graph[node] for node in left}
    placed = set(order(graph))
    stuck = {node: {o for o in graph[node] if o in graph and o not in placed} for node in graph if node not in placed}
    if not stuck:
        return []
    node = min(stuck)  # type: ignore[type-var]
    seen: dict[Node, int] = {}
    while node not in seen:
        seen[node] = len(seen)
        node = min(stuck[node])  # type: ignore[type-var]
    found = list(seen)[seen[node] :]
    start = found.index(min(found))  # type: ignore[type-var]
    return found[start:] + found[:start]


def _not_free(graph: Graph[Node]) -> list[Node]:
    """Return some nodes, every one that is on a cycle among them: of most graphs none. It takes less than an order."""
    free, left = set[Node](), list(graph)
    for _ in range(_LOOKS):
        looked_at, left = left, []
        for node in looked_at:
            if free.issuperset(graph[node]):
                free.add(node)
            else:
                left.append(node)
    return left


def chains(graph: Graph[Node]) -> dict[Node, int]:
    """Return for each node the length of the longest chain that waits for it: the longest is to begin first."""
    found = dict.fromkeys(graph, 0)
    for node in reversed(order(graph)):
        for other in graph[node]:
            if other in found:
                found[other] = max(found[other], found[node] + 1)
    return found


def dependents(graph: Graph[Node], nodes: Iterable[Node]) -> set[Node]:
    """Return every node that waits, directly or not, for one of `nodes` (without those themselves)."""
    walk, nodes = Walk(graph), set(nodes)
    return walk._behind(node for node in nodes if node in walk._dependents) - nodes


def dependencies(graph: Graph[Node], nodes: Iterable[Node]) -> set[Node]:
    """Return `nodes` and all they wait for, directly or not."""
    found: set[Node] = set()
    front = list(nodes)
    while front:
        node = front.pop()
        if node not in found:
            found.add(node)
            front += graph.get(node, ())
    return found
