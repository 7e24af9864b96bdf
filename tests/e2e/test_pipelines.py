"""What CI systems read is sound: the action, this repository's workflows, and what `init` writes for others."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.conftest import EXAMPLES, Cli, copy_example
from tests.tool import tool

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
PATH = {"PATH": f"{BIN}:{os.environ['PATH']}"}


def check(folder: Path, *command: str) -> None:
    """Run a linter in a folder. It must find nothing."""
    done = subprocess.run(
        (str(BIN / command[0]), *command[1:]), cwd=folder, env=PATH, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def lint(folder: Path) -> None:
    """Hold the workflows and the actions of a repository against actionlint and zizmor."""
    (folder / ".git").mkdir(exist_ok=True)  # actionlint looks for the top of a repository
    check(folder, "actionlint")
    check(folder, "zizmor", "--offline", "--quiet", "--no-progress", ".")


def test_the_action_and_the_workflows_of_this_repository(tmp_path: Path) -> None:
    shutil.copytree(ROOT / ".github", tmp_path / ".github")
    shutil.copy(ROOT / "action.yml", tmp_path)
    lint(tmp_path)
    check(ROOT, "shellcheck", "action/run.sh")


def test_what_init_writes(cli: Cli, tmp_path: Path) -> None:
    cli(tmp_path, "init", "one")
    lint(tmp_path / "one")
    text = (tmp_path / "one" / ".github" / "workflows" / "wexa-sync.yml").read_text("utf-8")
    assert "@" not in "".join(line.partition("#")[0].replace("checkout@", "") for line in text.splitlines())
    assert text.count("WEXA_API_KEY: ${{ secrets.WEXA_API_KEY }}") == 3
    assert "matrix" not in text


def test_what_init_writes_for_environments_and_secrets(cli: Cli, tmp_path: Path) -> None:
    many = copy_example("content-studio", tmp_path / "many")
    skill = next(many.rglob("skills.yaml"), None) or next(many.rglob("*.yaml"))
    skill.write_text(skill.read_text("utf-8") + "# ${secret:CRM_TOKEN}\n", "utf-8")
    assert "The state is in a file, which does not last beyond a job" in cli(many, "init").stderr
    lint(many)
    workflow = yaml.safe_load((many / ".github" / "workflows" / "wexa-sync.yml").read_text("utf-8"))
    keys = ["WEXA_API_KEY_STAGING", "WEXA_API_KEY_PRODUCTION"]
    for name, secrets in (("plan", ["CRM_TOKEN"]), ("apply", ["CRM_TOKEN"]), ("drift", [])):
        step = workflow["jobs"][name]["steps"][-1]
        assert list(step["env"]) == keys + secrets
        only = "${{ matrix.env == 'staging' && secrets.WEXA_API_KEY_STAGING || '' }}"
        assert step["env"]["WEXA_API_KEY_STAGING"] == only, "a job holds the key of its own environment alone"
        assert step["with"]["env"] == "${{ matrix.env }}"
    assert "env" not in workflow["jobs"]["preview"]["steps"][-1], "a fork gets no secret"
    assert workflow["permissions"] == {}
    assert workflow["jobs"]["apply"]["strategy"]["max-parallel"] == 1


def test_the_action_that_init_writes_is_the_one_of_this_repository(cli: Cli, tmp_path: Path) -> None:
    cli(tmp_path, "init")
    for name in ("action.yml", "action/run.sh"):
        written = (tmp_path / ".github" / "actions" / "wexa-sync" / name).read_text("utf-8")
        assert written == (ROOT / name).read_text("utf-8")


def test_what_init_writes_for_gitlab_is_the_example(cli: Cli, tmp_path: Path) -> None:
    cli(tmp_path, "init", "--ci", "gitlab")
    text = (tmp_path / ".gitlab-ci.yml").read_text("utf-8")
    assert not (tmp_path / ".github").exists()
    assert text == (EXAMPLES / "gitlab" / ".gitlab-ci.yml").read_text("utf-8")
    jobs = yaml.safe_load(text)
    assert {"plan", "preview", "apply", "drift"} < jobs.keys()
    assert jobs["apply"]["resource_group"]


def test_what_init_writes_for_environments_on_gitlab(cli: Cli, tmp_path: Path) -> None:
    settings = "environments: {staging: {}, production: {protected: true}}\n"
    (tmp_path / "wexa-sync.yaml").write_text(settings, "utf-8")
    cli(tmp_path, "init", "--ci", "gitlab")
    text = (tmp_path / ".gitlab-ci.yml").read_text("utf-8")
    assert "@" not in text
    jobs = yaml.safe_load(text)
    assert jobs[".wexa-sync"]["parallel"]["matrix"] == [{"WEXA_ENVIRONMENT": ["staging", "production"]}]
    for name in ("plan", "preview", "apply", "drift"):
        (command,) = (line for line in jobs[name]["script"] if line.startswith("wexa-sync "))
        assert '--env "$WEXA_ENVIRONMENT"' in command, "where none is named, a command refuses"
    assert jobs["plan"]["artifacts"]["paths"][0] == "plan-$WEXA_ENVIRONMENT.json", "the next one's would replace it"
    assert '--reviewed "plan-$WEXA_ENVIRONMENT.json"' in jobs["apply"]["script"][1]
    assert jobs["apply"]["environment"] == "$WEXA_ENVIRONMENT"
    assert "($WEXA_API_KEY_STAGING || $WEXA_API_KEY_PRODUCTION || $WEXA_API_KEY)" in jobs["plan"]["rules"][0]["if"]


def test_init_writes_no_pipeline_where_none_is_wanted(cli: Cli, tmp_path: Path) -> None:
    cli(tmp_path, "init", "--ci", "none")
    assert not {".github", ".gitlab-ci.yml"} & {path.name for path in tmp_path.iterdir()}


def test_the_hooks_of_pre_commit_find_and_mend(cli: Cli, tmp_path: Path) -> None:
    check(ROOT, "pre-commit", "validate-manifest", ".pre-commit-hooks.yaml")
    folder = copy_example("support-desk", tmp_path / "desk")
    # As they are, but for how the tool is installed: pre-commit would fetch what it depends on.
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    local = {"repos": [{"repo": "local", "hooks": [{**hook, "language": "system"} for hook in hooks]}]}
    (folder / ".pre-commit-config.yaml").write_text(yaml.safe_dump(local), "utf-8")
    env = {
        **cli.env,
        "PATH": f"{tmp_path / 'bin'}:{BIN}:{os.environ['PATH']}",
        "PRE_COMMIT_HOME": str(tmp_path / "cache"),
    }

    def run(*command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)

    with tool(tmp_path / "bin" / "wexa-sync"):
        run("git", "init", "--quiet")
        run("git", "add", ".")
        done = run("pre-commit", "run", "--all-files")
        assert done.returncode == 0, done.stdout + done.stderr
        file = folder / "project.yaml"
        before = file.read_text("utf-8")
        file.write_text(before.replace("kind: Project", "kind:   Project"), "utf-8")
        assert "files were modified by this hook" in run("pre-commit", "run", "--all-files").stdout
        assert file.read_text("utf-8") == before
        file.write_text(before.replace("projectName", "projectNames"), "utf-8")
        assert "projectName" in run("pre-commit", "run", "wexa-sync-validate", "--files", "prompts/answer.md").stdout


@pytest.mark.skipif(not (BIN / "hadolint").exists(), reason="no hadolint for this machine")
def test_the_dockerfile() -> None:
    check(ROOT, "hadolint", "Dockerfile")
