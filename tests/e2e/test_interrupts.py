"""Ctrl-C, SIGTERM, --timeout and two applies at once, as real processes: what is in flight is finished."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.events import clock, held, until
from wexa_sync.model import Plan

if TYPE_CHECKING:
    from tests.conftest import Cli, Desk
    from tests.forks import Started

SKILL = """---
apiVersion: wexa.ai/v1
kind: Skill
metadata: {{name: more-{n}}}
spec: {{name: More {n}, description: D, connector_id: {{external: Mail}}}}
"""


@pytest.fixture
def long(desk: Desk) -> Desk:
    """Return a desk of 49 changes, that never gives up a response."""
    (desk.folder / "more.yaml").write_text("".join(SKILL.format(n=n) for n in range(40)), encoding="utf-8")
    (desk.folder / "wexa-sync.yaml").write_text("read_timeout: 3600\n", encoding="utf-8")
    return desk


Begin = Callable[..., AbstractContextManager["Started"]]


@pytest.fixture
def begin(cli: Cli) -> Begin:
    """Return a function that starts a command, and returns when the fault has struck one of its requests."""

    @contextmanager
    def start(desk: Desk, fault: str, *words: str, before: str = "") -> Iterator[Started]:
        desk.remote.fault(fault)
        with cli.going(desk.folder, *words, env=desk.remote.env, before=before) as process:
            until(lambda: any(each["fault"] for each in desk.remote.requests), process)
            yield process

    return start


def once_each(desk: Desk, work: Callable[[Plan], list[str]], failures: Callable[..., list[str]]) -> None:
    """Apply the rest, and check that everything exists once and the plan is empty."""
    assert failures(desk.apply()) == []
    assert work(desk.plan()) == []
    project = next(r.id for a, r in desk.workspace.store.load().records.items() if a.kind == "Project")
    skills = desk.remote.raw("GET", "/skills/", projectID=project).json()["skills"]
    assert len(skills) == 42


APPLY = ("apply", "--auto-approve", "--parallelism", "4")
AFTER_FOUR = held("POST nth=5 times=forever")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_stops_an_apply_between_two_requests(
    long: Desk,
    begin: Begin,
    work: Callable[[Plan], list[str]],
    failures: Callable[..., list[str]],
    number: signal.Signals,
    code: int,
) -> None:
    # However much later the second of two signals comes, it is an echo of the first.
    with begin(long, AFTER_FOUR, *APPLY, before="from wexa_sync.cli import signals; signals._ECHO = 3600") as process:
        process.send_signal(number)
        process.send_signal(number)  # the impatient press twice
        assert process.stderr is not None
        said = "".join(takewhile(lambda line: "nothing new begins" not in line, process.stderr))
        assert "what is in flight is finished" in said
        assert process.poll() is None
        long.remote.fault()
        out, rest = process.communicate()
    assert process.returncode == code, out + said + rest
    assert "(interrupted)" in out
    assert "interrupted before it began" in out
    assert "failed" not in out, "what waited for its turn was never begun"
    assert "Traceback" not in said + rest
    state = long.workspace.store.load()
    assert state.intents == {}
    assert len([line for line in out.splitlines() if line.startswith("  done")]) == len(state.records)
    assert 4 < len(long.remote.writes) <= 8, "and what was in flight: one for each slot"
    once_each(long, work, failures)


def test_a_second_signal_cuts_what_is_in_flight_and_it_is_found_again(
    long: Desk, begin: Begin, work: Callable[[Plan], list[str]], failures: Callable[..., list[str]]
) -> None:
    with begin(long, "hang after POST /skills/", *APPLY) as process:
        process.send_signal(signal.SIGINT)
        assert process.stderr is not None
        assert any("Once more cuts it off" in line for line in process.stderr)
        time.sleep(1.2)  # at least: the second of two signals is a person's, not an echo of the first
        assert process.poll() is None
        process.send_signal(signal.SIGINT)
        out, said = process.communicate()
    assert process.returncode == 130, out + said
    assert "it was interrupted" in " ".join(out.split()), "and not: no answer came within the time of read_timeout"
    assert "Traceback" not in said
    assert len(long.workspace.store.load().intents) == 1
    long.remote.fault()
    once_each(long, work, failures)


def test_a_timeout_begins_nothing_more(
    long: Desk, begin: Begin, work: Callable[[Plan], list[str]], failures: Callable[..., list[str]], tmp_path: Path
) -> None:
    over = tmp_path / "over"
    with begin(long, AFTER_FOUR, *APPLY, "--timeout", "1h", before=clock(over)) as process:
        over.touch()
        long.remote.fault()
        out, _ = process.communicate()
    assert process.returncode == 1
    assert "--timeout" in " ".join(out.split())
    assert long.workspace.store.load().intents == {}
    assert 4 < len(long.remote.writes) <= 8, "and what was in flight: one for each slot"
    once_each(long, work, failures)


def test_a_plan_whose_time_is_over_says_so(long: Desk, begin: Begin, tmp_path: Path) -> None:
    over = tmp_path / "over"
    words = ("plan", "--parallelism", "1", "--timeout", "1h")
    with begin(long, held("GET"), *words, before=clock(over)) as process:
        over.touch()
        long.remote.fault()
        _, said = process.communicate()
    assert process.returncode == 1
    assert "the time given by --timeout is over" in " ".join(said.split())


def test_a_second_apply_names_the_holder_or_waits_its_turn(
    long: Desk, cli: Cli, begin: Begin, work: Callable[[Plan], list[str]], failures: Callable[..., list[str]]
) -> None:
    with begin(long, AFTER_FOUR, *APPLY) as process:
        refused = cli(long.folder, "apply", "--auto-approve", code=1, env=long.remote.env)
        assert f"pid {process.pid}" in " ".join(refused.stderr.split())
        words = ("apply", "--auto-approve", "--lock-timeout", "1h")
        with cli.going(long.folder, *words, env=long.remote.env) as waiting:
            assert waiting.stderr is not None
            assert waiting.stderr.readline().startswith("Waiting for the lock of ")
            long.remote.fault()
            waited, _ = waiting.communicate()
        assert waited.endswith("No changes.\n")
        assert process.wait() == 0
    once_each(long, work, failures)


@pytest.mark.parametrize("fault", ["hang before GET", held("GET /agentflows")], ids=["no answer", "some answers"])
def test_a_signal_breaks_into_a_plan_at_once(long: Desk, begin: Begin, fault: str) -> None:
    long.apply()
    with begin(long, fault, "plan") as process:
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate()
    assert process.returncode == 143
    assert said.strip() == "Interrupted."


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_while_it_asks_applies_nothing(desk: Desk, cli: Cli, number: signal.Signals, code: int) -> None:
    done = cli.on_terminal(desk.folder, "apply", killed=number, env=desk.remote.env)
    assert done.code == code, done.stdout
    assert done.stdout.endswith("Apply 9 changes? [y/N]: \nInterrupted.\n")
    assert desk.remote.writes == []
    assert not (desk.folder / ".wexa-sync" / "state.json.lock").exists()


def test_an_interrupt_while_modules_are_loaded_shows_no_traceback() -> None:
    code = (
        "import os, signal, sys; from wexa_sync.__main__ import main\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # the tests may run where it is ignored
        "class Interrupt:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name == 'wexa_sync.cli': os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.meta_path.insert(0, Interrupt()); main()"
    )
    done = subprocess.run([sys.executable, "-c", code, "--version"], capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, b"", b"")


def test_an_interrupt_when_all_is_said_shows_no_traceback() -> None:
    code = (
        "import atexit, os, signal; from wexa_sync.__main__ import main\n"
        "signal.signal(signal.SIGINT, {})\n"
        "atexit.register(os.kill, os.getpid(), signal.SIGINT); main()"
    )
    for handler, ends in (("signal.default_int_handler", -signal.SIGINT), ("signal.SIG_IGN", 0)):
        words = [sys.executable, "-c", code.format(handler), "--version"]
        done = subprocess.run(words, capture_output=True, check=False)
        assert (done.returncode, done.stderr) == (ends, b"")
        assert done.stdout.startswith(b"wexa-sync ")
