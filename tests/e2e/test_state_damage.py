"""A state that can't be read, can't be written, or is another's: said clearly, nothing sent, nothing lost.

As real processes, which the operating system refuses what a full disk or a missing right would.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from wexa_sync.model import Plan

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Cli, Desk

# Root without the right to overrule them, for whoever is root.
HEED_MODES = """
import ctypes
libc, head, sets = ctypes.CDLL(None), (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
libc.capget(head, sets)
sets[0] &= ~0b110  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
libc.capset(head, sets)
"""
SMALL_DISK = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({size}, resource.RLIM_INFINITY))"
"""No file may grow beyond so many bytes."""


@pytest.fixture
def run(desk: Desk, cli: Cli) -> Callable[..., tuple[int, str]]:
    """Return a function that runs the command line under a limit of the operating system."""

    def start(limit: str, *words: str) -> tuple[int, str]:
        done = cli(desk.folder, *words, code=None, env=desk.remote.env, before=limit)
        return done.code, " ".join((done.stdout + done.stderr).split())

    return start


def state_of(desk: Desk) -> Path:
    return desk.folder / ".wexa-sync" / "state.json"


# How much a file may hold: the lock alone; a few intents; some records; nearly all of the journal; all but the state.
@pytest.mark.parametrize("size", [100, 500, 2000, 5000, 7000])
def test_a_disk_that_fills_up_in_the_middle_of_an_apply_loses_nothing(
    desk: Desk,
    run: Callable[..., tuple[int, str]],
    work: Callable[[Plan], list[str]],
    failures: Callable[..., list[str]],
    size: int,
) -> None:
    code, said = run(SMALL_DISK.format(size=size), "apply", "--auto-approve", "--parallelism", "2")
    assert code == 1, said
    assert f"{desk.folder.name}/.wexa-sync/state.json" in said.replace(" ", "")
    assert "Make room on that disk" in said
    state = desk.workspace.store.load()
    # Nothing was sent that is not written down: each write has its record or its intent.
    creates = [each for each in desk.remote.writes if each.startswith("POST") and not each.endswith("/execute")]
    assert len(creates) <= len(state.records) + len(state.intents)
    ids = [record.id for record in state.records.values()]
    assert len(set(ids)) == len(ids)

    assert failures(desk.apply()) == []
    assert work(desk.plan()) == []
    once = {"POST /v1/project", "POST /agentflow/", "POST /execute_flow"}
    assert sorted(each for each in desk.remote.writes if each in once) == sorted(once)


def test_a_folder_that_may_not_be_written_stops_an_apply_and_no_plan(
    desk: Desk, run: Callable[..., tuple[int, str]]
) -> None:
    folder = state_of(desk).parent
    folder.mkdir()
    folder.chmod(0o500)
    code, said = run(HEED_MODES, "apply", "--auto-approve")
    assert code == 1
    assert "Can't lock" in said
    assert "Permission denied" in said
    assert "Check who may write there, or name another file (--state, --out)." in said
    assert desk.remote.writes == []
    code, said = run(HEED_MODES, "plan")
    assert (code, "Plan: 8 to add" in said) == (0, True), said
    folder.chmod(0o700)


def test_a_state_that_may_not_be_read_stops_everything(desk: Desk, run: Callable[..., tuple[int, str]]) -> None:
    desk.apply()
    desk.remote.forget()
    state_of(desk).chmod(0)
    for words in (("plan",), ("apply", "--auto-approve"), ("state", "list"), ("destroy", "--auto-approve")):
        code, said = run(HEED_MODES, *words)
        assert code == 1
        assert "Can't read" in said
        assert "Permission denied" in said
        assert "hint" in said.lower()
    assert desk.remote.writes == []


def test_a_state_whose_folder_became_read_only_keeps_what_it_was(
    desk: Desk, run: Callable[..., tuple[int, str]]
) -> None:
    desk.apply()
    before = state_of(desk).read_bytes()
    (desk.folder / "prompts" / "classify.md").write_text("Other.\n", "utf-8")
    desk.remote.forget()
    state_of(desk).parent.chmod(0o500)
    code, said = run(HEED_MODES, "apply", "--auto-approve")
    state_of(desk).parent.chmod(0o700)
    assert code == 1, said
    assert desk.remote.writes == []
    assert state_of(desk).read_bytes() == before


def conflict(text: str) -> str:
    """Return the text as a git conflict leaves it: both sides between the marks."""
    ours = text.replace('"serial": ', '"serial": 1')
    return f"<<<<<<< HEAD\n{ours}=======\n{text}>>>>>>> other\n"


def half(text: str) -> str:
    return text[: len(text) // 2]


def merged(text: str) -> str:
    """Return what git makes of two sides that agree on nothing but the serial: records of both, the head of one."""
    data = json.loads(text)
    data["records"].pop("support-desk/Schedule/new-year-digest")
    return json.dumps(data)


def newer(text: str) -> str:
    return json.dumps({**json.loads(text), "version": 99})


def elsewhere(text: str) -> str:
    data = json.loads(text)
    return json.dumps({**data, "target": {**data["target"], "org_id": "6" * 24}})


DAMAGES: dict[str, tuple[Callable[[str], str], str, str]] = {
    "truncated": (half, "is damaged", "Restore"),
    "emptied": (lambda _: "", "is damaged", "Restore"),
    "merge-conflicted": (conflict, "is damaged", "of a merge conflict take one side whole"),
    "merged by lines": (merged, "merged by lines", "of a merge conflict take one side whole"),
    "edited": (lambda text: text.replace('"records"', '"rekords"'), "unknown rekords", "Don't fix it by hand"),
    "of a newer version": (newer, "written by a newer wexa-sync", "Upgrade: pip install"),
    "of another workspace": (elsewhere, "belongs to", "Each workspace has a state of its own"),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_what_can_t_be_trusted_is_refused_and_left_as_it_is(desk: Desk, cli: Cli, name: str) -> None:
    desk.apply()
    damage, words, hint = DAMAGES[name]
    state_of(desk).write_text(damage(state_of(desk).read_text("utf-8")), "utf-8")
    before = state_of(desk).read_bytes()
    desk.remote.forget()
    for command in (("plan",), ("apply", "--auto-approve"), ("state", "rebuild")):
        done = cli(desk.folder, *command, code=1, env=desk.remote.env)
        said = " ".join(done.stderr.split())
        assert words in said
        assert hint in said
    assert desk.remote.writes == []
    assert state_of(desk).read_bytes() == before
    # What the hint says leads out of it.
    state_of(desk).rename(state_of(desk).with_name("old.json"))
    assert "Rebuilt: 9 of 9" in cli(desk.folder, "state", "rebuild", env=desk.remote.env).stdout
    assert cli(desk.folder, "plan", env=desk.remote.env).last == "No changes."


def test_another_spelling_of_the_address_is_no_other_workspace(desk: Desk, cli: Cli) -> None:
    desk.apply()
    env = {**desk.remote.env, "WEXA_BASE_URL": f"{desk.remote.server.base_url}/"}
    assert cli(desk.folder, "plan", env=env).last == "No changes."


def without_third(lines: list[str]) -> list[str]:
    return lines[:2] + lines[3:]


def third_twice(lines: list[str]) -> list[str]:
    return [*lines[:3], lines[2], *lines[4:]]


@pytest.mark.parametrize("damage", [without_third, third_twice, lambda _: ["garbage"], lambda lines: lines[1:]])
def test_a_journal_that_was_changed_after_a_kill_is_refused_and_left_as_it_is(
    desk: Desk,
    cli: Cli,
    work: Callable[[Plan], list[str]],
    failures: Callable[..., list[str]],
    damage: Callable[[list[str]], list[str]],
) -> None:
    desk.remote.fault("kill_client after POST /execute_flow")
    cli(desk.folder, "apply", "--auto-approve", code=-9, env=desk.remote.env)
    journal = state_of(desk).with_name("state.json.journal")
    whole = journal.read_text("utf-8")
    changed = "".join(damage(whole.splitlines(keepends=True)))
    journal.write_text(changed, "utf-8")
    desk.remote.forget()
    for command in (("plan",), ("apply", "--auto-approve"), ("state", "list")):
        said = " ".join(cli(desk.folder, *command, code=1, env=desk.remote.env).stderr.split())
        assert "state.json.journal is damaged: " in said
        assert "and the state file beside it as they were together" in said
    assert desk.remote.writes == []
    assert journal.read_text("utf-8") == changed
    # What the hint says leads out of it.
    journal.write_text(whole, "utf-8")
    assert failures(desk.apply()) == []
    assert work(desk.plan()) == []


@pytest.mark.parametrize(
    ("was", "is_"),
    [
        ("support-desk/Schedule/", "support-desk/Shedule/"),
        ("support-desk/AgentFlow/triage/Agent/classify", "support-desk/Agent/classify"),
    ],
)
def test_an_address_that_nothing_can_have_is_named(desk: Desk, cli: Cli, was: str, is_: str) -> None:
    desk.apply()
    text = state_of(desk).read_text("utf-8")
    assert was in text
    data = json.loads(text.replace(was, is_))
    counted = {name: data[name] for name in ("lineage", "serial", "records", "intents")}
    whole = json.dumps(counted, separators=(",", ":"), sort_keys=True) + "\n"  # as a wexa-sync of other kinds wrote it
    data["sha256"] = hashlib.sha256(whole.encode()).hexdigest()
    state_of(desk).write_text(json.dumps(data), "utf-8")
    desk.remote.forget()
    said = " ".join(cli(desk.folder, "apply", "--auto-approve", code=1, env=desk.remote.env).stderr.split())
    assert f"the state holds {is_}" in said
    assert desk.remote.requests == []
    (command,) = re.findall(r"`wexa-sync (state rm \S+)`", said)
    cli(desk.folder, *command.split())
    assert is_ not in state_of(desk).read_text("utf-8")
