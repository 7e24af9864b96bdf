"""Check that a built site shows what GitHub shows, and that it loads nothing from elsewhere: check.py FOLDER."""

from __future__ import annotations

import re
import sys
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

from markdown_it import MarkdownIt

ROOT = Path(__file__).parents[2]
PAGES = ("*.md", "docs/*.md", "benchmarks/README.md", "examples/*/README.md")
COUNTED = ("h1", "h2", "h3", "li", "tr", "pre", "img", "blockquote")
LOADING = re.compile(r"<(?:script|img|iframe|link)\b[^>]*\b(?:src|href)=\"(?:https?:)?//[^>]*>")


class Counting(HTMLParser):
    """Count the elements of an article. Material puts it, and nothing else, into <article>."""

    def __init__(self, *, whole: bool) -> None:
        super().__init__()
        self.is_inside = self.whole = whole
        self.found: Counter[str] = Counter()
        self.is_cell = False
        self.cells = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Count the element, inside of the article."""
        del attrs
        self.is_inside |= tag == "article"
        self.is_cell |= self.is_inside and tag == "td"
        if self.is_inside and tag in COUNTED:
            self.found[tag] += 1

    def handle_endtag(self, tag: str) -> None:
        """Notice the end of the article, and of a cell of a table."""
        self.is_cell &= tag != "td"
        if tag == "article" and not self.whole:
            self.is_inside = False

    def handle_data(self, data: str) -> None:
        """Note the text of cells, where the two readers of Markdown differ most."""
        if self.is_cell:
            self.cells += "".join(data.split())


def counted(html: str, *, whole: bool) -> Counting:
    """Return how many there are of each element, and the text of the tables."""
    counting = Counting(whole=whole)
    counting.feed(html)
    return counting


def faults(site: Path) -> list[str]:
    """Return what is wrong with the site."""
    found = []
    github = MarkdownIt("commonmark").enable("table")
    for page in sorted(path for pattern in PAGES for path in ROOT.glob(pattern)):
        name = page.relative_to(ROOT)
        place = site / name.with_name("index.html" if name.stem == "README" else f"{name.stem}.html")
        built = place.read_text("utf-8")
        here = counted(built, whole=False)
        there = counted(github.render(page.read_text("utf-8")), whole=True)
        for tag in COUNTED:
            if here.found[tag] != there.found[tag]:
                found.append(f"{name}: {here.found[tag]} <{tag}>, {there.found[tag]} on GitHub")
        if here.cells != there.cells:
            at = next((at for at, (a, b) in enumerate(zip(here.cells, there.cells, strict=False)) if a != b), 0)
            found.append(f"{name}: {here.cells[at:][:40]!r} in a table, {there.cells[at:][:40]!r} on GitHub")
        found += [f"{name}: loads {tag}" for tag in LOADING.findall(built)]
    return found


if __name__ == "__main__":
    sys.exit("\n".join(faults(Path(sys.argv[1]))) or None)
