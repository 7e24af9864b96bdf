"""Each operation of a plan is traced to a change of the manifests, to the live side, or to an earlier change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from msgspec.structs import replace

from wexa_sync.model import (
    Action,
    Address,
    Blocked,
    Change,
    Desired,
    FieldChange,
    Manifest,
    Origins,
    Plan,
    Sealed,
    Secret,
    Source,
    Target,
)
from wexa_sync.plan.decision import ADOPTED, REMOVED
from wexa_sync.plan.digest import digest
from wexa_sync.plan.file import saved_text
from wexa_sync.plan.origins import origins_of, surprises

SKILL = Address(kind="Skill", name="sum", project="desk")
OTHER = Address(kind="Skill", name="other", project="desk")
RUN = Address(kind="Execution", name="smoke", project="desk")
FLOW = Address(kind="AgentFlow", name="flow", project="desk")
AGENT = Address(kind="Agent", name="sort", project="desk", owner=("AgentFlow", "flow"))
TOKEN = Secret(template="${secret:TOKEN}", value="hunter22")

OLD, NEW = {"description": "old"}, {"description": "new"}


def declared(*manifests: Manifest) -> Desired:
    return Desired(manifests={each.address: each for each in manifests}, depends_on={})


def manifest(spec: Mapping[str, Any], address: Address = SKILL, **more: Any) -> Manifest:
    return Manifest(address=address, spec=spec, source=Source(file="a.yaml"), **more)


def plan_of(*operations: Change | Blocked) -> Plan:
    changes = tuple(each for each in operations if isinstance(each, Change))
    blocked = tuple(each for each in operations if isinstance(each, Blocked))
    target = Target(base_url="https://api.wexa.ai", org_id="o")
    return Plan(target=target, lineage="l", serial=1, content="c", changes=changes, blocked=blocked)


def update(*by: str, before: Any = "live", path: tuple[str | int, ...] = ("description",), **more: Any) -> Change:
    fields = tuple(FieldChange(path=path, before=before, after="new", changed_by=each) for each in by)
    return Change(action=Action.UPDATE, address=SKILL, fields=fields, **more)


def does(action: Action, address: Address = SKILL, **more: Any) -> Change:
    return Change(action=action, address=address, **more)


NOTHING = declared()
SAME = declared(manifest(NEW))
EDITED = declared(manifest(OLD))
AGENT_EDITED, AGENT_NOW = (declared(manifest({"prompt": {"template": text}}, AGENT)) for text in ("old", "new"))
DISPLAYED = replace(update("repository", path=("prompt", "display_template")), address=AGENT)
WITH_ENV = declared(manifest({"description": "of me"}, templates={"of me": "of ${env:WHO}"}))
WITH_VAR = declared(manifest({"description": "in eu"}, templates={"in eu": "in ${var:region}"}))
SECRET = declared(manifest({"description": TOKEN}))
BLOCKED = Blocked(address=SKILL, wanted="update", reason="r", hint="h", fields=update("repository").fields)


@pytest.mark.parametrize(
    ("operation", "base", "now", "origins"),
    [
        # a field
        (update("repository"), EDITED, SAME, ("change",)),
        (update("repository"), SAME, SAME, ("pending",)),
        (update("live"), SAME, SAME, ("drift",)),
        (update("live"), EDITED, SAME, ("drift",)),
        (update("both"), EDITED, SAME, ("drift", "change")),
        (update("both"), SAME, SAME, ("drift", "pending")),
        (update("repository", "live"), EDITED, SAME, ("drift", "change")),
        (replace(BLOCKED), EDITED, SAME, ("change",)),
        (replace(BLOCKED), SAME, SAME, ("pending",)),
        (DISPLAYED, AGENT_EDITED, AGENT_NOW, ("change",)),  # it follows from the template
        (DISPLAYED, AGENT_NOW, AGENT_NOW, ("pending",)),
        # values that no file of the repository holds
        (update("repository", before="of you"), WITH_ENV, WITH_ENV, ("unexplained",)),
        (update("repository", before="by you"), WITH_ENV, WITH_ENV, ("pending",)),  # the text around it is another one
        (update("repository", before="in us"), WITH_VAR, WITH_VAR, ("pending",)),
        (
            update("repository", before=Sealed(template="${secret:TOKEN}", fingerprint="f")),
            SECRET,
            SECRET,
            ("unexplained",),
        ),
        (
            update("repository", before=Sealed(template="${secret:OTHER}", fingerprint="f")),
            SECRET,
            SECRET,
            ("pending",),
        ),
        # what is made
        (does(Action.CREATE), NOTHING, SAME, ("change",)),
        (does(Action.CREATE), SAME, SAME, ("pending",)),
        (does(Action.CREATE), EDITED, SAME, ("pending", "change")),
        (does(Action.CREATE, reason=REMOVED), SAME, SAME, ("drift",)),
        (does(Action.CREATE, reason=REMOVED), EDITED, SAME, ("drift", "change")),
        (Blocked(address=SKILL, wanted="create", reason="r", hint="h"), SAME, SAME, ("pending",)),
        # what goes
        (does(Action.DELETE), SAME, NOTHING, ("change",)),
        (does(Action.DELETE), NOTHING, NOTHING, ("pending",)),
        (does(Action.FORGET), SAME, NOTHING, ("change",)),
        (Blocked(address=SKILL, wanted="delete", reason="r", hint="h"), NOTHING, NOTHING, ("pending",)),
        # what is taken over
        (does(Action.ADOPT, reason=ADOPTED), SAME, SAME, ("unexplained",)),
        (does(Action.ADOPT, reason=ADOPTED), NOTHING, SAME, ("change",)),
        (update("repository", reason=ADOPTED), SAME, SAME, ("unexplained",)),
        (Blocked(address=SKILL, wanted="adopt", reason="r", hint="h"), SAME, SAME, ("unexplained",)),
        # a run
        (does(Action.RUN, RUN), declared(manifest(NEW, RUN)), declared(manifest(NEW, RUN, generation=2)), ("change",)),
        (does(Action.RUN, RUN), declared(manifest(NEW, RUN)), declared(manifest(NEW, RUN)), ("pending",)),
    ],
)
def test_an_operation_has_an_origin(
    operation: Change | Blocked, base: Desired, now: Desired, origins: tuple[str, ...]
) -> None:
    assert origins_of(plan_of(operation), now, base) == {operation.address: origins}


def test_a_variable_of_the_command_line_explains_nothing() -> None:
    plan = plan_of(update("repository", before="in us"))
    assert origins_of(plan, WITH_VAR, WITH_VAR, given=["region"]) == {SKILL: ("unexplained",)}
    assert origins_of(plan, WITH_VAR, WITH_VAR, given=["other"]) == {SKILL: ("pending",)}


def test_what_follows_from_an_explained_operation_is_explained() -> None:
    both = declared(manifest(NEW), manifest(NEW, OTHER))
    adopted = does(Action.ADOPT, OTHER, reason=ADOPTED, depends_on=(SKILL,))
    assert origins_of(plan_of(does(Action.CREATE), adopted), both, declared(manifest(NEW, OTHER))) == {
        SKILL: ("change",),
        OTHER: ("change",),
    }
    beside = plan_of(update("live"), adopted)  # an update leads to no other
    assert origins_of(beside, both, both) == {SKILL: ("drift",), OTHER: ("unexplained",)}


def test_without_the_other_manifests_only_drift_is_told_from_the_rest() -> None:
    plan = plan_of(update("live"), does(Action.CREATE, OTHER))
    assert origins_of(plan, SAME, None) == {SKILL: ("drift",), OTHER: ("unexplained",)}


WORDS = ("drift", "delete", "run", "blocked", "unexplained")


@pytest.mark.parametrize(
    ("operation", "words"),
    [
        (update("live"), ["drift"]),
        (update("repository"), None),
        (does(Action.DELETE), ["delete"]),
        (does(Action.RUN), ["run"]),
        (does(Action.RUN, awaits=True), None),
        (BLOCKED, ["blocked"]),
        (replace(BLOCKED, fields=update("both").fields), ["drift", "blocked"]),
        (does(Action.NOOP), None),
    ],
)
def test_a_word_is_about_some_operations(operation: Change | Blocked, words: list[str] | None) -> None:
    plan = plan_of(operation)
    assert surprises(plan, WORDS) == ({SKILL: words} if words else {})
    assert surprises(plan, ()) == {}


def test_origins_are_no_part_of_what_is_reviewed_and_saved() -> None:
    plan = plan_of(does(Action.CREATE))
    traced = replace(plan, origins=Origins(ref="main", commit="c", of={SKILL: ("unexplained",)}))
    assert surprises(traced, WORDS) == {SKILL: ["unexplained"]}
    assert (digest(traced), saved_text(traced)) == (digest(plan), saved_text(plan))
