"""Keep values as a person spelled them: `1.10`, `007` and `+49 ...` are numbers to YAML, and meant as texts."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from wexa_sync.kinds.spec.wire import at_path
from wexa_sync.manifests.schema_messages import Fault
from wexa_sync.model import Document, Path
from wexa_sync.text.files import TextFault

EXACT = 2**53
"""Beyond it, whoever reads JSON's numbers as floats loses digits."""


Filled: TypeAlias = tuple[Any, Sequence[TextFault]]
Fill: TypeAlias = Callable[[str], Filled]
"""What gives the value of a text that holds `${`, and what is wrong in it."""


class Written(Struct, frozen=True):
    """Describe a value with the text that a person wrote for it."""

    value: Any
    text: str

    def __str__(self) -> str:
        return self.text


def plain(value: Any) -> str:
    """Return a value as it is written, or as JSON writes it; a text as it is."""
    return str(value) if isinstance(value, (str, Written)) else json.dumps(value)


def is_plain(value: Any, text: str) -> bool:
    """True when the text is just how JSON writes the value, so that nothing is lost with it."""
    return text == plain(value) and not (isinstance(value, int) and abs(value) > EXACT)


def written(document: Document, value: Any, path: Path = ()) -> Any:
    """Return the value that stands at `path`, with each value in it that is spelled in a way of its own as Written."""
    if isinstance(value, dict):
        return {name: written(document, inner, (*path, name)) for name, inner in value.items()}
    if isinstance(value, list):
        return [written(document, inner, (*path, index)) for index, inner in enumerate(value)]
    text = document.spelled.get(path)
    return value if text is None else Written(value, text)


def bare(value: Any) -> Any:
    """Return the value without the texts of what is Written in it."""
    from wexa_sync.secrecy.hide import hide  # most runs change no file

    return hide(value, lambda leaf: leaf.value if isinstance(leaf, Written) else leaf)


def spelled_out(faults: Iterable[Fault], document: Document) -> list[Fault]:
    """Return the faults with each number that they show as it is written, and with what is said of `${env:}` there."""
    return [_of_the_environment(_as_written(fault, document), document) for fault in faults]


def _as_written(fault: Fault, document: Document) -> Fault:
    text = document.spelled.get(fault.path)
    if not text:
        return fault
    return replace(fault, message=re.sub(r"got -?[0-9][^\"]*$", lambda _: f"got {text}", fault.message))


def _of_the_environment(fault: Fault, document: Document) -> Fault:
    """Return the fault with another hint where the value is a text only since `${env:}` always gives one."""
    value = at_path(document.data, fault.path)
    if not isinstance(value, str) or "${env:" not in document.templates.get(value, ""):
        return fault
    if not fault.message.startswith(("expected a number", "expected a whole number", "expected true or false")):
        return fault
    return replace(fault, hint="${env:NAME} is always a text. Write ${var:NAME}, and give it with --var NAME=VALUE.")
