"""One run is never taken for another: an earlier generation, a stranger's, an equal one, one that a state lost."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from tests.events import held, until
from wexa_sync import engine
from wexa_sync.apply import parallel
from wexa_sync.errors import UsageError
from wexa_sync.model import Address, Outcome, Plan, Record, Status, Vouch
from wexa_sync.state.base import Forget, State, StateSession
from wexa_sync.state.file import _FileSession
from wexa_sync.state.keep import kept

if TYPE_CHECKING:
    from tests.conftest import Desk, Remote
    from wexa_sync.state import Entry, Note

RUN = Address.parse("desk/Execution/run")
Small = Callable[..., "Desk"]
Work = Callable[[Plan], list[str]]


@pytest.fixture
def ran(small: Small, remote: Remote) -> Desk:
    """Return the desk, with its run of generation 1 done."""
    desk = replace(small(remote, "project", "skill", "flow", "run"), settle=0.05)
    assert {each.status for each in desk.apply()} == {Status.APPLIED}
    return desk


def again(desk: Desk, generation: int, *faults: str) -> Outcome:
    """Run it once more, as that generation."""
    edit(desk, lambda text: text.replace("{name: run", f"{{generation: {generation}, name: run"))
    desk.remote.fault()
    desk.remote.fault(*faults)
    (outcome,) = [each for each in desk.apply() if each.change.address == RUN]
    desk.remote.fault()
    return outcome


def edit(desk: Desk, change: Callable[[str], str]) -> None:
    """Edit the run's manifest."""
    file = desk.folder / "run.yaml"
    lines = file.read_text("utf-8").splitlines(keepends=True)
    lines[2] = "metadata: {name: run}\n"
    file.write_text(change("".join(lines)), "utf-8")


def record(desk: Desk, address: Address = RUN) -> Record:
    """Return the record in the state."""
    return desk.workspace.store.load().records[address]


def resolve(desk: Desk, happened_as: str | None, env: Mapping[str, str] | None = None) -> None:
    """Resolve the doubt about the run."""
    desired = desk.read(env)
    engine.resolve(RUN, desired, desk.workspace, happened_as=happened_as)


def live(desk: Desk) -> list[dict[str, Any]]:
    """Return the runs there are."""
    project = record(desk, RUN.project_address).id
    listed: list[dict[str, Any]] = desk.remote.raw("GET", f"/{project}/execution_flows", projectID=project).json()[
        "data"
    ]
    return listed


def by_a_stranger(desk: Desk, goal: str = "Do it.", **inputs: Any) -> str:
    """Run the flow as another person would, and return the run's id."""
    project, flow = (record(desk, Address.parse(each)).id for each in ("Project/desk", "desk/AgentFlow/flow"))
    body = {"agentflow_id": flow, "goal": goal, "executed_by": desk.remote.server.user_id, "projectID": project}
    made = desk.remote.raw("POST", "/execute_flow", {**body, "input_variables": inputs}, projectID=project)
    assert made.status_code == 200, made.text
    return str(made.json()["execution_id"])


@pytest.mark.parametrize("fault", ["503 before", "drop before", "reset before"])
def test_a_third_generation_that_never_arrived_is_a_doubt(ran: Desk, work: Work, fault: str) -> None:
    first = record(ran)
    assert again(ran, 2).status is Status.APPLIED
    second = record(ran)
    lost = again(ran, 3, f"{fault} POST /execute_flow")
    assert (lost.status, lost.id) == (Status.UNKNOWN, None)
    assert len(live(ran)) == 2
    (blocked,) = work(ran.plan())
    assert "live runs that might be it: none" in blocked
    for known in (*first.ids, *second.ids):
        with pytest.raises(UsageError, match="is the run of an earlier generation of desk/Execution/run"):
            resolve(ran, known)
    resolve(ran, None)
    assert {each.status for each in ran.apply()} == {Status.APPLIED}
    assert len(live(ran)) == 3
    assert set(record(ran).earlier) == {*first.ids, *second.ids}


def test_a_third_generation_whose_answer_is_lost_is_found(ran: Desk, work: Work) -> None:
    again(ran, 2)
    found = again(ran, 3, "drop after POST /execute_flow")
    assert found.status is Status.APPLIED
    assert len({each["execution_id"] for each in live(ran)}) == 3
    assert found.id == record(ran).id == max(live(ran), key=lambda each: each["_id"])["execution_id"]
    assert work(ran.plan()) == []


def test_a_third_generation_that_no_list_shows_yet_is_found_by_the_next_plan_without_asking(
    ran: Desk, work: Work
) -> None:
    again(ran, 2)
    lost = again(ran, 3, "stale POST /execute_flow lists=6", "drop after POST /execute_flow")
    assert lost.status is Status.UNKNOWN
    assert work(ran.plan()) == [f"run {RUN}"], "it was created; whether it runs is to be seen"
    assert {each.status for each in ran.apply()} == {Status.APPLIED}
    assert len(live(ran)) == 3


def test_what_a_stranger_ran_before_is_not_taken_for_a_run_that_was_lost(small: Small, remote: Remote) -> None:
    desk = replace(small(remote, "project", "skill", "flow", "run", without="run"), settle=0.05)
    theirs = by_a_stranger(desk)
    resolve(desk, None)
    assert {each.status for each in desk.apply()} == {Status.APPLIED}
    assert theirs in record(desk).others
    assert again(desk, 2, "drop before POST /execute_flow").status is Status.UNKNOWN
    assert theirs in desk.workspace.store.load().intents[RUN].before
    with pytest.raises(UsageError, match="was there before the run of desk/Execution/run was sent"):
        resolve(desk, theirs)


def test_what_a_stranger_runs_between_plan_and_apply_stops_a_later_generation(ran: Desk) -> None:
    edit(ran, lambda text: text.replace("{name: run", "{generation: 2, name: run"))
    plan = ran.plan()
    theirs = by_a_stranger(ran)
    (outcome,) = [each for each in ran.apply(plan) if each.change.address == RUN]
    assert outcome.status is Status.CONFLICT
    assert theirs in outcome.error


def test_a_state_of_a_backup_asks_before_a_generation_runs_again(ran: Desk, work: Work) -> None:
    (file,) = (ran.folder / ".wexa-sync").glob("state.json")
    backup = file.read_bytes()
    again(ran, 2)
    second = record(ran)
    file.write_bytes(backup)
    plan = ran.plan()
    (blocked,) = work(plan)
    assert second.id in blocked
    assert [each.address for each in plan.blocked if each.doubt] == [RUN]
    ran.apply(plan)
    assert len(live(ran)) == 2
    resolve(ran, second.id)
    assert work(ran.plan()) == []
    assert record(ran).generation == 2
    assert len(record(ran).earlier) == 2, "the first generation, in both spellings"


SECRET = "  input_variables: {to: 'Bearer ${secret:TOKEN}', what: it}\n"
COMMIT = "  input_variables: {commit: '${env:CI_COMMIT}', what: it}\n"


@pytest.mark.parametrize(("inputs", "name"), [(SECRET, "TOKEN"), (COMMIT, "CI_COMMIT")])
def test_after_a_lost_state_a_run_whose_variables_changed_is_asked_about(
    small: Small, remote: Remote, work: Work, inputs: str, name: str
) -> None:
    old, new = ({name: value} for value in ("first-value", "other-value"))
    desk = replace(small(remote, "project", "skill", "flow", "run", without="run"), settle=0.05)
    edit_new = desk.folder / "run.yaml"
    edit_new.write_text(edit_new.read_text("utf-8") + inputs, "utf-8")
    by_a_stranger(desk, what="it"), by_a_stranger(desk, goal="Something else.", what="it")
    assert [line for line in work(desk.plan(env=old)) if "blocked" in line] == [], "these are surely others"
    desk.apply(desk.plan(env=old))
    ran = record(desk)
    with desk.workspace.store.session(desk.workspace.target) as session:
        session.write(Forget(RUN))  # as far as the run goes, the state is lost
    (blocked,) = work(desk.plan(env=new))
    assert ran.id in blocked
    assert "-value" not in blocked
    resolve(desk, ran.id, new)
    assert work(desk.plan(env=new)) == []
    assert len(live(desk)) == 3


TWIN = """apiVersion: wexa.ai/v1
kind: Execution
metadata: {name: twin}
spec: {agentflow_id: flow, goal: Do it.}
"""


@pytest.mark.parametrize("slow", [1, 2])
def test_two_equal_runs_of_one_apply_do_not_exchange_their_ids(
    small: Small, remote: Remote, work: Work, slow: int
) -> None:
    desk = replace(small(remote, "project", "skill", "flow", "run", without="run"), settle=0.3)
    (desk.folder / "twin.yaml").write_text(TWIN, "utf-8")
    remote.fault(f"delay POST /execute_flow nth={slow} ms=200", f"drop before POST /execute_flow nth={3 - slow}")
    outcomes = {each.change.address: each for each in desk.apply() if each.change.address.kind == "Execution"}
    remote.fault()
    assert sorted(each.status.value for each in outcomes.values()) == ["applied", "unknown"]
    (ran,) = live(desk)
    (done,) = [address for address, each in outcomes.items() if each.status is Status.APPLIED]
    assert record(desk, done).id == ran["execution_id"]
    order = sorted(outcomes)
    assert done == order[slow - 1], "whose request came through, has the run"
    (blocked,) = work(desk.plan())
    assert ran["execution_id"] not in blocked
    desired = desk.read()
    engine.resolve(order[2 - slow], desired, desk.workspace, happened_as=None)
    assert {each.status for each in desk.apply()} == {Status.APPLIED}
    assert {record(desk, address).id for address in order} == {each["execution_id"] for each in live(desk)}
    assert len(live(desk)) == 2


def test_the_lock_is_renewed_at_each_wake_while_an_apply_waits(ran: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    kept_alive, write = [], _FileSession.write

    def counted(self: _FileSession, *entries: Entry | Note) -> None:
        kept_alive.extend([self] * (not entries))
        write(self, *entries)

    monkeypatch.setattr(_FileSession, "write", counted)
    monkeypatch.setattr(parallel, "WAKE", 0.01)
    monkeypatch.setattr(parallel, "HEARD", 0.01)
    with ThreadPoolExecutor(1) as pool:
        applying = pool.submit(again, ran, 2, held("POST /execute_flow"))
        until(lambda: len(kept_alive) > 1 or applying.done())
        ran.remote.fault()
        applying.result()
    assert len(kept_alive) > 1


class Waiting(StateSession):
    """Represent a session that says when it was kept alive."""

    def __init__(self) -> None:
        self.kept = Event()

    @property
    def state(self) -> State:
        return State()

    @property
    def lineage(self) -> str:
        return ""

    def put(self, state: State, *, moved: str = "") -> None:
        raise NotImplementedError

    def keep(self, vouch: Vouch | None) -> None:
        raise NotImplementedError

    def write(self, *entries: Entry | Note) -> None:
        assert not entries
        self.kept.set()


def test_the_lock_is_renewed_while_a_person_thinks_and_no_longer() -> None:
    session = Waiting()
    with kept(session, every=0.001):
        assert session.kept.wait(60)
    session.kept.clear()
    assert not session.kept.is_set()
