from __future__ import annotations

import errno
import json
import os
import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from wexa_sync.errors import StateDamaged, StateError
from wexa_sync.model import Address, Intent, Record, Target
from wexa_sync.state import Entry, FileStore, Forget, Intend, Remember, Settle, State, StateStore

TARGET = Target(base_url="https://api.example.com", org_id="org")
A, B = (Address(project="desk", kind="Skill", name=name) for name in "ab")
INTENT = Intent(address=A, operation="create", time=1, spec={}, fingerprint="f")


def record(address: Address = A, **spec: Any) -> Record:
    return Record(address=address, id="1", spec=spec)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "state.json"


@pytest.fixture
def store(path: Path) -> StateStore:
    return FileStore(path)


def names(path: Path) -> list[str]:
    return sorted(entry.name for entry in path.parent.iterdir())


def test_an_absent_file_is_an_empty_state_and_reading_it_makes_nothing(path: Path, store: StateStore) -> None:
    assert store.load() == State()
    assert not path.parent.exists()


def test_the_lineage_is_random_at_first_and_then_stays_while_the_serial_rises(tmp_path: Path) -> None:
    states = []
    for name in ("one", "other"):
        store = FileStore(tmp_path / name)
        for entry in (Remember(record()), Forget(A)):
            with store.session(TARGET) as session:
                session.write(entry)
                lineage = session.lineage  # what secrets are sealed with
            states.append(store.load())
            assert lineage == states[-1].lineage
    lineages = [state.lineage for state in states]
    assert len(set(lineages)) == 2
    assert lineages[0] == lineages[1]
    assert len(lineages[0]) == 32
    assert [state.serial for state in states] == [1, 2, 1, 2]


@pytest.mark.parametrize("umask", [0o022, 0])
def test_files_are_private_also_where_the_old_one_was_not(path: Path, store: StateStore, umask: int) -> None:
    before = os.umask(umask)
    for _ in range(2):
        with store.session(TARGET) as session:
            session.write(Remember(record()))
            modes = {entry.name: entry.stat().st_mode & 0o777 for entry in path.parent.iterdir()}
            modes.pop("state.json", None)
            assert modes == {"state.json.journal": 0o600, "state.json.lock": 0o600}
        assert path.stat().st_mode & 0o777 == 0o600
        path.chmod(0o644)
    os.umask(before)


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    real, link = tmp_path / "real" / "state.json", tmp_path / "state.json"
    link.symlink_to(real)
    with FileStore(link).session(TARGET) as session:
        session.write(Remember(record()))
    assert link.is_symlink()
    assert FileStore(real).load() == FileStore(link).load() == session.state


@pytest.mark.parametrize("name", ["state.json.lock", "state.json.journal", "state.json.tmp"])
@pytest.mark.parametrize("there", [True, False])
def test_no_link_beside_the_state_leads_anybody_to_another_file(
    path: Path, store: StateStore, name: str, there: bool
) -> None:
    precious = path.parent.parent / "precious.txt"
    if there:
        precious.write_text("precious\n")
    path.parent.mkdir()
    path.with_name(name).symlink_to(precious)
    if name.endswith(".tmp"):  # never read, and replaced: what a kill leaves there is of no use
        with store.session(TARGET) as session:
            session.write(Remember(record()))
        assert names(path) == ["state.json"]
    else:
        with pytest.raises(StateError, match=f"{name}: it is a symbolic link") as caught, store.session(TARGET):
            pass
        assert "see where it comes from" in caught.value.hint
        assert names(path) == [name]
    assert [there, "precious\n" * there] == [precious.exists(), precious.read_text() if there else ""]


def test_unlocking_follows_no_link_either(path: Path) -> None:
    path.parent.mkdir()
    (path.parent / "precious").touch()
    path.with_name("state.json.lock").symlink_to("precious")
    with pytest.raises(StateError, match=r"Can't unlock .*: it is a symbolic link"):
        FileStore(path).unlock()
    assert names(path) == ["precious", "state.json.lock"]


@pytest.mark.parametrize("name", ["state.json", "state.json.lock", "state.json.journal"])
@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir], ids=["a pipe", "a folder"])
def test_what_is_no_ordinary_file_is_neither_read_nor_waited_for(
    path: Path, store: StateStore, name: str, make: Callable[[Path], None]
) -> None:
    path.parent.mkdir()
    make(path.with_name(name))
    with pytest.raises(StateError, match=f"{name}: (it is no ordinary file|Is a directory)") as caught:  # noqa: SIM117
        with store.session(TARGET):
            pass
    assert "--state" in caught.value.hint
    assert names(path) == [name]


def test_a_file_too_large_for_a_state_is_not_read(path: Path, store: StateStore) -> None:
    path.parent.mkdir()
    with path.open("wb") as file:
        file.truncate(1024 * 1024 * 1024)  # sparse: it takes no room
    with pytest.raises(StateError, match=r"state\.json: it is larger than 256 MiB"):
        store.load()


def test_a_link_that_leads_to_itself_is_told(path: Path) -> None:
    path.parent.mkdir()
    path.symlink_to(path.name)
    with pytest.raises(StateError, match=r"Can't read .*: it is a symbolic link"):
        FileStore(path).load()
    with pytest.raises(StateError, match=r"Can't read .*: File name too long"):
        FileStore(path.with_name("x" * 300)).load()


def test_damage_is_told_and_the_file_left_as_it_is(path: Path, store: StateStore) -> None:
    path.parent.mkdir()
    path.write_text('{"format": "wexa-sync-state"')
    with pytest.raises(StateDamaged, match=str(path)):
        store.load()
    with pytest.raises(StateDamaged, match=str(path)), store.session(TARGET):
        pass
    assert names(path) == ["state.json"]
    assert path.read_text() == '{"format": "wexa-sync-state"'


def killed(path: Path, *writes: tuple[Entry, ...]) -> tuple[bytes, State]:
    """Return the journal that a process killed after these writes leaves, and the state that it held by then."""
    journal = path.with_name(path.name + ".journal")
    before = path.read_bytes() if path.exists() else None
    with FileStore(path).session(TARGET) as session:
        for entries in writes:
            session.write(*entries)
        text = journal.read_bytes()
    if before is None:
        path.unlink()
    else:
        path.write_bytes(before)
    journal.write_bytes(text)
    return text, session.state


@pytest.mark.parametrize("applied_before", [False, True])
def test_the_next_session_settles_what_a_killed_one_left(path: Path, store: StateStore, applied_before: bool) -> None:
    if applied_before:
        with store.session(TARGET) as session:
            session.write(Remember(record(B)))
    _, left = killed(path, (Intend(INTENT),), (Remember(record()),))
    assert store.load() == left
    with store.session(TARGET) as session:
        assert session.state == left
        assert names(path) == ["state.json", "state.json.lock"]
    assert store.load() == left
    with store.session(TARGET) as session:
        session.write(Forget(A))
    assert store.load() == left.after(Forget(A))


def test_a_journal_with_nothing_acknowledged_is_dropped(path: Path, store: StateStore) -> None:
    text, _ = killed(path, (Remember(record()),))
    path.with_name("state.json.journal").write_bytes(text[:-1])
    assert store.load() == State()
    with store.session(TARGET):
        pass
    assert names(path) == []


ENTRIES: list[Entry] = [
    Remember(record(A, n=1)),
    Remember(record(B)),
    Forget(A),
    Forget(B),
    Intend(INTENT),
    Settle(A, INTENT.mark),
]


@settings(max_examples=10, deadline=None)
@given(writes=st.lists(st.lists(st.sampled_from(ENTRIES), min_size=1, max_size=3).map(tuple), min_size=1, max_size=4))
def test_cut_anywhere_exactly_what_was_acknowledged_is_loaded_and_settled(
    tmp_path_factory: pytest.TempPathFactory, writes: list[tuple[Entry, ...]]
) -> None:
    path = tmp_path_factory.mktemp("cut") / "state.json"
    store = FileStore(path)
    with store.session(TARGET) as session:
        session.write(Remember(record(B, old=True)))
    states, before = [session.state], path.read_bytes()
    for entries in writes:
        states.append(states[-1].after(*entries))
    text, left = killed(path, *writes)
    assert left == states[-1]
    for cut in range(0, len(text) + 1, 7 if len(text) > 300 else 1):
        path.write_bytes(before)
        store.journal_path.write_bytes(text[:cut])
        acknowledged = states[max(text[:cut].count(b"\n") - 1, 0)]
        assert store.load() == acknowledged
    with store.session(TARGET) as session:
        assert session.state == acknowledged
    assert store.load() == acknowledged
    assert names(path) == ["state.json"]


@contextmanager
def disk_of(size: int) -> Iterator[None]:
    """Yield a disk that refuses to let any file grow beyond `size`."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_refuses_a_write_and_keeps_the_acknowledged_ones(path: Path, store: StateStore) -> None:
    with store.session(TARGET) as session:
        session.write(Remember(record()))
        with disk_of(1000), pytest.raises(StateError, match=r"Can't write .*journal") as caught:
            session.write(Remember(record(B, text="x" * 2000)))
        assert "Make room" in caught.value.hint
        assert session.state.records.keys() == {A}
        assert store.load() == session.state
        session.write(Intend(INTENT))  # there is room again
    assert store.load() == session.state
    assert names(path) == ["state.json"]


def test_a_disk_full_from_the_start_leaves_nothing(path: Path, store: StateStore) -> None:
    with store.session(TARGET) as session, disk_of(200), pytest.raises(StateError, match="Can't write"):
        session.write(Remember(record()))
    assert names(path) == []
    assert store.load() == State()


def test_a_disk_too_full_for_the_lock_is_told_and_the_lock_is_free(path: Path, store: StateStore) -> None:
    with disk_of(0), pytest.raises(StateError, match=r"Can't lock .*state\.json\.lock"), store.session(TARGET):
        pass
    with store.session(TARGET):
        assert names(path) == ["state.json.lock"]


def test_a_disk_that_fills_up_at_the_end_keeps_the_journal(tmp_path: Path, path: Path, store: StateStore) -> None:
    entry = Remember(record(items=list(range(200))))  # a line each in the state file, so it is larger than the journal
    rehearsal = FileStore(tmp_path / "rehearsal.json")
    with rehearsal.session(TARGET) as session:
        session.write(entry)
        room = rehearsal.journal_path.stat().st_size
    assert rehearsal.path.stat().st_size > room

    with disk_of(room), pytest.raises(StateError, match=r"Can't write .*state\.json:") as caught:  # noqa: SIM117
        with store.session(TARGET) as session:
            session.write(entry)
    assert "Make room" in caught.value.hint
    assert names(path) == ["state.json.journal"]
    assert store.load() == session.state
    with store.session(TARGET) as again:
        assert again.state == session.state
    assert names(path) == ["state.json"]


def test_an_interrupt_while_writing_leaves_no_half_line(
    path: Path, store: StateStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    with store.session(TARGET) as session:
        session.write(Remember(record()))
        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", interrupt)
            with pytest.raises(KeyboardInterrupt):
                session.write(Remember(record(B)))
        assert store.load() == session.state
        session.write(Intend(INTENT))
        assert store.load() == session.state
        assert session.state.records.keys() == {A}
    assert names(path) == ["state.json"]


def test_short_writes_are_completed(store: StateStore, monkeypatch: pytest.MonkeyPatch) -> None:
    original = os.pwrite
    monkeypatch.setattr(os, "pwrite", lambda fd, data, offset: original(fd, bytes(data)[:150], offset))
    with store.session(TARGET) as session:
        session.write(Remember(record(text="x" * 1000)))
        assert store.load() == session.state
    assert store.load() == session.state


@pytest.mark.parametrize("code", [errno.EACCES, errno.EROFS, errno.EIO])
def test_a_folder_that_can_t_be_written_is_told(
    path: Path, store: StateStore, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    def refuse(*_: Any, **__: Any) -> int:
        raise OSError(code, os.strerror(code))

    path.parent.mkdir()
    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(StateError, match=os.strerror(code)) as caught, store.session(TARGET):
        pass
    assert "--state" in caught.value.hint


def test_a_path_that_can_t_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    below_a_file = FileStore(tmp_path / "file" / "state.json")
    with pytest.raises(StateError, match="Can't make the folder"), below_a_file.session(TARGET):
        pass
    for wrong in (below_a_file, FileStore(tmp_path)):
        with pytest.raises(StateError, match="Can't read") as caught:
            wrong.load()
        assert caught.value.hint


def test_a_write_costs_the_same_whatever_the_state_holds(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    syncs: list[int] = []
    original = os.fsync

    def counted(fd: int) -> None:
        syncs.append(os.fstat(fd).st_size)
        original(fd)

    many = [Remember(record(Address(project="desk", kind="Skill", name=f"s{n}"), text="x" * 500)) for n in range(1000)]
    store = FileStore(path)
    with store.session(TARGET) as session:
        session.write(*many)
        size = store.journal_path.stat().st_size
        monkeypatch.setattr(os, "fsync", counted)
        session.write(Forget(A))
        assert len(syncs) == 1
        assert store.journal_path.stat().st_size - size < 100
    best = 1.0
    for _ in range(5):
        start = time.process_time()
        assert len(store.load().records) == 1000
        best = min(best, time.process_time() - start)
    assert best < 0.1  # about 0.02 where nothing else runs
    assert json.loads(path.read_bytes())["serial"] == 2


def test_a_state_takes_the_name_of_its_environment_and_keeps_it(tmp_path: Path) -> None:
    unnamed, staging = (FileStore(tmp_path / "s.json", environment=name) for name in ("", "staging"))
    with unnamed.session(TARGET) as session:
        session.write(Remember(record()))
    with staging.session(TARGET) as session:
        pass
    assert unnamed.load(TARGET).serial == 1, "nothing was written, so the name was not taken"
    with staging.session(TARGET) as session:
        session.write(Remember(record(B)))
    assert staging.load(TARGET).target == replace(TARGET, environment="staging")
    for name, what in (("production", "not to production"), ("", "and none is named")):
        store = FileStore(tmp_path / "s.json", environment=name)
        for use in (store.load, lambda s=store: s.load(TARGET), lambda s=store: s.session(TARGET).__enter__()):
            with pytest.raises(StateError, match=f"belongs to the environment staging, {what}") as caught:
                use()
            assert "--env staging" in caught.value.hint
