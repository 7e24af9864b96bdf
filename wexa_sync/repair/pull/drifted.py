"""Find what the live side alone changed since the last apply or pull, in a plan. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from wexa_sync.compare.ids import Comparison, comparison_in
from wexa_sync.compare.parts import aligned, paired, sent_fields
from wexa_sync.compare.same import same_value
from wexa_sync.errors import Problem
from wexa_sync.kinds import BY_NAME
from wexa_sync.kinds.base import Nature
from wexa_sync.kinds.spec.fields import DESCEND, Field, walk
from wexa_sync.kinds.spec.wire import at_path
from wexa_sync.model import (
    Action,
    Address,
    Blocked,
    Change,
    FieldChange,
    Manifest,
    Observation,
    Pair,
    Path,
    Plan,
    Ref,
    Secret,
)
from wexa_sync.repair.pull.known import Known
from wexa_sync.secrecy.find import has_secret, secrets_in, texts_where_sealed
from wexa_sync.secrecy.hide import scrubber_of, veil
from wexa_sync.secrecy.redact import Mask, mask_plan


class Drift(Struct, frozen=True, kw_only=True):
    """Describe a value at `path` of the spec of a manifest that is another one by now: `live`, in the form of a spec.

    `by`: who changed it since the last apply or pull: "live", or "both", the live side and the repository.
    """

    manifest: Manifest
    path: Path
    declared: Any
    live: Any
    by: str
    comparison: Comparison

    @property
    def field(self) -> Field:
        """Return the field that stands there."""
        return BY_NAME[self.manifest.address.kind].fields.at(self.path)


def updates(planned: Plan, seen: Observation) -> Plan:
    """Return a plan of the updates alone, those that are blocked too, each with all that is live in `before`.

    Whoever shows or writes it hides the secrets in it first.
    """
    wanted: dict[Address, tuple[FieldChange, ...]] = {}
    for each in _all(planned):
        is_update = each.wanted == "update" if isinstance(each, Blocked) else each.action is Action.UPDATE
        if is_update and each.fields and _is_ours(seen.pairs[each.address]):
            wanted[each.address] = each.fields
    changes = (_with_live(seen.pairs[address], fields) for address, fields in sorted(wanted.items()))
    return replace(planned, changes=tuple(changes), blocked=(), unprunable=())


def without_secrets(planned: Plan, seen: Observation) -> Plan:
    """Return the plan with each text hidden that holds what is live at a place of a secret.

    Others may have set another value there, which nobody here knows as a secret.
    """
    held = [found for pair in seen.pairs.values() for found in _held(pair)]
    if not held:
        return planned
    scrub = scrubber_of(held)
    return mask_plan(planned, Mask(text=scrub, value=lambda value, _: veil(value, lambda text: scrub(text) != text)))


def _held(pair: Pair) -> Iterator[Secret]:
    for known in (pair.manifest, pair.record):
        if known is None or pair.live is None or not has_secret(known.spec):
            continue
        for path, found in secrets_in(known.spec):
            if isinstance(text := at_path(pair.live.spec, path), str):
                yield Secret(template=found.template, value=text)
        for text in texts_where_sealed(known.spec, pair.live.spec):
            yield Secret(template="", value=text)


def gone(planned: Plan, seen: Observation) -> tuple[Manifest, ...]:
    """Return the manifests of what was applied and is not live any more. What happens once, as a run, is never gone."""
    pairs = (seen.pairs[each.address] for each in _all(planned) if _is_create(each))
    found = (pair.manifest for pair in pairs if pair.record is not None and pair.live is None and not pair.candidates)
    return tuple(each for each in found if each is not None and BY_NAME[each.address.kind].nature is Nature.RESOURCE)


def unread(seen: Observation) -> Iterator[Problem]:
    """Yield a problem for each thing of which nobody knows what others changed, as its list can't be read."""
    for address, pair in sorted(seen.pairs.items()):
        if pair.unread and pair.record is not None and pair.manifest is not None:
            message = f"{address} can't be seen: {pair.unread}"
            hint = "Nobody knows what others changed there: pull again where the list can be read."
            yield Problem(message=message, source=pair.manifest.source, hint=hint)


def drifts(masked: Plan, seen: Observation, known: Known) -> Iterator[Drift]:
    """Yield what was changed on the live side, of the plan of `updates` with its secrets hidden.

    What was `known` as live at an earlier pull, and stands in the manifest as it was then, is a change of live alone.
    """
    names = {id: key for key, id in seen.externals.items()}
    for change in masked.changes:
        manifest = seen.pairs[change.address].manifest
        assert manifest is not None
        comparison = comparison_in(change.address.project, seen.ids, seen.externals, seen.lineage)
        for path, fields in _units(change, manifest):
            declared = at_path(manifest.spec, path)
            by = {each.changed_by for each in fields}
            if _was_pulled(path, declared, change.address, known, comparison):
                by = {"live"}
            if by == {"repository"}:
                continue
            live = at_path(change.before, path) if path != fields[0].path else fields[0].before
            yield Drift(
                manifest=manifest,
                path=path,
                declared=declared,
                live=_named(live, change.address, seen, names),
                by="live" if by == {"live"} else "both",
                comparison=comparison,
            )


def _was_pulled(path: Path, declared: Any, address: Address, known: Known, comparison: Comparison) -> bool:
    """True where the manifest has what was live at the last pull, so that only live has changed since."""
    held = known.get(address, {})
    field = BY_NAME[address.kind].fields.at(path)
    return path[0] in held and same_value(declared, at_path(held, path), field, comparison)


def _all(planned: Plan) -> tuple[Change | Blocked, ...]:
    return (*planned.changes, *planned.blocked)


def _is_create(each: Change | Blocked) -> bool:
    return each.wanted == "create" if isinstance(each, Blocked) else each.action is Action.CREATE


def _is_ours(pair: Pair) -> bool:
    return (
        pair.manifest is not None
        and pair.live is not None
        and pair.record is not None
        and pair.record.id in pair.live.ids
        and BY_NAME[pair.address.kind].nature is Nature.RESOURCE
    )


def _with_live(pair: Pair, fields: tuple[FieldChange, ...]) -> Change:
    kind = BY_NAME[pair.address.kind]
    assert pair.live is not None
    assert pair.manifest is not None
    live = aligned(pair.live.spec, sent_fields(kind, pair.manifest.spec), kind.fields)
    return Change(action=Action.UPDATE, address=pair.address, before=live, after=pair.manifest.spec, fields=fields)


def _units(change: Change, manifest: Manifest) -> Iterable[tuple[Path, list[FieldChange]]]:
    """Return the fields that differ by the place that is written at once: a list whose items moved is one."""
    found: defaultdict[Path, list[FieldChange]] = defaultdict(list)
    for each in change.fields:
        found[_unit(each.path, change.before, manifest)].append(each)
    return found.items()


def _unit(path: Path, live: Any, manifest: Manifest) -> Path:
    fields = BY_NAME[manifest.address.kind].fields
    for size, part in enumerate(path):
        if isinstance(part, int):
            ours, theirs = at_path(manifest.spec, path[:size]), at_path(live, path[:size])
            both = isinstance(ours, list) and isinstance(theirs, list)
            if not both or paired(ours, theirs, fields.at(path[:size]).key) != list(range(len(theirs))):
                return path[:size]
    return path


def _named(value: Any, address: Address, seen: Observation, names: dict[str, Any]) -> Any:
    """Return a live value whose references a manifest of that project can have: to what it declares, or by name."""

    def visit(value: Any, _field: Field, _path: Path) -> Any:
        if not isinstance(value, Ref) or value.address is None:
            return DESCEND
        pair = seen.pairs.get(value.address)
        if value.address.project == address.project and pair is not None and pair.manifest is not None:
            return value
        id = seen.ids[value.address]  # the field's name
        name = names.get(id)
        if name is not None and (name.project, name.kind) == (address.project, value.kind):
            return Ref(kind=value.kind, external=name.name)
        return Ref(kind=value.kind, id=id)

    return walk(value, Field(), visit)
