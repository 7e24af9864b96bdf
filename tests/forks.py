"""Start the command line and the sandbox as processes of their own, in milliseconds.

A process that has imported everything waits for orders, a JSON line each, and forks. The child is the real command line
with a pid, an environment and files of its own, and can be killed as any other. The process is started by `Forks`, ends
with it, and ends the servers it started.

    {"do": "run", "words": [...], "folder": ..., "env": {...}, "out": FILE, "err": FILE}   -> {"code": N}
    {"do": "serve", "config": {...}}                                                       -> {"pid": N, "url": URL}
    {"do": "end", "pid": N}                                                                -> {"code": N}
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import pkgutil
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 150
"""Seconds after which a command that has not ended is killed by SIGALRM: it hangs."""


@dataclass(slots=True)
class Forks:
    """The process that forks. One order at a time: each worker of a sweep has one of its own."""

    process: subprocess.Popen[str] = field(init=False)

    def __enter__(self) -> Forks:
        command = [sys.executable, "-m", "tests.forks"]
        # stderr is inherited: what this process itself gets wrong must be seen.
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, "PYTHONUTF8": "1"},
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        return self

    def __exit__(self, *_: object) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(20)

    def order(self, do: str, **more: Any) -> dict[str, Any]:
        """Give an order, and wait for what came of it."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"do": do, **more}) + "\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        return answer


def _forked(work: Callable[[], object]) -> int:
    """The pid of a child that does the work, and ends with what it comes to."""
    sys.stdout.flush()
    if pid := os.fork():
        return pid
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
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _command_line(order: Mapping[str, Any]) -> None:
    from wexa_sync.cli import main

    signal.alarm(PATIENCE)
    os.environ.clear()
    os.environ.update(order["env"])
    os.chdir(order["folder"])
    for name, number in (("out", 1), ("err", 2)):
        file = os.open(order[name], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(file, number)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    sys.argv = ["wexa-sync", *order["words"]]
    main()


def _serve(order: Mapping[str, Any]) -> dict[str, Any]:
    from wexa_sync import sandbox
    from wexa_sync.sandbox import ids

    reader, writer = os.pipe()

    def ready(url: str) -> None:
        os.write(writer, url.encode())

    def work() -> None:
        importlib.reload(ids)  # as a new process, it makes ids that no other one makes
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        sandbox.serve(sandbox.SandboxConfig(**order["config"]), ready)

    pid = _forked(work)
    os.close(writer)
    url = os.read(reader, 100)
    os.close(reader)
    return {"pid": pid, "url": url.decode()}


def _warm() -> None:
    """Import whatever is ever imported, and read the schemas once, so that no child has to."""
    import wexa_sync
    from wexa_sync.cli import cli

    for module in pkgutil.walk_packages(wexa_sync.__path__, "wexa_sync."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    for name in ("deepdiff", "requests", "rich.console", "uvicorn"):
        importlib.import_module(name)
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere, contextlib.redirect_stdout(nowhere):
        cli.main(["validate", str(ROOT / "examples/support-desk")], standalone_mode=False)


def _main() -> None:
    _warm()
    servers: set[int] = set()
    for line in sys.stdin:
        order = json.loads(line)
        if order["do"] == "run":
            pid = _forked(partial(_command_line, order))
            answer: dict[str, Any] = {"code": os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])}
        elif order["do"] == "serve":
            answer = _serve(order)
            servers.add(answer["pid"])
        else:
            answer = {"code": _ended(order["pid"])}
            servers.discard(order["pid"])
        print(json.dumps(answer), flush=True)
    for pid in servers:
        _ended(pid)


def _ended(pid: int) -> int:
    os.kill(pid, signal.SIGTERM)  # a dead child that nobody waited for yet may be sent a signal
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


if __name__ == "__main__":
    _main()
