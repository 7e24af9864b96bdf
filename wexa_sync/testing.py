"""Test manifests with pytest: the fixture `wexa_sandbox` applies a folder of them to a sandbox of the test's own.

`pytest_plugins = ["wexa_sync.testing"]` in the topmost conftest.py gives it to every test (docs/testing.md). Nothing
here calls the real API or reads the environment: a test does the same on every machine.
"""

from __future__ import annotations

import http.client
import json
import shutil
from collections.abc import Generator, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple, Protocol
from urllib.parse import quote, urlencode, urlsplit

import pytest
from msgspec import field
from msgspec.structs import replace

from wexa_sync import engine
from wexa_sync.errors import InvalidManifests, UsageError, WexaSyncError
from wexa_sync.model import Action, Choice, Plan, Report, Status
from wexa_sync.model.partly_shown import PartlyShown
from wexa_sync.sandbox import RunningSandbox, SandboxConfig, running
from wexa_sync.settings import KEY_VARIABLE, Settings, read_settings
from wexa_sync.settings.file import settings_file
from wexa_sync.settings.key import variables_of
from wexa_sync.text.visible import prose
from wexa_sync.workspace import Workspace, open_workspace

KEY = "sandbox"
"""The API key for a sandbox."""

_INSTEAD = "\nIn a test, `env={...}` gives environment variables, and `environment=` stands for --env."
_NONE: Mapping[str, str] = {}
_ALL = Choice()
_NOT_COPIED = shutil.ignore_patterns(".git", ".wexa-sync", ".venv", "venv", "node_modules", "__pycache__")


class Request(NamedTuple):
    """Describe a request that reached the sandbox. `status` is None where a fault kept the answer back."""

    method: str
    path: str
    query: str
    status: int | None


class Sandbox(PartlyShown, frozen=True, kw_only=True):
    """Describe a running sandbox, and a copy of manifests that work on it.

    `folder` is the copy: a test may edit it. `state` is the file of what applies recorded. `given` are the environment
    variables that the manifests read. `environment` is the one to work on, where the settings declare several.
    """

    UNSHOWN = frozenset({"given"})

    server: RunningSandbox
    folder: Path
    state: Path
    given: Mapping[str, str] = field(default_factory=dict)
    environment: str = ""

    @property
    def base_url(self) -> str:
        """Return the address of the sandbox, without a slash at the end."""
        return self.server.base_url

    @property
    def env(self) -> dict[str, str]:
        """Return the variables with which the command line, run in `folder`, works on this sandbox and its state."""
        found = {
            "WEXA_BASE_URL": self.server.base_url,
            "WEXA_ORG_ID": self.server.org_id,
            "WEXA_USER_ID": self.server.user_id,
            KEY_VARIABLE: KEY,
        }
        own = {variables_of(name, self.environment)[0]: value for name, value in found.items()}
        named = {"WEXA_SYNC_ENV": self.environment} if self.environment else {}
        return {**self.given, **own, **named, "WEXA_SYNC_STATE": str(self.state)}

    def plan(self, choice: Choice = _ALL) -> Plan:
        """Return the plan of the manifests as they are now. `Choice(prune=True)` stands for `plan --prune`."""
        with self._opened() as (workspace, settings):
            return self._plan(workspace, settings, choice)

    def changes(self, choice: Choice = _ALL) -> list[str]:
        """Return the plan's lines, as "update ADDRESS" and "blocked ADDRESS: why". None: the sandbox is in step."""
        return _lines(self.plan(choice))

    def apply(self, choice: Choice = _ALL) -> Report:
        """Apply the manifests as they are now, without limits.

        Raises AssertionError where anything is blocked: then nothing is sent. Raises it too where a change fails.
        """
        with self._opened() as (workspace, settings), engine.locked(workspace) as held:
            planned = self._plan(held, settings, choice)
            _require("blocked", [line for line in _lines(planned) if line.startswith("blocked ")])
            report = engine.apply(planned, held, limits=None)
            _require("not applied", _failures(report))
            return report

    def edit(self, file: str, before: str, after: str) -> None:
        """Replace a text that stands once in a file of `folder`."""
        path = self.folder / file
        text = path.read_text(encoding="utf-8")
        if (count := text.count(before)) != 1:
            raise AssertionError(f"{file} has {before!r} {count} times, not once")
        path.write_text(text.replace(before, after), encoding="utf-8")

    @property
    def ids(self) -> dict[str, str]:
        """Return the live id of each recorded resource, by its address."""
        with self._opened() as (workspace, _):
            return {address: record.id for address, record in workspace.store.load(workspace.target).records.items()}

    @property
    def requests(self) -> list[Request]:
        """Return the requests so far, in order of arrival. `send("DELETE", "/_sandbox/requests")` forgets them."""
        noted = self.send("GET", "/_sandbox/requests")["requests"]
        return [Request(*(each[name] for name in Request._fields)) for each in noted]

    @property
    def writes(self) -> list[str]:
        """Return the requests so far other than GET, as "METHOD /path"."""
        return [f"{each.method} {each.path}" for each in self.requests if each.method != "GET"]

    def send(self, method: str, path: str, body: object = None, **query: str) -> Any:
        """Send a request as another client of the workspace would, and return the JSON of the response.

        The paths under /_sandbox/ set faults, the clock and the outcomes of runs: docs/sandbox.md. Raises
        AssertionError for a response other than 2xx.
        """
        target = f"{quote(path)}?{urlencode(query)}"
        headers = {"x-api-key": KEY, "Content-Type": "application/json"}
        connection = http.client.HTTPConnection(urlsplit(self.base_url).netloc, timeout=60)
        try:
            connection.request(method, target, None if body is None else json.dumps(body), headers)
            response = connection.getresponse()
            text = response.read().decode()
        finally:
            connection.close()
        assert 200 <= response.status < 300, f"{method} {path}: {response.status} {text}"
        return json.loads(text) if text else None

    @contextmanager
    def _opened(self) -> Iterator[tuple[Workspace, Settings]]:
        """Open the sandbox with the settings of the folder as they are now."""
        overrides = {
            "base_url": self.server.base_url,
            "org_id": self.server.org_id,
            "user_id": self.server.user_id,
            "api_key": KEY,
            "state": str(self.state),
        }
        settings = read_settings(self.folder, _NONE, overrides, self.environment)
        quick = replace(settings.options, poll=0.02, settle=0.0)  # the sandbox shows at once what was made
        with open_workspace(settings, options=quick) as workspace:
            yield workspace, settings

    def _plan(self, workspace: Workspace, settings: Settings, choice: Choice) -> Plan:
        paths = () if settings.root == self.folder else (self.folder,)
        sources = settings.sources(paths, env=self.given)
        desired = engine.read(sources)
        return engine.plan(desired, workspace, choice, scope=engine.scope_of(desired, sources))


@contextmanager
def sandbox_of(
    folder: Path,
    place: Path,
    *,
    apply: bool = True,
    seed: Path | None = None,
    env: Mapping[str, str] = _NONE,
    environment: str = "",
    readings: Mapping[str, str] = _NONE,
) -> Iterator[Sandbox]:
    """Run a sandbox for the length of a block, with the manifests of a folder applied to it.

    A copy of the manifests, the state and the sandbox's data go to the new folder `place`. `seed` holds manifests of
    what others made there before: they are applied first, and nothing of it is recorded. `apply=False` leaves the rest
    to the test. `readings` are those of docs/readings.md.
    """
    place.mkdir(parents=True)
    # Runs end soon, so that no test waits for one.
    config = SandboxConfig(data=place / "sandbox.db", readings=readings, ready_seconds=0.02, run_seconds=0.05)
    with running(config) as server:
        made = Sandbox(
            server=server,
            folder=_copied(folder, place / "manifests"),
            state=place / "state.json",
            given=env,
            environment=environment,
        )
        if seed is not None:
            replace(made, folder=_copied(seed, place / "seed"), state=place / "seed.json", environment="").apply()
        if apply:
            made.apply(Choice(adopt=seed is not None))
        yield made


class OpenSandbox(Protocol):
    """Hold the function that the fixture `wexa_sandbox` gives: `sandbox_of`, for the length of the test."""

    def __call__(
        self,
        folder: str | Path,
        *,
        apply: bool = True,
        seed: str | Path | None = None,
        env: Mapping[str, str] = _NONE,
        environment: str = "",
        readings: Mapping[str, str] = _NONE,
    ) -> Sandbox:
        """Return a new sandbox with these manifests. A relative path starts from pytest's root folder."""


@pytest.fixture
def wexa_sandbox(tmp_path: Path, pytestconfig: pytest.Config) -> Iterator[OpenSandbox]:
    """Return the function that runs a sandbox with the manifests of a folder until the test ends."""
    with ExitStack() as opened:
        count = 0

        def open_one(folder: str | Path, *, seed: str | Path | None = None, **options: Any) -> Sandbox:
            nonlocal count
            count += 1
            root = pytestconfig.rootpath
            around = None if seed is None else root / seed
            return opened.enter_context(sandbox_of(root / folder, tmp_path / f"wexa-{count}", seed=around, **options))

        yield open_one


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(call: pytest.CallInfo[None]) -> Generator[None, Any, None]:
    """Show below a test that failed by an error of wexa-sync what to do next, and each problem of the manifests."""
    outcome = yield
    error = call.excinfo and call.excinfo.value
    if isinstance(error, WexaSyncError):
        shown = error.problems if isinstance(error, InvalidManifests) else (f"{error}\nhint: {error.hint}",)
        text = "\n".join(map(str, shown))
        outcome.get_result().sections.append(("wexa-sync", text + (_INSTEAD if "environment" in text else "")))


def _copied(folder: Path, to: Path) -> Path:
    """Copy the folder, and all that stands beside it below its wexa-sync.yaml. Return the copy of the folder."""
    if not folder.is_dir():
        raise UsageError(f"{folder}: there is no such folder", hint="A relative path starts from pytest's root folder.")
    settings = settings_file(folder.resolve())
    root = settings.parent if settings else folder.resolve()
    shutil.copytree(root, to, ignore=_NOT_COPIED, ignore_dangling_symlinks=True)
    return to / folder.resolve().relative_to(root)


def _lines(plan: Plan) -> list[str]:
    """Return what a plan does and what it can't do, a line each."""
    work = [f"{change.action.value} {change.address}" for change in plan.work]
    return work + [f"blocked {each.address}: {prose(each.reason)}" for each in plan.blocked]


def _failures(report: Report) -> list[str]:
    """Return the changes that did not come to their end, a line each."""
    return [
        f"{each.status.value} {each.change.address}: {prose(f'{each.error} {each.hint}')}"
        for each in report.outcomes
        if each.status not in (Status.APPLIED, Status.ONGOING) and each.change.action is not Action.NOOP
    ]


def _require(what: str, lines: list[str]) -> None:
    """Raise AssertionError with these lines, if there are any."""
    if lines:
        raise AssertionError(f"{len(lines)} {what}:\n" + "\n".join(lines))
