"""Run and time the processes to measure, and the sandbox for them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

PYTHON = sys.executable
WEXA_SYNC = (str(Path(PYTHON).with_name("wexa-sync")),)
_KEY = "benchmark"


def run(command: Sequence[str], *, folder: Path, env: Mapping[str, str] | None = None) -> tuple[float, str]:
    """Run a command to its end; return its seconds and its stdout. Raises RuntimeError if it fails."""
    whole = {"PATH": os.environ.get("PATH", ""), "HOME": str(folder), "NO_PROXY": "*", **(env or {})}
    started = time.perf_counter()
    done = subprocess.run(command, cwd=folder, env=whole, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - started
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}\n{done.stdout}{done.stderr}")
    return seconds, done.stdout


def interleaved(rounds: int, commands: Mapping[str, Sequence[str]], **where: Any) -> dict[str, float]:
    """Return the median seconds of each command. The commands take turns, so that a busy moment slows all of them."""
    taken: dict[str, list[float]] = {name: [] for name in commands}
    if rounds > 1:  # one round is no measurement
        for command in commands.values():
            run(command, **where)  # once for the caches: bytecode, files
    for _ in range(rounds):
        for name, command in commands.items():
            taken[name].append(run(command, **where)[0])
    return {name: median(seconds) for name, seconds in taken.items()}


@dataclass(frozen=True, slots=True)
class Sandbox:
    """Call a sandbox that is a process of its own."""

    url: str

    @property
    def env(self) -> dict[str, str]:
        """Return the settings that point wexa-sync to the sandbox."""
        return {"WEXA_API_KEY": _KEY, "WEXA_BASE_URL": self.url, "WEXA_ORG_ID": "67fdea40aac77be632954f0f"}

    def forget(self) -> None:
        """Remove the notes of all requests so far."""
        self._ask("DELETE")

    @property
    def requests(self) -> list[dict[str, Any]]:
        """Return the requests since then: method, path, query, status."""
        noted: list[dict[str, Any]] = self._ask("GET")["requests"]
        return noted

    def _ask(self, method: str) -> Any:
        request = urllib.request.Request(  # noqa: S310 # loopback
            f"{self.url}/_sandbox/requests", method=method, headers={"x-api-key": _KEY}
        )
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request) as answer:
            return json.load(answer)


@contextmanager
def sandbox(data: Path, *, latency_ms: int = 0) -> Iterator[Sandbox]:
    """Run `wexa-sync sandbox` for the length of a block."""
    command = [*WEXA_SYNC, "sandbox", "--data", str(data), "--latency", str(latency_ms)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            found = Sandbox(process.stdout.readline().split()[-1])
            found.forget()  # the first answer takes longer than all others
            yield found
        finally:
            process.send_signal(signal.SIGTERM)
