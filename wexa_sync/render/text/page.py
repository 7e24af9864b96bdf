"""A page of terminal text: paragraphs with hanging indents, and colour or none. The only user of rich in render/text.

The page makes every part visible: nothing that a terminal would obey or hide gets through, whoever wrote it. Lines are
laid out as plain strings, since there may be hundreds of thousands. rich knows the colours, and what is wide.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from io import StringIO

from wexa_sync.render.text.columns import columns, cut_to
from wexa_sync.text.patterns import pattern
from wexa_sync.text.visible import visible

# A piece of a line: plain text, or text with a style in rich's words (the terminal's own colours only).
Part = str | tuple[str, str]

MARKED = "reverse"
"""The style of what is to be seen at once. Without colours a line of carets points at it."""

_WORD = pattern(r"\s*(?:`[^`\n]{1,120}`\S*|\S+)\s*")
"""A word with the spaces around it, or a command in backquotes, which is one word."""

Styled = list[tuple[str, str]]
"""Visible texts of a line, each with its style or none."""


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
        self._write(_styled(parts))

    def wrapped(self, head: Sequence[Part], *parts: Part) -> None:
        """Write a paragraph, its further lines indented to the end of `head`; a wide head gets lines of its own."""
        first, plain = _styled(head), _plain(head)
        if columns(plain) > self.width // 2:
            margin = len(plain) - len(plain.lstrip())
            *_, rest = _divided(first, [margin])
            self._fold([(" " * margin, "")], rest)
            first = [(" " * (margin + 4), "")]
        self._fold(first, _styled(parts))

    def table(self, head: Sequence[str], rows: Iterable[Sequence[str]], *, texts: int = 1) -> None:
        """Write a table: the first columns, which hold texts, to the left, and numbers to the right."""
        cells = [[visible(cell) for cell in row] for row in (head, *rows)]
        widths = [max(map(columns, column)) for column in zip(*cells, strict=True)]
        if sum(widths) + 2 * (len(widths) - 1) > self.width:
            self._narrowed(cells, texts)
            return
        for number, row in enumerate(cells):
            blanks = [" " * (width - columns(cell)) for cell, width in zip(row, widths, strict=True)]
            padded = [f"{cell}{blank}" for cell, blank in zip(row[:texts], blanks[:texts], strict=True)]
            padded += [f"{blank}{cell}" for cell, blank in zip(row[texts:], blanks[texts:], strict=True)]
            self._write([("  ".join(padded), "" if number else "bold")])

    def _narrowed(self, cells: Sequence[Sequence[str]], texts: int) -> None:
        """Write a table that is wider than the page, as rich folds it."""
        from rich.console import Console  # slow to load, and seldom needed
        from rich.table import Table
        from rich.text import Text

        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
        for number, title in enumerate(cells[0]):
            table.add_column(title, justify="right" if number >= texts else "left", overflow="fold")
        for row in cells[1:]:
            table.add_row(*map(Text, row))
        console = Console(
            file=StringIO(),
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
        with console.capture() as captured:
            console.print(table)
        self._out.writelines(f"{line.rstrip()}\n" for line in captured.get().splitlines())
        self._paragraph_open = True

    def fits(self, *parts: Part) -> bool:
        """True when these parts fit on one line."""
        return columns(_plain(parts)) <= self.width

    def clip(self, text: str, *beside: Part) -> str:
        """Return the text, cut to the room that these parts leave on a line."""
        shown, room = visible(text), max(self.width - columns(_plain(beside)), 1)
        return shown if columns(shown) <= room else f"{cut_to(shown, room - 1)}…"

    def render(self) -> str:
        """Return all lines so far."""
        return self._out.getvalue()

    def _write(self, line: Styled) -> None:
        if self._color:
            self._out.write("".join(_painted(text, style) for text, style in _stripped(line)))
        else:
            self._out.write(_text(line).rstrip())
        self._out.write("\n")
        self._paragraph_open = True

    def _fold(self, first: Styled, body: Styled) -> None:
        indent = columns(_text(first))
        for number, each in enumerate(_divided(body, _ends(_text(body), self.width - indent))):
            line = _stripped(each)
            # What is too long to be indented as deep is there to be copied: further left it may fit.
            room = self.width - columns(_text(line))
            before = (" " * (room if 2 <= room < indent else indent), "")
            self._write([before, *line] if number else [*first, *line])
            if not self._color and (marks := _carets(line)):
                self._write([before, (marks, "")])


def _ends(text: str, width: int) -> Iterator[int]:
    """Yield where the lines of that width end, but the last. A text is broken at spaces alone.

    A text to be copied overflows, whole.
    """
    if text.isascii() and len(text.rstrip()) <= width:
        return
    filled = 0
    for word in _WORD.finditer(text):
        if filled and filled + columns(word[0].rstrip()) > width:
            yield word.start()
            filled = 0
        filled += columns(word[0])


def _divided(line: Styled, ends: Iterable[int]) -> Iterator[Styled]:
    """Yield the line in parts that end there, and what is left."""
    ahead, part, start = iter(ends), Styled(), 0
    end = next(ahead, sys.maxsize)
    for text, style in line:
        at = 0
        while end < start + len(text):
            cut = end - start
            yield [*part, (text[at:cut], style)]
            at, part, end = cut, [], next(ahead, sys.maxsize)
        part.append((text[at:], style))
        start += len(text)
    yield part


def _stripped(line: Styled) -> Styled:
    """Return the line without the blanks at its end."""
    *before, (text, style) = line or [("", "")]
    bare = text.rstrip()
    return [*before, (bare, style)] if bare or not before else _stripped(before)


def _carets(line: Styled) -> str:
    """Return a line that points at the marked parts of the line above it; empty where none is marked."""
    marks, before = "", ""
    for text, style in line:
        if text and MARKED in style:
            marks = marks.ljust(columns(before))
            marks += "^" * (columns(before + text) - len(marks))
        before += text
    return marks.rstrip()


@cache
def _colours(style: str) -> tuple[str, str]:
    """Return what a terminal is told before and behind a text of that style."""
    from rich.color import ColorSystem
    from rich.style import Style

    before, _, behind = Style.parse(style).render("|", color_system=ColorSystem.STANDARD).partition("|")
    return before, behind


def _painted(text: str, style: str) -> str:
    if not (text and style):
        return text
    before, behind = _colours(style)
    return f"{before}{text}{behind}"


def _styled(parts: Iterable[Part]) -> Styled:
    return [(visible(part), "") if isinstance(part, str) else (visible(part[0]), part[1]) for part in parts]


def _text(line: Styled) -> str:
    return "".join(text for text, _ in line)


def _plain(parts: Iterable[Part]) -> str:
    return visible("".join(part if isinstance(part, str) else part[0] for part in parts))
