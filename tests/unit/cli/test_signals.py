"""An interrupt breaks into whatever a command does, but for Python's own work under the lock of all imports."""

from __future__ import annotations

import os
import signal
import threading

import pytest

from wexa_sync.api.cutoff import Cutoff
from wexa_sync.cli.signals import Terminated, heeded


@pytest.mark.parametrize(("number", "raised"), [(signal.SIGINT, KeyboardInterrupt), (signal.SIGTERM, Terminated)])
def test_an_interrupt_waits_until_the_lock_of_imports_is_free(
    number: signal.Signals, raised: type[KeyboardInterrupt]
) -> None:
    done = _interrupted(number, raised, in_file="<frozen importlib._bootstrap>")
    assert done == ["released"]


def test_an_interrupt_breaks_in_everywhere_else() -> None:
    assert not _interrupted(signal.SIGINT, KeyboardInterrupt, in_file="wexa_sync/any.py")


def _interrupted(number: signal.Signals, raised: type[KeyboardInterrupt], *, in_file: str) -> list[str]:
    """Return what code of that file still did after a signal came."""
    done, cutoff = list[str](), Cutoff()
    code = compile("kill(pid, number); done.append('released')", in_file, "exec")

    def run() -> None:
        with heeded(cutoff, breaks_in=True):
            exec(code, {"kill": os.kill, "pid": os.getpid(), "number": number, "done": done})  # noqa: S102
            threading.Event().wait(60)

    with pytest.raises(KeyboardInterrupt) as caught:
        run()
    assert type(caught.value) is raised
    assert cutoff.stopped
    return done
