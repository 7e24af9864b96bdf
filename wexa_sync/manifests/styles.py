"""Write a text in the style in which another one stands: in the same quotes, or as the same sort of block."""

from __future__ import annotations

import re
from collections.abc import Mapping

from wexa_sync.manifests.emit import inline, is_odd, quoted

_NONE: Mapping[str, str] = {}


def like(text: str, style: str | None) -> str:
    """Return a text in one line, in quotes of that style where they can hold the text."""
    if style == '"':
        return quoted(text)
    if style == "'" and "\n" not in text and not is_odd(text):
        return "'" + text.replace("'", "''") + "'"
    return inline(text)


def block(text: str, indent: int, style: str, lines: Mapping[str, str] = _NONE) -> str:
    """Return a text as a block scalar (`|` or `>`), indented so far; an empty text where no block holds it.

    `lines`: how paragraphs of a folded block stand there already, by what they say: these keep their lines.
    """
    rows = text.removesuffix("\n").split("\n")
    if is_odd(text) or (not rows[-1] and not text.endswith("\n\n")):
        return ""
    kept = "-" if not text.endswith("\n") else "+" if not rows[-1] else ""
    if style == ">":
        if any(row[:1] in (" ", "\t") for row in rows):  # such lines are not folded
            return ""
        pieces = re.split(r"(\n+)", "\n".join(rows))  # of line breaks, one more than there are in the text
        rows = "".join(f"\n{each}" if at % 2 else lines.get(each, each) for at, each in enumerate(pieces)).split("\n")
    return "\n".join([f"{style}{kept}", *(" " * indent + row if row else "" for row in rows)])
