"""Hostile texts, in manifests and of the server, are shown on every surface, and do nothing on any of them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from tests.ci_logs import orders_in
from tests.hostile import Sample, hostile, view_of
from tests.unit.render.html.test_pages import read as read_page
from tests.unit.render.markdown.reader import read as read_markdown
from wexa_sync.render import FOR_LOGS, FOR_PEOPLE, HARMLESS, RENDERERS
from wexa_sync.render.layout import Layout, Level
from wexa_sync.text.orders import without_orders

HIDDEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
TAGS = {"h2", "h3", "p", "strong", "b", "code", "pre", "ul", "li", "table", "thead", "tbody", "tr", "th", "td"}
TAGS |= {"blockquote", "details", "summary", "hr", "sub"}
LINKS = re.compile(r"@\w|#\d|\w/\w+#|://|evil\.example|:tada:|<script|\$\{\{|\{\{|\*\*", re.ASCII)


def of_text(text: str) -> None:
    """Check nothing more: what holds for every format is all that a terminal obeys."""


def of_json(text: str) -> None:
    """Check that the text is JSON, and that each place which it links to is a path."""
    for url in _all("uri", json.loads(text)):
        assert re.fullmatch(r"(?!\w*:)[\w%./~-]+", url, re.ASCII), url


def of_html(text: str) -> None:
    """Check that nothing runs, is fetched or is linked to but what is ours."""
    page = read_page(text)
    tags = [tag for tag, _ in page.tags]
    assert tags.count("script") == tags.count("style") == 1
    assert not {"img", "iframe", "object", "embed", "base", "form", "link"} & set(tags)
    names = {name for _, attributes in page.tags for name in attributes}
    assert [name for name in names if name.startswith("on") or name in ("src", "srcdoc", "style", "action")] == []
    assert [url for url in page.all("href") if ":" in url.partition("/")[0] or url.startswith("//")] == []
    assert "49" not in page.text, "a template in a text was filled"


def of_markdown(text: str) -> None:
    """Check that no text is a tag, a link, a picture, a mention, a heading or a command."""
    page = read_markdown(text)
    assert page.tags <= TAGS
    assert page.attributes <= {"style"}, "of the table's columns"
    assert LINKS.findall(page.prose) == []
    assert "A heading" not in [line.lstrip("# ") for line in page.prose.splitlines()]


def of_annotations(text: str) -> None:
    """Check that every line is a mark of ours, with our properties alone, and has no escaped line break."""
    for line in text.splitlines():
        order = re.fullmatch(r"::(?:error|warning) ((?:\w+=[^,:]*,?)+)::(.*)", line)
        assert order, line
        assert {name.partition("=")[0] for name in order[1].split(",")} <= {"file", "line", "col", "title"}
        assert not re.search("%0[AD]", line)


def of_junit(text: str) -> None:
    """Check that the text is XML with the elements of JUnit alone."""
    assert "<!" not in text
    known = {"testsuites", "testsuite", "testcase", "failure", "skipped"}
    assert {element.tag for element in ET.fromstring(text).iter()} <= known  # noqa: S314  # ours


CHECKS: dict[str, Callable[[str], None]] = {
    "text": of_text,
    "json": of_json,
    "html": of_html,
    "markdown": of_markdown,
    "markdown-gitlab": of_markdown,
    "markdown-bitbucket": of_markdown,
    "step-summary": of_markdown,
    "annotations": of_annotations,
    "sarif": of_json,
    "junit": of_junit,
    "gitlab-terraform": of_json,
    "gitlab-codequality": of_json,
}
"""What harmless means in each format. A new one needs a line here."""


def check(text: str, format_: str = FOR_PEOPLE) -> None:
    """Raise AssertionError where a text of others does something on that surface."""
    assert HIDDEN.findall(text) == []
    if format_ not in FOR_LOGS:
        assert orders_in(text) == []
    CHECKS[format_](text)


@pytest.mark.parametrize("sample", hostile().values(), ids=hostile())
@pytest.mark.parametrize("format_", RENDERERS)
def test_in_every_format(format_: str, sample: Sample) -> None:
    name, view = view_of(sample)
    for level in [Level.NORMAL, Level.FULL] if format_ == FOR_PEOPLE else [Level.NORMAL]:
        make = getattr(RENDERERS[format_](Layout(level=level, folder="infra/wexa/", width=60)), name)
        if make is None:
            continue
        text = make(view)
        # The command line does this to what it writes in a format that leaves it to that.
        check(text if format_ in HARMLESS else without_orders(text), format_)
        if text.count("\n") > 40 and format_ not in FOR_LOGS:
            assert "alert(1)" in text, "it can still be read"


def _all(name: str, data: Any) -> list[str]:
    if isinstance(data, list):
        return [found for each in data for found in _all(name, each)]
    if not isinstance(data, dict):
        return []
    own = [data[name]] if isinstance(data.get(name), str) else []
    return own + [found for each in data.values() for found in _all(name, each)]
