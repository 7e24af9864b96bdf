"""A text is put into a file so that it is read from there as it is, or it is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wexa_sync.manifests.included import as_read
from wexa_sync.repair.pull.prompts import content_of
from wexa_sync.text.files import TextFault


@pytest.mark.parametrize(
    ("text", "before", "after"),
    [
        ("a\nb", "x\n", "a\nb\n"),
        ("a\nb", "x", "a\nb"),
        ("a\n", "x", "a\n\n"),
        ("a\n\n", "x\n", "a\n\n\n"),
        ("a\nb", "x\r\n", "a\r\nb\r\n"),
        ("one\ntwo\nnew", "one\r\ntwo\n", "one\r\ntwo\nnew\n"),
        ("${var:x} --- \t", "x\n", "${var:x} --- \t\n"),
    ],
)
def test_line_ends_and_the_last_newline_are_those_of_the_file(text: str, before: str, after: str) -> None:
    assert content_of(text, before).decode() == after


@pytest.mark.parametrize("text", ["a\r\nb", "a\rb", "\x00", "\x1b[31m", "", " \n", "\ufeffa", "\ud800", "<<<<<<< x\n"])
def test_what_no_file_holds_is_refused(text: str) -> None:
    with pytest.raises(TextFault) as refused:
        content_of(text, "x\n")
    assert refused.value.hint


@given(st.text(), st.sampled_from(["x", "x\n", "x\r\ny\r\n", "x\r\ny\n"]))
def test_a_text_is_read_as_it_is_or_refused(text: str, before: str) -> None:
    try:
        content = content_of(text, before)
    except TextFault:
        return
    assert as_read(content) == text
