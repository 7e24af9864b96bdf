"""A drawing has every node once, none on another, and every line leads to the right."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from wexa_sync.render.html.layered import drawing

NODES = st.integers(2, 14)


@st.composite
def graphs(draw: st.DrawFn) -> dict[int, list[int]]:
    """Return a graph, with circles too."""
    count = draw(NODES)
    others = st.lists(st.integers(0, count - 1), max_size=4)
    return {node: draw(others) for node in range(count)}


@settings(max_examples=40)
@given(graphs())
def test_nothing_lies_on_another_and_lines_lead_to_the_right(graph: dict[int, list[int]]) -> None:
    sizes = {node: (40.0 + 5 * node, 20.0 + node) for node in graph}
    drawn = drawing(sizes, graph)
    assert set(drawn.places) == set(graph)
    for one, other in combinations(graph, 2):
        (x, y), (other_x, other_y) = drawn.places[one], drawn.places[other]
        apart = x + sizes[one][0] <= other_x or other_x + sizes[other][0] <= x
        assert apart or y + sizes[one][1] <= other_y or other_y + sizes[other][1] <= y
    for line in drawn.lines:
        assert [point[0] for point in line] == sorted(point[0] for point in line)
    assert all(0 <= x <= drawn.width and 0 <= y <= drawn.height for x, y in drawn.places.values())


def test_a_node_stands_behind_all_it_waits_for_and_a_line_that_follows_is_left_out() -> None:
    drawn = drawing(dict.fromkeys("abc", (10.0, 10.0)), {"b": ["a"], "c": ["a", "b"]})
    assert [drawn.places[node][0] for node in "abc"] == sorted(drawn.places[node][0] for node in "abc")
    assert (drawn.layers, len(drawn.lines)) == (3, 2)


def test_lines_do_not_cross_where_they_need_not() -> None:
    sizes = dict.fromkeys("abcxyz", (10.0, 10.0))
    drawn = drawing(sizes, {"x": ["c"], "y": ["b"], "z": ["a"]})
    down = sorted("abc", key=lambda node: drawn.places[node][1])
    assert sorted("xyz", key=lambda node: drawn.places[node][1]) == [
        {"a": "z", "b": "y", "c": "x"}[node] for node in down
    ]


def test_nodes_that_wait_for_each_other_are_drawn_all_the_same() -> None:
    drawn = drawing(dict.fromkeys("ab", (10.0, 10.0)), {"a": ["b"], "b": ["a"]})
    assert len(drawn.lines) == 1
