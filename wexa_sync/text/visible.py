r"""Write hidden characters as escapes, so that a terminal neither obeys nor swallows them: `\x1b`, `\u202e`."""

from __future__ import annotations

import re

from wexa_sync.text.orders import json_without_orders
from wexa_sync.text.patterns import pattern

# Control characters, ANSI's included; bidirectional marks and overrides; zero-width and other invisible characters;
# line separators that are no newline; lone surrogates; tags.
_HIDDEN_CHARACTERS = (
    r"\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    r"\u3164\ud800-\udfff\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\U0001d173-\U0001d17a\U000e0000-\U000e00ff"
)
_HIDDEN = pattern(rf"[\x00-\x0a{_HIDDEN_CHARACTERS}]")
# A line break in JSON is the layout's own: json.dumps has escaped those inside strings.
_HIDDEN_IN_JSON = pattern(rf"[\x00-\x09{_HIDDEN_CHARACTERS}]")
_LINE_BREAK = pattern(r"\s*[\r\n]\s*")
_SHORT_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def visible(text: str) -> str:
    """Return the text on one line, with every hidden character as an escape."""
    # Nearly every text is of this sort, and a page asks for many thousands.
    return text if text.isascii() and text.isprintable() else _HIDDEN.sub(_escape, text)


def prose(text: str) -> str:
    """Return a message made visible, its line breaks turned into spaces: the page wraps it anew."""
    return visible(_LINE_BREAK.sub(" ", text.strip()))


def visible_json(text: str) -> str:
    r"""Return the same JSON, with hidden characters and orders to a CI system inside its strings as `\uXXXX`."""
    if not (text.isascii() and text.replace("\n", "").isprintable()):
        text = _HIDDEN_IN_JSON.sub(_escape_for_json, text)
    return json_without_orders(text)


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    return _SHORT_ESCAPES.get(found[0]) or (
        f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
    )


def _escape_for_json(found: re.Match[str]) -> str:
    return re.sub("(....)", r"\\u\1", found[0].encode("utf-16-be", "surrogatepass").hex())
