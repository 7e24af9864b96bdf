"""Plans as files: what was reviewed is what is read, or nothing is."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from wexa_sync.errors import PlanRefused, StateError
from wexa_sync.model import (
    Action,
    Address,
    Blocked,
    Change,
    Choice,
    ExternalName,
    FieldChange,
    Lifecycle,
    Plan,
    Ref,
    Secret,
    Source,
    Target,
)
from wexa_sync.plan.digest import digest
from wexa_sync.plan.file import is_plan, read, save, saved_text

PROJECT = Address(kind="Project", name="desk")
SKILL = Address(kind="Skill", name="sum", project="desk")
AGENT = Address(kind="Agent", name="sort", project="desk", owner=("AgentFlow", "flow"))
RUN = Address(kind="Execution", name="run", project="desk")
SOURCE = Source(file="a/b.yaml", line=3, column=5)
TOKEN = Secret(template="Bearer ${secret:TOKEN}", value="Bearer hunter2")

OTHER_CHANGES: list[dict[str, Any]] = [
    {"id": "p2"},
    {"expected": "f"},
    {"resume": True},
    {"generation": 2},
    {"reason": "x"},
]


def plan() -> Plan:
    """Return a plan that has one of everything."""
    changes = (
        Change(
            action=Action.CREATE,
            address=AGENT,
            after={"role": TOKEN, "skills": [Ref(kind="Skill", address=SKILL), Ref(kind="Skill", external="X")]},
            source=SOURCE,
            depends_on=(PROJECT, SKILL),
            lifecycle=Lifecycle(prevent_destroy=True, ignore_changes=("role",), retain=True),
        ),
        Change(
            action=Action.UPDATE,
            address=PROJECT,
            id="p1",
            before={"description": "$odd", "n": [1, 2.5, None, True]},
            after={"description": "two"},
            fields=(FieldChange(path=("triggers", 0, "x"), before=None, after={"$ref": 1}, changed_by="both"),),
            expected="e",
            source=SOURCE,
        ),
        Change(action=Action.DELETE, address=SKILL, id="s1", before={}, reason="goes with", with_project=True),
        Change(
            action=Action.RUN,
            address=RUN,
            id="r1",
            after={"goal": "g"},
            generation=3,
            resume=True,
            settles="create 3 1.0",
        ),
    )
    made = Plan(
        target=Target(base_url="https://api.wexa.ai", org_id="o"),
        lineage="lineage",
        serial=7,
        changes=changes,
        blocked=(
            Blocked(address=SKILL, wanted="update", reason="r", hint="h", source=SOURCE),
            Blocked(address=SKILL, wanted="delete", reason="r", hint="h"),
        ),
        orphans=(RUN,),
        warnings=("w",),
        ids={PROJECT: "p1"},
        externals={ExternalName("desk", "Skill", "X"): "s9"},
        user_id="u",
    )
    return replace(made, digest=digest(made))


def reveal(template: str) -> str:
    """Return the secret's value in the environment."""
    assert template == TOKEN.template
    return "Bearer hunter2"


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """Return a file with that plan."""
    save(plan(), tmp_path / "it.plan")
    return tmp_path / "it.plan"


def test_what_was_saved_is_what_is_read(saved: Path) -> None:
    assert is_plan(saved)
    assert read(saved, reveal) == plan()


def test_only_its_owner_can_read_it_and_no_secret_is_in_it(saved: Path) -> None:
    assert stat.S_IMODE(saved.stat().st_mode) == 0o600
    assert b"hunter2" not in saved.read_bytes()


def test_a_checksum_is_of_everything_but_the_digest() -> None:
    one = plan()
    assert saved_text(replace(one, digest="other")) == saved_text(one)
    others = [
        replace(one, serial=8),
        replace(one, lineage="other"),
        replace(one, target=replace(one.target, org_id="other")),
        replace(one, user_id="other"),
        replace(one, warnings=()),
        replace(one, orphans=()),
        replace(one, ids={}),
        replace(one, externals={}),
        replace(one, blocked=one.blocked[:1]),
        replace(one, changes=one.changes[::-1]),
        *(replace(one, changes=(replace(one.changes[1], **other), *one.changes)) for other in OTHER_CHANGES),
        replace(one, choice=Choice(prune=True, targets=(SKILL,))),
    ]
    assert len({saved_text(each) for each in [one, *others]}) == 1 + len(others)


def _edited(name: str, change: Callable[[Any], Any]) -> Callable[[dict[str, Any]], Any]:
    def edit(data: dict[str, Any]) -> Any:
        data["plan"][name] = change(data["plan"][name])
        return data

    return edit


EDITS: dict[str, tuple[Callable[[dict[str, Any]], Any], str]] = {
    "another id": (_edited("ids", lambda _ids: {"Project/desk": "p2"}), "it was changed after it was written"),
    "a change less": (_edited("changes", lambda changes: changes[1:]), "it was changed after it was written"),
    "a change that is none": (_edited("changes", lambda changes: [{}, *changes]), "it was changed after it was"),
    "a change that is text": (_edited("changes", lambda _changes: "none"), "it was changed after it was written"),
    "an action that is none": (
        _edited("changes", lambda changes: [{**changes[0], "action": "explode"}]),
        "it was changed after it was written",
    ),
    "an address that is none": (_edited("orphans", lambda _orphans: ["nonsense"]), "it was changed after it was"),
    "another serial": (_edited("serial", lambda serial: serial + 1), "it was changed after it was written"),
    "no plan in it": (lambda data: {**data, "plan": None}, "it was changed after it was written"),
    "no digest": (lambda data: {**data, "digest": None}, "it was changed after it was written"),
    "another format": (lambda data: {**data, "format": "wexa-sync-state"}, "it is no plan"),
    "another version": (lambda data: {**data, "version": 3}, "plans of version 2"),
    "a list": (lambda data: [data], "it is no plan"),
}


@pytest.mark.parametrize(("edit", "why"), EDITS.values(), ids=EDITS)
def test_what_was_edited_is_not_applied(saved: Path, edit: Callable[[dict[str, Any]], Any], why: str) -> None:
    saved.write_text(json.dumps(edit(json.loads(saved.read_text("utf-8")))), "utf-8")
    with pytest.raises(PlanRefused) as caught:
        read(saved, reveal)
    assert f"{saved} can't be applied: " in caught.value.message
    assert why in caught.value.message
    assert "wexa-sync plan --out" in caught.value.hint


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"\xff", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (None, "No such file"),
    ],
    ids=["empty", "cut", "no UTF-8", "deep", "gone"],
)
def test_what_is_no_plan_is_not_applied(saved: Path, content: bytes | None, why: str) -> None:
    saved.unlink() if content is None else saved.write_bytes(content)
    with pytest.raises(PlanRefused, match=why):
        read(saved, reveal)


def test_a_manifest_is_no_plan(tmp_path: Path) -> None:
    file = tmp_path / "skill.yaml"
    file.write_text("kind: Skill\n", "utf-8")
    assert not is_plan(file)
    file.write_bytes(b"\xff\xfe")
    assert not is_plan(file)
    assert not is_plan(tmp_path)


def test_another_secret_than_the_reviewed_one_is_not_sent(saved: Path) -> None:
    with pytest.raises(PlanRefused, match="is not the one that the plan was made with") as caught:
        read(saved, lambda _template: "Bearer hunter3")
    assert "${secret:TOKEN}" in caught.value.message
    assert "hunter" not in f"{caught.value} {caught.value.hint}"


def test_a_place_that_can_not_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(StateError):
        save(plan(), tmp_path / "none" / "it.plan")
