"""--output and --out: what can't be written is told before anything is done, and what was done is told in any case."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Cli, Desk


@pytest.mark.parametrize("words", [("apply", "--output"), ("plan", "--output"), ("plan", "--out")])
def test_a_place_that_is_not_there_is_told_before_anything_is_sent(
    words: tuple[str, str], desk: Desk, cli: Cli
) -> None:
    command, option = words
    for place, said in (("nowhere/x", "there is no folder nowhere to write x in"), (".", "is a directory")):
        done = cli(desk.folder, command, option, place, code=64, env=desk.remote.env)
        assert said in done.stderr
    assert desk.remote.requests == []


def test_a_receipt_that_can_not_be_written_is_shown(desk: Desk, cli: Cli) -> None:
    done = cli(desk.folder, "apply", "--auto-approve", "--output", "/dev/full", code=1, env=desk.remote.env)
    assert done.last.startswith("Apply complete!")
    assert "/dev/full can't be written: No space left on device; what was for it stands above" in " ".join(
        done.stderr.split()
    )


def test_a_receipt_is_written_where_there_was_nothing_to_do_too(desk: Desk, cli: Cli) -> None:
    desk.apply()
    cli(desk.folder, "apply", "--auto-approve", "--output", "receipt.txt", env=desk.remote.env)
    assert "Resources: 0 added" in (desk.folder / "receipt.txt").read_text("utf-8")
