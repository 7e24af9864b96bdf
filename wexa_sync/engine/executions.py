"""Do what a person does to executions: list them, watch one, control it, answer its questions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

from wexa_sync.workspace import Workspace

if TYPE_CHECKING:
    from wexa_sync.executions.answer import Answer
    from wexa_sync.executions.choose import Wish
    from wexa_sync.executions.watch import Ask as RunAsk
    from wexa_sync.executions.watch import Tell
    from wexa_sync.model import Run


def runs(workspace: Workspace, wish: Wish | None = None) -> list[Run]:
    """Return the executions in the managed projects: all, or those that are wanted. The newest are the last.

    Sends GET only. Those of which the list shows no time are read one by one, the newest fifty of them at the most.
    """
    from wexa_sync.executions.choose import Wish, chosen
    from wexa_sync.executions.runs import list_runs, read_whole

    workspace.api.sign_in()
    state = workspace.store.load()

    def whole(some: Sequence[Run]) -> Sequence[Run]:
        if not some:
            return ()
        with ThreadPoolExecutor(max_workers=workspace.options.parallelism) as pool:
            return list(pool.map(partial(read_whole, workspace.api, state), some))

    return chosen(list_runs(workspace.api, state), wish or Wish(), state, whole)


def find_run(workspace: Workspace, name: str) -> Run:
    """Return the execution with that address or id. Raises UsageError where there is none. Sends GET only."""
    from wexa_sync.executions import runs as executions

    workspace.api.sign_in()
    return executions.find_run(workspace.api, workspace.store.load(), name)


def with_questions(workspace: Workspace, run: Run) -> Run:
    """Return the run with its open questions. Sends GET only."""
    from wexa_sync.executions.inbox import asking

    return asking(workspace.api, run)


def wait(
    workspace: Workspace,
    run: Run,
    *,
    seconds: float,
    tell: Tell,
    ask: RunAsk,
    saw: Callable[[Run], None] = lambda _run: None,
) -> Run:
    """Wait until the run has ended, or for so many seconds, and return it.

    `tell` gets each new status, `ask` each question once, and `saw` the run each time that it is read.
    """
    from wexa_sync.executions.watch import to_the_end

    return to_the_end(workspace.api, run, seconds=seconds, cutoff=workspace.cutoff, tell=tell, ask=ask, saw=saw)


def control(workspace: Workspace, run: Run, verb: str) -> tuple[Run, bool]:
    """Pause, resume or cancel a run. Return the run afterwards, and whether a call was sent."""
    from wexa_sync.executions import control as executions

    return executions.move(workspace.api, run, verb)


def answer(workspace: Workspace, run: Run, said: Answer) -> Run:
    """Answer a question of the run. Return the run afterwards. Raises UsageError for an answer that does not fit."""
    from wexa_sync.executions import answer as executions

    return executions.answer(workspace.api, run, said)
