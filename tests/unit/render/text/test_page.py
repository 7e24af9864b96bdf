"""A page is laid out without rich, and looks as if rich had written it: the same colours, cuts and widths."""

from __future__ import annotations

import re
from io import StringIO

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from wexa_sync.render.text.page import Page, Part
from wexa_sync.text.visible import visible

WORDS = (
    "a",
    "word",
    "世界",
    "e\u0301",
    "\u0301",
    "👩‍👩‍👧",
    "👍🏽",
    "🇩🇪",
    "✔️",
    "\x1b[31m",
    "x" * 50,
    "`a command`",
    "->",
)
BLANKS = ("", " ", "   ", "\u3000")
texts = st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from(BLANKS)), max_size=12).map(
    lambda words: "".join(word + blank for word, blank in words)
)
styles = st.sampled_from(["", "bold", "bold red", "bright_black", "green reverse", "bold underline"])
lines = st.lists(texts | st.tuples(texts, styles), max_size=5)
ANSI = re.compile(r"\x1b\[[\d;]*m")


def assembled(parts: list[Part]) -> Text:
    """Return the parts as rich's own text."""
    return Text.assemble(*(visible(each) if isinstance(each, str) else (visible(each[0]), each[1]) for each in parts))


@given(lines)
def test_a_line_is_coloured_as_rich_does(parts: list[Part]) -> None:
    page, out = Page(color=True, width=80), StringIO()
    page.line(*parts)
    text = assembled(parts)
    text.rstrip()
    console = Console(file=out, color_system="standard", force_terminal=True, legacy_windows=False, _environ={})
    console.print(text, soft_wrap=True)
    assert page.render() == out.getvalue()


cells = texts.map(lambda text: text.lstrip("\u0301 \u3000").rstrip())  # an accent alone is no text, and rich moves it


@given(st.lists(st.lists(cells, min_size=3, max_size=3), min_size=1, max_size=4), st.booleans())
def test_a_table_that_fits_is_laid_out_as_rich_does(table: list[list[str]], color: bool) -> None:
    page, out = Page(color=color, width=500), StringIO()
    head, *rows = table
    page.table(head, rows, texts=2)
    own = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for number, title in enumerate(head):
        own.add_column(Text(visible(title)), justify="right" if number == 2 else "left")
    for row in rows:
        own.add_row(*(Text(visible(cell)) for cell in row))
    Console(file=out, width=500, _environ={}).print(own)
    laid_out = [line.rstrip() for line in ANSI.sub("", page.render()).splitlines()]
    assert laid_out == [line.rstrip() for line in out.getvalue().splitlines()]
    assert page.render().startswith("\x1b[1m") is (color and any(head))


@given(lines, texts, st.sampled_from([40, 41, 80]))
def test_a_text_is_cut_as_rich_does(parts: list[Part], text: str, width: int) -> None:
    page, beside = Page(color=False, width=width), assembled(parts)
    room = Text(visible(text))
    room.truncate(max(width - beside.cell_len, 1), overflow="ellipsis")
    assert page.clip(text, *parts) == room.plain
    assert page.fits(*parts) == (beside.cell_len <= width)


@given(st.lists(st.tuples(texts, styles), max_size=5), st.sampled_from([40, 41, 80]))
def test_a_paragraph_loses_nothing_and_is_broken_where_it_must(body: list[Part], width: int) -> None:
    plain, coloured = (Page(color=color, width=width) for color in (False, True))
    for page in (plain, coloured):
        page.wrapped(["     "], *body)
    shown = ANSI.sub("", coloured.render())
    assert [line for line in plain.render().splitlines() if set(line) - {" ", "^"}] == [
        line for line in shown.splitlines() if line.strip()
    ]
    assert "".join(shown.split()) == "".join(assembled(body).plain.split())
    for line in shown.splitlines():
        assert cell_len(line) <= width or len(line.split()) == 1 or "`" in line


def test_marks_point_at_what_is_marked_below_wide_characters() -> None:
    page = Page(color=False, width=40)
    page.wrapped(["  "], "世界 ", ("e\u0301te\u0301", "green reverse"), " x")
    assert page.render() == "  世界 e\u0301te\u0301 x\n       ^^^\n"
