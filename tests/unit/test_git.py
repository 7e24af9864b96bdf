"""git is run with real repositories: what it answers, and how its failures are told."""

from __future__ import annotations

from pathlib import Path

import pytest

from wexa_sync.errors import GitError
from wexa_sync.git import Repository

ME = ("-c", "user.name=A", "-c", "user.email=a@example.com")


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    found = Repository(tmp_path)
    found.run("init", "-q", "-b", "main")
    return found


def test_a_commit_has_an_id_and_a_name_without_one_has_none(repository: Repository) -> None:
    assert repository.commit() is None
    repository.run(*ME, "commit", "-q", "--allow-empty", "-m", "first")
    assert repository.commit("main") == repository.run("rev-parse", "HEAD").text
    assert repository.commit("no-such-branch") is None
    assert repository.commit("--all") is None


def test_the_top_folder_is_found_from_below(repository: Repository) -> None:
    below = repository.folder / "a" / "b"
    below.mkdir(parents=True)
    assert Repository(below).top() == repository.folder.resolve()


def test_a_folder_outside_of_any_repository_has_no_top(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert Repository(tmp_path).top() is None
    with pytest.raises(GitError, match="not a git repository") as failure:
        Repository(tmp_path).run("log")
    assert failure.value.hint == "Run it inside the repository of the manifests."


def test_git_in_a_hook_looks_at_the_folder_all_the_same(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere.git"))
    assert repository.top() == tmp_path.resolve()


def test_a_machine_without_git_is_told_so(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(GitError, match="git is not installed"):
        repository.run("log")


def test_a_password_in_the_address_of_a_remote_is_not_shown(repository: Repository) -> None:
    with pytest.raises(GitError) as failure:
        repository.run("fetch", "http://me:hunter2@127.0.0.1:9/x.git")
    assert "127.0.0.1" in failure.value.message
    assert "hunter2" not in failure.value.message


@pytest.mark.parametrize(
    "said",
    [
        "error: unable to write file a/b.yaml",
        "fatal: unable to write loose object file: No space left on device",
        "error: failed to write new configuration file /tmp/x/config.lock",
        "fatal: sha1 file tmp_idx write error. Out of diskspace",
    ],
)
def test_a_disk_without_room_is_told_as_such(repository: Repository, said: str) -> None:
    full = Repository(repository.folder, ("-c", f"alias.full=!echo '{said}' >&2; exit 1"))
    with pytest.raises(GitError) as failure:
        full.run("full")
    assert "the room on its disk. TMPDIR names another folder" in failure.value.hint
