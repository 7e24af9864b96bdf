"""List the kinds of scripted faults; errors, `docs/sandbox.md` and `GET /_sandbox/faults` are written from the list."""

from __future__ import annotations

from collections.abc import Container, Iterator

from msgspec import Struct

FORM = "KIND [before|after] [METHOD] [/PATH] [NAME=VALUE ...]"
"""How a fault is written."""

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
TIMES = ("before", "after")


class Parameter(Struct, frozen=True, kw_only=True):
    """Describe one `name=value` of a fault: the values it takes, as a pattern and in words."""

    name: str
    default: str
    pattern: str
    expects: str


class FaultKind(Struct, frozen=True, kw_only=True):
    """Hold one row of the table. `when` lists the times at which the fault can happen, the default first.

    A kind with `statuses` is written as one of them; `name` is then how the table lists them.
    """

    name: str
    when: tuple[str, ...]
    meaning: str
    parameters: tuple[Parameter, ...] = ()
    statuses: Container[int] = ()

    @property
    def takes(self) -> tuple[Parameter, ...]:
        """Return every parameter of a fault of this kind."""
        return (*self.parameters, *COMMON)

    def is_written(self, word: str) -> bool:
        """True when a person writes this kind as `word`."""
        return word.isdecimal() and int(word) in self.statuses if self.statuses else word == self.name


def _parameter(name: str, default: str, pattern: str, expects: str) -> Parameter:
    return Parameter(name=name, default=default, pattern=pattern, expects=expects)


def _kind(name: str, when: str, meaning: str, *parameters: Parameter, statuses: Container[int] = ()) -> FaultKind:
    return FaultKind(name=name, when=tuple(when.split()), meaning=meaning, parameters=parameters, statuses=statuses)


COMMON = (
    _parameter("nth", "1", r"[1-9]\d{0,8}", "a count from 1"),
    _parameter("times", "1", r"[1-9]\d{0,8}|forever", "a count from 1, or `forever`"),
)
"""The parameters of every fault: the first matching request that it strikes, and how many it strikes from there on."""

_MS = _parameter("ms", "1000", r"\d{1,9}", "a whole number of milliseconds")
_STATUS = _parameter("status", "", r"[2-5]\d\d", "a status, 200 to 599")

FAULT_KINDS: tuple[FaultKind, ...] = (
    _kind(
        "delay",
        "before after",
        "Waits `ms` before the work, or between the work and the answer.",
        _MS,
    ),
    _kind("kill", "before after", "SIGKILL of the server's own process. With `--sandbox` that is the command itself."),
    _kind(
        "kill_client",
        "before after",
        "SIGKILL of process `pid`. Without `pid`: of the process that sent the request (Linux, same machine).",
        _parameter("pid", "", r"[1-9]\d{0,8}", "the number of a process"),
    ),
    _kind(
        "refuse",
        "after before",
        "New connections are refused for `ms`. Before that the request is answered (after) or its connection is reset "
        "(before). Every other connection is closed as soon as it is idle.",
        _MS,
    ),
    _kind("reset", "before after", "Sends no answer and resets the connection (TCP RST)."),
    _kind("drop", "before after", "Sends no answer and closes the connection."),
    _kind("hang", "before after", "Sends no answer. The connection stays open until the client gives up."),
    _kind(
        "400..599",
        "before after",
        "Answers with that status. `Retry-After` is sent as given, or as a date that many seconds from now.",
        _parameter(
            "retry_after", "", r"(date[+-]\d{1,9}|[!-~]+)", "any text, or date+SECONDS or date-SECONDS for a date"
        ),
        statuses=range(400, 600),
    ),
    _kind(
        "301..308",
        "before after",
        "Redirects (301, 302, 303, 307 or 308) to the same path and query at `to`.",
        _parameter("to", "https://elsewhere.invalid", r"https?://[!-~]+", "an http or https address"),
        statuses=(301, 302, 303, 307, 308),
    ),
    _kind(
        "cut",
        "after before",
        "Sends half of the body, with the Content-Length of the whole, then closes the connection.",
        _STATUS,
    ),
    _kind("garble", "after before", "Damages the body: the result is neither JSON nor text.", _STATUS),
    _kind("empty", "after before", "Sends an empty body.", _STATUS),
    _kind("html", "after before", "Sends a page of HTML, as a proxy does.", _STATUS),
    _kind(
        "echo",
        "after before",
        "Repeats the request's headers, the API key included: in `request_headers` of the real answer, or in the "
        "message of an error (`status=400`).",
        _STATUS,
    ),
    _kind("repeat", "after", "Answers with page one of the list, whatever page was asked for."),
    _kind(
        "short",
        "after",
        "Leaves out the last `items` of the list. The total still counts them.",
        _parameter("items", "1", r"[1-9]\d{0,8}", "a count from 1"),
    ),
    _kind(
        "total",
        "after",
        "Adds `by` to the total of the list.",
        _parameter("by", "1", r"[+-]?[1-9]\d{0,8}", "a whole number other than 0"),
    ),
    _kind(
        "stale",
        "after",
        "Leaves the object that this request creates out of the first `lists` lists that should show it (an agent: out "
        "of its agentflow too). A read by its id finds it.",
        _parameter("lists", "1", r"[1-9]\d{0,8}", "a count from 1"),
    ),
)
"""Every kind. When several faults strike one request, they apply in this order: the first is the outermost."""


def described() -> Iterator[dict[str, object]]:
    """Return the table as JSON data."""
    for kind in FAULT_KINDS:
        values = {each.name: {"default": each.default, "expects": each.expects} for each in kind.takes}
        yield {"kind": kind.name, "when": kind.when, "meaning": kind.meaning, "values": values}
