"""An apply whose state can't be written any more ends with a receipt for every change, the reason and what to do.

The disk is full by a limit of the operating system; the lock goes while the server answers.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.conftest import Cli, Desk, Done
    from tests.e2e.conftest import Wire

CHANGES = 9


def made(desk: Desk) -> set[str]:
    """Return the ids of all that is live and that an apply makes."""
    ids = set()
    for project in desk.remote.raw("GET", "/v1/project", orgId=desk.remote.server.org_id).json()["projectList"]:
        ids.add(project["_id"])
        for path, key in (("/skills/", "skills"), ("/agentflows", "agentflows"), ("/schedules/coworker", "schedules")):
            answer = desk.remote.raw("GET", path, projectID=project["_id"]).json()
            items = answer if isinstance(answer, list) else answer[key]
            ids |= {item["_id"] for item in items}
            ids |= {agent["_id"] for item in items for agent in item.get("agents", ())}
    return ids


def require_receipt(done: Done, desk: Desk, why: str) -> dict[str, Any]:
    """Check that every change is accounted for, and that whatever was made is named. Return the report."""
    report: dict[str, Any] = json.loads(done.stdout)
    assert len(report["outcomes"]) == CHANGES
    for outcome in report["outcomes"]:
        assert outcome["status"] == "applied" or outcome["error"], outcome
        assert outcome["status"] in ("skipped", "failed") or outcome["id"], outcome
    assert made(desk) <= {outcome["id"] for outcome in report["outcomes"]}
    assert why in report["error"]["message"]
    assert report["error"]["hint"]
    assert why in " ".join(done.stderr.split()), "and it is said to whoever reads no JSON"
    return report


def require_recovery(desk: Desk, env: dict[str, str], cli: Cli) -> None:
    """Apply again: the rest is done, and nothing twice."""
    cli(desk.folder, "apply", "--auto-approve", env=env)
    cli(desk.folder, "plan", "--detailed-exitcode", env=env)
    once = {"POST /v1/project", "POST /agentflow/", "POST /execute_flow"}
    assert sorted(each for each in desk.remote.writes if each in once) == sorted(once)


@pytest.fixture(autouse=True)
def quick(desk: Desk) -> None:
    """Shorten the wait for lists, since none lags behind here."""
    (desk.folder / "wexa-sync.yaml").write_text("settle: 0.5\n", "utf-8")


# How much a file may hold: one intent; some records; nearly all of the journal.
@pytest.mark.parametrize(("size", "parallelism"), [(700, "8"), (2000, "1"), (3500, "8"), (5000, "1")])
def test_a_full_disk_in_the_middle_of_an_apply(desk: Desk, cli: Cli, size: int, parallelism: str) -> None:
    def small_disk() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    words = ("apply", "--auto-approve", "--format", "json", "--parallelism", parallelism)
    done = subprocess.run(
        [sys.executable, "-m", "wexa_sync", *words],
        cwd=desk.folder,
        env={**cli.env, **desk.remote.env, "PYTHONDONTWRITEBYTECODE": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        preexec_fn=small_disk,
        check=False,
    )
    assert "Traceback" not in done.stderr
    assert done.returncode == 1, done.stdout + done.stderr
    report = require_receipt(done_of(done), desk, "Can't write ")
    assert report["error"]["hint"].startswith("Make room on that disk")
    assert report["summary"]["applied"] < CHANGES
    require_recovery(desk, desk.remote.env, cli)


def done_of(process: subprocess.CompletedProcess[str]) -> Done:
    """Return an ended process in the form that `cli` returns."""
    from tests.conftest import Done

    return Done(process.returncode, process.stdout, process.stderr)


def meanwhile(happens: Callable[[], None]) -> Callable[[Any], Any]:
    """Return a function that keeps the server's response, and before that lets the event happen once."""
    awaited = [happens]

    def say(answer: Any) -> Any:
        while awaited:
            awaited.pop()()
        return answer

    return say


def removed(lock: Path) -> None:
    """Remove the lock, as another person would."""
    lock.unlink()


def replaced(lock: Path) -> None:
    """Remove the lock and take it, as another person would."""
    lock.unlink()
    lock.write_text("{}\n", "utf-8")


def overwritten(lock: Path) -> None:
    """Let another host take the lock over, after the lease."""
    lock.write_text(lock.read_text("utf-8").replace('"pid": ', '"pid": 9'), "utf-8")


@pytest.mark.parametrize(
    ("lose", "moment"),
    [
        (removed, "POST /v1/project"),
        (removed, "POST /execute_flow"),
        (removed, "GET /execute_flow/*"),
        (replaced, "POST /agentflow/"),
        (overwritten, "POST /agentflow/"),
    ],
)
def test_a_lock_that_is_lost_in_the_middle_of_an_apply(
    desk: Desk, cli: Cli, wire: Wire, lose: Callable[[Path], None], moment: str
) -> None:
    lock = desk.folder / ".wexa-sync" / "state.json.lock"
    env = wire.env(desk)
    wire.lies = {moment: meanwhile(lambda: lose(lock))}
    done = cli(desk.folder, "apply", "--auto-approve", "--format", "json", code=1, env=env)
    report = require_receipt(done, desk, "The lock ")
    before = [each for each, _ in wire.sent]
    if lose is not removed:
        lock.unlink()
    if moment == "POST /agentflow/":
        flow = next(each for each in report["outcomes"] if each["address"].endswith("AgentFlow/triage"))
        assert (flow["status"], flow["warnings"]) == ("applied", [UNRECORDED])
        assert before[-1] != "POST /execute_flow", "nothing is begun without the lock"
    require_recovery(desk, env, cli)


UNRECORDED = "the change was made, and the state could not be written after it: the next plan looks for it"


def test_the_receipt_in_words(desk: Desk, cli: Cli, wire: Wire) -> None:
    lock, env = desk.folder / ".wexa-sync" / "state.json.lock", wire.env(desk)
    wire.lies = {"POST /agentflow/": meanwhile(lambda: removed(lock))}
    done = cli(desk.folder, "apply", "--auto-approve", "--parallelism", "1", code=1, env=env)
    said = " ".join(done.stdout.split())
    assert "done + support-desk/AgentFlow/triage" in said
    assert f"warning: {UNRECORDED}" in said
    assert "skipped > support-desk/Execution/smoke-test" in said
    assert "Apply incomplete: " in said
    assert "The apply could not go on. The lock " in said
    assert "See that no other apply runs, then run the same command again" in said


def test_a_state_that_takes_nothing_from_the_start_skips_everything(desk: Desk, cli: Cli, wire: Wire) -> None:
    cli(desk.folder, "apply", "--auto-approve", env=desk.remote.env)
    state = desk.folder / ".wexa-sync" / "state.json"
    file = desk.folder / "project.yaml"
    file.write_text(file.read_text("utf-8").replace("spec:", "  lifecycle: {prevent_destroy: true}\nspec:"), "utf-8")
    desk.remote.forget()
    env = wire.env(desk)
    lock = state.with_name("state.json.lock")
    wire.lies = {"GET /v1/project": meanwhile(lambda: removed(lock))}
    done = cli(desk.folder, "apply", "--auto-approve", code=1, env=env)
    assert "The apply could not go on. The lock " in " ".join(done.stdout.split())
    assert desk.remote.writes == []
