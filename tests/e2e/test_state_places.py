"""A state on a ref of a git remote, with the real command line: two applies at once, its history, and moving there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from wexa_sync import engine
from wexa_sync.api.transport.http import Http
from wexa_sync.git import Repository
from wexa_sync.model import GitPlace
from wexa_sync.state.git import GitStore

if TYPE_CHECKING:
    from tests.conftest import Cli, Desk

SKILL = """---
apiVersion: wexa.ai/v1
kind: Skill
metadata: {{name: skill-{number}}}
spec: {{name: Skill {number}, description: One of many., connector_id: {{external: Content creator}}}}
"""
FILE = ".wexa-sync/state.json"


@pytest.fixture
def far(desk: Desk, tmp_path: Path) -> Repository:
    """Return the remote of the desk's folder, which is a git repository."""
    Repository(tmp_path).run("init", "-q", "--bare", "remote.git")
    Repository(desk.folder).run("init", "-q")
    Repository(desk.folder).run("remote", "add", "origin", str(tmp_path / "remote.git"))
    return Repository(tmp_path / "remote.git")


def refs(far: Repository) -> list[str]:
    return far.run("for-each-ref", "--format=%(refname)").text.split()


def test_each_intent_is_on_the_remote_before_its_post_and_parallel_changes_share_a_push(
    desk: Desk, far: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, request = GitPlace(desk.folder), Http.request
    more = "".join(SKILL.format(number=number) for number in range(12))
    (desk.folder / "more.yaml").write_text(more, "utf-8")
    sent = []

    def on_the_remote(http: Http, method: str, path: str, *words: Any, **body: Any) -> Any:
        if method == "POST":  # seen with another store, in the middle of the apply
            sent.append((path, len([each for each in GitStore(place).load().intents.values() if not each.settled])))
        return request(http, method, path, *words, **body)

    plan = desk.plan()
    monkeypatch.setattr(Http, "request", on_the_remote)
    workspace = replace(desk.workspace, store=GitStore(place))
    workspace.api.sign_in()
    assert {each.error for each in engine.apply(plan, workspace, limits=None).outcomes} == {""}
    assert len(sent) > 12
    assert all(open_ for _, open_ in sent), sent
    commits = far.run("log", "--format=%s", place.ref).text.splitlines()
    assert max(int(each.split()[0]) for each in commits if "begun" in each) > 1
    state = GitStore(place).load()
    assert (len(state.records), dict(state.intents)) == (len(sent), {})


def test_of_two_applies_at_once_one_has_the_lock_and_nothing_is_made_twice(
    desk: Desk, cli: Cli, far: Repository
) -> None:
    env = {**desk.remote.env, "WEXA_SYNC_STATE": "git:"}
    words = ("apply", "--auto-approve")
    with cli.going(desk.folder, *words, env=env) as one, cli.going(desk.folder, *words, env=env) as other:
        said = [process.communicate()[1] for process in (one, other)]
        codes = [one.wait(), other.wait()]
    assert 0 in codes
    for code, text in zip(codes, said, strict=True):
        assert code == 0 or "refs/wexa-sync/state of origin is locked by" in text, text
    cli(desk.folder, "apply", "--auto-approve", env=env)
    posts = [each for each in desk.remote.writes if each.startswith("POST")]
    assert len(posts) == len(json.loads(cli(desk.folder, "state", "show", env=env).stdout)), posts
    assert refs(far) == ["refs/wexa-sync/state"]
    assert not (desk.folder / FILE).exists()


def test_a_state_moves_to_a_ref_and_back_with_its_history(desk: Desk, cli: Cli, far: Repository) -> None:
    env, folder = desk.remote.env, desk.folder
    cli(folder, "apply", "--auto-approve", env=env)
    before, history = (folder / FILE).read_bytes(), cli(folder, "history", env=env).stdout
    assert cli(folder, "state", "history", env=env, code=64).stderr.startswith("Error: .wexa-sync/state.json keeps no")
    said = cli(folder, "state", "migrate", FILE, "git:", env=env).stdout
    assert "is in refs/wexa-sync/state of origin now" in " ".join(said.split())
    # Nobody goes on with both.
    for words in (("plan",), ("apply", "--auto-approve"), ("state", "list"), ("state", "migrate", FILE, "git:")):
        refused = cli(folder, *words, env=env, code=1)
        assert "was moved to git:" in " ".join((refused.stderr + refused.stdout).split())
    there = {**env, "WEXA_SYNC_STATE": "git:"}
    assert "No changes" in cli(folder, "plan", env=there).stdout
    assert cli(folder, "history", env=there).stdout == history
    (session,) = json.loads(cli(folder, "state", "history", "--format", "json", env=there).stdout)
    shown = json.loads(cli(folder, "state", "show", "--at", session["commit"][:10], env=there).stdout)
    assert shown == {address: json.loads(cli(folder, "state", "show", address, env=there).stdout) for address in shown}
    assert len(shown) == len(json.loads(before)["records"])
    # It keeps lineage and serial, and no state is overwritten.
    (folder / "other.json").write_bytes(before.replace(b'"serial": ', b'"serial": 1'))
    for target in ("other.json", FILE):
        assert cli(folder, "state", "migrate", "git:", target, env=env, code=1).stderr
    cli(folder, "state", "migrate", "git:", "back.json", env=env)
    assert (folder / "back.json").read_bytes() == before
    assert cli(folder, "history", "--state", "back.json", env=env).stdout == history
    assert "was moved to back.json" in " ".join(cli(folder, "plan", env=there, code=1).stderr.split())
    assert refs(far) == ["refs/wexa-sync/state"]


def test_a_commit_that_is_none_is_told(desk: Desk, cli: Cli, far: Repository) -> None:
    env = {**desk.remote.env, "WEXA_SYNC_STATE": "git:"}
    for name in ("0", "--all", "HEAD"):
        done = cli(desk.folder, "state", "show", f"--at={name}", env=env, code=64)
        assert f"refs/wexa-sync/state of origin has no commit '{name}'" in done.stderr
    assert cli(desk.folder, "state", "history", env=env).stdout == ""
    assert refs(far) == []
