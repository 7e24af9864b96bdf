"""What all tests share: hypothesis's profiles, the real command line as a process, and a sandbox to drive it against.

The network is off but for loopback: pyproject.toml tells pytest-socket so.
"""

from __future__ import annotations

import atexit
import os
import pty
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import requests
from hypothesis import HealthCheck, settings

from wexa_sync import engine
from wexa_sync.api.client import Api
from wexa_sync.api.transport.http import Http
from wexa_sync.manifests.sources import Sources
from wexa_sync.model import Action, Choice, Options, Outcome, Plan, Secret, Status, Target
from wexa_sync.sandbox import RunningSandbox, SandboxConfig, running
from wexa_sync.state import FileStore
from wexa_sync.workspace import Workspace

from .forks import PATIENCE, Forks, Started

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
KEY = "sentinel-api-key-7f3a"
_SLOW = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]

# "ci" looks for the same cases each time, so that a red build is its commit's; "large" goes looking for new ones.
settings.register_profile("ci", deadline=None, derandomize=True, suppress_health_check=_SLOW)
settings.register_profile("large", deadline=None, max_examples=1000, suppress_health_check=_SLOW)
settings.load_profile(os.environ.get("WEXA_SYNC_TEST_PROFILE", "ci"))


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--update-golden`: write the files that are compared with output anew, then look at their diff."""
    parser.addoption("--update-golden", action="store_true", help="write golden files and examples in pages anew")


def pytest_xdist_auto_num_workers() -> int:
    """Twice the cores: much of the time is spent waiting, for processes and for runs to come to their end."""
    return 2 * (os.cpu_count() or 1)


@dataclass(frozen=True, slots=True)
class Done:
    """A process that has ended."""

    code: int
    stdout: str
    stderr: str

    @property
    def last(self) -> str:
        """The last line of stdout."""
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


@cache
def _forks() -> Forks:
    """The process that forks, for all tests of this process."""
    forks = Forks().__enter__()
    atexit.register(forks.__exit__)
    return forks


@dataclass(frozen=True, slots=True)
class Cli:
    """`python -m wexa_sync` as a process of its own, with a home and an environment of its own."""

    home: Path

    @property
    def env(self) -> dict[str, str]:
        """What every such process knows: nothing of its user, and where coverage, if it is measured, is noted."""
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
        """Run it in that folder; `code` None takes any exit code. No traceback reaches a user, whatever the end."""
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
        """Start it in that folder, and go on: its stdout and stderr are pipes, unless they are given.

        It is killed at the end of the block, if it has not ended. `before` is Python that the process does first.
        """
        nothing = os.open(os.devnull, os.O_RDONLY)
        pipes = {name: os.pipe() for name, given in (("stdout", stdout), ("stderr", stderr)) if given is None}
        theirs = {"stdout": stdout, "stderr": stderr, **{name: writer for name, (_, writer) in pipes.items()}}
        streams = [nothing, *(fd for fd in theirs.values() if fd is not None)]
        try:
            started = _forks().start(words, folder, {**self.env, **(env or {})}, streams, before)
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
        self, folder: Path, *words: str, typed: str = "", killed: int = 0, env: Mapping[str, str] | None = None
    ) -> Done:
        """Run it on a terminal of its own of 80 columns, where `typed` is typed when it asks, or `killed` is sent.

        All that the terminal shows is in `stdout`.
        """
        main, side = pty.openpty()
        try:
            own = {**self.env, "COLUMNS": "80", **(env or {})}
            going = _forks().start(words, folder, own, [side, side, side])
        finally:
            os.close(side)
        shown = b""
        with suppress(OSError):  # the other side is closed
            while part := os.read(main, 65536):
                shown += part
                if shown.endswith(b"]: "):
                    if killed:
                        going.send_signal(killed)
                    os.write(main, typed.encode())
                    typed = ""
        os.close(main)
        return Done(going.wait(), shown.decode().replace("\r\n", "\n"), "")


@dataclass(frozen=True, slots=True)
class Remote:
    """A sandbox that listens, and what the tests ask of it behind the client's back."""

    server: RunningSandbox

    def raw(self, method: str, path: str, body: Any = None, **query: str) -> requests.Response:
        """A request as nobody's client would send it."""
        url = f"{self.server.base_url}{path}"
        return requests.request(method, url, json=body, params=query, headers={"x-api-key": KEY}, timeout=60)

    @property
    def requests(self) -> list[dict[str, Any]]:
        """What was asked so far: method, path, query, status."""
        noted: list[dict[str, Any]] = self.raw("GET", "/_sandbox/requests").json()["requests"]
        return noted

    def fault(self, *texts: str) -> None:
        """Have something go wrong, as docs/sandbox.md says it; nothing does any more where nothing is said."""
        if not texts:
            self.raw("DELETE", "/_sandbox/faults").raise_for_status()
        for text in texts:
            self.raw("POST", "/_sandbox/faults", {"fault": text}).raise_for_status()

    def forget(self) -> None:
        """Start counting anew."""
        self.raw("DELETE", "/_sandbox/requests")

    @property
    def writes(self) -> list[str]:
        """What was asked and is no GET, as `METHOD path`."""
        return [f"{each['method']} {each['path']}" for each in self.requests if each["method"] != "GET"]

    @property
    def env(self) -> dict[str, str]:
        """The settings that lead the command line here."""
        return {
            "WEXA_API_KEY": KEY,
            "WEXA_BASE_URL": self.server.base_url,
            "WEXA_ORG_ID": self.server.org_id,
            "WEXA_USER_ID": self.server.user_id,
        }


@dataclass(frozen=True, slots=True)
class Desk:
    """A folder of manifests, a state and a sandbox, driven in this process: as the command line does, but fast."""

    folder: Path
    remote: Remote
    parallelism: int = 8
    settle: float = 1.0  # no list of the sandbox lags behind unless it is told to

    @property
    def workspace(self) -> Workspace:
        """The workspace, as a process of its own would open it."""
        return self.opened()

    def opened(self, **options: Any) -> Workspace:
        """The same, with other options."""
        quick = {"parallelism": self.parallelism, "poll": 0.02, "grace": 2.0, "settle": self.settle}
        server = self.remote.server
        http = Http(base_url=server.base_url, api_key=Secret(template="", value=KEY), pool=self.parallelism)
        return Workspace(
            api=Api(http, org_id=server.org_id, user_id=server.user_id),
            store=FileStore(self.folder / ".wexa-sync" / "state.json"),
            target=Target(base_url=server.base_url, org_id=server.org_id),
            options=Options(**{**quick, **options}),
        )

    def plan(self, choice: Choice | None = None, *, env: Mapping[str, str] | None = None, **options: Any) -> Plan:
        """What differs now."""
        desired = engine.read(Sources(paths=(self.folder,), root=self.folder, env=env or {}))
        return engine.plan(desired, self.opened(**options), choice or Choice())

    def apply(
        self, plan: Plan | None = None, tell: Callable[[Any, str], None] = lambda _change, _word: None, **options: Any
    ) -> tuple[Outcome, ...]:
        """Make it so; `options` are those of the workspace."""
        workspace = self.opened(**options)
        workspace.api.sign_in()
        return engine.apply(plan or self.plan(), workspace, limits=None, progress=tell).outcomes


def work_of(plan: Plan) -> list[str]:
    """The work of a plan and what it is kept from, a line each."""
    return [f"{change.action.value} {change.address}" for change in plan.work] + [
        f"blocked {blocked.address}: {blocked.reason}" for blocked in plan.blocked
    ]


def failures_of(outcomes: tuple[Outcome, ...]) -> list[str]:
    """What did not end well."""
    return [
        f"{outcome.change.address}: {outcome.status.value} {outcome.error}"
        for outcome in outcomes
        if outcome.status is not Status.APPLIED and outcome.change.action is not Action.NOOP
    ]


@contextmanager
def opened(**config: Any) -> Iterator[Remote]:
    """A sandbox for the length of a block; its runs end in a blink."""
    given = {"data": ":memory:", "ready_seconds": 0.02, "run_seconds": 0.05, **config}
    with running(SandboxConfig(**given)) as server:
        yield Remote(server)


@pytest.fixture
def open_sandbox() -> Callable[..., AbstractContextManager[Remote]]:
    """Opens sandboxes: for tests that need one of its own kind, or several."""
    return opened


@pytest.fixture
def remote() -> Iterator[Remote]:
    """A fresh sandbox."""
    with opened() as found:
        yield found


@pytest.fixture
def work() -> Callable[[Plan], list[str]]:
    """The work of a plan as lines."""
    return work_of


@pytest.fixture
def failures() -> Callable[[tuple[Outcome, ...]], list[str]]:
    """What did not end well, as lines."""
    return failures_of


@pytest.fixture
def cli(tmp_path_factory: pytest.TempPathFactory) -> Cli:
    """The command line, knowing nothing of the machine it runs on."""
    return Cli(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="session")
def applied_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The support desk, applied to the sandbox of `--sandbox`: for `applied` to copy."""
    folder = copy_example("support-desk", tmp_path_factory.mktemp("applied") / "desk")
    Cli(tmp_path_factory.mktemp("home"))(folder, "apply", "--sandbox", "--auto-approve")
    return folder


@pytest.fixture
def applied(applied_once: Path, tmp_path: Path) -> Path:
    """The support desk, applied to the sandbox of `--sandbox`, with that sandbox's data."""
    return Path(shutil.copytree(applied_once, tmp_path / "applied"))


@pytest.fixture
def full_port() -> Iterator[int]:
    """A port whose listener never accepts, its queue full: the next connection gets no answer."""
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
    """The support desk's manifests in a folder of their own, nothing applied yet."""
    return Desk(copy_example("support-desk", tmp_path / "desk"), remote)


def copy_example(name: str, to: Path) -> Path:
    """An example's manifests, without what running it left there."""
    shutil.copytree(EXAMPLES / name, to, ignore=shutil.ignore_patterns(".wexa-sync"))
    return to
