"""A real process, killed with SIGKILL: before each call it makes to the disk, and at random moments."""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from wexa_sync.model import Address, Intent, Record, Target
from wexa_sync.state import Entry, FileStore, Intend, Remember, State

TARGET = Target(base_url="https://api.example.com", org_id="org")

# `live(path, count, fatal)` writes `count` times, and says so each time that `write` has returned. It dies by itself
# before the nth call that changes what is on the disk; with n = 0 it lives to the end and says how many such calls
# there were. Each pwrite writes only a part of what it is given, so that a death in the middle of a line is among the
# moments.
VICTIM = """
import os, signal, sys
from pathlib import Path
from wexa_sync.model import Address, Intent, Record, Target
from wexa_sync.state import FileStore, Intend, Remember

def live(path, count, fatal):
    calls = 0

    def mortal(original):
        def call(*args, **kwargs):
            nonlocal calls
            calls += 1
            if calls == fatal:
                os.kill(os.getpid(), signal.SIGKILL)
            return original(*args, **kwargs)
        return call

    whole = os.pwrite
    os.pwrite = lambda fd, data, offset: whole(fd, bytes(data)[: max(200, len(data) // 2)], offset)
    for name in ("open", "pwrite", "fsync", "replace", "rename", "unlink", "close", "ftruncate"):
        setattr(os, name, mortal(getattr(os, name)))
    target = Target(base_url="https://api.example.com", org_id="org")
    with FileStore(Path(path)).session(target) as session:
        os.write(1, b"held\\n")
        for n in range(count):
            address = Address(project="desk", kind="Skill", name=f"s{n // 2}")
            if n % 2:
                session.write(Remember(Record(address=address, id=str(n), spec={"n": n})))
            else:
                intent = Intent(address=address, operation="create", time=n, spec={"n": n}, fingerprint="f")
                session.write(Intend(intent))
            os.write(1, b"ack\\n")
    os.write(1, b"end %d\\n" % calls)
"""
ONE = VICTIM + "live(sys.argv[1], int(sys.argv[2]), 0)"
# A process for each path, which dies at the call whose number it has. Their parent has imported all and says how each
# ended; what a process says stands beside its state.
EACH = (
    VICTIM
    + """
for fatal, path in enumerate(sys.argv[2:], start=1):
    if not (pid := os.fork()):
        os.dup2(os.open(path + ".said", os.O_WRONLY | os.O_CREAT), 1)
        live(path, int(sys.argv[1]), fatal)
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"""
)


def entry(n: int) -> Entry:
    address = Address(project="desk", kind="Skill", name=f"s{n // 2}")
    if n % 2:
        return Remember(Record(address=address, id=str(n), spec={"n": n}))
    return Intend(Intent(address=address, operation="create", time=n, spec={"n": n}, fingerprint="f"))


def contents(state: State) -> tuple[object, ...]:
    return state.target, state.serial, state.records, state.intents


def after(start: State, count: int) -> State:
    state = start
    for n in range(count):
        state = State(target=TARGET, serial=state.serial, records=state.records, intents=state.intents).after(entry(n))
    return state


def run(code: str, *words: object) -> list[str]:
    """Return the words that the code says."""
    args = [sys.executable, "-c", code, *map(str, words)]
    return subprocess.run(args, stdout=subprocess.PIPE, text=True, check=True).stdout.split()


def check(path: Path, start: State, count: int, acknowledged: int) -> None:
    """Check that every acknowledged write is there, and besides them at most the one under way."""
    store = FileStore(path)
    found = store.load()
    allowed = [contents(after(start, n)) for n in (acknowledged, min(acknowledged + 1, count))]
    assert contents(found) in allowed
    with store.session(TARGET) as session:  # the lock is free, and the next process goes on from there
        assert session.state == found
        session.write(entry(0))
    assert store.load() == session.state
    assert sorted(item.name for item in path.parent.iterdir()) == ["state.json"]


def absent(folder: Path) -> Path:
    return folder / "state.json"


def applied(folder: Path) -> Path:
    path = folder / "state.json"
    with FileStore(path).session(TARGET) as session:
        session.write(Remember(Record(address=Address(kind="Project", name="desk"), id="p", spec={})))
    return path


def killed(folder: Path) -> Path:
    path = applied(folder)
    args = [sys.executable, "-c", ONE, str(path), "5000"]
    with subprocess.Popen(args, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert [process.stdout.readline() for _ in range(3)] == ["held\n", "ack\n", "ack\n"]
        process.kill()
    assert path.with_name("state.json.journal").exists()
    return path


@pytest.mark.parametrize("prepare", [absent, applied, killed])
def test_a_kill_at_any_call_loses_nothing(tmp_path: Path, prepare: Callable[[Path], Path]) -> None:
    count = 2
    (tmp_path / "start").mkdir()
    start = FileStore(prepare(tmp_path / "start")).load()

    def copy(name: str) -> Path:
        return Path(shutil.copytree(tmp_path / "start", tmp_path / name)) / "state.json"

    words = run(ONE, copy("whole"), count)
    assert words[:-2] == ["held", *["ack"] * count]
    calls = int(words[-1])
    assert calls > 20
    paths = [copy(str(fatal)) for fatal in range(1, calls + 1)]
    assert run(EACH, count, *paths) == [str(-signal.SIGKILL)] * calls
    counts = set()
    for path in paths:
        said = path.with_name("state.json.said")
        acknowledged = said.read_text("utf-8").count("ack")
        said.unlink()
        check(path, start, count, acknowledged)
        counts.add(acknowledged)
    assert counts == set(range(count + 1))  # the kills reached each stage


def test_a_kill_at_a_random_moment_loses_nothing(tmp_path: Path) -> None:
    chance = random.Random(7)  # noqa: S311 (no secret depends on it)
    count = 100_000  # more than a pipe holds words of
    seen = []
    for attempt in range(5):
        path = applied(tmp_path / str(attempt))
        start = FileStore(path).load()
        args = [sys.executable, "-c", ONE, str(path), str(count)]
        with subprocess.Popen(args, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "held\n"
            acknowledged = chance.randrange(20)
            for _ in range(acknowledged):
                assert process.stdout.readline() == "ack\n"
            time.sleep(chance.random() * 0.1)
            process.kill()
            acknowledged += process.stdout.read().count("ack")
        assert process.returncode == -signal.SIGKILL
        check(path, start, count, acknowledged)
        seen.append(acknowledged)
    assert max(seen) > 0
