"""The process ends at once, without giving back its memory: whatever it wrote is there, and its exit code too."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

AS_USUAL = "import sys; sys.argv[0] = 'wexa-sync'; from wexa_sync.cli import main; main()"
AT_ONCE = "import sys; sys.argv[0] = 'wexa-sync'; from wexa_sync.__main__ import main; main()"


def _ended(how: str, *words: str, stdout: str | None = None) -> tuple[int, bytes | None, bytes]:
    with open(stdout or "/dev/null", "wb") as file:  # noqa: PTH123
        to = file if stdout else subprocess.PIPE
        done = subprocess.run(
            [sys.executable, "-c", how, *words], stdout=to, stderr=subprocess.PIPE, check=False, timeout=60
        )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("words", ["--version", "schema AgentFlow", "--nope", "validate no-such-folder"])
@pytest.mark.parametrize("stdout", [None, "/dev/full"])
def test_it_says_and_returns_what_an_end_as_usual_would(words: str, stdout: str | None) -> None:
    assert Path("/dev/full").exists()
    expected = _ended(AS_USUAL, *words.split(), stdout=stdout)
    assert _ended(AT_ONCE, *words.split(), stdout=stdout) == expected
    assert expected[0] == {"--nope": 64, "validate no-such-folder": 64}.get(words, 1 if stdout else 0)


def test_nothing_is_waited_for() -> None:
    note = "from threading import Event, Thread; Thread(target=Event().wait).start(); "
    assert _ended(note + AT_ONCE, "--version")[0] == 0


def test_a_temporary_folder_does_not_outlive_the_process(tmp_path: Path) -> None:
    """Keep one alive until the end, as an error or an interrupt does with the clone of a state on a git ref."""
    note = f"from tempfile import TemporaryDirectory; kept = TemporaryDirectory(dir={str(tmp_path)!r}); "
    assert _ended(note + AT_ONCE, "--version")[0] == 0
    assert not [*tmp_path.iterdir()]
