"""Do what a person does to executions: list them, watch one, control it, answer its questions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wexa_sync.workspace import Workspace

if TYPE_CHECKING:
    from wexa_sync.executions.answer import Answer
    from wexa_sync.executions.watch import Ask as RunAsk
    from wexa_sync.executions.watch import Tell
    from wexa_sync.model import Run


def runs(workspace: Workspace) -> list[Run]:
    """Return every execution in the managed projects. Sends GET only."""
    from wexa_sync.executions.runs import list_runs

    workspace.api.sign_in()
    return list_runs(workspace.api, workspace.store.load())


def find_run(workspace: Workspace, name: str) -> Run:
    """Return the execution with that address or id. Raises UsageError where there is none. Sends GET only."""
    from wexa_sync.executions import runs as executions

    workspace.api.sign_in()
    return executions.find_run(workspace.api, workspace.store.load(), name)


def with_questions(workspace: Workspace, run: Run) -> Run:
    """Return the run with its open questions. Sends GET only."""
    from wexa_sync.executions.inbox import asking

    return asking(workspace.api, run)


def wait(workspace: Workspace, run: Run, *, seconds: float, tell: Tell, ask: RunAsk) -> Run:
    """Wait until the run has ended, or for so many seconds, and return it.

    `tell` gets each new status, `ask` each question once.
    """
    from wexa_sync.executions.watch import to_the_end

    return to_the_end(workspace.api, run, seconds=seconds, cutoff=workspace.cutoff, tell=tell, ask=ask)


def control(workspace: Workspace, run: Run, verb: str) -> tuple[Run, bool]:
    """Pause, resume or cancel a run. Return the run afterwards, and whether a call was sent."""
    from wexa_sync.executions import control as executions

    return executions.move(workspace.api, run, verb)


def answer(workspace: Workspace, run: Run, said: Answer) -> Run:
    """Answer a question of the run. Return the run afterwards. Raises UsageError for an answer that does not fit."""
    from wexa_sync.executions import answer as executions

    return executions.answer(workspace.api, run, said)
