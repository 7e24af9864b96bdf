"""What pages show is what happens: `yaml` examples are written to files, `$ wexa-sync ...` is run and compared.

A page's examples run in order, in one folder. Of a command its stdout is compared, of one that fails what it says too;
ids and seconds may differ, and a line `...` stands for any lines. `--update-golden` writes into the pages what the
commands print now.
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct
from msgspec.structs import replace

from wexa_sync.kinds.agent import display_text

ROOT = Path(__file__).parents[2]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
VARYING = re.compile(
    r"\b(?:[0-9a-f]{4}-){3}[0-9a-f]{4}\b|\([0-9a-f]{12}\)|"  # a digest, and a commit
    r"\b[0-9a-f]{24,64}\b|\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|, \d+\.\d s\b"
    r"|\b\d+ s ago\b|\b\d{4}(?:-\d\d){2}T\d\d:\d\d:\d\dZ"
    r'|(?<="serial": )\d+'  # the number of writes depends on how many changes end together
)
OpenSandbox = Callable[..., AbstractContextManager[Any]]


class Stage(Struct, frozen=True):
    """Hold the folder that a page's examples run in, and what they run with."""

    folder: Path
    cli: Any
    open_sandbox: OpenSandbox

    def wexa(self, *words: str) -> str:
        """Return what a command prints on stdout, and on stderr too where the command fails."""
        done = self.cli(self.folder, *words, code=None, env={"SMTP_TOKEN": "sesame"})
        printed: str = done.stdout + (done.stderr if done.code else "")
        return printed

    def edit(self, name: str, *changes: tuple[str, str]) -> None:
        """Replace texts that stand once in a file."""
        path = self.folder / name
        text = path.read_text(encoding="utf-8")
        for old, new in changes:
            assert text.count(old) == 1, f"{old!r} in {name}"
            text = text.replace(old, new)
        path.write_text(text, encoding="utf-8")


def after_the_quick_start(stage: Stage) -> Stage:
    """Return the support desk after the README's first command and a day's edits."""
    assert "Apply complete!" in stage.wexa("apply", "examples/support-desk", "--sandbox", "--auto-approve")
    desk = "examples/support-desk"
    stage.edit(f"{desk}/skills.yaml", ("draft-answer", "draft-reply"), ("Draft answer", "Draft reply"))
    stage.edit(f"{desk}/triage.yaml", ("draft-answer", "draft-reply"))
    stage.edit(f"{desk}/prompts/answer.md", ("Never", "Answer in the language of the ticket.\nNever"))
    stage.edit(f"{desk}/execution.yaml", ("smoke-test\n", "smoke-test\n  generation: 2\n"))
    (stage.folder / desk / "schedule.yaml").unlink()
    return stage


def prompts_alone(stage: Stage) -> Stage:
    """Return the prompts that the page's manifests name."""
    shutil.copytree(stage.folder / "examples/support-desk/prompts", stage.folder / "desk/prompts")
    return stage


def drifted(stage: Stage) -> Stage:
    """Return the applied and committed support desk, whose project was then edited here and in Wexa Studio."""
    stage = replace(stage, folder=stage.folder / "examples/support-desk")
    assert "Apply complete!" in stage.wexa("apply", "--sandbox", "--auto-approve")
    for words in ("init -q", "add -A", "-c user.name=A -c user.email=a@example.com commit -q -m applied"):
        subprocess.run(["git", *words.split()], cwd=stage.folder, check=True, timeout=60)
    stage.edit("project.yaml", ("Support coworker", "First line"))
    here = stage.folder / ".wexa-sync"
    id = json.loads((here / "sandbox-state.json").read_text(encoding="utf-8"))["records"]["Project/support-desk"]["id"]
    with stage.open_sandbox(data=here / "sandbox.db") as remote:
        whole = {"projectName": "Support desk", "coworker_role": "Support coworker", "orgId": remote.server.org_id}
        assert remote.raw("PUT", "/v1/project", {**whole, "description": "Reads tickets."}, projectId=id).ok
    return stage


def edited_in_studio(stage: Stage) -> Stage:
    """Return the applied support desk, of which an agent and a prompt were then edited in Wexa Studio."""
    stage = replace(stage, folder=stage.folder / "examples/support-desk")
    assert "Apply complete!" in stage.wexa("apply", "--sandbox", "--auto-approve")
    here = stage.folder / ".wexa-sync"
    records = json.loads((here / "sandbox-state.json").read_text(encoding="utf-8"))["records"]
    project, flow = (records[each]["id"] for each in ("Project/support-desk", "support-desk/AgentFlow/triage"))
    with stage.open_sandbox(data=here / "sandbox.db") as remote:
        classifier, _, answerer = remote.raw("GET", f"/agentflow/{flow}").json()["agents"]
        classifier["role"] += " and language"
        answerer["prompt"]["template"] += "\nAnswer in the language of the ticket."
        answerer["prompt"]["display_template"] = display_text(answerer["prompt"]["template"])
        for agent in (classifier, answerer):
            body = {**agent, "skills": [skill["_id"] for skill in agent["skills"]]}
            assert remote.raw("POST", f"/agentflow/{flow}/update/skilled/{agent['_id']}", body, projectID=project).ok
    return stage


def lost(stage: Stage) -> Stage:
    """Return the applied support desk, with a flow then edited in git and the state lost."""
    stage = replace(stage, folder=stage.folder / "examples/support-desk")
    assert "Apply complete!" in stage.wexa("apply", "--sandbox", "--auto-approve")
    stage.edit("triage.yaml", ("Classifies", "Reads"))
    (stage.folder / ".wexa-sync/sandbox-state.json").unlink()
    return stage


def studio(stage: Stage) -> Stage:
    """Return the content studio, nothing applied."""
    return replace(stage, folder=stage.folder / "examples/content-studio")


def recruiting(stage: Stage) -> Stage:
    """Return the applied tables, with rows in one of them."""
    stage = replace(stage, folder=stage.folder / "examples/tables")
    assert "Apply complete!" in stage.wexa("apply", "--sandbox", "--auto-approve")
    here = stage.folder / ".wexa-sync"
    records = json.loads((here / "sandbox-state.json").read_text(encoding="utf-8"))["records"]
    project, table = (records[each]["id"] for each in ("Project/recruiting", "recruiting/Table/openings"))
    with stage.open_sandbox(data=here / "sandbox.db") as remote:
        assert remote.raw("POST", f"/storage/{project}/{table}", [{"places": number} for number in range(3)]).ok
    return stage


SCENES: dict[str, Callable[[Stage], Stage]] = {
    "README.md": after_the_quick_start,
    "docs/manifests.md": prompts_alone,
    "docs/plan.md": drifted,
    "docs/pull.md": edited_in_studio,
    "docs/state.md": lost,
    "docs/environments.md": studio,
    "docs/tables.md": recruiting,
}


@pytest.fixture
def stage(tmp_path: Path, cli: Any, open_sandbox: OpenSandbox) -> Stage:
    """Return a folder with the examples in it, nothing applied."""
    shutil.copytree(ROOT / "examples", tmp_path / "examples", ignore=shutil.ignore_patterns(".wexa-sync"))
    return Stage(tmp_path, cli, open_sandbox)


@pytest.mark.parametrize("page", SCENES)
def test_a_page_shows_what_happens(page: str, stage: Stage, request: pytest.FixtureRequest) -> None:
    path = ROOT / page
    text = path.read_text(encoding="utf-8")
    happened = replayed(text, SCENES[page](stage))
    if VARYING.sub(_same, happened) != VARYING.sub(_same, text) and request.config.getoption("--update-golden"):
        path.write_text(happened, encoding="utf-8")
        text = happened
    assert VARYING.sub(_same, happened) == VARYING.sub(_same, text)


@pytest.mark.parametrize("page", SCENES)
def test_a_page_has_examples_of_known_kinds_only(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    assert text.count("```") == 2 * len(FENCE.findall(text)), "a fence that starts or ends with something else"
    kinds = {fence[1] for fence in FENCE.finditer(text) if not is_quick_start(text, fence)}
    assert kinds <= {"console", "yaml"}


def test_the_quick_start_is_two_commands_of_one_line_each() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    commands = [fence[2] for fence in FENCE.finditer(text) if is_quick_start(text, fence)]
    assert [command.count("\n") for command in commands] == [1, 1]
    assert ".venv/bin/wexa-sync apply examples/support-desk --sandbox" in commands[0]
    pytest_call = re.search(r"bin/python -m (pytest .*)\n", commands[1])
    assert pytest_call
    assert f'"$work/dev/bin/python" -m {pytest_call[1]}\n' in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def is_quick_start(text: str, fence: re.Match[str]) -> bool:
    """True when the example stands under "Quick start": it sets up an environment, and another one runs these tests."""
    return text[: fence.start()].rpartition("\n## ")[2].startswith("Quick start\n")


def replayed(text: str, stage: Stage) -> str:
    """Return the page with what its examples print now."""

    def replay(fence: re.Match[str]) -> str:
        kind, body = fence[1], fence[2]
        if kind == "yaml":
            name = body.partition("\n")[0].removeprefix("# ")
            (stage.folder / name).parent.mkdir(parents=True, exist_ok=True)
            (stage.folder / name).write_text(body, encoding="utf-8")
        return f"```console\n{console(body, stage)}```" if kind == "console" else fence[0]

    return FENCE.sub(replay, text)


def console(body: str, stage: Stage) -> str:
    """Return the commands of an example, each with what it prints now."""
    shown = ""
    for command, expected in re.findall(r"^\$ wexa-sync (.*)\n((?:(?!\$ ).*\n)*)", body, re.MULTILINE):
        printed = stage.wexa(*shlex.split(command))
        shown += f"$ wexa-sync {command}\n{expected if matches(expected, printed) else printed}"
    return shown


def _same(varying: re.Match[str]) -> str:
    """Return the mark that replaces an id in comparisons. Seconds leave no mark, since only slow runs print them."""
    return "" if varying[0].endswith(" s") else "*"


def matches(expected: str, printed: str) -> bool:
    """True when a command printed the expected text. A line `...` matches any lines."""
    parts = [re.escape(VARYING.sub(_same, part)) for part in re.split(r"^\.\.\.\n", expected, flags=re.MULTILINE)]
    return re.fullmatch("(?:.*\n)*".join(parts), VARYING.sub(_same, printed)) is not None
