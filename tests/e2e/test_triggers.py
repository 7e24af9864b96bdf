"""Triggers stand in one list with those of others: those stay as they are, and a list in doubt is never written."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Cli, Desk, Remote, copy_example, failures_of, opened, work_of
from wexa_sync import engine
from wexa_sync.errors import PlanRefused
from wexa_sync.model import Choice, Outcome, Plan

ALLOWED = frozenset({"trigger.write"})
PRUNE = Choice(prune=True)
THEIRS = {"_id": "a" * 24, "name": "Theirs", "is_active": True, "hours": {"from": None, "ä": [1, 1.5, " "]}, "on": "x"}
NAMELESS = {"_id": "c" * 24, "note": "an item without a name"}
_numbers = itertools.count()


class Replies(Desk, frozen=True, kw_only=True):
    """Represent the example of triggers in a project of its own."""

    def write(self, name: str, change: Callable[[str], str]) -> None:
        """Change a file of the manifests."""
        path = self.folder / name
        path.write_text(change(path.read_text("utf-8")), "utf-8")

    def allowed(self, choice: Choice | None = None) -> Plan:
        """Return the plan with the calls for triggers allowed."""
        return self.plan(choice, allowed=ALLOWED)

    def carried_out(self, plan: Plan | None = None, choice: Choice | None = None) -> list[str]:
        """Apply a plan, and return what failed."""
        return failures_of(self.outcomes(plan or self.allowed(choice)))

    def outcomes(self, plan: Plan) -> tuple[Outcome, ...]:
        """Apply a plan, and return what came of it."""
        return self.apply(plan, allowed=ALLOWED)

    @property
    def connector(self) -> str:
        """Return the id of the connector that the triggers listen to."""
        (project,) = (r.id for a, r in self.workspace.store.load().records.items() if a.kind == "Project")
        groups = self.remote.raw("GET", f"/connectors/{project}").json()
        return next(str(g["accountDetails"][0]["connectorID"]) for g in groups if g["category"] == "whatsapp")

    @property
    def path(self) -> str:
        """Return the path of the list."""
        return f"/triggers/connector/{self.connector}"

    @property
    def live(self) -> list[dict[str, Any]]:
        """Return the whole list as the server holds it."""
        found = self.remote.raw("GET", self.path)
        return (found.json() or {}).get("triggers", []) if found.status_code == 200 else []

    def put(self, *triggers: dict[str, Any]) -> None:
        """Write the whole list, as another person does."""
        self.remote.raw("PUT", f"{self.path}/whatsapp", {"triggers": list(triggers)}).raise_for_status()

    def puts(self) -> list[str]:
        """Return the writes since the notes of requests were removed."""
        return [each.split("/")[0].strip() for each in self.remote.writes]


def example(tmp_path: Path, remote: Remote) -> Replies:
    """Return the example in a project whose name nobody else has."""
    desk = Replies(copy_example("auto-reply", tmp_path / "desk"), remote)
    desk.write("project.yaml", lambda text: text.replace("Auto reply", f"Auto reply {next(_numbers)}"))
    return desk


@pytest.fixture(scope="module")
def server() -> Iterator[Remote]:
    """Return a sandbox for all tests that need no readings."""
    with opened() as remote:
        yield remote


@pytest.fixture
def fresh(tmp_path: Path, server: Remote) -> Iterator[Replies]:
    """Return the example, nothing applied yet."""
    yield example(tmp_path, server)
    server.fault()


@pytest.fixture
def made(fresh: Replies) -> Replies:
    """Return the example, applied, with triggers of others around ours."""
    assert fresh.carried_out() == []
    fresh.put(THEIRS, *fresh.live, NAMELESS)
    fresh.remote.forget()
    return fresh


def ours(desk: Replies) -> dict[str, dict[str, Any]]:
    """Return our triggers by name; others are as they were."""
    found = desk.live
    assert found[0] == THEIRS
    assert NAMELESS in found
    return {each["name"]: each for each in found if each not in (THEIRS, NAMELESS)}


def without_refunds(text: str) -> str:
    """Return the manifests of triggers without the first one."""
    return text.partition("\n---\n")[2]


def test_triggers_are_made_after_their_flow_and_are_then_in_step(fresh: Replies) -> None:
    plan = fresh.allowed()
    refunds = next(change for change in plan if change.address.name == "refunds")
    assert {str(each).rpartition("/")[2] for each in refunds.depends_on} == {"auto-reply", "reply", "sort", "answer"}
    assert fresh.carried_out(plan) == []
    ids = {str(address): record.id for address, record in fresh.workspace.store.load().records.items()}
    made = {each["name"]: each for each in fresh.live}
    assert made["Refunds"] == {
        "_id": ids["auto-reply/Trigger/refunds"],
        "name": "Refunds",
        "trigger_name": "Refunds",
        "trigger_type": "coworker",
        "event": "message_received",
        "agentflow_id": ids["auto-reply/AgentFlow/reply"],
        "start_from_agent_id": ids["auto-reply/AgentFlow/reply/Agent/answer"],
        "goal": "Answer the message.",
        "filters": [{"field_name": "text", "condition": "contains", "field_type": "string", "value": "refund"}],
    }
    assert work_of(fresh.allowed()) == []


def test_nothing_is_sent_that_the_settings_do_not_allow(fresh: Replies) -> None:
    assert [line for line in work_of(fresh.plan()) if "Trigger" in line] == [
        f"blocked auto-reply/Trigger/{name}: the API has no documented call to create it"
        for name in ("all-else", "refunds")
    ]
    fresh.carried_out()
    fresh.write("trigger.yaml", lambda text: without_refunds(text).replace("Sort and", "Read, sort and"))
    assert work_of(fresh.plan(PRUNE)) == [
        "blocked auto-reply/Trigger/all-else: goal differs, and the API has no documented call to update it",
        "blocked auto-reply/Trigger/refunds: the API has no documented call to delete it",
    ]


def test_a_plan_is_not_applied_where_its_calls_are_not_allowed(fresh: Replies) -> None:
    plan = fresh.allowed()
    with pytest.raises(PlanRefused, match="would create auto-reply/Trigger/all-else by a call that is not documented"):
        fresh.apply(plan)


def test_others_stay_as_they_are_whatever_is_written(made: Replies) -> None:
    before = ours(made)
    made.write("trigger.yaml", lambda text: text.replace("Answer the message.", "Answer it."))
    assert work_of(made.allowed()) == ["update auto-reply/Trigger/refunds"]
    assert made.carried_out() == []
    assert ours(made) == before | {"Refunds": before["Refunds"] | {"goal": "Answer it."}}
    made.write("trigger.yaml", without_refunds)
    assert made.carried_out() == []
    assert made.carried_out(choice=PRUNE) == []
    assert ours(made) == {"All else": before["All else"]}
    assert made.live == [THEIRS, before["All else"], NAMELESS]
    assert work_of(made.allowed(PRUNE)) == []


def test_a_trigger_that_drifted_is_set_right_where_it_stands(made: Replies) -> None:
    before = made.live
    drifted = [
        each | {"goal": "Theirs", "is_active": False} if each.get("name") == "Refunds" else each for each in before
    ]
    made.put(*drifted)
    assert work_of(made.allowed()) == ["update auto-reply/Trigger/refunds"]
    assert made.carried_out() == []
    expected = [each | {"is_active": False} if each.get("name") == "Refunds" else each for each in before]
    assert made.live == expected, "what the manifest does not say stays"


CHANGES: dict[str, Callable[[list[dict[str, Any]]], list[dict[str, Any]]]] = {
    "added": lambda found: [*found, THEIRS | {"_id": "b" * 24}],
    "changed": lambda found: [each | {"is_active": 1} if each == THEIRS else each for each in found],
    "removed": lambda found: [each for each in found if each != THEIRS],
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_others_did_since_the_plan_is_a_conflict(made: Replies, change: str) -> None:
    made.write("trigger.yaml", lambda text: without_refunds(text).replace("Sort and", "Read and"))
    plan = made.allowed(PRUNE)
    assert work_of(plan) == ["update auto-reply/Trigger/all-else", "delete auto-reply/Trigger/refunds"]
    after = CHANGES[change](made.live)
    made.put(*after)
    made.remote.forget()
    failed = made.carried_out(plan)
    assert [line.partition(" what ")[0] for line in failed] == [
        "auto-reply/Trigger/all-else: conflict",
        "auto-reply/Trigger/refunds: conflict",
    ]
    assert (made.live, made.remote.writes) == (after, [])
    assert made.carried_out(choice=PRUNE) == []


@pytest.mark.parametrize("fault", ["404", "html", "500"])
def test_a_list_that_can_not_be_read_is_never_written(made: Replies, fault: str) -> None:
    before = made.live
    made.write("trigger.yaml", lambda text: without_refunds(text).replace("Sort and", "Read and"))
    made.write("flow.yaml", lambda text: text.replace("in two sentences", "in one sentence"))
    made.remote.fault(f"{fault} GET {made.path} times=forever")
    plan = made.allowed(PRUNE)
    assert [line.partition(" the list ")[0] for line in work_of(plan)] == [
        "update auto-reply/AgentFlow/reply/Agent/answer",
        "blocked auto-reply/Trigger/all-else:",
        "blocked auto-reply/Trigger/refunds:",
    ]
    assert made.carried_out(plan) == []
    made.remote.fault()
    assert made.live == before
    assert made.carried_out(choice=PRUNE) == []
    assert set(ours(made)) == {"All else"}


def test_nobody_knows_of_a_drift_where_a_list_can_not_be_read(made: Replies, cli: Cli) -> None:
    made.remote.fault(f"500 GET {made.path} times=forever")
    (made.folder / "wexa-sync.yaml").write_text("settle: 0.2\n", "utf-8")
    env, addresses = made.remote.env, ["auto-reply/Trigger/all-else", "auto-reply/Trigger/refunds"]
    done = cli(made.folder, "drift", "--output", "json=drift.json", env=env, code=1)
    assert f"Nobody knows whether {', '.join(addresses)} changed" in " ".join(done.stdout.split())
    assert done.last == "No drift in what can be seen."
    assert "not all can be seen, so nobody knows whether it changed" in done.stderr
    assert json.loads((made.folder / "drift.json").read_text("utf-8"))["basis"]["unseen"] == addresses
    pulled = cli(made.folder, "pull", env=env, code=3).stderr
    assert f"not pulled: trigger.yaml:15:1: {addresses[0]} can't be seen: GET /triggers/" in " ".join(pulled.split())
    assert "Nothing to pull" not in pulled
    (made.folder / ".wexa-sync" / "state.json").rename(made.folder / "old.json")
    rebuilt = " ".join(cli(made.folder, "state", "rebuild", env=env).stdout.split())
    assert "none auto-reply/Trigger/refunds it can't be seen: GET /triggers/" in rebuilt
    (made.folder / "old.json").replace(made.folder / ".wexa-sync" / "state.json")
    made.remote.fault()
    made.put()
    assert cli(made.folder, "drift", env=env, code=2).last == "Drift: 0 added, 0 changed, 2 removed."


def test_a_list_that_can_not_be_read_any_more_since_the_plan_is_not_written(made: Replies) -> None:
    before = made.live
    made.write("trigger.yaml", lambda text: text.replace("Sort and", "Read and"))
    plan = made.allowed()
    made.remote.fault(f"404 GET {made.path} times=forever")
    assert made.carried_out(plan) != []
    made.remote.fault()
    assert made.live == before


@pytest.mark.parametrize("fault", ["drop after", "drop before"])
def test_a_write_whose_response_is_lost_is_done_once(fresh: Replies, fault: str) -> None:
    (fresh.folder / "trigger.yaml").rename(fresh.folder / "later.txt")
    fresh.carried_out()
    fresh.put(THEIRS, NAMELESS)
    (fresh.folder / "later.txt").rename(fresh.folder / "trigger.yaml")
    fresh.remote.fault(f"{fault} PUT {fresh.path}/whatsapp")
    fresh.carried_out()
    assert fresh.carried_out() == []
    assert sorted(ours(fresh)) == ["All else", "Refunds"]
    assert len(fresh.live) == 4
    assert work_of(fresh.allowed()) == []


def test_a_trigger_is_not_moved_to_another_connector(made: Replies) -> None:
    made.write("trigger.yaml", lambda text: text.replace("external: WhatsApp", "external: Mail"))
    assert work_of(made.allowed()) == [
        f"blocked auto-reply/Trigger/{name}: the API can't change on once it is created"
        for name in ("all-else", "refunds")
    ]


def test_all_goes_and_others_stay(made: Replies) -> None:
    (made.folder / "trigger.yaml").unlink()
    (made.folder / "flow.yaml").unlink()
    assert [line for line in work_of(made.allowed(PRUNE)) if "Trigger" in line] == [
        "delete auto-reply/Trigger/all-else",
        "delete auto-reply/Trigger/refunds",
    ]
    assert made.carried_out(choice=PRUNE) == []
    assert made.live == [THEIRS, NAMELESS]


READINGS = [
    {"triggers_none": "empty"},
    {"triggers_none": "404", "triggers_put_answer": "message"},
    {"trigger_id": "reassigned", "triggers_put_answer": "null"},
]


@pytest.mark.parametrize("readings", READINGS, ids=str)
def test_triggers_are_in_step_under_every_reading(tmp_path: Path, readings: dict[str, str]) -> None:
    with opened(readings=readings) as remote:
        desk = example(tmp_path, remote)
        assert desk.carried_out() == []
        assert work_of(desk.allowed()) == []
        desk.put(*desk.live)
        assert engine.drift(desk.workspace).work == ()
        desk.write("trigger.yaml", lambda text: without_refunds(text).replace("Sort and", "Read and"))
        assert desk.carried_out(choice=PRUNE) == []
        assert [each["goal"] for each in desk.live] == ["Read and answer the message."]
        (desk.folder / "trigger.yaml").unlink()
        assert desk.carried_out(choice=PRUNE) == []
        assert (desk.live, work_of(desk.allowed())) == ([], [])


def test_a_404_is_no_empty_list_while_the_connector_shows_triggers(tmp_path: Path) -> None:
    with opened(readings={"triggers_none": "404"}) as remote:
        desk = example(tmp_path, remote)
        later = (desk.folder / "trigger.yaml").rename(tmp_path / "later.yaml")
        desk.carried_out()
        later.rename(desk.folder / "trigger.yaml")
        desk.put(THEIRS)
        remote.fault(f"404 GET {desk.path} times=forever")
        assert [line.partition(":")[0] for line in work_of(desk.allowed())] == [
            "blocked auto-reply/Trigger/all-else",
            "blocked auto-reply/Trigger/refunds",
        ]


def test_a_connector_is_not_deleted_with_triggers_of_others(fresh: Replies) -> None:
    spec = "{name: Drive, description: Files, category: google_drive, config: {refresh_token: t}}"
    file = fresh.folder / "drive.yaml"
    file.write_text(f"apiVersion: wexa.ai/v1\nkind: Connector\nmetadata: {{name: drive}}\nspec: {spec}\n", "utf-8")
    assert fresh.carried_out() == []
    (drive,) = (r.id for a, r in fresh.workspace.store.load().records.items() if a.kind == "Connector")
    path = f"/triggers/connector/{drive}"
    fresh.remote.raw("PUT", f"{path}/google_drive", {"triggers": [THEIRS]}).raise_for_status()
    file.unlink()
    (line,) = fresh.carried_out(choice=PRUNE)
    assert "conflict it holds Trigger 'Theirs', which is not managed here and would be deleted too" in line
    assert fresh.remote.raw("GET", path).json()["triggers"] == [THEIRS]
    fresh.remote.raw("PUT", f"{path}/google_drive", {"triggers": []}).raise_for_status()
    assert fresh.carried_out(choice=PRUNE) == []


def test_a_lost_state_is_found_again_by_the_ids(made: Replies) -> None:
    before = made.live
    (made.folder / ".wexa-sync" / "state.json").unlink()
    assert set(work_of(made.allowed(Choice(adopt=True)))) >= {"adopt auto-reply/Trigger/refunds"}
    assert made.carried_out(choice=Choice(adopt=True)) == []
    assert made.live == before
