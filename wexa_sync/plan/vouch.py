"""Vouch that nothing has to change while manifests, records and the live side stay as they are. Pure.

The word is the decision table's own: it is asked what it would decide if all that is live were as it is recorded.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from hashlib import sha256

from msgspec.structs import replace

from wexa_sync import __version__
from wexa_sync.compare.parts import holds
from wexa_sync.kinds import BY_NAME, part_of
from wexa_sync.kinds.base import Nature
from wexa_sync.kinds.chain import PartOrder
from wexa_sync.kinds.spec.fields import is_read, select
from wexa_sync.kinds.spec.wire import references
from wexa_sync.model import (
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
from wexa_sync.secrecy.seal import conceal, secret_fingerprint
from wexa_sync.state.base import State
from wexa_sync.state.format import checksum

_VERSION = 2
"""Raised whenever a vouch of an earlier version must not be believed any more."""

Externals = Mapping[ExternalName, str]
Order = Mapping[str, Sequence[str]]
"""The handles of the parts of each owner, in their order."""


def vouch_for(
    desired: Desired,
    state: State,
    target: Target,
    *,
    inputs: str,
    hides: bool,
    files: Sequence[str],
    externals: Externals,
) -> Vouch | None:
    """Return the vouch of a state for these manifests; None where something would have to change, or to be said.

    `inputs` is the digest of what the manifests were read from; `hides`: it covers what may be a secret.
    `externals`: the ids that names led to.
    """
    from wexa_sync.plan.decision import Rules
    from wexa_sync.plan.make import make_plan  # a plan that is vouched for needs none of it

    if desired.warnings or state.intents or desired.manifests.keys() != state.records.keys():
        return None
    state = replace(state, sha256=checksum(state))  # which is asked for twice
    places, manifests = {address.place for address in state.records}, desired.manifests.values()
    if not all(_is_simple(each, state) and _lists_its_parts(each, places) for each in manifests):
        return None
    plan = make_plan(_seen(desired, state, target), Rules())
    if plan.work or plan.blocked or plan.orphans or plan.warnings or plan.lifecycles:
        return None
    named = {name: externals[name] for name in _named(desired) if name in externals}
    return Vouch(
        inputs=sealed_inputs(inputs, state, named, hides=hides),
        order=sealed_order(_order(desired), state),
        files=tuple(sorted(files)),
        env=tuple(sorted(desired.env)),
        externals=named,
    )


def _seen(desired: Desired, state: State, target: Target) -> Observation:
    """Return what would be seen where all that is live is as it is recorded."""
    return Observation(
        target=target,
        pairs={a: _as_recorded(manifest, state.records[a]) for a, manifest in desired.manifests.items()},
        depends_on=desired.depends_on,
        ids={address: record.id for address, record in state.records.items()},
        externals={},
        missing_externals={},
        unmanaged={},
        user_id="",
        lineage=state.lineage,
        serial=state.serial,
        now=0.0,
        content=checksum(state),
    )


def _named(desired: Desired) -> Iterator[ExternalName]:
    """Yield the display names by which manifests refer to what is live."""
    for address, manifest in desired.manifests.items():
        for _, ref in references(manifest.spec):
            if ref.external is not None:
                yield ExternalName(address.project, ref.kind, ref.external)


def sealed_inputs(inputs: str, state: State, externals: Externals, *, hides: bool) -> str:
    """Return the digest of a vouch over manifests, records and this tool. It is slow to guess what is hidden in it."""
    names = sorted([*name, id] for name, id in externals.items())  # the field's name
    said = json.dumps([_VERSION, __version__, sorted(BY_NAME), checksum(state), inputs, names])
    if hides:
        return secret_fingerprint(Secret(template="", value=said), state.lineage)
    return _keyed(said, state)


def sealed_order(order: Order, state: State) -> str:
    """Return the digest of a vouch over the order of parts."""
    return _keyed(json.dumps(order, sort_keys=True), state)


def _keyed(text: str, state: State) -> str:
    return hmac.new(state.lineage.encode("utf-8", "surrogatepass"), text.encode(), sha256).hexdigest()


def vouched_plan(
    state: State, target: Target, choice: Choice, *, user_id: str, externals: Mapping[ExternalName, str]
) -> Plan:
    """Return the plan of what is as it is vouched for, without the changes that do nothing."""
    plan = Plan(
        target=target,
        lineage=state.lineage,
        serial=state.serial,
        changes=(),
        externals=externals,
        user_id=user_id,
        content=checksum(state),
        choice=choice,
    )
    return replace(plan, digest=digest(plan))


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
    shown = select(dict(record.spec), kind.fields, is_read)
    live = Live(id=record.id, aliases=record.aliases, spec=shown, position=manifest.position)
    return replace(pair, live=live)
