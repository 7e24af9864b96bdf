"""Decide on the rows of a table that a manifest gives. Pure; they are one resource, and every change is an update."""

from __future__ import annotations

from wexa_sync.compare.rows import (
    Sowing,
    hidden_alike,
    may_delete,
    recorded_cells,
    recorded_rows,
    secret_cells,
    sent_keys,
    sowing,
)
from wexa_sync.kinds.sown import ROWS
from wexa_sync.model import Action
from wexa_sync.plan.decision import Decision, Orphan
from wexa_sync.plan.resource import Case

_ACCEPTED = "accepted"


class SownCase(Case):
    """Hold one pair of rows. What is no longer declared is forgotten, and its rows stay."""

    def decide(self) -> Decision:
        """Return what is to happen to the rows."""
        pair = self.pair
        if pair.manifest is None:
            return self._left()
        shown = pair.live.spec.get(ROWS) if pair.live is not None else []
        if shown is None:  # a snapshot has no rows
            return self.change(Action.NOOP, id=ROWS)
        sent, adopt = sent_keys(pair.open_intent), self.rules.adopt
        found = sowing(pair.manifest.spec, shown, pair.record, self.comparison, sent=sent, adopt=adopt)
        if found.twice:
            reason = f"several live rows have the same {pair.manifest.spec['key']}: {_few(found.twice)}"
            return self.blocked("update", reason, "Delete all but one of each in Wexa Studio.")
        if found.strange:
            reason = f"rows with these keys are live with other values, and not managed here: {_few(found.strange)}"
            return self.blocked("update", reason, "--adopt takes them over, and changes them.")
        return self._change(found)

    def _left(self) -> Decision:
        """Decide on rows that no manifest gives any more: they stay in the table."""
        pair, owner = self.pair, self.pair.address.owner_address
        if pair.record is None and pair.intent is None:
            return None
        table = self.observation.pairs.get(owner) if owner else None
        if not self.rules.prune and (table is None or table.manifest is None):
            return Orphan()
        why = "no manifest gives these rows any more; they stay in the table"
        return self.change(Action.FORGET, reason=why, settles=pair.mark)

    def _change(self, found: Sowing) -> Decision:
        pair = self.pair
        assert pair.manifest is not None
        prune = may_delete(pair.manifest.lifecycle, prune=self.rules.prune)
        if words := found.words(prune=prune):
            fires = self._fires()
            said = f"{words}; {fires}, so each of them may start a run" if fires else words
            many = len(found.insert) + len(found.update) + len(found.gone if prune else ()) if fires else 0
            seal = found.seal(self.observation.lineage, prune=prune)
            return self.change(Action.UPDATE, id=ROWS, reason=said, expected=seal, settles=pair.mark, fires=many)
        known = {key: id for key, id in recorded_rows(pair.record).items() if key not in found.gone}
        sealed = {key: cells for key, cells in recorded_cells(pair.record).items() if key in known}
        if pair.mark or known != found.ours or not hidden_alike(sealed, secret_cells(pair.manifest.spec[ROWS])):
            return self.change(Action.ADOPT, id=ROWS, reason="all of its rows are there", settles=pair.mark)
        return self.change(Action.NOOP, id=ROWS)

    def _fires(self) -> str:
        """Return why a write may start runs; empty where it surely does not, or where the manifest accepts that."""
        assert self.pair.manifest is not None
        return "" if self.pair.manifest.spec.get("triggers") == _ACCEPTED else self.pair.fires


def _few(keys: tuple[str, ...]) -> str:
    more = f" and {len(keys) - 5} more" if len(keys) > 5 else ""
    return ", ".join(map(repr, keys[:5])) + more
