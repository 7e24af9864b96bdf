"""Hold what the decision table says of imports: an id that is not to be, and what is taken over as it is live. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from wexa_sync.errors import look_up
from wexa_sync.model import Action, Blocked, Change, Observation
from wexa_sync.plan.decision import Decision, Rules, does
from wexa_sync.plan.resource import Case
from wexa_sync.text.ids import usual_case

_CORRECT = "Correct the id in metadata.import, or take it out: then the resource is found by its name, or made."


def misled(case: Case) -> Blocked | None:
    """Block a resource whose manifest imports an id that it can't have, or has no more; None for any other.

    Nothing is ever made in the place of what is imported: it would be there twice.
    """
    pair = case.pair
    id, record = (pair.manifest.import_id if pair.manifest is not None else ""), pair.record  # the field's name
    if not id:
        return None
    if record is not None and usual_case(id) not in map(usual_case, record.ids):
        hint = (
            f"Take metadata.import out to keep {record.id}. To manage {id} in its place: "
            f"`wexa-sync state rm {pair.address}`, and plan again."
        )
        return case.blocked("adopt", f"metadata.import names {id}, and {record.id} is recorded", hint)
    if record is not None:
        gone = pair.live is None and does(case.create(), Action.CREATE)
        hint = "Take metadata.import out: then the next apply makes it anew."
        return case.blocked("create", f"{id}, which metadata.import names, was removed outside", hint) if gone else None
    if pair.stray:
        return case.blocked("adopt", pair.stray, _CORRECT)
    if pair.open_intent is not None and not (pair.certain and pair.live is not None):
        reason = "it was sent before and the response was lost, so metadata.import may not be about it"
        return case.blocked("adopt", reason, look_up(pair.address, [id]))
    return None


def only_taken(found: Decision) -> Decision:
    """Return the decision where it takes something over, or says why that can't be; None for any other."""
    if isinstance(found, Blocked):
        return found if found.wanted == Action.ADOPT.value else None
    return found if does(found, Action.ADOPT, Action.NOOP) else None


def left_to_a_person(changes: Iterable[Change], observation: Observation, rules: Rules) -> Iterator[Blocked]:
    """Yield, of what is taken over as it is live, what the API can't make as it is declared."""
    for change in changes:
        if change.action is Action.ADOPT and change.fields:
            blocked = Case(observation.pairs[change.address], observation, rules).unchangeable(change.fields)
            if blocked is not None:
                yield blocked
