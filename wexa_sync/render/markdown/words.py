"""Write texts of others in Markdown so that they are shown, and do nothing: no HTML, link, mention, reference or emoji.

Words that are plain are written as they are. Every other one is written as code, where no Markdown, no `@team`, `#123`,
address of a page or `:emoji:` means anything, in any of the dialects.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Sequence
from functools import reduce

from wexa_sync.model import Source
from wexa_sync.render.layout import Layout
from wexa_sync.render.links import Links
from wexa_sync.text import visible as hidden
from wexa_sync.text.patterns import pattern

_LONGEST = 1000  # characters of a text of others that are worth reading
_COMMAND = pattern(r"`([^`\n]+)`")
_WORD = pattern(r"""(?P<before>[("']*)(?P<core>.*?)(?P<after>[.,;:!?%)"'…]*)""", re.DOTALL)
_PLAIN = pattern(r"[^\W_]+(?:['-][^\W_]+)*|\d+(?:[.,]\d+)*")
_LINKED = pattern(r"[0-9a-f]{7,}|(?=.*\d).*-.*", re.IGNORECASE)  # a commit, GH-123
_URL = pattern(r"https?://[^\s<>()\\`]+")
_TICKS = pattern(r"`+")


def visible(text: str, longest: int = _LONGEST) -> str:
    """Return a text on one line, its hidden characters as escapes, and cut where it is long."""
    left = len(text) - longest
    return hidden.visible(text) if left <= 0 else f"{hidden.visible(text[:longest])} … {left} more characters"


def code(text: str, longest: int = _LONGEST) -> str:
    """Return a text as code on a line."""
    text = visible(text, longest) or " "
    ticks = _fence(text, 1)
    pad = " " if "`" in (text[0], text[-1]) or (text[0] == text[-1] == " " and text.strip(" ")) else ""
    return f"{ticks}{pad}{text}{pad}{ticks}"


def place(source: Source | None, layout: Layout, text: str = "") -> str:
    """Return a place in a manifest as code, with a link where it is known where people read the file."""
    if source is None:
        return ""
    shown = code(text or f"{source.file}:{source.line}")
    url = Links(base=layout.source_url).to(source) if layout.source_url else ""
    return f"[{shown}]({url})" if _URL.fullmatch(url) else shown


def html_code(text: str, longest: int = _LONGEST) -> str:
    """Return a text as code inside HTML, where Markdown is not read."""
    return f"<code>{html.escape(visible(text, longest))}</code>"


def prose(text: str, as_code: Callable[[str], str] = code) -> str:
    """Return a message: its plain words as they are, commands in backquotes and all else as code."""
    pieces = _COMMAND.split(visible(hidden.prose(text)))
    written = (as_code(piece) if number % 2 else _words(piece, as_code) for number, piece in enumerate(pieces))
    # Two pieces of code without a space between them would share their backquotes, and end at other places.
    return reduce(lambda text, piece: f"{text} {piece}" if text[-1:] == piece[:1] == "`" else text + piece, written)


def _words(text: str, as_code: Callable[[str], str]) -> str:
    def written(word: re.Match[str]) -> str:
        found = _WORD.fullmatch(word[0])
        assert found is not None
        core = found["core"]
        if not core or (_PLAIN.fullmatch(core) and not _LINKED.fullmatch(core)):
            return word[0]
        return f"{found['before']}{as_code(core)}{found['after']}"

    return re.sub(r"\S+", written, text)


def fenced(lines: Iterable[str], language: str = "") -> str:
    """Return lines as a block of code. Its fence is longer than any run of backquotes in them."""
    body = "\n".join(lines)
    ticks = _fence(body, 3)
    return f"{ticks}{language}\n{body}\n{ticks}\n"


def listed(texts: Sequence[str], most: int = 6, as_code: Callable[[str], str] = code) -> str:
    """Return texts as code, separated by commas: the first ones, and how many more there are."""
    more = f" and {len(texts) - most} more" if len(texts) > most else ""
    return ", ".join(map(as_code, texts[:most])) + more


def _fence(text: str, least: int) -> str:
    return "`" * max(least, 1 + max(map(len, _TICKS.findall(text)), default=0))
