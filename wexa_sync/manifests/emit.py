"""Write a value as YAML: text without quotes where no reader takes it for something else."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from wexa_sync.manifests.scalars import SCALARS
from wexa_sync.manifests.spelling import Written
from wexa_sync.model import Path
from wexa_sync.text.patterns import pattern

Notes: TypeAlias = Mapping[Path, Sequence[str]]

_NO_NOTES: Notes = {}
_WIDTH, _NARROW, _SHORT_LIST = 100, 40, 60

# Text to YAML 1.2, and something else to the readers of YAML 1.1: true or false, minutes (12:30), 1_000.
_OTHER_TO_1_1 = pattern(
    r"(?:yes|Yes|YES|no|No|NO|on|On|ON|off|Off|OFF|=|"
    r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?|[-+]?[0-9][0-9_]*(?:\.[0-9_]*)?|0b[01_]+|[-+]?0x[0-9a-fA-F_]+)\Z"
)
_PLAIN = pattern(r"(?:[^\W_]|\.\.?/)(?:[^\n:#{}\[\],]|:(?=[^\s,{}\[\]]))*\Z")
_PLAIN_IN_BLOCK = pattern(r"(?:[^\W_]|\.\.?/|\$\{)(?:[^\n:#]|:(?=\S)|(?<=\S)#)*\Z")  # outside of brackets
# Words with one space between two of them: what a folded text is made of.
_FOLDED = pattern(r"[^\s]+(?: [^\s]+)+\Z")
# A date to YAML 1.1, and so to many readers. A time with a zone stays plain, as people write it.
_DATE = pattern(r"\d{4}-\d\d?-\d\d?(?:[Tt ][\d:. ]*)?\Z")
# Control characters, and what a terminal and an editor obey or don't show. Joiners stay: scripts and emoji need them.
_ODD = pattern(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff"
    "\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f]"
)


def means_otherwise(text: str) -> bool:
    """True when a plain text is read as another type: by YAML 1.2, or by the YAML 1.1 that other tools read."""
    return _is_other(text) or _OTHER_TO_1_1.match(text) is not None


def _is_other(text: str) -> bool:
    return any(shape.match(text) for shape in SCALARS.values())


def inline(value: Any) -> str:
    """Return a value in one line: lists and mappings in brackets."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_key(key)}: {inline(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(inline, value)) + "]"
    if isinstance(value, Written):
        return value.text  # as a number is written that needs no quotes
    if not isinstance(value, str):
        return json.dumps(value)
    return value if _is_plain(value, _PLAIN) and not means_otherwise(value) else quoted(value)


def _is_plain(text: str, shape: re.Pattern[str]) -> bool:
    fits = shape.match(text) is not None and text == text.strip()
    return fits and not (_ODD.search(text) or _DATE.match(text))


def _key(text: str) -> str:
    """Return a key: plain also where it is a word to YAML 1.1, as `on` is."""
    return text if _is_plain(text, _PLAIN) and not _is_other(text) else quoted(text)


def is_odd(text: str) -> bool:
    """True when a character of the text has to be written as an escape."""
    return _ODD.search(text) is not None


def quoted(text: str) -> str:
    """Return a text in double quotes."""
    return _ODD.sub(_escape, json.dumps(text, ensure_ascii=False))


def _escape(odd: re.Match[str]) -> str:
    code = ord(odd.group())
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def is_short(value: Any) -> bool:
    """True when people write a mapping or a list in one line: a reference, a file, a list of a few words."""
    if isinstance(value, list):
        return not any(map(_has_lines, value)) and len(inline(value)) <= _SHORT_LIST
    return isinstance(value, dict) and bool(value) and value.keys() <= {"external", "id", "file", "fill"}


def _has_lines(value: Any) -> bool:
    return (isinstance(value, (dict, list)) and not is_short(value)) or (isinstance(value, str) and "\n" in value)


def _is_short_item(value: Any, indent: int) -> bool:
    """True for an item of a list that people write in one line: a mapping of a few words, as of a column."""
    is_flat = isinstance(value, dict) and bool(value) and not any(map(_has_lines, value.values()))
    return is_flat and indent + len(inline(value)) <= _WIDTH


def is_block(value: Any) -> bool:
    """True when a value is written in lines below its key."""
    return bool(value) and isinstance(value, (dict, list)) and not is_short(value)


def emitted(value: Any, indent: int, notes: Notes = _NO_NOTES, path: Path = ()) -> str:
    """Return a value as a block whose lines begin at column `indent`. The first line comes without its indentation.

    `notes`: lines of comments to put above the key or the item at a path. `path`: where the value stands.
    """
    if not is_block(value):
        return scalar(value, indent)
    lines: list[str] = []
    for part, inner in value.items() if isinstance(value, dict) else enumerate(value):
        place = (*path, part)
        lines += map(comment, notes.get(place, ()))
        if isinstance(value, dict):
            lines.append(f"{_key(str(part))}:{_behind(inner, indent, notes, place)}")
        elif _is_short_item(inner, indent + 2) and not any(known[: len(place)] == place for known in notes):
            lines.append(f"- {inline(inner)}")
        else:
            lines.append(f"- {emitted(inner, indent + 2, notes, place)}")
    return ("\n" + " " * indent).join(lines)


def comment(text: str) -> str:
    """Return a text of one line as a comment."""
    return f"# {text}" if text else "#"


def _behind(value: Any, indent: int, notes: Notes, path: Path) -> str:
    """Return what stands behind a key: the value in the same line, or in lines below."""
    if is_block(value):
        return "\n" + " " * (indent + 2) + emitted(value, indent + 2, notes, path)
    return " " + scalar(value, indent + 2)


def scalar(value: Any, indent: int) -> str:
    """Return a text of several lines, or a long one, as a block, indented so far; every other value in one line."""
    if not isinstance(value, str) or _ODD.search(value):
        return inline(value)
    if "\n" in value:
        return _literal(value, indent)
    if indent + len(value) > _WIDTH and _FOLDED.match(value):
        return "\n".join([">-", *(" " * indent + row for row in _rows(value, max(_WIDTH - indent, _NARROW)))])
    return value if _is_plain(value, _PLAIN_IN_BLOCK) and not means_otherwise(value) else quoted(value)


def _literal(value: str, indent: int) -> str:
    rows = value.removesuffix("\n").split("\n")
    kept = "-" if not value.endswith("\n") else "+" if not rows[-1] else ""
    if value[0] in " \t\n" or (not rows[-1] and not kept):
        return inline(value)
    return "\n".join([f"|{kept}", *(" " * indent + row if row else "" for row in rows)])


def _rows(text: str, width: int) -> Iterator[str]:
    """Yield the rows of a long text. They end where there is one space, which a reader makes of each line end."""
    row = ""
    for word in text.split(" "):
        if row and len(row) + len(word) >= width:
            yield row
            row = word
        else:
            row = f"{row} {word}" if row else word
    yield row
