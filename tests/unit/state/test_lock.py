from __future__ import annotations

import fcntl
import getpass
import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

from wexa_sync.errors import StateError, StateLocked
from wexa_sync.model import Address, Record, Target
from wexa_sync.state import FileStore, Remember

TARGET = Target(base_url="https://api.example.com", org_id="org")
ENTRY = Remember(Record(address=Address(project="desk", kind="Skill", name="a"), id="1", spec={}))
HOLDER = {
    "owner": "somebody@elsewhere pid 7",
    "pid": 7,
    "host": "elsewhere",
    "created": "2020-01-01T00:00:00+00:00",
    "expires": "2999-01-01T00:00:00+00:00",
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state.json"


@pytest.fixture
def lock(path: Path) -> Path:
    return path.with_name("state.json.lock")


def take(path: Path, **options: Any) -> None:
    with FileStore(path, **options).session(TARGET) as session:
        session.write(ENTRY)


def test_the_lock_says_who_holds_it_and_is_gone_afterwards(path: Path, lock: Path) -> None:
    with FileStore(path, lease=60).session(TARGET):
        text = json.loads(lock.read_text())
        assert text["owner"] == f"{getpass.getuser()}@{os.uname().nodename} pid {os.getpid()}"
        assert (text["pid"], text["host"]) == (os.getpid(), os.uname().nodename)
        assert text["created"] < text["expires"]
    assert not lock.exists()


def test_a_user_without_a_name_is_still_somebody(path: Path, lock: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def nameless() -> str:
        raise KeyError("getpwuid(): uid not found")

    monkeypatch.setattr(getpass, "getuser", nameless)
    with FileStore(path).session(TARGET):
        assert json.loads(lock.read_text())["owner"].startswith(f"uid-{os.getuid()}@")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "{}",
        "[" * 4000,
        json.dumps(HOLDER | {"expires": 3}),
        json.dumps(HOLDER | {"expires": "soon"}),
        json.dumps(HOLDER | {"expires": "0001-01-01T00:00:00"}),
        json.dumps(HOLDER | {"owner": {"a": 1}}),
        json.dumps(HOLDER | {"pid": "7; reboot"}),
        json.dumps(HOLDER | {"more": 1}),
    ],
    ids=lambda text: text[:20] + text[-20:],
)
def test_a_lock_file_that_says_nothing_is_free_unless_the_kernel_says_otherwise(
    path: Path, lock: Path, text: str
) -> None:
    lock.write_text(text)
    with lock.open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with pytest.raises(StateLocked, match="another process"):
            take(path)
        with pytest.raises(StateLocked, match="another process") as caught:
            FileStore(path).unlock()
        assert caught.value.hint == "Wait for it, or end it: its lock goes with it."  # nobody knows its number
    take(path)


def test_writing_renews_the_lease_once_half_of_it_is_used(
    path: Path, lock: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now)
    with FileStore(path, lease=100).session(TARGET) as session:
        first = json.loads(lock.read_text())
        now += 49
        session.write(ENTRY)
        assert json.loads(lock.read_text()) == first
        now += 2
        session.write()
        renewed = json.loads(lock.read_text())
        assert renewed["expires"] > first["expires"]
        assert renewed["created"] == first["created"]
        session.write(ENTRY)
    assert not lock.exists()


@pytest.mark.parametrize("how", ["removed", "replaced", "taken over"])
def test_a_lost_lock_stops_the_writing_and_leaves_the_other_s_files_alone(path: Path, lock: Path, how: str) -> None:
    with FileStore(path).session(TARGET) as session:
        session.write(ENTRY)
        if how != "taken over":
            lock.unlink()
        if how != "removed":
            lock.write_text(json.dumps(HOLDER))
        for _ in range(2):
            with pytest.raises(StateError, match="was lost") as caught:
                session.write(ENTRY)
    assert "no other apply runs" in caught.value.hint
    assert not path.exists()
    assert lock.exists() is (how != "removed")
    assert FileStore(path).load().serial == 1  # the journal keeps what was acknowledged


def test_a_lock_removed_between_opening_and_locking_it_does_not_count(
    path: Path, lock: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = fcntl.flock
    stale: list[int] = []

    def flock(fd: int, operation: int) -> None:
        if not stale:
            stale.append(fd)
            lock.unlink()
        original(fd, operation)

    monkeypatch.setattr(fcntl, "flock", flock)
    with FileStore(path).session(TARGET), pytest.raises(StateLocked):
        take(path)
    assert len(stale) == 1


def test_a_file_system_without_locks_is_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unsupported(*_: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(fcntl, "flock", unsupported)
    with pytest.raises(StateError, match="Operation not supported") as caught:
        take(path)
    assert "--state" in caught.value.hint
