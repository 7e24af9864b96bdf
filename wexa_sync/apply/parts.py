"""Send along with an update that may replace a resource all of it as it is live, its parts included."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any

from wexa_sync.api.calls import Raw
from wexa_sync.apply.context import Context
from wexa_sync.apply.find import looked
from wexa_sync.apply.steps import Http
from wexa_sync.apply.task import Task
from wexa_sync.compare.others import SERVERS
from wexa_sync.compare.parts import known_of
from wexa_sync.errors import WexaSyncError
from wexa_sync.kinds.base import Kind
from wexa_sync.kinds.endpoint import Endpoint
from wexa_sync.kinds.spec.wire import decode, encode, not_shown, sent_back, with_derived, with_texts
from wexa_sync.model import Address, Spec


def with_the_rest(task: Task, endpoint: Endpoint, body: Mapping[str, Any]) -> Generator[Http, Any, dict[str, Any]]:
    """Return the body of an update with all that the resource holds besides, in the shape the API takes.

    What reads do not show is sent as declared or as recorded. Raise WexaSyncError where that leaves something unknown,
    or where a read leaves out what lives in it and is ours.
    """
    context, kind = task.context, task.kind
    shown = {part.kind.name for part in kind.embedded}
    inside = [each for each in context.parts[task.address] if each.kind in shown and each in context.ids]
    ours = {context.ids[each]: each for each in inside}
    raw: Raw = {}

    def look() -> list[str]:
        nonlocal raw
        raw = context.api.read(kind, task.ids) or {}
        live = {part.kind.id_of(item) for part in kind.embedded for item in part.items(raw)}
        return ["whole"] if ours.keys() <= live else []

    if not (yield Http(lambda: looked(context, look))):
        raise WexaSyncError(
            f"a read of {task.address} leaves out what is in it: updating it now might remove that",
            hint="Apply again in a moment. If it stays so, `wexa-sync plan` says what is gone.",
        )
    own = _known(context, task.address)
    _require(task.address, not_shown(kind, raw, endpoint.keeps), {*own, *body})
    parts = {part.field: [_whole(context, part.kind, item, ours) for item in part.items(raw)] for part in kind.embedded}
    # A null stands for a text that is empty, say, and may not be taken back: left out, it is nothing all the same.
    whole = {**{name: value for name, value in sent_back(kind, raw).items() if name not in SERVERS}, **body}
    return {**{name: value for name, value in whole.items() if value is not None}, **parts}


def _whole(context: Context, kind: Kind, raw: Raw, ours: Mapping[str, Address]) -> dict[str, Any]:
    """Return a part as it is live, with what reads do not show of it. `ours`: the parts in the state, by their ids."""
    id = kind.id_of(raw) or ""  # the field's name
    address = ours.get(id)
    known, hidden = _known(context, address), not_shown(kind, raw)
    _require(address or f"{kind.name} {id}", hidden, known)
    spec = {**{name: known[name] for name in hidden}, **decode(kind, raw)}
    sent = with_texts(kind, with_derived(kind, spec, declared={}))
    return {
        **sent_back(kind, raw),
        **encode(kind, sent, context.resolver(address or Address(kind=kind.name, name="_"))),
    }


def _known(context: Context, address: Address | None) -> Spec:
    """Return what is declared of a resource, and what is recorded of it besides."""
    if address is None:
        return {}
    record, change = context.before.records.get(address), context.changes.get(address)
    return known_of(record.spec if record else {}, (change.after if change else None) or {})


def _require(address: Address | str, hidden: tuple[str, ...], known: Spec | set[str]) -> None:
    if lost := [name for name in hidden if name not in known]:
        raise WexaSyncError(
            f"reads do not show {', '.join(lost)} of {address}, which the update may reset",
            hint="Nothing was sent. Change it in Wexa Studio.",
        )
