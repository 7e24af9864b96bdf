"""Give the tests of what every store promises a place of each kind, with a look into it that needs no store."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import pytest
from msgspec import Struct

from tests.unit.state.in_database import DatabaseStore
from wexa_sync.git import Repository
from wexa_sync.model import Address, GitPlace, Record, Target
from wexa_sync.state import FileStore, Remember, StateStore
from wexa_sync.state.git import GitStore

TARGET = Target(base_url="https://api.example.com", org_id="org")
A, B = (Address(project="desk", kind="Skill", name=name) for name in "ab")
ME = ("-c", "user.name=A", "-c", "user.email=a@example.com")

OPENED = """
import sys
from pathlib import Path
from wexa_sync.model import Address, GitPlace, Intent, Record, Target
from wexa_sync.state import FileStore, Intend, Remember
from wexa_sync.state.git import GitStore
TARGET = Target(base_url="https://api.example.com", org_id="org")
def opened(**options):
    if sys.argv[1] == "file":
        return FileStore(Path(sys.argv[2]), **options)
    if sys.argv[1] == "database":
        from tests.unit.state.in_database import DatabaseStore
        return DatabaseStore(Path(sys.argv[2]), **options)
    return GitStore(GitPlace(Path(sys.argv[2])), **options)
"""
"""What a program of a test begins with. Its first two arguments are `Kept.words`."""


class Kept(Protocol):
    """Describe a place for a state, which a test opens a store on and looks into."""

    @property
    def words(self) -> tuple[str, str]:
        """Return the arguments for OPENED."""
        ...

    def store(self, **options: Any) -> StateStore:
        """Open a store."""
        ...

    def names(self) -> list[str]:
        """Return the names of all that is kept: of the state, and of its journal and its lock where there are any."""
        ...

    def texts(self) -> Mapping[str, bytes]:
        """Return the contents of all that is kept, by name."""
        ...

    def put(self, text: bytes) -> None:
        """Put this text in place of the whole state."""
        ...

    def lock(self, holder: Mapping[str, Any] | None) -> None:
        """Put a lock of that holder there; None removes it."""
        ...


class InFile(Struct, frozen=True, dict=True):
    """Describe a state in a file."""

    path: Path

    @property
    def words(self) -> tuple[str, str]:
        """Return the arguments for OPENED."""
        return "file", str(self.path)

    def store(self, **options: Any) -> StateStore:
        """Open a store."""
        return FileStore(self.path, **options)

    def names(self) -> list[str]:
        """Return the names of the files, without the history."""
        return sorted(file.name for file in self.path.parent.iterdir() if file.is_file()) if self._is_there else []

    def texts(self) -> Mapping[str, bytes]:
        """Return the contents of the files."""
        return {file.name: file.read_bytes() for file in self.path.parent.iterdir()} if self._is_there else {}

    def put(self, text: bytes) -> None:
        """Put this text in place of the state file."""
        self.path.write_bytes(text)

    def lock(self, holder: Mapping[str, Any] | None) -> None:
        """Put a lock file there; None removes it."""
        file = self.path.with_name(self.path.name + ".lock")
        file.unlink(missing_ok=True)
        if holder is not None:
            file.write_text(json.dumps(holder))

    @property
    def _is_there(self) -> bool:
        return self.path.parent.exists()


class OnRef(Struct, frozen=True, dict=True):
    """Describe a state on a ref of a remote that is a folder of this machine."""

    clone: Path
    remote: Path

    @property
    def words(self) -> tuple[str, str]:
        """Return the arguments for OPENED."""
        return "git", str(self.clone)

    @property
    def place(self) -> GitPlace:
        """Return the place as the settings have it."""
        return GitPlace(self.clone)

    def store(self, **options: Any) -> StateStore:
        """Open a store."""
        return GitStore(self.place, **{"pauses": (), **options})

    def names(self) -> list[str]:
        """Return the names as the other place has them: of the state, its journal and its lock."""
        refs = self.git.run("for-each-ref", "--format=%(refname)").text.split()
        found = ["state.json.lock"] if self.place.lock in refs else []
        if self.place.ref in refs:
            tree = self.git.run("ls-tree", "--name-only", self.place.ref).text.split()
            found += [{"journal": "state.json.journal"}.get(name, name) for name in tree]
        assert set(refs) <= {self.place.lock, self.place.ref}
        return sorted(found)

    def texts(self) -> Mapping[str, bytes]:
        """Return every object of the remote, but for the lock's."""
        lines = self.git.run("cat-file", "--batch-all-objects", "--batch-check").text.splitlines()
        objects = [line.split()[:2] for line in lines]
        contents = {f"{kind} {id}": self.git.run("cat-file", kind, id).out for id, kind in objects}
        return {name: data for name, data in contents.items() if b'"expires"' not in data}

    def put(self, text: bytes) -> None:
        """Put a commit with this text as the state on the ref."""
        blob = self.git.run("hash-object", "-w", "--stdin", stdin=text).text
        tree = self.git.run("mktree", stdin=f"100644 blob {blob}\tstate.json\n".encode()).text
        self.git.run("update-ref", self.place.ref, self.git.run(*ME, "commit-tree", tree, "-m", "put").text)

    def lock(self, holder: Mapping[str, Any] | None) -> None:
        """Put a lock ref there; None removes it."""
        if holder is None:
            self.git.run("update-ref", "-d", self.place.lock)
        else:
            tree = self.git.run("mktree").text
            made = self.git.run(*ME, "commit-tree", tree, "-m", json.dumps(holder)).text
            self.git.run("update-ref", self.place.lock, made)

    @property
    def git(self) -> Repository:
        """Return the remote as a repository."""
        return Repository(self.remote)


class InDatabase(Struct, frozen=True, dict=True):
    """Describe a state in a database: the smallest store, to show how little a further one needs."""

    path: Path

    @property
    def words(self) -> tuple[str, str]:
        """Return the arguments for OPENED."""
        return "database", str(self.path)

    def store(self, **options: Any) -> DatabaseStore:
        """Open a store."""
        return DatabaseStore(self.path, **options)

    def names(self) -> list[str]:
        """Return the names as the other places have them. Each write is the whole state, so there is no journal."""
        return sorted({"lock": "state.json.lock"}.get(name, name) for name in self._rows())

    def texts(self) -> Mapping[str, bytes]:
        """Return the contents of the rows."""
        return self._rows()

    def put(self, text: bytes) -> None:
        """Put this text in place of the state."""
        self._set("state.json", text)

    def lock(self, holder: Mapping[str, Any] | None) -> None:
        """Put a lock there; None removes it."""
        self._set("lock", None if holder is None else json.dumps(holder).encode())

    def _rows(self) -> dict[str, bytes]:
        return self.store().rows() if self.path.exists() else {}

    def _set(self, name: str, text: bytes | None) -> None:
        with self.store().opened() as database:
            database.execute("DELETE FROM kept WHERE name = ?", (name,))
            database.executemany("INSERT INTO kept VALUES (?, ?)", [] if text is None else [(name, text)])


@pytest.fixture
def on_ref(tmp_path: Path) -> OnRef:
    """Return a place on a ref: a clone with nothing in it, and its remote."""
    Repository(tmp_path).run("init", "-q", "--bare", "remote.git")
    Repository(tmp_path).run("init", "-q", "clone")
    Repository(tmp_path / "clone").run("remote", "add", "origin", "../remote.git")
    return OnRef(tmp_path / "clone", tmp_path / "remote.git")


@pytest.fixture(params=["file", "git", "database"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Kept:
    """Return a place of each kind."""
    if request.param == "file":
        return InFile(tmp_path / "deep" / "state.json")
    if request.param == "database":
        return InDatabase(tmp_path / "state.db")
    place: Kept = request.getfixturevalue("on_ref")
    return place


def record(address: Address = A, **spec: Any) -> Record:
    """Return a record of that spec."""
    return Record(address=address, id="1", spec=spec)


def take(kept: Kept, **options: Any) -> None:
    """Take the lock and write."""
    with kept.store(**options).session(TARGET) as session:
        session.write(Remember(record()))


@contextmanager
def program(kept: Kept, code: str, *words: object) -> Iterator[subprocess.Popen[str]]:
    """Run a program that begins with OPENED. It is killed at the end of the block."""
    args = [sys.executable, "-c", OPENED + code, *kept.words, *map(str, words)]
    root, pipe = Path(__file__).parents[3], subprocess.PIPE
    env = {"TMPDIR": str(Path(kept.words[1]).parent), **os.environ}  # a killed program leaves its temporary folder
    with subprocess.Popen(args, cwd=root, env=env, stdin=pipe, stdout=pipe, text=True) as process:
        yield process
        process.kill()
