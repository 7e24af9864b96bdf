"""Give a worker a sandbox on a port of its own, the command line, and a folder for their files."""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests
from msgspec import Struct, field

from wexa_sync.sandbox import ORG_ID, USER_ID

from ..events import free_port
from ..forks import Forks, shared

KEY = "sentinel-api-key-7f3a"


class Ended(Struct, frozen=True):
    """Hold the result of a command; `code` is negative if a signal ended it."""

    words: tuple[str, ...]
    code: int
    stdout: str
    stderr: str

    @property
    def shown(self) -> str:
        """Return the command, its exit code and the end of its output."""
        return f"$ {' '.join(self.words)}\nexit {self.code}\n{self.stdout[-1500:]}{self.stderr[-1500:]}"


class Bench(Struct):
    """Hold one worker's sandbox and folder. The port stays the same: a state belongs to one address."""

    folder: Path
    forks: Forks
    port: int
    server: int | None = field(default=None)  # its pid

    @property
    def url(self) -> str:
        """Return the sandbox's address."""
        return f"http://127.0.0.1:{self.port}"

    def start(self, data: Path, faults: Sequence[str] = (), readings: Mapping[str, str] | None = None) -> None:
        """Start a sandbox with that data file. Its runs end within a fraction of a second."""
        config = {"data": str(data), "port": self.port, "faults": list(faults), "readings": dict(readings or {})}
        config |= {"ready_seconds": 0.02, "run_seconds": 0.05}
        self.server = self.forks.order("serve", config=config)["pid"]

    def stop(self) -> int:
        """End the sandbox, dead or alive, and return its exit code."""
        assert self.server is not None
        code: int = self.forks.order("end", pid=self.server)["code"]
        self.server = None
        return code

    def rest(self) -> None:
        """Let every run end: the comparison must not depend on a moment."""
        for _ in range(3):  # ready, running, and the step after that
            self.ask("POST", "/_sandbox/clock", {"advance": 60})

    @property
    def serving(self) -> bool:
        """True when the sandbox is alive."""
        state = Path(f"/proc/{self.server}/stat")
        return self.server is not None and state.exists() and state.read_text().rpartition(")")[2].split()[0] != "Z"

    def ask(self, method: str, path: str, body: Any = None, **query: str) -> Any:
        """Send the sandbox a request from the test itself, and return the parsed response."""
        wire = {"json": body, "params": query, "headers": {"x-api-key": KEY}}
        for _ in range(600):  # a fault may make it refuse connections for a while
            try:
                answer = requests.request(method, self.url + path, timeout=60, **wire)
            except requests.ConnectionError:
                time.sleep(0.1)
            else:
                answer.raise_for_status()
                return answer.json()
        raise TimeoutError(f"nobody listens at {self.url}")

    def cli(self, folder: Path, *words: str) -> Ended:
        """Run the command line in a folder, as a process of its own."""
        out, err = self.folder / "out", self.folder / "err"
        env = {"PATH": os.environ.get("PATH", ""), "HOME": str(self.folder), "PYTHONUTF8": "1", "NO_PROXY": "*"}
        env |= {"TMPDIR": str(self.folder)}  # a killed process leaves its temporary folder
        env |= {"WEXA_API_KEY": KEY, "WEXA_BASE_URL": self.url, "WEXA_ORG_ID": ORG_ID, "WEXA_USER_ID": USER_ID}
        with open(os.devnull) as nothing, out.open("w") as stdout, err.open("w") as stderr:  # noqa: PTH123  # a device
            streams = [nothing.fileno(), stdout.fileno(), stderr.fileno()]
            code = self.forks.start(words, folder, env, streams).wait()
        texts = [file.read_text(encoding="utf-8", errors="replace") for file in (out, err)]
        return Ended(words, code, *texts)

    def requests(self) -> list[str]:
        """Return the sandbox's requests so far, as `METHOD path`."""
        return [f"{each['method']} {each['path']}" for each in self.ask("GET", "/_sandbox/requests")["requests"]]


@contextmanager
def bench() -> Iterator[Bench]:
    """Open a bench for the length of a block."""
    with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
        found = Bench(Path(folder), shared(), free_port())
        try:
            yield found
        finally:
            if found.server is not None:
                found.stop()


def json_of(text: str) -> dict[str, Any]:
    """Return the JSON object that a command printed, an empty one if it printed none."""
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
