"""Read what waiting runs ask of people, from the inbox."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from wexa_sync.api.calls import Ids, Raw
from wexa_sync.api.client import Api
from wexa_sync.executions.runs import running
from wexa_sync.kinds.base import Inbox, status_in
from wexa_sync.kinds.inbox import INPUT, PREVIEW
from wexa_sync.kinds.spec.wire import at_path
from wexa_sync.model import Question, Run


def asking(api: Api, run: Run) -> Run:
    """Return the run with what it asks of a person now. Its status is no proof, so the inbox is read."""
    ours: list[Raw] = []
    words = running(run)
    inbox = words.inbox
    if inbox is not None and run.status not in words.ended and run.project_id:
        for each in (inbox.pending, inbox.everything) if run.status in words.asking else (inbox.pending,):
            items = api.list(each, Ids(project=run.project_id))
            ours = ours or [item for item in items if item.get(inbox.run) == run.id and _is_open(inbox, item)]
    return replace(run, questions=tuple(map(_question, ours)))


def _is_open(inbox: Inbox, item: Raw) -> bool:
    """True when nobody has answered the item. An item without a status counts as open."""
    return not (word := status_in(item)) or word in inbox.open


def _question(item: Raw) -> Question:
    """Return an item of the inbox as a Question. The details stand in a field named after its type."""
    type_ = str(item.get("type", ""))
    held = item.get(type_)
    about: dict[str, str] = {}
    inputs: Any = {}
    if type_ == PREVIEW:
        held = at_path(held, ("preview_input",))
        told = {"skill": ("skill", "name"), "thought": ("thoughts", "text")}
        about = {name: said for name, path in told.items() if isinstance(said := at_path(held, path), str) and said}
        inputs = at_path(held, ("skill", "input"))
    elif type_ == INPUT:
        inputs = at_path(held, ("values",))
    return Question(
        id=str(item.get("_id", "")),
        type=type_,
        summary=str(item.get("summary") or ""),
        agent=str(item.get("agent_title") or ""),
        agent_id=str(item.get("agent_id") or ""),
        about=about,
        inputs={".".join(path): value for path, value in leaves(inputs).items()},
        given=held if isinstance(held, Mapping) else {},
    )


def leaves(value: Any, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], Any]:
    """Return the values in nested objects, by their paths."""
    if not isinstance(value, Mapping) or not value:
        return {path: value} if path else {}
    return {inner: leaf for key, item in value.items() for inner, leaf in leaves(item, (*path, str(key))).items()}
