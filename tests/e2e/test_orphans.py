"""What is no longer declared: the plan promises nothing of --prune that --prune can't do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from wexa_sync.model import Choice, Plan

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.conftest import Cli, Desk

FILES = ("execution.yaml", "schedule.yaml", "skills.yaml", "triage.yaml", "project.yaml")


def _addresses(decisions: Iterable[object]) -> set[str]:
    return {str(getattr(each, "address", each)) for each in decisions}


def _removed(desk: Desk, files: Iterable[str]) -> tuple[Plan, Plan]:
    """Return the plans without and with --prune, once those files are gone."""
    for name in files:
        (desk.folder / name).unlink()
    if "skills.yaml" in files and "triage.yaml" not in files:
        flow = desk.folder / "triage.yaml"
        kept = [line for line in flow.read_text("utf-8").splitlines() if "skills:" not in line]
        flow.write_text("\n".join(kept), "utf-8")
    return desk.plan(), desk.plan(Choice(prune=True))


@pytest.mark.parametrize("files", [FILES[:1], FILES[:2], ("skills.yaml",), (*FILES[:2], "triage.yaml"), FILES[:4]])
def test_what_prune_cannot_delete_is_said_before_it_is_tried(cli: Cli, desk: Desk, files: tuple[str, ...]) -> None:
    desk.apply()
    without, pruned = _removed(desk, files)
    stay = _addresses(without.unprunable)
    assert stay == _addresses(pruned.blocked) & _addresses(without.orphans)
    assert _addresses(without.orphans) - stay == _addresses(pruned.work) & _addresses(without.orphans)
    assert ("support-desk/AgentFlow/triage" in stay) == ("triage.yaml" in files)
    text = cli(desk.folder, "plan", "--no-color", env=desk.remote.env).stdout
    promised, _, rest = text.partition("No longer declared; --prune can't delete these:")
    assert all(address not in promised for address in stay if "Agent" not in address or "skills.yaml" not in files)
    assert all(address in rest for address in stay)
    assert ("state rm" in rest) == bool(stay)


def test_a_protected_one_is_not_promised_either(desk: Desk) -> None:
    schedule = desk.folder / "schedule.yaml"
    text = schedule.read_text("utf-8")
    schedule.write_text(text.replace("\nspec:", "\n  lifecycle: {prevent_destroy: true}\nspec:"), "utf-8")
    desk.apply()
    without, _ = _removed(desk, ["schedule.yaml"])
    assert [(str(each.address), each.reason) for each in without.unprunable] == [
        ("support-desk/Schedule/new-year-digest", "prevent_destroy protects it")
    ]
