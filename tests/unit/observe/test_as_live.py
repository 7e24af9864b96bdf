"""Manifests as if others were live: what a server would fill in is no difference."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.conftest import EXAMPLES
from wexa_sync import engine
from wexa_sync.kinds import BY_NAME
from wexa_sync.kinds.spec.wire import with_defaults, with_derived
from wexa_sync.manifests.sources import Sources
from wexa_sync.model import Action, Address, Basis, Choice, Desired, Manifest, Plan, Target
from wexa_sync.plan.scope import Scope

BASIS = Basis(ref="main", commit="0" * 40)


@pytest.fixture(scope="module")
def desk() -> Desired:
    """Return what the support desk declares."""
    folder = EXAMPLES / "support-desk"
    return engine.read(Sources(paths=(folder,), root=folder))


def plan(desired: Desired, base: Desired, choice: Choice) -> Plan:
    """Return the plan of manifests against others."""
    target = Target(base_url="https://api.wexa.ai", org_id="")
    return engine.plan_against(desired, base, BASIS, target, choice, allowed=frozenset(), limits=None, scope=Scope())


def spelt_out(manifest: Manifest) -> Manifest:
    """Return the manifest with every field that a server fills in."""
    kind = BY_NAME[manifest.address.kind]
    return replace(manifest, spec=with_derived(kind, with_defaults(kind, manifest.spec), declared=manifest.spec))


def test_what_a_server_fills_in_may_be_spelt_out(desk: Desired) -> None:
    whole = replace(desk, manifests={address: spelt_out(each) for address, each in desk.manifests.items()})
    assert whole != desk
    assert plan(whole, desk, Choice()).work == ()


def test_all_is_new_against_nothing_and_gone_for_nothing(desk: Desired) -> None:
    new = plan(desk, engine.NOTHING, Choice())
    assert {change.action for change in new} == {Action.CREATE, Action.RUN}
    assert len(new.changes) == len(desk.manifests)
    gone = plan(engine.NOTHING, desk, Choice(prune=True))
    assert {change.action for change in gone} == {Action.DELETE, Action.FORGET}
    kept = plan(engine.NOTHING, desk, Choice())
    assert kept.work == ()
    assert len(kept.orphans) == len(desk.manifests) - len(kept.unprunable)


def test_such_a_plan_has_no_digest_and_says_what_it_is(desk: Desired) -> None:
    made = plan(desk, desk, Choice())
    assert made.digest == ""
    assert made.basis == BASIS


@pytest.mark.parametrize("before", [True, False], ids=["declared before", "new"])
def test_what_a_manifest_imports_counts_as_live_with_its_parts(desk: Desired, before: bool) -> None:
    flow = next(each for each in desk.manifests if each.kind == "AgentFlow")
    own = (flow, Address(kind="Project", name="support-desk"))
    taking = {each: replace(desk.manifests[each], import_id="f1") for each in own}
    importing = replace(desk, manifests={**desk.manifests, **taking})
    actions = {
        change.address: change.action for change in plan(importing, desk if before else engine.NOTHING, Choice())
    }
    assert {actions[flow], actions[own[1]]} == {Action.NOOP if before else Action.ADOPT}
    assert {actions[each] for each in actions if each.owner_address == flow} == {actions[flow]}
