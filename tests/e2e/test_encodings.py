"""Output is right whatever the encoding of the terminal and the locale: UTF-8 for programs, readable for people."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Cli, Desk

TEXT = "Prüft “Tickets” 要約 → ß"
ENCODINGS = ["ascii", "latin-1", "cp1252", "utf-16", "utf-32-be", "cp037"]


@pytest.fixture
def spelled(desk: Desk) -> Desk:
    """Return the desk, with a project whose description is in no small alphabet."""
    file = desk.folder / "project.yaml"
    text = file.read_text("utf-8").replace("Reads tickets, sorts them and drafts answers.", TEXT)
    file.write_text(text, "utf-8")
    return desk


def run(folder: Path, cli: Cli, *words: str, **env: str) -> subprocess.CompletedProcess[bytes]:
    """Run the command in a new interpreter, which reads that environment as it starts. Return its output as bytes."""
    command = [sys.executable, "-m", "wexa_sync", *words]
    return subprocess.run(command, cwd=folder, env={**cli.env, **env}, capture_output=True, check=False)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_json_is_utf8(spelled: Desk, cli: Cli, encoding: str) -> None:
    env = {**spelled.remote.env, "PYTHONIOENCODING": encoding}
    done = run(spelled.folder, cli, "plan", "--format", "json", "--log-format", "json", "-v", **env)
    assert done.returncode == 0, done.stderr
    changes = json.loads(done.stdout.decode("utf-8"))["resource_changes"]
    assert [each["change"]["after"]["description"] for each in changes if each["kind"] == "Project"] == [TEXT]
    events = [json.loads(line)["event"] for line in done.stderr.decode("utf-8").splitlines()]
    assert set(events) == {"request"}


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_saved_state_and_lists_for_a_pipe_are_utf8(spelled: Desk, cli: Cli, encoding: str) -> None:
    file = spelled.folder / "execution.yaml"
    file.write_text(file.read_text("utf-8").replace("Triage the sample ticket.", TEXT), "utf-8")
    spelled.apply()
    env = {**spelled.remote.env, "PYTHONIOENCODING": encoding}
    done = run(spelled.folder, cli, "state", "show", "Project/support-desk", **env)
    assert json.loads(done.stdout.decode("utf-8"))["spec"]["description"] == TEXT
    assert TEXT in run(spelled.folder, cli, "executions", "list", **env).stdout.decode("utf-8")


@pytest.mark.parametrize(
    ("encoding", "shown"),
    [
        ("ascii", r"Pr\xfcft \u201cTickets\u201d \u8981\u7d04 -> \xdf"),
        ("latin-1", r"Prüft \u201cTickets\u201d \u8981\u7d04 -> ß"),
        ("cp1252", r"Prüft “Tickets” \u8981\u7d04 -> ß"),
        ("utf-16", TEXT),
    ],
)
def test_people_see_what_their_terminal_can_show(spelled: Desk, cli: Cli, encoding: str, shown: str) -> None:
    env = {**spelled.remote.env, "PYTHONIOENCODING": encoding, "COLUMNS": "200"}
    done = run(spelled.folder, cli, "plan", "--details", **env)
    assert done.returncode == 0, done.stderr
    assert shown in done.stdout.decode(encoding)


def test_errors_are_shown_as_stderr_can_show_them(desk: Desk, cli: Cli) -> None:
    done = run(desk.folder, cli, "plan", "--vär", PYTHONIOENCODING="ascii")
    assert done.returncode == 64
    assert r"--v\xe4r" in done.stderr.decode("ascii")


def test_names_arguments_and_variables_are_utf8_in_every_locale(spelled: Desk, cli: Cli) -> None:
    (spelled.folder / "skills.yaml").rename(spelled.folder / "fähigkeiten.yaml")
    file = spelled.folder / "project.yaml"
    file.write_text(file.read_text("utf-8").replace(TEXT, "${env:TEXT} ${var:more}"), "utf-8")
    locale = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    words = ("plan", "--format", "json", "--output", "prüfung.json", "--var", "more=é")
    done = run(spelled.folder, cli, *words, **spelled.remote.env, **locale, TEXT="Grüße")
    assert done.returncode == 0, done.stderr
    changes = json.loads((spelled.folder / "prüfung.json").read_text("utf-8"))["resource_changes"]
    assert [each["change"]["after"]["description"] for each in changes if each["kind"] == "Project"] == ["Grüße é"]
    assert "fähigkeiten.yaml" in {each["source"]["file"] for each in changes}
    shown = run(spelled.folder, cli, "plan", "--var", "more=é", **spelled.remote.env, **locale, TEXT="Grüße")
    assert rb"Gr\xfc\xdfe \xe9" in shown.stdout
