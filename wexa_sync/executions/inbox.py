"""Read what waiting runs ask of people, from the inbox."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from wexa_sync.api.calls import Ids, Raw
from wexa_sync.api.client import Api
from wexa_sync.executions.runs import running
from wexa_sync.kinds.base import Inbox
from wexa_sync.kinds.running import status_in
from wexa_sync.kinds.spec.wire import at_path
from wexa_sync.model import Question, Run
from wexa_sync.text.json import plain


def asking(api: Api, run: Run) -> Run:
    """Return the run with what it asks of a person now. Its status is no proof, so the inbox is read."""
    ours: list[Raw] = []
    words = running(run)
    inbox = words.inbox
    if inbox is not None and run.status not in words.ended and run.project_id:
        for each in (inbox.pending, inbox.everything) if run.status in words.asking else (inbox.pending,):
            items = api.list(each, Ids(project=run.project_id))
            ours = ours or [item for item in items if item.get(inbox.run) == run.id and _is_open(inbox, item)]
        run = replace(run, questions=tuple(_question(inbox, item) for item in ours))
    return run


def _is_open(inbox: Inbox, item: Raw) -> bool:
    """True when nobody has answered the item. An item without a status counts as open."""
    return not (word := status_in(item)) or word in inbox.open


def _question(inbox: Inbox, item: Raw) -> Question:
    """Return an item of the inbox as a Question. The details stand in a field named after its type."""
    type_ = plain(item.get("type") or "")
    form = inbox.forms.get(type_)
    given = at_path(item.get(type_), form.given if form else ())
    inputs = at_path(given, form.inputs) if form and form.inputs else {}
    about = {name: at_path(given, path) for name, path in form.about.items()} if form else {}
    return Question(
        id=plain(item.get("_id") or ""),
        type=type_,
        summary=plain(item.get("summary") or ""),
        asker=plain(item.get(inbox.asker) or ""),
        asker_id=plain(item.get(inbox.asker_id) or ""),
        about={name: text for name, text in about.items() if isinstance(text, str) and text},
        inputs={".".join(path): value for path, value in leaves(inputs).items()},
        given=given if isinstance(given, Mapping) else {},
    )


def leaves(value: Any, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], Any]:
    """Return the values in nested objects, by their paths."""
    if not isinstance(value, Mapping) or not value:
        return {path: value} if path else {}
    return {inner: leaf for key, item in value.items() for inner, leaf in leaves(item, (*path, str(key))).items()}
