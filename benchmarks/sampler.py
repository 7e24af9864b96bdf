"""Run wexa-sync, and write the seconds of CPU of each phase to a file, as JSON: `python sampler.py FILE WORDS...`.

A signal comes after each millisecond of CPU, or whenever the system can. The CPU since the one before belongs to the
part of the package that is at work, the innermost of those that have a phase.
"""

from __future__ import annotations

import json
import signal
import sys
import time
from collections import defaultdict
from pathlib import Path
from threading import get_ident
from types import FrameType

PHASES = {
    "manifests": "manifests",
    "state": "state",
    "api": "requests",
    "observe": "compare",
    "compare": "compare",
    "plan": "compare",
    "render": "render",
}
START, REST = "start and imports", "rest"
_WAITS = ("/threading.py", "/queue.py", "/concurrent/futures/_base.py", "/concurrent/futures/thread.py")


class Sampler:
    """Sum up the CPU by phase."""

    def __init__(self) -> None:
        self.spent = defaultdict(float, {START: time.process_time()})
        self.last = time.process_time()

    def tick(self, _number: int, frame: FrameType | None) -> None:
        now = time.process_time()
        self.spent[_phase(_at_work(frame))] += now - self.last
        self.last = now


def _at_work(main: FrameType | None) -> FrameType | None:
    """Return the frame of the first thread that waits for no other; the main thread's where all do."""
    others = [frame for thread, frame in sys._current_frames().items() if thread != get_ident()]
    return next((each for each in (main, *others) if each and not each.f_code.co_filename.endswith(_WAITS)), main)


def _phase(frame: FrameType | None) -> str:
    found = REST
    while frame is not None:
        file = frame.f_code.co_filename
        if file.startswith("<frozen importlib"):
            return START
        if found == REST and "/wexa_sync/" in file:
            found = PHASES.get(file.rpartition("/wexa_sync/")[2].split("/")[0], REST)
        frame = frame.f_back
    return found


def main(file: str) -> None:
    sampler = Sampler()
    signal.signal(signal.SIGPROF, sampler.tick)
    signal.setitimer(signal.ITIMER_PROF, 0.001, 0.001)
    try:
        from wexa_sync.cli import main as wexa_sync

        wexa_sync()
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        sampler.tick(0, sys._getframe())
        Path(file).write_text(json.dumps(sampler.spent), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv.pop(1))
