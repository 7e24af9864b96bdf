"""Credits are spent only with a consent of their own: asked for at a terminal, and by --hire where there is none."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conftest import copy_example

if TYPE_CHECKING:
    from tests.conftest import Cli, Remote

PURCHASE = "POST /marketplace/coworker/67f73fa6f55e1a49293771eb/purchase"
APPLY = ("apply", "--auto-approve")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the example of a hire."""
    return copy_example("marketplace", tmp_path / "desk")


def test_without_a_terminal_a_hire_wants_its_flag(folder: Path, cli: Cli, remote: Remote) -> None:
    for flags in ((), ("--force",), ("--allow", "executions=5")):
        refused = cli(folder, *APPLY, *flags, code=1, env=remote.env).stderr
        assert "the plan spends credits on recruiting/MarketplaceHire/recruiter" in refused
        assert "--hire, or set WEXA_SYNC_HIRE=1" in refused.replace("\n      ", " ")
    assert remote.writes == []
    cli(folder, *APPLY, env={**remote.env, "WEXA_SYNC_HIRE": "1"})
    assert remote.writes.count(PURCHASE) == 1
    cli(folder, *APPLY, env=remote.env)  # there is nothing to buy any more
    assert remote.writes.count(PURCHASE) == 1


def test_a_terminal_is_asked_whatever_approves_the_rest(folder: Path, cli: Cli, remote: Remote) -> None:
    asked = cli.on_terminal(folder, *APPLY, typed="n\n", env=remote.env)
    assert "Spend credits on recruiting/MarketplaceHire/recruiter? [y/N]:" in asked.stdout
    assert (asked.code, remote.writes) == (1, [])
    assert cli.on_terminal(folder, *APPLY, typed="y\n", env=remote.env).code == 0
    assert remote.writes.count(PURCHASE) == 1


def test_a_saved_plan_is_no_consent(folder: Path, cli: Cli, remote: Remote) -> None:
    cli(folder, "plan", "--out", "p.json", env=remote.env)
    cli(folder, "apply", "p.json", "--auto-approve", code=1, env=remote.env)
    assert remote.writes == []
    cli(folder, "apply", "p.json", "--auto-approve", "--hire", env=remote.env)
    assert remote.writes.count(PURCHASE) == 1


def test_an_unknown_coworker_is_named_and_the_marketplace_pointed_at(folder: Path, cli: Cli, remote: Remote) -> None:
    file = folder / "hires.yaml"
    file.write_text(file.read_text("utf-8").replace("AI Recruiter", "AI Recruter"), "utf-8")
    said = cli(folder, "plan", "--details", code=None, env=remote.env).stdout
    assert "AI Recruter" in said
    assert "wexa-sync marketplace search" in said.replace("\n", " ")


def test_the_marketplace_can_be_searched_and_a_coworker_checked(folder: Path, cli: Cli, remote: Remote) -> None:
    assert cli(folder, "marketplace", "search", "applications", env=remote.env).stdout.startswith("AI Recruiter\t")
    found = cli(folder, "marketplace", "check", "AI Recruiter", env=remote.env).stdout
    assert '"update_available": false' in found
    wrong = cli(folder, "marketplace", "check", "AI Recruter", code=64, env=remote.env).stderr
    assert "AI Recruter" in wrong
    assert "Did you mean 'AI Recruiter'?" in wrong
    assert remote.writes == []


def test_a_dashboard_is_refreshed_only_with_a_consent(folder: Path, cli: Cli, remote: Remote) -> None:
    cli(folder, "apply", "--auto-approve", "--exclude", "recruiting/MarketplaceHire/recruiter", env=remote.env)
    remote.forget()
    refresh = ("dashboard", "refresh", "recruiting")
    assert "may spend credits" in cli(folder, *refresh, code=64, env=remote.env).stderr
    assert cli.on_terminal(folder, *refresh, typed="n\n", env=remote.env).code == 1
    assert remote.writes == []
    assert "Credits used" in cli(folder, *refresh, "--auto-approve", env=remote.env).stdout
    assert [write.partition(" ")[2].rpartition("/")[0] for write in remote.writes] == ["/dashboard/refresh"]
    remote.forget()
    remote.fault("drop after POST /dashboard/refresh/*")
    lost = cli(folder, *refresh, "--auto-approve", code=1, env=remote.env).stderr
    assert "A repeated refresh may spend credits again" in " ".join(lost.split())
    assert len(remote.writes) == 1
