"""Run wexa-sync: the command line as a process, or the engine in this process, which is faster."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from tests.soak.server import KEY, Server
from wexa_sync import engine
from wexa_sync.api.client import Api
from wexa_sync.api.transport.http import Http
from wexa_sync.api.transport.retry import Policy
from wexa_sync.manifests.sources import Sources
from wexa_sync.model import Action, Address, Choice, Options, Outcome, Plan, Secret, Status, Target
from wexa_sync.repair.rebuild import Match
from wexa_sync.sandbox.world.seed import ORG_ID, USER_ID
from wexa_sync.state import FileStore
from wexa_sync.state.base import State
from wexa_sync.workspace import Workspace

SETTLE = 0.3  # seconds: the soak's server has no list that lags for more than a few reads
GRACE = 1.0
_SETTINGS = f"settle: {SETTLE}\nstart_grace: {GRACE}\nparallelism: 4\n"


class Ended(Struct, frozen=True):
    """Hold the result of a command; `code` is negative if a signal ended it."""

    code: int
    stdout: str
    stderr: str


class Tool(Struct, frozen=True):
    """Hold a folder of manifests, its state, and the server. `read_timeout` (seconds) suits a busy machine."""

    folder: Path
    server: Server
    allowed: frozenset[str]
    read_timeout: float = 20

    def prepare(self) -> None:
        """Write the settings for both ways of running."""
        self.folder.mkdir()
        allowed = f"allow_undocumented: [{', '.join(self.allowed)}]\n" if self.allowed else ""
        (self.folder / "wexa-sync.yaml").write_text(_SETTINGS + allowed, encoding="utf-8")

    @property
    def store(self) -> FileStore:
        """Return the store of the state."""
        return FileStore(self.folder / ".wexa-sync" / "state.json")

    @property
    def state(self) -> State:
        """Return the state."""
        return self.store.load()

    @property
    def ids(self) -> dict[str, str]:
        """Return the recorded ids by address."""
        return {str(address): record.id for address, record in self.state.records.items()}

    def workspace(self) -> Workspace:
        """Return the workspace as the command line opens it, but with fewer and shorter retries."""
        http = Http(
            base_url=self.server.url,
            api_key=Secret(template="", value=KEY),
            read_timeout=self.read_timeout,
            policy=Policy(attempts=3, throttled=4, base=0.05, cap=0.2),
        )
        return Workspace(
            api=Api(http, org_id=ORG_ID, user_id=USER_ID),
            store=self.store,
            target=Target(base_url=self.server.url, org_id=ORG_ID),
            options=Options(parallelism=4, poll=0.02, grace=GRACE, settle=SETTLE, allowed=self.allowed),
        )

    def plan(self, *, prune: bool = False, adopt: bool = False, targets: Sequence[str] = ()) -> Plan:
        """Return the plan of what differs now."""
        choice = Choice(prune=prune, adopt=adopt, targets=tuple(map(Address.parse, targets)))
        desired = engine.read(Sources(paths=(self.folder,), root=self.folder))
        return engine.plan(desired, self.workspace(), choice)

    def apply(self, plan: Plan) -> list[Outcome]:
        """Apply a plan; return the outcomes that are not applied."""
        report = engine.apply(plan, self.workspace(), limits=None)
        work = [outcome for outcome in report.outcomes if outcome.change.action is not Action.NOOP]
        return [outcome for outcome in work if outcome.status is not Status.APPLIED]

    def resolve(self, address: str, happened_as: str | None) -> None:
        """Settle a doubt, as a person does."""
        desired = engine.read(Sources(paths=(self.folder,), root=self.folder))
        engine.resolve(Address.parse(address), desired, self.workspace(), happened_as=happened_as)

    def rebuild(self) -> tuple[Match, ...]:
        """Rebuild a lost state."""
        desired = engine.read(Sources(paths=(self.folder,), root=self.folder))
        return engine.rebuild(desired, self.workspace())

    def start(self, *words: str) -> subprocess.Popen[str]:
        """Start the command line as a process."""
        return subprocess.Popen(
            [sys.executable, "-m", "wexa_sync", *words],
            cwd=self.folder,
            env={"PATH": os.environ["PATH"], "HOME": str(self.folder), "PYTHONUTF8": "1", **self.server.env},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *words: str) -> Ended:
        """Run the command line as a process to its end."""
        return finished(self.start(*words))


def finished(process: subprocess.Popen[str]) -> Ended:
    """Wait for a command's end. Fail if it prints a traceback or takes five minutes."""
    try:
        stdout, stderr = process.communicate(timeout=300)
    finally:
        process.kill()
    assert "Traceback" not in stderr, stderr
    return Ended(process.returncode, stdout, stderr)
