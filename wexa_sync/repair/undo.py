"""Find out what it takes to undo an apply: what is to be again, and what others changed since. Pure.

Three values decide on each field that the apply replaced: what it was before, what the apply wrote, and what is live
now. A field that is as the apply left it goes back. One that is not was changed since, and stays unless that is forced.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from wexa_sync.compare.changes import field_changes
from wexa_sync.compare.ids import Comparison, comparison_in
from wexa_sync.compare.parts import without
from wexa_sync.kinds import BY_NAME
from wexa_sync.kinds import part_of as part_kind
from wexa_sync.kinds.chain import PartOrder
from wexa_sync.kinds.spec.wire import is_sealed, references, replaced
from wexa_sync.model import (
    Action,
    Address,
    Blocked,
    Desired,
    FieldChange,
    Lifecycle,
    Manifest,
    Observation,
    Pair,
    PastApply,
    PastChange,
    Sealed,
    Secret,
    Source,
    Spec,
    Status,
    show_path,
)
from wexa_sync.repair.replaced import as_it_is, is_equal, value_now
from wexa_sync.secrecy.find import secrets_in
from wexa_sync.secrecy.hide import hide
from wexa_sync.secrecy.seal import secret_fingerprint
from wexa_sync.state.base import State

Reveal = Callable[[str], str | None]
"""Gives the value of a secret's template; None where it is not set."""

_NOT_SENT = (Status.SKIPPED, Status.CONFLICT)
_FORCE = "Look at it, then add --force to set it back all the same."


class Undo(Struct):
    """Hold what an undo comes to, gathered change by change.

    `manifests`: what is to be again. `touched`: all that the plan may decide on. `blocked` and `warnings`: what can't
    be undone. `released`: what was taken over, and is only to be forgotten.
    """

    manifests: dict[Address, Manifest] = field(default_factory=dict)
    touched: set[Address] = field(default_factory=set)
    blocked: list[Blocked] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    released: dict[Address, Lifecycle] = field(default_factory=dict)

    def block(self, address: Address, reason: str, hint: str, fields: Sequence[FieldChange] = ()) -> None:
        """Note that a change can't be undone, and why."""
        self.blocked.append(Blocked(address=address, wanted="undo", reason=reason, hint=hint, fields=tuple(fields)))


class Undoing:
    """Represent the undo of one apply, on a state. `later`: the applies after it. `key` seals secrets."""

    def __init__(self, past: PastApply, later: Sequence[PastApply], state: State, reveal: Reveal) -> None:
        self.past, self._state, self._reveal = past, state, reveal
        self._changes = {self._now_at(each): each for each in past.changes if _may_be_done(each)}
        self._later = {self._now_at(each): apply.id for apply in later for each in apply.changes if _may_be_done(each)}

    def _now_at(self, change: PastChange) -> Address:
        """Return the address by which the state knows what was changed: its handle may be another one by now."""
        record = self._state.records.get(change.address)
        if change.id is None or (record is not None and change.id in record.ids):
            return change.address
        found = self._state.owners_beside(change.address).get(change.id)
        return found if found is not None and found.kind == change.address.kind else change.address

    def looked_for(self) -> Desired:
        """Return manifests for a look at all that the apply touched: as recorded, or as it was when it was deleted."""
        found = self._deleted()
        for address, change in self._changes.items():
            if (record := self._state.records.get(address)) is not None and address not in found:
                found[address] = self._manifest(address, change, record.spec, record.lifecycle, record.generation)
        return _linked(found)

    def _deleted(self) -> dict[Address, Manifest]:
        """Return the manifests of what the apply deleted, and nobody made again."""
        return {
            address: self._manifest(
                address, change, self._opened(image.declared), image.lifecycle, position=image.position
            )
            for address, change in self._changes.items()
            if change.action is Action.DELETE and (image := change.before) and address not in self._state.records
        }

    def _manifest(
        self,
        address: Address,
        change: PastChange,
        spec: Spec,
        lifecycle: Lifecycle,
        generation: int = 1,
        position: int = 0,
    ) -> Manifest:
        return Manifest(
            address=address,
            spec=spec,
            source=Source(file=change.file or f"the history of {self.past.id}"),
            lifecycle=lifecycle,
            generation=generation,
            position=position,
        )

    def against(self, seen: Observation, *, force: bool) -> Undo:
        """Return what the undo comes to on what is live."""
        undo, again = Undo(), self._deleted()
        for address, change in self._changes.items():
            pair = seen.pairs.get(address, Pair(address=address))
            if change.action is Action.RUN:
                self._of_run(undo, address, change)
            elif change.action is Action.CREATE:
                self._of_create(undo, pair, change, seen, force=force)
            elif change.action is Action.UPDATE:
                self._of_update(undo, pair, change, seen, force=force)
            elif change.action is Action.DELETE:
                self._of_delete(undo, address, again.get(address))
            elif change.action is Action.ADOPT and pair.record is not None:
                undo.touched.add(address)
                undo.released[address] = Lifecycle(retain=True)
            elif change.action is Action.FORGET:
                undo.warnings.append(
                    f"{address} was forgotten, and stays so. Declare it and `apply --adopt` takes it back."
                )
        for old, new in self.past.moved:
            undo.warnings.append(f"{new} keeps its name. Back again: `moved: [{{from: {new}, to: {old}}}]`.")
        return undo

    def _of_run(self, undo: Undo, address: Address, change: PastChange) -> None:
        if self._goes(address):
            undo.touched.add(address)
            undo.warnings.append(f"{address} ran as {change.id}: what it did stays.")
            return
        how = f"it ran as {change.id}" if change.id else "it may have run"
        undo.block(address, f"{how}, and what a run did stays", "`wexa-sync executions show` says what it did.")

    def _goes(self, address: Address) -> bool:
        """True when the project around it was made by the same apply, and so is deleted with all in it."""
        around = self._changes.get(address.project_address)
        return address.kind != "Project" and around is not None and around.action is Action.CREATE

    def _of_create(self, undo: Undo, pair: Pair, change: PastChange, seen: Observation, *, force: bool) -> None:
        """Let what was made be deleted, unless somebody changed it since."""
        record, live = pair.record, pair.live
        if record is None and pair.open_intent is None:
            return  # it is not managed any more: others decide on it
        if record is not None and change.id is not None and change.id not in record.ids:
            undo.block(pair.address, f"another one was made since, as {record.id}", "Undo that apply first.")
            return
        if record is not None and live is not None and not force:
            kind, comparison = BY_NAME[pair.address.kind], _comparison(pair.address, seen)
            fields = field_changes(kind, record.spec, live.spec, record.spec, comparison)
            by = self._later.get(pair.address)
            if fields or by:
                undo.block(pair.address, _since(by, fields), "Look at it, then add --force to delete it.", fields)
                return
        undo.touched.add(pair.address)

    def _of_delete(self, undo: Undo, address: Address, manifest: Manifest | None) -> None:
        """Let what was deleted be made again."""
        if manifest is None:  # it is there again, or it was gone before
            return
        if lost := sorted({found.template or "a value" for _, found in secrets_in(manifest.spec) if is_sealed(found)}):
            undo.block(
                address,
                f"a secret in it is not known: {', '.join(lost)}",
                "Set these variables to the values of that time. Or declare it again, and apply.",
            )
            return
        undo.touched.add(address)
        undo.manifests[address] = manifest
        undo.warnings.append(f"{address} is made again, so its id is another one.")

    def _of_update(self, undo: Undo, pair: Pair, change: PastChange, seen: Observation, *, force: bool) -> None:
        """Set back the fields that an update replaced."""
        record, live, image = pair.record, pair.live, change.before
        if image is None:
            return  # it was not sent
        if record is None or live is None:
            undo.block(pair.address, "it is gone since", "Undo what deleted it first, or make it again.")
            return
        kind, comparison = BY_NAME[pair.address.kind], _comparison(pair.address, seen)
        if kind.sown is not None:
            undo.block(pair.address, "rows are not set back", "Put back the file as it was, and apply with --prune.")
            return
        spec, changed = as_it_is(kind, record, live.spec, comparison), False
        conflicts: list[FieldChange] = []
        for each in image.fields:
            before, now = self._opened(each.before), value_now(kind, each, live.spec, record)
            if not each.known or is_sealed(before):
                undo.warnings.append(
                    f"{show_path(each.path)} of {pair.address} stays: what it was before is not known here"
                    + (", as it is a secret." if each.known else ", as reads do not show it.")
                )
            elif is_equal(kind, each, now, before, comparison):
                continue
            elif force or is_equal(kind, each, now, each.after, comparison):
                spec = without(spec, each.path) if before is None else replaced(spec, each.path, before)
                changed = True
            else:
                conflicts.append(FieldChange(path=each.path, before=now, after=before, changed_by="live"))
        if conflicts:
            undo.block(pair.address, _since(self._later.get(pair.address), conflicts), _FORCE, conflicts)
        elif changed:
            undo.touched.add(pair.address)
            undo.manifests[pair.address] = self._manifest(
                pair.address, change, self._opened(spec), record.lifecycle, record.generation, live.position
            )

    def _opened(self, value: Any) -> Any:
        """Return the value with each secret whose variable still has the sealed value; others stay sealed."""

        def leaf(item: Any) -> Any:
            if not isinstance(item, Sealed) or not item.template or (text := self._reveal(item.template)) is None:
                return item
            secret = Secret(template=item.template, value=text)
            return secret if secret_fingerprint(secret, self._state.lineage) == item.fingerprint else item

        return hide(value, leaf)


def with_manifests(seen: Observation, undo: Undo) -> Observation:
    """Return the observation in which what is to be again is declared, and nothing else."""
    pairs = {address: replace(pair, manifest=None) for address, pair in seen.pairs.items()}
    pairs |= {a: replace(pairs.get(a, Pair(address=a)), manifest=each) for a, each in undo.manifests.items()}
    edges = _linked(undo.manifests).depends_on
    return replace(seen, pairs=pairs, depends_on={**seen.depends_on, **edges})


def _may_be_done(change: PastChange) -> bool:
    """True when a change of the past was made, or may have been."""
    failed = change.status is Status.FAILED and change.before is None and change.id is None
    return change.status not in _NOT_SENT and not failed


def _linked(manifests: Mapping[Address, Manifest]) -> Desired:
    """Return the manifests with what each waits for."""
    edges = {address: frozenset(_edges(manifest)) for address, manifest in manifests.items()}
    places: dict[Any, list[Manifest]] = {}
    for address, manifest in manifests.items():
        part = part_kind(BY_NAME[address.kind])
        if part is not None and part.order is PartOrder.APPEND_ONLY:
            places.setdefault(address.place, []).append(manifest)
    for siblings in places.values():
        ordered = sorted(siblings, key=lambda each: each.position)
        for before, after in pairwise(ordered):
            edges[after.address] |= {before.address}
    return Desired(manifests=dict(manifests), depends_on=edges)


def _edges(manifest: Manifest) -> Iterator[Address]:
    address = manifest.address
    around = (address.owner_address, address.project_address if address.project else None)
    yield from (
        ref.address for _, ref in references(manifest.spec) if ref.address not in (None, address) and ref.address
    )
    yield from filter(None, around)


def _comparison(address: Address, seen: Observation) -> Comparison:
    return comparison_in(address.project, seen.ids, seen.externals, seen.lineage)


def _since(apply: str | None, fields: Iterable[FieldChange]) -> str:
    names = ", ".join(show_path(field.path) for field in fields)
    by = f" by the apply {apply}" if apply else ""
    return f"{names or 'it'} {'were' if ',' in names else 'was'} changed since{by}"
