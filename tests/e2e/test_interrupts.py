"""Ctrl-C, SIGTERM, --timeout and two applies at once, as real processes: what is in flight is finished."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from wexa_sync.model import Plan

if TYPE_CHECKING:
    from tests.conftest import Cli, Desk, Remote
    from tests.forks import Started

SKILL = """---
apiVersion: wexa.ai/v1
kind: Skill
metadata: {{name: more-{n}}}
spec: {{name: More {n}, description: D, connector_id: {{external: Mail}}}}
"""


@pytest.fixture
def slow(desk: Desk, open_sandbox: Callable[..., AbstractContextManager[Remote]]) -> Iterator[Desk]:
    """Yield a desk of 48 changes against a sandbox that takes 60 ms for each."""
    (desk.folder / "more.yaml").write_text("".join(SKILL.format(n=n) for n in range(40)), encoding="utf-8")
    with open_sandbox(latency_ms=60) as remote:
        yield replace(desk, remote=remote)


Begin = Callable[..., AbstractContextManager["Started"]]


@pytest.fixture
def begin(going: Callable[..., AbstractContextManager[Started]]) -> Begin:
    """Return a function that starts an apply, and returns when some of it is done, and most is not."""

    @contextmanager
    def start(desk: Desk) -> Iterator[Started]:
        with going(desk, "apply", "--auto-approve", "--parallelism", "4") as process:
            while len(desk.remote.writes) < 4:
                assert process.poll() is None, process.communicate()
                time.sleep(0.02)
            yield process

    return start


def once_each(desk: Desk, work: Callable[[Plan], list[str]], failures: Callable[..., list[str]]) -> None:
    """Apply the rest, and check that everything exists once and the plan is empty."""
    assert failures(desk.apply()) == []
    assert work(desk.plan()) == []
    project = next(r.id for a, r in desk.workspace.store.load().records.items() if a.kind == "Project")
    skills = desk.remote.raw("GET", "/skills/", projectID=project).json()["skills"]
    assert len(skills) == 42


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_stops_an_apply_between_two_requests(
    slow: Desk,
    begin: Begin,
    work: Callable[[Plan], list[str]],
    failures: Callable[..., list[str]],
    number: signal.Signals,
    code: int,
) -> None:
    with begin(slow) as process:
        process.send_signal(number)
        process.send_signal(number)  # the impatient press twice
        out, said = process.communicate()
    assert process.returncode == code, out + said
    assert "what is in flight is finished" in said, out
    assert "(interrupted)" in out
    assert "interrupted before it began" in out
    assert "failed" not in out, "what waited for its turn was never begun"
    assert "Traceback" not in said
    state = slow.workspace.store.load()
    assert state.intents == {}
    assert len([line for line in out.splitlines() if line.startswith("  done")]) == len(state.records)
    once_each(slow, work, failures)


def test_a_second_signal_cuts_what_is_in_flight_and_it_is_found_again(
    slow: Desk, begin: Begin, work: Callable[[Plan], list[str]], failures: Callable[..., list[str]]
) -> None:
    slow.remote.fault("hang after POST /skills/")
    with begin(slow) as process:
        while not any(each["fault"] for each in slow.remote.requests):
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        assert process.stderr is not None
        assert any("Once more cuts it off" in line for line in process.stderr)
        time.sleep(1.2)  # the second of two signals is a person's, not an echo of the first
        assert process.poll() is None
        process.send_signal(signal.SIGINT)
        out, said = process.communicate()
    assert process.returncode == 130, out + said
    assert "it was interrupted" in " ".join(out.split()), "and not: no answer came within the 30 s of read_timeout"
    assert "Traceback" not in said
    assert len(slow.workspace.store.load().intents) == 1
    slow.remote.fault()
    once_each(slow, work, failures)


def test_a_timeout_begins_nothing_more(
    slow: Desk, cli: Cli, work: Callable[[Plan], list[str]], failures: Callable[..., list[str]]
) -> None:
    # 49 changes at 60 ms and two at a time take longer than this, however fast the machine is.
    words = ("--auto-approve", "--parallelism", "2", "--timeout", "1.2")
    done = cli(slow.folder, "apply", *words, code=1, env=slow.remote.env)
    assert "--timeout" in " ".join(done.stdout.split()) + done.stderr
    once_each(slow, work, failures)


def test_a_plan_whose_time_is_over_says_so(slow: Desk, cli: Cli) -> None:
    done = cli(slow.folder, "plan", "--timeout", "0.05", "--parallelism", "1", code=1, env=slow.remote.env)
    assert "the time given by --timeout is over" in " ".join(done.stderr.split())


def test_a_second_apply_names_the_holder_or_waits_its_turn(
    slow: Desk, cli: Cli, begin: Begin, work: Callable[[Plan], list[str]], failures: Callable[..., list[str]]
) -> None:
    with begin(slow) as process:
        refused = cli(slow.folder, "apply", "--auto-approve", code=1, env=slow.remote.env)
        assert f"pid {process.pid}" in " ".join(refused.stderr.split())
        waited = cli(slow.folder, "apply", "--auto-approve", "--lock-timeout", "60", env=slow.remote.env)
        assert waited.last == "No changes."
        assert process.wait() == 0
    once_each(slow, work, failures)


@pytest.mark.parametrize("fault", ["", "hang before GET"])
def test_a_signal_breaks_into_a_plan_at_once(
    slow: Desk, going: Callable[..., AbstractContextManager[Started]], fault: str
) -> None:
    if fault:
        slow.remote.fault(fault)
    with going(slow, "plan") as process:
        while not slow.remote.requests:
            time.sleep(0.01)
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
