"""Whatever waits says so on stderr at once, and again while it lasts: nobody takes a wait for a hang."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.events import clock
from wexa_sync.model import Target
from wexa_sync.state import FileStore

if TYPE_CHECKING:
    from tests.conftest import Cli, Desk
    from tests.forks import Started

Going = Callable[..., AbstractContextManager["Started"]]


@pytest.fixture
def paused(desk: Desk, cli: Cli, tmp_path: Path) -> Callable[..., tuple[str, str]]:
    """Return a function that plans where the server asks for a day's pause: it returns what was said at once, and then.

    The time given by `--timeout` is over as soon as something was said.
    """

    def plan(*words: str) -> tuple[str, str]:
        desk.remote.fault("429 GET /customer retry_after=86400 times=forever")
        over = tmp_path / "over"
        command = ("plan", "--timeout", "1h", *words)
        with cli.going(desk.folder, *command, env=desk.remote.env, before=clock(over)) as process:
            assert process.stderr is not None
            first = process.stderr.readline()
            over.touch()
            _, rest = process.communicate()
        assert process.returncode == 1
        return first, rest

    return plan


def test_a_retry_after_is_told_at_once_and_ends_with_the_time(paused: Callable[..., tuple[str, str]]) -> None:
    first, rest = paused()
    assert first.startswith("Waiting for the server, which asks for a pause (at most ")
    assert "before that: the server answered 429" in " ".join(rest.split())


def test_a_retry_after_is_an_event_of_the_log(paused: Callable[..., tuple[str, str]]) -> None:
    first, *rest = map(json.loads, "".join(paused("--log-format", "json")).splitlines())
    assert (first["event"], first["what"]) == ("waiting", "the server, which asks for a pause")
    assert 1 <= first["seconds"] <= 60, "then the server is asked again"
    assert [each["event"] for each in rest] == ["error"]


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


def test_a_doubt_that_lists_must_settle_is_told_at_once(desk: Desk, cli: Cli, going: Going) -> None:
    (desk.folder / "wexa-sync.yaml").write_text("settle: 0.1\n", "utf-8")
    desk.remote.fault("drop before POST /skills/ times=forever")
    cli(desk.folder, "apply", "--auto-approve", code=None, env=desk.remote.env)
    desk.remote.fault()
    (desk.folder / "wexa-sync.yaml").write_text("settle: 3600\n", "utf-8")
    with going(desk, "plan") as started:
        assert started.stderr is not None
        line = started.stderr.readline()
    assert line.startswith("Waiting for the lists of the API, which may not show yet what was sent")
