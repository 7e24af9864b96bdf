"""A repository that declares toys, and the real command line as a process in which the toy kinds are registered."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from msgspec import Struct

from tests.toy.routes import gates, sheets

if TYPE_CHECKING:
    from tests.conftest import Cli, Done, Remote

BEFORE = "from tests.toy.kinds import TOYS; from wexa_sync.kinds import register; register(*TOYS)"
PROJECT = "apiVersion: wexa.ai/v1\nkind: Project\nmetadata: {name: desk}\nspec: {projectName: Desk}\n"


class Toys(Struct, frozen=True):
    """Describe a folder of manifests, the command line there, and the sandbox that it works on."""

    folder: Path
    remote: Remote
    cli: Cli

    def declare(self, kind: str, handle: str, **spec: Any) -> None:
        """Write the manifest of a toy."""
        manifest = {"apiVersion": "wexa.ai/v1", "kind": kind, "metadata": {"name": handle}, "spec": spec}
        (self.folder / f"{handle}.yaml").write_text(json.dumps(manifest), "utf-8")

    def run(self, *words: str, code: int | None = 0) -> Done:
        """Run a command."""
        return self.cli(self.folder, *words, code=code, env=self.remote.env, before=BEFORE)

    def plan(self, *words: str) -> list[str]:
        """Return what a plan does, blocks and leaves, a line each."""
        plan = json.loads(self.run("plan", "--format", "json", *words).stdout)
        changes = [(each["change"]["actions"][0], each["address"]) for each in plan["resource_changes"]]
        return [
            *(f"{action} {address}" for action, address in changes if action != "no-op"),
            *(f"blocked {each['address']}: {each['reason']}" for each in plan["blocked"]),
            *(f"orphan {address}" for address in plan["orphans"]),
        ]

    def apply(self, *words: str, code: int | None = 0) -> list[str]:
        """Apply without a question, and return the requests that were sent and are no GET."""
        self.remote.forget()
        self.run("apply", "--auto-approve", *words, code=code)
        return [f"{each['method']} {each['path']}" for each in self.remote.requests if each["method"] != "GET"]

    @property
    def records(self) -> dict[str, str]:
        """Return the id of each resource that the state holds; nothing is in doubt."""
        state = json.loads((self.folder / ".wexa-sync" / "state.json").read_text("utf-8"))
        assert state["intents"] == {}
        return {address: record["id"] for address, record in state["records"].items()}

    def live(self, path: str) -> Any:
        """Return what the server shows there; of a list, the items."""
        project = self.remote.raw(
            "GET", "/v1/project", orgId=self.remote.server.org_id, userId=self.remote.server.user_id
        )
        (one,) = project.json()["projectList"]
        found = self.remote.raw("GET", path, projectID=one["_id"]).json()
        listed = found.get(path.rpartition("/")[2])
        return listed if isinstance(listed, list) else found


@pytest.fixture
def toys(tmp_path: Path, cli: Cli, open_sandbox: Callable[..., Any]) -> Iterator[Callable[..., Toys]]:
    """Makes a repository that declares a project, and a sandbox that serves toys."""
    with ExitStack() as stack:

        def make(shown: str = "masked") -> Toys:
            folder = tmp_path / "toys"
            folder.mkdir()
            (folder / "project.yaml").write_text(PROJECT, "utf-8")
            (folder / "wexa-sync.yaml").write_text("settle: 0.5\n", "utf-8")  # this sandbox's lists do not lag
            remote = stack.enter_context(open_sandbox(routers=(sheets, gates(shown))))
            return Toys(folder, remote, cli)

        yield make
