"""Save a plan in a file (`plan --out`), to be applied later as it was reviewed.

No secret's value is in it: a secret stands there as its template and a keyed fingerprint, is read from the environment
again when the plan is applied, and must still be the one that was reviewed. A write-only text that a manifest has in
clear has no variable to be read from: such a text or number alone stands in the file as it is.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from msgspec.structs import asdict, replace

from wexa_sync.errors import PlanRefused
from wexa_sync.model import (
    Action,
    Blocked,
    Change,
    Choice,
    ExternalName,
    FieldChange,
    LostState,
    Move,
    Plan,
    Sealed,
    Secret,
    SecretNumber,
    Unmanaged,
    Unset,
)
from wexa_sync.plan.digest import choice_to_data, digest
from wexa_sync.secrecy.seal import address_to_data, seal, secret_fingerprint, unseal
from wexa_sync.state.data import (
    address_from_data,
    as_data,
    id_from_data,
    lifecycle_from_data,
    lifecycle_to_data,
    source_from_data,
    source_to_data,
    target_from_data,
    target_to_data,
)
from wexa_sync.state.disk import replace_file
from wexa_sync.text.patterns import pattern

FORMAT = "wexa-sync-plan"
VERSION = 2

_NUMBER = pattern(r"\$\{json:([-+.0-9eE]+)\}")  # no text has such a template: a ${ of its own is escaped

_UNSAVED = {"digest", "basis", "origins"}
_PLAN, _CHANGE, _BLOCKED = (
    [name for name in noun.__struct_fields__ if name not in _UNSAVED] for noun in (Plan, Change, Blocked)
)


def _sum(content: Any) -> str:
    """Return a hex sha256 over everything in a plan: what was saved is what is applied."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def save(plan: Plan, path: Path) -> None:
    """Write the plan, readable by its owner alone. Raise StateError where the place can't be written."""
    replace_file(path, saved_text(plan).encode())


def saved_text(plan: Plan) -> str:
    """Return the text of the file."""
    content = _to_data(plan)
    data = {"format": FORMAT, "version": VERSION, "digest": _sum(content), "plan": content}
    return json.dumps(data, indent=1, ensure_ascii=False) + "\n"


def is_plan(path: Path) -> bool:
    """True when the file looks like a saved plan and not like a manifest."""
    try:
        with path.open(encoding="utf-8") as file:
            return f'"{FORMAT}"' in file.read(200)
    except (OSError, UnicodeDecodeError):
        return False


def read(path: Path, reveal: Callable[[str], str | None]) -> Plan:
    """Return the saved plan. `reveal` gives the value of a secret's template; None where it is not set.

    Raise PlanRefused where the file is no plan, was changed, or a secret is not the one that was planned with.
    """
    plan = _stored(path)
    changes = tuple(
        replace(change, after=_opened(change.after, plan.lineage, reveal)) if change.after is not None else change
        for change in plan.changes
    )
    return replace(plan, changes=changes)


def _stored(path: Path) -> Plan:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise _no_plan(path, error.strerror or "it can't be read") from None
    except (ValueError, RecursionError):
        raise _no_plan(path, "it is not JSON") from None
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise _no_plan(path, "it is no plan")
    if data.get("version") != VERSION:
        raise _no_plan(path, f"it was written by another wexa-sync (this one reads plans of version {VERSION})")
    try:
        plan = _from_data(data["plan"])
        same = _sum(_to_data(plan)) == data["digest"]
        plan = replace(plan, digest=digest(plan))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        same = False
    if not same:
        raise _no_plan(path, "it was changed after it was written")
    return plan


def _no_plan(path: Path, why: str) -> PlanRefused:
    return PlanRefused(f"{path} can't be applied: {why}", hint=f"Make a new one: `wexa-sync plan --out {path}`.")


def _opened(value: Any, key: str, reveal: Callable[[str], str | None]) -> Any:
    if isinstance(value, Mapping):
        return {name: _opened(item, key, reveal) for name, item in value.items()}
    if isinstance(value, list):
        return [_opened(item, key, reveal) for item in value]
    if not isinstance(value, Sealed):
        return value
    if number := _NUMBER.fullmatch(value.template):
        secret: Secret = SecretNumber(template="", value=number[1])
    elif (text := reveal(value.template)) is None:
        return value  # whoever needs it is refused
    else:
        secret = Secret(template="" if value.template == _escaped(text) else value.template, value=text)
    unset = Unset(template=value.template)  # when the plan was made: any value will do
    if value.fingerprint not in (secret_fingerprint(secret, key), secret_fingerprint(unset, key)):
        raise PlanRefused(
            f"the value of {value.template} is not the one that the plan was made with",
            hint="Set the value that the plan was made with, or plan again.",
        )
    return secret


def _reopening(secret: Secret) -> str:
    """Return a template from which the secret can be read again: of one that has none, the value itself."""
    if isinstance(secret, SecretNumber):
        return f"${{json:{secret.reveal()}}}"
    return secret.template or _escaped(secret.reveal())


def _escaped(text: str) -> str:
    return text.replace("${", "$${")


def _to_data(plan: Plan) -> dict[str, Any]:
    key = plan.lineage
    data = as_data(plan, _PLAN) | {
        "target": target_to_data(plan.target),
        "changes": [_change_to_data(change, key) for change in plan.changes],
        "blocked": [_blocked_to_data(blocked, key) for blocked in plan.blocked],
        "orphans": [address_to_data(address) for address in plan.orphans],
        "unprunable": [_blocked_to_data(blocked, key) for blocked in plan.unprunable],
        "unmanaged": [_unmanaged_to_data(found) for found in plan.unmanaged],
        "ids": {address_to_data(address): found for address, found in sorted(plan.ids.items())},
        "externals": [[*name, found] for name, found in sorted(plan.externals.items())],
        "lifecycles": {address_to_data(a): lifecycle_to_data(found) for a, found in sorted(plan.lifecycles.items())},
        "choice": choice_to_data(plan.choice),
        "moved": [_move_to_data(move) for move in plan.moved],
        "lost": _lost_to_data(plan.lost) if plan.lost else None,
    }
    if plan.choice == Choice():
        del data["choice"]
    if not plan.target.environment:
        del data["target"]["environment"]
    for name in ("unprunable", "unmanaged", "moved", "lost"):  # as plans were written before there were any
        if not data[name]:
            del data[name]
    return data


def _from_data(data: Any) -> Plan:
    read = {
        "target": target_from_data({"environment": "", **data["target"]}),
        "changes": tuple(_change_from_data(change) for change in data["changes"]),
        "blocked": tuple(_blocked_from_data(blocked) for blocked in data["blocked"]),
        "orphans": tuple(address_from_data(address) for address in data["orphans"]),
        "unprunable": tuple(_blocked_from_data(blocked) for blocked in data.get("unprunable", ())),
        "unmanaged": tuple(_unmanaged_from_data(found) for found in data.get("unmanaged", ())),
        "warnings": tuple(data["warnings"]),
        "moved": tuple(_move_from_data(move) for move in data.get("moved", ())),
        "lost": _lost_from_data(data["lost"]) if "lost" in data else None,
        "ids": {address_from_data(address): id_from_data(found) for address, found in data["ids"].items()},
        "externals": {ExternalName(*name): id_from_data(found) for *name, found in data["externals"]},
        "lifecycles": {address_from_data(a): lifecycle_from_data(found) for a, found in data["lifecycles"].items()},
        "choice": _choice_from_data(data["choice"]) if "choice" in data else Choice(),
    }
    return Plan(**{**data, **read})


def _choice_from_data(data: Any) -> Choice:
    addresses = {name: tuple(map(address_from_data, data[name])) for name in ("targets", "excludes")}
    return Choice(**{**data, **addresses})


def _unmanaged_to_data(found: Unmanaged) -> dict[str, str]:
    return {"owner": address_to_data(found.owner), "kind": found.kind, "id": found.id, "title": found.title}


def _unmanaged_from_data(data: Any) -> Unmanaged:
    return Unmanaged(**{**data, "owner": address_from_data(data["owner"]), "id": id_from_data(data["id"])})


def _lost_to_data(lost: LostState) -> dict[str, Any]:
    return {**asdict(lost), "blocked": [address_to_data(address) for address in lost.blocked]}


def _lost_from_data(data: Any) -> LostState:
    return LostState(**{**data, "blocked": tuple(map(address_from_data, data["blocked"]))})


def _move_to_data(move: Move) -> dict[str, Any]:
    source = source_to_data(move.source) if move.source else None
    return {"old": address_to_data(move.old), "new": address_to_data(move.new), "source": source}


def _move_from_data(data: Any) -> Move:
    source = source_from_data(data["source"]) if data["source"] else None
    return Move(old=address_from_data(data["old"]), new=address_from_data(data["new"]), source=source)


def _change_to_data(change: Change, key: str) -> dict[str, Any]:
    data = as_data(change, _CHANGE) | {
        "action": change.action.value,
        "address": address_to_data(change.address),
        "before": seal(change.before, key),
        "after": seal(change.after, key, _reopening),
        "fields": _fields_to_data(change.fields, key),
        "source": source_to_data(change.source) if change.source else None,
        "depends_on": [address_to_data(address) for address in change.depends_on],
        "behind": address_to_data(change.behind) if change.behind else None,
        "lifecycle": lifecycle_to_data(change.lifecycle),
    }
    for name in ("settles", "position", "behind", "branch", "others", "fires"):  # as above
        if not data[name]:
            del data[name]
    # What is sent keeps its order. What is not has one in records and manifests alike.
    return json.loads(json.dumps(data, sort_keys=True)) if change.action is Action.NOOP else data


def _change_from_data(data: Any) -> Change:
    read = {
        "action": Action(data["action"]),
        "address": address_from_data(data["address"]),
        "before": unseal(data["before"]),
        "after": unseal(data["after"]),
        "fields": _fields_from_data(data["fields"]),
        "id": data["id"] if data["id"] is None else id_from_data(data["id"]),
        "source": source_from_data(data["source"]) if data["source"] else None,
        "depends_on": tuple(address_from_data(address) for address in data["depends_on"]),
        "behind": address_from_data(data["behind"]) if data.get("behind") else None,
        "lifecycle": lifecycle_from_data(data["lifecycle"]),
    }
    return Change(**{**data, **read})


def _fields_to_data(fields: Iterable[FieldChange], key: str) -> list[dict[str, Any]]:
    return [
        {"path": list(f.path), "before": seal(f.before, key), "after": seal(f.after, key), "by": f.changed_by}
        for f in fields
    ]


def _fields_from_data(data: Any) -> tuple[FieldChange, ...]:
    return tuple(
        FieldChange(path=tuple(f["path"]), before=unseal(f["before"]), after=unseal(f["after"]), changed_by=f["by"])
        for f in data
    )


def _blocked_to_data(blocked: Blocked, key: str) -> dict[str, Any]:
    data = as_data(blocked, _BLOCKED) | {
        "address": address_to_data(blocked.address),
        "source": source_to_data(blocked.source) if blocked.source else None,
        "fields": _fields_to_data(blocked.fields, key),
    }
    if not blocked.doubt:
        del data["doubt"]
    return data


def _blocked_from_data(data: Any) -> Blocked:
    source = source_from_data(data["source"]) if data["source"] else None
    read = {"address": address_from_data(data["address"]), "source": source}
    return Blocked(**{**data, **read, "fields": _fields_from_data(data["fields"])})
