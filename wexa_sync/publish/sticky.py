"""Put a text together that a later run finds again: hidden lines around it say whose it is and which plan it shows."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from msgspec import Struct

from wexa_sync.text.json import parse
from wexa_sync.text.patterns import pattern

LONGEST = 65_000
"""Bytes of a comment or an issue. GitHub takes 65,536 characters."""

_ABOUT = pattern(r"<!-- wexa-sync-plan (\{[^<>]*\}) -->")
_OUTLINE = pattern(r"<!-- wexa-sync-outline ([A-Za-z0-9+/=]+) -->")
_MOST_OUTLINE = 4 * 1024 * 1024


class Sticky(Struct, frozen=True, kw_only=True):
    """Describe a text that stays in its place and is written anew.

    `name` is the environment, and what else tells it from others in the same place. `digest` is that of the plan which
    the text shows, empty for none; `outline` is that plan in short, None where it had no room. `run` counts: a text of
    an older run never takes the place of a newer one's.
    """

    name: str
    text: str = ""
    digest: str = ""
    outline: Mapping[str, Any] | None = None
    run: int = 0
    commit: str = ""
    run_url: str = ""

    @property
    def marker(self) -> str:
        """Return the first line. Nothing in a name can end it."""
        return f"<!-- wexa-sync:{quote(self.name, safe='/:@')} -->"

    @property
    def body(self) -> str:
        """Return the whole text, below GitHub's limit: without the outline if it has no room, then without the text."""
        about = {"digest": self.digest, "run": self.run, "commit": self.commit}
        head = f"{self.marker}\n<!-- wexa-sync-plan {json.dumps(about)} -->\n"
        log = f" · [log]({self.run_url})" if self.run_url else ""
        foot = f"\n\n---\n<sub>wexa-sync, commit {self.commit[:7] or 'unknown'}{log}</sub>\n"
        text = self.text
        if _size(head + text + foot) > LONGEST:
            text = "The text is too long for this place. The log of the run has the whole."
        outline = f"<!-- wexa-sync-outline {_packed(self.outline)} -->\n" if self.outline else ""
        body = head + text.rstrip("\n") + foot
        return body + outline if _size(body + outline) <= LONGEST else body

    def is_in(self, body: object) -> bool:
        """True when a body begins with this one's marker. Anywhere else somebody may have quoted it."""
        return isinstance(body, str) and body.partition("\n")[0].rstrip() == self.marker

    def read(self, body: str) -> Sticky:
        """Return what the hidden lines of a body say, which begins with this one's marker. Without them, no plan."""
        lines = ["", *body.rstrip().splitlines(), ""]
        about, outline = _ABOUT.fullmatch(lines[2] if len(lines) > 2 else ""), _OUTLINE.fullmatch(lines[-2])
        try:
            data = parse(about[1]) if about else {}
            plan = _unpacked(outline[1]) if outline else None
            return Sticky(
                name=self.name,
                digest=str(data["digest"]),
                run=int(data["run"]),
                commit=str(data["commit"]),
                outline=plan,
            )
        except (ValueError, KeyError, TypeError, zlib.error):
            return Sticky(name=self.name)


def _size(text: str) -> int:
    return len(text.encode("utf-8", "replace"))


def _packed(data: Mapping[str, Any] | None) -> str:
    text = json.dumps(data, separators=(",", ":"), sort_keys=True)
    return base64.b64encode(zlib.compress(text.encode(), 9)).decode()


def _unpacked(text: str) -> Any:
    unpacker = zlib.decompressobj()
    found = unpacker.decompress(base64.b64decode(text, validate=True), _MOST_OUTLINE)
    if unpacker.unconsumed_tail:
        raise ValueError("it is too long")
    return parse(found)
