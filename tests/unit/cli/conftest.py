"""The command line in this process, knowing nothing of the machine's environment."""

from __future__ import annotations

import os
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from msgspec import Struct, field

from wexa_sync.cli import cli


class Here(Struct, frozen=True):
    """Hold the command line in this process, in an empty folder, knowing nothing of the machine's environment."""

    path: Path
    env: dict[str, str | None] = field(default_factory=dict)

    def run(self, *words: str, code: int = 0, **env: str) -> tuple[str, str]:
        """Return what a command prints on stdout and on stderr. An error must have a hint."""
        done = CliRunner().invoke(cli, words, env={**self.env, **env}, standalone_mode=False)
        assert done.exception is None or isinstance(done.exception, click.UsageError), done.exc_info
        said = done.stderr + (done.exception.format_message() if isinstance(done.exception, click.UsageError) else "")
        assert (64 if done.exception else done.return_value or 0) == code, said
        assert code != 1 or "hint" in said.lower()
        return done.stdout, said


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Here:
    monkeypatch.chdir(tmp_path)
    return Here(tmp_path, {name: None for name in os.environ if name.startswith(("WEXA_", "COLUMNS"))})
