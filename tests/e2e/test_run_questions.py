"""A run that waits for a person: what it asks is shown with the command that answers it, and that command does."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

if TYPE_CHECKING:
    from tests.conftest import Cli, Desk, Done, Remote
    from tests.e2e.conftest import Wire
    from tests.forks import Started

RUN = "support-desk/Execution/smoke-test"
WORDS = ("input_required", "paused", "running")
Open = Callable[..., AbstractContextManager["Remote"]]
Begun = Callable[..., str]
Going = Callable[..., AbstractContextManager["Started"]]


@pytest.fixture(params=WORDS)
def asking(request: pytest.FixtureRequest, open_sandbox: Open, desk: Desk) -> Iterator[Desk]:
    """Yield the desk at a sandbox where a waiting run is called that."""
    with open_sandbox(readings={"waiting_word": request.param}) as remote:
        yield replace(desk, remote=remote)


@pytest.mark.parametrize(
    ("outcome", "more", "end"),
    [("preview", (), 0), ("input_required", ("--input", "NAME=VALUE"), 0), ("anomaly", (), 0)],
    ids=["preview", "input", "anomaly"],
)
def test_wait_shows_the_question_and_its_command_lets_the_run_go_on(
    asking: Desk, cli: Cli, going: Going, begun: Begun, outcome: str, more: tuple[str, ...], end: int
) -> None:
    begun(asking, outcome, 0)
    with going(asking, "executions", "wait", RUN) as waiting:
        command = _said(waiting)
        program, *words = shlex.split(command)
        assert program == "wexa-sync"
        assert words[3:] == [*more] or words[3:] == ["--approve"]
        shown = cli(asking.folder, "executions", "show", RUN, env=asking.remote.env).stdout
        assert command in shown
        answered = cli(asking.folder, *words, env=asking.remote.env)
        assert answered.last.startswith(f"Answered: {RUN} is ")
        result, rest = waiting.communicate()
        assert waiting.returncode == end, rest
    assert "The run completed: Triage the sample ticket." in result
    assert len(asking.remote.writes) == 1


def test_a_run_that_asks_is_neither_paused_nor_resumed_but_cancelled(asking: Desk, cli: Cli, begun: Begun) -> None:
    begun(asking, "preview", 0)
    refused = cli(asking.folder, "executions", "resume", RUN, code=1, env=asking.remote.env)
    assert "waits for an answer" in refused.stderr
    assert asking.remote.writes == []
    cli(asking.folder, "executions", "cancel", RUN, env=asking.remote.env)
    nothing = cli(asking.folder, "executions", "answer", RUN, "--approve", code=1, env=asking.remote.env)
    assert "asks nothing now" in nothing.stderr
    assert len(asking.remote.writes) == 1


def test_a_rejected_anomaly_fails_the_run(desk: Desk, cli: Cli, begun: Begun) -> None:
    begun(desk, "anomaly", 0)
    cli(desk.folder, "executions", "answer", RUN, "--reject", env=desk.remote.env)
    ended = cli(desk.folder, "executions", "wait", RUN, code=1, env=desk.remote.env)
    assert "the run ended as failed: Classifier could not finish" in " ".join(ended.stderr.split())
    assert "The run failed" in ended.stdout


def test_the_apply_that_waits_shows_the_question_too(
    desk: Desk, cli: Cli, going: Going, scripted: Callable[..., None]
) -> None:
    scripted(desk.remote, "preview", 0)
    with going(desk, "apply", "--auto-approve", "--format", "json") as applying:
        _, *words = shlex.split(_said(applying))
        cli(desk.folder, *words, env=desk.remote.env)
        report, _ = applying.communicate()
        assert applying.returncode == 0
    assert json.loads(report)["outcomes"]


def test_the_log_has_the_question_as_an_object(desk: Desk, cli: Cli, begun: Begun) -> None:
    begun(desk, "preview", 0)
    words = ("executions", "wait", RUN, "--timeout", "0.5", "--log-format", "json", "--format", "json")
    waited = cli(desk.folder, *words, code=1, env=desk.remote.env)
    status, question, error = (json.loads(line) for line in waited.stderr.splitlines())
    assert (status["event"], status["status"]) == ("execution", "input_required")
    assert question["event"] == "question"
    assert question["execution"] == RUN
    assert question["answers"] == [f"wexa-sync executions answer {RUN} --approve"]
    assert "shows what it asks" in error["hint"]
    assert json.loads(waited.stdout)["asks"][0]["inputs"] == {
        "content.ticket": "The printer on the third floor prints blank pages."
    }


@pytest.mark.parametrize(
    ("outcome", "words", "said"),
    [
        ("preview", (), "whether its preview is right"),
        ("preview", ("--reject",), "no call that rejects a preview"),
        ("preview", ("--approve", "--input", "content.tickt=x"), "Did you mean 'content.ticket'?"),
        ("input_required", (), "the run asks for input"),
        ("input_required", ("--approve",), "the run asks for input"),
        ("input_required", ("--input", "=x"), "is no NAME=VALUE"),
        ("anomaly", ("--approve", "--input", "a=b"), "the run asks for a yes or no"),
        ("anomaly", ("--approve", "--item", "none"), "Name one with --item ID"),
    ],
)
def test_what_is_no_answer_to_it_is_not_sent(
    desk: Desk, cli: Cli, begun: Begun, outcome: str, words: tuple[str, ...], said: str
) -> None:
    begun(desk, outcome, 0)
    refused = cli(desk.folder, "executions", "answer", RUN, *words, code=64, env=desk.remote.env)
    assert said in " ".join(refused.stderr.split())
    assert desk.remote.writes == []


@pytest.fixture
def answer(desk: Desk, cli: Cli, wire: Wire) -> Callable[..., Done]:
    """Return a function that runs `executions answer` over the wire."""
    env = wire.env(desk)
    return lambda *words, code=0: cli(desk.folder, "executions", "answer", RUN, *words, code=code, env=env)


def test_a_lost_answer_to_a_question_is_looked_up_and_not_given_twice(
    desk: Desk, answer: Callable[..., Done], wire: Wire, begun: Begun
) -> None:
    id_ = begun(desk, "preview", 0)
    wire.lose = {f"POST /{id_}": False}
    lost = answer("--approve", code=1)
    assert "the run still asks the same" in " ".join(lost.stderr.split())
    assert "Repeat the command" in lost.stderr
    wire.lose = {f"POST /{id_}": True}
    assert answer("--approve").last.startswith("Answered: ")
    assert desk.remote.writes == [f"POST /inbox/update/preview/{id_}"]
    assert "asks nothing now" in answer("--approve", code=1).stderr
    assert len(wire.sent) == 2


def test_what_a_preview_shows_goes_back_with_the_inputs_that_were_changed(
    desk: Desk, answer: Callable[..., Done], wire: Wire, begun: Begun
) -> None:
    begun(desk, "preview", 0)
    answer("--approve", "--input", "content.ticket=Another one.")
    ((_, body),) = wire.sent
    assert body["is_approved"] is True
    assert body["preview_input"]["skill"]["input"] == {"content": {"ticket": "Another one."}}
    assert body["preview_input"]["thoughts"]["text"]
    (item,) = desk.remote.raw("GET", "/inbox", projectID=_project(desk)).json()["inbox_requests"]
    assert (item["agent_id"], item["status"]) == (body["agent_id"], "approved")


def test_the_inputs_given_are_sent_as_texts(desk: Desk, answer: Callable[..., Done], wire: Wire, begun: Begun) -> None:
    begun(desk, "input_required", 0)
    answer("--input", "to=all", "--input", "count=3=4")
    ((_, body),) = wire.sent
    assert body.pop("agent_id")
    assert body == {"is_submitted": True, "values": {"to": "all", "count": "3=4"}}


def test_inputs_that_are_no_texts_are_given_as_json(
    desk: Desk, answer: Callable[..., Done], wire: Wire, begun: Begun
) -> None:
    begun(desk, "preview", 0, input_variables={"count": 3, "note": "n"})
    refused = answer("--approve", "--input", "content.count=many", code=64)
    assert "'many' can't be read as JSON" in " ".join(refused.stderr.split())
    answer("--approve", "--input", "content.count=4", "--input", "content.note=5")
    ((_, body),) = wire.sent
    assert body["preview_input"]["skill"]["input"] == {"content": {"count": 4, "note": "5"}}


def test_a_question_of_another_kind_is_shown_and_left_to_wexa_studio(
    desk: Desk, cli: Cli, answer: Callable[..., Done], wire: Wire, begun: Begun
) -> None:
    begun(desk, "anomaly", 0)
    wire.words = {'"type":"anomaly_detection"': '"type":"oracle"'}
    shown = cli(desk.folder, "executions", "show", RUN, env=wire.env(desk)).stdout
    assert "oracle (Classifier)" in shown
    assert "in Wexa Studio" in shown
    assert "no known call answers a question of this type (oracle)" in answer("--approve", code=64).stderr
    assert wire.sent == []


def _said(going: Started) -> str:
    """Return the command that a waiting run shows for its answer."""
    assert going.stderr is not None
    return next(line.strip() for line in going.stderr if "wexa-sync executions answer" in line)


def _project(desk: Desk) -> str:
    return next(r.id for a, r in desk.workspace.store.load().records.items() if a.kind == "Project")
