"""Where a plan's operations come from (`plan --base`), and the exit code for surprises, with real git and a sandbox."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.conftest import Cli, Desk


def git(folder: Path, *words: str) -> str:
    """Run git in a folder, as a person of no name."""
    me = ("-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "protocol.file.allow=always")
    done = subprocess.run(["git", *me, *words], cwd=folder, check=True, capture_output=True, text=True, timeout=60)
    return done.stdout.strip()


def commit(folder: Path) -> None:
    """Commit all that is in the folder."""
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "some")


def edit(file: Path, old: str, new: str) -> None:
    """Replace a text that stands in a file."""
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


def by_hand(desk: Desk, **more: str) -> None:
    """Change the project as a person in Wexa Studio does."""
    (record,) = [each for each in desk.workspace.store.load().records.values() if each.address.kind == "Project"]
    body = {**record.spec, "orgId": desk.remote.server.org_id, **more}
    desk.remote.raw("PUT", "/v1/project", body, projectId=record.id).raise_for_status()


@pytest.fixture
def repo(desk: Desk) -> Path:
    """Return the applied desk in a repository, on a branch that has nothing of its own yet."""
    folder = desk.folder
    (folder / "execution.yaml").unlink()
    (folder / ".gitignore").write_text(".wexa-sync\n*.json\n", "utf-8")
    edit(folder / "triage.yaml", "Sorts tickets by urgency", "Sorts for ${env:WHO}")
    git(folder, "init", "-q", "-b", "main")
    commit(folder)
    desk.apply(desk.plan(env={"WHO": "us"}))
    git(folder, "checkout", "-q", "-b", "change")
    return folder


@pytest.fixture
def mixed(desk: Desk, repo: Path) -> Path:
    """Return the desk with an operation of each origin, where WHO is another one by now."""
    by_hand(desk, coworker_role="Whatever they like")
    git(repo, "checkout", "-q", "main")
    edit(repo / "triage.yaml", "role: Shortens tickets", "role: Shortens")  # merged, and not applied
    commit(repo)
    git(repo, "checkout", "-q", "change")
    git(repo, "merge", "-q", "main")
    with (repo / "prompts" / "answer.md").open("a", encoding="utf-8") as file:
        file.write("Never lie.\n")
    commit(repo)
    git(repo, "checkout", "-q", "main")
    edit(repo / "schedule.yaml", "stayed open", "were open")  # merged since: no part of this branch
    commit(repo)
    git(repo, "checkout", "-q", "change")
    desk.remote.forget()
    return repo


def test_each_operation_says_where_it_comes_from(cli: Cli, desk: Desk, mixed: Path) -> None:
    env = {**desk.remote.env, "WHO": "them"}
    files = ("--output", "json=plan.json", "--output", "markdown=plan.md")
    done = cli(mixed, "plan", "--base", "main", "--fail-on", "drift,run", *files, env=env, code=6)
    commit_id = git(mixed, "merge-base", "main", "HEAD")
    counts = f"Since main ({commit_id[:12]}): 1 unexplained, 1 drift, 1 not applied yet, 1 by this change."
    assert counts in " ".join(done.stdout.split())
    assert "~ Project/support-desk  (drift)" in done.stdout
    assert "--fail-on drift,run: 1 operation of the plan: Project/support-desk (drift)" in " ".join(done.stderr.split())
    plan = json.loads((mixed / "plan.json").read_text("utf-8"))
    assert plan["base"] == {"ref": "main", "commit": commit_id}
    assert {each["address"].rpartition("/")[2]: each["origins"] for each in plan["resource_changes"]} == {
        "support-desk": ["drift"],
        "draft-answer": [],
        "triage": [],
        "classify": ["unexplained"],
        "summarise": ["pending"],  # the agent: it stands behind the skill of that name
        "answer": ["change"],
        "new-year-digest": [],
    }
    text = (mixed / "plan.md").read_text("utf-8")
    assert text.index("1 unexplained") < text.index("Agent/classify") < text.index("Project/support-desk")
    assert "(unexplained)" in text

    quiet = json.loads(cli(mixed, "plan", "--format", "json", env=env).stdout)
    assert quiet["digest"] == plan["digest"]
    assert "base" not in quiet
    cli(mixed, "plan", "--fail-on", "drift", env=env, code=6)  # that needs no base
    cli(mixed, "plan", "--base", "main", "--fail-on", "delete,blocked", env=env)
    cli(mixed, "plan", "--base", "main", "--fail-on", "blocked", "--fail-on", "unexplained", env=env, code=6)
    agreed = ("apply", "--auto-approve", "--base", "main", "--fail-on")
    report = json.loads(cli(mixed, *agreed, "unexplained", "--format", "json", env=env, code=6).stdout)
    assert {each["status"] for each in report["outcomes"]} == {"skipped"}
    assert desk.remote.writes == []
    assert "Apply complete!" in cli(mixed, *agreed, "delete", env=env).stdout


def test_a_checkout_without_the_history_says_how_to_get_it(cli: Cli, desk: Desk, mixed: Path, tmp_path: Path) -> None:
    job, env = tmp_path / "job", {**desk.remote.env, "WHO": "them"}
    git(tmp_path, "clone", "-q", "--depth=1", "--branch=change", f"file://{mixed}", "job")
    assert "`--base FETCH_HEAD`" in cli(job, "plan", "--base", "origin/main", env=env, code=64).stderr
    git(job, "fetch", "-q", "--depth=1", "origin", "main")
    said = " ".join(cli(job, "plan", "--base", "FETCH_HEAD", env=env, code=64).stderr.split())
    assert "FETCH_HEAD and HEAD have no commit in common here" in said
    assert "check out with fetch-depth 0" in said
    assert desk.remote.requests == []
    git(job, "fetch", "-q", "--unshallow", "origin", "main:refs/remotes/origin/main")
    assert "Since origin/main" in cli(job, "plan", "--base", "origin/main", env=env).stdout


def test_a_base_that_can_not_be_read_is_warned_of(cli: Cli, desk: Desk, repo: Path) -> None:
    edit(repo / "project.yaml", "kind: Project", "kind: Projekt")
    commit(repo)
    git(repo, "branch", "-f", "main")
    edit(repo / "project.yaml", "kind: Projekt", "kind: Project")
    edit(repo / "project.yaml", "Reads tickets", "Reads all tickets")
    done = cli(repo, "plan", "--base", "main", "--out", "x.plan", env={**desk.remote.env, "WHO": "us"})
    said = " ".join(done.stdout.split())
    assert "Warning: The manifests of main can't be read" in said
    assert "main:project.yaml:2:7" in said
    assert "1 unexplained" in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--fail-on", "drfit"), "Did you mean 'drift'?"),
        (("--fail-on", "drift,"), "'' is nothing to fail on"),
        (("--fail-on", "unexplained"), "needs --base"),
        (("--base", "HEAD", "--against", "HEAD"), "--base has no meaning beside --against"),
        (("--base", "nowhere"), "there is no commit nowhere here"),
        (("--base=--output=x",), "there is no commit --output=x here"),
    ],
)
def test_wrong_words_are_refused_before_anything_is_sent(
    words: tuple[str, ...], said: str, cli: Cli, desk: Desk
) -> None:
    git(desk.folder, "init", "-q", "-b", "main")
    commit(desk.folder)
    assert said in " ".join(cli(desk.folder, "plan", *words, env=desk.remote.env, code=64).stderr.split())
    assert desk.remote.requests == []


def test_a_saved_plan_is_asked_for_deletes_and_not_for_a_base(cli: Cli, desk: Desk, repo: Path) -> None:
    (repo / "schedule.yaml").unlink()
    env = {**desk.remote.env, "WHO": "us"}
    cli(repo, "plan", "--prune", "--base", "main", "--out", "x.plan", env=env)
    agreed = ("apply", "x.plan", "--auto-approve")
    assert "--base" in cli(repo, *agreed, "--base", "main", env=env, code=64).stderr
    said = " ".join(cli(repo, *agreed, "--fail-on", "delete", env=env, code=6).stderr.split())
    assert "support-desk/Schedule/new-year-digest (delete)" in said
    cli(repo, *agreed, "--fail-on", "run,drift", env=env)


def test_all_environments_at_once_have_no_base(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "wexa-sync.yaml").write_text("environments: {one: {}, two: {}}\n", "utf-8")
    for flag in ("--base", "--fail-on"):
        done = cli(tmp_path, "plan", "--env", "all", flag, "drift", code=64)
        assert f"{flag} is about the plan of one environment" in done.stderr
