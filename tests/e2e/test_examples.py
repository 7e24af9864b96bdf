"""Every example folder, and what `init` writes, is valid, applies on the sandbox, and is then in step."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
PRODUCTION = ("--var-file", "production.vars.yaml", "--state", "production.json")
CASES = [("minimal", ()), ("support-desk", ()), ("content-studio", ()), ("content-studio", PRODUCTION)]


def wexa(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the real command line in that folder."""
    return subprocess.run(  # our own command
        [sys.executable, "-m", "wexa_sync", *words],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def test_every_example_is_a_case() -> None:
    assert {path.name for path in EXAMPLES.iterdir() if path.is_dir()} == {name for name, _ in CASES}


@pytest.mark.parametrize(("name", "words"), CASES, ids=["minimal", "support-desk", "content-studio", "production"])
def test_an_example_applies_and_is_then_in_step(tmp_path: Path, name: str, words: tuple[str, ...]) -> None:
    folder = tmp_path / name
    shutil.copytree(EXAMPLES / name, folder, ignore=shutil.ignore_patterns(".wexa-sync"))
    variables = words[:2]
    valid = wexa(folder, "validate", *variables)
    assert valid.returncode == 0, valid.stderr
    applied = wexa(folder, "apply", "--sandbox", "--auto-approve", *words)
    assert applied.returncode == 0, applied.stdout + applied.stderr
    assert "Apply complete!" in applied.stdout
    again = wexa(folder, "plan", "--sandbox", "--detailed-exitcode", "--strict", *words)
    assert again.returncode == 0, again.stdout + again.stderr
    assert again.stdout.splitlines()[-1].startswith("No changes.")


def test_init_writes_what_validates_and_plans(tmp_path: Path) -> None:
    made = wexa(tmp_path, "init", "new")
    assert made.returncode == 0, made.stderr
    new = tmp_path / "new"
    assert (new / ".gitignore").is_file()
    assert (new / ".github" / "workflows" / "wexa-sync.yml").is_file()
    assert wexa(new, "validate").returncode == 0
    planned = wexa(new, "plan", "--sandbox")
    assert planned.returncode == 0, planned.stderr
    assert "to add" in planned.stdout


def test_init_overwrites_nothing(tmp_path: Path) -> None:
    (tmp_path / "project.yaml").write_text("mine\n", encoding="utf-8")
    refused = wexa(tmp_path, "init")
    assert refused.returncode == 1
    assert "nothing was written: project.yaml is there already" in " ".join(refused.stderr.split())
    assert [path.name for path in tmp_path.iterdir()] == ["project.yaml"]
    assert (tmp_path / "project.yaml").read_text(encoding="utf-8") == "mine\n"
