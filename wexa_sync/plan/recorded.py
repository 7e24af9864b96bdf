"""Hold the rows of the decision table for a resource that is recorded and live: declared, or no longer. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from wexa_sync.compare.changes import field_changes
from wexa_sync.compare.parts import part_of, sent_fields
from wexa_sync.compare.same import spec_fingerprint
from wexa_sync.compare.shown import is_applied
from wexa_sync.kinds import part_of as part_kind
from wexa_sync.kinds.endpoint import Operation
from wexa_sync.kinds.spec.fields import is_shown, select
from wexa_sync.model import Action, Address, Change, Manifest, Spec
from wexa_sync.plan.decision import Decision, Orphan
from wexa_sync.plan.resource import Case


class ResourceCase(Case):
    """Hold one pair of a resource, and the rows of the table that only resources have."""

    def keep(self) -> Decision:
        """Decide on a resource that is declared, live and recorded."""
        pair = self.pair
        assert pair.live is not None
        if (before := self.untouched()) is not None:  # far the most common: what is live need not be decoded
            return self.change(Action.NOOP, id=pair.live.id, before=before)
        if fields := field_changes(self.kind, *self.compared(pair.live)):
            return self.update(pair.live, fields, "")
        return self.change(Action.NOOP, id=pair.live.id, before=self.before(pair.live))

    def untouched(self) -> Spec | None:
        """Return what live shows of the declared fields, where a glance tells that nobody touched any; else None.

        Live then surely shows all that is recorded, and just that is declared.
        """
        live, record, manifest = self.pair.live, self.pair.record, self.pair.manifest
        if live is None or record is None or manifest is None or live.shows is not record:
            return None
        if manifest.lifecycle.ignore_changes or not is_applied(self.kind, manifest.spec, record.spec, self.comparison):
            return None
        sent = sent_fields(self.kind, manifest.spec)
        return sent if select(sent, self.kind.fields, is_shown) is sent else None  # no glance tells what no read shows

    def prune(self) -> Decision:
        """Decide on a resource that is recorded and live, and no longer declared."""
        pair = self.pair
        assert pair.live is not None
        assert pair.record is not None
        mark = pair.mark if pair.certain else ""
        deletable = self.kind.may(Operation.DELETE, self.rules.allowed)
        if (left := self.left_there()) is not None:
            return left
        # A part that no call can delete, taken out of an owner that stays, keeps the owner from being as declared: that
        # is said whether one prunes or not.
        if not self.rules.prune and (deletable or self.owner_manifest is None):
            return Orphan()
        if pair.certain and (pair.record.lifecycle.prevent_destroy or not deletable):
            return self.found()  # first of all it is recorded
        if pair.record.lifecycle.prevent_destroy:
            return self.blocked(
                "delete",
                "prevent_destroy protects it",
                f"`wexa-sync state rm {pair.address}` forgets it; or set prevent_destroy to false and apply first.",
            )
        if not deletable:
            reason = f"the API has no {self.documented(Operation.DELETE)}call to delete it"
            return self.blocked("delete", reason, self.hint(Operation.DELETE))
        return self.change(
            Action.DELETE,
            id=pair.live.id,
            before=part_of(self.kind, pair.live.spec, pair.record.spec),
            expected=spec_fingerprint(self.kind, pair.live.spec, pair.record.spec, self.comparison),
            reason=pair.live.loss,
            settles=mark,
            position=pair.live.position if pair.address.owner else 0,
        )

    def left_there(self) -> Change | None:
        """Return the change for a resource that stays on the server whether one prunes or not; None for any other."""
        pair, mark = self.pair, self.pair.mark if self.pair.certain else ""
        assert pair.live is not None
        assert pair.record is not None
        action, reason = Action.FORGET, ""
        if field := self.left_out():
            reason = f"{pair.address.owner_address} leaves {field} out, and so does not manage them"
        elif self.kind.implied_by:
            reason = "it stays, and goes with its project"
            if any(
                each.kind == self.kind.implied_by and each.project == pair.address.project for each in self.recorded
            ):
                action, reason = Action.NOOP, f"{self.kind.implied_by}s need it"
        elif pair.record.lifecycle.retain:
            reason = "retained on the server (deletion: retain)"
        return self.change(action, id=pair.live.id, reason=reason, settles=mark) if reason else None

    def left_out(self) -> str:
        """Return the field that lists such parts, where the owner's manifest leaves it out; else an empty text."""
        part, owner = part_kind(self.kind), self.owner_manifest
        return part.field if part and owner and part.field in owner.unlisted else ""

    @property
    def recorded(self) -> Iterator[Address]:
        """Yield the address of every resource that the state holds."""
        return (pair.address for pair in self.observation.pairs.values() if pair.record is not None)

    @property
    def owner_manifest(self) -> Manifest | None:
        """Return the manifest of the resource that a part lives inside; None where there is none."""
        owner = self.pair.address.owner_address
        around = self.observation.pairs.get(owner) if owner else None
        return around.manifest if around is not None else None
