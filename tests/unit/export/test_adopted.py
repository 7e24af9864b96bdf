"""Test that nothing is recorded over what the state says of a resource."""

from __future__ import annotations

import pytest

from wexa_sync.errors import StateError
from wexa_sync.export.adopted import entries
from wexa_sync.model import Address, Intent, Live, Manifest, Observation, Pair, Record, Source, Target
from wexa_sync.state.base import State

DESK = Address(kind="Project", name="desk")
OTHER = Address(kind="Project", name="other")
SPEC = {"projectName": "Desk"}


def seen(id: str = "1") -> Observation:  # the field's name
    """Return what is seen of one project."""
    manifest = Manifest(address=DESK, spec=SPEC, source=Source(file="project.yaml"))
    pair = Pair(address=DESK, manifest=manifest, live=Live(id=id, fields=SPEC))
    return Observation(
        target=Target(base_url="u", org_id="o"),
        pairs={DESK: pair},
        depends_on={},
        ids={DESK: id},
        externals={},
        missing_externals={},
        unmanaged={},
        user_id="u",
        lineage="key",
        serial=0,
        now=0.0,
    )


def recorded(address: Address, id: str) -> State:  # the field's name
    """Return a state that knows one resource."""
    return State(records={address: Record(address=address, id=id, spec=SPEC, made_at=1.0)})


def test_what_is_live_is_recorded_as_applied_and_once() -> None:
    (entry,) = entries(seen(), State(), [DESK], 7.0)
    assert (entry.record.id, entry.record.spec, entry.record.made_at) == ("1", SPEC, 7.0)
    assert list(entries(seen(), State().after(entry), [DESK], 8.0)) == []
    assert list(entries(seen(), recorded(DESK, "1"), [DESK], 8.0)) == [], "its age stays"


@pytest.mark.parametrize(
    ("state", "what"),
    [
        (recorded(DESK, "2"), "Project/desk is recorded with the id 2, not 1"),
        (recorded(OTHER, "1"), "1 is recorded as Project/other, not as Project/desk"),
        (
            State(intents={DESK: Intent(address=DESK, operation="create", time=0.0, spec=SPEC, fingerprint="f")}),
            "Project/desk is in doubt",
        ),
    ],
)
def test_a_state_that_says_something_else_is_not_written(state: State, what: str) -> None:
    with pytest.raises(StateError, match=what):
        list(entries(seen(), state, [DESK], 7.0))
