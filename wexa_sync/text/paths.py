"""Read a path as a person means it: `~` is a home folder, and what no shell has filled in is no path."""

from __future__ import annotations

import os
from pathlib import Path

from wexa_sync.text.files import TextFault
from wexa_sync.text.patterns import pattern

GIT = "git:"
"""How the name of a state begins that is a ref of a git remote: git:REMOTE#REF."""

_VARIABLE = pattern(r"\$(?:\{|[A-Za-z_])|%[A-Za-z_]+%")
_ADDRESS = pattern(r"[A-Za-z][A-Za-z0-9+.-]+:/{1,2}")  # a Path makes one slash of two


def expanded(text: str) -> str:
    """Return the path with `~` and `~user` replaced. Raise TextFault where there is no such home folder."""
    if not text.startswith("~") or os.path.lexists(text):  # somebody may have a folder of that name
        return text
    found = os.path.expanduser(text)  # noqa: PTH111  # unlike Path's, it leaves alone what it does not know
    if found.startswith("~"):
        raise TextFault(f"there is no home folder for {text.partition('/')[0]}", hint="Write the path from the root.")
    return found


def to_write(text: str) -> str:
    """Return the path of a file to make, expanded. Raise TextFault where a folder would get a name nobody meant."""
    if ("$" in text or "%" in text) and _VARIABLE.search(text):
        hint = "Variables are not filled in here: write the path itself, or leave it to the shell (--state)."
        raise TextFault(f"{text} has a variable in it", hint=hint)
    if ":/" in text and _ADDRESS.match(text):
        raise TextFault(f"{text} is an address, not a file", hint="Name a file of this machine.")
    return expanded(text)


def path_of(text: str) -> Path:
    """Return the expanded path. Raise ValueError in words where there is no such home folder."""
    try:
        return Path(expanded(text))
    except TextFault as fault:
        raise ValueError(f"{fault.message}. {fault.hint}") from None
