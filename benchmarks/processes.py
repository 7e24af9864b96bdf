"""Run the processes to measure, and say what each took."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import runner

PYTHON = sys.executable
WEXA_SYNC = (str(Path(PYTHON).with_name("wexa-sync")),)
KEY = "benchmark-0123456789abcdef0123456789"  # as long as a real one: responses are searched for it
ROOT = Path(__file__).parents[1]
_COUNTED = (
    "valgrind",
    "--tool=cachegrind",
    "--cache-sim=no",
    "--cachegrind-out-file=/dev/null",
    "--trace-children=yes",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class How:
    """Hold how to measure: how often, how much of it, and whether instructions are counted too."""

    rounds: int = 5
    small: bool = False
    instructions: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Hold what a process and its children took: seconds by the clock and of CPU, and megabytes of memory at most."""

    name: str
    wall: float
    cpu: float
    memory: float
    requests: int | None = None
    instructions: float | None = None
    said: str = ""


def run(command: Sequence[str], *, folder: Path, env: Mapping[str, str] | None = None, name: str = "") -> Usage:
    """Run a command to its end; return what it took, and its stdout. Raises RuntimeError if it fails."""
    done = _done((PYTHON, "-I", "-S", runner.__file__, *command), folder, env)
    wall, cpu, memory = map(float, done.stderr.splitlines()[-1].split())
    return Usage(name=name, wall=wall, cpu=cpu, memory=memory / 1e6, said=done.stdout)


def interleaved(
    how: How,
    commands: Mapping[str, Sequence[str]],
    *,
    folder: Path,
    env: Mapping[str, str] | None = None,
    count: Callable[[], int] | None = None,
) -> dict[str, Usage]:
    """Return the medians of each command. The commands take turns, so that a busy moment slows all of them.

    `count` says how many requests came since it was last called.
    """
    taken: dict[str, list[Usage]] = {name: [] for name in commands}
    if count:
        count()  # what came before
    for number in range(how.rounds + (how.rounds > 1)):  # one round is no measurement
        for name, command in commands.items():
            used = run(command, folder=folder, env=env, name=name)
            used = replace(used, requests=count() if count else None)
            if number or how.rounds == 1:  # the first is for the caches: bytecode, files
                taken[name].append(used)
    medians = {name: _median(each) for name, each in taken.items()}
    if not how.instructions:
        return medians
    return {
        name: replace(used, instructions=_instructions(commands[name], folder, env)) for name, used in medians.items()
    }


def _median(taken: Sequence[Usage]) -> Usage:
    middle = {field: median(getattr(each, field) for each in taken) for field in ("wall", "cpu", "memory")}
    return replace(taken[0], **middle)


def _instructions(command: Sequence[str], folder: Path, env: Mapping[str, str] | None) -> float | None:
    """Return the instructions of a command and its children, in thousands of millions; None without valgrind."""
    if not shutil.which("valgrind"):
        return None
    counts = re.findall(r"I +refs: +([\d,]+)", _done((*_COUNTED, *command), folder, env).stderr)
    return sum(int(each.replace(",", "")) for each in counts) / 1e9


def _done(command: Sequence[str], folder: Path, env: Mapping[str, str] | None) -> subprocess.CompletedProcess[str]:
    whole = {"PATH": os.environ.get("PATH", ""), "HOME": str(folder), "NO_PROXY": "*"}
    done = subprocess.run(command, cwd=folder, env=whole | {**(env or {})}, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}\n{done.stdout}{done.stderr}")
    return done


@dataclass(frozen=True, slots=True)
class Sandbox:
    """Call a sandbox that is a process of its own."""

    url: str

    @property
    def env(self) -> dict[str, str]:
        """Return the settings that point wexa-sync to the sandbox. The user is for what can't ask who it is."""
        return {
            "WEXA_API_KEY": KEY,
            "WEXA_BASE_URL": self.url,
            "WEXA_ORG_ID": "67fdea40aac77be632954f0f",
            "WEXA_USER_ID": "67fdea40aac77be632954f0e",
        }

    def forget(self) -> None:
        """Remove the notes of all requests so far."""
        self._ask("DELETE")

    @property
    def requests(self) -> list[dict[str, Any]]:
        """Return the requests since then: method, path, query, status."""
        noted: list[dict[str, Any]] = self._ask("GET")["requests"]
        return noted

    def count(self) -> int:
        """Return how many requests came since the last count."""
        number = len(self.requests)
        self.forget()
        return number

    def _ask(self, method: str) -> Any:
        request = urllib.request.Request(  # noqa: S310 # loopback
            f"{self.url}/_sandbox/requests", method=method, headers={"x-api-key": KEY}
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
