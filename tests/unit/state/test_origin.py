"""The origin of an apply: who runs it, the commit of the manifests, and whether they differ from it."""

from __future__ import annotations

import getpass
from pathlib import Path

import pytest

from wexa_sync.git import Repository
from wexa_sync.state.origin import origin_of

GIT = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com")


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """Return a repository with one commit, of one manifest and a state."""
    found = Repository(tmp_path / "repo")
    (found.folder / "desk").mkdir(parents=True)
    (found.folder / "desk" / "project.yaml").write_text("a: 1\n")
    (found.folder / "desk" / "state [1].json").write_text("{}")
    found.run("init", "--quiet")
    found.run("add", "--all")
    found.run(*GIT, "commit", "--quiet", "--message", "one")
    return found


def test_the_commit_is_named_and_what_differs_from_it_makes_it_dirty(repository: Repository) -> None:
    desk, state = repository.folder / "desk", repository.folder / "desk" / "state [1].json"
    clean = origin_of(desk, {}, leave=[state])
    assert (clean.commit, clean.dirty) == (repository.commit(), False)
    state.write_text("{1}")
    state.with_name("state [1].json.history").mkdir()
    (desk / "state [1].json.history" / "1.jsonl").write_text("")
    assert not origin_of(desk, {}, leave=[state]).dirty, "the state changes with each apply"
    (repository.folder / "other.txt").write_text("")
    assert not origin_of(desk, {}, leave=[state]).dirty, "it is no part of the manifests"
    (desk / "new.yaml").write_text("")
    assert origin_of(desk, {}, leave=[state]).dirty


def test_who_is_the_user_or_the_actor_of_the_ci_job(tmp_path: Path) -> None:
    here = origin_of(tmp_path, {}, environment="production")
    assert here.who.startswith(f"{getpass.getuser()}@")
    assert (here.commit, here.dirty, here.environment) == ("", False, "production")
    there = origin_of(tmp_path, {"GITHUB_ACTOR": "ada", "GITHUB_SHA": "c0ffee"})
    assert (there.who, there.commit) == ("ada (GitHub Actions)", "c0ffee")
