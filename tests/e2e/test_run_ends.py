"""The end of a run that is waited for stays open in the state until it was seen, and a doubt until it is settled."""

from __future__ import annotations

import re
import signal
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from tests.events import clock, until

if TYPE_CHECKING:
    from tests.conftest import Cli, Desk, Done, Remote
    from tests.e2e.conftest import Wire
    from tests.forks import Started

FIRST, SECOND = "support-desk/Execution/smoke-test", "support-desk/Execution/publish"
MANIFEST = """
---
apiVersion: wexa.ai/v1
kind: Execution
metadata: {name: publish, depends_on: [Execution/smoke-test]}
spec: {agentflow_id: triage, goal: Publish the report.}
"""
Open = Callable[..., AbstractContextManager["Remote"]]
Going = Callable[..., AbstractContextManager["Started"]]
Run = Callable[..., "Done"]


@pytest.fixture
def run(cli: Cli) -> Run:
    """Run the command line on a desk; return what was said, each stream on one line."""

    def start(desk: Desk, *words: str, code: int = 0, **env: str) -> Done:
        done = cli(desk.folder, *words, code=code, env={**desk.remote.env, **env})
        return replace(done, stdout=" ".join(done.stdout.split()), stderr=" ".join(done.stderr.split()))

    return start


@pytest.fixture
def chain_of_two(desk: Desk) -> Desk:
    """Return a desk whose second run waits for the end of the first."""
    edit(desk, "", MANIFEST)
    return desk


def edit(desk: Desk, old: str, new: str) -> None:
    """Change the manifest of the run; append where nothing is replaced."""
    file = desk.folder / "execution.yaml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1) if old else text + new, encoding="utf-8")


STARTED = '"started":true'


def journal(desk: Desk) -> str:
    """Return what an apply that goes on has written to the state; nothing where it has not begun."""
    file = desk.folder / ".wexa-sync" / "state.json.journal"
    return file.read_text("utf-8") if file.exists() else ""


def reads(desk: Desk) -> int:
    """Return how often a run was read."""
    return sum(each["path"].startswith("/execute_flow/") for each in desk.remote.requests)


def runs(desk: Desk) -> list[str]:
    """Return what was sent about runs."""
    return [write for write in desk.remote.writes if "execute_flow" in write]


@pytest.mark.parametrize("waiting", [False, True], ids=["before it runs", "while it runs"])
@pytest.mark.parametrize("flag", [False, True], ids=["spec.wait", "--wait"])
def test_a_wait_that_was_killed_is_gone_on_with_and_fails_with_the_run(
    desk: Desk, run: Run, going: Going, open_sandbox: Open, scripted: Callable[..., None],
    passing: Callable[..., None], flag: bool, waiting: bool,
) -> None:  # fmt: skip
    if flag:
        edit(desk, "  wait: {timeout: 120}\n", "")
    with open_sandbox(ready_seconds=0.02 if waiting else 3600) as remote:
        desk = replace(desk, remote=remote)
        scripted(remote, "failed", 100, "Triage")
        with going(desk, "apply", "--auto-approve", *(["--wait"] if flag else [])) as killed:
            assert killed.stderr is not None
            word = "running" if waiting else "ready"
            assert any(line.endswith(f"{FIRST}: {word}\n") for line in killed.stderr)
            until(lambda: not waiting or STARTED in journal(desk), killed)
            killed.send_signal(signal.SIGKILL)
            assert killed.wait() == -signal.SIGKILL
        passing(remote, 9000)
        planned = run(desk, "plan", "--detailed-exitcode", code=2).stdout
        seen = "it was started before, and its end was not seen; it is failed" if waiting else "created by an earlier"
        assert f"> {FIRST} ({seen}" in planned
        assert "the run ended as failed" in run(desk, "apply", "--auto-approve", code=1).stdout
        assert run(desk, "apply", "--auto-approve").stdout.endswith("No changes."), "it was said once"
        assert len(runs(desk)) == 1


@pytest.mark.parametrize("presses", [1, 2])
def test_a_wait_that_was_interrupted_says_that_the_run_goes_on(
    chain_of_two: Desk,
    going: Going,
    run: Run,
    scripted: Callable[..., None],
    passing: Callable[..., None],
    presses: int,
) -> None:
    desk = chain_of_two
    scripted(desk.remote, "completed", 100, "")
    with going(desk, "apply", "--auto-approve") as waiting:
        assert waiting.stderr is not None
        assert any(line.endswith(f"{FIRST}: running\n") for line in waiting.stderr)
        for _ in range(presses):
            waiting.send_signal(signal.SIGINT)
        out, _ = waiting.communicate()
    said = " ".join(out.split())
    assert waiting.returncode == 130
    assert f"ongoing > {FIRST} (" in said
    assert re.search("the run has not ended: (it is running, and )?the wait was interrupted", said)
    assert f"`wexa-sync executions wait {FIRST}` waits for its end" in said
    assert f"skipped > {SECOND} {FIRST} has not ended" in said
    assert "1 ongoing, 1 skipped (interrupted)." in said
    assert "failed" not in said
    passing(desk.remote, 200)
    assert run(desk, "apply", "--auto-approve").stdout.endswith("Executions: 1 started.")
    assert len(runs(desk)) == 2


@pytest.mark.parametrize("by", ["its own time", "--timeout"])
def test_a_run_that_takes_too_long_did_not_fail(
    desk: Desk, cli: Cli, scripted: Callable[..., None], tmp_path: Path, by: str
) -> None:
    seconds, over = 0.2 if by == "its own time" else 3600, tmp_path / "over"
    edit(desk, "  wait: {timeout: 120}\n", f"  wait: {{timeout: {seconds}}}\n")
    scripted(desk.remote, "completed", 1e6, "")
    words = ("apply", "--auto-approve", "--timeout", "1h")
    with cli.going(desk.folder, *words, env=desk.remote.env, before=clock(over)) as waiting:
        if by == "--timeout":
            until(lambda: STARTED in journal(desk), waiting)
            seen = reads(desk)
            until(lambda: reads(desk) > seen + 1, waiting)
            over.touch()
        out, _ = waiting.communicate()
    assert waiting.returncode == 1
    said = " ".join(out.split())
    assert f"ongoing > {FIRST} (" in said
    assert "the run has not ended: it is running" in said
    assert " failed " not in said


def test_a_run_whose_end_can_not_be_read_did_not_fail(
    desk: Desk, going: Going, wire: Wire, scripted: Callable[..., None]
) -> None:
    scripted(desk.remote, "completed", 100, "")
    with going(desk, "apply", "--auto-approve", **wire.env(desk)) as waiting:
        assert waiting.stderr is not None
        assert any(line.endswith(f"{FIRST}: running\n") for line in waiting.stderr)
        wire.refuse = {"GET /execute_flow/*": 403}
        out, _ = waiting.communicate()
    said = " ".join(out.split())
    assert waiting.returncode == 1
    assert f"ongoing > {FIRST} (" in said
    assert "the run was started, and its end can't be read: GET /execute_flow/" in said
    assert " failed " not in said


def test_an_open_end_outlives_an_edit_and_is_no_start(
    desk: Desk, run: Run, scripted: Callable[..., None], passing: Callable[..., None]
) -> None:
    edit(desk, "  wait: {timeout: 120}\n", "  wait: {timeout: 0.2}\n")
    (desk.folder / "wexa-sync.yaml").write_text("max_executions: 0\n", "utf-8")
    scripted(desk.remote, "completed", 100, "Triage")
    late = run(desk, "apply", "--auto-approve", "--allow", "runs=1", code=1).stdout
    assert "the run has not ended: it is running, and the wait took longer than 0.2 s" in late
    edit(desk, "goal: Triage", "goal: Now triage")
    passing(desk.remote, 200)
    applied = run(desk, "apply", "--auto-approve").stdout
    assert applied.endswith("Executions: 0 started.")
    assert "a run can't be changed" in run(desk, "plan").stdout
    assert len(runs(desk)) == 1


def test_a_doubt_is_no_success_until_it_is_settled(desk: Desk, run: Run, wire: Wire) -> None:
    (desk.folder / "wexa-sync.yaml").write_text("settle: 0.2\n", "utf-8")
    env = wire.env(desk)
    wire.lose = {"POST /execute_flow": False}
    assert "1 unknown" in run(desk, "apply", "--auto-approve", code=3, **env).stdout
    for _ in range(2):
        again = run(desk, "apply", "--auto-approve", code=3, **env).stdout
        assert "0 done, 1 in doubt since an earlier apply." in again
        assert f"wexa-sync resolve {FIRST} --happened ID" in again
    part = run(desk, "apply", "--auto-approve", "--target", "Project/support-desk", code=3, **env).stdout
    assert "1 in doubt since an earlier apply" in part
    run(desk, "resolve", FIRST, "--did-not-happen", **env)
    assert "Executions: 1 started." in run(desk, "apply", "--auto-approve", **env).stdout


@pytest.mark.parametrize(("outcome", "word"), [("completed", "finished"), ("failed", "error")])
def test_an_end_that_nobody_knows_is_shown_and_asked_about(
    desk: Desk, run: Run, open_sandbox: Open, scripted: Callable[..., None], outcome: str, word: str
) -> None:
    edit(desk, "", MANIFEST)
    with open_sandbox(readings={"end_words": "client"}) as remote:
        desk = replace(desk, remote=remote)
        scripted(remote, outcome, 0, "Triage")
        for _ in range(2):
            said = run(desk, "apply", "--auto-approve", code=3).stdout
            assert f"the run is '{word}', and whether that is a good end is not known" in said
            assert "--did-not-happen" not in said
            assert "How a run ended is not known. Look at the run; if it ended well:" in said
            assert f"wexa-sync resolve {FIRST} --happened " in said.partition("Apply incomplete")[2]
        assert f"it is {word}; if that is an end, apply asks" in run(desk, "plan").stdout
        assert len(runs(desk)) == 1, "what depends on it waits for the answer"
        listed = run(desk, "executions", "list").stdout
        assert f"{word} {FIRST}" in listed
        assert f"'{word}'" in run(desk, "executions", "wait", FIRST, code=3).stderr
        id_ = listed.split()[0]
        refused = run(desk, "resolve", FIRST, "--did-not-happen", code=64).stderr
        assert "If it did not end well, raise metadata.generation to run it again." in refused
        assert f"Noted: {FIRST} ended well." in run(desk, "resolve", FIRST, "--happened", id_).stdout
        assert "Executions: 1 started." in run(desk, "apply", "--auto-approve").stdout
        assert len(runs(desk)) == 2
        assert run(desk, "plan").stdout.endswith("No changes.")


def test_what_is_gone_may_have_ended_well_all_the_same(desk: Desk, run: Run, scripted: Callable[..., None]) -> None:
    edit(desk, "  wait: {timeout: 120}\n", "  wait: {timeout: 0.2}\n")
    scripted(desk.remote, "completed", 3600, "Triage")
    run(desk, "apply", "--auto-approve", code=1)
    id_ = run(desk, "executions", "list").stdout.split()[0]
    desk.remote.fault("404 GET /execute_flow/* times=forever")
    assert "the run is gone" in run(desk, "apply", "--auto-approve", code=1).stdout
    run(desk, "resolve", FIRST, "--happened", id_)
    assert run(desk, "apply", "--auto-approve").stdout.endswith("No changes.")
