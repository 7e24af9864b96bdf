"""Which runs a list shows: by status, flow, time and number; and what is wrong in such a wish."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from msgspec.structs import replace

from wexa_sync.errors import UsageError
from wexa_sync.executions.choose import MOST, Wish, chosen
from wexa_sync.model import Address, Record, Run
from wexa_sync.state.base import State

FLOW = Address(project="p", kind="AgentFlow", name="triage")
STATE = State(records={FLOW: Record(address=FLOW, id="f1", spec={})})


def run(id: str, status: str = "completed", target: str = "f1", created: float | None = None) -> Run:
    """Return a run as a list shows it."""
    return Run(kind="Execution", id=id, status=status, target=target, target_name="Triage", created=created)


RUNS = [run("c", "failed", created=30), run("a", created=10), run("b", "running", "f2", created=20)]


def ids(wish: Wish, runs: Sequence[Run] = RUNS) -> str:
    """Return the ids of those that are chosen."""
    return "".join(each.id for each in chosen(runs, wish, STATE, lambda some: some))


@pytest.mark.parametrize(
    ("wish", "found"),
    [
        (Wish(), "abc"),
        (Wish(limit=2), "bc"),
        (Wish(statuses=("FAILED", "running")), "bc"),
        (Wish(since=20), "bc"),
        (Wish(since=20, limit=1), "c"),
        (Wish(flow="triage"), "ac"),
        (Wish(flow="p/AgentFlow/triage"), "ac"),
        (Wish(flow="f2"), "b"),
        (Wish(flow="Triage"), "abc"),
        (Wish(statuses=("cancelled",)), ""),
    ],
)
def test_the_newest_are_the_last_of_those_that_are_wanted(wish: Wish, found: str) -> None:
    assert ids(wish, sorted(RUNS, key=lambda each: each.created or 0) if wish.limit else RUNS) == found


@pytest.mark.parametrize(
    ("wish", "said", "hint"),
    [
        (Wish(statuses=("complted",)), "'complted' is no status", "completed"),
        (Wish(flow="tirage"), "there is no flow 'tirage'", "Triage"),
    ],
)
def test_a_wish_that_means_nothing_is_said(wish: Wish, said: str, hint: str) -> None:
    with pytest.raises(UsageError, match=said) as refused:
        ids(wish)
    assert hint in refused.value.hint


def test_a_status_that_some_run_has_may_be_asked_for_whatever_it_means() -> None:
    assert ids(Wish(statuses=("odd",)), [*RUNS, run("d", "odd", created=40)]) == "d"


def test_of_a_list_without_times_the_newest_are_read_one_by_one() -> None:
    asked: list[str] = []

    def whole(some: Sequence[Run]) -> list[Run]:
        asked.extend(each.id for each in some)
        return [replace(each, created=100.0 - int(each.id)) for each in some]

    sparse = [run(str(number)) for number in range(MOST + 10)]
    found = chosen(sparse, Wish(limit=3), STATE, whole)
    assert [each.id for each in found] == ["59", "58", "57"], "by the time that the reads show"
    assert sorted(asked) == ["57", "58", "59"]
    asked.clear()
    assert len(chosen(sparse, Wish(), STATE, whole)) == MOST + 10
    assert len(asked) == MOST
