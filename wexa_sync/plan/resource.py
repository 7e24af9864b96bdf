"""Hold the rows of the decision table that resources have, and that actions share. Pure; decide.py chooses the row."""

from __future__ import annotations

from typing import Any

from wexa_sync.compare.ids import Comparison, comparison_in
from wexa_sync.compare.parts import part_of
from wexa_sync.compare.propose import assumed, propose
from wexa_sync.compare.sides import live_fingerprint
from wexa_sync.compare.unknown import taken, why_unknown
from wexa_sync.errors import look_up
from wexa_sync.kinds import BY_NAME
from wexa_sync.kinds.base import Kind, Nature
from wexa_sync.kinds.endpoint import Operation
from wexa_sync.kinds.spec.times import CLOCK_SKEW
from wexa_sync.kinds.spec.wire import accepted, references
from wexa_sync.model import (
    Action,
    Address,
    Blocked,
    Change,
    ExternalName,
    FieldChange,
    Live,
    Observation,
    Pair,
    Ref,
    Spec,
    show_path,
)
from wexa_sync.plan.adopted import as_it_is, claim_on
from wexa_sync.plan.decision import ADOPTED, FOUND, REMOVED, Decision, Rules, if_another, which_of
from wexa_sync.secrecy.find import has_secret
from wexa_sync.text.suggest import named

_LATER = "Give it a later time."


def _order(project: Address, ref: Ref) -> str:
    """Say in which order to make a new project and what is made in Wexa Studio alone."""
    return (
        f"In this order: apply, which makes {project}; set up the {ref.kind.lower()} {ref.external!r} there in Wexa "
        f"Studio; apply again, which makes the rest.{_by_handle(ref)}"
    )


def _by_handle(ref: Ref) -> str:
    return " One that is declared here is referred to by its handle." if BY_NAME[ref.kind].declarable else ""


class Case:
    """Hold one pair with all that a decision on it needs. Its methods are the rows of the table."""

    def __init__(self, pair: Pair, observation: Observation, rules: Rules) -> None:
        self.pair, self.observation, self.rules = pair, observation, rules
        self.kind: Kind = BY_NAME[pair.address.kind]
        self.comparison = comparison_in(
            pair.address.project, observation.ids, observation.externals, observation.lineage
        )

    def change(self, action: Action, **more: Any) -> Change:
        """Return a change of that action, with the manifest's spec, source, lifecycle and generation.

        An intent that a person settled goes with any change. An open one goes only where the row names it.
        """
        manifest, intent = self.pair.manifest, self.pair.intent
        if action in (Action.CREATE, Action.UPDATE, Action.DELETE):
            more = {"others": self.pair.others, **more}
        if intent is not None and intent.settled and action is not Action.NOOP:
            more = {**more, "settles": more.get("settles") or intent.mark}
        if manifest is not None:
            more = {
                "after": manifest.spec,
                "source": manifest.source,
                "lifecycle": manifest.lifecycle,
                "generation": manifest.generation,
                **more,
            }
        return Change(action=action, address=self.pair.address, **more)

    def blocked(self, wanted: str, reason: str, hint: str, fields: tuple[FieldChange, ...] = ()) -> Blocked:
        """Return a Blocked: the action is wanted, and can't be done."""
        source = self.pair.manifest.source if self.pair.manifest else None
        return Blocked(address=self.pair.address, wanted=wanted, reason=reason, hint=hint, source=source, fields=fields)

    def unresolved(self, wanted: str) -> Blocked | None:
        """Block the action where the manifest refers, by a name, to a live resource that is not there."""
        for _, ref in references(self.pair.manifest.spec if self.pair.manifest else {}):
            key = ExternalName(self.pair.address.project, ref.kind, ref.external or "")
            if ref.external is not None and (why := self.observation.missing_externals.get(key)):
                hint = f"Declare such a {ref.kind}, make it in Wexa Studio, or correct the name in {{external: ...}}."
                hint += _by_handle(ref)
                if said := BY_NAME[ref.kind].hints.get(Operation.READ):
                    return self.blocked(wanted, why, said)
                if self.pair.address.project_address not in self.observation.ids:
                    hint = _order(self.pair.address.project_address, ref)
                return self.blocked(wanted, why, hint)
        return None

    def create(self) -> Decision:
        """Decide on a resource that is declared and not live."""
        pair, now = self.pair, self.observation.now
        assert pair.manifest is not None
        if pair.candidates or pair.similar:
            return self.ambiguous()
        end = self.kind.ends_at(pair.manifest.spec)
        if end is not None and (late := self.too_late(end)):
            return late
        if pair.record and end is not None and (self.kind.ends_at(pair.record.spec) or now) <= now:
            reason = "the earlier one fired; a new time is declared"
        else:
            reason = REMOVED if pair.record else "an earlier attempt did not arrive" if pair.intent else ""
        made = self.change(Action.CREATE, reason=reason, settles=self.pair.mark, position=pair.manifest.position)
        return self.not_creatable() or self.out_of_sight("create") or self.unresolved("create") or made

    def not_creatable(self) -> Blocked | None:
        """Block a create by a call that is not documented, unless the settings allow it."""
        manifest = self.pair.manifest
        if self.kind.may(Operation.CREATE, self.rules.allowed, manifest.spec if manifest else None):
            return None
        reason = f"the API has no {self.documented(Operation.CREATE)}call to create it"
        return self.blocked("create", reason, self.hint(Operation.CREATE))

    def documented(self, operation: Operation) -> str:
        """Return the word for what an operation lacks whose calls are not documented; empty where it has no call."""
        return "documented " if self.kind.calls(operation) else ""

    def out_of_sight(self, wanted: str) -> Blocked | None:
        """Block a resource that a cut list may leave out, unless a person said that it is not there."""
        pair = self.pair
        if not pair.unseen or (pair.intent is not None and pair.intent.settled):
            return None
        return self.blocked(wanted, f"it may be there already: {pair.unseen}", look_up(pair.address))

    def too_late(self, end: float) -> Decision:
        """Return a decision where the schedule's time has passed, else None: created again, it would fire twice.

        Where the same schedule was sent before, the clocks may differ by the clock skew.
        """
        record = self.pair.record
        sent = record or self.pair.open_intent
        leeway = CLOCK_SKEW if sent is not None and self.kind.ends_at(sent.spec) == end else 0.0
        if end > self.observation.now + leeway:
            return None
        if record is not None:
            return self.change(Action.NOOP, id=record.id, reason="its time has come: it fired")
        lost = "it was sent before and the response was lost, so it may have fired: " if leeway else ""
        return self.blocked("create", f"{lost}its time has {'come' if lost else 'passed'}", _LATER)

    def ambiguous(self) -> Blocked:
        """Block a declared resource that several live ones may be."""
        pair, fields = self.pair, " and ".join(self.kind.identity)
        ids = [live.id for live in pair.candidates or pair.similar]
        reason = f"{len(ids)} live ones have the same {fields}: {', '.join(ids)}"
        if not pair.candidates:
            names = named([f"{self.kind.called(live.spec)} ({live.id})" for live in pair.similar])
            reason = f"it may be live under another {fields}, which ignore_changes names: {names}"
        hint = which_of(self.pair.address, ids, imports=self.rules.imports and self.kind.nature is Nature.RESOURCE)
        return self.blocked("adopt", reason, hint)

    def adopt(self) -> Decision:
        """Decide on a resource that is declared and live, and not recorded."""
        pair = self.pair
        if pair.live is None:
            return self.ambiguous()
        assert pair.manifest is not None
        seen = taken(self.kind, pair.manifest, pair.live, self.comparison)
        fields = seen.differ
        claim = claim_on(pair, self.observation, self.comparison)
        if not (self.rules.adopt or pair.certain or claim):
            count = f"{len(fields)} field{' differs' if len(fields) == 1 else 's differ'}"
            what = "is live already and not managed here" + (f"; {count}" if fields else "")
            return self.blocked(
                "adopt",
                f"{self.kind.called(self.before(pair.live))} ({pair.live.id}) {what}",
                f"--adopt takes it over. {if_another(pair.address)}",
            )
        reason = FOUND if pair.certain and not self.kind.implied_by else claim or ADOPTED
        reason += why_unknown(seen.unknown)
        made = self.change(Action.ADOPT, id=pair.live.id, reason=reason, settles=self.pair.mark)
        if self.kind.nature is Nature.ACTION:
            return made
        # A plan's file keeps no secret that is live alone.
        held = None if has_secret(pair.manifest.spec) else self.unchangeable(fields)
        if fields and not (self.rules.imports or held):
            return self.update(pair.live, fields, reason, settles=self.pair.mark)
        return as_it_is(made, seen, self.before(pair.live))

    def compared(self, live: Live) -> tuple[Spec, Spec, Spec | None, Comparison, tuple[str, ...]]:
        """Return the specs to compare (declared, live, last applied), the comparison, and the fields to ignore."""
        manifest, record = self.pair.manifest, self.pair.record
        assert manifest is not None
        # The record of something else that was here before says nothing of this one.
        applied = record.spec if record is not None and record.id == live.id else None
        return manifest.spec, live.spec, applied, self.comparison, manifest.lifecycle.ignore_changes

    def before(self, live: Live) -> Any:
        """Return the live values of the declared fields."""
        return part_of(self.kind, live.spec, self.pair.manifest.spec) if self.pair.manifest else live.spec

    def update(self, live: Live, fields: tuple[FieldChange, ...], reason: str, *, settles: str = "") -> Decision:
        """Decide on a resource that is declared and live, and differs in those fields."""
        if blocked := self.unresolved("update"):
            return blocked
        if blocked := self.unchangeable(fields):
            return blocked
        manifest = self.pair.manifest
        assert manifest is not None
        end = self.kind.ends_at(manifest.spec)
        if end is not None and end <= self.observation.now and end != self.kind.ends_at(live.spec):
            return self.blocked("update", "its time has passed: it would fire at once", _LATER, fields)
        blind = self.blind(fields, live)
        unseen = ", ".join(dict.fromkeys(str(each.path[0]) for each in blind))
        said = f"reads don't show {unseen}, which the API wants with every update" if blind else ""
        return self.change(
            Action.UPDATE,
            id=live.id,
            before=self.before(live),
            fields=tuple(sorted((*fields, *blind), key=lambda field: show_path(field.path))),
            reason="; ".join(filter(None, (reason, said))),
            expected=live_fingerprint(self.kind, *self.compared(live)),
            settles=settles,
        )

    def unchangeable(self, fields: tuple[FieldChange, ...]) -> Blocked | None:
        """Block an update of fields that no call changes, or none that is documented or allowed."""
        assert self.pair.manifest is not None
        names = dict.fromkeys(str(change.path[0]) for change in fields)
        calls = self.kind.calls(Operation.UPDATE, self.pair.manifest.spec)
        sent = [call for call in calls if call.may_be_sent(self.rules.allowed)]
        hint = self.hint(Operation.UPDATE)
        for change in fields if sent else ():
            fixed = [place for place, field in self.kind.fields.along(change.path) if field.immutable]
            if not any(call.takes(str(change.path[0])) for call in calls):
                fixed = [change.path[:1]]
            if fixed:
                reason = f"the API can't change {show_path(fixed[0])} once it is created"
                return self.blocked("update", reason, hint, fields)
        if not (lacking := [name for name in names if not any(call.takes(name) for call in sent)]):
            return None
        differ = f"{', '.join(lacking)} differ{'s' if len(lacking) == 1 else ''}"
        reason = f"{differ}, and the API has no {self.documented(Operation.UPDATE)}call to update it"
        return self.blocked("update", reason, hint, fields)

    def blind(self, fields: tuple[FieldChange, ...], live: Live) -> tuple[FieldChange, ...]:
        """Return what the update writes over what reads do not show, since the API requires those fields."""
        declared, *_ = compared = self.compared(live)
        names = {str(change.path[0]) for change in fields}
        calls = [call for call in self.kind.updates(names, declared) if call.wants_all]
        if not calls:
            return ()
        names = {name for call in calls for name in accepted(call, self.kind)}
        return assumed(self.kind, declared, propose(self.kind, *compared), names)

    def hint(self, operation: Operation) -> str:
        """Return what a person can do where the API has no call."""
        hint = self.kind.hints.get(operation, "Put the manifest back to what is live, or change it in Wexa Studio.")
        return hint.replace("{address}", str(self.pair.address))

    def forget(self) -> Decision:
        """Decide on a resource that is recorded or intended, not live, and no longer declared."""
        if self.pair.live is not None and self.pair.certain:  # a lost answer of ours whose manifest is gone since
            return self.found()
        if self.pair.candidates:
            return self.ambiguous()
        if self.pair.record is None and (self.pair.intent is None or self.pair.live is not None):
            return None
        reason = "it is gone" if self.pair.record else "it never arrived"
        if self.pair.record and self.pair.address.owner_address not in (None, *self.observation.pairs):
            reason = f"{self.pair.address.owner_address} is not managed any more"
        return self.change(Action.FORGET, reason=reason, settles=self.pair.mark)

    def found(self) -> Decision:
        """Record a resource that a create with a lost response made, as it was sent.

        The manifest may say something else by now. A run that is still declared may yet have to be started.
        """
        live, intent = self.pair.live, self.pair.intent
        assert live is not None
        assert intent is not None
        start = self.kind.run is not None and self.pair.manifest is not None
        return self.change(
            Action.RUN if start else Action.ADOPT,
            id=live.id,
            after=intent.spec,
            generation=intent.generation,
            reason=FOUND,
            resume=start,
            settles=intent.mark,
        )
