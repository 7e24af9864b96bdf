"""Test how parts are said to lead to one another: values alone."""

from __future__ import annotations

from typing import Any

import pytest

from wexa_sync.kinds.chain import Chain

CHAIN = Chain(first="first", next="next", branches="branches", decides=lambda spec: spec.get("decides", {}))


def parts(**leads: Any) -> list[dict[str, Any]]:
    """Return parts by id, each with what it leads to: an id, branches, None, or "?" where that is not shown."""
    return [
        {"_id": id} if to == "?" else {"_id": id, "branches": to} if isinstance(to, dict) else {"_id": id, "next": to}
        for id, to in leads.items()
    ]


@pytest.mark.parametrize(
    ("live", "start", "branch", "expected"),
    [
        (parts(a="b", b=None), "b", "", ("b", "")),
        (parts(a="b", b="x", x=None), "b", "", ("x", "")),  # somebody else's stays linked
        (parts(a="b", b="a"), "b", "", ("a", "")),  # a circle ends
        (parts(a="gone"), "a", "", ("a", "")),
        (parts(a=7), "a", "", ("a", "")),
        (parts(a="?", b="?"), "a", "", ("a", "")),
        (parts(a="?", b="?"), "", "", ("b", "")),
        (parts(b=None, a="b"), "", "", ("b", "")),
        ([], "a", "", ("a", "")),
        ([], "", "", ("", "")),
        (parts(a="b"), "unseen", "", ("unseen", "")),
        (parts(r={}), "r", "yes", ("r", "yes")),
        (parts(r={"yes": "x"}, x=None), "r", "yes", ("x", "")),
        (parts(r={"no": "x"}, x=None), "r", "yes", ("r", "yes")),
    ],
)
def test_a_new_part_is_put_behind_all_that_others_put_there(
    live: Any, start: str, branch: str, expected: tuple[str, str]
) -> None:
    assert CHAIN.end(live, start, branch) == expected


@pytest.mark.parametrize(
    ("first", "live", "expected"),
    [
        ("a", parts(a="b", b=None), []),
        ("a", parts(a=None, b="c", c=None), ["b", "c"]),
        (None, parts(a="b", b=None), ["a", "b"]),
        ("a", parts(a="b", b="a", c=None), ["c"]),
        ("r", parts(r={"yes": "x", "no": "y"}, x=None, y="z", z=None), []),
        ("r", parts(r={"yes": "x"}, x=None, y=None), ["y"]),
        ("a", parts(a="?", b=None), []),  # it is not shown: nothing is said
    ],
)
def test_parts_that_nothing_leads_to(first: Any, live: Any, expected: list[str]) -> None:
    assert CHAIN.unlinked({"first": first}, live) == expected
    assert CHAIN.unlinked({}, live) == []


@pytest.mark.parametrize(
    ("live", "expected"),
    [
        (parts(a="c", b=None, c="b"), "acb"),
        (parts(a=None, b=None, c="b"), "abc"),
        (parts(b=None, a="b"), "ab"),
        (parts(c={"no": "a"}, a=None, b=None), "cab"),
        (parts(b="?", a="?"), "ab"),
    ],
)
def test_parts_stand_in_the_order_in_which_they_come(live: Any, expected: str) -> None:
    first = "c" if "branches" in live[0] else "a"
    assert "".join(part["_id"] for part in CHAIN.order({"first": first}, live)) == expected


def test_a_part_comes_behind_the_one_listed_before_it_or_behind_its_branch() -> None:
    specs: dict[str, Any] = {"a": {}, "r": {"decides": {"yes": "y", "no": "n", "end": ""}}, "y": {}, "y2": {}, "n": {}}
    expected = {"r": ("a", ""), "y": ("r", "yes"), "y2": ("y", ""), "n": ("r", "no")}
    assert CHAIN.before(specs) == expected
