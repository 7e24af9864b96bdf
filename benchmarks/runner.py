"""Run a command to its end, then write what it took as the last line of stderr: `python -I -S runner.py COMMAND...`.

The line holds seconds by the clock, seconds of CPU, and bytes of memory at most. The process is small on purpose: to
Linux, a child has taken as much memory as the process that started it.
"""

from __future__ import annotations

import os
import sys
import time


def main(command: list[str]) -> int:
    started = time.perf_counter()
    child = os.posix_spawnp(command[0], command, os.environ)
    _, status, used = os.wait4(child, 0)
    wall = time.perf_counter() - started
    memory = used.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    sys.stderr.write(f"\n{wall} {used.ru_utime + used.ru_stime} {memory}\n")
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
