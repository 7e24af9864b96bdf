"""Share with all tests: hypothesis's profiles, the real command line as a process, and a sandbox for it.

Only loopback connections are allowed: pyproject.toml configures pytest-socket.
"""

from __future__ import annotations

import fcntl
import os
import pty
import shutil
import socket
import struct
import subprocess
import sys
import termios
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import requests
from hypothesis import HealthCheck, settings
from msgspec import Struct

from wexa_sync import engine
from wexa_sync.api.client import Api
from wexa_sync.api.transport.http import Http
from wexa_sync.manifests.sources import Sources
from wexa_sync.model import Action, Choice, Desired, Options, Outcome, Plan, Secret, Status, Target
from wexa_sync.sandbox import RunningSandbox, SandboxConfig, running
from wexa_sync.state import FileStore
from wexa_sync.workspace import Workspace

from .forks import PATIENCE, Started, shared

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
KEY = "sentinel-api-key-7f3a"
_SLOW = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]

# "ci" tries the same cases each time, so that a failure comes from the commit. "large" tries new ones.
settings.register_profile("ci", deadline=None, derandomize=True, max_examples=40, suppress_health_check=_SLOW)
settings.register_profile("large", deadline=None, max_examples=1000, suppress_health_check=_SLOW)
settings.load_profile(os.environ.get("WEXA_SYNC_TEST_PROFILE", "ci"))


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--update-golden`, which rewrites the files that output is compared with. Check their diff afterwards."""
    parser.addoption("--update-golden", action="store_true", help="rewrite golden files and the examples in pages")


def pytest_xdist_auto_num_workers() -> int:
    """Return twice the number of cores: tests spend much of their time waiting for processes and runs to end."""
    return 2 * (os.cpu_count() or 1)


class Done(Struct, frozen=True):
    """Hold the result of a process that has ended."""

    code: int
    stdout: str
    stderr: str

    @property
    def last(self) -> str:
        """Return the last line of stdout."""
        return self.stdout.rstrip().rpartition("\n")[2]


_AT_START = {"LANG", "LC_ALL", "LC_CTYPE", "PYTHONIOENCODING", "PYTHONUTF8", "PYTHONPATH", "PYTHONUNBUFFERED"}
"""What the interpreter reads when it starts: a fork comes too late for it."""


def _anew(folder: Path, words: Sequence[str], env: Mapping[str, str]) -> Done:
    """Run the command line in a new interpreter."""
    command = [sys.executable, "-m", "wexa_sync", *words]
    done = subprocess.run(
        command,
        cwd=folder,
        env=dict(env),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


class Cli(Struct, frozen=True):
    """Run `python -m wexa_sync` as a process with its own home and environment."""

    home: Path

    @property
    def env(self) -> dict[str, str]:
        """Return the environment of every process: nothing of the user, and the settings of coverage if measured."""
        measured = {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}
        own = {"PATH": os.environ.get("PATH", ""), "HOME": str(self.home), "PYTHONUTF8": "1", "NO_PROXY": "*"}
        return {**own, **measured}

    def __call__(
        self,
        folder: Path,
        *words: str,
        code: int | None = 0,
        env: Mapping[str, str] | None = None,
        before: str = "",
    ) -> Done:
        """Run the command line in a folder; check that it prints no traceback. `code` None accepts any exit code."""
        if any(name in _AT_START for name in env or {}):
            done = _anew(folder, words, {**self.env, **(env or {})})
        else:
            with self.going(folder, *words, env=env, before=before) as going:
                stdout, stderr = going.communicate()
            done = Done(going.wait(), stdout, stderr)
        assert "Traceback" not in done.stderr, done.stderr
        assert code is None or done.code == code, f"exit {done.code}\n{done.stdout}{done.stderr}"
        return done

    @contextmanager
    def going(
        self,
        folder: Path,
        *words: str,
        env: Mapping[str, str] | None = None,
        before: str = "",
        stdout: int | None = None,
        stderr: int | None = None,
    ) -> Iterator[Started]:
        """Start the command line in a folder, and yield at once. Its stdout and stderr are pipes, unless given.

        The process is killed at the end of the block if it has not ended. It first runs the Python code `before`.
        """
        nothing = os.open(os.devnull, os.O_RDONLY)
        pipes = {name: os.pipe() for name, given in (("stdout", stdout), ("stderr", stderr)) if given is None}
        theirs = {"stdout": stdout, "stderr": stderr, **{name: writer for name, (_, writer) in pipes.items()}}
        streams = [nothing, *(fd for fd in theirs.values() if fd is not None)]
        try:
            started = shared().start(words, folder, {**self.env, **(env or {})}, streams, before)
        finally:
            for fd in [nothing, *(writer for _, writer in pipes.values())]:
                os.close(fd)
        for name, (reader, _) in pipes.items():
            setattr(started, name, open(reader, encoding="utf-8"))  # noqa: PTH123, SIM115  # closed with it
        try:
            yield started
        finally:
            started.kill()

    def on_terminal(
        self,
        folder: Path,
        *words: str,
        typed: str = "",
        killed: int = 0,
        env: Mapping[str, str] | None = None,
        columns: int = 80,
    ) -> Done:
        """Run the command line on a terminal of so many columns.

        At its question, type `typed` or send the signal `killed`. All output of the terminal is in `stdout`.
        """
        main, side = pty.openpty()
        try:
            fcntl.ioctl(side, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
            own = {**self.env, "COLUMNS": "", **(env or {})}
            going = shared().start(words, folder, own, [side, side, side])
        finally:
            os.close(side)
        shown = b""
        with suppress(OSError):  # the other side is closed
            while part := os.read(main, 65536):
                shown += part
                if shown.endswith((b"]: ", b"type its name: ")):
                    if killed:
                        going.send_signal(killed)
                    os.write(main, typed.encode())
                    typed = ""
        os.close(main)
        return Done(going.wait(), shown.decode().replace("\r\n", "\n"), "")


class Remote(Struct, frozen=True):
    """Hold a running sandbox, and send it requests from the test itself."""

    server: RunningSandbox

    def raw(self, method: str, path: str, body: Any = None, **query: str) -> requests.Response:
        """Send a request with plain `requests`, and return the response."""
        url = f"{self.server.base_url}{path}"
        return requests.request(method, url, json=body, params=query, headers={"x-api-key": KEY}, timeout=60)

    @property
    def requests(self) -> list[dict[str, Any]]:
        """Return the requests so far: method, path, query, status."""
        noted: list[dict[str, Any]] = self.raw("GET", "/_sandbox/requests").json()["requests"]
        return noted

    def fault(self, *texts: str) -> None:
        """Script faults, written as in docs/sandbox.md. Without any, remove all faults."""
        if not texts:
            self.raw("DELETE", "/_sandbox/faults").raise_for_status()
        for text in texts:
            self.raw("POST", "/_sandbox/faults", {"fault": text}).raise_for_status()

    def forget(self) -> None:
        """Remove the notes of all requests so far."""
        self.raw("DELETE", "/_sandbox/requests")

    @property
    def writes(self) -> list[str]:
        """Return the requests other than GET, as `METHOD path`."""
        return [f"{each['method']} {each['path']}" for each in self.requests if each["method"] != "GET"]

    @property
    def env(self) -> dict[str, str]:
        """Return the settings that point the command line to this sandbox."""
        return {
            "WEXA_API_KEY": KEY,
            "WEXA_BASE_URL": self.server.base_url,
            "WEXA_ORG_ID": self.server.org_id,
            "WEXA_USER_ID": self.server.user_id,
        }


class Desk(Struct, frozen=True):
    """Drive a folder of manifests, a state and a sandbox in this process: as the command line does, but faster."""

    folder: Path
    remote: Remote
    parallelism: int = 8
    settle: float = 1.0  # the sandbox's lists do not lag unless a fault says so

    @property
    def workspace(self) -> Workspace:
        """Return the workspace, opened as a separate process would open it."""
        return self.opened()

    def opened(self, **options: Any) -> Workspace:
        """Return the workspace with other options."""
        quick = {"parallelism": self.parallelism, "poll": 0.02, "grace": 2.0, "settle": self.settle}
        server = self.remote.server
        http = Http(base_url=server.base_url, api_key=Secret(template="", value=KEY), pool=self.parallelism)
        return Workspace(
            api=Api(http, org_id=server.org_id, user_id=server.user_id, at_once=self.parallelism),
            store=FileStore(self.folder / ".wexa-sync" / "state.json"),
            target=Target(base_url=server.base_url, org_id=server.org_id),
            options=Options(**{**quick, **options}),
        )

    def read(self, env: Mapping[str, str] | None = None) -> Desired:
        """Return the resources that the desk's manifests declare."""
        return engine.read(Sources(paths=(self.folder,), root=self.folder, env=env or {}))

    def plan(self, choice: Choice | None = None, *, env: Mapping[str, str] | None = None, **options: Any) -> Plan:
        """Return the plan of what differs now."""
        return engine.plan(self.read(env), self.opened(**options), choice or Choice())

    def apply(
        self, plan: Plan | None = None, tell: Callable[[Any, str], None] = lambda _change, _word: None, **options: Any
    ) -> tuple[Outcome, ...]:
        """Apply a plan, and return the outcomes. `options` are those of the workspace."""
        workspace = self.opened(**options)
        workspace.api.sign_in()
        return engine.apply(plan or self.plan(), workspace, limits=None, progress=tell).outcomes


def work_of(plan: Plan) -> list[str]:
    """Return the changes of a plan and its blocked changes, a line each."""
    return [f"{change.action.value} {change.address}" for change in plan.work] + [
        f"blocked {blocked.address}: {blocked.reason}" for blocked in plan.blocked
    ]


def failures_of(outcomes: tuple[Outcome, ...]) -> list[str]:
    """Return the outcomes that are not applied, a line each."""
    return [
        f"{outcome.change.address}: {outcome.status.value} {outcome.error}"
        for outcome in outcomes
        if outcome.status is not Status.APPLIED and outcome.change.action is not Action.NOOP
    ]


@contextmanager
def opened(**config: Any) -> Iterator[Remote]:
    """Run a sandbox for the length of a block. Its runs end within a fraction of a second."""
    given = {"data": ":memory:", "ready_seconds": 0.02, "run_seconds": 0.05, **config}
    with running(SandboxConfig(**given)) as server:
        yield Remote(server)


@pytest.fixture
def open_sandbox() -> Callable[..., AbstractContextManager[Remote]]:
    """Return the function that opens a sandbox, for tests that need other settings or several sandboxes."""
    return opened


@pytest.fixture
def remote() -> Iterator[Remote]:
    """Return a new sandbox."""
    with opened() as found:
        yield found


@pytest.fixture
def work() -> Callable[[Plan], list[str]]:
    """Return the function that lists a plan's changes as lines."""
    return work_of


@pytest.fixture
def failures() -> Callable[[tuple[Outcome, ...]], list[str]]:
    """Return the function that lists failed outcomes as lines."""
    return failures_of


@pytest.fixture
def cli(tmp_path_factory: pytest.TempPathFactory) -> Cli:
    """Return the command line with an environment that has nothing of this machine."""
    return Cli(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="session")
def applied_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the support desk, applied to the sandbox of `--sandbox`; fixture `applied` copies it."""
    folder = copy_example("support-desk", tmp_path_factory.mktemp("applied") / "desk")
    Cli(tmp_path_factory.mktemp("home"))(folder, "apply", "--sandbox", "--auto-approve")
    return folder


@pytest.fixture
def applied(applied_once: Path, tmp_path: Path) -> Path:
    """Return a copy of the support desk applied to the sandbox of `--sandbox`, with that sandbox's data."""
    return Path(shutil.copytree(applied_once, tmp_path / "applied"))


@pytest.fixture
def full_port() -> Iterator[int]:
    """Return a port whose listener never accepts and whose queue is full: the next connection gets no answer."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        port = listener.getsockname()[1]
        queued = [socket.socket() for _ in range(4)]
        for one in queued:
            one.setblocking(False)
            one.connect_ex(("127.0.0.1", port))
        yield port
        for one in queued:
            one.close()


@pytest.fixture
def desk(tmp_path: Path, remote: Remote) -> Desk:
    """Return a desk with the support desk's manifests, nothing applied yet."""
    return Desk(copy_example("support-desk", tmp_path / "desk"), remote)


def env_of(folder: Path) -> dict[str, str]:
    """Return the variable that names staging, where the folder declares environments."""
    settings = folder / "wexa-sync.yaml"
    declared = settings.exists() and "\nenvironments:" in settings.read_text(encoding="utf-8")
    return {"WEXA_SYNC_ENV": "staging"} if declared else {}


def examples() -> list[Path]:
    """Return the folders of examples that hold manifests: `examples/adopt` has a script, whose work is exported."""
    return sorted(folder for folder in EXAMPLES.iterdir() if any(folder.rglob("*.yaml")))


def copy_example(name: str, to: Path) -> Path:
    """Copy an example's manifests, without the files that running it left there."""
    shutil.copytree(EXAMPLES / name, to, ignore=shutil.ignore_patterns(".wexa-sync"))
    return to
