"""Words that people bring from other tools are answered with the words that do the same here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
import pytest

from wexa_sync.cli import COMMANDS, cli
from wexa_sync.cli.habits import _COMMANDS, _FLAG_WORDS, _WORDS

if TYPE_CHECKING:
    from tests.unit.cli.conftest import Here


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("apply --dry-run", "`wexa-sync plan`"),
        ("apply --dry_run", "`wexa-sync plan`"),
        ("apply -y", "--auto-approve"),
        ("destroy --yes", "--auto-approve"),
        ("diff", "`wexa-sync plan`"),
        ("Status", "`wexa-sync plan`"),
        ("refresh", "`wexa-sync plan`"),
        ("plan -out=x", "two dashes: --out."),
        ("plan -var a=b", "two dashes: --var."),
        ("plan -var-file=x", "two dashes: --var-file."),
        ("plan -vf x", "PATH"),
        ("destroy --force", "--auto-approve"),
        ("apply -auto-approve", "two dashes: --auto-approve."),
        ("plan -target=a/b/c", "two dashes: --target."),
        ("plan -o x", "--out FILE"),
        ("plan --json", "--format json"),
        ("--sandbox plan", "`wexa-sync plan --sandbox`"),
        ("-v plan", "`wexa-sync plan -v`"),
        ("adopt", "--adopt"),
        ("show", "`wexa-sync state show ADDRESS`"),
        ("plan -destroy", "`wexa-sync destroy`"),
        ("apply -f x.yaml", "PATH"),
        ("-chdir=x plan", "PATH"),
        ("plan --api-key=abc", "WEXA_API_KEY"),
        ("state dump", "`wexa-sync export DIR`"),
        ("executions logs", "`wexa-sync executions show ADDRESS`"),
        ("wait", "`wexa-sync executions wait`"),
        ("executions lst", "Did you mean 'list'?"),
        ("executions xyzzy", "There are: answer, cancel,"),
        ("aply", "Did you mean 'apply'?"),
    ],
)
def test_a_word_of_another_tool_is_answered(here: Here, typed: str, answer: str) -> None:
    _, said = here.run(*typed.split(), code=64)
    assert answer in said
    assert "abc" not in said


@pytest.mark.parametrize("typed", ["plan -y", "init --json", "plan --nope", "validate -x"])
def test_a_flag_is_no_answer_to_a_command_that_lacks_it(here: Here, typed: str) -> None:
    _, said = here.run(*typed.split(), code=64)
    assert "--auto-approve" not in said
    assert "--format" not in said


def test_every_answer_names_commands_and_flags_that_there_are() -> None:
    context = click.Context(cli)
    commands = {name: command for name in COMMANDS if (command := cli.get_command(context, name))}
    inner = {f"{name} {each}" for name, found in commands.items() for each in getattr(found, "commands", ())}
    answers = [*_WORDS, *_FLAG_WORDS, *_COMMANDS.values()]
    for answer in answers:
        for words in (each.split() for each in answer.split("`")[1::2] if each.startswith("wexa-sync ")):
            if words[1] in {"COMMAND", "--help", "--version"}:
                continue
            assert words[1] in commands
            assert not hasattr(commands[words[1]], "commands") or " ".join(words[1:3]) in inner


def test_no_word_has_two_answers_or_is_a_command() -> None:
    for table in (_WORDS, _FLAG_WORDS):
        words = [word for text in table.values() for word in text.split()]
        assert sorted(words) == sorted(set(words))
    assert set(_COMMANDS) & set(COMMANDS) == set()
