"""Plans without credentials: the manifests here against those of a commit, with real git and no API."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.conftest import Cli, copy_example, env_of, examples

SECRET = """apiVersion: wexa.ai/v1
kind: Skill
metadata: {name: hidden, project: support-desk}
spec:
  name: Hidden
  connector_id: {external: Content creator}
  description: Uses ${secret:TOKEN} as ${env:WHO}, for ${var:region}.
"""


def git(folder: Path, *words: str) -> str:
    """Run git in a folder, as a person of no name."""
    me = ("-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "protocol.file.allow=always")
    done = subprocess.run(["git", *me, *words], cwd=folder, check=True, capture_output=True, text=True, timeout=60)
    return done.stdout


def commit(folder: Path) -> None:
    """Commit all that is in the folder."""
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "some")


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """Return a repository with the support desk in a folder of its own."""
    copy_example("support-desk", tmp_path / "repo" / "desk")
    git(tmp_path / "repo", "init", "-q", "-b", "main")
    (tmp_path / "repo" / "desk" / "secret.yaml").write_text(SECRET, "utf-8")
    (tmp_path / "repo" / "wexa-sync.yaml").write_text("vars: {region: eu}\n", "utf-8")
    commit(tmp_path / "repo")
    return tmp_path / "repo"


def edit(file: Path, old: str, new: str) -> None:
    """Replace a text that stands in a file."""
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


@pytest.mark.parametrize("example", [folder.name for folder in examples()])
def test_no_example_differs_from_itself(example: str, cli: Cli, tmp_path: Path) -> None:
    folder = copy_example(example, tmp_path / "x")
    git(folder, "init", "-q")
    commit(folder)
    assert cli(folder, "plan", "--against", "HEAD", "--detailed-exitcode", env=env_of(folder)).last == "No changes."


def test_it_shows_what_a_change_does_and_needs_nothing_but_git(cli: Cli, repo: Path, tmp_path: Path) -> None:
    desk = repo / "desk"
    edit(desk / "project.yaml", "Support coworker", "First line")
    with (desk / "prompts" / "answer.md").open("a", encoding="utf-8") as file:
        file.write("Never lie.\n")
    edit(desk / "execution.yaml", "smoke-test\n", "smoke-test\n  generation: 2\n")
    (desk / "schedule.yaml").unlink()
    (desk / "new.yaml").write_text(SECRET.replace("hidden", "new").replace("Hidden", "New"), "utf-8")
    edit(repo / "wexa-sync.yaml", "eu", "us")
    own = tmp_path / "own"
    own.mkdir()
    before = git(repo, "status", "--porcelain")
    done = cli(
        repo,
        "plan",
        "--against",
        "main",
        "--prune",
        "--detailed-exitcode",
        "--strict",
        code=3,
        env={"TMPDIR": str(own)},
    )
    assert "Plan against the manifests of main (" in done.stdout
    assert "It compares manifests with manifests, not with the workspace" in done.stdout
    assert "digest:" not in done.stdout
    for line in (
        "~ Project/support-desk",
        "+ Never lie.",
        "> support-desk/Execution/smoke-test  (generation 2)",
        "- support-desk/Schedule/new-year-digest",
        "+ support-desk/Skill/new",
        "! support-desk/Skill/hidden",  # the variable is another one, and the API can't update a skill
    ):
        assert line in done.stdout
    assert done.last == "Plan: 1 to add, 2 to change, 1 to delete, 1 to run, 1 blocked."
    assert git(repo, "status", "--porcelain") == before
    assert list(own.iterdir()) == []


def test_a_program_is_told_what_it_is(cli: Cli, repo: Path) -> None:
    plan = json.loads(cli(repo, "plan", "desk", "--against", "HEAD", "--format", "json").stdout)
    assert plan["basis"] == {"kind": "manifests", "ref": "HEAD", "commit": git(repo, "rev-parse", "HEAD").strip()}
    assert plan["digest"] == ""
    assert plan["summary"]["noop"] > 5


def test_an_unset_secret_is_no_change_and_another_template_is_one(cli: Cli, repo: Path) -> None:
    assert cli(repo, "plan", "--against", "main", env={"WHO": "me"}).last == "No changes."
    edit(repo / "desk" / "secret.yaml", "${secret:TOKEN}", "${secret:OTHER}")
    done = cli(repo, "plan", "--against", "main", env={"TOKEN": "hunter2-hunter2"})
    assert "~ description: (sensitive)" in " ".join(done.stdout.split())
    assert "hunter2" not in done.stdout + done.stderr


def test_a_part_of_the_manifests_is_held_against_the_same_part(cli: Cli, repo: Path) -> None:
    (repo / "other.yaml").write_text(SECRET.replace("hidden", "other").replace("Hidden", "Other"), "utf-8")
    assert cli(repo, "plan", "desk", "--against", "main").last == "No changes."
    part = ("other.yaml", "desk/project.yaml")
    assert cli(repo, "plan", *part, "--against", "main").last.startswith("Plan: 1 to add, 0 to change")
    (repo / "desk" / "secret.yaml").rename(repo / "moved.yaml")
    edit(repo / "moved.yaml", "  name: Hidden", "  name: Seen")
    assert cli(repo, "plan", "desk", "--against", "main", "--prune").last == "No changes."
    commit(repo)
    (repo / "here.vars.yaml").write_text("region: us\n", "utf-8")
    assert cli(repo, "plan", "--against", "main", "--var-file", "here.vars.yaml").last == "No changes."


def test_an_environment_is_held_against_itself(cli: Cli, repo: Path) -> None:
    (repo / "wexa-sync.yaml").write_text(
        "environments: {one: {vars: {region: eu}}, two: {vars: {region: us}}}\n", "utf-8"
    )
    commit(repo)
    assert "--env one or --env two" in cli(repo, "plan", "--against", "HEAD", code=64).stderr
    edit(repo / "wexa-sync.yaml", "us", "asia")
    assert cli(repo, "plan", "--against", "HEAD", "--env", "one").last == "No changes."
    changed = cli(repo, "plan", "--against", "HEAD", "--env", "two", "--detailed-exitcode", code=2)
    assert "! support-desk/Skill/hidden" in changed.stdout


def test_a_shallow_checkout_without_the_commit_says_how_to_get_it(cli: Cli, repo: Path, tmp_path: Path) -> None:
    git(repo, "checkout", "-q", "-b", "change")
    edit(repo / "desk" / "project.yaml", "Support coworker", "First line")
    commit(repo)
    job = tmp_path / "job"
    git(tmp_path, "clone", "-q", "--depth=1", f"file://{repo}", "job")  # of the branch `change`
    git(job, "checkout", "-q", "--detach")
    for ref in ("main", "origin/main"):
        said = " ".join(cli(job, "plan", "--against", ref, code=64).stderr.split())
        assert f"there is no commit {ref} here" in said
        assert "`git fetch --depth=1 origin main`, then `--against FETCH_HEAD`" in said
    assert "fetch-depth 2" in " ".join(cli(job, "plan", "--against", "HEAD~1", code=64).stderr.split())
    git(job, "fetch", "-q", "--depth=1", "origin", "main")
    assert cli(job, "plan", "--against", "FETCH_HEAD").last.startswith("Plan: 0 to add, 1 to change")


def test_a_pull_request_is_held_against_what_it_is_merged_into(cli: Cli, repo: Path, tmp_path: Path) -> None:
    git(repo, "checkout", "-q", "-b", "change")
    edit(repo / "desk" / "project.yaml", "Support coworker", "First line")
    commit(repo)
    git(repo, "checkout", "-q", "main")
    (repo / "desk" / "schedule.yaml").unlink()  # merged meanwhile
    commit(repo)
    git(repo, "checkout", "-q", "-b", "merge", "main")
    git(repo, "merge", "-q", "--no-ff", "-m", "as GitHub merges it", "change")
    git(tmp_path, "clone", "-q", "--depth=2", "--branch=merge", f"file://{repo}", "job")
    git(tmp_path / "job", "checkout", "-q", "--detach")
    done = cli(tmp_path / "job", "plan", "--against", "HEAD^1")
    assert done.last == "Plan: 0 to add, 1 to change, 0 to delete, 0 to run."
    assert "coworker_role" in done.stdout


def test_a_fault_in_the_other_manifests_is_named_with_their_commit(cli: Cli, repo: Path) -> None:
    edit(repo / "desk" / "project.yaml", "kind: Project", "kind: Projekt")
    (repo / "wexa-sync.yaml").write_text("vars: {region: eu}\n", "utf-8")
    commit(repo)
    edit(repo / "desk" / "project.yaml", "kind: Projekt", "kind: Project")
    assert "main:desk/project.yaml:2:7" in cli(repo, "plan", "--against", "main", code=1).stderr
    (repo / "wexa-sync.yaml").write_text("nonsense: true\n", "utf-8")
    commit(repo)
    (repo / "wexa-sync.yaml").write_text("vars: {region: eu}\n", "utf-8")
    said = cli(repo, "plan", "--against", "main", code=1).stderr
    assert "main:wexa-sync.yaml:1:1" in said
    assert "/wexa-sync-" not in said


@pytest.mark.parametrize("ref", ["--output=x", "", "\x1b[31mred", "main:desk", "a" * 10_000, "..", "\u202emain"])
def test_a_name_that_is_none_is_harmless(ref: str, cli: Cli, repo: Path) -> None:
    done = cli(repo, "plan", f"--against={ref}", code=64)
    assert ("there is no commit" if ref else "the value is empty") in done.stderr
    assert not {"\x1b", "\u202e"} & {*done.stderr}
    assert not (repo / "x").exists()


def test_what_can_not_be_applied_is_not_saved_and_not_checked(cli: Cli, repo: Path) -> None:
    assert "--out" in cli(repo, "plan", "--against", "main", "--out", "it.plan", code=64).stderr
    assert "--check" in cli(repo, "plan", "--against", "main", "--check", "0" * 16, code=64).stderr
    assert not (repo / "it.plan").exists()


def test_a_folder_without_a_repository_is_told_so(cli: Cli, tmp_path: Path) -> None:
    folder = copy_example("support-desk", tmp_path / "desk")
    said = cli(folder, "plan", "--against", "main", code=1, env={"GIT_CEILING_DIRECTORIES": str(tmp_path)}).stderr
    assert "Run it inside the repository of the manifests." in " ".join(said.split())
