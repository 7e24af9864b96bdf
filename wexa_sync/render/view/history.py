"""Show the applies of the past: who applied what, of which commit, how it ended, and what it replaced."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from msgspec import Struct

from wexa_sync.model import Action, FieldChange, PastApply, PastChange, PreImage, Sealed, Status
from wexa_sync.render.view.fields import FieldView, differing_fields
from wexa_sync.render.view.plan import SYMBOLS
from wexa_sync.render.view.report import STATUS_WORDS
from wexa_sync.secrecy.hide import SENSITIVE, hide
from wexa_sync.text.digests import short

UNKNOWN = "unknown"
"""The word for a change of which nobody noted how it ended: it may have been sent or not."""


class PastChangeView(Struct, frozen=True, kw_only=True):
    """Hold a change of the past: its word (`done`, `unknown`), the fields that it replaced, what else was live."""

    change: PastChange
    word: str
    leaves: tuple[FieldView, ...]
    live: Any

    @property
    def symbol(self) -> str:
        """Return the one character that stands for the action."""
        return SYMBOLS[self.change.action]


class PastView(Struct, frozen=True, kw_only=True):
    """Describe an apply of the past, its secrets hidden."""

    apply: PastApply
    changes: tuple[PastChangeView, ...]

    @property
    def started(self) -> str:
        """Return when it began, as ISO 8601 in UTC."""
        return iso(self.apply.started)

    @property
    def commit(self) -> str:
        """Return the commit in short, with a star where the manifests differed from it; empty where not known."""
        return f"{self.apply.origin.commit[:7]}{'*' if self.apply.origin.dirty else ''}"

    @property
    def digest(self) -> str:
        """Return the digest as a plan shows it."""
        return short(self.apply.digest)

    @property
    def counts(self) -> dict[Action, int]:
        """Return how many changes of each action were made, leaving out those of none."""
        done = [change.action for change in self.apply.changes if change.status in (Status.APPLIED, Status.ONGOING)]
        return {action: done.count(action) for action in Action if action in done}

    @property
    def outcome(self) -> str:
        """Return in a few words how it ended."""
        apply = self.apply
        undone = len(apply.changes) - apply.count(Status.APPLIED, Status.ONGOING)
        if apply.damaged:
            return "damaged"
        if apply.ended is None:
            return "cut off"
        if apply.interrupted:
            return "interrupted"
        return f"{undone} not done" if undone else "done"


def iso(moment: float) -> str:
    """Return a moment as ISO 8601 in UTC, in whole seconds."""
    return f"{datetime.fromtimestamp(moment, timezone.utc):%Y-%m-%dT%H:%M:%SZ}"


def past_view(apply: PastApply) -> PastView:
    """Return the view of an apply of the past."""
    return PastView(apply=apply, changes=tuple(map(_change_view, apply.changes)))


def _change_view(change: PastChange) -> PastChangeView:
    image = change.before
    word = UNKNOWN if change.status is None else STATUS_WORDS[change.status]
    live = hide(image.live, _shown) if image is not None else None
    return PastChangeView(change=change, word=word, leaves=_leaves(image) if image else (), live=live)


def _leaves(image: PreImage) -> tuple[FieldView, ...]:
    """Return the leaves that an update replaced; of a delete, those that it took away."""
    replaced = [(field.path, field.before, field.after) for field in image.fields]
    replaced += [((name,), value, None) for name, value in image.declared.items()]
    return differing_fields(
        FieldChange(path=path, before=hide(before, _shown), after=hide(after, _shown), changed_by="")
        for path, before, after in replaced
    )


def _shown(leaf: Any) -> Any:
    return SENSITIVE if isinstance(leaf, Sealed) else leaf
