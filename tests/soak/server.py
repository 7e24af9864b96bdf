"""Run the sandbox as a process that can die and come back, and read its data file.

`python -m tests.soak.server DATA PORT READINGS` is that process: the CLI has no option for runs that end so soon.
"""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import requests
from msgspec import Struct, field

from wexa_sync.sandbox import SandboxConfig, serve
from wexa_sync.sandbox.world.seed import ORG_ID, USER_ID

ROOT = Path(__file__).resolve().parents[2]
KEY = "soak-key"
Json = dict[str, Any]


class Thing(Struct, frozen=True, kw_only=True):
    """Hold a live object from the server's data file. `run` is the second id of an execution, used in paths."""

    kind: str
    id: str
    project: str
    run: str
    body: Json


class Server(Struct):
    """Run one sandbox with one data file, at one address for its whole life."""

    data: Path
    readings: Mapping[str, str]
    port: int = 0
    process: subprocess.Popen[str] | None = None
    deaths: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        """Return the server's address."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def env(self) -> dict[str, str]:
        """Return the settings that point the command line to this server."""
        return {"WEXA_API_KEY": KEY, "WEXA_BASE_URL": self.url, "WEXA_ORG_ID": ORG_ID, "WEXA_USER_ID": USER_ID}

    def start(self) -> None:
        """Start the server unless it runs."""
        with self._lock:
            if self.process is not None and self.process.poll() is None:
                return
            self.deaths += self.process is not None and self.process.returncode == -signal.SIGKILL
            command = [sys.executable, "-m", "tests.soak.server", str(self.data), str(self.port)]
            self.process = subprocess.Popen(
                [*command, json.dumps(dict(self.readings))], cwd=ROOT, stdout=subprocess.PIPE, text=True
            )
            assert self.process.stdout is not None
            self.port = int(self.process.stdout.readline().rpartition(":")[2])

    def stop(self, *, kill: bool = False) -> None:
        """End the server by SIGTERM, or kill it."""
        with self._lock:
            if self.process is not None:
                (self.process.kill if kill else self.process.terminate)()
                self.process.wait(60)
                if self.process.stdout:
                    self.process.stdout.close()

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Restart the server whenever it dies, as the platform's operators would."""
        over = threading.Event()

        def watch() -> None:
            while not over.wait(0.1):
                self.start()

        thread = threading.Thread(target=watch, daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()
            self.start()

    def raw(self, method: str, path: str, body: Any = None, **query: str) -> Any:
        """Send a plain request, which must succeed. Wait for a server that does not listen yet."""
        end = time.monotonic() + 60
        while True:
            try:
                answer = requests.request(
                    method, f"{self.url}{path}", json=body, params=query, headers={"x-api-key": KEY}, timeout=60
                )
            except requests.ConnectionError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.05)
                continue
            assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text[:300]}"
            with suppress(ValueError):
                return answer.json()
            return None

    def things(self, kind: str) -> list[Thing]:
        """Return the live objects of a kind in the order of creation, from the data file, past readings and faults."""
        query = "SELECT id, project, alias, body, inner FROM objects WHERE kind = ? ORDER BY seq"
        with closing(sqlite3.connect(self.data, timeout=60)) as db:
            rows = db.execute(query, (kind,)).fetchall()
        return [
            Thing(kind=kind, id=id, project=project or "", run=alias or "", body=json.loads(body))
            for id, project, alias, body, inner in rows
            if not json.loads(inner).get("deleted")
        ]

    @property
    def now(self) -> float:
        """Return the server's time."""
        return float(self.raw("GET", "/_sandbox/clock")["now"])


if __name__ == "__main__":
    serve(
        SandboxConfig(
            data=sys.argv[1],
            port=int(sys.argv[2]),
            readings=json.loads(sys.argv[3]),
            ready_seconds=0.05,
            run_seconds=0.05,
        ),
        lambda url: print(url, flush=True),  # noqa: T201  # read by the process that started this one
    )
