"""Make a spec one that a manifest may have: what no schema takes is left to the live side, and said. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import takewhile
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from wexa_sync.export.document import spelled
from wexa_sync.export.draft import Draft
from wexa_sync.kinds import BY_NAME
from wexa_sync.kinds.base import Kind, Part
from wexa_sync.kinds.spec import cron
from wexa_sync.kinds.spec.fields import DESCEND, Field, Format, walk
from wexa_sync.kinds.spec.schema import Schema, bundled
from wexa_sync.kinds.spec.wire import at_path, replaced
from wexa_sync.manifests.foreign import API_VERSION
from wexa_sync.manifests.schema_check import schema_faults
from wexa_sync.manifests.schema_messages import Fault
from wexa_sync.model import Path
from wexa_sync.secrecy.find import secrets_in

_ROUNDS = 5
"""How often a spec is looked at again: each time all that is wrong is put right."""


class Fit(Struct, kw_only=True):
    """Describe a spec on its way to be valid. `why` says what can't be put right; it is then no manifest."""

    kind: Kind
    spec: dict[str, Any]
    comments: dict[Path, tuple[str, ...]] = field(default_factory=dict)
    ignore: dict[str, None] = field(default_factory=dict)
    why: str = ""


def fitted(draft: Draft) -> tuple[Draft, str]:
    """Return the draft without what no manifest may say, and why it can't be one at all; an empty text if it can.

    A field that is not required is left out. In the place of a required one stands another text, which counts for
    nothing: changes of the field are ignored. By that text nothing is found: without the state, the id leads there.
    """
    kind = BY_NAME[draft.address.kind]
    fit = Fit(kind=kind, spec=dict(draft.spec), comments=dict(draft.comments), ignore=dict.fromkeys(draft.ignore))
    for _ in range(_ROUNDS):
        faults = _faults(draft, fit.spec)
        if not faults or fit.why:
            break
        for fault in faults:
            _put_right(fit, fault, draft.address.name)
    else:
        fit.why = fit.why or faults[0].message
    by_id = draft.by_id or not fit.ignore.keys().isdisjoint(kind.identity)
    return replace(draft, spec=fit.spec, comments=fit.comments, ignore=tuple(fit.ignore), by_id=by_id), fit.why


def _faults(draft: Draft, spec: Mapping[str, Any]) -> list[Fault]:
    """Return what is wrong with a spec, as a manifest has it."""
    if found := [path for path, secret in secrets_in(spec, ("spec",)) if not secret.template]:
        return [Fault(path, "it holds the API key", "") for path in found]
    kind = BY_NAME[draft.address.kind]
    metadata = {"name": draft.address.name, **({"project": draft.address.project} if draft.address.project else {})}
    written = spelled(spec, kind.fields)
    data = {"apiVersion": API_VERSION, "kind": kind.name, "metadata": metadata, "spec": written}
    return [*schema_faults(kind.schema, data), *_odd_times(written, kind.fields)]


def _odd_times(spec: Any, fields: Field) -> list[Fault]:
    """Return the faults of texts that say when to run, which no schema sees."""
    faults = []

    def visit(value: Any, field: Field, path: Path) -> Any:
        if field.format is Format.CRON and isinstance(value, str) and (fault := cron.wrong_in(value)):
            faults.append(Fault(path, fault, ""))
        return DESCEND if isinstance(value, (dict, list)) else value

    walk(spec, fields, visit, ("spec",))
    return faults


def _put_right(fit: Fit, fault: Fault, handle: str) -> None:
    """Leave out what a manifest can't have, or put another text in its place, for which the live side is ignored."""
    at, part = _around(fit.kind, fault.path)
    names = tuple(takewhile(lambda each: isinstance(each, str), fault.path[len(at) :]))
    kind = part.kind if part is not None else fit.kind
    whole = bundled(kind.schema)
    schema: Schema = whole["properties"].get("spec", whole)
    for name in names[:-1]:
        schema = schema.get("properties", {}).get(name, {})
    path, wanted = (*at, *names), schema.get("properties", {}).get(names[-1], {}) if names else {}
    around = at_path({"spec": fit.spec}, path[:-1])
    if not names or not isinstance(around, dict):
        fit.why = fit.why or fault.message
        return
    said = f"a manifest can't have what is live ({fault.message}). In Wexa it stays as it is."
    if names[-1] not in schema.get("required", ()):
        rest = {name: value for name, value in around.items() if name != names[-1]}
        fit.spec = replaced({"spec": fit.spec}, path[:-1], rest)["spec"]
        _note(fit, path[:-1] if len(path) > 2 else (), f"{names[-1]}: left out, since {said}")
        return
    own = at_path({"spec": fit.spec}, (*at, part.handle)) if part is not None else handle
    refers = bool(kind.fields.at(names).ref)
    value = None if refers else _stand_in(wanted, around.get(names[-1]), str(own))
    if value is None:
        fit.why = fit.why or f"{'.'.join(map(str, names))}: {fault.message}"
        return
    fit.spec = replaced({"spec": fit.spec}, path, value)["spec"]
    _note(fit, path, f"{names[-1]}: not the live one, since {said}")
    fit.ignore[".".join(map(str, (part.field, *names) if part is not None else names))] = None


def _note(fit: Fit, path: Path, line: str) -> None:
    fit.comments[path] = (*fit.comments.get(path, ()), line)


def _stand_in(schema: Schema, before: Any, handle: str) -> Any:
    """Return a value that the schema of a required field takes, as near to the live one as can be; None for none."""
    if "pattern" in schema:
        return None
    if schema.get("type") == "object":
        inner = schema.get("properties", {})
        return {name: _stand_in(inner[name], None, handle) for name in schema.get("required", ())}
    if schema.get("type") == "string":
        return (before if isinstance(before, str) and before else handle)[: schema.get("maxLength")]
    return None


def _around(kind: Kind, path: Path) -> tuple[Path, Part | None]:
    """Return the path of what a fault is in, the manifest or one of its parts."""
    for part in kind.parts:
        if path[1:2] == (part.field,) and len(path) > 2:
            return path[:3], part
    return ("spec",), None
