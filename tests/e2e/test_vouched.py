"""A plan of manifests that the last apply vouches for: the command line says the same as if it had read them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Cli

STATE = ".wexa-sync/sandbox-state.json"


@pytest.mark.parametrize("format_", ["text", "markdown", "annotations", "sarif", "gitlab-terraform", "json", "html"])
def test_it_says_the_same_in_every_format(cli: Cli, applied: Path, format_: str) -> None:
    assert json.loads((applied / STATE).read_text("utf-8"))["vouch"]["files"]
    words = ("plan", "--sandbox", "--prune", "--format", format_)
    with_it, without = cli(applied, *words), cli(applied, *words, "--no-cache")
    assert (with_it.stdout, with_it.stderr) == (without.stdout, without.stderr)


def test_an_edit_is_seen_and_taking_it_back_is_too(cli: Cli, applied: Path) -> None:
    prompt = applied / "prompts" / "answer.md"
    before = prompt.read_text("utf-8")
    prompt.write_text(f"{before}\nBe brief.\n", "utf-8")
    assert "1 to change" in cli(applied, "plan", "--sandbox").last
    prompt.write_text(before, "utf-8")
    assert cli(applied, "plan", "--sandbox", "--check", digest_of(cli, applied)).last == "No changes."


def digest_of(cli: Cli, folder: Path) -> str:
    """Return the digest of the plan that reads everything."""
    found: str = json.loads(cli(folder, "plan", "--sandbox", "--no-cache", "--format", "json").stdout)["digest"]
    return found


def test_an_apply_with_nothing_to_do_vouches_and_changes_nothing_else(cli: Cli, applied: Path) -> None:
    cli(applied, "apply", "--sandbox", "--auto-approve")  # it records the specs without what follows from them
    before = json.loads((applied / STATE).read_text("utf-8"))
    project = applied / "project.yaml"
    project.write_text(f"# A remark.\n{project.read_text('utf-8')}", "utf-8")
    assert cli(applied, "apply", "--sandbox", "--auto-approve").last == "No changes."
    after = json.loads((applied / STATE).read_text("utf-8"))
    assert after.pop("vouch") != before.pop("vouch")
    assert after == before
