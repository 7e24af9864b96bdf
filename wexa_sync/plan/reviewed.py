"""Hold a plan against the one that was reviewed: by its digest, and where they differ by the reviewed plan's JSON."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from wexa_sync.errors import PlanMoved, UsageError
from wexa_sync.model import Action, Address, Plan
from wexa_sync.text.digests import is_digest, short
from wexa_sync.text.files import short as cut
from wexa_sync.text.json import parse
from wexa_sync.text.suggest import named

_MOST = 10
_SIDES = {"before": "the live one", "after": "the manifest"}

Data = Mapping[str, Any]


class Reviewed(Struct, frozen=True, kw_only=True):
    """Describe a plan that a person reviewed: its digest, and its JSON where that is at hand (None: it is not)."""

    digest: str
    plan: Data | None = None


def read_reviewed(digest: str, file: Path | None) -> Reviewed:
    """Return the reviewed plan of that digest; `file` holds its JSON. Raise UsageError where it holds no such plan."""
    if file is None:
        return Reviewed(digest=digest)
    try:
        data = parse(file.read_bytes())
        if not isinstance(data, dict) or not is_digest(digest, data["digest"]):
            raise UsageError(
                f"{file} is the JSON of another plan than that of --expect",
                hint="Pass what `wexa-sync plan --format json` wrote when the plan was reviewed.",
            )
        _operations(data)
    except OSError as error:
        raise UsageError(
            f"{file} can't be read: {error.strerror}", hint="Name a file with the JSON of a plan."
        ) from None
    except (ValueError, KeyError, TypeError, AttributeError, IndexError):
        raise UsageError(f"{file} is no plan", hint="Pass what `wexa-sync plan --format json` wrote.") from None
    return Reviewed(digest=digest, plan=data)


def require_reviewed(plan: Plan, reviewed: Reviewed, as_data: Callable[[Plan], Data] | None = None) -> None:
    """Raise PlanMoved, which names what moved, where the plan is not the one that was reviewed.

    `as_data` gives the JSON of a plan, to be compared with that of the reviewed one.
    """
    if is_digest(reviewed.digest, plan.digest):
        return
    what = f"its digest is {short(plan.digest)}, not {short(reviewed.digest)}"
    if reviewed.plan is None or as_data is None:
        work = [f"{change.action.value} {change.address}" for change in plan.work]
        since = f"It would now {named(work, most=_MOST)}." if work else "There is nothing to do now."
    else:
        now = as_data(plan)
        since = f"Since then: {named([*moved(reviewed.plan, _as_short(now, reviewed.plan))], most=_MOST)}."
    raise PlanMoved(
        f"this is not the plan that was reviewed: {what}. {since}",
        hint="Nothing was changed. Review the plan as it is now, then pass its digest.",
    )


def outline(plan: Data) -> Data:
    """Return the JSON of a plan in short: with hashes where it is long, for a place with little room.

    It tells as much of what moved since as the whole does. `outline` marks it.
    """
    return {
        "outline": True,
        **{name: plan.get(name) for name in ("digest", "target", "choice", "state")},
        **{name: _hash(plan.get(name)) for name in ("blocked", "orphans")},
        "resource_changes": [
            {"address": address, "change": {"actions": [action], **{side: _hash(change.get(side)) for side in _SIDES}}}
            for address, (action, change) in _operations(plan).items()
        ],
    }


def _as_short(plan: Data, other: Data) -> Data:
    return outline(plan) if other.get("outline") else plan


def _hash(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:8]


def moved(before: Data, now: Data) -> Iterator[str]:
    """Yield what differs between the JSON of two plans, a phrase each."""
    found = [*_moved_around(before, now), *_moved_operations(_operations(before), _operations(now))]
    yield from found or ["a secret, an id or the user is another one"]


def _moved_around(before: Data, now: Data) -> Iterator[str]:
    if before.get("target") != now.get("target"):
        yield f"the target is another one ({_place(now)}, not {_place(before)})"
    if before.get("choice") != now.get("choice"):
        yield "the flags are other ones (--prune, --adopt, --target or --exclude)"
    if before.get("state") != now.get("state"):
        yield "there was another apply"
    for what in ("blocked", "orphans"):
        if before.get(what) != now.get(what):
            yield f"other resources are {what}" if what == "blocked" else f"there are other {what}"


def _place(plan: Data) -> str:
    target = plan.get("target")
    return cut(f"{target.get('base_url')}, {target.get('org_id')}") if isinstance(target, dict) else "none"


def _moved_operations(before: Mapping[str, tuple[str, Data]], now: Mapping[str, tuple[str, Data]]) -> Iterator[str]:
    for address in sorted(before.keys() | now.keys()):
        (was, old), (is_, new) = before.get(address, ("", {})), now.get(address, ("", {}))
        if not was:
            yield f"{address} is new ({is_})"
        elif not is_:
            yield f"{address} is not there any more ({was})"
        elif was != is_:
            yield f"{address} has another action ({is_}, not {was})"
        elif others := [side for name, side in _SIDES.items() if old.get(name) != new.get(name)]:
            yield f"{address} differs ({was}: {' and '.join(others)} changed)"


def _operations(plan: Data) -> dict[str, tuple[str, Data]]:
    """Return the action and the change of each operation in the JSON of a plan, by address."""
    changes = ((str(Address.parse(each["address"])), each["change"]) for each in plan["resource_changes"])
    found = {address: (Action(change["actions"][0]), change) for address, change in changes}
    return {address: (action.value, each) for address, (action, each) in found.items() if action is not Action.NOOP}
