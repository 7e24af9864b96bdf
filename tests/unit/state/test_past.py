"""The history keeps the notes of the newest applies, is true after a kill, and hinders no apply but by a full disk."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from wexa_sync.errors import StateError
from wexa_sync.model import Address, Record, Target
from wexa_sync.state import FileStore, Note, Remember
from wexa_sync.state.past import DAMAGED

TARGET = Target(base_url="https://api.example.com", org_id="org")
RECORD = Record(address=Address(project="desk", kind="Skill", name="a"), id="1", spec={})


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "state.json", keep=3)


def note(number: int, run: str = "r1", *, durable: bool = True) -> Note:
    return Note(run, {"n": number}, durable=durable)


def file_of(store: FileStore, run: str = "r1") -> Path:
    return store.history_path / f"{run}.jsonl"


def test_notes_are_kept_in_order_and_change_no_state(store: FileStore) -> None:
    assert store.past() == {}
    with store.session(TARGET) as session:
        session.write(note(1))
        session.write(note(2, durable=False), Remember(RECORD))
        session.write(note(3, durable=False))
        assert session.state.serial == 1
        assert store.past() == {"r1": ({"n": 1}, {"n": 2}, {"n": 3})}, "read without the lock"
    assert store.load().serial == 1
    assert store.past() == {"r1": ({"n": 1}, {"n": 2}, {"n": 3})}


def test_a_session_that_notes_alone_writes_no_state(store: FileStore) -> None:
    with store.session(TARGET) as session:
        session.write(note(1))
    assert not store.path.exists()
    assert store.load().lineage == ""


def test_the_newest_are_kept(store: FileStore) -> None:
    for number in range(5):
        with store.session(TARGET) as session:
            session.write(note(number, f"r{number}"))
    assert [*store.past()] == ["r2", "r3", "r4"]
    assert len(list(store.history_path.iterdir())) == 3
    assert [*FileStore(store.path, keep=2).past()] == ["r3", "r4"]


def test_with_none_to_keep_nothing_is_noted(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "state.json", keep=0)
    with store.session(TARGET) as session:
        session.write(note(1))
    assert store.past() == {}
    assert not store.history_path.exists()


def test_only_the_owner_reads_it(store: FileStore) -> None:
    before = os.umask(0)
    try:
        with store.session(TARGET) as session:
            session.write(note(1))
    finally:
        os.umask(before)
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (store.history_path, file_of(store))]
    assert modes == [0o700, 0o600]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (b"", None),
        (b'{"n":1}\n{"n":2', ({"n": 1},)),
        (b'{"n":1}\n{"n":\0\0}\n', ({"n": 1}, DAMAGED)),
        (b'{"n":1}\n[]\n{"n":3}\n', ({"n": 1}, DAMAGED)),
        (b'{"n":1,"n":2}\n', (DAMAGED,)),
        (b"\xff\n", (DAMAGED,)),
    ],
)
def test_a_cut_line_is_dropped_and_damage_is_said(store: FileStore, text: bytes, found: Any) -> None:
    store.history_path.mkdir()
    file_of(store).write_bytes(text)
    assert store.past() == ({} if found is None else {"r1": found})
    with store.session(TARGET) as session:
        session.write(note(1, "r2"))  # and the next apply goes on
    assert store.past()["r2"] == ({"n": 1},)


@pytest.mark.parametrize("place", ["folder", "file"])
def test_a_link_is_not_followed(store: FileStore, tmp_path: Path, place: str) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    if place == "folder":
        store.history_path.symlink_to(elsewhere)
    else:
        store.history_path.mkdir()
        file_of(store).symlink_to(elsewhere / "new")
    with store.session(TARGET) as session, pytest.raises(StateError, match=r"Can't write .*history"):
        session.write(note(1))
    assert list(elsewhere.iterdir()) == []


def test_a_full_disk_refuses_a_durable_note_and_drops_another(
    store: FileStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    with store.session(TARGET) as session:
        session.write(note(1))
        whole = os.pwrite

        def full(fd: int, data: Any, offset: int) -> int:
            if (
                offset
                and stat.S_ISREG(os.fstat(fd).st_mode)
                and Path(f"/proc/self/fd/{fd}").readlink().suffix == ".jsonl"
            ):
                whole(fd, bytes(data)[:3], offset)
                raise OSError(28, "No space left on device")
            return whole(fd, data, offset)

        with monkeypatch.context() as patched:
            patched.setattr(os, "pwrite", full)
            with pytest.raises(StateError, match="No space left"):
                session.write(note(2), Remember(RECORD))
            assert session.state.serial == 0, "what the note is for was not done"
            session.write(note(3, durable=False), Remember(RECORD))
            assert session.state.serial == 1
        session.write(note(4))
    assert store.past() == {"r1": ({"n": 1}, {"n": 4})}


VICTIM = """
import os, signal, sys
from pathlib import Path
from wexa_sync.model import Target
from wexa_sync.state import FileStore, Note

calls, fatal = 0, int(sys.argv[2])
def mortal(original):
    def call(*args, **kwargs):
        global calls
        calls += 1
        if calls == fatal:
            os.kill(os.getpid(), signal.SIGKILL)
        return original(*args, **kwargs)
    return call
whole = os.pwrite
os.pwrite = lambda fd, data, offset: whole(fd, bytes(data)[: max(4, len(data) // 2)], offset)
for name in ("open", "pwrite", "fsync", "unlink", "close", "mkdir"):
    setattr(os, name, mortal(getattr(os, name)))
with FileStore(Path(sys.argv[1]), keep=2).session(Target(base_url="https://api.example.com", org_id="org")) as session:
    for n in range(3):
        session.write(Note("r5", {"n": n}, durable=True))
        os.write(1, b"ack\\n")
"""


def test_a_kill_at_any_call_keeps_what_was_acknowledged(tmp_path: Path) -> None:
    fatal, code = 0, -9
    while code == -9:
        fatal += 3  # a sample: each takes a process
        folder = tmp_path / str(fatal)
        folder.mkdir()
        with FileStore(folder / "state.json").session(TARGET) as session:
            session.write(note(0, "r1"), note(0, "r1"))
        with FileStore(folder / "state.json").session(TARGET) as session:
            session.write(note(0, "r2"))
        done = subprocess.run(
            [sys.executable, "-c", VICTIM, str(folder / "state.json"), str(fatal)], capture_output=True, check=False
        )
        code, acknowledged = done.returncode, done.stdout.count(b"ack")
        past = FileStore(folder / "state.json").past()
        assert past["r2"] == ({"n": 0},)
        found = past.get("r5", ())
        assert found in [tuple({"n": n} for n in range(count)) for count in (acknowledged, acknowledged + 1)]
    assert code == 0, done.stderr
