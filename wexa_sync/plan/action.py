"""Hold the rows of the decision table that only actions have: a lost response, an open start, an open end. Pure."""

from __future__ import annotations

from msgspec.structs import replace

from wexa_sync.compare.changes import edited
from wexa_sync.compare.varied import as_sent
from wexa_sync.errors import look_up
from wexa_sync.kinds.base import Kind
from wexa_sync.model import Action, Blocked, FieldChange, Intent, Manifest, Record, is_commanded
from wexa_sync.plan.decision import FOUND, Decision, Orphan
from wexa_sync.plan.resource import Case


class ActionCase(Case):
    """Hold one pair of an action, and the rows of the table that only actions have."""

    @property
    def noun(self) -> str:
        """Return what people call such an action."""
        return "run" if self.kind.run is not None else self.kind.name

    @property
    def past(self) -> str:
        """Return the verb for an action that is over, or that nothing more has to be done for."""
        return "ran" if self.kind.run is not None else "happened"

    def edits(self, record: Record, manifest: Manifest) -> tuple[FieldChange, ...]:
        """Return the fields that were edited since the action was sent; its secrets and `${env:}` count for nothing."""
        declared = as_sent(manifest.spec, record.spec, manifest.templates)
        return edited(self.kind, declared, record.spec, self.comparison)

    def sent_later(self) -> bool:
        """True when a later generation than the recorded one was sent, and its response was lost."""
        intent, record = self.pair.open_intent, self.pair.record
        if intent is None or intent.operation != "create":
            return False
        return record is None or intent.generation > record.generation

    def lost_answer(self) -> Decision:
        """Decide on an action whose response was lost: unless it is found, a person says whether it happened."""
        pair = self.pair
        if pair.live is not None and pair.certain:
            return self.let_go() if pair.manifest is None and self.rules.prune else self.found()
        ids = [live.id for live in (*pair.candidates, *pair.similar)]
        reason = f"it was sent before and the response was lost; live {self.noun}s that might be it: "
        return self.blocked("run", reason + (", ".join(ids) or "none"), look_up(pair.address, ids))

    def similar(self) -> Decision:
        """Block an action that is live with other values of its variables: it may be an earlier one."""
        pair = self.pair
        ids = [live.id for live in pair.similar]
        return self.blocked(
            "run",
            f"it may have happened already: only the values of variables or secrets are different in {', '.join(ids)}",
            look_up(pair.address, ids),
        )

    def let_go(self) -> Decision:
        """Decide on an action that surely happened, and is not declared. One of a command never was: it stays."""
        intent, record = self.pair.open_intent, self.pair.record
        if not self.rules.prune and record is not None and intent is not None:
            return self.change(  # its start was sent, never answered, and the run shows it: that doubt is over
                Action.ADOPT,
                id=record.id,
                after=record.spec,
                generation=record.generation,
                lifecycle=record.lifecycle,
                reason=FOUND,
                settles=intent.mark,
            )
        if is_commanded(self.pair.address):
            return None
        if not self.rules.prune:
            return Orphan()
        reason = f"it {self.past}; {self.noun}s can't be deleted"
        return self.change(Action.FORGET, reason=reason, settles=self.pair.mark)

    def resume(self) -> Decision:
        """Decide on a run that was created, and that the state does not know as started."""
        if doubt := self.start_in_doubt():
            return doubt
        assert self.pair.record is not None
        asked = self.pair.intent is not None
        reason = "its start was sent before" if asked else "created by an earlier apply, not started yet"
        return self.change(Action.RUN, id=self.pair.record.id, reason=reason, resume=True)

    def wait(self) -> Decision:
        """Wait for the end of a run that was started. The run is kept as it was applied, whatever its manifest says."""
        record, manifest, live = self.pair.record, self.pair.manifest, self.pair.live
        assert record is not None
        assert manifest is not None
        status = (live.status if live is not None else None) or ""
        shown = f"; it is {status}" if status else ""
        return self.change(
            Action.RUN,
            id=record.id,
            after=record.spec if self.edits(record, manifest) else manifest.spec,
            reason=f"it was started before, and its end was not seen{shown}; {_at_its_end(self.kind, status)}",
            resume=True,
            awaits=True,
        )

    def uploaded(self, record: Record, manifest: Manifest) -> Decision:
        """Decide on a file that the server knows: another content, or one that did not arrive, is another upload.

        What was uploaded before stays: no call changes or deletes a file.
        """
        intent = self.pair.open_intent
        if intent is not None and intent.operation == "start":
            reason = "its content was sent and the response was lost"
            return as_doubt(self.blocked("run", reason, look_up(self.pair.address, [record.id])))
        fields, arrived = self.edits(record, manifest), record.started is not False
        if arrived and not fields:
            return self.change(Action.NOOP, id=record.id, reason="it was uploaded")
        names = ", ".join(dict.fromkeys(str(field.path[0]) for field in fields))
        why = f"{names} changed" if arrived else "its content did not arrive"
        again = self.change(Action.RUN, generation=record.generation + 1, reason=f"{why}; {record.id} stays as it is")
        return self.not_creatable() or again

    def start_in_doubt(self) -> Blocked | None:
        """Block a run whose start was sent and not answered, and that does not show that it runs: it may yet."""
        intent, live, run = self.pair.open_intent, self.pair.live, self.kind.run
        if run is None or intent is None or intent.operation != "start":
            return None
        if live is not None and live.status not in (None, *run.not_begun):
            return None
        still = f"; the run is still {live.status or run.ready}" if live is not None else ""
        return self.blocked(
            "run",
            f"its start was sent before and the response was lost{still}",
            f"Look in Wexa Studio, then `wexa-sync resolve {self.pair.address} --happened {intent.id}` (it was "
            f"started) or `--did-not-happen` ({self._if_not_started(intent)}).",
        )

    def _if_not_started(self, intent: Intent) -> str:
        """Return what the next apply does with a run that was made and not started."""
        manifest = self.pair.manifest
        if manifest is None:
            return "it is left as it is"
        if manifest.generation > intent.generation:
            return f"it is left as it is; the next apply runs generation {manifest.generation}"
        return "the next apply starts it"


def _at_its_end(kind: Kind, status: str) -> str:
    """Return what apply does with a run of that status whose end is open."""
    if kind.run is None or not status:
        return "apply waits for its end"
    if status in kind.run.succeeded:
        return "apply notes that"
    if status in kind.run.failed:
        return "apply notes that, and fails"
    if kind.run.is_unclear(status):
        return "if that is an end, apply asks whether it is a good one"
    return "apply waits for its end"


def as_doubt(decision: Decision) -> Decision:
    """Mark a Blocked as a doubt: the action may have happened. An apply exits with 3 until a person settles that."""
    return replace(decision, doubt=True) if isinstance(decision, Blocked) else decision
