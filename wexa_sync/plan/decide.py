"""The decision table: one pair -> one decision. Pure, and the only place where it is said what happens when.

manifest  live  record   decision
yes       no    no       CREATE; an action: RUN
yes       no    yes      CREATE, "removed outside"; an action: no-op, it ran; a time that has come: no-op
yes       yes   no       ADOPT or UPDATE with --adopt, or where it is surely ours; else blocked
yes       yes   yes      no-op or UPDATE
no        yes   yes      DELETE with --prune, else an orphan
no        no    yes      FORGET
no        yes   no       not ours
"""

from __future__ import annotations

from wexa_sync.compare.changes import edited
from wexa_sync.kinds import BY_NAME
from wexa_sync.kinds.base import Nature, Operation
from wexa_sync.model import Action, Manifest, Observation, Pair, Record
from wexa_sync.plan.action import RunLook, as_doubt
from wexa_sync.plan.decision import Decision, Rules
from wexa_sync.plan.resource import Look


def decide(pair: Pair, observation: Observation, rules: Rules) -> Decision:
    """What is to happen to one address."""
    if BY_NAME[pair.address.kind].nature is Nature.ACTION:
        return _decide_action(RunLook(pair, observation, rules))
    look = Look(pair, observation, rules)
    recorded = pair.record is not None and (pair.live is None or pair.live.id == pair.record.id)
    match (pair.manifest is not None, pair.live is not None, recorded):
        case (True, False, _):
            return look.create()
        case (True, True, False):
            return look.adopt()
        case (True, True, True):
            return look.keep()
        case (False, True, True):
            return look.prune()
        case _:
            return look.forget()


def _decide_action(look: RunLook) -> Decision:
    pair, record = look.pair, look.pair.record
    if look.sent_later() and not pair.absent:
        return look.lost_answer()
    if pair.manifest is None:
        return look.start_in_doubt() or (look.forget() if record is None else look.let_go())
    generation = pair.manifest.generation
    if record is not None and generation <= record.generation:
        return _decide_recorded(look, record, pair.manifest)
    if doubt := look.start_in_doubt():
        return doubt
    if pair.live is not None or pair.candidates:
        return as_doubt(look.adopt())
    if pair.similar:
        return as_doubt(look.similar())
    reason = f"generation {generation}" if generation > 1 else ""
    return (
        look.out_of_sight("run")
        or look.unresolved("run")
        or look.change(Action.RUN, reason=reason, before=None, settles=look.mark)
    )


def _decide_recorded(look: RunLook, record: Record, manifest: Manifest) -> Decision:
    """Decide on a run whose declared generation, or a later one, is recorded."""
    if manifest.generation < record.generation:
        return look.blocked(
            "run",
            f"generation {record.generation} ran already",
            "metadata.generation only goes up: raise it to run again.",
        )
    if record.started and record.ended is False:
        return look.wait()
    if fields := edited(look.kind, manifest.spec, record.spec, look.terms):
        return look.blocked("update", "a run can't be changed", look.kind.hints[Operation.UPDATE], fields)
    return look.resume() if record.started is False else look.change(Action.NOOP, id=record.id, reason="it ran")
