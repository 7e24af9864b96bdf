"""Find the API keys of an environment in any text, and hide them in output. Every command asks it of all it prints."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache

SHORTEST_KEY = 12
"""A sandbox takes any API key: one that is shorter, like "x", is no secret, and would be met everywhere."""

_KEYS = frozenset({"WEXA_API_KEY", "WEXA_SYNC_API_KEY"})
_KEY_OF_AN_ENVIRONMENT = "WEXA_API_KEY_"
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&(?:quot|#34);", "'": "&(?:apos|#x27|#39);"}


def is_the_key(name: str) -> bool:
    """True for a variable with an API key: the one of every environment, or of one (WEXA_API_KEY_PRODUCTION)."""
    return name in _KEYS or name.startswith(_KEY_OF_AN_ENVIRONMENT)


def keys_in(env: Mapping[str, str]) -> frozenset[str]:
    """Return the API keys that the environment holds."""
    return frozenset(value for name, value in env.items() if is_the_key(name) and len(value) >= SHORTEST_KEY)


def without_keys(text: str, keys: Iterable[str]) -> str:
    """Return the text with `***` in the place of each key, as JSON, Markdown, HTML or a URL may have escaped it too."""
    for key in sorted(keys, key=len, reverse=True):  # the rest of a longer key would stay
        anchor, pattern = _hunted(key)
        if anchor in text:  # in a long text, a pattern takes a hundred times as long
            text = pattern.sub("***", text)
    return text


@cache
def _hunted(key: str) -> tuple[str, re.Pattern[str]]:
    """Return the longest part of the key that no format escapes, and the pattern of the whole."""
    anchor = max(re.split(r"[^A-Za-z0-9]+", key), key=len)
    return anchor, re.compile("".join(char if char.isalnum() else _spelt(char) for char in key))


def _spelt(char: str) -> str:
    """Return the pattern of a sign in every way that a format writes it."""
    code = f"{ord(char):02x}"
    # The plain sign last: an escape may begin with it.
    ways = (_ENTITIES.get(char, f"&#{ord(char)};"), f"(?i:%{code})", rf"\\+u00(?i:{code})", rf"\\*{re.escape(char)}")
    return f"(?:{'|'.join(ways)})"
