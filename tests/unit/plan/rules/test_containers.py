"""What becomes of a project that is to go, of what is in it, and of what PATH does not cover."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from wexa_sync.model import (
    Address,
    Intent,
    Lifecycle,
    Live,
    Manifest,
    Observation,
    Pair,
    Place,
    Plan,
    Record,
    Source,
    Target,
)
from wexa_sync.plan.decision import Rules
from wexa_sync.plan.make import make_plan
from wexa_sync.plan.scope import Scope, joined

DESK = Address.parse("Project/desk")
FLOW = Address.parse("desk/AgentFlow/flow")
SORT = Address.parse("desk/AgentFlow/flow/Agent/sort")
DIGEST = Address.parse("desk/Schedule/digest")
SKILLS = Place("desk", "Skill")
RUN = Address.parse("desk/Execution/run")
SPECS: dict[str, dict[str, Any]] = {
    "Project": {"projectName": "Desk"},
    "AgentFlow": {"name": "Flow"},
    "Agent": {"title": "Sort"},
    "Schedule": {"template": "Digest", "schedule": "2035-06-01T07:00:00Z"},
    "Execution": {"goal": "Do it."},
}
RETAIN, PROTECT = Lifecycle(retain=True), Lifecycle(prevent_destroy=True)


def managed(address: Address, lifecycle: Lifecycle | None = None, **more: Any) -> Pair:
    """Return the pair of a thing that is live and recorded, and not declared."""
    spec = SPECS[address.kind]
    record = Record(address=address, id=str(address), spec=spec, lifecycle=lifecycle or Lifecycle())
    live = None if address == RUN else Live(id=str(address), fields=spec)
    return Pair(**{"address": address, "record": record, "live": live, **more})


def seen(*pairs: Pair, **more: Any) -> Observation:
    """Return an observation of those pairs, and nothing else."""
    found = {pair.address: pair for pair in pairs}
    edges = {a: frozenset({a.project_address, *([a.owner_address] if a.owner_address else [])} - {a}) for a in found}
    given: dict[str, Any] = {
        "target": Target(base_url="http://127.0.0.1", org_id="o"),
        "pairs": found,
        "depends_on": edges,
        "ids": {address: pair.live.id for address, pair in found.items() if pair.live},
        "externals": {},
        "missing_externals": {},
        "unmanaged": {},
        "user_id": "u",
        "lineage": "key",
        "serial": 1,
        "now": 2e9,
    }
    return Observation(**given | more)


def planned(observation: Observation, *, prune: bool = True, scope: Scope | None = None) -> Plan:
    """Return the plan, by default one that prunes."""
    return make_plan(observation, Rules(prune=prune), scope=scope or Scope())


def work(plan: Plan) -> list[str]:
    """Return what a plan does, keeps from doing and leaves, a word and an address each."""
    return [
        *(f"{change.action.value} {change.address}" for change in plan.work),
        *(f"blocked {each.wanted} {each.address}" for each in plan.blocked),
        *(f"orphan {address}" for address in plan.orphans),
    ]


@pytest.mark.parametrize("lifecycle", [RETAIN, PROTECT], ids=["retain", "prevent_destroy"])
@pytest.mark.parametrize("address", [FLOW, SORT, DIGEST, RUN], ids=lambda address: str(address.kind))
@pytest.mark.parametrize("said_by", ["state", "manifest"])
def test_what_is_protected_keeps_its_project(address: Address, lifecycle: Lifecycle, said_by: str) -> None:
    by_state = lifecycle if said_by == "state" else None
    pairs = [managed(each, by_state if each == address else None) for each in (DESK, FLOW, SORT, DIGEST, RUN)]
    scope = Scope(lifecycles={address: lifecycle} if said_by == "manifest" else {})
    plan = planned(seen(*pairs), scope=scope)
    (blocked,) = [each for each in plan.blocked if each.address == DESK]
    assert blocked.reason == f"{address} in it is protected and would be deleted too"
    assert f"delete {address}" not in work(plan)


def test_without_protection_all_goes_with_the_project() -> None:
    plan = planned(seen(*map(managed, (DESK, FLOW, SORT, DIGEST, RUN))))
    assert work(plan) == [
        f"forget {RUN}",
        f"delete {DIGEST}",
        f"delete {DESK}",
        f"delete {FLOW}",
        f"delete {SORT}",
    ]


def test_what_is_not_managed_keeps_the_project_and_what_a_connector_made_goes_with_a_warning() -> None:
    made = {SKILLS: (Live(id="1" * 24, fields={"name": "Mail - Send"}),)}
    theirs = {SKILLS: (Live(id="2" * 24, fields={"name": "Theirs"}),)}
    theirs[SORT.place] = (Live(id="3" * 24, fields={"title": "Also theirs"}),)
    plan = planned(seen(managed(DESK), unmanaged=theirs, made_by_others=made))
    assert work(plan) == [f"blocked delete {DESK}"]
    assert f"would be deleted too: Skill 'Theirs', Agent 'Also theirs' of {FLOW}" in plan.blocked[0].reason
    plan = planned(seen(managed(DESK), made_by_others=made))
    assert work(plan) == [f"delete {DESK}"]
    assert "and what its connectors made: Skill 'Mail - Send'." in plan.warnings[0]


@pytest.mark.parametrize(
    ("inside", "prune", "expected"),
    [
        ((DIGEST,), False, [f"orphan {DESK}", f"orphan {DIGEST}"]),
        ((DIGEST,), True, [f"delete {DIGEST}", f"forget {DESK}"]),
        ((FLOW,), True, [f"blocked forget {DESK}", f"blocked delete {FLOW}"]),
        ((RUN,), False, [f"orphan {DESK}", f"orphan {RUN}"]),
        ((RUN,), True, [f"forget {RUN}", f"forget {DESK}"]),
        ((), False, [f"forget {DESK}"]),
    ],
)
def test_a_retained_project_is_not_forgotten_before_what_is_in_it(
    inside: Iterable[Address], prune: bool, expected: list[str]
) -> None:
    assert work(planned(seen(managed(DESK, RETAIN), *map(managed, inside)), prune=prune)) == expected


def test_a_retained_flow_is_not_forgotten_before_its_agents_nor_its_project_before_it() -> None:
    pairs = (managed(DESK, RETAIN), managed(FLOW, RETAIN), managed(SORT))
    kept = [f"blocked forget {DESK}", f"blocked forget {FLOW}", f"blocked delete {SORT}"]
    assert work(planned(seen(*pairs))) == kept
    assert work(planned(seen(*pairs[:2], managed(SORT, RETAIN)))) == [f"forget {a}" for a in (SORT, FLOW, DESK)]


def test_nobody_says_that_a_thing_is_gone_whose_project_nobody_knows() -> None:
    gone = managed(DIGEST, live=None)
    assert work(planned(seen(gone))) == [f"forget {DIGEST}"]
    plan = planned(seen(gone, unplaced=frozenset({"desk"})))
    assert work(plan) == [f"blocked forget {DIGEST}"]
    assert "Project/desk is no longer in the state" in plan.blocked[0].reason
    assert f"`wexa-sync state rm {DIGEST}`" in plan.blocked[0].hint


SCHEDULE = Manifest(address=DIGEST, spec=SPECS["Schedule"], source=Source(file="a.yaml"))


@pytest.mark.parametrize(
    ("scope", "left"),
    [
        (Scope(), []),
        (Scope(only=frozenset({FLOW})), [DESK, DIGEST]),
        (Scope(elsewhere={FLOW: "b.yaml"}), [FLOW, SORT]),
        (Scope(unread=("b.yaml",)), [DESK, FLOW, SORT]),
        (Scope(unread=("b.yaml",), elsewhere={DESK: "c.yaml"}), [DESK, FLOW, SORT]),
    ],
    ids=["all", "only", "elsewhere", "unread", "both"],
)
def test_what_a_scope_leaves_alone_is_not_decided_on_and_named(scope: Scope, left: list[Address]) -> None:
    pairs = (managed(DESK), managed(FLOW), managed(SORT), managed(DIGEST, manifest=SCHEDULE))
    plan = planned(seen(*pairs), scope=scope)
    decided = [*(each.address for each in plan.changes), *(each.address for each in plan.blocked)]
    touched = {*decided, *plan.orphans}
    assert sorted(touched) == sorted({DESK, FLOW, SORT, DIGEST} - {*left})
    told = [text for text in plan.warnings if text.startswith("Left alone: ")]
    assert all(any(str(address) in text for text in told) for address in left)
    assert bool(told) == bool(left)
    assert not any("partial" in text for text in plan.warnings)


def test_two_lifecycles_protect_what_either_does() -> None:
    one = Lifecycle(prevent_destroy=True, ignore_changes=("a", "b"))
    other = Lifecycle(retain=True, ignore_changes=("b", "c"))
    assert joined(one, other) == Lifecycle(prevent_destroy=True, retain=True, ignore_changes=("a", "b", "c"))


def lost(address: Address, **more: Any) -> Pair:
    """Return the pair of a thing that was sent, whose answer was lost, and that nobody declares."""
    spec = SPECS[address.kind]
    intent = Intent(address=address, operation="create", time=1.0, spec=spec, fingerprint="f")
    return Pair(**{"address": address, "intent": intent, **more})


def found(address: Address) -> Pair:
    """Return the pair of what a lost answer left, found again."""
    return lost(address, live=Live(id=str(address), fields=SPECS[address.kind]), certain=True)


@pytest.mark.parametrize("address", [DESK, FLOW, SORT, DIGEST], ids=lambda it: it.kind)
def test_what_a_lost_answer_left_is_deleted_with_the_rest_and_its_doubt_ends(address: Address) -> None:
    rest = [each for each in (DESK, FLOW, SORT, DIGEST) if each != address]
    plan = planned(seen(*map(managed, rest), found(address)))
    assert {(change.action.value, change.address) for change in plan.work} == {
        ("delete", each) for each in (*rest, address)
    }
    change = next(each for each in plan.work if each.address == address)
    assert change.settles == "create 1 1.0"
    assert change.with_project is (address in (FLOW, SORT))
    assert not plan.blocked


def test_what_a_lost_answer_left_is_recorded_where_nobody_prunes_and_where_it_can_not_be_deleted() -> None:
    for address in (DESK, FLOW, DIGEST):
        assert work(planned(seen(found(address)), prune=False)) == [f"adopt {address}"]
    assert work(planned(seen(managed(DESK, RETAIN), found(FLOW)))) == [f"adopt {FLOW}", f"blocked forget {DESK}"]


@pytest.mark.parametrize("address", [DESK, DIGEST], ids=lambda it: it.kind)
def test_what_a_lost_answer_left_is_protected_as_its_manifest_says(address: Address) -> None:
    pairs = [found(DESK) if address == DESK else managed(DESK), found(DIGEST) if address == DIGEST else managed(DIGEST)]
    plan = planned(seen(*pairs), scope=Scope(lifecycles={address: PROTECT}))
    assert ("delete Project/desk" in work(plan)) is False
    assert f"adopt {address}" in work(plan)
    kept = planned(seen(*pairs), scope=Scope(lifecycles={DIGEST: RETAIN}))
    assert "delete Project/desk" not in work(kept)


def test_a_project_is_kept_while_a_run_in_it_may_have_happened() -> None:
    plan = planned(seen(managed(DESK), managed(FLOW), lost(RUN)))
    assert work(plan) == [f"blocked delete {DESK}", f"blocked delete {FLOW}", f"blocked run {RUN}"]
    assert plan.blocked[0].reason == f"{RUN} may have happened, and what would show it is deleted with the project"
    # Where it is found, and where it surely never arrived, it goes.
    for settled in (found(RUN), lost(RUN, absent=True)):
        plan = planned(seen(managed(DESK), managed(FLOW), settled))
        assert work(plan) == [f"forget {RUN}", f"delete {DESK}", f"delete {FLOW}"]
        assert plan.work[0].settles == "create 1 1.0"
