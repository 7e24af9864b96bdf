"""Ids from a hostile server, state file or person: none gets into a path, none moves a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from wexa_sync.model import Address, Record
from wexa_sync.state.base import Remember, State
from wexa_sync.state.format import state_text

if TYPE_CHECKING:
    from tests.conftest import Cli, Desk
    from tests.e2e.conftest import Wire

ESCAPE = "\x1b]0;owned\x07"
HOSTILE = ["../../v1/project", "a?x=1", "a#b", f"a{ESCAPE}", "a b", "x" * 300]


@pytest.fixture(autouse=True)
def quick(desk: Desk) -> None:
    """Shorten the wait for lists, since none lags behind here."""
    (desk.folder / "wexa-sync.yaml").write_text("settle: 0.2\n", "utf-8")


def named(id_: str) -> Any:
    """Return the response with that id in place of the new object's, or of the first in a list."""

    def lie(body: Any) -> Any:
        for items in body.values() if isinstance(body, dict) else ():
            if isinstance(items, list) and items and isinstance(items[0], dict):
                items[0]["_id"] = id_
        return {**body, "_id": id_} if "_id" in body else body

    return lie


@pytest.mark.parametrize("id_", HOSTILE, ids=ascii)
def test_an_id_of_a_server_that_can_be_none_is_never_asked_for(desk: Desk, cli: Cli, wire: Wire, id_: str) -> None:
    env = wire.env(desk)
    wire.lies = {"POST /agentflow/": named(id_), "GET /agentflows": named(id_)}
    done = cli(desk.folder, "apply", "--auto-approve", "-v", code=None, env=env)
    assert done.code != 0
    asked = [each["path"] for each in desk.remote.requests]
    assert not [path for path in asked if id_ in path or "owned" in path]
    assert "\x1b" not in done.stdout + done.stderr
    assert id_ not in (desk.folder / ".wexa-sync" / "state.json").read_text("utf-8")
    listed = cli(desk.folder, "plan", "-v", code=1, env=env)
    assert "AgentFlow without an id, or with one that can't be one" in " ".join(listed.stderr.split())


def test_an_id_of_a_state_file_that_can_be_none_is_refused(desk: Desk, cli: Cli) -> None:
    state = State(target=desk.workspace.target, lineage="l").after(
        Remember(Record(address=Address.parse("support-desk/Skill/summarise"), id=f"a{ESCAPE}", spec={}))
    )
    file = desk.folder / ".wexa-sync" / "state.json"
    file.parent.mkdir()
    file.write_bytes(state_text(state))
    for words in (("state", "list"), ("plan",), ("executions", "list")):
        done = cli(desk.folder, *words, code=1, env=desk.remote.env)
        assert "can't be an id" in " ".join(done.stderr.split())
        assert "\x1b" not in done.stdout + done.stderr


def test_what_a_state_file_brings_is_shown_with_its_control_characters_escaped(desk: Desk, cli: Cli) -> None:
    odd = f"support-desk/Skill/s{ESCAPE}"
    with desk.workspace.store.session(desk.workspace.target) as session:
        session.write(Remember(Record(address=Address.parse(odd), id="1", spec={"name": ESCAPE})))
    for words, shown in (
        (["state", "list"], "support-desk/Skill/s\\x1b]0;owned\\x07\t1"),
        (["state", "show", odd], '"name": "\\u001b]0;owned\\u0007"'),
        (["state", "rm", odd], "support-desk/Skill/s\\x1b]0;owned\\x07 is not managed any more"),
    ):
        done = cli(desk.folder, *words, env=desk.remote.env)
        assert "\x1b" not in done.stdout + done.stderr, words
        assert shown in done.stdout


@pytest.mark.parametrize(
    "words",
    [
        ("resolve", "support-desk/Execution/smoke-test", "--happened"),
        ("executions", "show"),
        ("executions", "wait"),
        ("executions", "cancel"),
    ],
)
def test_an_id_that_a_person_gives_is_looked_at_before_anything_is_asked(
    desk: Desk, cli: Cli, words: tuple[str, ...]
) -> None:
    for id_ in ("a?x=1", "..", f"a{ESCAPE}"):
        done = cli(desk.folder, *words, id_, code=64, env=desk.remote.env)
        assert "can't be an id" in " ".join(done.stderr.split())
        assert "\x1b" not in done.stdout + done.stderr
    assert [each["path"] for each in desk.remote.requests if each["path"] != "/customer"] == []
