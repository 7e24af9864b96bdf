"""Tell whether texts look the same, and write out characters that look like others."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from wexa_sync.text.patterns import pattern

_TWINS: Final = str.maketrans(
    "АВЕЅІЈКМНОРСТУХаеѕіјорсухԁԛԝһΑΒΕΖΗΙΚΜΝΟΡΤΥΧνορ‐‑‒–—―−‘’‚‛′“”„‟″ı",  # noqa: RUF001
    "ABESIJKMHOPCTYXaesijopcyxdqwhABEZHIKMNOPTYXvop-------'''''\"\"\"\"\"i",
)
"""Letters of other alphabets and punctuation that a terminal shows as, or much like, an ASCII character."""

_UNSEEN = pattern("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")  # variation selectors
_NOT_ASCII = pattern(r"[^\x00-\x7f]")


def look(text: str) -> str:
    """Return a text that is equal for texts that look the same."""
    composed = unicodedata.normalize("NFKC", _UNSEEN.sub("", text))
    return " ".join(unicodedata.normalize("NFC", composed.translate(_TWINS)).split())


def escaped(text: str) -> str:
    """Return the text in ASCII."""
    return _NOT_ASCII.sub(escape, text)


def escape(found: re.Match[str]) -> str:
    """Return the escape of the character that a pattern matched."""
    code = ord(found[0])
    return f"\\x{code:02x}" if code < 0x80 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
