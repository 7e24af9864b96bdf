"""A plan is the one that was reviewed, or what moved is named."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from wexa_sync.errors import ExitCode, PlanMoved, UsageError
from wexa_sync.model import Action, Address, Blocked, Change, Choice, Plan, Secret, Target
from wexa_sync.plan.digest import digest
from wexa_sync.plan.reviewed import Reviewed, outline, read_reviewed, require_reviewed
from wexa_sync.render.json import plan_json
from wexa_sync.render.view.plan import plan_view
from wexa_sync.text.digests import short

PROJECT = Address(kind="Project", name="desk")
SKILL = Address(kind="Skill", name="sum", project="desk")


def counted(plan: Plan) -> Plan:
    """Return the plan with its digest."""
    return replace(plan, digest=digest(plan))


UPDATE = Change(action=Action.UPDATE, address=PROJECT, id="p1", before={"goal": "a"}, after={"goal": "b"}, expected="e")
CREATE = Change(action=Action.CREATE, address=SKILL, after={"key": Secret(template="${secret:A}", value="hunter22")})
TARGET = Target(base_url="https://api.wexa.ai", org_id="o")
PLAN = counted(Plan(target=TARGET, lineage="l", serial=1, content="c", changes=(UPDATE, CREATE)))


def data_of(plan: Plan) -> Any:
    """Return the JSON of a plan."""
    return json.loads(plan_json(plan_view(plan)))


@pytest.mark.parametrize("given", [PLAN.digest, short(PLAN.digest).replace("-", "")])
def test_the_same_plan_passes(given: str) -> None:
    require_reviewed(PLAN, Reviewed(digest=given), data_of)


@pytest.mark.parametrize("form", [lambda plan: plan, outline], ids=["whole", "in short"])
@pytest.mark.parametrize(
    ("now", "named"),
    [
        (replace(PLAN, changes=(UPDATE,)), "desk/Skill/sum is not there any more (create)"),
        (
            replace(PLAN, changes=(*PLAN.changes, replace(UPDATE, address=SKILL.altered(name="new")))),
            "desk/Skill/new is new (update)",
        ),
        (
            replace(PLAN, changes=(replace(UPDATE, action=Action.DELETE), CREATE)),
            "Project/desk has another action (delete, not update)",
        ),
        (
            replace(PLAN, changes=(replace(UPDATE, before={"goal": "c"}), CREATE)),
            "Project/desk differs (update: the live one changed)",
        ),
        (
            replace(PLAN, changes=(replace(UPDATE, after={"goal": "c"}), CREATE)),
            "Project/desk differs (update: the manifest changed)",
        ),
        (replace(PLAN, serial=2, content="d"), "there was another apply"),
        (replace(PLAN, choice=Choice(prune=True)), "the flags are other ones"),
        (replace(PLAN, target=replace(TARGET, org_id="p")), "https://api.wexa.ai, p, not https://api.wexa.ai, o"),
        (replace(PLAN, blocked=(Blocked(address=SKILL, wanted="w", reason="r", hint="h"),)), "resources are blocked"),
        (replace(PLAN, orphans=(SKILL,)), "there are other orphans"),
        (
            replace(PLAN, changes=(UPDATE, replace(CREATE, after={"key": Secret(template="", value="hunter23")}))),
            "a secret, an id or the user is another one",
        ),
    ],
)
def test_what_moved_is_named(tmp_path: Path, now: Plan, named: str, form: Callable[[Any], Any]) -> None:
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(form(data_of(PLAN))), "utf-8")
    now = counted(now)
    with pytest.raises(PlanMoved) as caught:
        require_reviewed(now, read_reviewed(PLAN.digest, file), data_of)
    assert f"its digest is {short(now.digest)}, not {short(PLAN.digest)}. Since then: " in caught.value.message
    assert named in caught.value.message
    assert "; " not in caught.value.message, "one thing moved"
    assert caught.value.exit_code is ExitCode.MOVED
    assert "hunter" not in caught.value.message


def test_without_the_reviewed_plan_it_says_what_the_plan_would_do_now() -> None:
    with pytest.raises(PlanMoved, match="It would now update Project/desk, create desk/Skill/sum"):
        require_reviewed(PLAN, Reviewed(digest="0" * 16), data_of)
    with pytest.raises(PlanMoved, match="There is nothing to do now"):
        require_reviewed(counted(replace(PLAN, changes=())), Reviewed(digest="0" * 16), data_of)


EDITS: dict[str, Callable[[Any], Any]] = {
    "another plan": lambda data: {**data, "digest": "0" * 64},
    "no digest": lambda data: {**data, "digest": None},
    "a list": lambda data: [data],
    "no changes": lambda data: {**data, "resource_changes": 7},
    "a change that is none": lambda data: {**data, "resource_changes": [7]},
    "no action": lambda data: {**data, "resource_changes": [{"address": "Project/x", "change": {"actions": []}}]},
    "a hostile address": lambda data: {
        **data,
        "resource_changes": [{"address": "\x1b[31m" * 10_000, "change": {"actions": ["create"]}}],
    },
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_a_file_that_holds_no_such_plan_is_refused(tmp_path: Path, edit: Callable[[Any], Any]) -> None:
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(edit(data_of(PLAN))), "utf-8")
    with pytest.raises(UsageError) as caught:
        read_reviewed(PLAN.digest, file)
    assert str(file) in caught.value.message
    assert "\x1b" not in caught.value.message


@pytest.mark.parametrize(
    "content", [b"", b"{", b"\xff", b"[" * 100_000, None], ids=["empty", "cut", "?", "deep", "gone"]
)
def test_a_file_that_is_no_json_is_refused(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "plan.json"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(UsageError, match=r"plan\.json"):
        read_reviewed(PLAN.digest, file)
