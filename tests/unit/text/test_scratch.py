"""A temporary folder goes with its process, and one that a killed process left goes with the next."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest

from wexa_sync.git import Repository
from wexa_sync.text.scratch import Scratch, hold

OTHER = """
import subprocess, sys, time
from wexa_sync.text.scratch import Scratch
scratch = Scratch()
child = subprocess.Popen(["sleep", "600"], pass_fds=scratch.held) if sys.argv[1:] else None
print(scratch.folder, child.pid if child else 0, flush=True)
time.sleep(600)
"""


@pytest.fixture(autouse=True)
def around(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of all temporary folders, here and in processes that are started."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return tmp_path


@contextmanager
def other(*words: str) -> Iterator[tuple[subprocess.Popen[str], Path, int]]:
    """Start another process that holds a folder, and yield it with the folder and its child."""
    with subprocess.Popen([sys.executable, "-c", OTHER, *words], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        folder, child = process.stdout.readline().split()
        (Path(folder) / "a").mkdir()
        (Path(folder) / "a" / "b").write_text("left", encoding="utf-8")
        try:
            yield process, Path(folder), int(child)
        finally:
            process.kill()
            if int(child):
                os.kill(int(child), 9)


def test_a_folder_is_there_until_the_end_and_for_nobody_else(around: Path) -> None:
    with Scratch() as scratch:
        assert scratch.folder.parent == around
        assert scratch.folder.stat().st_mode & 0o777 == 0o700
        (scratch.folder / "file").write_text("x", encoding="utf-8")
    assert [*around.iterdir()] == []
    Scratch()
    assert [*around.iterdir()] == [], "it outlived its object"


def test_what_a_killed_process_left_goes_with_the_next_and_what_a_living_one_uses_stays() -> None:
    with other() as (process, folder, _):
        with Scratch():
            assert (folder / "a" / "b").exists()
        process.kill()
        process.wait()
        with Scratch():
            assert not folder.exists()


def test_a_child_that_outlives_its_process_keeps_the_folder() -> None:
    with other("child") as (process, folder, child):
        process.kill()
        process.wait()
        with Scratch():
            assert (folder / "a" / "b").exists()
        os.kill(child, 0)


def test_git_is_such_a_child(around: Path) -> None:
    with Scratch() as scratch:
        repository = Repository(around, ("-c", "alias.open=!ls -l /proc/self/fd"), {}, scratch.held)
        assert str(scratch.folder) in repository.run("open").text


def test_nothing_of_others_is_removed(around: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("wexa-sync-backup", "wexa-sync-0abcdefg", "other", "wexa-sync-held-file", "wexa-sync-held-link", "target")
    for name in names[:3] + names[5:]:
        (around / name / "inner").mkdir(parents=True)
    (around / names[3]).touch()
    (around / names[4]).symlink_to(around / "target")
    with Scratch():
        assert {each.name for each in around.iterdir()} > {*names}
    assert (around / "target" / "inner").exists()

    (around / "wexa-sync-held-another-user").mkdir()
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    with Scratch():
        assert (around / "wexa-sync-held-another-user").exists()
    monkeypatch.undo()


def test_many_at_once_keep_their_own(around: Path) -> None:
    faults = list[str]()

    def use() -> None:
        for _ in range(30):
            with Scratch() as scratch:
                (scratch.folder / "file").write_text("x", encoding="utf-8")
                if not (scratch.folder / "file").exists():
                    faults.append(str(scratch.folder))

    threads = [Thread(target=use) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert [*around.iterdir()] == []


def test_a_folder_is_never_taken_between_its_making_and_its_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let another process see the folder just before it is locked: another one is made."""
    made, taken = tempfile.mkdtemp, list[int]()

    def seen(prefix: str) -> str:
        folder = made(prefix=prefix)
        if len(taken) == 0:
            taken.append(hold(folder))
        elif len(taken) == 1:
            taken.append(0)
            Path(folder).rmdir()
        return folder

    monkeypatch.setattr("wexa_sync.text.scratch.mkdtemp", seen)
    with Scratch() as scratch:
        assert scratch.folder.is_dir()
        with pytest.raises(BlockingIOError):
            hold(scratch.folder)
    os.close(taken[0])


def test_where_nothing_can_be_locked_a_folder_serves_and_none_is_removed(
    around: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unsupported(*_: object) -> None:
        raise OSError(95, "Operation not supported")

    (around / "wexa-sync-held-left").mkdir()
    monkeypatch.setattr("wexa_sync.text.scratch.fcntl.flock", unsupported)
    with Scratch() as scratch:
        assert scratch.folder.is_dir()
        assert scratch.held == ()
    assert [each.name for each in around.iterdir()] == ["wexa-sync-held-left"]


def test_where_no_temporary_folder_can_be_written_the_error_names_one(
    around: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.setenv(name, str(around / "none"))
    monkeypatch.setattr(tempfile, "_candidate_tempdir_list", lambda: [str(around / "none")])
    with pytest.raises(OSError, match="no folder for temporary files") as caught:
        Scratch()
    assert caught.value.filename == str(around / "none")


def test_an_interrupt_at_the_end_shows_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    shown = list[object]()
    monkeypatch.setattr(sys, "unraisablehook", shown.append)
    monkeypatch.setattr("wexa_sync.text.scratch.shutil.rmtree", interrupted)
    Scratch()
    assert shown == []
    with pytest.raises(KeyboardInterrupt), Scratch():
        pass
