"""Start the command line and the sandbox as processes of their own, in milliseconds.

A process that has imported everything reads orders, one JSON line each, and forks. The child is the real command line
with its own pid, environment, streams, session and terminal, and can be killed as any other process. `Forks` starts and
ends the forking process, which ends the servers that it started.

    {"do": "start", "words": [...], "folder": ..., "env": {...}, "before": CODE}   -> {}, with four file descriptors
    {"do": "serve", "config": {...}}                                               -> {"pid": N, "url": URL}
    {"do": "end", "pid": N}                                                        -> {"code": N}
"""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import gc
import importlib
import io
import json
import os
import pkgutil
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import termios
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import IO, Any

from msgspec import Struct

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 300
"""The seconds after which SIGALRM kills a command that hangs."""


class Started(Struct):
    """Hold a started command, with the methods of `subprocess.Popen` that tests need.

    No wait takes longer than PATIENCE, after which the command is killed.
    """

    pid: int
    report: IO[str]  # the exit code comes as a line
    stdout: IO[str] | None = None
    stderr: IO[str] | None = None
    returncode: int | None = None

    def wait(self) -> int:
        """Wait until the command has ended, and return its exit code."""
        if self.returncode is None:
            self.returncode = int(self.report.readline())
            self.report.close()
        return self.returncode

    def poll(self) -> int | None:
        """Return the command's exit code, None while it runs."""
        if self.returncode is None and not _readable(self.report):
            return None
        return self.wait()

    def communicate(self) -> tuple[str, str]:
        """Wait until the command has ended, and return the rest of its stdout and stderr."""
        with ThreadPoolExecutor(2) as pool:
            out, err = pool.map(lambda stream: stream.read() if stream else "", (self.stdout, self.stderr))
        self.wait()
        return out, err

    def send_signal(self, number: int) -> None:
        """Send a signal to the command, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """Kill the command, and close its streams."""
        self.send_signal(signal.SIGKILL)
        self.wait()
        for stream in (self.stdout, self.stderr):
            if stream:
                stream.close()


def _readable(stream: IO[str]) -> bool:
    poll = select.poll()
    poll.register(stream, select.POLLIN)
    return bool(poll.poll(0))


@dataclass(slots=True)
class Forks:
    """Run the process that forks, shared by all threads of this process."""

    process: subprocess.Popen[str] = field(init=False)
    passage: socket.socket = field(init=False)
    """The socket that passes file descriptors."""
    turn: threading.Lock = field(default_factory=threading.Lock)

    def __enter__(self) -> Forks:
        self.passage, theirs = socket.socketpair()
        with theirs:
            # stderr is inherited: errors of the forking process itself must be seen.
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.forks", str(theirs.fileno())],
                cwd=ROOT,
                env={**os.environ, "PYTHONUTF8": "1"},
                text=True,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                start_new_session=True,
                pass_fds=[theirs.fileno()],
            )
        return self

    def __exit__(self, *_: object) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait()
        self.passage.close()

    def order(self, do: str, fds: Sequence[int] = (), **more: Any) -> dict[str, Any]:
        """Send an order, and return its result."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        with self.turn:
            if fds:
                socket.send_fds(self.passage, [b"."], fds)
            self.process.stdin.write(json.dumps({"do": do, **more}) + "\n")
            self.process.stdin.flush()
            answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        return answer

    def start(
        self, words: Sequence[str], folder: Path, env: Mapping[str, str], streams: Sequence[int], before: str = ""
    ) -> Started:
        """Start the command line with these file descriptors as stdin, stdout and stderr.

        The process first runs the Python code `before`.
        """
        reader, writer = os.pipe()
        try:
            order = {"words": list(words), "folder": str(folder), "env": dict(env), "before": before}
            self.order("start", [*streams, writer], **order)
        finally:
            os.close(writer)
        report = open(reader, encoding="utf-8", buffering=1)  # noqa: PTH123, SIM115  # closed at its end
        return Started(int(report.readline()), report)


@cache
def shared() -> Forks:
    """Return the process that forks, shared by all of this process: a new one imports everything, for two seconds."""
    forks = Forks().__enter__()
    atexit.register(forks.__exit__)
    return forks


def _forked(work: Callable[[], object]) -> int:
    """Fork a child that does the work and exits with its code; return the child's pid."""
    sys.stdout.flush()
    if pid := os.fork():
        return pid
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    code = 70
    try:
        work()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except BaseException:  # noqa: BLE001 # the child must end here, whatever happens
        import traceback

        traceback.print_exc()
    finally:
        code = _flushed(code)
        os._exit(code)


def _flushed(code: int) -> int:
    """Return the exit code: 120, as in Python, if the last output can't be written."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            code = 120
    return code


def _start(order: Mapping[str, Any], passage: socket.socket) -> tuple[int, int]:
    """Fork the command line; return its pid and the file descriptor that its exit code goes to."""
    _, fds, _, _ = socket.recv_fds(passage, 1, 4)
    *streams, report = fds
    pid = _forked(partial(_command_line, order, streams))
    for stream in streams:
        os.close(stream)
    os.write(report, b"%d\n" % pid)
    return pid, report


def _report(started: dict[int, int], options: int = os.WNOHANG) -> None:
    """Report the exit code of each command that has ended."""
    for pid, report in [*started.items()]:
        ended, status = os.waitpid(pid, options)
        if ended:
            with contextlib.suppress(BrokenPipeError):  # nobody waits for it any more
                os.write(report, b"%d\n" % os.waitstatus_to_exitcode(status))
            os.close(report)
            del started[pid]


def _command_line(order: Mapping[str, Any], streams: Sequence[int]) -> None:
    from wexa_sync.api.transport import connection
    from wexa_sync.cli import main
    from wexa_sync.sandbox.world import ids

    connection._SLOW = PATIENCE  # no word of a response that comes late since the machine is busy
    signal.alarm(PATIENCE)
    os.environ.clear()
    os.environ.update(order["env"])
    time.tzset()
    os.chdir(order["folder"])
    os.setsid()
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    os.closerange(3, 1024)
    if os.isatty(0):
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    _as_at_start()
    importlib.reload(ids)  # a new process makes ids that no other process makes
    sys.argv = ["wexa-sync", *order["words"]]
    exec(order["before"], {})  # noqa: S102  # the test's own code
    main()


def _as_at_start() -> None:
    """Open the streams as the interpreter does when it starts."""
    utf8, escaped = "utf-8", "surrogateescape"
    sys.stdin = open(0, encoding=utf8, errors=escaped, closefd=False)  # noqa: SIM115
    sys.stdout = open(1, "w", 1 if os.isatty(1) else -1, utf8, escaped, closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", 1, utf8, "backslashreplace", closefd=False)  # noqa: SIM115
    vars(sys).update(__stdin__=sys.stdin, __stdout__=sys.stdout, __stderr__=sys.stderr)


def _serve(order: Mapping[str, Any]) -> dict[str, Any]:
    from wexa_sync import sandbox
    from wexa_sync.sandbox.world import ids

    reader, writer = os.pipe()

    def ready(url: str) -> None:
        os.write(writer, url.encode())

    def work() -> None:
        importlib.reload(ids)  # a new process makes ids that no other process makes
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        sandbox.serve(sandbox.SandboxConfig(**order["config"]), ready)

    pid = _forked(work)
    os.close(writer)
    url = os.read(reader, 100)
    os.close(reader)
    return {"pid": pid, "url": url.decode()}


def _warm() -> None:
    """Import every module and read the schemas once, so that no child has to."""
    import wexa_sync
    from wexa_sync.cli import cli

    for module in pkgutil.walk_packages(wexa_sync.__path__, "wexa_sync."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    for name in ("deepdiff", "requests", "rich.console", "uvicorn"):
        importlib.import_module(name)
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        os.chdir(shutil.copytree(ROOT / "examples/support-desk", f"{folder}/desk"))
        cli.main(["plan", "--sandbox"], standalone_mode=False)
        os.chdir(ROOT)
    gc.freeze()  # no child's garbage collection then copies these objects


def _main() -> None:
    passage = socket.socket(fileno=int(sys.argv[1]))
    _warm()
    woken, wakes = os.pipe()
    os.set_blocking(wakes, False)
    signal.set_wakeup_fd(wakes)
    signal.signal(signal.SIGCHLD, lambda *_: None)  # so that the end of a command wakes this process
    servers: set[int] = set()
    started: dict[int, int] = {}
    while True:
        ready, _, _ = select.select([sys.stdin, woken], [], [])
        if woken in ready:
            os.read(woken, 4096)
        _report(started)
        if sys.stdin not in ready:
            continue
        if not (line := sys.stdin.readline()):  # one at a time: the next order comes after the answer
            break
        order = json.loads(line)
        answer: dict[str, Any] = {}
        if order["do"] == "start":
            pid, report = _start(order, passage)
            started[pid] = report
        elif order["do"] == "serve":
            answer = _serve(order)
            servers.add(answer["pid"])
        else:
            answer = {"code": _ended(order["pid"])}
            servers.discard(order["pid"])
        print(json.dumps(answer), flush=True)
    for pid in servers:
        _ended(pid)
    _report(started, options=0)


def _ended(pid: int) -> int:
    os.kill(pid, signal.SIGTERM)  # a dead child can be sent a signal until it is waited for
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


if __name__ == "__main__":
    _main()
