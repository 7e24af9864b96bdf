from __future__ import annotations

import fcntl
import getpass
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
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
# Takes the lock, says so, and keeps it until its stdin ends.
HOLD = """
import sys
from pathlib import Path
from wexa_sync.model import Target
from wexa_sync.state import FileStore
with FileStore(Path(sys.argv[1])).session(Target(base_url="https://api.example.com", org_id="org")):
    print("held", flush=True)
    sys.stdin.read()
"""
# Waits its turn, then makes a read-modify-write of a counter that only mutual exclusion keeps right.
COUNT = """
import sys
from pathlib import Path
from wexa_sync.model import Address, Record, Target
from wexa_sync.state import FileStore, Remember
address = Address(project="desk", kind="Skill", name="counter")
for _ in range(int(sys.argv[2])):
    store = FileStore(Path(sys.argv[1]), lock_timeout=60)
    with store.session(Target(base_url="https://api.example.com", org_id="org")) as session:
        record = session.state.records.get(address)
        count = record.spec["count"] if record else 0
        session.write(Remember(Record(address=address, id="1", spec={"count": count + 1})))
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state.json"


@pytest.fixture
def lock(path: Path) -> Path:
    return path.with_name("state.json.lock")


@pytest.fixture
def holder(path: Path) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


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


def test_a_second_process_is_told_who_since_when_until_when_and_what_to_do(
    path: Path, lock: Path, holder: subprocess.Popen[str]
) -> None:
    text = json.loads(lock.read_text())
    with pytest.raises(StateLocked) as caught:
        take(path)
    assert (
        caught.value.message == f"{path} is locked by {text['owner']} since {text['created']}, until {text['expires']}."
    )
    assert "wexa-sync state unlock" in caught.value.hint
    assert FileStore(path).load().serial == 0  # a plan needs no lock
    holder.communicate("")
    take(path)


def test_unlocking_takes_nothing_from_a_living_process(path: Path, lock: Path, holder: subprocess.Popen[str]) -> None:
    with pytest.raises(StateLocked, match=f"held by .* pid {holder.pid} since") as caught:
        FileStore(path).unlock()
    assert f"kill {json.loads(lock.read_text())['pid']}" in caught.value.hint
    assert lock.exists()
    holder.communicate("")
    assert FileStore(path).unlock() is None


def test_unlocking_removes_the_lease_of_another_machine(path: Path, lock: Path) -> None:
    lock.write_text(json.dumps(HOLDER))
    with pytest.raises(StateLocked):
        take(path)
    found = FileStore(path).unlock()
    assert found is not None
    assert found.owner == HOLDER["owner"]
    take(path)


def test_a_lock_whose_process_was_killed_is_free_at_once(path: Path, lock: Path, holder: subprocess.Popen[str]) -> None:
    holder.kill()
    holder.wait()
    assert json.loads(lock.read_text())["owner"].endswith(f" pid {holder.pid}")
    take(path)
    assert not lock.exists()


def test_a_living_process_keeps_its_lock_also_beyond_the_lease(path: Path) -> None:
    with FileStore(path, lease=0).session(TARGET) as session:
        with pytest.raises(StateLocked):
            take(path)
        session.write(ENTRY)


def test_waiting_ends_when_the_lock_is_given_back(path: Path, holder: subprocess.Popen[str]) -> None:
    assert holder.stdin is not None
    timer = threading.Timer(0.4, holder.stdin.close)
    start = time.monotonic()
    timer.start()
    take(path, lock_timeout=60)
    assert time.monotonic() - start >= 0.4
    timer.join()


@pytest.mark.usefixtures("holder")
def test_waiting_ends_with_the_timeout(path: Path) -> None:
    start = time.monotonic()
    with pytest.raises(StateLocked):
        take(path, lock_timeout=0.3)
    assert time.monotonic() - start >= 0.3


def test_another_host_s_lock_holds_until_it_expires(path: Path, lock: Path) -> None:
    lock.write_text(json.dumps(HOLDER))
    with pytest.raises(StateLocked, match="somebody@elsewhere pid 7"):
        take(path)
    assert json.loads(lock.read_text()) == HOLDER
    lock.write_text(json.dumps(HOLDER | {"expires": "2020-01-01T00:15:00+00:00"}))
    take(path)
    assert not lock.exists()


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


def test_a_lock_that_was_lost_after_the_last_write_is_reported_at_the_end(path: Path, lock: Path) -> None:
    def lose() -> None:
        with FileStore(path).session(TARGET) as session:
            session.write(ENTRY)
            lock.unlink()

    with pytest.raises(StateError, match="was lost"):
        lose()
    assert FileStore(path).load().serial == 1


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


def test_many_processes_at_once_lose_no_update(path: Path) -> None:
    with ExitStack() as stack:
        processes = [
            stack.enter_context(subprocess.Popen([sys.executable, "-c", COUNT, str(path), "10"])) for _ in range(4)
        ]
        assert [process.wait(120) for process in processes] == [0, 0, 0, 0]
    state = FileStore(path).load()
    assert [record.spec for record in state.records.values()] == [{"count": 40}]
    assert state.serial == 40
    assert [entry.name for entry in path.parent.iterdir()] == ["state.json"]
