"""Write a value as YAML: text without quotes where no reader takes it for something else."""

from __future__ import annotations

import json
import re
from typing import Any

from wexa_sync.manifests.nodes import SCALARS

# Text to YAML 1.2, and something else to the readers of YAML 1.1: true or false, minutes (12:30), 1_000.
_OTHER_TO_1_1 = re.compile(
    r"(?:yes|Yes|YES|no|No|NO|on|On|ON|off|Off|OFF|=|"
    r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?|[-+]?[0-9][0-9_]*(?:\.[0-9_]*)?|0b[01_]+|[-+]?0x[0-9a-fA-F_]+)\Z"
)
_PLAIN = re.compile(r"[^\W_](?:[^\n:#{}\[\],]|:(?=[^\s,{}\[\]]))*\Z")
_ODD = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")


def means_otherwise(text: str) -> bool:
    """True when a plain text is read as another type: by YAML 1.2, or by the YAML 1.1 that other tools read."""
    return any(shape.match(text) for shape in SCALARS.values()) or _OTHER_TO_1_1.match(text) is not None


def inline(value: Any) -> str:
    """Return a value in one line: lists and mappings in brackets."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{inline(key)}: {inline(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(inline, value)) + "]"
    if not isinstance(value, str):
        return json.dumps(value)
    if _PLAIN.match(value) and value == value.strip() and not (_ODD.search(value) or means_otherwise(value)):
        return value
    return quoted(value)


def quoted(text: str) -> str:
    """Return a text in double quotes."""
    return _ODD.sub(lambda odd: f"\\u{ord(odd.group()):04x}", json.dumps(text, ensure_ascii=False))


def is_short(value: Any) -> bool:
    """True for a reference and a file, which people write in one line: {external: NAME}, {file: PATH}."""
    return isinstance(value, dict) and bool(value) and value.keys() <= {"external", "id", "file", "fill"}


def is_block(value: Any) -> bool:
    """True when a value is written in lines below its key."""
    return bool(value) and isinstance(value, (dict, list)) and not is_short(value)


def emitted(value: Any, indent: int) -> str:
    """Return a value as a block whose lines begin at column `indent`. The first line comes without its indentation."""
    if value and isinstance(value, dict) and not is_short(value):
        lines = (f"{inline(key)}:{_behind(inner, indent)}" for key, inner in value.items())
    elif value and isinstance(value, list):
        lines = (f"- {emitted(inner, indent + 2)}" for inner in value)
    else:
        return scalar(value, indent)
    return ("\n" + " " * indent).join(lines)


def _behind(value: Any, indent: int) -> str:
    """Return what stands behind a key: the value in the same line, or in lines below."""
    if is_block(value):
        return "\n" + " " * (indent + 2) + emitted(value, indent + 2)
    return " " + scalar(value, indent + 2)


def scalar(value: Any, indent: int) -> str:
    """Return a text of several lines as a literal block, indented so far; every other value in one line."""
    if not isinstance(value, str) or "\n" not in value or value[0] in " \t\n" or _ODD.search(value):
        return inline(value)
    rows = value.removesuffix("\n").split("\n")
    kept = "-" if not value.endswith("\n") else "+" if not rows[-1] else ""
    if not rows[-1] and not kept:
        return inline(value)
    return "\n".join([f"|{kept}", *(" " * indent + row if row else "" for row in rows)])
