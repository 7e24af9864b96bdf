"""Find what git and its extensions leave in a file where a person's text should stand."""

from __future__ import annotations

import re

from wexa_sync.text.files import TextFault, place_of
from wexa_sync.text.patterns import pattern

# `=======` alone is a heading in Markdown; the other three are nothing that anybody writes at the start of a line.
_MARKER = pattern(r"^(?P<mark><{7}|>{7}|\|{7})(?: [^\n]*)?\r?$", re.MULTILINE)
_POINTERS = (
    ("https://", pattern(r"version https://(?:git-lfs|hawser)\.github\.com/"), "Git LFS", "Run `git lfs pull`"),
    ("/annex/", pattern(r"(?:\.\./)*(?:\.git)?/annex/objects/"), "git-annex", "Run `git annex get` on it"),
)


def refuse_leftovers(text: str) -> None:
    """Raise TextFault where a merge is not resolved, or the text is only a pointer to one that is stored elsewhere."""
    if any(mark in text for mark in ("<<<<<<<", ">>>>>>>", "|||||||")) and (found := _MARKER.search(text)):
        line, column = place_of(text[: found.start()])
        hint = "Resolve the merge: keep what is right, take out the lines of git (<<<<<<<, =======, >>>>>>>)."
        raise TextFault(f"a merge-conflict marker ({found['mark']}) stands here", hint=hint, line=line, column=column)
    for sign, shape, store, how in _POINTERS:
        if sign in text and shape.match(text):
            hint = f"{how}, also in the CI job that reads it: the checkout has the pointer in place of the file."
            raise TextFault(f"the file is a pointer of {store}, not the text itself", hint=hint)


def is_blank(text: str) -> bool:
    """True when the text shows nothing: white space and invisible characters alone."""
    return not re.sub(r"[\s\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff\u3164]+", "", text)
