"""Test that a file is uploaded once for each content, and without the key, under every reading and fault."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from tests.conftest import KEY, Desk, copy_example, failures_of, work_of
from wexa_sync import engine
from wexa_sync.model import Address, Plan

if TYPE_CHECKING:
    from tests.conftest import Remote
    from wexa_sync.model import Outcome

FILE = "handbooks/File/handbook"
ALLOWED = frozenset({"file.upload"})

Open = Callable[..., AbstractContextManager["Remote"]]


@contextmanager
def shelf(tmp_path: Path, open_sandbox: Open, **readings: str) -> Iterator[Desk]:
    """Open a desk with the example of a file."""
    with open_sandbox(data=tmp_path / "sandbox.db", readings=readings) as remote:
        yield Desk(copy_example("files", tmp_path / "desk"), remote, settle=0.2)


def plan(desk: Desk) -> Plan:
    """Return the plan where the settings allow the upload."""
    return desk.plan(allowed=ALLOWED)


def apply(desk: Desk) -> tuple[Outcome, ...]:
    """Apply that plan."""
    return desk.apply(plan(desk), allowed=ALLOWED, root=desk.folder)


def kept(tmp_path: Path) -> list[str]:
    """Return the hash of each content that the store of files got; empty for a file without one."""
    with sqlite3.connect(tmp_path / "sandbox.db") as db:
        rows = db.execute("SELECT coalesce(inner ->> 'sha256', '') FROM objects WHERE kind = 'file' ORDER BY seq")
        return [str(found) for (found,) in rows]


def hash_of(desk: Desk) -> str:
    """Return the hash of the file as it is."""
    return hashlib.sha256((desk.folder / "docs" / "handbook.md").read_bytes()).hexdigest()


@pytest.mark.parametrize(
    ("method", "visible"), [("PUT", "at_once"), ("POST_form", "after_upload"), ("PUT", "later"), ("POST_form", "later")]
)
def test_a_file_is_uploaded_once_for_each_content(
    tmp_path: Path, open_sandbox: Open, method: str, visible: str
) -> None:
    with shelf(tmp_path, open_sandbox, upload_method=method, file_visible=visible) as desk:
        assert failures_of(apply(desk)) == []
        first = hash_of(desk)
        assert kept(tmp_path) == [first]
        assert work_of(plan(desk)) == []
        (desk.folder / "docs" / "handbook.md").write_bytes(b"\x00\xff other")
        (change,) = plan(desk).work
        assert change.reason.startswith("content changed; ")
        assert failures_of(apply(desk)) == []
        assert kept(tmp_path) == [first, hash_of(desk)]
        assert work_of(plan(desk)) == []
        shown = str(desk.workspace.store.load()) + repr(plan(desk))
        assert "signature" not in shown
        assert "/contents/" not in shown


@pytest.mark.parametrize(("answer", "stored"), [("urls", 1), ("ids", 0)])
def test_an_answer_that_names_too_little_is_a_doubt(
    tmp_path: Path, open_sandbox: Open, answer: str, stored: int
) -> None:
    with shelf(tmp_path, open_sandbox, upload_answer=answer) as desk:
        (ended,) = failures_of(apply(desk))
        assert ended.startswith(f"{FILE}: unknown")
        assert len(list(filter(None, kept(tmp_path)))) == stored
        (blocked,) = plan(desk).blocked
        assert (str(blocked.address), blocked.wanted) == (FILE, "run")
        assert len(kept(tmp_path)) == 1
        apply(desk)
        assert len(kept(tmp_path)) == 1, "it is not sent again before a person has settled it"


def test_without_the_setting_nothing_is_uploaded(tmp_path: Path, open_sandbox: Open) -> None:
    with shelf(tmp_path, open_sandbox) as desk:
        (blocked,) = desk.plan().blocked
        assert "file.upload" in blocked.hint
        desk.apply(desk.plan(), root=desk.folder)
        assert kept(tmp_path) == []


@pytest.mark.parametrize(
    ("fault", "status", "again"),
    [
        ("drop after POST /files/upload", "unknown", 0),
        ("500 before POST /files/upload", "unknown", 0),
        ("403 before POST /files/upload", "failed", 1),
        ("drop after PUT /contents/*", "", 0),
        ("503 before PUT /contents/* times=2", "", 0),
        ("403 before PUT /contents/*", "failed", 1),
        ("308 before PUT /contents/* to=https://elsewhere.invalid", "", 0),
        ("307 after PUT /contents/* times=9 to=https://elsewhere.invalid", "unknown", 0),
        ("drop after PUT /contents/* times=9", "unknown", 0),
    ],
)
def test_what_fails_is_told_apart(
    tmp_path: Path, open_sandbox: Open, fault: str, status: str, again: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wexa_sync.api.transport.contents._PAUSES", (0.01, 0.01))
    with shelf(tmp_path, open_sandbox) as desk:
        desk.remote.fault(fault)
        failed = failures_of(apply(desk))
        assert [line.split()[1] for line in failed] == ([status] if status else [])
        assert "signature" not in "".join(failed)
        desk.remote.fault()
        assert len(work_of(plan(desk))) == (1 if status else 0)
        apply(desk)
        assert sum(found == hash_of(desk) for found in kept(tmp_path)) <= 1
        assert len(plan(desk).blocked) == (status == "unknown")
        assert again == 0 or kept(tmp_path)[-1] == hash_of(desk)


def test_the_key_goes_nowhere_but_to_the_api(tmp_path: Path, open_sandbox: Open) -> None:
    with shelf(tmp_path, open_sandbox) as desk:
        apply(desk)
        sent = [each for each in desk.remote.requests if each["path"].startswith("/contents/")]
        assert [each["status"] for each in sent] == [200], "the store refuses whoever shows a key"
        assert KEY not in str(sent)


def test_a_file_that_changed_since_the_plan_is_not_sent(tmp_path: Path, open_sandbox: Open) -> None:
    with shelf(tmp_path, open_sandbox) as desk:
        planned = plan(desk)
        (desk.folder / "docs" / "handbook.md").write_text("other", "utf-8")
        (failed,) = failures_of(desk.apply(replace(planned), allowed=ALLOWED, root=desk.folder))
        assert "docs/handbook.md changed since the plan" in failed
        assert kept(tmp_path) == []


@pytest.mark.parametrize(("happened", "uploads"), [(True, 1), (False, 2)])
def test_a_person_settles_a_lost_upload(
    tmp_path: Path, open_sandbox: Open, happened: bool, uploads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wexa_sync.api.transport.contents._PAUSES", (0.01, 0.01))
    with shelf(tmp_path, open_sandbox) as desk:
        desk.remote.fault("drop after PUT /contents/* times=9")
        apply(desk)
        record = next(each for a, each in desk.workspace.store.load().records.items() if str(a) == FILE)
        happened_as = record.id if happened else None
        engine.resolve(Address.parse(FILE), desk.read(), desk.workspace, happened_as=happened_as)
        desk.remote.fault()
        assert failures_of(apply(desk)) == []
        assert work_of(plan(desk)) == []
        assert len(kept(tmp_path)) == uploads
