"""What a plan says of a field that is write-only, and of one inside another that the API can't change."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.kinds.connection import CONNECTION
from wexa_sync.api.transport.body import encode
from wexa_sync.kinds import BY_NAME
from wexa_sync.kinds.spec.wire import decode
from wexa_sync.manifests.values import refer
from wexa_sync.manifests.variables import revealed
from wexa_sync.model import Address, Live, Manifest, Observation, Pair, Plan, Record, Source, Target
from wexa_sync.plan.decision import Rules
from wexa_sync.plan.digest import digest
from wexa_sync.plan.file import read, save
from wexa_sync.plan.make import make_plan
from wexa_sync.render.json import plan_json
from wexa_sync.render.layout import Layout
from wexa_sync.render.text.plan import plan_text
from wexa_sync.render.view.plan import plan_view
from wexa_sync.secrecy.seal import conceal, seal

ADDRESS = Address(project="desk", kind="Connection", name="mail")
BASE = {"name": "A", "type": "mail"}
OLD, NEW = "pin-of-last-year", "pin-of-this-year"


def planned(declared: Any, applied: Any, shown: Any) -> Plan:
    """Return the plan for a connection. `applied` is None where the connection does not exist yet."""
    pair = Pair(
        address=ADDRESS,
        manifest=Manifest(address=ADDRESS, spec=_read(declared), source=Source(file="m.yaml")),
        live=None if applied is None else Live(id="c1", fields=decode(CONNECTION, shown)),
        record=None if applied is None else Record(address=ADDRESS, id="c1", spec=conceal(_read(applied), "key")),
    )
    observation = Observation(
        target=Target(base_url="http://127.0.0.1", org_id="o"),
        pairs={ADDRESS: pair},
        depends_on={},
        ids={ADDRESS: "c1"},
        externals={},
        missing_externals={},
        unmanaged={},
        user_id="u",
        lineage="key",
        serial=1,
        now=2_000_000_000.0,
    )
    return make_plan(observation, Rules())


def _read(spec: Any) -> Any:
    return refer(spec, CONNECTION.fields, "desk", [])


@pytest.fixture(autouse=True)
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(BY_NAME, "Connection", CONNECTION)


@pytest.mark.parametrize("shown", ["****", {"pin": OLD}, {"pin": NEW}, None])
def test_a_plan_says_that_a_write_only_field_changes_and_shows_neither_value(shown: Any, tmp_path: Path) -> None:
    old, new = ({**BASE, "config": {"pin": pin, "port": 5}} for pin in (OLD, NEW))
    plan = planned(new, old, {**BASE, "config": shown})
    (change,) = plan.changes
    assert [field.path for field in change.fields] == [("config", "pin")]
    text = plan_text(plan_view(plan), Layout(width=80))
    assert "config.pin" in text
    assert "(sensitive)" in text
    save(plan, tmp_path / "it.plan")
    for page in (text, plan_json(plan_view(plan))):
        assert OLD not in page
        assert NEW not in page
    (saved,) = read(tmp_path / "it.plan", lambda template: revealed(template, {})).changes
    assert saved.after == change.after, "a saved plan sends what was planned"


@pytest.mark.parametrize("pin", ["plain", "a ${env:X} b", "$${", "$", "${", "", "${secret:T}"])
def test_a_saved_plan_gets_a_write_only_text_back_and_the_state_never_holds_it(pin: str, tmp_path: Path) -> None:
    plan = planned({**BASE, "server": {"host": "h", "password": pin}}, None, {})
    save(plan, tmp_path / "it.plan")
    found = read(tmp_path / "it.plan", lambda template: revealed(template, {}))
    assert found.digest == digest(found) == plan.digest
    (change,) = found.changes
    assert change.after is not None
    assert change.after["server"]["password"].reveal() == pin
    assert conceal(change.after, "key")["server"]["password"].template == ""


def test_a_plan_that_makes_a_resource_shows_no_write_only_text() -> None:
    text = plan_text(plan_view(planned({**BASE, "config": {"pin": NEW}}, None, {})), Layout(width=80))
    assert NEW not in text
    assert "(sensitive)" in text


def test_a_write_only_number_is_shown_and_kept_nowhere_and_sent_as_the_number_that_it_is(tmp_path: Path) -> None:
    plan = planned({**BASE, "config": {"pin": 7654321, "deep": [{"rate": -0.98765}], "on": True}}, None, {})
    save(plan, tmp_path / "it.plan")
    (change,) = read(tmp_path / "it.plan", lambda template: revealed(template, {})).changes
    assert change.after is not None
    sent = b'"config": {"pin": 7654321, "deep": [{"rate": -0.98765}], "on": true}'
    assert sent in (encode("POST", "/", change.after).content or b"")
    record = json.dumps(seal(change.after, "key"))
    for page in (plan_text(plan_view(plan), Layout(width=80)), plan_json(plan_view(plan)), record, repr(change.after)):
        assert "7654321" not in page
        assert "98765" not in page


@pytest.mark.parametrize(("was", "now", "changes"), [(7, 7, False), (7, 8, True), ("7", 7, True), (7, "7", True)])
def test_a_write_only_number_is_compared_with_what_was_applied(was: Any, now: Any, changes: bool) -> None:
    one, other = ({**BASE, "config": {"pin": pin}} for pin in (was, now))
    (change,) = planned(other, one, BASE).changes
    assert (change.action.value == "update") == changes


@pytest.mark.parametrize("shown", ["****", {"pin": OLD}, None])
def test_nothing_changes_where_the_manifest_has_what_was_applied(shown: Any) -> None:
    same = {**BASE, "config": {"pin": NEW}}
    (change,) = planned(same, same, {**BASE, "config": shown}).changes
    assert change.action.value == "no-op"


def test_a_field_inside_another_that_the_api_cannot_change_blocks_the_update() -> None:
    one, other = ({**BASE, "server": {"host": "h", "region": region}} for region in ("eu", "us"))
    (blocked,) = planned(other, one, one).blocked
    assert blocked.reason == "the API can't change server.region once it is created"
    (change,) = planned({**BASE, "server": {"host": "i", "region": "eu"}}, one, one).changes
    assert change.action.value == "update", "what stands beside it can be changed"
