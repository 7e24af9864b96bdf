"""Upload a file: name it to the API, then send its content to the address in the response. Two entries in the state.

The address is in the response alone, and kept nowhere. So an upload that was cut off between the two begins anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Generator
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from wexa_sync.api.checks import unwrap
from wexa_sync.api.transport.contents import send_content
from wexa_sync.apply.create import body_of
from wexa_sync.apply.find import looked
from wexa_sync.apply.records import intent_of, record_of
from wexa_sync.apply.send import prepare, send
from wexa_sync.apply.steps import Http, Send, Work, Write, ended
from wexa_sync.apply.task import Task
from wexa_sync.errors import ApiError, WexaSyncError, look_up
from wexa_sync.kinds.contents import Contents, Given, given_in
from wexa_sync.model import Outcome, Status
from wexa_sync.state.base import Intend, Remember, Settle
from wexa_sync.text.files import TextFault, read_bytes


def upload(task: Task, contents: Contents) -> Work:
    """Name the file, record its id, send the content, and record that it arrived."""
    content, name = _content(task, contents), str(task.declared[contents.name])
    given = yield from _named(task)
    if isinstance(given, Outcome):
        return given
    store = Send(lambda: send_content(given.address, content, name, task.context.cutoff))
    if not given.id:
        yield store
        return _in_doubt(task, "the content was sent, and the response names no id of the file, or several")
    record, second = replace(record_of(task, given.id), started=False), intent_of(task, "start", given.id)
    first = task.intent
    yield Write((Remember(record, first.mark if first is not None else ""), Intend(second)))
    try:
        yield store
    except ApiError as error:
        if error.may_be_processed:
            return _in_doubt(task, error.message, given.id)
        yield Write((Remember(record, second.mark),))
        raise
    yield Write((Remember(replace(record, started=True), second.mark),))
    task.context.learn(task.address, given.id)
    fault = yield from _read_back(task, contents, given.id, len(content))
    return ended(task.change, Status.FAILED if fault else Status.APPLIED, fault, id=given.id)


def _in_doubt(task: Task, said: str, id: str = "") -> Outcome:  # the field's name
    """Return the outcome of an upload that a person has to settle: no call finds a file without its id."""
    hint = look_up(task.address, [id] if id else ())
    return ended(task.change, Status.UNKNOWN, WexaSyncError(said, hint=hint), id=id or None)


def _content(task: Task, contents: Contents) -> bytes:
    """Return the content that the plan saw. Raise WexaSyncError where the file has another by now."""
    planned: Any = task.declared[contents.field]
    file = Path(task.context.options.root) / planned["file"]
    try:
        content = read_bytes(file)
    except TextFault as fault:
        raise WexaSyncError(f"{planned['file']}: {fault.message}", hint=fault.hint) from None
    if hashlib.sha256(content).hexdigest() != planned["sha256"]:
        raise WexaSyncError(f"{planned['file']} changed since the plan", hint="Nothing was sent. Plan again.")
    return content


def _named(task: Task) -> Generator[Any, Any, Given | Outcome]:
    """Name the file to the API, once, and return what the response gives; the outcome where it gives too little."""
    endpoint, before = task.creation, task.intent
    prepared = yield from prepare(task, endpoint, body_of(task), spec=task.sent, repeatable=False)
    intent = intent_of(task, "create")
    yield Write((Intend(intent, task.change.settles),))
    try:
        sent = yield from send(task, prepared)
    except WexaSyncError as error:
        if error.may_be_processed:
            return _in_doubt(task, error.message)
        kept = Intend(before, intent.mark) if before is not None and before.settled else None
        yield Write((kept or Settle(task.address, intent.mark),))
        raise
    given = given_in(sent.answer)
    if given.address:
        return given
    named = f"; it names {given.id}" if given.id else ""
    return _in_doubt(task, f"the response gives no address to send the content to, or several{named}", given.id)


def _read_back(task: Task, contents: Contents, id: str, size: int) -> Generator[Http, Any, WexaSyncError | None]:
    """Return what is wrong with the file as the server shows it. One that is not shown yet is not wrong."""

    def look() -> list[Any]:
        found = task.context.api.read(task.kind, task.ids_with(id))
        return [unwrap(found)] if found is not None else []

    try:
        shown = yield Http(lambda: looked(task.context, look))
    except ApiError:
        return None  # the store took the content, and more can't be seen
    seen = shown[0].get(contents.size) if shown else None
    if not isinstance(seen, int) or isinstance(seen, bool) or seen == size:
        return None
    return WexaSyncError(
        f"the content was sent, {size} bytes, and the server shows {seen}",
        hint=f"Look in Wexa Studio at the file {id}. A change of its name or tags uploads it anew.",
    )
