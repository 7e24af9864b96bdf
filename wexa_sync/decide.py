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

from dataclasses import dataclass
from typing import Any

from wexa_sync.diff import field_changes, project, same, shared, spec_fingerprint, terms_in
from wexa_sync.kinds import BY_NAME
from wexa_sync.kinds.base import Kind, Nature, Operation
from wexa_sync.kinds.execution import READY
from wexa_sync.kinds.times import CLOCK_SKEW
from wexa_sync.kinds.wire import references
from wexa_sync.model import Action, Blocked, Change, FieldChange, Live, Observation, Pair


@dataclass(frozen=True, slots=True)
class Orphan:
    """Recorded and declared no longer, and left alone since nobody asked to prune."""


Decision = Change | Blocked | Orphan | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What the person allows: `allowed` names undocumented calls (`agentflow.update`)."""

    prune: bool = False
    adopt: bool = False
    allowed: frozenset[str] = frozenset()


def decide(pair: Pair, observation: Observation, rules: Rules) -> Decision:
    """What is to happen to one address."""
    look = _Look(pair, observation, rules)
    if look.kind.nature is Nature.ACTION:
        return _decide_action(look)
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
        case (False, _, _):
            return look.forget()
    return None


def _decide_action(look: _Look) -> Decision:
    pair, record = look.pair, look.pair.record
    if pair.manifest is None:
        if record is not None:
            return look.change(Action.FORGET, reason="it ran; runs can't be deleted") if look.rules.prune else Orphan()
        in_doubt = pair.intent is not None and not pair.intent.settled and not pair.absent
        return look.lost_answer() if in_doubt else look.forget()
    generation = pair.manifest.generation
    if record is not None and generation < record.generation:
        return look.blocked(
            "run",
            f"generation {record.generation} ran already",
            "metadata.generation only goes up: raise it to run again.",
        )
    if record is not None and generation == record.generation:
        if not same(look.kind, pair.manifest.spec, record.spec, look.terms):
            return look.blocked(
                "update", "it ran already, and a run can't be changed", look.kind.hints[Operation.UPDATE]
            )
        return look.resume() if record.started is False else look.change(Action.NOOP, id=record.id, reason="it ran")
    if pair.intent is not None and not pair.intent.settled and not pair.absent:
        return look.lost_answer()
    if pair.live is not None or pair.candidates:
        return look.adopt()
    return look.unresolved() or look.change(
        Action.RUN, reason=f"generation {generation}" if generation > 1 else "", before=None
    )


class _Look:
    """One pair with what is needed to decide on it; its methods are the rows of the table."""

    def __init__(self, pair: Pair, observation: Observation, rules: Rules) -> None:
        self.pair, self.observation, self.rules = pair, observation, rules
        self.kind: Kind = BY_NAME[pair.address.kind]
        self.terms = terms_in(pair.address.project, observation.ids, observation.externals, observation.lineage)

    def change(self, action: Action, **more: Any) -> Change:
        """A change of that action, with what the manifest says of it."""
        manifest = self.pair.manifest
        if manifest is None:
            return Change(action=action, address=self.pair.address, **more)
        said = {
            "after": manifest.spec,
            "source": manifest.source,
            "lifecycle": manifest.lifecycle,
            "generation": manifest.generation,
        }
        return Change(action=action, address=self.pair.address, **{**said, **more})

    def blocked(self, wanted: str, reason: str, hint: str) -> Blocked:
        """That is wanted, and can't be."""
        source = self.pair.manifest.source if self.pair.manifest else None
        return Blocked(address=self.pair.address, wanted=wanted, reason=reason, hint=hint, source=source)

    def unresolved(self) -> Blocked | None:
        """Blocked, where the manifest names a live thing that is not there."""
        for _, ref in references(self.pair.manifest.spec if self.pair.manifest else {}):
            key = (self.pair.address.project, ref.kind, ref.external or "")
            if ref.external is not None and (why := self.observation.missing_externals.get(key)):
                hint = f"Configure the {ref.kind.lower()} in Wexa Studio, or correct the name in {{external: ...}}."
                return self.blocked("create", why, hint)
        return None

    def create(self) -> Decision:
        """Declared, and not live."""
        pair, now = self.pair, self.observation.now
        assert pair.manifest is not None
        if pair.candidates:
            return self.ambiguous()
        end = self.kind.passes(pair.manifest.spec)
        if end is not None and (late := self.too_late(end)):
            return late
        gone = pair.record is not None
        if gone and end is not None and pair.record and (self.kind.passes(pair.record.spec) or now) <= now:
            reason = "the earlier one fired; a new time is declared"
        else:
            reason = "removed outside" if gone else "an earlier attempt did not arrive" if pair.intent else ""
        return self.unresolved() or self.change(Action.CREATE, reason=reason)

    def too_late(self, end: float) -> Decision:
        """Its time has come: by our clock or, where it was sent before, by the server's. Again, it would fire twice."""
        record, intent = self.pair.record, self.pair.intent
        sent = record or (intent if intent is not None and not intent.settled else None)
        leeway = CLOCK_SKEW if sent is not None and self.kind.passes(sent.spec) == end else 0.0
        if end > self.observation.now + leeway:
            return None
        if record is not None:
            return self.change(Action.NOOP, id=record.id, reason="its time has come: it fired")
        lost = "it was sent before and the answer was lost, so it may have fired: " if leeway else ""
        return self.blocked("create", f"{lost}its time has {'come' if lost else 'passed'}", "Give it a later time.")

    def ambiguous(self) -> Blocked:
        """Declared, and several live things might be it."""
        ids = ", ".join(live.id for live in self.pair.candidates)
        fields = " and ".join(self.kind.identity)
        return self.blocked(
            "adopt",
            f"{len(self.pair.candidates)} live ones have the same {fields}: {ids}",
            f"`wexa-sync resolve {self.pair.address} --happened ID` says which it is, --did-not-happen that none is.",
        )

    def adopt(self) -> Decision:
        """Declared and live, and not recorded."""
        pair = self.pair
        if pair.live is None:
            return self.ambiguous()
        fields = self.fields(pair.live, None)
        if not (self.rules.adopt or pair.certain):
            count = f"{len(fields)} field{' differs' if len(fields) == 1 else 's differ'}"
            what = "is live already and not managed here" + (f"; {count}" if fields else "")
            return self.blocked(
                "adopt",
                f"{self.kind.name} {self.before(pair.live).get(self.kind.display)!r} ({pair.live.id}) {what}",
                f"--adopt takes it over. `wexa-sync resolve {pair.address} --did-not-happen` says it is another one.",
            )
        reason = "found: an earlier apply made it" if pair.certain else "adopted"
        if self.kind.nature is Nature.ACTION:
            return self.change(Action.ADOPT, id=pair.live.id, reason=reason)
        if not fields:
            return self.change(Action.ADOPT, id=pair.live.id, reason=reason, before=self.before(pair.live))
        return self.update(pair.live, fields, "adopted")

    def keep(self) -> Decision:
        """Declared, live and recorded."""
        pair = self.pair
        assert pair.live is not None
        assert pair.record is not None
        fields = self.fields(pair.live, pair.record.spec)
        if fields:
            return self.update(pair.live, fields, "")
        return self.change(Action.NOOP, id=pair.live.id, before=self.before(pair.live))

    def fields(self, live: Live, applied: Any) -> tuple[FieldChange, ...]:
        """What differs, but for what the manifest says to ignore."""
        manifest = self.pair.manifest
        assert manifest is not None
        ignore = manifest.lifecycle.ignore_changes
        return field_changes(self.kind, manifest.spec, live.spec, applied, self.terms, ignore)

    def before(self, live: Live) -> Any:
        """What is live of the declared fields."""
        return project(live.spec, shared(self.kind, self.pair.manifest.spec)) if self.pair.manifest else live.spec

    def update(self, live: Live, fields: tuple[FieldChange, ...], reason: str) -> Decision:
        """Declared and live, and different."""
        if blocked := self.unresolved():
            return blocked
        endpoint = self.kind.endpoints.get(Operation.UPDATE)
        if endpoint is None or not self.kind.can(Operation.UPDATE, self.rules.allowed):
            names = ", ".join(dict.fromkeys(str(change.path[0]) for change in fields))
            calls = "has no documented call" if endpoint else "has no call"
            return self.blocked(
                "update",
                f"{names} differ{'' if ',' in names else 's'}, and the API {calls} to update it",
                self.hint(Operation.UPDATE),
            )
        properties = self.kind.spec_schema["properties"]
        for change in fields:
            name = str(change.path[0])
            fixed = properties.get(name, {}).get("x-wexa-immutable")
            if fixed or (endpoint.fields is not None and name not in endpoint.fields):
                hint = self.hint(Operation.UPDATE)
                return self.blocked("update", f"the API can't change {name} once it is created", hint)
        manifest = self.pair.manifest
        assert manifest is not None
        return self.change(
            Action.UPDATE,
            id=live.id,
            before=self.before(live),
            fields=fields,
            reason=reason,
            expected=spec_fingerprint(self.kind, live.spec, manifest.spec, self.terms),
        )

    def hint(self, operation: Operation) -> str:
        """What a person can do where the API can't."""
        return self.kind.hints.get(operation, "Put the manifest back to what is live, or change it in Wexa Studio.")

    def prune(self) -> Decision:
        """Recorded and live, and declared no longer."""
        pair = self.pair
        assert pair.live is not None
        assert pair.record is not None
        if pair.record.lifecycle.retain:
            return self.change(Action.FORGET, id=pair.live.id, reason="retained on the server (deletion: retain)")
        # An agent taken out of a flow that stays is a change of that flow: said whether one prunes or not.
        if not self.rules.prune and not self.inside_declared():
            return Orphan()
        if pair.record.lifecycle.prevent_destroy:
            return self.blocked(
                "delete",
                "prevent_destroy protects it",
                f"`wexa-sync state rm {pair.address}` gives it up; or set prevent_destroy to false and apply first.",
            )
        if not self.kind.can(Operation.DELETE):
            return self.blocked("delete", "the API has no call to delete it", self.hint(Operation.DELETE))
        return self.change(
            Action.DELETE,
            id=pair.live.id,
            before=project(pair.live.spec, shared(self.kind, pair.record.spec)),
            expected=spec_fingerprint(self.kind, pair.live.spec, pair.record.spec, self.terms),
        )

    def inside_declared(self) -> bool:
        """Whether it lives inside something that is still declared."""
        owner = self.pair.address.owner_address
        around = self.observation.pairs.get(owner) if owner else None
        return around is not None and around.manifest is not None

    def forget(self) -> Decision:
        """Recorded or intended, not live, and declared no longer."""
        if self.pair.live is not None and self.pair.certain:  # a lost answer of ours whose manifest is gone since
            return self.adopt_undeclared()
        if self.pair.record is None and (self.pair.intent is None or self.pair.live is not None):
            return None
        return self.change(Action.FORGET, reason="it is gone" if self.pair.record else "it never arrived")

    def adopt_undeclared(self) -> Decision:
        """Live by a lost answer of ours, and declared no longer: recorded, so that the next plan can prune it."""
        assert self.pair.live is not None
        assert self.pair.intent is not None
        return self.change(
            Action.ADOPT, id=self.pair.live.id, after=self.pair.intent.spec, reason="found: an earlier apply made it"
        )

    def resume(self) -> Decision:
        """A run that was created and not started, as far as the state knows."""
        pair = self.pair
        assert pair.record is not None
        asked = pair.intent is not None and not pair.intent.settled and pair.intent.operation == "start"
        status = pair.live.status if pair.live is not None else None
        if asked and status in (None, READY):
            return self.blocked(
                "run",
                "its start was sent before and the answer was lost; the run is still ready",
                f"Look in Wexa Studio, then `wexa-sync resolve {pair.address} --happened {pair.record.id}` (it was "
                "started) or `--did-not-happen` (the next apply starts it).",
            )
        reason = "its start was sent before" if asked else "created by an earlier apply, not started yet"
        return self.change(Action.RUN, id=pair.record.id, reason=reason, resume=True)

    def lost_answer(self) -> Decision:
        """A run that was sent and never answered: whether it happened is for a person to say, unless it is found."""
        pair, intent = self.pair, self.pair.intent
        assert intent is not None
        if pair.live is not None and pair.certain:
            if pair.manifest is None:
                return self.adopt_undeclared()
            # What was sent is what ran, though the manifest may say another thing by now.
            return self.change(
                Action.RUN,
                id=pair.live.id,
                after=intent.spec,
                generation=intent.generation,
                reason="found: an earlier apply made it",
                resume=True,
            )
        seen = ", ".join(live.id for live in pair.candidates) or "none"
        return self.blocked(
            "run",
            f"it was sent before and the answer was lost; live runs that might be it: {seen}",
            f"Look in Wexa Studio, then `wexa-sync resolve {pair.address} --happened ID` or `--did-not-happen`.",
        )
