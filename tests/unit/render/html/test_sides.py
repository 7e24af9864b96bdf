"""Side by side, each side has its own lines, in order, with their numbers."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from wexa_sync.render.html.sides import Side, sides
from wexa_sync.render.rows.diff import hunks_of, hunks_of_texts

texts = st.lists(st.sampled_from(["a b c", "a b d", "x", "", "long words here"]), max_size=20)


@settings(max_examples=40)
@given(texts, texts)
def test_both_sides_have_their_lines(old: list[str], new: list[str]) -> None:
    pairs = [pair for hunk in hunks_of(old, new) for pair in sides(hunk)]
    for at, lines in ((0, old), (1, new)):
        shown = [side for pair in pairs if (side := pair[at])]
        assert [lines[side.number - 1] for side in shown] == [side.line.text for side in shown]
        assert [side.number for side in shown] == sorted({side.number for side in shown})
    assert all(one or other for one, other in pairs)


def numbers(old: str, new: str) -> list[tuple[int | None, int | None]]:
    def number(side: Side | None) -> int | None:
        return side.number if side else None

    return [(number(one), number(other)) for hunk in hunks_of_texts(old, new) for one, other in sides(hunk)]


def test_two_versions_of_a_line_stand_side_by_side() -> None:
    assert numbers("gone\nthis is a line\n", "this was a line\nnew\n") == [(1, None), (2, 1), (None, 2)]
    assert numbers("same\na\nb\n", "same\nc\n") == [(1, 1), (2, 2), (3, None)]
