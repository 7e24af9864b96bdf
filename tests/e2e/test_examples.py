"""Every example folder, and what `init` writes, is valid, applies on the sandbox, and is then in step."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conformance.desks import SECRETS
from tests.conftest import copy_example, examples

if TYPE_CHECKING:
    from tests.conftest import Cli

STAGING, PRODUCTION = ("--env", "staging"), ("--env", "production")
CASES = [
    ("minimal", ()),
    ("gitlab", ()),
    ("support-desk", ()),
    ("auto-reply", ()),
    ("channels", ()),
    ("marketplace", ()),
    ("files", ()),
    ("tables", ()),
    ("seed", ()),
    ("content-studio", STAGING),
    ("content-studio", PRODUCTION),
]


def test_every_example_is_a_case() -> None:
    assert {folder.name for folder in examples()} == {name for name, _ in CASES}


@pytest.mark.parametrize(("name", "words"), CASES, ids=[" ".join((name, *words)) for name, words in CASES])
def test_an_example_applies_and_is_then_in_step(tmp_path: Path, cli: Cli, name: str, words: tuple[str, ...]) -> None:
    folder = copy_example(name, tmp_path / name)
    wexa = partial(cli, folder, env={**SECRETS, "WEXA_SYNC_HIRE": "1"})
    assert wexa("validate", *words).stdout.startswith("Valid: ")
    planned = wexa("plan", "--sandbox", "--detailed-exitcode", *words, code=2).stdout
    changes = 1 if name == "seed" else 0  # its rows are inserted, which is a change of their table
    assert f" to add, {changes} to change, 0 to delete" in planned
    assert "Apply complete!" in wexa("apply", "--sandbox", "--auto-approve", *words).stdout
    again = wexa("plan", "--sandbox", "--detailed-exitcode", "--strict", *words)
    assert again.last.startswith("No changes.")


def test_init_writes_what_validates_and_plans(tmp_path: Path, cli: Cli) -> None:
    cli(tmp_path, "init", "new")
    new = tmp_path / "new"
    assert (new / ".gitignore").is_file()
    assert (new / ".github" / "workflows" / "wexa-sync.yml").is_file()
    cli(new, "validate")
    assert "to add" in cli(new, "plan", "--sandbox").stdout


def test_init_overwrites_nothing(tmp_path: Path, cli: Cli) -> None:
    (tmp_path / "project.yaml").write_text("mine\n", encoding="utf-8")
    cli(tmp_path, "init")
    assert "Plan: 4 to add" in cli(tmp_path, "plan", "--sandbox").stdout
    assert (tmp_path / "project.yaml").read_text(encoding="utf-8") == "mine\n"
