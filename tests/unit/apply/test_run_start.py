"""Starting a run: by itself or by a call, refused, lost, or gone; never twice, and every doubt is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from wexa_sync import engine
from wexa_sync.model import Action, Address, Outcome, Plan, Record, Status

if TYPE_CHECKING:
    from tests.conftest import Desk, Remote

RUN = Address.parse("desk/Execution/run")
EXECUTE = "POST /execute_flow/*/execute"
Open = Callable[..., AbstractContextManager["Remote"]]
Small = Callable[..., "Desk"]


@pytest.fixture
def explicit(small: Small, open_sandbox: Open) -> Iterator[Desk]:
    """Yield a desk with all but the run applied, where a run stays ready until it is started."""
    with open_sandbox(readings={"execution_start": "explicit"}) as remote:
        yield small(remote, "project", "flow", "skill", "run", without="run")


def applied(desk: Desk, tell: Callable[[Any, str], None] = lambda _change, _word: None, **options: Any) -> Outcome:
    """Apply, and return how the run ended."""
    return next(each for each in desk.apply(None, tell, **options) if each.change.address == RUN)


def record(desk: Desk) -> Record | None:
    """Return the run's record in the state."""
    return desk.workspace.store.load().records.get(RUN)


def sent(desk: Desk) -> list[str]:
    """Return the writes that were sent about runs, without ids."""
    return ["start" if write.endswith("/execute") else "create" for write in desk.remote.writes]


def test_one_that_does_not_start_by_itself_is_told_to(explicit: Desk) -> None:
    outcome = applied(explicit, grace=0.1)
    assert (outcome.status, outcome.attempts, outcome.error) == (Status.APPLIED, 2, "")
    assert sent(explicit) == ["create", "start"]
    assert record(explicit) == replace(record(explicit) or Record(address=RUN, id="", spec={}), started=True)


def test_one_that_starts_by_itself_is_not_told_to(small: Small, remote: Remote) -> None:
    desk = small(remote, "project", "flow", "skill", "run", without="run")
    assert applied(desk).status is Status.APPLIED
    assert sent(desk) == ["create"]


@pytest.mark.parametrize("where", ["manifest", "settings"])
def test_an_explicit_start_waits_for_nothing(explicit: Desk, where: str) -> None:
    file = explicit.folder / "run.yaml"
    if where == "manifest":
        file.write_text(file.read_text("utf-8") + "  start: explicit\n", "utf-8")
    told: list[str] = []
    options = {"start": "explicit"} if where == "settings" else {}
    outcome = applied(explicit, lambda _change, word: told.append(word), grace=60.0, **options)
    assert outcome.status is Status.APPLIED
    assert sent(explicit) == ["create", "start"]


@pytest.mark.parametrize("word", ["pending", "queued"])
@pytest.mark.parametrize("start", ["auto", "explicit"])
def test_one_that_waits_under_another_word_is_told_to(
    small: Small, open_sandbox: Open, work: Callable[[Plan], list[str]], word: str, start: str
) -> None:
    with open_sandbox(readings={"execution_start": "explicit", "ready_word": word, "status_case": "upper"}) as remote:
        desk = small(remote, "project", "flow", "skill", "run", without="run")
        assert applied(desk, grace=0.1, start=start).status is Status.APPLIED
        assert sent(desk) == ["create", "start"]
        assert work(desk.plan()) == []


def test_one_in_a_queue_that_can_not_be_told_to_begins_by_itself(small: Small, open_sandbox: Open) -> None:
    readings = {"execution_start": "explicit", "ready_word": "queued"}
    with open_sandbox(readings=readings, faults=[f"409 {EXECUTE}"]) as remote:
        desk = small(remote, "project", "flow", "skill", "run", without="run")
        assert applied(desk, grace=0.1).status is Status.APPLIED
        assert getattr(record(desk), "started", None) is True


def test_a_lost_start_of_one_in_a_queue_is_for_a_person(
    small: Small, open_sandbox: Open, work: Callable[[Plan], list[str]]
) -> None:
    readings = {"execution_start": "explicit", "ready_word": "queued"}
    with open_sandbox(readings=readings, faults=[f"drop before {EXECUTE}"]) as remote:
        desk = small(remote, "project", "flow", "skill", "run", without="run")
        assert applied(desk, grace=0.1, start="explicit").status is Status.UNKNOWN
        (blocked,) = work(desk.plan())
        assert blocked == f"blocked {RUN}: its start was sent before and the response was lost; the run is still queued"


def test_one_that_begins_by_itself_before_it_is_told_to_is_well(small: Small, open_sandbox: Open) -> None:
    with open_sandbox(ready_seconds=60) as remote:
        desk = small(remote, "project", "flow", "skill", "run", without="run")

        def begin(_change: Any, word: str) -> None:
            if word == "ready":
                remote.raw("POST", "/_sandbox/clock", {"advance": 100})

        outcome = applied(desk, begin, start="explicit")
        assert outcome.status is Status.APPLIED, outcome.error
        assert [each["status"] for each in remote.requests if each["path"].endswith("/execute")] == [409]
        assert desk.workspace.store.load().intents == {}


def test_a_refused_start_fails_and_the_next_apply_starts_it(explicit: Desk) -> None:
    explicit.remote.fault(f"400 {EXECUTE}")
    outcome = applied(explicit, grace=0.05)
    assert outcome.status is Status.FAILED
    assert getattr(record(explicit), "started", None) is False
    assert explicit.workspace.store.load().intents == {}
    (change,) = explicit.plan().work
    assert (change.action, change.resume) == (Action.RUN, True)
    assert applied(explicit, grace=0.05).status is Status.APPLIED
    assert sent(explicit) == ["create", "start", "start"]
    assert len(runs(explicit)) == 1


def runs(desk: Desk) -> list[dict[str, Any]]:
    """Return the live runs."""
    records = desk.workspace.store.load().records
    project = next(each.id for address, each in records.items() if address.kind == "Project")
    found: list[dict[str, Any]] = desk.remote.raw("GET", f"/{project}/execution_flows").json()["data"]
    return found


def test_a_lost_start_that_shows_is_well(explicit: Desk) -> None:
    explicit.remote.fault(f"drop after {EXECUTE}")
    assert applied(explicit, grace=5.0, start="explicit").status is Status.APPLIED
    assert explicit.workspace.store.load().intents == {}


@pytest.mark.parametrize(
    "faults",
    [
        (f"drop before {EXECUTE}",),
        # The run does begin, but can't be read any more.
        (f"drop after {EXECUTE}", "400 GET /execute_flow/* nth=2 times=forever"),
    ],
    ids=["it stays ready", "it can't be read"],
)
def test_a_lost_start_that_does_not_show_is_for_a_person(
    explicit: Desk, work: Callable[[Plan], list[str]], faults: tuple[str, ...]
) -> None:
    explicit.remote.fault(*faults)
    outcome = applied(explicit, grace=0.1, start="explicit")
    assert outcome.status is Status.UNKNOWN
    assert f"wexa-sync resolve {RUN} --happened {outcome.id}`" in outcome.hint
    assert getattr(record(explicit), "started", None) is False
    assert explicit.workspace.store.load().intents[RUN].operation == "start"
    explicit.remote.fault()
    if len(faults) > 1:  # the run shows by now that it was told
        assert work(explicit.plan()) == [f"run {RUN}"]
        assert applied(explicit).status is Status.APPLIED
        assert sent(explicit) == ["create", "start"]
        return
    (blocked,) = work(explicit.plan())
    assert blocked.startswith(f"blocked {RUN}: its start was sent before")
    desired = explicit.read()
    engine.resolve(RUN, desired, explicit.workspace, happened_as=None)
    assert work(explicit.plan()) == [f"run {RUN}"]
    assert applied(explicit, start="explicit").status is Status.APPLIED
    assert sent(explicit) == ["create", "start", "start"]
    assert work(explicit.plan()) == []


def test_a_created_run_that_is_gone_is_told_of_and_not_created_again(explicit: Desk) -> None:
    explicit.remote.fault("404 GET /execute_flow/* times=forever")
    outcome = applied(explicit, grace=0.05)
    assert outcome.status is Status.FAILED
    assert "does not show it" in outcome.error
    explicit.remote.fault()
    assert applied(explicit, grace=0.05).status is Status.APPLIED
    assert sent(explicit) == ["create", "start"]
