"""Turn what an apply does into notes, and the notes of an apply back into a PastApply. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from wexa_sync.model import (
    Action,
    Address,
    Origin,
    Outcome,
    PastApply,
    PastChange,
    Plan,
    PreImage,
    Replaced,
    Status,
)
from wexa_sync.secrecy.seal import address_to_data, seal, unseal
from wexa_sync.state.base import Note, Notes
from wexa_sync.state.data import address_from_data, as_data, lifecycle_from_data, lifecycle_to_data
from wexa_sync.state.past import DAMAGED

_BEGAN, _REPLACES, _ENDED, _OVER = "began", "replaces", "ended", "over"
_ORIGIN = ("who", "command", "commit", "dirty", "environment")


def id_at(moment: float) -> str:
    """Return the id of an apply that begins at that moment. Ids sort by time, and name a file."""
    time = datetime.fromtimestamp(moment, timezone.utc)
    return f"{time:%Y%m%d-%H%M%S}-{time.microsecond // 1000:03}"


def began(run: str, started: float, origin: Origin, plan: Plan) -> Note:
    """Return the note that an apply begins: with where it comes from, and all that it is going to do."""
    data = as_data(origin, _ORIGIN) | {
        "started": started,
        "digest": plan.digest,
        "moved": [[address_to_data(each.old), address_to_data(each.new)] for each in plan.moved],
        "changes": [
            {
                "address": address_to_data(change.address),
                "action": change.action.value,
                "id": change.id,
                "file": change.source.file if change.source else "",
            }
            for change in plan.work
        ],
    }
    return Note(run, {_BEGAN: data}, durable=True)


def replaces(run: str, image: PreImage) -> Note:
    """Return the note of what is live, before it is replaced. Raise TypeError for a Secret in it."""
    data = {
        "address": address_to_data(image.address),
        "id": image.id,
        "live": seal(image.live, None),
        "declared": seal(image.declared, None),
        "fields": [_replaced_to_data(field) for field in image.fields],
        "lifecycle": lifecycle_to_data(image.lifecycle),
        "position": image.position,
    }
    return Note(run, {_REPLACES: data}, durable=True)


def ended(run: str, outcome: Outcome) -> Note:
    """Return the note of how a change ended. Its error stays out: a server may quote a secret in it."""
    address = address_to_data(outcome.change.address)
    return Note(run, {_ENDED: {"address": address, "status": outcome.status.value, "id": outcome.id}})


def over(run: str, moment: float, *, interrupted: bool) -> Note:
    """Return the note that an apply has ended."""
    return Note(run, {_OVER: {"ended": moment, "interrupted": interrupted}})


def past_applies(past: Mapping[str, Notes]) -> tuple[PastApply, ...]:
    """Return the applies of a history, the oldest first."""
    return tuple(_past_apply(run, notes) for run, notes in past.items())


def _past_apply(run: str, notes: Notes) -> PastApply:
    """Return the apply of these notes. What is of no known form counts as damage, and so does what follows it."""
    said: dict[str, Any] = {"started": 0.0, "origin": Origin(), "digest": "", "moved": (), "damaged": False}
    changes: dict[Address, dict[str, Any]] = {}
    try:
        for note in notes:
            _take(note, said, changes)
    except (ValueError, KeyError, TypeError, AttributeError):
        said["damaged"] = True
    if not notes or _BEGAN not in notes[0]:
        said["damaged"] = True
    return PastApply(id=run, changes=tuple(PastChange(**change) for change in changes.values()), **said)


def _take(note: Mapping[str, Any], said: dict[str, Any], changes: dict[Address, dict[str, Any]]) -> None:
    """Take in one note. One of a newer wexa-sync is passed over."""
    match note:
        case {"began": data}:
            said["started"], said["digest"] = float(data["started"]), str(data["digest"])
            said["origin"] = Origin(**{name: data[name] for name in _ORIGIN})
            said["moved"] = tuple((address_from_data(old), address_from_data(new)) for old, new in data["moved"])
            for change in data["changes"]:
                address = address_from_data(change["address"])
                rest = {"action": Action(change["action"]), "id": change["id"], "file": str(change["file"])}
                changes[address] = {"address": address, **rest}
        case {"replaces": data}:
            image = _image_from_data(data)
            changes[image.address]["before"] = image
        case {"ended": data}:
            change = changes[address_from_data(data["address"])]
            change["status"], change["id"] = Status(data["status"]), data["id"] or change["id"]
        case {"over": data}:
            said["ended"], said["interrupted"] = float(data["ended"]), bool(data["interrupted"])
        case _ if note == DAMAGED:
            said["damaged"] = True


def _image_from_data(data: Any) -> PreImage:
    return PreImage(
        address=address_from_data(data["address"]),
        id=str(data["id"]),
        live=unseal(data["live"]),
        declared=unseal(data["declared"]),
        fields=tuple(_replaced_from_data(field) for field in data["fields"]),
        lifecycle=lifecycle_from_data(data["lifecycle"]),
        position=int(data["position"]),
    )


def _replaced_to_data(field: Replaced) -> dict[str, Any]:
    sides = {"before": seal(field.before, None), "after": seal(field.after, None)}
    return {"path": list(field.path), "known": field.known, **sides}


def _replaced_from_data(data: Any) -> Replaced:
    path = tuple(data["path"])
    return Replaced(path=path, before=unseal(data["before"]), after=unseal(data["after"]), known=bool(data["known"]))
