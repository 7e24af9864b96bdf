"""Lists that lag behind or leave things out: a plan looks again, and stops rather than plan on a contradiction."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from wexa_sync.errors import Nonsense
from wexa_sync.model import Action, Address, Intent, Options, Outcome, Plan
from wexa_sync.observe.observation import observe
from wexa_sync.plan.decision import Rules
from wexa_sync.plan.make import make_plan
from wexa_sync.secrecy.seal import conceal, fingerprint
from wexa_sync.state.base import ANY, Entry, Forget, Intend, Remember

if TYPE_CHECKING:
    from tests.conftest import Desk
    from wexa_sync.model import Observation

SKILL = Address.parse("support-desk/Skill/summarise")
AGENT = Address.parse("support-desk/AgentFlow/triage/Agent/answer")
RUN = Address.parse("support-desk/Execution/smoke-test")


class Time:
    """Represent a clock that moves by sleeping only."""

    def __init__(self, now: float) -> None:
        self.now = now
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def fault(desk: Desk, text: str) -> None:
    """Script a fault from now on."""
    assert desk.remote.raw("POST", "/_sandbox/faults", {"fault": text}).status_code == 200


def look(desk: Desk, time: Time, settle: float = 15.0) -> Observation:
    """Return what a plan observes, by that clock."""

    desired = desk.read()
    there = desk.workspace
    return observe(
        desired,
        there.store.load(),
        there.api,
        there.target,
        Options(settle=settle),
        now=lambda: time.now,
        sleep=time.sleep,
    )


def planned(desk: Desk, now: float, rules: Rules | None = None) -> Plan:
    """Return the plan at that time. Its waits take no time."""
    return make_plan(look(desk, Time(now)), rules or Rules())


def write(desk: Desk, *entries: Entry) -> None:
    """Change the state behind wexa-sync's back."""
    with desk.workspace.store.session(desk.workspace.target) as session:
        session.write(*(replace(entry, settles=ANY) for entry in entries))


def doubt(desk: Desk, address: Address, at: float) -> None:
    """Let the state hold that it was sent at that time, and no more."""
    state = desk.workspace.store.load()
    record = state.records[address]
    spec = conceal(dict(record.spec), state.lineage)
    intent = Intent(
        address=address, operation="create", time=at, spec=spec, fingerprint=fingerprint(spec, state.lineage)
    )
    write(desk, Forget(address), Intend(intent))


def test_what_was_just_made_and_no_list_shows_yet_is_waited_for(
    desk: Desk, failures: Callable[[tuple[Outcome, ...]], list[str]]
) -> None:
    fault(desk, "stale POST /skills/ lists=3")
    assert failures(desk.apply()) == []
    time = Time(1e9)
    seen = look(desk, time)
    assert time.slept == [0.5, 1.0, 2.0]
    assert seen.pairs[SKILL].live is not None


@pytest.mark.parametrize("after", [3.0, -3.0])
@pytest.mark.parametrize(
    ("address", "post"), [(AGENT, "POST /agentflow/*/skilled nth=3"), (SKILL, "POST /skills/")], ids=str
)
def test_what_was_just_made_and_no_read_shows_yet_is_not_made_again(
    desk: Desk, address: Address, post: str, after: float
) -> None:
    fault(desk, f"stale {post} lists=4")
    desk.apply()
    record = desk.workspace.store.load().records[address]
    fault(desk, f"404 GET /skills/{record.id} times=2")
    assert record.made_at is not None
    time = Time(record.made_at + after)  # by this machine's clock, which may be behind
    seen = look(desk, time)
    assert time.slept
    assert time.now < record.made_at + 30
    live = seen.pairs[address].live
    assert live is not None
    assert live.id == record.id
    assert make_plan(seen, Rules()).work == ()


@pytest.mark.parametrize("after", [15.0, 1e6, -1e6])
def test_what_was_made_long_ago_and_no_read_shows_was_removed(desk: Desk, after: float) -> None:
    fault(desk, "stale POST /agentflow/*/skilled nth=3 lists=4")
    desk.apply()
    made_at = desk.workspace.store.load().records[AGENT].made_at
    assert made_at is not None
    time = Time(made_at + after)
    (change,) = make_plan(look(desk, time), Rules()).work
    assert (change.address, change.action, change.reason) == (AGENT, Action.CREATE, "removed outside")
    assert time.slept == []


def test_what_is_made_anew_under_its_old_id_is_made_now(desk: Desk) -> None:
    fault(desk, "stale POST /agentflow/*/skilled nth=3 lists=100")
    desk.apply()
    state = desk.workspace.store.load()
    record = state.records[AGENT]
    write(desk, Remember(replace(record, made_at=1e9)))
    flow = state.records[AGENT.owner_address or AGENT]
    shown = desk.remote.raw("GET", f"/agentflow/{flow.id}").json()
    desk.remote.raw("PUT", f"/agentflow/{flow.id}", {"agents": shown["agents"][:0]}).raise_for_status()
    desk.remote.fault()
    desk.apply()
    anew = desk.workspace.store.load().records[AGENT]
    assert anew.id == record.id
    assert anew.made_at is not None
    assert anew.made_at > 1e9
    desk.apply()
    assert desk.workspace.store.load().records[AGENT].made_at == anew.made_at


def test_a_list_that_leaves_out_what_is_there_is_not_planned_on(desk: Desk) -> None:
    fault(desk, "stale POST /skills/ lists=100")
    desk.apply()
    time, before = Time(1e9), desk.remote.writes
    with pytest.raises(Nonsense, match="the list leaves out support-desk/Skill/") as caught:
        look(desk, time)
    assert "state rm" in caught.value.hint
    assert 15 <= sum(time.slept) < 40
    assert desk.remote.writes == before


def test_what_is_gone_is_looked_for_by_its_id_once(desk: Desk) -> None:
    desk.apply()
    schedule = Address.parse("support-desk/Schedule/new-year-digest")
    record = desk.workspace.store.load().records[schedule]
    project = desk.workspace.store.load().records[schedule.project_address].id
    desk.remote.raw("DELETE", f"/schedule/coworker/{record.id}", projectID=project)
    desk.remote.forget()
    time = Time(1e9)
    assert look(desk, time).pairs[schedule].live is None
    assert time.slept == []
    singles = [each["path"] for each in desk.remote.requests if record.id in each["path"]]
    assert singles == [f"/schedule/coworker/{record.id}"]


@pytest.mark.parametrize(("age", "looks"), [(1.0, 6), (14.0, 3), (1000.0, 3)])
def test_a_lost_create_counts_as_absent_after_some_looks_and_some_time(desk: Desk, age: float, looks: int) -> None:
    desk.apply()
    write(desk, Forget(SKILL))
    state = desk.workspace.store.load()
    time = Time(2e9)
    spec = {"name": "Never arrived", "description": "D"}
    more = SKILL.project_address
    lost = Address(project=more.name, kind="Skill", name="lost")
    intent = Intent(
        address=lost, operation="create", time=2e9 - age, spec=spec, fingerprint=fingerprint(spec, state.lineage)
    )
    write(desk, Intend(intent))
    desk.remote.forget()
    assert look(desk, time).pairs[lost].live is None
    assert len([each for each in desk.remote.requests if each["path"] == "/skills/"]) == looks


@pytest.mark.parametrize("ahead", [0.0, 3600.0])
def test_an_intent_of_a_clock_that_is_ahead_is_waited_for_no_longer_than_another(desk: Desk, ahead: float) -> None:
    desk.apply()
    state, time = desk.workspace.store.load(), Time(2e9)
    spec = {"name": "Never arrived", "description": "D"}
    lost = Address(project=SKILL.project, kind="Skill", name="lost")
    sent = fingerprint(spec, state.lineage)
    write(desk, Intend(Intent(address=lost, operation="create", time=2e9 + ahead, spec=spec, fingerprint=sent)))
    assert look(desk, time).pairs[lost].live is None
    assert 15 <= sum(time.slept) < 40


def test_a_lost_run_is_found_or_asked_about_and_surely_absent_only_behind_a_later_one(
    desk: Desk, work: Callable[[Plan], list[str]]
) -> None:
    desk.apply()
    state = desk.workspace.store.load()
    made = float(desk.remote.raw("GET", f"/execute_flow/{state.records[RUN].id}").json()["created_at"])
    doubt(desk, RUN, made)
    (change,) = planned(desk, time.time()).work
    assert (change.action, change.resume, change.id) == (Action.RUN, True, state.records[RUN].id)
    # The same run, but sent a day ago: this one is another's.
    doubt(replace_record(desk, state), RUN, made + 86_400)
    assert [line.split(":")[0] for line in work(planned(desk, time.time()))] == [f"blocked {RUN}"]
    # The list shows a run made long after it was sent: had it arrived, it would be there as well.
    write(desk, Forget(RUN))
    spec = {**state.records[RUN].spec, "goal": "Another goal"}
    edited = desk.folder / "execution.yaml"
    edited.write_text(edited.read_text("utf-8").replace("Triage the sample ticket.", "Another goal"), "utf-8")
    intent = Intent(
        address=RUN,
        operation="create",
        time=made - 3600,
        spec=spec,
        fingerprint=fingerprint(spec, state.lineage),
    )
    write(desk, Intend(intent))
    assert work(planned(desk, time.time())) == [f"run {RUN}"]
    write(desk, Intend(intent_at(intent, made - 60)))
    assert [line.split(":")[0] for line in work(planned(desk, time.time()))] == [f"blocked {RUN}"]


def replace_record(desk: Desk, state: object) -> Desk:
    """Put the record of the run back."""
    from wexa_sync.state import Remember, State

    assert isinstance(state, State)
    write(desk, Remember(state.records[RUN]))
    return desk


def intent_at(intent: Intent, time: float) -> Intent:
    """Return the same intent, sent at another time."""
    return replace(intent, time=time)


def test_a_start_that_was_sent_and_never_answered_is_not_sent_again(
    desk: Desk, work: Callable[[Plan], list[str]]
) -> None:
    fault(desk, "drop before POST /execute_flow/*/execute times=forever")
    text = (desk.folder / "execution.yaml").read_text("utf-8")
    (desk.folder / "execution.yaml").write_text(text.replace("  wait:", "  start: explicit\n  wait:"), "utf-8")
    desk.remote.raw("POST", "/_sandbox/clock", {"freeze": True})  # it must not start by itself
    (outcome,) = [each for each in desk.apply() if each.change.address == RUN]
    assert outcome.status.value == "unknown"
    assert [line.split(":")[0] for line in work(planned(desk, time.time()))] == [f"blocked {RUN}"]
    assert work(planned(desk, time.time(), Rules(adopt=True)))[0].startswith(
        f"blocked {RUN}: its start was sent before"
    )
    desk.remote.raw("DELETE", "/_sandbox/faults")
    desk.apply()
    assert [each for each in desk.remote.writes if each.endswith("/execute")] == [
        f"POST /execute_flow/{outcome.id}/execute"
    ]
