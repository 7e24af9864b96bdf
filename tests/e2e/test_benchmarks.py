"""The benchmarks run, on tiny workspaces. What they measure is nobody's test; what they count is exact."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

import benchmarks.__main__ as command
from benchmarks.__main__ import LARGE, QUICK
from benchmarks.figures import amount
from benchmarks.processes import PYTHON, run
from benchmarks.recording import Recorded, served
from tests.events import free_port

ROOT = Path(__file__).parents[2]


def measured(*words: str, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    whole = {**os.environ, **(env or {})}
    return subprocess.run(
        [sys.executable, "-m", "benchmarks", *words],
        cwd=ROOT,
        env=whole,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def rows(told: str) -> list[list[str]]:
    """Return the cells of a table, line by line, without its head."""
    lines = [line for line in told.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines][1:]


@pytest.mark.parametrize("name", [*QUICK, *(name for name in LARGE if not name.endswith("-10000"))])
def test_every_benchmark_runs_and_the_requests_are_as_promised(name: str) -> None:
    done = measured(name, "--small", "--rounds", "1")
    assert done.returncode == 0, done.stderr
    found = rows(done.stdout)
    assert found
    if name == "plan-requests":
        assert [row[-1] for row in found] == ["yes", "yes"]


def test_a_benchmark_that_is_not_there_is_told_of() -> None:
    done = measured("nothing")
    assert done.returncode == 2
    assert "there is no benchmark nothing" in done.stderr


def test_check_says_which_figures_are_missed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    few, many = amount("few", 2, "ms", limit=3), amount("many", 4, "ms", limit=3)
    for figures, code, end in (((few, amount("told", 9, "ms")), 0, "|"), ((few, many), 1, "many: 4.00, at most 3")):
        monkeypatch.setitem(command._ALL, "startup", lambda *_, figures=figures: figures)
        monkeypatch.setattr(sys, "argv", ["benchmarks", "startup", "--check"])
        assert command.main() == code
        assert capsys.readouterr().out.rstrip().endswith(end)


def test_a_peer_that_cannot_be_installed_is_left_out_and_said_so() -> None:
    nowhere = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "", "PIP_CONFIG_FILE": os.devnull}
    done = measured("ansible", "--small", "--rounds", "1", "--check", env=nowhere)
    assert done.returncode == 0, done.stderr
    assert "ansible is left out: ansible-core can't be installed." in done.stderr


def test_pages_are_served_as_recorded_and_whatever_else_is_asked_for_fails(tmp_path: Path) -> None:
    port = free_port()
    file = tmp_path / "recorded.json"
    date = "Sun, 29 Nov 2026 19:10:20 GMT"
    page = {"status": 201, "headers": {"Date": date}, "body": '["é"]'}
    file.write_text(json.dumps({"port": port, "pages": {"/list?page=1": page}}), encoding="utf-8")
    with served(Recorded(file=file, port=port, asked={}, said={})) as pages:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        for _ in range(2):  # the connection stays
            connection.request("GET", "/list?page=1")
            answer = connection.getresponse()
            assert (answer.status, answer.headers["Date"], json.load(answer)) == (201, date, ["é"])
        assert (pages.count(), pages.count()) == (2, 0)
        connection.request("POST", "/list?page=1", body="GET /list?page=1 HTTP/1.1\r\n\r\n")
        assert connection.getresponse().status == 404
        with pytest.raises(RuntimeError, match=r"not recorded: POST /list\?page=1$"):
            pages.count()


def test_what_a_process_takes_is_its_own(tmp_path: Path) -> None:
    """Measure a command: its memory is no part of this process, which is large; its CPU is that of its children too."""
    held = b"x" * 200_000_000
    small = run([PYTHON, "-S", "-c", "pass"], folder=tmp_path)
    child = (
        "import subprocess, sys; subprocess.run([sys.executable, '-c', 'x = b\"x\" * 100_000_000; sum(range(10**7))'])"
    )
    large = run([PYTHON, "-c", child], folder=tmp_path)
    assert small.memory < 50
    assert 100 < large.memory < len(held) / 1e6
    assert large.cpu > 2 * small.cpu
    with pytest.raises(RuntimeError, match="ended with 3\nno"):
        run([PYTHON, "-c", "import sys; print('no'); sys.exit(3)"], folder=tmp_path)
