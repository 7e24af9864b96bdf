"""Files are all there or none, whatever stands in the way and whenever the process ends."""

from __future__ import annotations

import errno
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from wexa_sync.errors import UsageError, WexaSyncError
from wexa_sync.export.write import staged

FILES = {"project.yaml": "a: 1\n", "flows/x.yaml": "b: 2\n", "prompts/x-y.md": "Häuser\n"}


def export(folder: Path, files: dict[str, str] = FILES, **more: object) -> None:
    with staged(folder, files, **more) as staging:  # type: ignore[arg-type]
        staging.commit()


def there(folder: Path) -> dict[str, str]:
    """Return what stands in a folder, hidden things too."""
    return {
        path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in folder.rglob("*") if path.is_file()
    }


@pytest.mark.parametrize("made", [False, True])
def test_the_files_come_into_a_folder_that_is_new_or_empty(tmp_path: Path, made: bool) -> None:
    desk = tmp_path / "deep" / "desk" if not made else tmp_path / "desk"
    if made:
        desk.mkdir()
        (desk / ".git").mkdir()
        before = desk.stat().st_ino
    export(desk)
    assert there(desk) == FILES
    assert [each.name for each in desk.parent.iterdir()] == ["desk"]
    assert not made or (desk.stat().st_ino == before and not (desk / ".wexa-sync").exists())  # the shell stands in it


def test_what_is_not_committed_leaves_nothing(tmp_path: Path) -> None:
    with staged(tmp_path / "a" / "desk", FILES) as staging:
        assert there(staging.folder) == FILES
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize("made", [False, True])
def test_a_failure_after_the_commit_takes_it_back(tmp_path: Path, made: bool) -> None:
    desk = tmp_path / "desk"
    if made:
        (desk / "flows").mkdir(parents=True)
        (desk / "flows" / "x.yaml").write_text("old\n")

    def fail() -> None:
        with staged(desk, FILES, into=made, ours=["flows/x.yaml"]) as staging:
            staging.commit()
            assert there(desk).items() >= FILES.items()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert there(tmp_path) == ({"desk/flows/x.yaml": "old\n"} if made else {})
    assert [each.name for each in tmp_path.iterdir()] == (["desk"] if made else [])


def test_a_folder_that_is_not_empty_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(UsageError, match=r"is not empty: it holds notes\.txt") as refused:
        export(tmp_path)
    assert "--into" in refused.value.hint
    export(tmp_path, into=True)
    assert there(tmp_path) == {"notes.txt": "mine", **FILES}


def test_a_file_that_no_export_wrote_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "flows").mkdir()
    (tmp_path / "flows" / "x.yaml").write_text("mine")
    with pytest.raises(UsageError, match=r"flows/x\.yaml is there, and no export wrote it"):
        export(tmp_path, into=True)
    assert there(tmp_path) == {"flows/x.yaml": "mine"}
    export(tmp_path, FILES | {"flows/x.yaml": "mine"}, into=True)  # the same is no hindrance


@pytest.mark.parametrize(("path", "said"), [("desk", "is no folder"), ("desk/flows", "is no folder, and")])
def test_a_file_in_place_of_a_folder(tmp_path: Path, path: str, said: str) -> None:
    (tmp_path / path).parent.mkdir(exist_ok=True)
    (tmp_path / path).write_text("mine")
    with pytest.raises(UsageError, match=f"{path} {said}"):
        export(tmp_path / "desk", into=True)
    assert there(tmp_path) == {path: "mine"}


def test_links(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    export(tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert there(tmp_path / "real") == FILES
    (tmp_path / "dead").symlink_to("nowhere")
    with pytest.raises(UsageError, match="a link that leads nowhere"):
        export(tmp_path / "dead")


@pytest.mark.parametrize("name", ["flows", "flows/x.yaml"])
def test_links_inside_are_not_followed(tmp_path: Path, name: str) -> None:
    desk, other = tmp_path / "desk", tmp_path / "other"
    (desk / name).parent.mkdir(parents=True)
    other.mkdir() if name == "flows" else other.write_text("mine")
    (desk / name).symlink_to(other)
    with pytest.raises(UsageError, match=f"{name} is "):
        export(desk, into=True, ours=["flows/x.yaml"])
    assert other.is_file() or not any(other.iterdir())


_REFUSED = """
import sys
from pathlib import Path
from wexa_sync.errors import WexaSyncError
from wexa_sync.export.write import staged
try:
    with staged(Path(sys.argv[1]), {"project.yaml": "a: 1"}) as staging:
        staging.commit()
except WexaSyncError as error:
    print(error)
"""
_BOUND = ["setpriv", "--bounding-set=-all"] if os.geteuid() == 0 else []
"""What a command begins with that is to be held to the modes of files: root is not, but by what it can take off."""


@pytest.mark.parametrize("made", [False, True])
def test_a_read_only_folder_is_named(tmp_path: Path, made: bool) -> None:
    desk = tmp_path / "desk"
    locked = desk if made else tmp_path
    locked.mkdir(exist_ok=True)
    locked.chmod(0o500)
    try:
        done = subprocess.run(
            [*_BOUND, sys.executable, "-c", _REFUSED, desk], stdout=subprocess.PIPE, text=True, check=True
        )
    finally:
        locked.chmod(0o700)
    assert re.match(f"can't write {locked}.*: Permission denied", done.stdout)
    assert there(tmp_path) == {}


@pytest.mark.parametrize("made", [False, True])
def test_a_full_disk_is_named_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, made: bool) -> None:
    write = Path.write_bytes

    def full(file: Path, data: bytes) -> int:
        if file.suffix == ".md":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(file))
        return write(file, data)

    if made:
        (tmp_path / "desk").mkdir()
    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(WexaSyncError, match=r"can't write .*/prompts/x-y\.md: No space left on device"):
        export(tmp_path / "desk")
    assert [*tmp_path.rglob("*")] == ([tmp_path / "desk"] if made else [])


_KILLED = """
import os, signal, sys
from pathlib import Path
from wexa_sync.export.write import staged
files = {f"flows/{number}.yaml": "x" for number in range(5)}
with staged(Path(sys.argv[1]), files, into=True) as staging:
    print(staging.folder, flush=True)
    sys.stdin.readline()
"""


@pytest.mark.parametrize("made", [False, True])
def test_a_killed_export_leaves_nothing_half_written(tmp_path: Path, made: bool) -> None:
    desk = tmp_path / "desk"
    if made:
        desk.mkdir()
    with subprocess.Popen(
        [sys.executable, "-c", _KILLED, desk], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        staging = Path(process.stdout.readline().strip())
        with pytest.raises(WexaSyncError, match="another export is writing"):
            export(desk)
        process.send_signal(signal.SIGKILL)
    assert (staging / "flows" / "4.yaml").exists()
    assert desk.exists() == made
    export(desk)
    assert there(tmp_path) == {f"desk/{name}": text for name, text in FILES.items()}


_KILLED_LATE = """
import os, signal, sys
from pathlib import Path
from wexa_sync.export.write import staged
replace, moved = Path.replace, []
def killed(file, target):
    if len(moved) == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    moved.append(target)
    return replace(file, target)
Path.replace = killed
with staged(Path(sys.argv[1]), {"x.md": "text", "b.yaml": "b", "a.yaml": "a"}) as staging:
    staging.commit()
"""


def test_an_export_that_is_killed_while_it_moves_is_finished_by_the_next(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", _KILLED_LATE, tmp_path], check=False)
    assert done.returncode == -signal.SIGKILL
    names = {name for name in there(tmp_path) if not name.startswith(".wexa-sync")}
    assert names == {"a.yaml", "b.yaml"}, "whole files, and no text that no manifest names"
    export(tmp_path, {"x.md": "text", "b.yaml": "new", "a.yaml": "a"}, into=True, ours=names)
    assert there(tmp_path) == {"x.md": "text", "b.yaml": "new", "a.yaml": "a"}


def test_what_a_killed_export_left_beside_goes_when_the_folder_is_there_by_now(tmp_path: Path) -> None:
    (tmp_path / ".desk.wexa-sync-export" / "flows").mkdir(parents=True)
    (tmp_path / "desk").mkdir()
    export(tmp_path / "desk")
    assert [each.name for each in tmp_path.iterdir()] == ["desk"]
