"""What a list has, if it is as it was, and whether more than that is looked for in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from msgspec.structs import replace

from wexa_sync.api.paging import Sought
from wexa_sync.kinds import BY_NAME
from wexa_sync.model import Address, Desired, Intent, Manifest, Record, Source
from wexa_sync.observe.known import Known
from wexa_sync.state.base import State

PROJECT = Address(kind="Project", name="desk")
ONE, TWO = (Address(kind="Schedule", project="desk", name=name) for name in ("one", "two"))
ELSEWHERE = Address(kind="Schedule", project="other", name="three")
OPEN = {TWO: Intent(address=TWO, operation="create", time=0.0, spec={}, fingerprint="")}


def known(declared: tuple[Address, ...], recorded: tuple[Address, ...], intents: Mapping[Address, Intent]) -> Known:
    """Return what is known at first of these addresses."""
    manifests = {each: Manifest(address=each, spec={}, source=Source(file="desk.yaml")) for each in declared}
    records = {each: Record(address=each, id=each.name, spec={}) for each in recorded}
    state = State(records=records, intents=dict(intents))
    return Known(desired=Desired(manifests=manifests, depends_on={}), state=state)


@pytest.mark.parametrize(
    ("declared", "recorded", "intents", "more", "complete"),
    [
        ((PROJECT, ONE, TWO), (PROJECT, ONE, TWO), {}, {}, True),
        ((PROJECT, ONE), (PROJECT, ONE, TWO), {}, {}, False),  # one may go, and what others made may refer to it
        ((PROJECT, ONE, TWO), (PROJECT, ONE, TWO, ELSEWHERE), {}, {}, True),  # one may go from another project
        ((PROJECT, ONE, TWO), (PROJECT, ONE), {}, {}, False),  # one is new, and may be live under its name
        ((PROJECT, ONE), (PROJECT, ONE), OPEN, {}, False),  # one was sent, and may be live
        ((PROJECT, ONE, TWO), (PROJECT, ONE, TWO), OPEN, {}, False),
        ((ONE, TWO), (PROJECT, ONE, TWO), {}, {}, False),  # the project may go, with what others made in it
        ((PROJECT, ONE, TWO), (PROJECT, ONE, TWO), {}, {"named": True}, False),
        ((PROJECT,), (PROJECT,), {}, {}, False),
    ],
)
def test_more_is_looked_for_than_what_is_recorded(
    declared: tuple[Address, ...],
    recorded: tuple[Address, ...],
    intents: Mapping[Address, Intent],
    more: dict[str, Any],
    complete: bool,
) -> None:
    ids = frozenset(each.name for each in recorded if each in (ONE, TWO))
    found = known(declared, recorded, intents).sought("desk", BY_NAME["Schedule"], **more)
    assert found == Sought(ids=ids, complete=complete)


def test_strangers_are_looked_for_where_they_are_shown() -> None:
    at = replace(known((PROJECT, ONE), (PROJECT, ONE), {}), strangers=True)
    assert not at.sought("desk", BY_NAME["Schedule"]).complete


def test_projects_are_looked_for_that_the_state_gave_up_before_what_is_in_them() -> None:
    assert known((PROJECT, ONE), (PROJECT, ONE), {}).sought("", BY_NAME["Project"]).complete
    assert not known((PROJECT, ONE), (PROJECT, ONE, ELSEWHERE), {}).sought("", BY_NAME["Project"]).complete


def test_a_list_in_which_something_is_named_is_needed_whole() -> None:
    at = known((PROJECT, ONE), (PROJECT, ONE), {})
    assert at.sought("desk", BY_NAME["Schedule"], alone=True).alone
    assert not at.sought("desk", BY_NAME["Schedule"], alone=True, named=True).alone
