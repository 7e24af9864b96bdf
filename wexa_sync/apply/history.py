"""Make the notes of an apply for the history: what it is about to replace, and how each change ended.

No secret gets into a note in clear: what stands where a manifest or the record has one is sealed, and so is every other
text that shows one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any

from wexa_sync.compare.ids import comparison_in
from wexa_sync.compare.parts import overlay, part_of, sent_fields
from wexa_sync.compare.same import as_recorded
from wexa_sync.kinds import BY_NAME
from wexa_sync.kinds.spec.wire import at_path
from wexa_sync.model import (
    Address,
    Change,
    Lifecycle,
    Outcome,
    Path,
    Plan,
    PreImage,
    Record,
    Ref,
    Replaced,
    Sealed,
    Secret,
    Spec,
)
from wexa_sync.secrecy.find import has_secret, secrets_in
from wexa_sync.secrecy.hide import Scrub, hide, scrubber_of, veil
from wexa_sync.secrecy.seal import conceal, secret_fingerprint
from wexa_sync.state import notes
from wexa_sync.state.base import Note, State


class History:
    """Make the notes of one apply of a plan. `key` seals secrets; `before` is the state as the plan saw it."""

    def __init__(self, run: str, plan: Plan, before: State, key: str) -> None:
        self.run = run
        self._plan, self._before, self._key = plan, before, key

    @cached_property
    def _owners(self) -> Mapping[str, Address]:
        return self._before.owners

    @cached_property
    def _scrub(self) -> Scrub:
        """Return what hides the secrets that the plan has in clear: of the manifests, and seen in their places."""
        values = (value for change in self._plan for value in _values(change))
        return scrubber_of(found for value in values for _, found in secrets_in(value) if isinstance(found, Secret))

    def of_update(self, change: Change, live: Spec) -> Note:
        """Return the note of what an update replaces."""
        kind, applied, declared = BY_NAME[change.address.kind], self._applied(change), change.after or {}
        image = self._marked(change, live)
        was = self._recorded(change, part_of(kind, image, overlay(applied, declared, kind.fields)))
        hide_in = self._hiding(change, image)
        fields = []
        for path in dict.fromkeys(_outside_lists(field.path) for field in change.fields):
            shown = kind.fields.shows(path)
            before = hide_in(at_path(was if shown and path[0] in image else applied, path))
            after = hide_in(at_path(sent_fields(kind, declared), path))
            fields.append(Replaced(path=path, before=before, after=after, known=shown or before is not None))
        return self._note(change, hide_in(image), {}, tuple(fields))

    def of_delete(self, change: Change, live: Spec) -> Note:
        """Return the note of what a delete takes away."""
        kind, applied = BY_NAME[change.address.kind], self._applied(change)
        image = self._marked(change, live)
        declared = overlay(applied, self._recorded(change, part_of(kind, image, applied)), kind.fields)
        hide_in = self._hiding(change, image)
        return self._note(change, hide_in(image), hide_in(declared))

    def ended(self, outcome: Outcome) -> Note:
        """Return the note of how a change ended."""
        return notes.ended(self.run, outcome)

    def _note(self, change: Change, live: Spec, declared: Spec, fields: tuple[Replaced, ...] = ()) -> Note:
        record = self._record(change)
        image = PreImage(
            address=change.address,
            id=change.id or "",
            live=live,
            declared=declared,
            fields=fields,
            lifecycle=record.lifecycle if record else Lifecycle(),
            position=change.position,
        )
        return notes.replaces(self.run, image)

    def _record(self, change: Change) -> Record | None:
        return self._before.records.get(change.address)

    def _applied(self, change: Change) -> Spec:
        record = self._record(change)
        return record.spec if record else {}

    def _marked(self, change: Change, live: Spec) -> Any:
        """Return live with a Secret wherever the record, the manifest or the plan has something secret."""
        kind, found = BY_NAME[change.address.kind], dict(live)
        for shape in (self._applied(change), change.before, change.after):
            if shape is not None and has_secret(shape):
                found = overlay(found, part_of(kind, found, shape), kind.fields)
        return hide(found, self._named)

    def _named(self, leaf: Any) -> Any:
        """Return a reference by the address that the state has for its id; any other leaf as it is."""
        address = self._owners.get(leaf.id) if isinstance(leaf, Ref) and leaf.id is not None else None
        return Ref(kind=leaf.kind, address=address) if address is not None and address.kind == leaf.kind else leaf

    def _recorded(self, change: Change, live: Spec) -> Any:
        """Return live, with the values of the record where they mean the same: a name outlives its id."""
        plan = self._plan
        comparison = comparison_in(change.address.project, plan.ids, plan.externals, self._key)
        return as_recorded(self._applied(change), live, BY_NAME[change.address.kind].fields, comparison)

    def _hiding(self, change: Change, live: Spec) -> Callable[[Any], Any]:
        """Return what seals every secret in a value: with its template, where the record or the manifest has one."""
        own = scrubber_of(each for _, each in secrets_in(live) if isinstance(each, Secret))
        templates = {
            found.fingerprint if isinstance(found, Sealed) else secret_fingerprint(found, self._key): found.template
            for spec in (change.after, self._applied(change))
            for _, found in secrets_in(spec)
        }

        def leaf(item: Any) -> Any:
            if isinstance(item, Sealed) and not item.template:
                return Sealed(template=templates.get(item.fingerprint, ""), fingerprint=item.fingerprint)
            return item

        def scrub(text: str) -> str:
            return own(self._scrub(text))

        def hidden(value: Any) -> Any:
            return hide(conceal(veil(value, lambda text: scrub(text) != text, name=scrub), self._key), leaf)

        return hidden


def _outside_lists(path: Path) -> Path:
    """Return the path as far as it leads through no list: the places in a list may differ by the time of an undo."""
    first = next((place for place, part in enumerate(path) if isinstance(part, int)), len(path))
    return path[:first]


def _values(change: Change) -> Iterator[Any]:
    yield from (change.before, change.after)
    for field in change.fields:
        yield from (field.before, field.after)
