"""A page of terminal text: paragraphs with hanging indents, and colour or none. The only user of rich in render/.

The page makes every part visible: nothing that a terminal would obey or hide gets through, whoever wrote it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from io import StringIO
from typing import TYPE_CHECKING

from wexa_sync.text.visible import visible

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

# A piece of a line: plain text, or text with a style in rich's words (the terminal's own colours only).
Part = str | tuple[str, str]

MARKED = "reverse"
"""The style of what is to be seen at once. Without colours a line of carets points at it."""

_WORD = re.compile(r"\s*(?:`[^`\n]{1,120}`\S*|\S+)\s*")
"""A word with the spaces around it, or a command in backquotes, which is one word."""


class Page:
    """Collect lines and return them as one string. The same lines give the same string on any terminal."""

    def __init__(self, *, color: bool, width: int) -> None:
        self.width = max(width, 40)  # narrower, wrapping would help nobody
        self._color = color
        self._out = StringIO()
        self._paragraph_open = False

    def blank(self) -> None:
        """Write an empty line between paragraphs: never two, and none at the top."""
        if self._paragraph_open:
            self._out.write("\n")
            self._paragraph_open = False

    def line(self, *parts: Part) -> None:
        """Write one line as it is, however long: for addresses, which nobody can copy from two lines."""
        if self._color:
            self._print(_text(parts))
            return
        # rich has nothing to do here, and is slow to load: in CI most plans are two such lines.
        self._out.write(visible(_plain(parts)).rstrip() + "\n")
        self._paragraph_open = True

    def wrapped(self, head: Sequence[Part], *parts: Part) -> None:
        """Write a paragraph, its further lines indented to the end of `head`; a wide head gets lines of its own."""
        if not head and not self._color and self._is_short(parts):
            self.line(*parts)
            return
        first = _text(head)
        if first.cell_len > self.width // 2:
            margin = len(first.plain) - len(first.plain.lstrip())
            self._fold(_text([" " * margin]), first[margin:])
            first = _text([" " * (margin + 4)])
        self._fold(first, _text(parts))

    def _is_short(self, parts: Sequence[Part]) -> bool:
        """True for plain ASCII that fits on one line. Of other texts, rich knows how wide they are."""
        text = _plain(parts)
        return (
            text.isascii()
            and len(text) <= self.width
            and not any(MARKED in part[1] for part in parts if isinstance(part, tuple))
        )

    def table(self, head: Sequence[str], rows: Iterable[Sequence[str]], *, texts: int = 1) -> None:
        """Write a table: the first columns, which hold texts, to the left, and numbers to the right."""
        from rich.table import Table

        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
        for number, title in enumerate(head):
            table.add_column(title, justify="right" if number >= texts else "left", overflow="fold")
        for row in rows:
            table.add_row(*(_text([cell]) for cell in row))
        with self._console.capture() as captured:
            self._console.print(table)
        self._out.writelines(f"{line.rstrip()}\n" for line in captured.get().splitlines())
        self._paragraph_open = True

    def fits(self, *parts: Part) -> bool:
        """True when these parts fit on one line."""
        return _text(parts).cell_len <= self.width

    def clip(self, text: str, *beside: Part) -> str:
        """Return the text, cut to the room that these parts leave on a line."""
        clipped = _text([text])
        clipped.truncate(max(self.width - _text(beside).cell_len, 1), overflow="ellipsis")
        return clipped.plain

    def render(self) -> str:
        """Return all lines so far."""
        return self._out.getvalue()

    @cached_property
    def _console(self) -> Console:
        from rich.console import Console  # slow to load, and not every page needs it

        return Console(
            file=self._out,
            width=self.width,
            height=100,
            color_system="standard" if self._color else None,
            force_terminal=self._color,
            no_color=not self._color,
            legacy_windows=False,
            highlight=False,
            markup=False,
            emoji=False,
            _environ={},
        )

    def _print(self, text: Text) -> None:
        text.rstrip()
        self._console.print(text, soft_wrap=True)
        self._paragraph_open = True

    def _fold(self, first: Text, body: Text) -> None:
        for number, line in enumerate(_folded(body, self.width - first.cell_len)):
            line.rstrip()
            # What is too long to be indented as deep is there to be copied: further left it may fit.
            room = self.width - line.cell_len
            indent = _text([" " * (room if 2 <= room < first.cell_len else first.cell_len)])
            self._print((indent if number else first) + line)
            if not self._color and (marks := _carets(line)):
                self._print(indent + marks)


def _carets(line: Text) -> str:
    """Return a line that points at the marked parts of the line above it; empty where none is marked."""
    from rich.cells import cell_len

    marks = [" "] * line.cell_len
    for span in line.spans:
        if MARKED in str(span.style):
            start, end = (cell_len(line.plain[:at]) for at in (span.start, span.end))
            marks[start:end] = "^" * (end - start)
    return "".join(marks).rstrip()


def _folded(text: Text, width: int) -> Iterator[Text]:
    """Yield the text in lines of that width, broken at spaces alone: a text to be copied overflows, whole."""
    from rich.cells import cell_len

    ends, filled = [], 0
    for word in _WORD.finditer(text.plain):
        size = cell_len(word[0].rstrip())
        if filled and filled + size > width:
            ends.append(word.start())
            filled = 0
        filled += cell_len(word[0])
    yield from text.divide(ends)


def _plain(parts: Iterable[Part]) -> str:
    return "".join(part if isinstance(part, str) else part[0] for part in parts)


def _text(parts: Iterable[Part]) -> Text:
    from rich.text import Text

    return Text.assemble(
        *(visible(part) if isinstance(part, str) else (visible(part[0]), part[1]) for part in parts),
    )
