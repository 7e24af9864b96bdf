"""A document fits its place, and what is grave is the last to be left out."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wexa_sync.render.markdown.document import DIALECTS, Dialect, Part, Section, document

PLACES = {"github": 65_536, "gitlab": 1_000_000, "bitbucket": 32_768, "step-summary": 1024 * 1024}

words = st.text(st.sampled_from("a要🙂 \n"), min_size=1, max_size=40).map(lambda text: f"{text}\n")
parts = st.lists(st.builds(Part, words, words.map(lambda text: text * 9), count=st.integers(1, 9)), max_size=20)
sections = st.lists(st.builds(Section, st.just("Title"), parts, st.just("things"), grave=st.booleans()), max_size=4)


@given(sections, st.integers(600, 3000))
def test_a_document_fits(made: list[Section], limit: int) -> None:
    shown = document("head\n", made, Dialect(limit=limit))
    heads = sum(len(section.head) + 80 for section in made if section.parts)
    assert len(shown.encode()) <= max(limit, 5 + 400 + heads)
    left = sum(section.left_out for section in made)
    assert ("Cut to fit" in shown) is any(part.form < part.longest for section in made for part in section.parts)
    assert ("left out" in shown) is bool(left)


def test_what_is_grave_comes_first_and_what_is_left_out_is_counted() -> None:
    small = Section("Small", [Part("s\n", "s" * 500, count=2) for _ in range(3)], "small ones")
    grave = Section("Grave", [Part("g\n", "g" * 500) for _ in range(3)], "grave ones", grave=True)
    shown = document("head\n", [small, grave], Dialect(limit=2200), whole="All is there.")
    assert shown == (
        "head\n\n> **Cut to fit: 6 in short.** All is there.\n"
        "\n### Small (6)\n\ns\ns\ns\n\n### Grave (3)\n\n" + "g" * 1500
    )
    shown = document("head\n", [small, grave], Dialect(limit=605))
    assert "4 small ones left out" in shown
    assert "… 4 more small ones left out" in shown
    assert "### Small (6)\n\ns\n\n…" in shown
    assert shown.endswith("### Grave (3)\n\ng\ng\ng\n")


def test_what_the_file_holds_already_takes_room() -> None:
    section = Section("T", [Part("s\n", "long\n")], "things")
    assert "long" in document("", [section], Dialect(limit=1000))
    assert "left out" in document("", [section], Dialect(limit=1000), taken=600)


def test_nothing_to_show_is_the_head_alone() -> None:
    assert document("head\n", [Section("T", [], "things")], Dialect(limit=1000)) == "head\n"


def test_each_place_has_room_for_what_a_job_adds() -> None:
    for name, dialect in DIALECTS.items():
        assert PLACES[name] - 50_000 < dialect.limit < PLACES[name] - 1000
