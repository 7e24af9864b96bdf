"""What of a plan is hidden."""

from __future__ import annotations

import json

import pytest

from wexa_sync.model import Address, Intent, Live, Manifest, Observation, Pair, Record, Secret, Source, Spec, Target
from wexa_sync.plan.decision import Rules
from wexa_sync.plan.file import save
from wexa_sync.plan.make import make_plan
from wexa_sync.render.json import plan_json
from wexa_sync.render.layout import Layout, Level
from wexa_sync.render.text.plan import plan_text
from wexa_sync.render.view.plan import plan_view
from wexa_sync.secrecy.seal import conceal

OLD = "hunter2-of-last-year"
PROJECT = Address(kind="Project", name="desk")


def spec(description: object) -> Spec:
    return {"projectName": "Desk", "description": description, "coworker_role": "helper"}


def pair_of(sent: str, value: str, declared: object) -> Pair:
    """Return the pair of a project whose sent and live value is a secret, declared with another value."""
    secret = Secret(template="Bearer ${secret:TOKEN}", value=f"Bearer {value}")
    found, lineage = spec(secret), "key"
    held = Record(address=PROJECT, id="p1", spec=conceal(found, lineage))
    intent = Intent(address=PROJECT, operation="create", time=1.0, spec=held.spec, fingerprint="f")
    return Pair(
        address=PROJECT,
        manifest=Manifest(address=PROJECT, spec=spec(declared), source=Source(file="m.yaml")),
        live=Live(id="p1", fields={**spec(secret.reveal()), "coworker_role": f"says {value}"}),
        record=held if sent == "recorded" else None,
        intent=intent if sent == "found after its answer was lost" else None,
        certain=sent != "recorded",
    )


@pytest.mark.parametrize("sent", ["recorded", "found after its answer was lost"])
@pytest.mark.parametrize("declared", ["no secret", Secret(template="${secret:NEW}", value="a-new-one")])
def test_a_secret_that_was_sent_and_is_live_is_not_shown_though_its_manifest_has_it_no_longer(
    sent: str, declared: object, tmp_path_factory: pytest.TempPathFactory
) -> None:
    observation = Observation(
        target=Target(base_url="http://127.0.0.1", org_id="o"),
        pairs={PROJECT: pair_of(sent, OLD, declared)},
        depends_on={},
        ids={PROJECT: "p1"},
        externals={},
        missing_externals={},
        unmanaged={},
        user_id="u",
        lineage="key",
        serial=1,
        now=2_000_000_000.0,
    )
    plan = make_plan(observation, Rules())
    file = tmp_path_factory.mktemp("plan") / "it.plan"
    save(plan, file)
    shown = plan_text(plan_view(plan), Layout(width=200, level=Level.FULL))
    assert {field.path for field in plan.changes[0].fields} == {("description",), ("coworker_role",)}
    assert [text for text in (file.read_text("utf-8"), shown, plan_json(plan_view(plan))) if OLD in text] == []
    assert json.loads(file.read_text("utf-8"))["plan"]["changes"][0]["before"]["projectName"] == "Desk"
