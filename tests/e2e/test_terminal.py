"""An apply on a terminal asks, heeds the answer, and shows how far it is. And a saved plan, which nothing changes."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Cli, Desk, Done


@pytest.fixture
def on_terminal(cli: Cli) -> Callable[..., Done]:
    """Return a function that runs the command line on a terminal of its own, and types `answer` when asked."""

    def run(desk: Desk, *words: str, answer: str = "", **env: str) -> Done:
        return cli.on_terminal(desk.folder, *words, typed=answer, env={"TERM": "xterm", **desk.remote.env, **env})

    return run


def text(done: Done) -> str:
    """Return what stood on the terminal, without colours and cursor moves."""
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", done.stdout)


@pytest.fixture
def project(desk: Desk) -> Desk:
    """Return the desk's project alone."""
    for file in desk.folder.glob("*.yaml"):
        if file.name not in ("project.yaml", "wexa-sync.yaml"):
            file.unlink()
    return desk


def test_yes_applies(project: Desk, on_terminal: Callable[..., Done]) -> None:
    done = on_terminal(project, "apply", answer="y\n")
    assert done.code == 0, text(done)
    assert "Apply 1 change? [y/N]" in text(done)
    assert "Apply complete! Resources: 1 added" in text(done)
    assert "\x1b[32m" in done.stdout
    assert project.remote.writes == ["POST /v1/project"]


@pytest.mark.parametrize("columns", [50, 120])
def test_what_is_shown_has_the_width_of_the_terminal(project: Desk, cli: Cli, columns: int) -> None:
    file = project.folder / "project.yaml"
    file.write_text(
        re.sub("description: .*", "description: " + "word " * 60, file.read_text("utf-8")), encoding="utf-8"
    )
    env = {"TERM": "xterm", **project.remote.env}
    shown = text(cli.on_terminal(project.folder, "plan", columns=columns, env=env)).splitlines()
    assert columns - 10 < max(map(len, shown[:-1])) <= columns
    failed = text(cli.on_terminal(project.folder, "apply", "no-such-folder", columns=columns, env=env)).splitlines()
    assert max(map(len, failed)) <= columns


@pytest.mark.parametrize(("columns", "most"), [(60, 58), (120, 78)])
def test_help_fits_the_terminal(tmp_path: Path, cli: Cli, columns: int, most: int) -> None:
    for words in (["--help"], ["fmt", "--help"]):
        lines = cli.on_terminal(tmp_path, *words, columns=columns).stdout.splitlines()
        assert most - 10 < max(map(len, lines)) <= most, words


TO_COPY = re.compile(r"wexa-sync |moved: \[")


def test_no_command_breaks_a_word_on_a_narrow_terminal(desk: Desk, cli: Cli) -> None:
    run = "support-desk/Execution/smoke-test"
    (desk.folder / "wexa-sync.yaml").write_text("max_executions: 0\n", encoding="utf-8")
    broken = desk.folder / "broken.txt"
    broken.write_text("apiVersion: wexa.ai/v1\nkind: Skil\nmetadata: {name: a}\nspec: {}\n", encoding="utf-8")
    lines: list[str] = []

    def narrow(*words: str, typed: str = "") -> None:
        done = cli.on_terminal(desk.folder, *words, typed=typed, columns=50, env={"TERM": "xterm", **desk.remote.env})
        assert "Traceback" not in done.stdout
        shown = re.sub(r"\x1b\[2K|\x1b\[1A|\r", "\n", done.stdout)  # what a moving line shows, too
        lines.extend(re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown).splitlines())

    narrow("apply", typed="y\n")
    narrow("apply", "--details", "--allow", "runs=1", typed="y\n")
    narrow("plan", "no-such-folder")
    narrow("apply", "--prune", "--auto-approve", "--wait", "--force")
    narrow("executions", "list")
    narrow("executions", "show", run)
    narrow("executions", "wait", run)
    narrow("executions", "pause", run)
    narrow("resolve", run, "--did-not-happen")
    narrow("state", "mv", run, "support-desk/Execution/another-name")
    narrow("state", "unlock")
    narrow("plan")
    narrow("state", "rebuild")
    narrow("state", "rm", "support-desk/Skill/summarise")
    broken.rename(desk.folder / "broken.yaml")
    narrow("validate")
    narrow("destroy", typed="n\n")
    wide = [
        line for line in lines if len(line) > 50 and not line.startswith(("Plan: ", "Apply complete!", "Apply inc"))
    ]
    # What is wider is one thing to copy, with a sign or a word before it.
    assert [line for line in wide if len(line.split()) > 3 and not TO_COPY.search(line)] == []


def _prompt(desk: Desk, lines: list[str]) -> None:
    (desk.folder / "prompt.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_what_apply_asks_about_can_be_read(project: Desk, on_terminal: Callable[..., Done]) -> None:
    file = project.folder / "project.yaml"
    lines = file.read_text("utf-8").splitlines()
    own = ["  description: {file: prompt.md}" if "description:" in line else line for line in lines]
    file.write_text("\n".join(own), encoding="utf-8")
    old = [f"Rule {number}." for number in range(100)]
    _prompt(project, old)
    part, whole = (text(on_terminal(project, "apply", *words, answer="n\n")) for words in ([], ["--details"]))
    assert "… 96 more lines (--details)" in part
    assert "more lines" not in whole
    assert [line for line in old if f"\n          {line}\n" not in whole] == []
    project.apply()
    new = [line.replace("Rule", "Order") if number % 2 else line for number, line in enumerate(old)]
    _prompt(project, new)
    changed = text(on_terminal(project, "apply", answer="n\n"))
    assert "description: +50 -50 lines" in changed
    assert [line for line in new if line not in changed] == []


@pytest.mark.parametrize("answer", ["n\n", "\n"])
def test_no_applies_nothing(project: Desk, on_terminal: Callable[..., Done], answer: str) -> None:
    done = on_terminal(project, "apply", answer=answer)
    assert done.code == 1, text(done)
    assert "Nothing was applied." in text(done)
    assert project.remote.writes == []


@pytest.mark.parametrize("answer", ["\x03", "\x04"], ids=["Ctrl-C", "Ctrl-D"])
def test_no_answer_applies_nothing(project: Desk, on_terminal: Callable[..., Done], answer: str) -> None:
    done = on_terminal(project, "apply", answer=answer)
    assert done.code == 130, text(done)
    assert project.remote.writes == []


@pytest.mark.parametrize(("words", "env"), [(("--no-color",), {}), ((), {"NO_COLOR": "1"})])
def test_without_colours(
    project: Desk, on_terminal: Callable[..., Done], words: tuple[str, ...], env: dict[str, str]
) -> None:
    done = on_terminal(project, "apply", "--auto-approve", *words, **env)
    assert done.code == 0, text(done)
    assert not re.search(r"\x1b\[(\d+;)*[39][0-7]m", done.stdout)


def test_a_terminal_that_obeys_nothing_gets_no_orders(project: Desk, on_terminal: Callable[..., Done]) -> None:
    for words in (("plan",), ("apply", "--auto-approve"), ("plan", "--nope")):
        assert "\x1b" not in on_terminal(project, *words, TERM="dumb").stdout


def test_a_report_in_a_file_has_no_colours(project: Desk, on_terminal: Callable[..., Done], tmp_path: Path) -> None:
    report = tmp_path / "report.txt"
    assert on_terminal(project, "apply", "--auto-approve", "--output", str(report)).code == 0
    assert "Apply complete!" in report.read_text("utf-8")
    assert "\x1b" not in report.read_text("utf-8")


def test_on_a_terminal_a_line_moves_and_none_is_left_behind(desk: Desk, on_terminal: Callable[..., Done]) -> None:
    desk.remote.fault("delay POST /skills/ ms=400")
    done = on_terminal(desk, "apply", "--auto-approve")
    assert done.code == 0, text(done)
    assert re.search(r"\[\d/\d\] \S+", text(done))
    lines = [line.rsplit("\r", 1)[-1] for line in text(done).splitlines()]
    assert lines[-1].startswith("Apply complete!")


@pytest.mark.parametrize(
    ("words", "flag"),
    [
        (("--prune",), "--prune"),
        (("--adopt",), "--adopt"),
        (("--target", "Project/support-desk"), "--target"),
        (("--exclude", "Project/support-desk"), "--exclude"),
        (("--var", "a=b"), "--var"),
    ],
)
def test_a_saved_plan_takes_no_flags_that_would_change_it(
    project: Desk, cli: Cli, words: tuple[str, ...], flag: str
) -> None:
    env = project.remote.env
    cli(project.folder, "plan", "--out", "it.plan", env=env)
    project.remote.forget()
    done = cli(project.folder, "apply", "it.plan", "--auto-approve", *words, code=64, env=env)
    assert f"{flag} can't change it" in " ".join(done.stderr.split())
    assert project.remote.requests == []


def test_a_saved_plan_needs_the_secrets_it_was_made_with(project: Desk, cli: Cli) -> None:
    file = project.folder / "project.yaml"
    text = re.sub(r"description: .*", "description: It is ${secret:TOKEN}", file.read_text("utf-8"))
    file.write_text(text, "utf-8")
    env = project.remote.env
    cli(project.folder, "plan", "--out", "it.plan", env={**env, "TOKEN": "one"})
    missing = cli(project.folder, "apply", "it.plan", "--auto-approve", code=1, env=env)
    assert "Project/support-desk needs ${secret:TOKEN}" in " ".join(missing.stderr.split())
    other = cli(project.folder, "apply", "it.plan", "--auto-approve", code=1, env={**env, "TOKEN": "two"})
    assert "is not the one that the plan was made with" in " ".join(other.stderr.split())
    assert project.remote.writes == []
    cli(project.folder, "apply", "it.plan", "--auto-approve", env={**env, "TOKEN": "one"})
    assert cli(project.folder, "plan", env={**env, "TOKEN": "one"}).last == "No changes."


def test_a_plan_of_another_workspace_is_refused(project: Desk, cli: Cli) -> None:
    env = project.remote.env
    cli(project.folder, "plan", "--out", "it.plan", env=env)
    moved = {**env, "WEXA_BASE_URL": env["WEXA_BASE_URL"].replace("127.0.0.1", "localhost")}
    done = cli(project.folder, "apply", "it.plan", "--auto-approve", code=1, env=moved)
    assert "the plan is for" in done.stderr
    assert project.remote.writes == []


def test_a_report_and_a_plan_go_where_they_are_told(project: Desk, cli: Cli, tmp_path: Path) -> None:
    env = project.remote.env
    shown = cli(project.folder, "plan", "--output", str(tmp_path / "plan.txt"), env=env)
    assert shown.stdout == ""
    assert "Plan: 1 to add" in (tmp_path / "plan.txt").read_text("utf-8")
    cli(project.folder, "apply", "--auto-approve", "--output", str(tmp_path / "report.txt"), env=env)
    assert "Apply complete!" in (tmp_path / "report.txt").read_text("utf-8")


def test_nothing_to_do_asks_nothing(project: Desk, cli: Cli) -> None:
    cli(project.folder, "apply", "--auto-approve", env=project.remote.env)
    assert cli(project.folder, "apply", env=project.remote.env).last == "No changes."


def test_strict_applies_nothing_where_anything_is_blocked(desk: Desk, cli: Cli) -> None:
    file = desk.folder / "skills.yaml"
    file.write_text(file.read_text("utf-8").replace("Content creator", "No such thing", 1), "utf-8")
    for other in ("triage", "schedule", "execution"):
        (desk.folder / f"{other}.yaml").unlink()
    cli(desk.folder, "apply", "--auto-approve", "--exclude", "support-desk/Skill/summarise", env=desk.remote.env)
    desk.remote.forget()
    done = cli(desk.folder, "apply", "--auto-approve", "--strict", code=3, env=desk.remote.env)
    assert "--strict applies nothing" in done.stderr
    assert desk.remote.writes == []
