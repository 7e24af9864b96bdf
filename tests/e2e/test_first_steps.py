"""What somebody sees who tries it out on a terminal: init, validate, plan, apply, with the questions on the way."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Cli


def test_from_nothing_to_a_workspace(tmp_path: Path, cli: Cli) -> None:
    def typed(text: str, *words: str, code: int = 0) -> str:
        done = cli.on_terminal(tmp_path / "demo" if words[0] != "init" else tmp_path, *words, typed=text)
        assert done.code == code, done.stdout
        lines = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", done.stdout).splitlines()
        assert [line for line in lines if len(line) > 80 and "Apply complete!" not in line] == []
        return "\n".join(lines)

    assert "Next: cd demo && wexa-sync validate && wexa-sync plan --sandbox" in typed("", "init", "demo")
    assert typed("", "validate") == "Valid: 4 resources."
    assert "Plan: 4 to add" in typed("", "plan", "--sandbox")
    refused = typed("n\n", "apply", "--sandbox", code=1)
    assert refused.endswith("\n\nApply 4 changes? [y/N]: n\n\nNothing was applied.")
    assert typed("", "state", "list", "--sandbox").startswith("Nothing is managed yet")
    agreed = typed("y\n", "apply", "--sandbox")
    assert "\n\nApply 4 changes? [y/N]: y\n\n" in agreed
    assert "Apply complete! Resources: 4 added" in agreed
    assert typed("", "plan", "--sandbox").endswith("\n\nNo changes.")
    listed = typed("", "state", "list", "--sandbox").splitlines()
    assert len({line.rindex(" ") for line in listed}) == 1, "ids in a column"
    assert len(listed) == 4
