r"""Break what a CI system would read as an order in the log: `::error::`, `##vso[...]`, `section_start:1:name`.

GitHub, Gitea and Forgejo read `::command::` at the start of a line, after any spaces. GitHub and Azure read `##[...]`
and `##vso[...]` anywhere in a line; TeamCity reads `##teamcity[...]`, Octopus `##octopus[...]`. GitLab and Travis read
markers of sections, and Buildkite a line that begins with `--- `, `+++ `, `~~~ ` or `^^^ +++`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise

from wexa_sync.text.patterns import pattern

_COLOUR = r"\x1b\[[0-?]*[ -/]*[@-~]"
_AT_START = rf"(?:(?:{_COLOUR}|[^\S\r\n])*:(?=:)|(?:{_COLOUR})*(?:---(?=\s)|\+\+\+(?=\s)|~~~(?=\s)|\^\^\^ \+\+(?=\+)))"
_ANYWHERE = r"##[\w.-]*(?=\[)|section_(?:start|end)(?=:)|travis_(?:fold|time)(?=:)"
# One pattern for each beginning: one with a choice of them is tried at every character, which takes 30 times as long.
_ORDERS = (pattern(rf"^{_AT_START}", re.MULTILINE), pattern(rf"\r{_AT_START}"), pattern(_ANYWHERE))
_ORDER_IN_JSON = pattern(rf"({_ANYWHERE})(.)")
_SIGNS = ("##", "section_", "travis_")
"""How an order that counts anywhere begins. To look for these takes a tenth of the time, in a long text."""

_ALL_SIGNS = ("::", "---", "+++", "~~~", "^^^", *_SIGNS)
"""How any order begins."""


def without_orders(text: str) -> str:
    r"""Return the text with a backslash in the middle of each order: `:\:error::`, `##vso\[...]`."""
    for order in _ORDERS if _may_hold(_ALL_SIGNS, text) else ():
        text = order.sub(r"\g<0>\\", text)
    return text


def json_without_orders(text: str) -> str:
    r"""Return the same JSON, with one character of each order inside its strings as `\uXXXX`.

    No line of JSON begins with an order that has to stand at the start of a line.
    """
    if not _may_hold(_SIGNS, text):
        return text
    return _ORDER_IN_JSON.sub(lambda found: f"{found[1]}\\u{ord(found[2]):04x}", text)


def _may_hold(signs: Iterable[str], text: str) -> bool:
    return any(sign in text for sign in signs)


class Breaker:
    """Break the orders in a text that comes in pieces."""

    _LONGEST = 200  # characters of an unfinished line that are kept: no name of an order is as long

    def __init__(self) -> None:
        self._line = ""

    def __call__(self, piece: str) -> str:
        """Return the piece without orders, also without those that began in an earlier piece."""
        begun, whole = len(self._line), self._line + piece
        end = max(whole.rfind("\n"), whole.rfind("\r")) + 1
        # An "x" stands for what is cut off, so that the rest is not taken for the start of a line.
        self._line = whole[end:] if len(whole) - end <= self._LONGEST else f"x{whole[-self._LONGEST :]}"
        if not _may_hold(_ALL_SIGNS, whole):
            return piece
        places = sorted(each.end() for order in _ORDERS for each in order.finditer(whole) if each.end() >= begun)
        return "\\".join(whole[start:stop] for start, stop in pairwise([begun, *places, len(whole)]))
