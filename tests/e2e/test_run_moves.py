"""`executions pause|resume|cancel`, as processes: sent once, refused before sending, safe to say again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

if TYPE_CHECKING:
    from tests.conftest import Cli, Desk, Done, Remote
    from tests.e2e.conftest import Wire

RUN = "support-desk/Execution/smoke-test"
READINGS: list[dict[str, str]] = [
    {},
    {"cancelled_word": "canceled", "after_resume": "ready"},
    {"illegal_move": "400", "execution_start": "explicit", "waiting_word": "running"},
]
Open = Callable[..., AbstractContextManager["Remote"]]
Act = Callable[..., "Done"]


@pytest.fixture
def act(cli: Cli, desk: Desk, wire: Wire) -> Act:
    """Return a function that runs `executions ...` over the wire, and returns stderr as one line."""

    def run(*words: str, code: int = 0) -> Done:
        env = wire.env(desk)
        done = cli(desk.folder, "executions", *words, code=code, env=env)
        return replace(done, stderr=" ".join(done.stderr.split()))

    return run


@pytest.fixture(params=READINGS, ids=lambda readings: ",".join(readings.values()) or "default")
def elsewhere(request: pytest.FixtureRequest, open_sandbox: Open) -> Iterator[Remote]:
    """Yield a sandbox under other readings."""
    with open_sandbox(readings=request.param) as remote:
        yield remote


def test_a_life_under_every_reading(desk: Desk, cli: Cli, elsewhere: Remote, begun: Callable[..., str]) -> None:
    desk = replace(desk, remote=elsewhere)
    id_ = begun(desk, start="explicit")
    said = [
        cli(desk.folder, "executions", move, name, env=elsewhere.env).stdout.strip()
        for move in ("pause", "resume", "cancel")
        for name in (RUN, id_)  # the second finds it done, and sends nothing
    ]
    plain = [line.replace("is ready", "is running").replace("canceled", "cancelled") for line in said]
    words = ("paused", "running", "cancelled")
    assert plain == [f"{RUN} is {word}{already}." for word in words for already in ("", " already")]
    assert elsewhere.writes == [f"POST /execute_flow/{id_}/{move}" for move in ("pause", "resume", "cancel")]
    for move in ("pause", "resume"):
        refused = cli(desk.folder, "executions", move, RUN, code=1, env=elsewhere.env)
        assert "celled, and can't be" in refused.stderr or "celed, and can't be" in refused.stderr
        assert "metadata.generation" in refused.stderr
    assert len(elsewhere.writes) == 3


def test_both_ids_stand_in_query_and_body(desk: Desk, act: Act, wire: Wire, begun: Callable[..., str]) -> None:
    id_ = begun(desk)
    shown = json.loads(act("pause", RUN, "--format", "json").stdout)
    assert (shown["status"], shown["address"], shown["id"]) == ("paused", RUN, id_)
    (asked, body), (noted,) = wire.sent[0], [each for each in desk.remote.requests if each["method"] == "POST"]
    assert asked == f"POST /execute_flow/{id_}/pause"
    assert body == {"execution_id": id_, "projectID": noted["query"].removeprefix("projectID=")}


def test_a_server_that_cancels_by_the_path_of_the_page(
    desk: Desk, act: Act, wire: Wire, begun: Callable[..., str]
) -> None:
    id_ = begun(desk)
    wire.refuse = {"POST /cancel": 404}
    assert act("cancel", RUN).last == f"{RUN} is cancelled."
    assert [asked for asked, _ in wire.sent] == [f"POST /execute_flow/{id_}/cancel", f"POST /execute_flow/{id_}"]


@pytest.mark.parametrize(("move", "word"), [("pause", "paused"), ("resume", "running"), ("cancel", "cancelled")])
def test_a_lost_answer_is_looked_up_and_nothing_is_sent_twice(
    desk: Desk, act: Act, wire: Wire, begun: Callable[..., str], move: str, word: str
) -> None:
    begun(desk)
    if move == "resume":
        act("pause", RUN)
    wire.sent.clear()
    wire.lose = {f"POST /{move}": False}
    lost = act(move, RUN, code=1)
    assert "Repeat the command" in lost.stderr
    assert f"the run is {'paused' if move == 'resume' else 'running'}" in lost.stderr
    wire.lose = {f"POST /{move}": True}
    assert act(move, RUN).last == f"{RUN} is {word}."
    assert act(move, RUN).last == f"{RUN} is {word} already."
    assert len(wire.sent) == 2
    assert len(desk.remote.writes) == (2 if move == "resume" else 1)


def test_a_status_that_nobody_knows_is_shown_and_forbids_nothing(
    desk: Desk, act: Act, wire: Wire, begun: Callable[..., str]
) -> None:
    begun(desk)
    wire.words = {'"status":"running"': '"status":"cr\\u001b[31munching"'}
    assert "cr\\x1b[31munching" in act("show", RUN).stdout
    assert "cr\\x1b[31munching" in act("list").stdout
    assert "the run is 'cr\\x1b[31munching', and" in act("wait", RUN, "--timeout", "0.3", code=3).stderr
    refused = act("resume", RUN, code=1)  # sent, since only the server can know
    assert "the server answered 409" in refused.stderr
    assert act("pause", RUN).last == f"{RUN} is paused."


def test_what_has_completed_is_refused_before_sending(desk: Desk, act: Act, begun: Callable[..., str]) -> None:
    begun(desk, seconds=0)
    for move in ("pause", "resume", "cancel"):
        refused = act(move, RUN, code=1)
        assert f"{RUN} is completed, and can't be" in refused.stderr
    assert desk.remote.writes == []


def test_a_run_that_is_not_there_is_a_wrong_use(act: Act) -> None:
    for name in ("support-desk/Execution/none", "support-desk/nonsense", "67fdea40aac77be632954f0f"):
        assert "hint" in act("cancel", name, code=64).stderr.lower()
