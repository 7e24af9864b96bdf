"""Watching a run, over scripted answers: what is borne, what is told, and where questions are looked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import pytest

from wexa_sync.api.calls import Ids
from wexa_sync.api.client import Api
from wexa_sync.api.cutoff import Cutoff
from wexa_sync.errors import ApiError, AuthRefused, LostAnswer
from wexa_sync.executions import watch as watching
from wexa_sync.executions.runs import GONE
from wexa_sync.executions.watch import watch
from wexa_sync.kinds.base import Kind
from wexa_sync.kinds.execution import RUNNING
from wexa_sync.kinds.inbox import PENDING
from wexa_sync.model import Run

RUN = Run(kind="Execution", id="e1", status="", project_id="p1")
LOST = LostAnswer("cut", method="GET", path="/execute_flow/e1")
REFUSED = AuthRefused("no", method="GET", path="/execute_flow/e1", status=401)
ITEM = {"_id": "q1", "type": "anomaly_detection", "status": "pending", "execution_id": "e1", "summary": "Odd"}


class Answers:
    """Play an Api that reads one status after the other, the last again and again, and lists what the inboxes hold."""

    def __init__(self, *reads: str | ApiError | None, inbox: Mapping[str, list[dict[str, Any]] | ApiError]) -> None:
        self.reads, self.inbox, self.lists = list(reads), inbox, 0
        self.more: dict[str, Any] = {}

    def read(self, _kind: Kind, _at: Ids) -> dict[str, Any] | None:
        found = self.reads.pop(0) if len(self.reads) > 1 else self.reads[0]
        if isinstance(found, ApiError):
            raise found
        return None if found is None else {"execution_id": "e1", "status": found, "projectID": "p1", **self.more}

    def list(self, kind: Kind, _at: Ids) -> list[dict[str, Any]]:
        self.lists += 1
        found = self.inbox.get("pending" if kind is PENDING else "all", [])
        if isinstance(found, ApiError):
            raise found
        return found


def watched(
    *reads: str | ApiError | None,
    inbox: Mapping[str, list[dict[str, Any]] | ApiError] | None = None,
    patience: int = 0,
    until: frozenset[str] = RUNNING.ended,
) -> tuple[Run, list[str]]:
    """Watch for at most half a second, and return the last run and what the watch reported."""
    told: list[str] = []
    run = watch(
        cast(Api, Answers(*reads, inbox=inbox or {})),
        RUN,
        until=until.__contains__,
        seconds=0.5,
        cutoff=Cutoff(),
        tell=told.append,
        ask=lambda _run, question: told.append(f"? {question.summary}"),
        most=0.01,
        patience=patience,
    )
    return run, told


def test_each_status_is_told_once() -> None:
    run, told = watched("ready", "ready", "crunching", "crunching", "completed")
    assert (run.status, told) == ("completed", ["ready", "crunching", "completed"])


def test_a_few_failed_reads_are_borne_and_counted_anew_after_a_good_one() -> None:
    run, _ = watched(LOST, LOST, "running", LOST, LOST, "completed", patience=2)
    assert run.status == "completed"


@pytest.mark.parametrize(("reads", "patience"), [((LOST, LOST, LOST), 2), ((LOST, "completed"), 0), ((REFUSED,), 2)])
def test_more_of_them_are_raised_and_a_refused_key_at_once(reads: tuple[str | ApiError, ...], patience: int) -> None:
    with pytest.raises(ApiError):
        watched(*reads, patience=patience)


def test_what_is_gone_is_an_end_only_where_one_says_so() -> None:
    assert watched(None, "running", "completed")[0].status == "completed"
    assert watched(None, until=frozenset({GONE}))[0].status == GONE


def test_a_question_is_asked_once_and_stays_with_the_run_until_it_ends() -> None:
    run, told = watched("running", inbox={"pending": [ITEM, {**ITEM, "_id": "q2", "execution_id": "another"}]})
    assert told == ["running", "? Odd"]
    assert [question.id for question in run.questions] == ["q1"]
    assert watched("running", "running", "completed", inbox={"pending": [ITEM]})[0].questions == ()


@pytest.mark.parametrize("word", ["finished", "succeeded", "ERROR", "Done"])
def test_a_word_that_sounds_like_an_end_is_waited_on_no_longer(word: str) -> None:
    assert watched("running", word, "completed")[0].status == word.lower()


def test_a_word_that_nobody_knows_is_waited_on_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "UNCLEAR", 0.0)
    assert watched("running", "crunching", "completed")[0].status == "crunching"
    assert watched("running", None, "completed")[0].status == GONE
    asks = watched("running", "crunching", inbox={"pending": [ITEM]})[0]
    assert (asks.status, [question.id for question in asks.questions]) == ("crunching", ["q1"]), "it goes on then"


def test_a_time_of_its_end_says_that_it_ended() -> None:
    api = Answers("crunching", "completed", inbox={})
    api.more = {"end_time": 5.0}
    run = watch(cast(Api, api), RUN, until=RUNNING.ended.__contains__, seconds=0.5, cutoff=Cutoff(), most=0.01)
    assert run.status == "crunching"


def test_an_inbox_that_fails_does_not_end_the_wait() -> None:
    assert watched("running", "running", "completed", inbox={"pending": LOST})[0].status == "completed"


def test_a_status_that_stays_is_told_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "AGAIN", 0.0)
    _, told = watched("running", "running", "running", "completed")
    assert told == ["running", "running", "running", "completed"]
