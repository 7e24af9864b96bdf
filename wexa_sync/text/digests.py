"""Make digests, write them as people read them, and read them as people type them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from wexa_sync.text.patterns import pattern

if TYPE_CHECKING:
    from hashlib import _Hash

_WRITTEN = pattern(r"[0-9a-f]{16}(?:[0-9a-f]{48})?")
_SHORT = 16


def sha256(content: bytes) -> _Hash:
    """Return the SHA-256 of a content. The library that counts it takes long to load, and many commands need none."""
    import hashlib

    return hashlib.sha256(content)


def short(digest: str) -> str:
    """Return the short form of a digest: its first 16 hex digits, in groups of four."""
    return "-".join(digest[at : at + 4] for at in range(0, min(_SHORT, len(digest)), 4))


def digest_from(text: str) -> str:
    """Return the hex digits of a digest in its short or its full form, in any case, with any blanks and hyphens.

    Raise ValueError for a text that is no digest.
    """
    digits = re.sub(r"[\s-]", "", text).lower()
    if not _WRITTEN.fullmatch(digits):
        raise ValueError("a digest is 16 hex digits, as a plan shows them, or all 64 of its JSON")
    return digits


def is_digest(text: str, digest: str) -> bool:
    """True when a text is the short or the full form of the digest."""
    return bool(digest) and digest.startswith(digest_from(text))
