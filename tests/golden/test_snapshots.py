"""Each plan here can be made without the API: from a snapshot, in a file, that holds no secret.

A snapshot was taken where these manifests were there, or before any of them was.
"""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.golden.test_plans import CASES, HERE, NOW, SECRET, TARGET, USER, given_of, planned, served
from wexa_sync import engine
from wexa_sync.api.client import Api
from wexa_sync.api.transport.http import Http
from wexa_sync.errors import SnapshotDamaged, WexaSyncError
from wexa_sync.manifests.sources import Sources
from wexa_sync.model import Choice, Desired, Limits, Options, Plan, Secret
from wexa_sync.observe.snapshot import Snapshot, take
from wexa_sync.observe.snapshot_file import read_snapshot, snapshot_text
from wexa_sync.plan.scope import Scope
from wexa_sync.render.json import plan_json
from wexa_sync.render.layout import Layout
from wexa_sync.render.text.plan import plan_text
from wexa_sync.render.view.plan import plan_view
from wexa_sync.state import FileStore

NOT_WITHOUT_MANIFESTS = {
    "adopted": "the project is neither declared nor managed where the snapshot is taken",
    "imported": "the same",
    "live-and-not-managed": "the same",
    "no-such-connector": "the flow is neither declared nor managed there, so the snapshot has only its name",
    "depends-on-a-failed-run": "nothing waits for the run there, and the server of these tests shows no single run",
}


def taken(case: Path, desired: Desired) -> Snapshot:
    """Return the snapshot of a case's workspace."""
    with served(json.loads((case / "live.json").read_text("utf-8"))) as url:
        http = Http(base_url=url, api_key=Secret(template="", value="any"))
        api = Api(http, org_id=TARGET.org_id, user_id=USER)
        state = FileStore(case / "state.json").load()
        found = take(desired, state, api, TARGET, Options(), now=lambda: NOW, sleep=lambda _: None)
        http.close()
    return found


def lines(plan: Plan) -> list[str]:
    """Return what a plan does, a line each."""
    work = [f"{c.action.value} {c.address} {c.reason} {sorted(c.names)} {c.id}" for c in plan.work]
    blocked = [f"blocked {b.address} {b.wanted} {b.reason}" for b in plan.blocked]
    return [*work, *blocked, *(f"orphan {address}" for address in plan.orphans), *(u.title for u in plan.unmanaged)]


@pytest.mark.parametrize(
    ("name", "known"),
    [(name, known) for name in CASES for known in (True, False) if known or name not in NOT_WITHOUT_MANIFESTS],
)
def test_a_snapshot_gives_the_same_plan(
    name: str, known: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = HERE / name
    monkeypatch.chdir(case)
    desired = engine.NOTHING
    if any((case / "manifests").rglob("*.yaml")):
        desired = engine.read(Sources(paths=(Path("manifests"),), root=case, env={"TOKEN": SECRET}))
    found = taken(case, desired if known else engine.NOTHING)
    file = tmp_path / "snapshot.json"
    file.write_text(snapshot_text(found), "utf-8")
    assert SECRET not in file.read_text("utf-8")
    assert read_snapshot(file) == found
    flags = given_of(case)
    options = Options(allowed=frozenset(flags.pop("allowed", ())))
    plan = engine.plan_from_snapshot(desired, found, Choice(**flags), options, limits=Limits(), scope=Scope())
    assert lines(plan) == lines(planned(case))


def data_of(found: Snapshot) -> dict[str, Any]:
    """Return a snapshot as the data of its file."""
    data: dict[str, Any] = json.loads(snapshot_text(found))
    return data


def written(data: dict[str, Any], file: Path) -> Path:
    """Write data to a file as a snapshot with a checksum that fits, and return the file."""
    counted = {name: value for name, value in data.items() if name != "sha256"}
    text = json.dumps(counted, sort_keys=True, separators=(",", ":"))
    data["sha256"] = hashlib.sha256(text.encode()).hexdigest()
    file.write_text(json.dumps(data), "utf-8")
    return file


@pytest.fixture(scope="module")
def whole() -> tuple[Desired, dict[str, Any]]:
    """Return the manifests of a case with a bit of everything, and its snapshot as data."""
    case = HERE / "secrets"
    desired = engine.read(Sources(paths=(case / "manifests",), root=case, env={}))
    return desired, data_of(taken(case, desired))


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of every value in some data."""
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in inner:
        yield from places(item, (*path, key))


HOSTILE: list[Any] = [
    None,
    True,
    -1,
    1e300,
    "",
    "\x1b[31m<script>\u202e\n::error::" * 50,
    [],
    {},
    [[]],
    [1],
    {"$ref": {"kind": "Skill", "address": "desk/Skill/x"}},
    {"$secret": {"template": "${secret:X}", "fingerprint": "secret 1"}},
    {"$secret": 7},
    {"_id": "x" * 24},
    "../../etc/passwd",
]


@settings(max_examples=40)
@given(which=st.integers(0, 10**6), value=st.sampled_from(HOSTILE), also=st.integers(0, 10**6))
def test_a_hostile_snapshot_is_a_plan_or_a_clear_error(
    which: int, value: Any, also: int, whole: tuple[Desired, dict[str, Any]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    desired, data = whole
    data = copy.deepcopy(data)
    for number in (which, also):
        ways = [path for path in places(data) if path and path[0] != "sha256"]
        *way, last = ways[number % len(ways)]
        at: Any = data
        for part in way:
            at = at[part]
        at[last] = copy.deepcopy(value)
    file = written(data, tmp_path_factory.getbasetemp() / "hostile.json")
    try:
        found = read_snapshot(file)
        plan = engine.plan_from_snapshot(desired, found, Choice(prune=True), Options(), limits=Limits(), scope=Scope())
    except WexaSyncError:
        return
    for text in (plan_text(plan_view(plan), Layout(width=80)), plan_json(plan_view(plan))):
        assert not {"\x1b", "\u202e"} & {*text}


EDITS: dict[str, Callable[[str], str]] = {
    "cut": lambda text: text[:-100],
    "empty": lambda _: "",
    "another value": lambda text: text.replace("aaaaaaaaaaaaaaaaaaaaaaa1", "aaaaaaaaaaaaaaaaaaaaaaa2"),
    "another version": lambda text: text.replace('"version": 1', '"version": 2'),
    "another format": lambda text: text.replace("wexa-sync-snapshot", "wexa-sync-state"),
    "deep": lambda _: "[" * 100_000,
    "a list": lambda text: f"[{text}]",
    "more in it": lambda text: text.replace('"version"', '"more": 1, "version"'),
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_a_damaged_snapshot_is_not_planned_on(
    edit: Callable[[str], str], whole: tuple[Desired, dict[str, Any]], tmp_path: Path
) -> None:
    file = tmp_path / "snapshot.json"
    text = edit(written(whole[1], file).read_text("utf-8"))
    file.write_text(text, "utf-8")
    with pytest.raises(SnapshotDamaged) as caught:
        read_snapshot(file)
    assert str(file) in caught.value.message
    assert "wexa-sync snapshot" in caught.value.hint
