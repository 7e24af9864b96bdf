"""What depends on a run that failed is never done as if it had succeeded: not by this apply, and not by the next."""

from __future__ import annotations

import signal
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

if TYPE_CHECKING:
    from tests.conftest import Cli, Desk, Done, Remote
    from tests.forks import Started

FIRST, SECOND = "support-desk/Execution/smoke-test", "support-desk/Execution/publish"
MANIFEST = """
---
apiVersion: wexa.ai/v1
kind: Execution
metadata: {name: publish, depends_on: [Execution/smoke-test]}
spec: {agentflow_id: triage, goal: Publish the report.}
"""
NOTHING = "No changes."
Open = Callable[..., AbstractContextManager["Remote"]]
Going = Callable[..., AbstractContextManager["Started"]]
Run = Callable[..., "Done"]


@pytest.fixture
def chain(desk: Desk) -> Desk:
    """Return the desk with a second run that depends on the first. Apply waits for the first."""
    edit(desk, "", MANIFEST)
    return desk


def edit(desk: Desk, old: str, new: str) -> None:
    """Change the manifests of the runs; append where nothing is replaced."""
    file = desk.folder / "execution.yaml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1) if old else text + new, encoding="utf-8")


@pytest.fixture
def run(cli: Cli) -> Run:
    """Return a function that runs the command line on a desk, and returns each stream as one line."""

    def start(desk: Desk, *words: str, code: int = 0) -> Done:
        done = cli(desk.folder, *words, code=code, env=desk.remote.env)
        return replace(done, stdout=" ".join(done.stdout.split()), stderr=" ".join(done.stderr.split()))

    return start


def runs(desk: Desk) -> list[str]:
    """Return the writes that were sent about runs."""
    return [write for write in desk.remote.writes if "execute_flow" in write]


def test_an_awaited_run_that_fails_fails_the_apply_and_keeps_its_dependent_from_running(
    chain: Desk, run: Run, scripted: Callable[..., None]
) -> None:
    scripted(chain.remote, "failed", 0, "Triage")
    applied = run(chain, "apply", "--auto-approve", code=1)
    assert f"failed > {FIRST}" in applied.stdout
    assert "the run ended as failed: Classifier could not finish: Triage the sample ticket." in applied.stdout
    assert f"skipped > {SECOND}" in applied.stdout
    assert len(runs(chain)) == 1


def test_the_next_plan_blocks_the_dependent_until_a_person_decides(
    chain: Desk, run: Run, scripted: Callable[..., None]
) -> None:
    scripted(chain.remote, "failed", 0, "Triage")
    run(chain, "apply", "--auto-approve", code=1)
    planned = run(chain, "plan", "--strict", code=3).stdout
    assert "0 to run, 1 blocked." in planned
    assert f"it depends on {FIRST}, which ended as failed" in planned
    assert f"Raise metadata.generation of {FIRST} to run it again, or take it out of depends_on." in planned
    run(chain, "apply", "--auto-approve", code=4)
    assert len(runs(chain)) == 1

    scripted(chain.remote, "completed", 0, "Triage")
    edit(chain, "name: smoke-test\n", "name: smoke-test\n  generation: 2\n")
    assert "2 to run." in run(chain, "plan").stdout
    run(chain, "apply", "--auto-approve")
    assert len(runs(chain)) == 3
    assert run(chain, "plan", "--strict").stdout.endswith(NOTHING)


@pytest.mark.parametrize("word", ["cancelled", "canceled"])
def test_a_cancelled_run_counts_as_failed_and_the_edge_can_be_taken_out(
    chain: Desk, run: Run, open_sandbox: Open, word: str
) -> None:
    edit(chain, "  wait: {timeout: 120}\n", "  wait: {timeout: 0.2}\n")
    with open_sandbox(readings={"cancelled_word": word}, run_seconds=3600) as remote:
        chain = replace(chain, remote=remote)
        unfinished = run(chain, "apply", "--auto-approve", code=1)
        assert "the run has not ended: it is running, and the wait took longer than 0.2 s" in unfinished.stdout
        run(chain, "executions", "cancel", FIRST)
        assert f"which ended as {word}" in run(chain, "plan").stdout
        edit(chain, ", depends_on: [Execution/smoke-test]", "")
        planned = run(chain, "plan").stdout
        assert (
            f"> {FIRST} (it was started before, and its end was not seen; it is {word}; apply notes that, and fails)"
            in planned
        )
        assert f"> {SECOND}" in planned


@pytest.mark.parametrize(("outcome", "code"), [("completed", 0), ("failed", 1)])
def test_a_run_that_was_left_unfinished_is_waited_for_by_the_next_apply(
    chain: Desk, run: Run, going: Going, scripted: Callable[..., None], passing: Callable[..., None], outcome: str,
    code: int,
) -> None:  # fmt: skip
    scripted(chain.remote, outcome, 100, "Triage")
    with going(chain, "apply", "--auto-approve") as cut_off:
        assert cut_off.stderr is not None
        assert any(line.endswith(f"{FIRST}: running\n") for line in cut_off.stderr)
        cut_off.send_signal(signal.SIGINT)
        assert cut_off.wait() == 130
    planned = run(chain, "plan").stdout
    assert f"> {FIRST} (it was started before, and its end was not seen; it is running; apply waits" in planned
    assert "2 to run." in planned
    with going(chain, "apply", "--auto-approve") as again:
        assert again.stderr is not None
        assert any(line.endswith(f"{FIRST}: running\n") for line in again.stderr)
        assert len(runs(chain)) == 1  # the second waits
        passing(chain.remote, 200)
        report, _ = again.communicate()
        assert again.returncode == code, report
    assert len(runs(chain)) == 2 - code
    if code:
        assert f"failed > {FIRST}" in " ".join(report.split())
        assert f"skipped > {SECOND}" in " ".join(report.split())


def test_without_a_wait_only_the_order_counts(chain: Desk, run: Run, open_sandbox: Open) -> None:
    edit(chain, "  wait: {timeout: 120}\n", "")
    with open_sandbox(run_seconds=3600) as remote:
        chain = replace(chain, remote=remote)
        run(chain, "apply", "--auto-approve")
        assert [write for write in runs(chain) if not write.endswith("/execute_flow")] == []
        assert len(runs(chain)) == 2
        assert run(chain, "plan", "--strict").stdout.endswith(NOTHING)


def test_a_resource_that_depends_on_a_failed_run_is_blocked_too(
    chain: Desk, run: Run, scripted: Callable[..., None]
) -> None:
    edit(chain, MANIFEST, MANIFEST.replace("kind: Execution", "kind: Skill").replace(
        "spec: {agentflow_id: triage, goal: Publish the report.}",
        "spec: {name: Publish, description: D, connector_id: {external: Mail}}",
    ))  # fmt: skip
    scripted(chain.remote, "failed", 0, "Triage")
    run(chain, "apply", "--auto-approve", code=1)
    planned = run(chain, "plan").stdout
    assert "! support-desk/Skill/publish" in planned
    assert f"it depends on {FIRST}, which ended as failed" in planned


def test_one_that_waits_for_an_answer_is_to_be_answered(chain: Desk, run: Run, scripted: Callable[..., None]) -> None:
    edit(chain, "  wait: {timeout: 120}\n", "  wait: {timeout: 0.5}\n")
    scripted(chain.remote, "preview", 0, "Triage")
    run(chain, "apply", "--auto-approve", code=1)
    again = run(chain, "apply", "--auto-approve", code=1).stdout
    assert f"ongoing > {FIRST}" in again
    assert f"It waits for an answer: `wexa-sync executions show {FIRST}` shows what it asks." in again
    assert "metadata.generation" not in again
