"""Gates: a token that no read shows as it is, two calls for one update, and rules that are only written whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from tests.toy.routes import TOKENS

if TYPE_CHECKING:
    from tests.toy.conftest import Toys

GATE = "desk/Gate/main"
TOKEN, OTHER = "sesame-of-the-gate", "sesame-of-next-year"
STAFF = {"handle": "staff", "name": "Staff", "allow": True}
GUESTS = {"handle": "guests", "name": "Guests", "allow": False}
THEIRS = {"_id": "x", "name": "Theirs", "allow": 1.0, "hours": {"from": None, "ä": [1, "\u2028"]}}


def declared(**more: Any) -> dict[str, Any]:
    """Return the spec of the gate, with more fields."""
    return {
        "name": "Main",
        "sheet_id": "log",
        "settings": {"mode": "open", "limit": 3},
        "token": TOKEN,
        "rules": [STAFF, GUESTS],
        **more,
    }


@pytest.fixture(params=TOKENS)
def gate(request: pytest.FixtureRequest, toys: Callable[..., Toys]) -> Toys:
    """Return an applied gate with the sheet that it refers to. The parameter says how reads show the token."""
    return applied(toys(request.param))


@pytest.fixture
def masked(toys: Callable[..., Toys]) -> Toys:
    """Return the applied gate, whose token reads show as a mask."""
    return applied(toys())


def applied(made: Toys) -> Toys:
    """Declare the gate and the sheet, and apply them."""
    made.declare("Sheet", "log", name="Log")
    made.declare("Gate", "main", **declared())
    made.apply()
    return made


def held(desk: Toys) -> dict[str, Any]:
    """Return the gate as the server holds it, with its token in clear."""
    found: dict[str, Any] = desk.live(f"/gates/{desk.records[GATE]}")
    return found | {"token": desk.live(f"/gates/{desk.records[GATE]}/token")["token"]}


def test_a_gate_is_made_whole(gate: Toys) -> None:
    found, id = held(gate), gate.records[GATE]
    assert (found["token"], found["sheet_id"], found["settings"]) == (
        TOKEN,
        gate.records["desk/Sheet/log"],
        {"mode": "open", "limit": 3},
    )
    assert sorted(found["rules"], key=lambda rule: str(rule["_id"])) == [
        {"_id": f"{id}-guests", "name": "Guests", "allow": False},
        {"_id": f"{id}-staff", "name": "Staff", "allow": True},
    ]
    assert gate.plan() == []


def test_a_token_is_sent_once_and_shown_nowhere(gate: Toys) -> None:
    gate.declare("Gate", "main", **declared(token=OTHER))
    assert gate.plan() == [f"update {GATE}"]
    shown = gate.run("plan").stdout + gate.run("plan", "--format", "json").stdout
    assert gate.apply() == [f"PATCH /gates/{gate.records[GATE]}/settings"]
    assert held(gate)["token"] == OTHER
    assert gate.plan() == []
    assert gate.apply() == []
    assert [secret for secret in (TOKEN, OTHER) if secret in shown] == []
    kept = "".join(path.read_text("utf-8") for path in (gate.folder / ".wexa-sync").rglob("*") if path.is_file())
    assert [secret for secret in (TOKEN, OTHER) if secret in shown + kept] == []


def test_a_token_that_somebody_changed_is_no_drift(gate: Toys) -> None:
    gate.remote.raw("PATCH", f"/gates/{gate.records[GATE]}/settings", {"token": "of a person"}).raise_for_status()
    assert gate.plan() == []


@pytest.mark.parametrize(
    ("more", "calls"),
    [
        ({"name": "Front"}, ["PUT name"]),
        ({"settings": {"mode": "closed", "limit": 3}}, ["PATCH settings"]),
        ({"name": "Front", "settings": {"mode": "closed", "limit": 3}}, ["PUT name", "PATCH settings"]),
    ],
)
def test_an_update_sends_the_calls_whose_fields_differ(masked: Toys, more: Any, calls: list[str]) -> None:
    masked.declare("Gate", "main", **declared(**more))
    id = masked.records[GATE]
    assert masked.apply() == [call.replace(" ", f" /gates/{id}/") for call in calls]
    found = held(masked)
    assert {name: found[name] for name in more} == more
    assert found["token"] == TOKEN
    assert masked.plan() == []


def test_a_gate_that_drifted_is_set_right(masked: Toys) -> None:
    before, id = held(masked), masked.records[GATE]
    masked.remote.raw("PUT", f"/gates/{id}/name", {"name": "Theirs"}).raise_for_status()
    assert masked.plan() == [f"update {GATE}"]
    assert masked.apply() == [f"PUT /gates/{id}/name"]
    assert held(masked) == before
    assert masked.plan() == []


def test_a_rule_that_drifted_is_set_right_where_it_stands(masked: Toys) -> None:
    id, rules = masked.records[GATE], held(masked)["rules"]
    moved = [THEIRS, *({**rule, "allow": True} for rule in reversed(rules))]
    masked.remote.raw("PUT", f"/gates/{id}/rules", moved).raise_for_status()
    assert masked.plan() == [f"update {GATE}/GateRule/guests"]
    assert masked.apply() == [f"PUT /gates/{id}/rules"]
    assert held(masked)["rules"] == [THEIRS, *reversed(rules)]
    assert masked.plan() == []


LOST = ("drop after", "kill_client after", "kill_client before")


@pytest.mark.parametrize("fault", LOST)
@pytest.mark.parametrize("call", ["PUT /gates/*/name", "PATCH /gates/*/settings"])
def test_an_update_whose_response_is_lost_is_done_once_it_is_applied_again(masked: Toys, fault: str, call: str) -> None:
    masked.declare("Gate", "main", **declared(name="Front", token=OTHER))
    masked.remote.fault(f"{fault} {call}")
    masked.apply(code=None)
    masked.apply()
    found = held(masked)
    assert (found["name"], found["token"], found["settings"]) == ("Front", OTHER, {"mode": "open", "limit": 3})
    assert masked.plan() == []


@pytest.mark.parametrize("fault", LOST)
@pytest.mark.parametrize("rules", [[STAFF], [STAFF, GUESTS, {"handle": "new", "name": "New", "allow": True}]])
def test_others_rules_stay_whatever_becomes_of_the_response(masked: Toys, fault: str, rules: list[Any]) -> None:
    id, ours = masked.records[GATE], held(masked)["rules"]
    masked.remote.raw("PUT", f"/gates/{id}/rules", [THEIRS, *ours]).raise_for_status()
    masked.declare("Gate", "main", **declared(rules=rules))
    masked.remote.fault(f"{fault} PUT /gates/{id}/rules")
    masked.apply("--prune", code=None)
    masked.apply("--prune")
    found = held(masked)["rules"]
    assert found[0] == THEIRS
    assert [rule["_id"] for rule in found[1:]] == [f"{id}-{rule['handle']}" for rule in sorted_as(rules, found[1:])]
    assert masked.plan() == []


def sorted_as(rules: list[Any], found: list[Any]) -> list[Any]:
    """Return the rules in the order in which the server holds them. Rules that it does not hold come last."""
    names = [rule["name"] for rule in found]
    return sorted(rules, key=lambda rule: names.index(rule["name"]) if rule["name"] in names else len(names))


def test_a_gate_is_gone_with_prune_and_its_sheet_after_it(masked: Toys) -> None:
    id, sheet = masked.records[GATE], masked.records["desk/Sheet/log"]
    for name in ("main", "log"):
        (masked.folder / f"{name}.yaml").unlink()
    assert masked.apply() == []
    assert masked.apply("--prune")[-2:] == [f"DELETE /gates/{id}", f"DELETE /sheets/{sheet}"]
    assert set(masked.records) == {"Project/desk"}
    assert masked.plan() == []
