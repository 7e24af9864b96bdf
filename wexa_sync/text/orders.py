r"""Break what a CI system would read as an order in the log: `::error::`, `##vso[...]`, `section_start:1:name`.

GitHub, Gitea and Forgejo read `::command::` at the start of a line, after any spaces. GitHub and Azure read `##[...]`
and `##vso[...]` anywhere in a line; TeamCity reads `##teamcity[...]`, Octopus `##octopus[...]`. GitLab and Travis read
markers of sections, and Buildkite a line that begins with `--- `, `+++ `, `~~~ ` or `^^^ +++`.
"""

from __future__ import annotations

import re
from itertools import pairwise

_COLOUR = r"\x1b\[[0-?]*[ -/]*[@-~]"
_AT_START = rf"(?:(?:{_COLOUR}|[^\S\r\n])*:(?=:)|(?:{_COLOUR})*(?:---(?=\s)|\+\+\+(?=\s)|~~~(?=\s)|\^\^\^ \+\+(?=\+)))"
_ANYWHERE = r"##[\w.-]*(?=\[)|section_(?:start|end)(?=:)|travis_(?:fold|time)(?=:)"
# One pattern for each beginning: one with a choice of them is tried at every character, which takes 30 times as long.
_ORDERS = (re.compile(rf"^{_AT_START}", re.MULTILINE), re.compile(rf"\r{_AT_START}"), re.compile(_ANYWHERE))
_ORDER_IN_JSON = re.compile(rf"({_ANYWHERE})(.)")
_SIGNS = ("##", "section_", "travis_")  # how an order that counts anywhere begins


def without_orders(text: str) -> str:
    r"""Return the text with a backslash in the middle of each order: `:\:error::`, `##vso\[...]`."""
    for order in _ORDERS:
        text = order.sub(r"\g<0>\\", text)
    return text


def json_without_orders(text: str) -> str:
    r"""Return the same JSON, with one character of each order inside its strings as `\uXXXX`.

    No line of JSON begins with an order that has to stand at the start of a line.
    """
    if not any(sign in text for sign in _SIGNS):  # which takes a tenth of the time in a long text
        return text
    return _ORDER_IN_JSON.sub(lambda found: f"{found[1]}\\u{ord(found[2]):04x}", text)


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
        places = sorted(each.end() for order in _ORDERS for each in order.finditer(whole) if each.end() >= begun)
        return "\\".join(whole[start:stop] for start, stop in pairwise([begun, *places, len(whole)]))
