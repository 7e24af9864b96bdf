"""Vouch that nothing has to change while manifests, records and the live side stay as they are. Pure.

The word is the decision table's own: it is asked what it would decide if all that is live were as it is recorded.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Collection, Mapping, Sequence
from hashlib import sha256

from msgspec.structs import replace

from wexa_sync import __version__
from wexa_sync.compare.parts import holds, identical
from wexa_sync.kinds import BY_NAME, part_of
from wexa_sync.kinds.base import Nature
from wexa_sync.kinds.chain import PartOrder
from wexa_sync.kinds.spec.wire import references
from wexa_sync.model import (
    Address,
    Change,
    Choice,
    Desired,
    ExternalName,
    Live,
    Manifest,
    Observation,
    Pair,
    Place,
    Plan,
    Record,
    Secret,
    Spec,
    Target,
    Vouch,
)
from wexa_sync.plan.digest import digest
from wexa_sync.plan.stays import listed, noted, shown
from wexa_sync.secrecy.seal import conceal, secret_fingerprint
from wexa_sync.state.base import State
from wexa_sync.state.format import checksum

_VERSION = 3
"""Raised whenever a vouch of an earlier version must not be believed any more."""

Externals = Mapping[ExternalName, str]
_NONE: Externals = {}

Order = Mapping[str, Sequence[str]]
"""The handles of the parts of each owner, in their order."""


def vouch_for(
    desired: Desired,
    state: State,
    target: Target,
    *,
    inputs: str,
    hides: bool,
    named: Sequence[str],
    files: Sequence[str],
    externals: Externals,
) -> Vouch | None:
    """Return the vouch of a state for these manifests; None where something would have to change, or to be said.

    `inputs` is the digest of what the manifests were read from; `hides`: it covers what may be a secret. `named`: the
    files that they name; `files`: those that they stand in. `externals`: the ids that names led to.
    """
    from wexa_sync.plan.decision import Rules
    from wexa_sync.plan.make import make_plan  # a plan that is vouched for needs none of it

    if desired.warnings or state.intents or desired.manifests.keys() != state.records.keys():
        return None
    state = replace(state, sha256=checksum(state))  # which is asked for twice
    places, manifests = {address.place for address in state.records}, desired.manifests.values()
    if not all(_is_simple(each, state) and _lists_its_parts(each, places) for each in manifests):
        return None
    pairs = {a: _as_recorded(manifest, state.records[a]) for a, manifest in desired.manifests.items()}
    plan = make_plan(_seen(state, target, pairs, desired.depends_on), Rules(), signed=False)
    if plan.work or plan.blocked or plan.orphans or plan.warnings or plan.lifecycles:
        return None
    stays = noted(plan.changes, state, files)
    stays = stays if stays and _is_same(plan, replace(plan, changes=listed(stays, state, files))) else ""
    found = {name: externals[name] for name in _named(desired) if name in externals}
    return Vouch(
        inputs=sealed_inputs(inputs, state, found, hides=hides, stays=stays),
        order=sealed_order(_order(desired), state),
        files=tuple(sorted(named)),
        env=tuple(sorted(desired.env)),
        externals=found,
        stays=stays,
    )


def _is_same(plan: Plan, other: Plan) -> bool:
    """True when the two plans say the same, also where a text is hidden since a secret is in it. `other` is sealed."""
    from wexa_sync.secrecy.redact import redact_plan

    pairs = zip(plan.changes, other.changes, strict=True)
    return redact_plan(plan).changes == redact_plan(other).changes and all(
        identical(conceal(one.after, plan.lineage), another.after) for one, another in pairs
    )


def _named(desired: Desired) -> set[ExternalName]:
    """Return the display names of what is live that stand only where the API can change nothing.

    Where it can, another id behind the name is a change to make: their lists are read each time.
    """
    fixed, others = set[ExternalName](), set[ExternalName]()
    for address, manifest in desired.manifests.items():
        fields = BY_NAME[address.kind].fields
        for path, ref in references(manifest.spec):
            if ref.external is not None:
                found = fixed if any(field.immutable for _, field in fields.along(path)) else others
                found.add(ExternalName(address.project, ref.kind, ref.external))
    return fixed - others


def sealed_inputs(inputs: str, state: State, externals: Externals, *, hides: bool, stays: str) -> str:
    """Return the digest of a vouch over manifests, records and this tool. It is slow to guess what is hidden in it."""
    names = sorted([*name, id] for name, id in externals.items())  # the field's name
    said = json.dumps([_VERSION, __version__, sorted(BY_NAME), checksum(state), inputs, names, stays])
    if hides:
        return secret_fingerprint(Secret(template="", value=said), state.lineage)
    return _keyed(said, state)


def sealed_order(order: Order, state: State) -> str:
    """Return the digest of a vouch over the order of parts."""
    return _keyed(json.dumps(order, sort_keys=True), state)


def _keyed(text: str, state: State) -> str:
    return hmac.new(state.lineage.encode("utf-8", "surrogatepass"), text.encode(), sha256).hexdigest()


def vouched_plan(
    state: State,
    target: Target,
    choice: Choice,
    *,
    user_id: str,
    externals: Mapping[ExternalName, str],
    changes: tuple[Change, ...] = (),
) -> Plan:
    """Return the plan of what is as it is vouched for. `changes`: those that do nothing, where somebody lists them.

    Raise PlanRefused for a target or exclude that names nothing.
    """
    if choice.targets or choice.excludes:
        from wexa_sync.plan.make import plan_of_noops  # most plans need none of it

        pairs = {address: Pair(address=address, record=record) for address, record in state.records.items()}
        edges = {change.address: frozenset(change.depends_on) for change in changes}
        return plan_of_noops(changes, _seen(state, target, pairs, edges, user_id=user_id, externals=externals), choice)
    plan = Plan(
        target=target,
        lineage=state.lineage,
        serial=state.serial,
        changes=changes,
        ids=_live_ids(state),
        externals=externals,
        user_id=user_id,
        content=checksum(state),
        choice=choice,
    )
    return replace(plan, digest=digest(plan))


def _seen(
    state: State,
    target: Target,
    pairs: Mapping[Address, Pair],
    depends_on: Mapping[Address, frozenset[Address]],
    *,
    user_id: str = "",
    externals: Mapping[ExternalName, str] = _NONE,
) -> Observation:
    """Return what would be seen where all that is live is as it is recorded."""
    return Observation(
        target=target,
        pairs=pairs,
        depends_on=depends_on,
        ids=_live_ids(state),
        externals=externals,
        missing_externals={},
        unmanaged={},
        user_id=user_id,
        lineage=state.lineage,
        serial=state.serial,
        now=0.0,
        content=checksum(state),
    )


def _live_ids(state: State) -> dict[Address, str]:
    """Return the ids by which resources are live. An action is over."""
    records = state.records.items()
    return {address: record.id for address, record in records if BY_NAME[address.kind].nature is Nature.RESOURCE}


def _order(desired: Desired) -> Order:
    """Return the handles of the parts of each owner as they are declared, where their order counts."""
    found: dict[str, list[str]] = {}
    for manifest in sorted(desired.manifests.values(), key=lambda each: each.position):
        owner, part = manifest.address.owner_address, part_of(BY_NAME[manifest.address.kind])
        if owner is not None and part is not None and part.order is PartOrder.APPEND_ONLY:
            found.setdefault(owner, []).append(manifest.address.name)
    return found


def _is_simple(manifest: Manifest, state: State) -> bool:
    """True when a look at what is live tells whether the resource is as declared, by its record alone."""
    kind, record = BY_NAME[manifest.address.kind], state.records[manifest.address]
    part = part_of(kind)
    decides = part is not None and part.chain is not None and part.chain.decides(manifest.spec)
    if kind.inside or kind.sown or decides or _names(manifest.spec) != _names(record.spec):
        return False
    # All that is declared is recorded: else a field that is declared as null, say, would be looked at by nobody.
    return holds(record.spec, conceal(manifest.spec, state.lineage))


def _names(spec: Spec) -> set[str | None]:
    """Return the display names by which a spec refers to what is live."""
    return {ref.external for _, ref in references(spec)}


def _lists_its_parts(manifest: Manifest, places: Collection[Place]) -> bool:
    """True when parts of the resource are recorded just where the manifest lists some."""
    address = manifest.address
    recorded = {
        part.field
        for part in BY_NAME[address.kind].parts
        if Place(address.project, part.kind.name, (address.kind, address.name)) in places
    }
    return recorded.isdisjoint(manifest.unlisted) and all(
        part.field in recorded or part.field in manifest.unlisted for part in BY_NAME[address.kind].parts
    )


def _as_recorded(manifest: Manifest, record: Record) -> Pair:
    """Return the pair of a resource that is live as it is recorded. An action is over, and looked at no more."""
    kind, pair = BY_NAME[manifest.address.kind], Pair(address=manifest.address, manifest=manifest, record=record)
    if kind.nature is Nature.ACTION:
        return pair
    fields = shown(record)
    live = Live(id=record.id, aliases=record.aliases, fields=fields, shows=record, position=manifest.position)
    return replace(pair, live=live)
