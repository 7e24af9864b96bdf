"""Keep the line ends of a file: those that most of its lines have, or each line's own where they are mixed."""

from __future__ import annotations

from difflib import SequenceMatcher


def with_ends(text: str, like: str) -> str:
    """Return a text whose lines end with LF with the line ends of `like`: a line that stood there keeps its own."""
    windows, lines = like.count("\r\n"), like.count("\n")
    if windows in (0, lines):
        return text.replace("\n", "\r\n") if windows else text
    usual = "\r" if windows * 2 > lines else ""
    old, new = like.split("\n"), text.split("\n")
    made: list[str] = []
    for tag, begin, end, at, to in SequenceMatcher(
        None, [line.removesuffix("\r") for line in old], new, autojunk=False
    ).get_opcodes():
        made += old[begin:end] if tag == "equal" else [line + usual for line in new[at:to]]
    made[-1] = new[-1]  # nothing ends behind it
    return "\n".join(made)
