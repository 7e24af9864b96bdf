"""What run a command asks for: its address, its generation, and what is noted once the command has said its end."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from wexa_sync.errors import UsageError
from wexa_sync.executions.commanded import KEEP, generation, is_begun, not_told, told, wanted
from wexa_sync.model import Address, Intent, Record, Secret, is_commanded
from wexa_sync.state.base import Forget, Remember, State

DESK, OTHER = Address(kind="Project", name="desk"), Address(kind="Project", name="other")
TRIAGE = Address(project="desk", kind="AgentFlow", name="triage")
ALSO = Address(project="other", kind="AgentFlow", name="triage")


def state(*records: Record, intents: Any = None) -> State:
    """Return a state with these records, the project and its flow."""
    known = [Record(address=address, id=f"id-{address.name}", spec={}) for address in (DESK, TRIAGE)]
    return State(records={record.address: record for record in (*known, *records)}, intents=intents or {})


def ask(held: State, name: str = "triage", project: str = "", goal: Any = "g", **inputs: Any) -> Address:
    """Return the address of the run that is asked for."""
    return wanted(held, name, project=project, goal=goal, inputs=inputs).address


def test_the_same_command_asks_for_the_same_run_whatever_a_secret_says_today() -> None:
    held = state()
    address = ask(held, a="1", b=Secret(template="${secret:B}", value="x"))
    assert is_commanded(address)
    assert address == ask(held, "desk/AgentFlow/triage", b=Secret(template="${secret:B}", value="y"), a="1")
    others = {ask(held), ask(held, goal="h"), ask(held, a="2"), ask(held, "a live one"), ask(held, "a" * 24)}
    assert len({address, *others}) == 6


@pytest.mark.parametrize(
    ("name", "project", "said"),
    [
        ("triage", "", "several are called triage: desk/AgentFlow/triage, other/AgentFlow/triage"),
        ("desk/Skill/triage", "", "the state knows no AgentFlow desk/Skill/triage"),
        ("desk/AgentFlow/triage", "other", "the state knows no AgentFlow desk"),
        ("live", "", "the state knows no AgentFlow live"),
        ("live", "dsek", "the state knows no project dsek"),
    ],
)
def test_what_is_not_clear_is_said(name: str, project: str, said: str) -> None:
    held = state(Record(address=OTHER, id="o", spec={}), Record(address=ALSO, id="f", spec={}))
    with pytest.raises(UsageError, match=said):
        ask(held, name, project)
    assert ask(held, "triage", "other").project == "other"


def test_the_generation_is_that_of_what_is_open_or_a_new_one() -> None:
    address = ask(state())
    made = Record(address=address, id="r", spec={}, generation=3, started=False)
    ran, over = replace(made, started=True), replace(made, started=True, ended=True)
    sent = Intent(address=address, operation="create", time=1.0, spec={}, fingerprint="", generation=4)
    intents = {address: sent}
    assert [generation(held, address) for held in (state(), state(made), state(over))] == [1, 3, 4]
    assert generation(state(over, intents=intents), address) == 4
    assert [is_begun(held, address) for held in (state(), state(made), state(ran))] == [False, True, False]
    assert is_begun(state(over, intents=intents), address)
    settled = state(over, intents={address: replace(sent, settled=True)})
    assert (generation(settled, address), is_begun(settled, address)) == (4, False), "a person said: it did not happen"
    told_of = [not_told(held, address) for held in (state(), state(made), state(ran), state(over))]
    assert [each is not None for each in told_of] == [False, False, True, False]
    assert not_told(state(ran, intents=intents), address) is None


def test_the_oldest_runs_of_commands_are_forgotten() -> None:
    old = [
        Record(
            address=Address(project="desk", kind="Execution", name=f"run-{number:012x}"),
            id=f"r{number}",
            spec={},
            started=True,
            ended=True,
            made_at=float(number),
        )
        for number in range(KEEP)
    ]
    address = ask(state())
    ran = Record(address=address, id="r", spec={}, started=True, made_at=1000.0)
    noted = told(state(*old, ran), address)
    assert noted == [Remember(replace(ran, ended=True)), Forget(old[0].address)]
    assert told(state(*old[1:], ran), address) == noted[:1]
    assert told(state(), address) == []
