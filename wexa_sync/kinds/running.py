"""Define what a person can do to a run: moves, and answers to what the run asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from wexa_sync.kinds.endpoint import Endpoint
from wexa_sync.model import Path
from wexa_sync.text.json import plain

if TYPE_CHECKING:
    from wexa_sync.model import Question


class Move(Struct, frozen=True, kw_only=True):
    """Hold what a person can do to a run: nothing in the statuses `done`, refused in `never`; else the server decides.

    `heeds_questions`: the inbox is read first, since a run that waits for an answer may show any status.
    """

    verb: str
    past: str
    endpoint: Endpoint
    done: frozenset[str]
    never: frozenset[str]
    heeds_questions: bool = False


class Form(Struct, frozen=True, kw_only=True):
    """Hold what an inbox item of one type holds, and the call that answers it.

    The details stand in a field named after the type. `given`: the path in them to what the answer sends back.
    `inputs` leads from there to the values that an answer may set, and `about` to other texts that are shown.
    `body` makes the body of the call from the question, a yes or no, and what is sent back.
    """

    endpoint: Endpoint
    body: Callable[[Question, bool | None, Any], dict[str, Any]]
    given: Path = ()
    inputs: Path = ()
    about: Mapping[str, Path] = field(default_factory=dict)


def status_in(raw: Mapping[str, Any], names: tuple[str, ...] = ("status",)) -> str:
    """Return the first status word in those fields of a response, in small letters; empty where there is none."""
    return next((plain(raw[name]).strip().lower() for name in names if raw.get(name)), "")
