"""Texts of others are shown and do nothing, whatever stands in them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.render.markdown.reader import read
from wexa_sync.render.markdown.words import code, fenced, html_code, listed, prose
from wexa_sync.text import visible as hidden

# What GitHub, GitLab and Bitbucket make links, mentions, references, pictures or markup of, outside of code.
ACTIVE = re.compile(
    r"[@#~&$\\<>*_`\[\]|{}]|\w[./]\w*[a-z]|[!%]\w|:\w+:|https?:|www\.|\b[0-9a-f]{7,40}\b|\b[A-Za-z]+-\d",
    re.IGNORECASE,
)
NASTY = [
    *("@team", "@org/team", "#123", "owner/repo#1", "GH-1", "!7", "~bug", "$3", "&2", "%1", ":tada:", ":+1:", "*[x]"),
    *("https://evil.example/a?b=c", "www.evil.example", "a@b.example", "0123456789abcdef", "deadbeef", "mailto:x"),
    *("<script>alert(1)</script>", "<!--", "-->", "]]>", "&lt;", "![x](https://evil.example/x.png)", "[a](b)", "[x]:"),
    *("**bold**", "__b__", "_i_", "~~s~~", "`", "``", "```", "~~~", "|", "\\", "$`x`$", "$$x$$", "{+x+}", "[-x-]"),
    *(
        "\u202etxt.exe",
        "\x1b[31m",
        "\u200b",
        "a\u0301",
        "要",
        "don't",
        "well-known",
        "10,000",
        "(really)",
        "no.",
        '"it"',
    ),
]
texts = st.lists(st.sampled_from(NASTY) | st.text(max_size=12), max_size=8).map(" ".join)


@given(texts)
def test_a_message_keeps_its_text_and_becomes_nothing_but_code(text: str) -> None:
    page = read(f"- {prose(text)}")
    assert page.tags <= {"ul", "li", "code"}
    assert page.attributes == set()
    assert not ACTIVE.search(page.prose.replace("\0", " ")), page.prose
    shown = hidden.prose(text)
    if "`" not in text:
        assert page.text.split() == shown.split()


@given(texts)
def test_code_keeps_its_text(text: str) -> None:
    assert read(f"x {code(text)} x").text.strip() == f"x {hidden.visible(text) or ' '} x"
    page = read(f"<p>{html_code(text)}</p>")
    assert (page.tags, page.text.strip("\n")) == ({"p", "code"}, hidden.visible(text))


@given(st.lists(texts.map(hidden.visible), min_size=1))
def test_no_line_ends_a_block_of_code(lines: list[str]) -> None:
    page = read(f"a\n\n{fenced(lines, 'diff')}\nb")
    assert page.tags == {"p", "pre", "code"}
    assert "\n".join(lines) in page.text


def test_plain_words_are_plain() -> None:
    text = "It's there (twice); 30% of 1,000 well-known ones. Don't!"
    assert prose(text) == text
    assert prose("Run `wexa-sync plan --out x` on desk/Skill/s, now.") == (
        "Run `wexa-sync plan --out x` on `desk/Skill/s`, now."
    )


def test_a_long_text_is_cut() -> None:
    assert code("n" * 10_000) == f"`{'n' * 1000} … 9000 more characters`"
    assert prose("n" * 10_000) == f"{'n' * 1000} … 9000 more characters"


@pytest.mark.parametrize(("count", "more"), [(2, ""), (3, " and 1 more")])
def test_of_a_list_the_first_are_named(count: int, more: str) -> None:
    assert listed([f"f{n}" for n in range(count)], 2) == f"`f0`, `f1`{more}"


def test_code_beside_code_is_parted() -> None:
    page = read(f"- {prose('``` ```` ~~~ `x` </details> @team')}")
    assert page.tags == {"ul", "li", "code"}
    assert not ACTIVE.search(page.prose.replace("\0", " ")), page.prose
