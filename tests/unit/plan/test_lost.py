"""A state that seems to be lost: one message for all that is blocked since it is live, and only where that is much."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from wexa_sync.model import (
    Address,
    Blocked,
    Intent,
    Live,
    LostState,
    Manifest,
    Observation,
    Pair,
    Plan,
    Record,
    Source,
    Target,
)
from wexa_sync.plan.decision import Rules
from wexa_sync.plan.file import read, save
from wexa_sync.plan.make import make_plan
from wexa_sync.render.json import plan_json
from wexa_sync.render.layout import Layout
from wexa_sync.render.text.plan import plan_text
from wexa_sync.render.view.plan import plan_view

PROJECT = Address(kind="Project", name="desk")
DESK = {"projectName": "Desk", "description": "D"}


def seen(live: int, new: int, *, projects: bool = True) -> Observation:
    """Return a workspace with a project and so many flows, of which the first ones are live, and no state."""

    def pair(address: Address, spec: dict[str, str], id: str) -> Pair:
        manifest = Manifest(address=address, spec=spec, source=Source(file="m.yaml"))
        return Pair(address=address, manifest=manifest, live=Live(id=id, fields=spec) if id else None)

    pairs = [pair(PROJECT, DESK, "p1" if projects else "")]
    for number in range(live + new):
        address = Address(project="desk", kind="AgentFlow", name=f"f{number:02}")
        pairs.append(pair(address, {"name": f"F{number}", "description": "D"}, f"i{number}" * (number < live)))
    return Observation(
        target=Target(base_url="http://127.0.0.1", org_id="o"),
        pairs={each.address: each for each in pairs},
        depends_on={each.address: frozenset({PROJECT} - {each.address}) for each in pairs},
        ids={each.address: each.live.id for each in pairs if each.live},
        externals={},
        missing_externals={},
        unmanaged={},
        user_id="u",
        lineage="",
        serial=0,
        now=0.0,
    )


def plan(found: Observation, rules: Rules = Rules()) -> Plan:  # noqa: B008  # a frozen value
    return make_plan(found, rules)


def test_66_blocked_lines_are_one_message() -> None:
    made = plan(seen(65, 0))
    assert len(made.blocked) == 66
    assert made.lost == LostState(live=66, declared=66, blocked=tuple(sorted(each.address for each in made.blocked)))
    text = plan_text(plan_view(made), Layout(width=100))
    assert "66 of 66 declared resources are live already, and the state records none of them." in text
    assert "wexa-sync state rebuild" in " ".join(text.split())
    assert "wexa-sync import --all" in " ".join(text.split())
    assert "AgentFlow" not in text
    assert len(text.splitlines()) < 16
    assert plan_json(plan_view(made)).count('"wanted": "adopt"') == 66


def test_what_waits_for_what_is_live_is_in_the_message_and_what_is_wrong_otherwise_is_not() -> None:
    found = seen(10, 2)
    stray = Address(project="desk", kind="AgentFlow", name="f11")
    wrong = found.pairs[stray].manifest
    assert wrong is not None
    pair = replace(found.pairs[stray], manifest=replace(wrong, import_id="x"), stray="x is a Skill")
    made = plan(replace(found, pairs={**found.pairs, stray: pair}))
    assert made.lost is not None
    assert Address(project="desk", kind="AgentFlow", name="f10") in made.lost.blocked
    assert [each.address for each in plan_view(made).listed] == [stray]
    assert "x is a Skill" in plan_text(plan_view(made), Layout(width=100))


@pytest.mark.parametrize(("live", "new", "lost"), [(1, 0, False), (2, 0, True), (3, 4, False), (3, 3, True)])
def test_it_takes_three_and_more_than_half(live: int, new: int, lost: bool) -> None:
    assert (plan(seen(live, new)).lost is not None) is lost


def test_a_state_that_knows_anything_is_not_lost() -> None:
    found = seen(5, 0)
    known = found.pairs[PROJECT]
    record = Record(address=PROJECT, id="p1", spec=DESK)
    intent = Intent(address=PROJECT, operation="create", time=0.0, spec=DESK, fingerprint="f")
    for pair in (replace(known, record=record), replace(known, intent=intent)):
        assert plan(replace(found, pairs={**found.pairs, PROJECT: pair})).lost is None


@given(st.integers(0, 6), st.integers(0, 6), st.booleans())
def test_no_blocked_change_is_left_unsaid(live: int, new: int, projects: bool) -> None:
    made = plan(seen(live, new, projects=projects))
    view, said = plan_view(made), set(made.lost.blocked if made.lost else ())
    assert {each.address for each in view.listed} | said == {each.address for each in made.blocked}
    assert said <= {each.address for each in made.blocked if isinstance(each, Blocked)}


def test_adopt_and_import_leave_nothing_to_say() -> None:
    for rules in (Rules(adopt=True), Rules(adopt=True, imports=True)):
        assert plan(seen(5, 2), rules).lost is None
    assert {change.action.value for change in plan(seen(5, 2), Rules(adopt=True, imports=True))} == {"adopt"}


def test_a_saved_plan_says_it_too(tmp_path: Path) -> None:
    made = plan(seen(5, 0))
    assert made.lost is not None
    lost = replace(made.lost, place=".wexa-sync/state.json")
    save(replace(made, lost=lost), tmp_path / "p")
    assert read(tmp_path / "p", lambda _: None).lost == lost
