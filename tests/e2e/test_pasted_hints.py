"""A command that a message tells works when it is pasted: it has the words that say where the one before worked."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Cli, Desk

STATE = "other place/it's.json"


@pytest.fixture
def elsewhere(desk: Desk) -> Desk:
    """Return the desk with a folder for a state whose name a shell would take apart, and two environments."""
    (desk.folder / "other place").mkdir()
    return desk


def commands_in(text: str) -> list[list[str]]:
    """Return the words of each command that stands in a text, in a line of its own or in backquotes."""
    lines = [line.strip() for line in text.split("\n")]
    alone = [line for line in lines if line.startswith("wexa-sync ")]
    quoted = [part for part in text.split("`")[1::2] if part.startswith("wexa-sync ")]
    return [shlex.split(each)[1:] for each in (*alone, *quoted)]


def test_the_next_steps_of_an_apply_name_its_state_and_its_paths(elsewhere: Desk, cli: Cli) -> None:
    remote = elsewhere.remote
    (elsewhere.folder / "wexa-sync.yaml").write_text("settle: 0.2\n", "utf-8")
    remote.fault("drop after POST /execute_flow", "stale after POST /execute_flow lists=20")
    done = cli(
        elsewhere.folder.parent, "apply", "desk", "--auto-approve", "--state", f"desk/{STATE}", code=3, env=remote.env
    )
    *steps, hint = commands_in(done.stdout)
    assert hint == steps[0]
    assert [words[0] for words in steps] == ["resolve", "resolve", "plan", "apply"]
    assert all(words[words.index("--state") + 1] == f"desk/{STATE}" for words in steps)
    assert [words[-1] for words in steps[2:]] == ["desk", "desk"]
    remote.fault()
    said = cli(elsewhere.folder.parent, *steps[1], env=remote.env)  # --did-not-happen
    (follows,) = commands_in(said.stdout)
    cli(elsewhere.folder.parent, *follows, "desk", env=remote.env)
    cli(elsewhere.folder.parent, *steps[3], "--auto-approve", env=remote.env)


@pytest.mark.parametrize("form", ["text", "json"])
def test_the_hint_of_an_error_names_the_environment(desk: Desk, cli: Cli, form: str) -> None:
    (desk.folder / "wexa-sync.yaml").write_text("environments: {blue: {}}\n", "utf-8")
    words = ("state", "show", "support-desk/Skill/nobody", "--env", "blue", "--log-format", form)
    done = cli(desk.folder, *words, code=None, env=desk.remote.env)
    assert "`wexa-sync state list --env blue`" in " ".join(done.stderr.split())
    done = cli(desk.folder, *words[:3], code=None, env={**desk.remote.env, "WEXA_SYNC_ENV": "blue"})
    assert "`wexa-sync state list`" in " ".join(done.stderr.split())  # the variable is there for the next command too


def test_a_hint_names_all_that_says_where(desk: Desk, cli: Cli) -> None:
    (desk.folder / "broken.yaml").write_text("apiVersion: wexa.ai/v1\nkind: Skill\nspec: {zeta: 1}\n", "utf-8")
    done = cli(desk.folder, "plan", ".", "--state", "x.json", "--sandbox", code=1, env=desk.remote.env)
    assert "`wexa-sync validate --state x.json --sandbox .`" in done.stderr


def test_paths_that_begin_with_a_dash_are_told_as_no_options(desk: Desk, cli: Cli) -> None:
    desk.folder.rename(desk.folder.parent / "-d")
    (desk.folder.parent / "-d" / "broken.yaml").write_text("kind: Skill\n", "utf-8")
    done = cli(desk.folder.parent, "plan", "--sandbox", "--", "-d", code=1)
    (told,) = commands_in(" ".join(done.stderr.split()))
    assert told == ["validate", "--sandbox", "--", "-d"]
    assert "broken.yaml" in cli(desk.folder.parent, *told, code=1).stderr


def test_a_lost_state_is_looked_for_with_the_words_of_the_plan(desk: Desk, cli: Cli) -> None:
    cli(desk.folder, "apply", "--auto-approve", env=desk.remote.env)
    words = ("--state", "other.json", ".")
    shown = [("plan", "text"), ("plan", "json"), ("plan", "markdown"), ("apply", "markdown"), ("apply", "sarif")]
    for command, form in shown:
        approved = ("--auto-approve",) * (command == "apply")
        done = cli(desk.folder, command, *words, *approved, "--format", form, env=desk.remote.env, code=None)
        told = commands_in(" ".join(done.stdout.split()))
        assert [each for each in told if each[:1] == ["import"]] == [["import", "--all", *words]]
        assert [each for each in told if each[:1] == ["state"]] == [["state", "rebuild", *words]]
    cli(desk.folder, *told[0], "--auto-approve", env=desk.remote.env)
    assert "No changes" in cli(desk.folder, "plan", *words, env=desk.remote.env).stdout


def test_what_follows_an_export_is_told_with_its_folder_and_where_it_is(desk: Desk, cli: Cli) -> None:
    cli(desk.folder, "apply", "--auto-approve", env=desk.remote.env)
    done = cli(desk.folder, "export", "the desk's", "--state", "other.json", "--adopt", env=desk.remote.env)
    words = shlex.split(done.stderr.partition("Next: wexa-sync ")[2])
    assert words == ["plan", "the desk's", "--state", "other.json"]
    assert "No changes" in cli(desk.folder, *words, env=desk.remote.env).stdout


def test_an_undo_of_nothing_tells_no_list_of_it(desk: Desk, cli: Cli) -> None:
    done = cli(desk.folder, "undo", env=desk.remote.env, code=64)
    assert done.stderr.endswith("is empty\nHint: Name the state of the apply that is meant: --state.\n")


def test_the_hint_of_an_explanation_names_the_state(desk: Desk, cli: Cli) -> None:
    cli(desk.folder, "apply", "--auto-approve", env=desk.remote.env)
    words = ("--state", "other.json")
    done = cli(desk.folder, "explain", "Project/support-desk", *words, env=desk.remote.env)
    assert ["resolve", "Project/support-desk", "--did-not-happen", *words] in commands_in(" ".join(done.stdout.split()))
