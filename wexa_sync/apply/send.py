"""Send a call about a task's resource. A list that the API takes only whole is read, edited, written and read back.

Such a list holds items of others too. The API knows no condition on a write, so what somebody else does between the
read and the write is lost. To keep that moment short, the list is read right before the write; and in one apply, the
lists of one owner have one writer at a time (`turn_for`).
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from wexa_sync.api.calls import Call, Ids
from wexa_sync.apply.steps import Http, Send, Turn
from wexa_sync.apply.task import Task
from wexa_sync.compare.others import foreign, is_item, stands_in
from wexa_sync.errors import ApiError, LostAnswer, NoSuchCall, NotFound, Overtaken, WexaSyncError
from wexa_sync.kinds import part_of
from wexa_sync.kinds.base import Kind
from wexa_sync.kinds.endpoint import Endpoint, Operation
from wexa_sync.kinds.inside import holder_in, standing_in
from wexa_sync.kinds.spec.fields import all_in, is_shown
from wexa_sync.kinds.spec.wire import encode, sent_back
from wexa_sync.model import Spec


class Prepared(Struct, frozen=True, kw_only=True):
    """Hold a call that is ready to be sent, and the items of others in the list that it writes whole."""

    call: Call
    others: Sequence[Any] = ()


class Sent(Struct, frozen=True, kw_only=True):
    """Hold what came of a call: the response, and the number of requests.

    After a list was written whole, `answer` is the owner as it was read back, and `fault` says that items of others are
    not as they were.
    """

    answer: Any
    attempts: int
    fault: WexaSyncError | None = None


_NO_SUCH_CALL = (404, 405, 501)
_UNDOCUMENTED = (
    "This server lacks the call, which no vendor page has. Change it in Wexa Studio, or put the manifest back."
    " Without {} in allow_undocumented (wexa-sync.yaml), the plan shows it as blocked."
)


def missing_call(endpoint: Endpoint, refusal: WexaSyncError) -> NoSuchCall | None:
    """Return the error of a call that is undocumented and that the server lacks; None for any other refusal."""
    if not endpoint.undocumented or getattr(refusal, "status", None) not in _NO_SUCH_CALL:
        return None
    return NoSuchCall(refusal.message, hint=_UNDOCUMENTED.format(endpoint.undocumented))


def turn_for(task: Task, operation: Operation) -> Generator[Turn, Any, None]:
    """Wait until no other change writes a list of the same owner, where the operation writes one whole."""
    if any(call.replaces for call in task.kind.calls(operation)):
        yield Turn(task.place.owner)


def prepare(
    task: Task,
    endpoint: Endpoint,
    body: Mapping[str, Any] | None,
    *,
    spec: Spec,
    repeatable: bool,
    ids: Ids | None = None,
) -> Generator[Http, Any, Prepared]:
    """Return the call with that body, ready to be sent. `spec`: all of the resource, as it is or is to be.

    `ids`: those for the call, if not just the task's.

    Of a list that is written whole, the body stands for the resource's item; None takes the item away.
    """
    values = encode(task.kind, spec, task.resolve)
    if not endpoint.replaces:
        call = Call(endpoint=endpoint, ids=ids or task.ids, body=body or {}, spec=values, repeatable=repeatable)
        return Prepared(call=call)
    owner, items = yield Http(lambda: task.context.api.whole_list(task.kind, task.place))
    id = task.change.id or task.chosen_id or ""  # the field's name
    others = [item for item in items if not is_item(task.kind, item, id)]
    _require_unchanged(task, items)
    _require_shown(task.kind, others)
    if task.change.id and len(others) == len(items):
        hint = "Nothing was sent. `wexa-sync plan` shows what is there."
        raise NotFound("its list no longer has it", method=endpoint.method, path=endpoint.path, hint=hint)
    call = Call(
        endpoint=endpoint,
        ids=task.ids,
        body={endpoint.replaces: _edited(task.kind, items, id, body)},
        spec=values,
        owner=owner,
        repeatable=False,  # a second time, it would take away what others did since the first
    )
    return Prepared(call=call, others=others)


def _edited(kind: Kind, items: Sequence[Any], id: str, body: Mapping[str, Any] | None) -> list[Any]:
    """Return the items with that body in the one of that id, or at the end; without a body, without that one."""
    if body is None:
        return [item for item in items if not is_item(kind, item, id)]
    if not any(is_item(kind, item, id) for item in items):
        return [*items, dict(body)]
    return [{**sent_back(kind, item), **body} if is_item(kind, item, id) else item for item in items]


def send(task: Task, prepared: Prepared) -> Generator[Http, Any, Sent]:
    """Send a call. Read back a list that was written whole, and look whether the items of others are still there."""
    endpoint, part = prepared.call.endpoint, part_of(task.kind)
    answer, attempts = yield Send(lambda: task.context.api.send(prepared.call))
    if not endpoint.replaces:
        return Sent(answer=answer, attempts=attempts)
    try:
        owner, items = yield Http(lambda: task.context.api.whole_list(task.kind, task.place))
    except ApiError as error:
        if isinstance(error, NotFound) and not prepared.call.body[endpoint.replaces]:
            return Sent(answer={endpoint.replaces: []}, attempts=attempts)  # a list that is empty may not be there
        said = f"the list was written, and can't be read back: {error.message}"
        raise LostAnswer(said, method=endpoint.method, path=endpoint.path, hint=error.hint) from None
    field = part.field if part is not None else endpoint.replaces
    lost = [each for each in prepared.others if not stands_in(task.kind, each, items)]
    whose = task.address.owner_address or holder_in(task.kind, task.change.after or task.change.before or {})
    fault = WexaSyncError(
        f"the {field} of {whose} were written as one list, and items of others changed: "
        + ", ".join(_called(task.kind, each) for each in lost),
        hint="Look in Wexa Studio: another person may have changed them just now, or the server does not keep them as "
        "they are sent.",
    )
    return Sent(answer={**owner, field: items}, attempts=attempts, fault=fault if lost else None)


def read_back(*endpoints: Endpoint) -> tuple[str, ...]:
    """Return what is said of undocumented calls that write a list whole: each was read back."""
    calls = (f"{each.method} {each.path}" for each in endpoints if each.undocumented and each.replaces)
    return tuple(f"made by {each}, which is not documented; read back and found right" for each in calls)


def _require_unchanged(task: Task, items: Sequence[Any]) -> None:
    """Raise Overtaken where the items of others are not those that the plan saw."""
    planned, ours = task.change.others, {*task.known, task.chosen_id or ""}
    shown = standing_in(task.kind, task.place.owner, items) if task.kind.inside else items
    if planned and foreign(task.kind, shown, ours, task.context.plan.lineage) != planned:
        what = "what others have in the same list was changed since the plan was made"
        raise Overtaken(what, hint="Nothing was overwritten. Plan again to see what it is now.")


def _require_shown(kind: Kind, others: Sequence[Any]) -> None:
    """Raise WexaSyncError where reads hide a field of others' items: what is not shown can't be written back."""
    hidden = [name for name, field in kind.fields.fields.items() if not (is_shown(field) and all_in(field, is_shown))]
    if others and hidden:
        raise WexaSyncError(
            f"reads do not show {', '.join(hidden)} of other items in the same list: written whole, it would lose that",
            hint="Nothing was sent. Change it in Wexa Studio.",
        )


def _called(kind: Kind, item: Any) -> str:
    return kind.called(item) if isinstance(item, dict) else "an item without a name"
