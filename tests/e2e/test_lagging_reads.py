"""The command line over a server whose reads lag behind what was just made, or that makes ids of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from tests.events import HASTY

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from tests.conftest import Cli, Desk, Remote


def titles(remote: Remote) -> list[str]:
    """Return the titles of the flow's agents as they are live."""
    (flow,) = [
        each for each in remote.raw("GET", "/agentflows").json()["agentflows"] if each["name"] == "Ticket triage"
    ]
    return [agent["title"] for agent in flow["agents"]]


@pytest.mark.parametrize("readings", [{"repeated_agent": "duplicate"}, {"agent_ids": "server"}], ids=str)
def test_an_agent_is_added_once_though_apply_runs_again_before_its_flow_shows_it(
    desk: Desk, cli: Cli, open_sandbox: Callable[..., AbstractContextManager[Remote]], readings: dict[str, Any]
) -> None:
    with open_sandbox(readings=readings) as remote:
        there = replace(desk, remote=remote)
        remote.fault("stale POST /agentflow/*/skilled nth=3 lists=7")
        (there.folder / "wexa-sync.yaml").write_text("settle: 3600\n", "utf-8")
        cli(there.folder, "apply", "--auto-approve", env=remote.env, before=HASTY)
        again = cli(there.folder, "apply", "--auto-approve", env=remote.env, before=HASTY)
        assert again.last == "No changes."
        assert len(titles(remote)) == 3
