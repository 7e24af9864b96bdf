"""What every store of a state promises: the same tests run on a file and on a ref of a git remote."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from subprocess import Popen

import pytest

from tests.unit.state.conftest import TARGET, A, B, Kept, program, record, take
from wexa_sync.errors import StateDamaged, StateError, StateLocked
from wexa_sync.model import Intent, Ref, Secret, Target, Vouch
from wexa_sync.state import Forget, Intend, Note, Remember, State
from wexa_sync.state.format import checksum

INTENT = Intent(address=A, operation="create", time=1, spec={}, fingerprint="f")
OTHER = Target(base_url="https://api.example.com", org_id="other")
HOLDER = {
    "owner": "somebody@elsewhere pid 7",
    "pid": 7,
    "host": "elsewhere",
    "created": "2020-01-01T00:00:00+00:00",
    "expires": "2999-01-01T00:00:00+00:00",
}
# Takes the lock, writes once, says so, and keeps the lock until its stdin ends.
HOLD = """
with opened(lease=float(sys.argv[3])).session(TARGET) as session:
    session.write(Remember(Record(address=Address(project="desk", kind="Skill", name="held"), id="1", spec={})))
    print("held", flush=True)
    sys.stdin.read()
"""
# Waits its turn, then makes a read-modify-write of a counter that only mutual exclusion keeps right.
COUNT = """
address = Address(project="desk", kind="Skill", name="counter")
for _ in range(int(sys.argv[3])):
    with opened(lock_timeout=120).session(TARGET) as session:
        record = session.state.records.get(address)
        count = record.spec["count"] if record else 0
        session.write(Remember(Record(address=address, id="1", spec={"count": count + 1})))
"""


@pytest.fixture
def holder(kept: Kept) -> Iterator[Popen[str]]:
    with program(kept, HOLD, 900) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process


def test_no_state_is_an_empty_one_and_reading_it_makes_nothing(kept: Kept) -> None:
    assert kept.store().load(TARGET) == State()
    assert kept.names() == []


def test_a_session_that_writes_nothing_leaves_nothing(kept: Kept) -> None:
    with kept.store().session(TARGET) as session:
        assert session.state == State()
        session.write()
    assert kept.names() == []


def test_what_was_written_is_there_and_only_the_state_stays(kept: Kept) -> None:
    with kept.store().session(TARGET) as session:
        session.write(Intend(INTENT))
        session.write(Remember(record(a=Ref(kind="Skill", address=B)), INTENT.mark), Remember(record(B)))
        assert session.state.records.keys() == {A, B}
    found = kept.store().load(TARGET)
    assert found == session.state
    assert (found.target, found.intents) == (TARGET, {})
    assert kept.names() == ["state.json"]


def test_the_lineage_stays_while_the_serial_rises(kept: Kept) -> None:
    states = []
    for entry in (Remember(record()), Forget(A)):
        with kept.store().session(TARGET) as session:
            session.write(entry)
            lineage = session.lineage  # what secrets are sealed with
        states.append(kept.store().load())
        assert lineage == states[-1].lineage
    assert len({state.lineage for state in states}) == 1
    assert [state.serial for state in states] == [1, 2]


def test_a_saved_plan_fits_the_session_that_applies_it_but_not_after_another_apply(kept: Kept) -> None:
    def seen(state: State) -> tuple[str, int]:
        return state.lineage, state.serial

    store = kept.store()
    for address in (A, B):
        planned = seen(store.load())
        with store.session(TARGET) as session:
            assert seen(session.state) == planned
            session.write(Remember(record(address)))
            half = seen(store.load())
            assert half != planned  # a plan made during an apply is told from one made after it, too
            session.write(Intend(INTENT))
        assert seen(store.load()) not in (planned, half)


def test_another_plan_sees_what_a_running_apply_has_written(kept: Kept) -> None:
    with kept.store().session(TARGET) as session:
        for entry in (Intend(INTENT), Remember(record())):
            session.write(entry)
            assert kept.store().load() == session.state


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_an_exception_loses_nothing_and_frees_the_lock(kept: Kept, error: type[BaseException]) -> None:
    def interrupted() -> None:
        with kept.store().session(TARGET) as session:
            session.write(Remember(record()))
            raise error

    with pytest.raises(error):
        interrupted()
    assert kept.names() == ["state.json"]
    assert kept.store().load().records == {A: record()}


def test_another_workspace_is_refused_and_nothing_is_touched(kept: Kept) -> None:
    take(kept)
    before = kept.texts()
    for refused in (lambda: kept.store().load(OTHER), lambda: kept.store().session(OTHER).__enter__()):
        with pytest.raises(StateError, match=r"organisation org\), not to .*organisation other\)") as caught:
            refused()
        assert "--state" in caught.value.hint
    assert kept.names() == ["state.json"]
    assert kept.texts() == before


@pytest.mark.parametrize("text", [b"", b"{", b"<<<<<<< ours\n", b'{"format": "wexa-sync-state", "version": 3}'])
def test_damage_is_told_and_left_as_it_is(kept: Kept, text: bytes) -> None:
    take(kept)
    kept.put(text)
    before = kept.texts()
    for refused in (lambda: kept.store().load(TARGET), lambda: kept.store().session(TARGET).__enter__()):
        with pytest.raises(StateDamaged, match="is damaged") as caught:
            refused()
        assert "rebuild" in caught.value.hint
    assert kept.names() == ["state.json"]
    assert kept.texts() == before


@pytest.mark.parametrize("applied_before", [False, True])
def test_the_next_session_settles_what_a_killed_one_left(kept: Kept, applied_before: bool) -> None:
    if applied_before:
        take(kept)
    before = kept.store().load()
    with program(kept, HOLD, 900) as victim:
        assert victim.stdout is not None
        assert victim.stdout.readline() == "held\n"
        victim.kill()
        victim.wait()
    left = kept.store().load(TARGET)
    assert left.serial == before.serial + 1
    with kept.store().session(TARGET) as session:  # the lock of a killed process is free at once
        assert session.state == left
    assert kept.store().load() == left
    with kept.store().session(TARGET) as session:
        session.write(Forget(A))
    assert kept.store().load() == left.after(Forget(A))
    assert kept.names() == ["state.json"]


def test_a_secret_is_never_written_and_the_journal_stays_sound(kept: Kept) -> None:
    secret = Secret(template="${secret:T}", value="hunter2-sentinel")
    with kept.store().session(TARGET) as session:
        with pytest.raises(TypeError):
            session.write(Remember(record(token=secret)))
        session.write(Remember(record(B)))
    assert all(b"sentinel" not in text for text in kept.texts().values())
    assert kept.store().load().records == {B: record(B)}


def test_a_session_is_over_when_it_is_over(kept: Kept) -> None:
    with kept.store().session(TARGET) as session:
        session.write(Remember(record()))
    with pytest.raises(StateError, match="lost"):
        session.write(Forget(A))
    assert kept.names() == ["state.json"]


def test_notes_of_each_apply_are_kept_and_change_no_state(kept: Kept) -> None:
    for run in ("1", "2"):
        with kept.store().session(TARGET) as session:
            session.write(Note(run, {"began": run}, durable=True))
            session.write(Note(run, {"n": 1}), Remember(record()), Note(run, {"n": 2}))
            session.write(Note(run, {"ended": run}))
    assert kept.store().load().serial == 2
    assert kept.store().past() == {run: ({"began": run}, {"n": 1}, {"n": 2}, {"ended": run}) for run in ("1", "2")}
    assert kept.names() == ["state.json"]


def test_a_vouch_is_kept_counts_in_nothing_and_goes_with_the_next_write(kept: Kept) -> None:
    vouch = Vouch(inputs="i", order="o", files=("prompts/a.md",), env=("REGION",))
    with kept.store().session(TARGET) as session:
        session.keep(vouch)  # there is no state to keep it with
    assert kept.names() == []
    with kept.store().session(TARGET) as session:
        session.write(Remember(record(A)))
        session.keep(vouch)
    written = kept.store().load()
    assert written.vouch == vouch
    with kept.store().session(TARGET) as session:
        assert session.state.vouch == vouch
        session.keep(None)
    assert kept.store().load().vouch is None
    with kept.store().session(TARGET) as session:
        session.keep(vouch)
    now = kept.store().load()
    assert (now, now.vouch, checksum(now)) == (written, vouch, checksum(written))
    with kept.store().session(TARGET) as session:
        session.write(Remember(record(B)))
    assert kept.store().load().vouch is None


def test_a_second_process_is_told_who_since_when_until_when_and_what_to_do(kept: Kept, holder: Popen[str]) -> None:
    with pytest.raises(StateLocked) as caught:
        take(kept)
    assert "is locked by " in caught.value.message
    assert f" pid {holder.pid} since 20" in caught.value.message
    assert ", until 20" in caught.value.message
    assert "wexa-sync state unlock" in caught.value.hint
    assert kept.store().load().serial == 1  # a plan needs no lock
    holder.communicate("")
    take(kept)


def test_unlocking_takes_nothing_from_a_living_process(kept: Kept, holder: Popen[str]) -> None:
    with pytest.raises(StateLocked, match=f"held by .* pid {holder.pid} since") as caught:
        kept.store().unlock()
    assert f"kill {holder.pid}" in caught.value.hint
    assert "state.json.lock" in kept.names()
    holder.communicate("")
    assert kept.store().unlock() is None


def test_unlocking_removes_the_lock_of_another_machine(kept: Kept) -> None:
    take(kept)
    kept.lock(HOLDER)
    with pytest.raises(StateLocked, match="somebody@elsewhere pid 7"):
        take(kept)
    found = kept.store().unlock()
    assert found is not None
    assert found.owner == HOLDER["owner"]
    take(kept)


def test_a_living_process_keeps_its_lock_also_beyond_the_lease(kept: Kept) -> None:
    with kept.store(lease=0).session(TARGET) as session:
        with pytest.raises(StateLocked):
            take(kept)
        session.write(Remember(record()))


def test_waiting_ends_when_the_lock_is_given_back(kept: Kept, holder: Popen[str]) -> None:
    assert holder.stdin is not None
    waited = []

    def waits(what: str, left: float) -> None:
        waited.append((what, left))
        with suppress(BrokenPipeError):
            holder.stdin.close()  # type: ignore[union-attr]

    take(kept, lock_timeout=60, waits=waits)
    assert waited[0][0].startswith("the lock of ")
    assert waited[0][1] > 0


@pytest.mark.usefixtures("holder")
def test_waiting_ends_with_the_timeout(kept: Kept) -> None:
    start = time.monotonic()
    with pytest.raises(StateLocked):
        take(kept, lock_timeout=0.3)
    assert time.monotonic() - start >= 0.3


def test_the_lock_of_another_machine_holds_until_it_expires(kept: Kept) -> None:
    take(kept)
    kept.lock(HOLDER)
    with pytest.raises(StateLocked, match="somebody@elsewhere pid 7"):
        take(kept)
    kept.lock(HOLDER | {"expires": "2020-01-01T00:15:00+00:00"})
    take(kept)
    assert kept.names() == ["state.json"]


@pytest.mark.parametrize("how", ["removed", "taken over"])
def test_a_lost_lock_stops_the_writing_and_leaves_the_other_s_work_alone(kept: Kept, how: str) -> None:
    with kept.store().session(TARGET) as session:
        session.write(Remember(record()))
        kept.lock(HOLDER if how == "taken over" else None)
        for _ in range(2):
            with pytest.raises(StateError, match="was lost") as caught:
                session.write(Remember(record(B)))
    assert "no other apply runs" in caught.value.hint
    assert ("state.json.lock" in kept.names()) is (how == "taken over")
    assert kept.store().load().records == {A: record()}  # what was acknowledged


def test_a_lock_that_was_lost_after_the_last_write_is_reported_at_the_end(kept: Kept) -> None:
    def lose() -> None:
        with kept.store().session(TARGET) as session:
            session.write(Remember(record()))
            kept.lock(None)

    with pytest.raises(StateError, match="was lost"):
        lose()
    assert kept.store().load().serial == 1


def test_many_processes_at_once_lose_no_update(kept: Kept) -> None:
    with ExitStack() as stack:
        processes = [stack.enter_context(program(kept, COUNT, 3)) for _ in range(3)]
        assert [process.wait(300) for process in processes] == [0, 0, 0]
    state = kept.store().load()
    assert [record.spec for record in state.records.values()] == [{"count": 9}]
    assert state.serial == 9
    assert kept.names() == ["state.json"]
