"""Read the text of a scripted fault into a value.

KIND [before|after] [METHOD] [/PATH] [NAME=VALUE ...]      drop after POST /skills/ nth=2
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from pathlib import Path

from msgspec import Struct, field

from wexa_sync.sandbox.errors import FaultError
from wexa_sync.sandbox.faults.table import FAULT_KINDS, FORM, METHODS, TIMES, FaultKind


class Fault(Struct, frozen=True, kw_only=True):
    """Say what goes wrong (`kind`, or `status` where the kind is written as one), and at which requests.

    An empty `method` or `path` matches every request. In a path `*` matches within a segment and `**` anything.
    `values` holds the parameters that were given, as text.
    """

    kind: FaultKind
    when: str
    status: int = 0
    method: str = ""
    path: str = ""
    values: Mapping[str, str] = field(default_factory=dict)

    def value(self, name: str) -> str:
        """Return the value of a parameter, its default if none was given."""
        defaults = {parameter.name: parameter.default for parameter in self.kind.takes}
        return self.values.get(name, defaults[name])

    def matches(self, method: str, path: str) -> bool:
        """True when the fault counts a request with this method and path."""
        return self.method in ("", method) and (not self.path or _glob(self.path).fullmatch(path) is not None)

    def strikes(self, count: int) -> bool:
        """True when the fault strikes the `count`-th request that it matches; counts begin at 1."""
        nth, times = int(self.value("nth")), self.value("times")
        return count >= nth and (times == "forever" or count < nth + int(times))

    def __str__(self) -> str:
        words = [str(self.status or self.kind.name)]
        if self.when != self.kind.when[0]:
            words.append(self.when)
        words += [word for word in (self.method, self.path) if word]
        return " ".join([*words, *(f"{name}={value}" for name, value in self.values.items())])


def read_fault(text: str) -> Fault:
    """Return the fault that `text` describes. Raises FaultError, which names the wrong word."""
    first, *words = text.split() or [""]
    kind = _kind_of(first)
    given: dict[str, str] = {}
    values: dict[str, str] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if equals and not word.startswith("/"):
            _put(values, name, value, word)
        else:
            _put(given, _role(word), word, word)
    for name, value in values.items():
        _check(kind, name, value)
    when = given.get("time", kind.when[0])
    if when not in kind.when:
        raise FaultError(f"{first} does not take {when!r}", f"{first} only happens {kind.when[0]} the work.")
    return Fault(
        kind=kind,
        when=when,
        status=int(first) if first.isdecimal() else 0,
        method=given.get("method", ""),
        path=given.get("path", ""),
        values=values,
    )


def faults_in(file: Path) -> list[str]:
    """Return the faults of a file, one a line; skip empty lines and lines that begin with `#`. Raises FaultError."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "the file is not UTF-8 text"
        raise FaultError(f"can't read the faults in {file}: {why}", "Name a text file with one fault a line.") from None
    faults = []
    for number, line in enumerate(lines, start=1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        try:
            read_fault(text)
        except FaultError as error:
            raise FaultError(f"{file}:{number}: {error}", error.hint) from None
        faults.append(text)
    return faults


def _kind_of(word: str) -> FaultKind:
    if not word:
        raise FaultError("a fault is empty", f"Write {FORM}, for example: drop after POST /skills/ nth=2")
    for kind in FAULT_KINDS:
        if kind.is_written(word):
            return kind
    near = get_close_matches(word, [kind.name for kind in FAULT_KINDS if not kind.statuses], n=1)
    hint = f"Did you mean {near[0]!r}? " if near else ""
    names = ", ".join(kind.name for kind in FAULT_KINDS)
    raise FaultError(f"there is no fault {word!r}", f"{hint}The faults are: {names}.")


def _role(word: str) -> str:
    if word in TIMES:
        return "time"
    if word in METHODS:
        return "method"
    if word.startswith("/") and "?" not in word:
        return "path"
    if word.startswith("/"):
        raise FaultError(f"{word!r} has a query", "Only the path is matched; nth=2 means the second such request.")
    if word.upper() in METHODS:
        raise FaultError(f"{word!r} is not a method", f"Write methods in capitals: {word.upper()}")
    raise FaultError(f"{word!r} is neither a time, a method nor a path", f"Write {FORM}; a path begins with a slash.")


def _put(given: dict[str, str], role: str, value: str, word: str) -> None:
    if role in given:
        raise FaultError(f"{word!r}: the {role} is given twice", "A fault has one of each; write a second fault.")
    given[role] = value


def _check(kind: FaultKind, name: str, value: str) -> None:
    known = {parameter.name: parameter for parameter in kind.takes}
    if name not in known:
        raise FaultError(f"{kind.name} has no parameter {name!r}", f"Its parameters are: {', '.join(known)}.")
    if not re.fullmatch(known[name].pattern, value, re.ASCII):
        raise FaultError(f"{name} can't be {value!r}", f"Write {known[name].expects}.")


@cache
def _glob(path: str) -> re.Pattern[str]:
    return re.compile("".join(_wild(part) for part in re.split(r"(\*+)", path)), re.DOTALL)


def _wild(part: str) -> str:
    return {"*": "[^/]*", "**": ".*"}.get(part) or re.escape(part)
