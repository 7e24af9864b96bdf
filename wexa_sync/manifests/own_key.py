"""Refuse manifests with the API key in them: git has it then, and plans would show it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import AnyStr

from wexa_sync.errors import Problem
from wexa_sync.model import Source
from wexa_sync.text.files import TextFault, place_of, read_text, shown_path
from wexa_sync.text.patterns import pattern

MESSAGE = "the API key must not stand in a manifest"
OF_A_FILE = (
    "Take it out, and have Wexa make a new key: whoever can read the file has this one. wexa-sync takes the key from "
    "the environment by itself."
)
OF_A_VARIABLE = "wexa-sync takes the key from the environment by itself. Use another value here."

_ESCAPE = pattern(r"\\[xuU/\r\n]")
"""The escapes of YAML that a key can be spelt with: of signs by their number, of the slash, and of a line end."""


def holds_one(text: AnyStr, keys: Iterable[AnyStr]) -> bool:
    """True when one of the keys stands in the text."""
    for key in keys:  # noqa: SIM110  # asked of every file: a generator takes long
        if key in text:
            return True
    return False


def refuse(text: str, keys: Collection[str]) -> None:
    """Raise TextFault, with its place, for the text of a file with one of the keys in it."""
    if holds_one(text, keys):
        line, column = place_of(text[: min(text.find(key) for key in keys if key in text)])
        raise TextFault(MESSAGE, hint=OF_A_FILE, line=line, column=column)


def refuse_in_yaml(text: str, keys: Collection[str]) -> None:
    """Raise TextFault as `refuse` does, also for a key that is spelt with the escapes of YAML ("\\x73ecret")."""
    refuse(text, keys)
    if keys and "\\" in text and _ESCAPE.search(text):
        from wexa_sync.manifests.nodes import scalars  # imports yaml

        for value, line, column in scalars(text):
            if holds_one(value, keys):
                raise TextFault(MESSAGE, hint=OF_A_FILE, line=line, column=column)


def problems_of(files: Iterable[str], keys: Collection[str]) -> Iterable[Problem]:
    """Yield a problem for each of these files that holds one of the keys."""
    for file in files if keys else ():
        try:
            refuse_in_yaml(read_text(Path(file)), keys)
        except TextFault as fault:
            source = Source(file=shown_path(Path(file)), line=fault.line, column=fault.column)
            yield Problem(message=fault.message, source=source, hint=fault.hint)
