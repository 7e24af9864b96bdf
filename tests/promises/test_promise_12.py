"""Promise 12: "Bad input gets a clear error with its place, and nothing is sent"."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Cli, Desk

HEAD = "apiVersion: wexa.ai/v1\nkind: Skill\nmetadata:\n  name: odd\nspec:\n"
SKILL = HEAD + "  name: N\n  description: D\n  connector_id: {external: Mail}\n"
CASES = {
    "not YAML": ("kind: [", "bad.yaml:1:8", "not YAML"),
    "a tab": ("kind:\tSkill\n\tmetadata: {}\n", "bad.yaml:", ""),
    "a list": ("- kind: Skill\n", "bad.yaml:1", ""),
    "a key twice": (SKILL + "  name: M\n", "bad.yaml:9:3", "name"),
    "an unknown kind": (SKILL.replace("Skill", "Skil"), "bad.yaml:2", "Skill"),
    "an unknown field": (SKILL.replace("description", "descripton"), "bad.yaml:7", "description"),
    "a wrong type": (SKILL.replace("description: D", "description: [D]"), "bad.yaml:7", "text"),
    "an unknown reference": (SKILL.replace("{external: Mail}", "mailer"), "bad.yaml:8", "external"),
    "a bad handle": (SKILL.replace("odd", "Odd One"), "bad.yaml:4", ""),
    "another project": (SKILL.replace("  name: odd", "  name: odd\n  project: none"), "bad.yaml:", "none"),
    "a name twice": (SKILL.replace("odd", "summarise"), "bad.yaml:", "summarise"),
    "an unset variable": (SKILL.replace("D\n", "${var:NONE}\n"), "bad.yaml:7", "NONE"),
    "a file outside": (SKILL.replace("D\n", "{file: ../../etc/passwd}\n"), "bad.yaml:7", ""),
    "a missing file": (SKILL.replace("D\n", "{file: prompts/none.md}\n"), "bad.yaml:7", "none.md"),
    "an alias bomb": (
        "apiVersion: wexa.ai/v1\na: &a [x, x]\nb: &b [*a, *a, *a]\nc: &c [*b, *b]\nd: [*c, *c]\n",
        "bad.yaml:",
        "",
    ),
    "a Python object": ("!!python/object/apply:os.system [id]\n", "bad.yaml:1", ""),
}


@pytest.mark.parametrize("command", ["validate", "plan", "apply"])
def test_all_bad_files_at_once_send_nothing(desk: Desk, cli: Cli, command: str) -> None:
    for number, (text, _, _) in enumerate(CASES.values()):
        (desk.folder / f"bad-{number:02}.yaml").write_text(text, encoding="utf-8")
    words = [command, *(["--auto-approve"] if command == "apply" else [])]
    done = cli(desk.folder, *words, code=1, env=desk.remote.env)
    unnamed = [name for number, name in enumerate(CASES) if f"bad-{number:02}.yaml" not in done.stderr]
    assert unnamed == [], done.stderr
    assert desk.remote.requests == []
    assert not (desk.folder / ".wexa-sync").exists()


@pytest.mark.parametrize(("text", "place", "word"), CASES.values(), ids=CASES)
def test_an_error_names_its_place(desk: Desk, cli: Cli, text: str, place: str, word: str) -> None:
    (desk.folder / "bad.yaml").write_text(text, encoding="utf-8")
    done = cli(desk.folder, "plan", code=1, env=desk.remote.env)
    said = " ".join(done.stderr.split())
    assert place in said
    assert word in said
    assert desk.remote.requests == []


def test_no_manifest_is_an_error_and_deletes_nothing(desk: Desk, cli: Cli) -> None:
    for file in desk.folder.glob("*.yaml"):
        file.unlink()
    done = cli(desk.folder, "apply", "--prune", "--auto-approve", code=None, env=desk.remote.env)
    assert done.code in {1, 64}
    assert "no manifest" in done.stderr.lower()
    assert desk.remote.requests == []
