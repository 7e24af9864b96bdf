"""Decide on one pair. Pure, and the only file that says what happens when.

manifest  live  record   decision
yes       no    no       CREATE; an action: RUN
yes       no    yes      CREATE, "removed outside"; an action: no-op; a schedule whose time has come: no-op
yes       yes   no       ADOPT or UPDATE with --adopt, by metadata.import, or where it is surely ours; else blocked
yes       yes   yes      no-op or UPDATE
no        yes   yes      DELETE with --prune, else an orphan
no        no    yes      FORGET
no        yes   no       not ours
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from wexa_sync.kinds import BY_NAME
from wexa_sync.kinds.base import Nature
from wexa_sync.kinds.endpoint import Operation
from wexa_sync.model import Action, Manifest, Observation, Pair, Record
from wexa_sync.plan.action import ActionCase, as_doubt
from wexa_sync.plan.decision import Decision, Rules
from wexa_sync.plan.imported import misled, only_taken
from wexa_sync.plan.recorded import ResourceCase
from wexa_sync.plan.sown import SownCase

_AGAIN = "It happened already. Raise metadata.generation by one, and it happens again with the new spec."


Row = tuple[bool, bool, bool]
"""Whether there is a manifest, something live, and a record of it: what chooses the row of the table."""

ROWS: Final[Mapping[Row, str]] = {
    (True, False, False): "CREATE; an action: RUN",
    (True, False, True): 'CREATE, "removed outside"; an action: no-op; a schedule whose time has come: no-op',
    (True, True, False): "ADOPT or UPDATE with --adopt, by metadata.import, or where it is surely ours; else blocked",
    (True, True, True): "no-op or UPDATE",
    (False, True, True): "DELETE with --prune, else an orphan",
    (False, False, True): "FORGET",
    (False, True, False): "not ours",
    (False, False, False): "it was intended, and never arrived: FORGET",
}


def row_of(pair: Pair) -> Row:
    """Return the row of the table that a pair is in. A record of something else that was live before is none."""
    recorded = pair.record is not None and (pair.live is None or pair.live.id == pair.record.id)
    return pair.manifest is not None, pair.live is not None, recorded


def decide(pair: Pair, observation: Observation, rules: Rules) -> Decision:
    """Return what is to happen to one address. Where all is to be taken over as it is, nothing but that."""
    found = _decide(pair, observation, rules)
    return only_taken(found) if rules.imports else found


def _decide(pair: Pair, observation: Observation, rules: Rules) -> Decision:
    if BY_NAME[pair.address.kind].nature is Nature.ACTION:
        return _decide_action(ActionCase(pair, observation, rules))
    if BY_NAME[pair.address.kind].sown is not None:
        return SownCase(pair, observation, rules).decide()
    resource = ResourceCase(pair, observation, rules)
    if blocked := misled(resource):
        return blocked
    match row_of(pair):
        case (True, False, _):
            return resource.create()
        case (True, True, False):
            return resource.adopt()
        case (True, True, True):
            return resource.keep()
        case (False, True, True):
            return resource.prune()
        case _:
            return resource.forget()


def _decide_action(case: ActionCase) -> Decision:
    pair, record = case.pair, case.pair.record
    if case.sent_later() and not pair.absent:
        return case.lost_answer()
    if pair.manifest is None:
        return case.start_in_doubt() or (case.forget() if record is None else case.let_go())
    generation = pair.manifest.generation
    if record is not None and generation <= record.generation:
        return _decide_recorded(case, record, pair.manifest)
    if doubt := case.start_in_doubt():
        return doubt
    if pair.live is not None or pair.candidates:
        return as_doubt(case.adopt())
    if pair.similar:
        return as_doubt(case.similar())
    said = (
        f"generation {generation}" if generation > 1 else "",
        f"it spends {costs}" if (costs := case.kind.costs) else "",
    )
    reason = "; ".join(filter(None, said))
    return (
        case.not_creatable()
        or case.out_of_sight("run")
        or case.unresolved("run")
        or case.change(Action.RUN, reason=reason, before=None, settles=pair.mark)
    )


def _decide_recorded(case: ActionCase, record: Record, manifest: Manifest) -> Decision:
    """Decide on an action whose declared generation, or a later one, is recorded."""
    if case.kind.contents is not None:
        return case.uploaded(record, manifest)
    if manifest.generation < record.generation:
        return case.blocked(
            "run",
            f"generation {record.generation} {case.past} already",
            "metadata.generation only goes up: raise it, and it happens again.",
        )
    if record.started and record.ended is False:
        return case.wait()
    if fields := case.edits(record, manifest):
        hint = case.kind.hints.get(Operation.UPDATE, _AGAIN)
        return case.blocked("update", f"a {case.noun} can't be changed", hint, fields)
    if record.started is False:
        return case.resume()
    return case.change(Action.NOOP, id=record.id, reason=f"it {case.past}")
