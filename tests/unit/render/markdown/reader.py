"""Read Markdown as a page shows it: which tags it becomes, and which of its text is not code."""

from __future__ import annotations

from html.parser import HTMLParser

from markdown_it import MarkdownIt
from msgspec import Struct, field

_MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


class Read(Struct, dict=True):
    """Hold what a page shows: its tags, its text outside of code, and all of its text."""

    tags: set[str] = field(default_factory=set)
    prose: str = ""
    text: str = ""
    attributes: set[str] = field(default_factory=set)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.read = Read()
        self._code = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.read.tags.add(tag)
        self.read.attributes |= {name for name, value in attrs if value not in ("language-diff", "language-sh")}
        self._code += tag == "code"

    def handle_endtag(self, tag: str) -> None:
        self._code -= tag == "code"

    def handle_data(self, data: str) -> None:
        self.read.text += data
        self.read.prose += "\0" if self._code else data  # what is code separates what is not


def read(markdown: str) -> Read:
    """Return what a page shows of the Markdown."""
    reader = _Reader()
    reader.feed(_MARKDOWN.render(markdown))
    reader.close()
    return reader.read
