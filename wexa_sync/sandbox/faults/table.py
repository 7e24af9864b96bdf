"""Scripted faults: the one table of their kinds, the text in which a person writes one, and the value it is read into.

    KIND [before|after] [METHOD] [/PATH] [NAME=VALUE ...]      drop after POST /skills/ nth=2

Errors, `--help`, `docs/sandbox.md` and `GET /_sandbox/faults` all speak from the table.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from pathlib import Path

from wexa_sync.sandbox.errors import FaultError

FORM = "KIND [before|after] [METHOD] [/PATH] [NAME=VALUE ...]"
"""How a fault is written."""

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_TIMES = ("before", "after")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """What can be said of a fault as `name=value`: the values it takes, as a pattern and in words."""

    name: str
    default: str
    pattern: str
    expects: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultKind:
    """A row of the table. `when` holds the times it can happen at, the one that is meant where none is said first.

    A kind that is written as a status has all of its `statuses`; its name is how they are listed.
    """

    name: str
    when: tuple[str, ...]
    meaning: str
    parameters: tuple[Parameter, ...] = ()
    statuses: Container[int] = ()

    @property
    def takes(self) -> tuple[Parameter, ...]:
        """Every parameter that a fault of this kind takes."""
        return (*self.parameters, *COMMON)


def _parameter(name: str, default: str, pattern: str, expects: str) -> Parameter:
    return Parameter(name=name, default=default, pattern=pattern, expects=expects)


def _kind(name: str, when: str, meaning: str, *parameters: Parameter, statuses: Container[int] = ()) -> FaultKind:
    return FaultKind(name=name, when=tuple(when.split()), meaning=meaning, parameters=parameters, statuses=statuses)


COMMON = (
    _parameter("nth", "1", r"[1-9]\d{0,8}", "a count from 1"),
    _parameter("times", "1", r"[1-9]\d{0,8}|forever", "a count from 1, or `forever`"),
)
"""What every fault takes: the first of the requests it matches that it strikes, and how many from there on."""

_MS = _parameter("ms", "1000", r"\d{1,9}", "a whole number of milliseconds")
_STATUS = _parameter("status", "", r"[2-5]\d\d", "a status, 200 to 599")

FAULT_KINDS: tuple[FaultKind, ...] = (
    _kind(
        "delay",
        "before after",
        "Waits `ms`: before the work, or between the work and the answer.",
        _MS,
    ),
    _kind("kill", "before after", "SIGKILL of the server's own process (with `--sandbox`: of the command itself)."),
    _kind(
        "kill_client",
        "before after",
        "SIGKILL of the process that sent the request: found by its connection (Linux, same machine), or `pid`.",
        _parameter("pid", "", r"[1-9]\d{0,8}", "the number of a process"),
    ),
    _kind(
        "refuse",
        "after before",
        "Nobody listens for `ms`: new connections are refused. Before that the request is answered (after) or its "
        "connection reset (before), and every other one is closed as soon as it is idle.",
        _MS,
    ),
    _kind("reset", "before after", "No answer: the connection is reset (TCP RST)."),
    _kind("drop", "before after", "No answer: the connection is closed."),
    _kind("hang", "before after", "No answer, and the connection stays open until the client gives up."),
    _kind(
        "400..599",
        "before after",
        "That status as the answer, with or without `Retry-After`: sent as given, or a date so many seconds from now.",
        _parameter(
            "retry_after", "", r"(date[+-]\d{1,9}|[!-~]+)", "any text, or date+SECONDS or date-SECONDS for a date"
        ),
        statuses=range(400, 600),
    ),
    _kind(
        "301..308",
        "before after",
        "A redirect (301, 302, 303, 307 or 308) to the same path and query at `to`.",
        _parameter("to", "https://elsewhere.invalid", r"https?://[!-~]+", "an http or https address"),
        statuses=(301, 302, 303, 307, 308),
    ),
    _kind("cut", "after before", "Half of the body, though Content-Length tells of all of it; then a close.", _STATUS),
    _kind("garble", "after before", "A body that is no JSON and no text: the real one, damaged.", _STATUS),
    _kind("empty", "after before", "An empty body.", _STATUS),
    _kind("html", "after before", "A page of HTML, as a proxy answers.", _STATUS),
    _kind(
        "echo",
        "after before",
        "An answer that repeats the request's headers, the API key among them: in `request_headers` beside what else "
        "it says, or in the words of an error (`status=400`).",
        _STATUS,
    ),
    _kind("repeat", "after", "A page of a list that is page one again, whatever page was asked for."),
    _kind(
        "short",
        "after",
        "A list that lacks its last `items`, though its total counts them.",
        _parameter("items", "1", r"[1-9]\d{0,8}", "a count from 1"),
    ),
    _kind(
        "total",
        "after",
        "A list whose total is wrong `by` so many.",
        _parameter("by", "1", r"[+-]?[1-9]\d{0,8}", "a whole number other than 0"),
    ),
    _kind(
        "stale",
        "after",
        "What this request creates is missing from the first `lists` lists that should show it (an agent: from its "
        "agentflow too); read by its id, it is there.",
        _parameter("lists", "1", r"[1-9]\d{0,8}", "a count from 1"),
    ),
)
"""Every kind. Where several faults strike one request, they stand around the server in this order, the last inmost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What goes wrong (`kind`, or `status` where it is written as one), with which requests, at which of them.

    An empty `method` or `path` matches all; `*` in a path stands for anything within a segment, `**` for anything.
    `values` are the parameters that were said, in their text.
    """

    kind: FaultKind
    when: str
    status: int = 0
    method: str = ""
    path: str = ""
    values: Mapping[str, str] = field(default_factory=dict)

    def value(self, name: str) -> str:
        """The value of a parameter, as it was said or by default."""
        defaults = {parameter.name: parameter.default for parameter in self.kind.takes}
        return self.values.get(name, defaults[name])

    def matches(self, method: str, path: str) -> bool:
        """Whether a request is one of those it counts."""
        return self.method in ("", method) and (not self.path or _glob(self.path).fullmatch(path) is not None)

    def strikes(self, count: int) -> bool:
        """Whether it strikes the `count`-th request that it matches, from 1."""
        nth, times = int(self.value("nth")), self.value("times")
        return count >= nth and (times == "forever" or count < nth + int(times))

    def __str__(self) -> str:
        words = [str(self.status or self.kind.name)]
        if self.when != self.kind.when[0]:
            words.append(self.when)
        words += [word for word in (self.method, self.path) if word]
        return " ".join([*words, *(f"{name}={value}" for name, value in self.values.items())])


def read_fault(text: str) -> Fault:
    """The fault that a person wrote; raises FaultError, which says what is wrong with which word."""
    first, *words = text.split() or [""]
    kind = _kind_of(first)
    said: dict[str, str] = {}
    values: dict[str, str] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if equals and not word.startswith("/"):
            _say(values, name, value, word)
        else:
            _say(said, _role(word), word, word)
    for name, value in values.items():
        _check(kind, name, value)
    when = said.get("time", kind.when[0])
    if when not in kind.when:
        raise FaultError(f"{first} can't be said with {when!r}", f"It happens {kind.when[0]} the work alone.")
    return Fault(
        kind=kind,
        when=when,
        status=int(first) if first.isdigit() else 0,
        method=said.get("method", ""),
        path=said.get("path", ""),
        values=values,
    )


def faults_in(file: Path) -> list[str]:
    """The faults of a file, one a line, empty lines and those that begin with `#` apart; raises FaultError."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no UTF-8 text"
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
    if word.isdigit():
        for kind in FAULT_KINDS:
            if int(word) in kind.statuses:
                return kind
    else:
        for kind in FAULT_KINDS:
            if kind.name == word and not kind.statuses:
                return kind
    names = [kind.name for kind in FAULT_KINDS]
    near = get_close_matches(word, [kind.name for kind in FAULT_KINDS if not kind.statuses], n=1)
    hint = f"Did you mean {near[0]!r}? " if near else ""
    raise FaultError(f"no fault is called {word!r}", f"{hint}There are: {', '.join(names)}.")


def _role(word: str) -> str:
    if word in _TIMES:
        return "time"
    if word in METHODS:
        return "method"
    if word.startswith("/") and "?" not in word:
        return "path"
    if word.startswith("/"):
        raise FaultError(f"{word!r} has a query", "Only the path is matched; nth=2 means the second such request.")
    if word.upper() in METHODS:
        raise FaultError(f"{word!r} is no method", f"Methods are in capitals: {word.upper()}")
    raise FaultError(f"{word!r} is no time, no method and no path", f"Write {FORM}; a path begins with a slash.")


def _say(said: dict[str, str], role: str, value: str, word: str) -> None:
    if role in said:
        raise FaultError(f"{word!r}: the {role} was said before", "A fault has one of each; write a second fault.")
    said[role] = value


def _check(kind: FaultKind, name: str, value: str) -> None:
    known = {parameter.name: parameter for parameter in kind.takes}
    if name not in known:
        raise FaultError(f"{kind.name} takes no {name!r}", f"It takes: {', '.join(known)}.")
    if not re.fullmatch(known[name].pattern, value, re.ASCII):
        raise FaultError(f"{name} can't be {value!r}", f"It is {known[name].expects}.")


@cache
def _glob(path: str) -> re.Pattern[str]:
    return re.compile("".join(_wild(part) for part in re.split(r"(\*+)", path)), re.DOTALL)


def _wild(part: str) -> str:
    return {"*": "[^/]*", "**": ".*"}.get(part) or re.escape(part)


def described() -> Iterator[dict[str, object]]:
    """The table as JSON data."""
    for kind in FAULT_KINDS:
        values = {each.name: {"default": each.default, "expects": each.expects} for each in kind.takes}
        yield {"kind": kind.name, "when": kind.when, "meaning": kind.meaning, "values": values}
