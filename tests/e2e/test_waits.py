"""Whatever waits says so on stderr at once, and again while it lasts: nobody takes a wait for a hang."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

import pytest

from wexa_sync.model import Target
from wexa_sync.state import FileStore

if TYPE_CHECKING:
    from tests.conftest import Cli, Desk
    from tests.forks import Started

Going = Callable[..., AbstractContextManager["Started"]]


def test_a_retry_after_is_told_at_once_and_ends_with_the_time(desk: Desk, cli: Cli) -> None:
    desk.remote.fault("429 GET /customer retry_after=86400 times=forever")
    done = cli(desk.folder, "plan", "--timeout", "2", code=1, env=desk.remote.env)
    first, *_ = done.stderr.splitlines()
    assert first.startswith("Waiting for the server, which asks for a pause (at most ")
    assert "before that: the server answered 429" in " ".join(done.stderr.split())


def test_a_retry_after_is_an_event_of_the_log(desk: Desk, cli: Cli) -> None:
    desk.remote.fault("429 GET /customer retry_after=86400 times=forever")
    done = cli(desk.folder, "plan", "--timeout", "2", "--log-format", "json", code=1, env=desk.remote.env)
    events = [json.loads(line) for line in done.stderr.splitlines()]
    assert [each["event"] for each in events] == ["waiting", "error"]
    assert events[0]["what"] == "the server, which asks for a pause"
    assert 1 <= events[0]["seconds"] <= 2


@pytest.mark.parametrize("words", [("apply", "--auto-approve"), ("state", "rm", "Project/support-desk")])
def test_a_locked_state_is_told_at_once(desk: Desk, going: Going, words: tuple[str, ...]) -> None:
    desk.apply()
    server = desk.remote.server
    store = FileStore(desk.folder / ".wexa-sync" / "state.json")
    target = Target(base_url=server.base_url, org_id=server.org_id)
    with store.session(target), going(desk, *words, "--lock-timeout", "5m") as started:
        assert started.stderr is not None
        line = started.stderr.readline()
    assert line.startswith("Waiting for the lock of ")
    assert "holds since" in line


def test_a_doubt_that_lists_must_settle_is_told_at_once(desk: Desk, cli: Cli) -> None:
    (desk.folder / "wexa-sync.yaml").write_text("settle: 2\n", "utf-8")
    desk.remote.fault("drop before POST /skills/ times=forever")
    cli(desk.folder, "apply", "--auto-approve", code=None, env=desk.remote.env)
    desk.remote.fault()
    done = cli(desk.folder, "plan", env=desk.remote.env, code=None)
    assert "Waiting for the lists of the API, which may not show yet what was sent" in done.stderr
