"""The action as a job of GitHub runs it, in plain shell: real git, a bare remote, the sandbox, and a local GitHub."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct, field

from tests.conftest import KEY, Done, Remote
from tests.github import TOKEN, Forge, forge
from tests.tool import tool

SCRIPT = Path(__file__).parents[2] / "action" / "run.sh"
NAMED = {f"GIT_{who}_{what}": "a@b" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
SETTINGS = "state: {git: {remote: origin}}\nenvironments: {production: {protected: true}}\n"
PROJECT = """\
apiVersion: wexa.ai/v1
kind: Project
metadata: {name: desk}
spec:
  projectName: Desk
  description: "DESCRIPTION"
"""


class Runner(Struct):
    """Describe a machine that runs jobs. Each job has a fresh clone of one commit, as a checkout action leaves it."""

    place: Path
    hub: Forge
    remote: Remote
    jobs: int = 0
    outputs: dict[str, str] = field(default_factory=dict)
    summary: str = ""

    @property
    def env(self) -> dict[str, str]:
        """Return the variables that every process gets."""
        path = f"{self.place / 'bin'}:{os.environ['PATH']}"
        return {"PATH": path, "HOME": str(self.place / "home"), "GIT_CONFIG_NOSYSTEM": "1", "PYTHONUTF8": "1", **NAMED}

    def git(self, *words: str, folder: str = "work") -> str:
        """Run git in the person's clone."""
        done = subprocess.run(
            ("git", *words), cwd=self.place / folder, env=self.env, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def commit(self, description: str) -> str:
        """Commit the project with that description on the branch of the person's clone, and push it."""
        (self.place / "work" / "project.yaml").write_text(PROJECT.replace("DESCRIPTION", description), "utf-8")
        self.git("add", ".")
        self.git("commit", "--quiet", "-m", description)
        self.git("push", "--quiet", "origin", "HEAD")
        return self.git("rev-parse", "HEAD")

    def job(
        self, command: str, commit: str, event: str = "push", about: Mapping[str, Any] | None = None, **inputs: str
    ) -> Done:
        """Run the action on a commit, for an event. Notes its outputs and its summary."""
        self.jobs += 1
        folder = self.place / f"job-{self.jobs}"
        (folder / "temp").mkdir(parents=True)
        checkout = folder / "repository"
        self.git("clone", "--quiet", "--no-checkout", f"file://{self.place / 'remote'}", str(checkout), folder=".")
        self.git("checkout", "--quiet", "--detach", commit, folder=f"job-{self.jobs}/repository")
        files = {name: folder / name for name in ("output", "summary", "event")}
        files["event"].write_text(json.dumps(about or {}), "utf-8")
        given = {f"INPUT_{name.upper()}": value for name, value in inputs.items()}
        env = {
            **self.env,
            **self.hub.env,
            **self.remote.env,
            "GITHUB_WORKSPACE": str(checkout),
            "GITHUB_EVENT_NAME": event,
            "GITHUB_EVENT_PATH": str(files["event"]),
            "GITHUB_OUTPUT": str(files["output"]),
            "GITHUB_STEP_SUMMARY": str(files["summary"]),
            "GITHUB_RUN_ID": str(1000 + self.jobs),
            "GITHUB_SHA": commit,
            "GITHUB_REF_NAME": "7/merge" if event == "pull_request" else "main",
            "RUNNER_TEMP": str(folder / "temp"),
            "INPUT_COMMAND": command,
            "INPUT_ENV": "production",
            "INPUT_PACKAGE": "none",
            **given,
        }
        done = subprocess.run(
            ("bash", str(SCRIPT)), cwd=checkout, env=env, capture_output=True, text=True, check=False, timeout=120
        )
        text = files["output"].read_text("utf-8") if files["output"].exists() else ""
        self.outputs = dict(line.split("=", 1) for line in text.splitlines())
        self.summary = files["summary"].read_text("utf-8") if files["summary"].exists() else ""
        for shown in (done.stdout, done.stderr, text, self.summary, json.dumps(self.hub.comments)):
            assert "Traceback" not in shown
            assert KEY not in shown
            assert TOKEN not in shown
        return Done(done.returncode, done.stdout, done.stderr)

    def pull_request(self, commit: str, **inputs: str) -> Done:
        """Run the plan of pull request 7."""
        about = {"pull_request": {"number": 7, "head": {"sha": commit}}}
        return self.job("plan", commit, "pull_request", about, **inputs)

    @property
    def comments(self) -> list[str]:
        """Return the comments on pull request 7."""
        return [each["body"] for each in self.hub.comments.get(7, [])]

    def change_live(self, description: str) -> None:
        """Change the project as a person does it in Wexa Studio."""
        server = self.remote.server
        listed = self.remote.raw("GET", "/v1/project", userId=server.user_id, orgId=server.org_id).json()
        (project,) = listed["projectList"]
        body = {"projectName": "Desk", "coworker_role": "", "orgId": server.org_id}
        answer = self.remote.raw("PUT", "/v1/project", {**body, "description": description}, projectId=project["_id"])
        answer.raise_for_status()
        self.remote.forget()


@pytest.fixture
def runner(tmp_path: Path, remote: Remote) -> Iterator[Runner]:
    """Yield a machine for jobs, with a repository whose first commit is applied."""
    (tmp_path / "home").mkdir()
    with tool(tmp_path / "bin" / "wexa-sync"), forge() as hub:
        found = Runner(tmp_path, hub, remote)
        found.git("init", "--quiet", "--bare", "-b", "main", "remote", folder=".")
        found.git("clone", "--quiet", "remote", "work", folder=".")
        found.git("checkout", "--quiet", "-b", "main")
        (tmp_path / "work" / "wexa-sync.yaml").write_text(SETTINGS, "utf-8")
        yield found


@pytest.fixture
def begun(runner: Runner) -> Runner:
    """Return the machine with the first commit on main and applied."""
    first = runner.commit("First.")
    assert runner.job("apply", first, "workflow_dispatch", expect="any").code == 0
    runner.remote.forget()
    return runner


def test_from_the_plan_of_a_pull_request_to_its_merged_apply(runner: Runner) -> None:
    first = runner.commit("First.")
    refused = runner.job("apply", first)
    assert refused.code == 1, "nobody reviewed this"
    assert "no merged pull request brought commit" in refused.stderr
    assert runner.remote.writes == []
    digest = runner.outputs["digest"]
    assert runner.outputs["adds"] == "1"
    assert runner.job("apply", first, "workflow_dispatch", expect=digest).code == 0
    runner.remote.forget()

    runner.git("checkout", "--quiet", "-b", "change")
    assert runner.pull_request(runner.commit("Second.")).code == 0
    assert (runner.outputs["has-changes"], runner.outputs["changes"], runner.outputs["exit-code"]) == ("true", "1", "2")
    assert Path(runner.outputs["plan-path"]).is_file()
    assert "Second." in runner.summary
    (shown,) = runner.comments
    assert shown.startswith("<!-- wexa-sync:production -->\n")
    assert runner.outputs["digest"] in shown
    assert runner.remote.writes == []

    merged = runner.commit("Third.")
    assert runner.pull_request(merged, base="HEAD^1").code == 0
    assert "this change" in runner.comments[0]
    assert len(runner.comments) == 1, "written anew in its place"
    assert "Third." in runner.comments[0]
    assert runner.outputs["digest"] in runner.comments[0]

    runner.git("push", "--quiet", "origin", "change:main")
    runner.hub.merged(7, merged)
    done = runner.job("apply", merged)
    assert done.code == 0, done.stderr
    assert (runner.outputs["changes"], runner.outputs["exit-code"]) == ("1", "0")
    assert len(runner.remote.writes) == 1
    assert runner.comments[1].startswith("<!-- wexa-sync:production:applied -->\n")
    assert "refs/wexa-sync/production" in runner.git("ls-remote", "origin")
    assert runner.job("apply", merged).code == 0, "run again there is nothing to do"
    assert runner.outputs["has-changes"] == "false"


def test_what_moved_since_the_review_is_named_and_not_applied(begun: Runner) -> None:
    runner = begun
    runner.git("checkout", "--quiet", "-b", "change")
    merged = runner.commit("Second.")
    runner.pull_request(merged)
    runner.hub.merged(7, merged)
    runner.change_live("By hand.")
    refused = runner.job("apply", merged)
    assert refused.code == 5
    assert "Project/desk differs (update: the live one changed)" in " ".join(refused.stderr.split())
    assert runner.remote.writes == []
    assert "Project/desk" in runner.comments[1]
    assert (runner.outputs["has-changes"], runner.outputs["changes"]) == ("true", "0")
    assert runner.job("apply", merged, "workflow_dispatch", expect=runner.outputs["digest"]).code == 0


def test_one_issue_says_that_there_is_drift_until_there_is_none(begun: Runner) -> None:
    runner, commit = begun, begun.git("rev-parse", "HEAD")
    runner.change_live("By hand.")
    assert runner.job("drift", commit, "schedule").code == 0
    assert runner.outputs["exit-code"] == "2"
    runner.change_live("By hand again.")
    runner.job("drift", commit, "schedule")
    (issue,) = runner.hub.issues
    assert issue["body"].startswith("<!-- wexa-sync:production -->")
    assert "By hand again." in issue["body"]
    runner.hub.refuse = {"PATCH .*": 403}
    refused = runner.job("drift", commit, "schedule")
    assert refused.code == 2, "nobody would hear of it otherwise"
    assert "issues: write" in " ".join(refused.stderr.split())
    runner.hub.refuse = {}
    runner.job("apply", commit, "workflow_dispatch", expect="any")
    assert runner.job("drift", commit, "schedule").code == 0
    assert runner.hub.issues[0]["state"] == "closed"


def test_a_comment_that_fails_fails_nothing_else(runner: Runner) -> None:
    runner.hub.refuse = {"POST .*/comments": 403}
    done = runner.pull_request(runner.commit("Second."))
    assert done.code == 0
    assert "::warning title=wexa-sync::The comment could not be written" in done.stdout
    assert "pull-requests: write" in " ".join(done.stderr.split())
    assert runner.outputs["adds"] == "1"
    assert runner.comments == []


def test_a_plan_that_fails_takes_the_reviewed_digest_out_of_the_comment(runner: Runner) -> None:
    runner.pull_request(runner.commit("Second."))
    digest = runner.outputs["digest"]
    done = runner.pull_request(runner.commit('" # \nspec: {'))
    assert done.code == 1
    (shown,) = runner.comments
    assert digest not in shown
    assert "project.yaml" in shown
    assert runner.outputs["exit-code"] == "1"


@pytest.mark.parametrize("event", ["pull_request", "pull_request_target"])
def test_a_pull_request_is_never_applied(runner: Runner, event: str) -> None:
    done = runner.job("apply", runner.commit("First."), event, expect="any")
    assert done.code == 64
    assert "A pull request is planned, never applied." in done.stdout
    assert runner.remote.requests == []


def test_no_input_is_read_as_code_or_as_an_option(runner: Runner) -> None:
    commit = runner.commit("First.")
    evil = '"; touch evil; $(touch evil) `touch evil` \n::error::x'
    for name in ("command", "env", "state", "paths", "args", "expect", "against", "base", "working_directory"):
        command = evil if name == "command" else "apply" if name == "expect" else "plan"
        done = runner.job(command, commit, "push", None, **({} if name == "command" else {name: evil}))
        assert done.code != 0 or name == "state", "any text may name a file"
        assert not [line for line in done.stdout.splitlines() if line.startswith("::error::x")]
    assert not list(runner.place.rglob("evil"))
    assert runner.job("plan", commit, "push", paths="--auto-approve").code != 0
    assert runner.remote.writes == []


def test_the_package_is_installed_from_the_place_that_is_named(tmp_path: Path) -> None:
    tool = tmp_path / "bin" / "python3"
    tool.parent.mkdir()
    tool.write_text(
        '#!/bin/sh\n[ "$2" = venv ] && { mkdir -p "$3/bin"; cp "$0" "$3/bin/python"; exit; }\necho "$@" >&2; exit 9\n',
        "utf-8",
    )
    tool.chmod(0o700)
    shutil.copy(SCRIPT.parents[1] / "pyproject.toml", tmp_path)
    env = {"PATH": f"{tool.parent}:{os.environ['PATH']}", "RUNNER_TEMP": str(tmp_path)}
    for given, package in (
        ({"INPUT_PACKAGE": "wexa-sync==9", "WEXA_SYNC_PACKAGE": "other"}, "wexa-sync==9"),
        ({"WEXA_SYNC_PACKAGE": "--evil"}, "--evil"),
        ({"GITHUB_ACTION_PATH": str(tmp_path)}, str(tmp_path)),
        ({"GITHUB_ACTION_PATH": "/nowhere"}, "wexa-sync"),
    ):
        done = subprocess.run(
            ("bash", str(SCRIPT)), cwd=tmp_path, env={**env, **given}, capture_output=True, text=True, check=False
        )
        assert done.returncode == 9
        assert done.stderr.strip().endswith(f"-- {package}")


def test_a_job_that_is_cancelled_lets_the_apply_end_in_order(tmp_path: Path) -> None:
    tool = tmp_path / "bin" / "wexa-sync"
    tool.parent.mkdir()
    tool.write_text(
        "#!/bin/sh\ntrap 'echo ended in order; exit 143' TERM\n[ \"$1\" = ci ] && exit\n"
        "echo going\nwhile :; do sleep 0.01; done\n",
        "utf-8",
    )
    tool.chmod(0o700)
    given = {"INPUT_PACKAGE": "none", "RUNNER_TEMP": str(tmp_path), "GITHUB_OUTPUT": str(tmp_path / "output")}
    env = {"PATH": f"{tool.parent}:{os.environ['PATH']}", **given}
    # A shell that begins with an ignored signal, as one in the background does, can't heed it.
    words = ("env", "--default-signal=INT", "bash", str(SCRIPT))
    with subprocess.Popen(words, cwd=tmp_path, env=env, stdout=subprocess.PIPE, text=True) as job:
        assert job.stdout is not None
        assert job.stdout.readline() == "going\n"
        job.send_signal(signal.SIGINT)
        assert job.stdout.read() == "ended in order\n"
    assert job.returncode == 143
    assert "exit-code=143" in (tmp_path / "output").read_text("utf-8")
