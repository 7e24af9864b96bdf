"""Graphs: order, cycles, walks that fail on the way; and that the order respects every edge."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wexa_sync.graph import Walk, chains, cycle, dependencies, dependents, order

Numbers = dict[int, set[int]]
DIAMOND = {"a": set[str](), "b": {"a"}, "c": {"a"}, "d": {"b", "c"}, "z": set[str]()}

ANY_GRAPH = st.dictionaries(st.integers(0, 9), st.sets(st.integers(0, 12), max_size=4))
ACYCLIC = ANY_GRAPH.map(lambda graph: {node: {other for other in graph[node] if other < node} for node in graph})


def test_order_is_sorted_where_there_is_a_choice() -> None:
    assert order(DIAMOND) == ["a", "b", "c", "d", "z"]
    assert order(dict(reversed(DIAMOND.items()))) == ["a", "b", "c", "d", "z"]


@pytest.mark.parametrize(
    ("graph", "found"),
    [
        ({}, []),
        (DIAMOND, []),
        ({"a": {"missing"}}, []),
        ({"b": {"a"}, "a": {"b"}}, ["a", "b"]),
        ({"c": {"a"}, "a": {"b"}, "b": {"c"}, "x": {"a"}}, ["a", "b", "c"]),
    ],
)
def test_cycle(graph: dict[str, set[str]], found: list[str]) -> None:
    assert cycle(graph) == found


def test_waves() -> None:
    walk = Walk(DIAMOND)
    assert walk.ready(9) == ["a", "z"]
    assert walk.ready(9) == []
    walk.done("a")
    assert walk.ready(1) == ["b"]
    assert walk.ready(1) == ["c"]
    walk.done("b")
    assert walk.ready(9) == []
    walk.done("c")
    assert walk.ready(9) == ["d"]
    walk.done("d")
    assert not walk.finished
    walk.done("z")
    assert walk.finished


def test_a_failure_may_hold_up_some_and_let_the_others_go_on() -> None:
    walk = Walk({**DIAMOND, "e": {"d"}, "f": {"c"}})
    assert walk.ready(9) == ["a", "z"]
    assert walk.skip("a", holds={"d"}.__contains__) == ["d", "e"]
    assert walk.ready(9) == ["b", "c"]
    for node in ("b", "c", "z"):
        walk.done(node)
    assert walk.ready(9) == ["f"]
    walk.done("f")
    assert walk.finished


def test_the_most_urgent_goes_first() -> None:
    walk = Walk(DIAMOND, urgency={"z": 2, "c": 1})
    assert walk.ready(1) == ["z"]
    assert walk.ready(9) == ["a"]
    walk.done("a")
    assert walk.ready(9) == ["c", "b"]


def test_chains_count_what_waits_for_each() -> None:
    assert chains(DIAMOND) == {"a": 2, "b": 1, "c": 1, "d": 0, "z": 0}
    assert chains({"a": {"missing"}}) == {"a": 0}


@given(graph=ACYCLIC)
def test_what_waits_is_always_less_urgent(graph: Numbers) -> None:
    found = chains(graph)
    assert all(found[node] < found[other] for node in graph for other in graph[node] if other in graph)


def test_a_failure_takes_its_dependents_once_and_no_strangers() -> None:
    walk = Walk({"a": set[str](), "b": set[str](), "c": {"a", "b"}, "d": {"c"}, "e": {"b"}})
    assert walk.ready(9) == ["a", "b"]
    assert walk.skip("a") == ["c", "d"]
    walk.done("b")
    assert walk.ready(9) == ["e"]
    walk.done("e")
    assert walk.finished


def test_two_failures_count_a_shared_dependent_once() -> None:
    walk = Walk({"a": set[str](), "b": set[str](), "c": {"a", "b"}})
    walk.ready(9)
    assert walk.skip("a") == ["c"]
    assert walk.skip("b") == []
    assert walk.finished


def test_dependents_and_dependencies() -> None:
    assert dependents(DIAMOND, ["a"]) == {"b", "c", "d"}
    assert dependents(DIAMOND, ["unknown"]) == set()
    assert dependencies(DIAMOND, ["d"]) == {"a", "b", "c", "d"}


def test_dependents_takes_what_can_be_read_only_once() -> None:
    assert dependents(DIAMOND, iter(["a", "b"])) == dependents(DIAMOND, ["a", "b"]) == {"c", "d"}


@given(ANY_GRAPH)
def test_order_is_that_of_a_walk(graph: Numbers) -> None:
    walk, found = Walk(graph), list[int]()
    while ready := walk.ready(1):
        found += ready
        walk.done(ready[0])
    assert order(graph) == found


@given(ACYCLIC)
def test_order_respects_every_edge(graph: Numbers) -> None:
    found = order(graph)
    assert sorted(found) == sorted(graph)
    place = {node: index for index, node in enumerate(found)}
    assert all(place[other] < place[node] for node in graph for other in graph[node] if other in graph)
    assert cycle(graph) == []


@given(ANY_GRAPH)
def test_what_cant_be_ordered_has_a_cycle_and_a_cycle_is_one(graph: Numbers) -> None:
    found = cycle({node: others - {node} for node, others in graph.items()})
    assert bool(found) == (len(order(graph)) < len(graph))
    assert all(after in graph[node] for node, after in zip(found, [*found[1:], *found[:1]], strict=True))


@given(ANY_GRAPH, st.sets(st.integers(0, 9)))
def test_every_walk_ends_whatever_fails(graph: Numbers, failing: set[int]) -> None:
    graph = {node: {other for other in others if other < node} for node, others in graph.items()}
    walk, ended = Walk(graph), []
    while free := walk.ready(2):
        for node in free:
            if node in failing:
                ended += [node, *walk.skip(node)]
            else:
                ended.append(node)
                walk.done(node)
    assert walk.finished
    assert sorted(ended) == sorted(graph)
