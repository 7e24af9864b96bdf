"""Seed rows: found by a key, never doubled, and never those of others."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Desk, Remote, copy_example, failures_of, opened
from wexa_sync.model import Action, Choice, Limits, Plan
from wexa_sync.plan.limits import excesses

PRUNE, ADOPT = Choice(prune=True), Choice(adopt=True)
SEED = "onboarding/Table/plans/Seed/rows"
THEIRS = {"code": "theirs", "notes": "of a person"}


class Plans(Desk, frozen=True, kw_only=True):
    """Represent the example of seed rows."""

    def rows(self, *lines: str) -> None:
        """Write the CSV file."""
        (self.folder / "rows" / "plans.csv").write_text("\n".join(("code,title,seats", *lines, "")), "utf-8")

    def said(self, choice: Choice | None = None) -> list[str]:
        """Return what a plan says of the rows, without its other changes."""
        plan = self.plan(choice)
        blocked = [f"blocked: {each.reason}" for each in plan.blocked if str(each.address) == SEED]
        return [f"{each.action.value} {each.reason}" for each in plan.work if str(each.address) == SEED] + blocked

    def carried_out(self, plan: Plan | None = None, choice: Choice | None = None) -> list[str]:
        """Apply a plan, and return what failed."""
        return failures_of(self.apply(plan or self.plan(choice)))

    @property
    def ids(self) -> dict[str, str]:
        """Return the recorded ids by the last two parts of their address."""
        records = self.workspace.store.load().records
        return {"/".join(str(address).split("/")[-2:]): record.id for address, record in records.items()}

    @property
    def path(self) -> str:
        """Return the path of the rows."""
        return f"/storage/{self.ids['Project/onboarding']}/{self.ids['Table/plans']}"

    @property
    def live(self) -> dict[str, dict[str, Any]]:
        """Return the live rows by their code; none stands there twice."""
        found, number = [], 1
        while page := self.remote.raw("GET", self.path, page=str(number)).json()["records"]:
            found += [row for row in page if not row.get("is_deleted")]
            number += 1
        assert len({row["code"] for row in found}) == len(found)
        return {row["code"]: {name: value for name, value in row.items() if name != "_id"} for row in found}

    def insert(self, *rows: dict[str, Any]) -> None:
        """Insert rows as another person does."""
        self.remote.raw("POST", self.path, list(rows)).raise_for_status()


def made(tmp_path: Path, remote: Remote) -> Plans:
    """Return the example, applied, with a row of somebody else."""
    desk = Plans(copy_example("seed", tmp_path / "desk"), remote)
    desk.rows("free,Free,1", "team,Team,10")
    assert desk.carried_out() == []
    desk.insert(THEIRS)
    return desk


@pytest.fixture
def plans(tmp_path: Path, remote: Remote) -> Plans:
    """Return the applied example on a sandbox of its own."""
    return made(tmp_path, remote)


READINGS = [
    {"row_put": "replace", "rows_answer": "ids", "page_size_name": "limit"},
    {"rows_answer": "count", "page_size_name": "ignored", "row_defaults": "absent", "deleted": "is_deleted"},
]


@pytest.fixture(params=[{}, *READINGS], ids=str)
def every(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Plans]:
    """Return the applied example under some readings."""
    with opened(readings=request.param) as remote:
        yield made(tmp_path, remote)


def test_rows_are_inserted_changed_and_deleted_and_others_stay(every: Plans) -> None:
    assert every.live == {
        "free": {"code": "free", "title": "Free", "seats": 1},
        "team": {"code": "team", "title": "Team", "seats": 10},
        "theirs": THEIRS,
    }
    assert every.said() == []
    every.rows("team,Teams,10", "big,Big,99", *(f"n{number},N,{number}" for number in range(120)))
    assert every.said() == ["update rows: +121 ~1"]
    assert every.said(PRUNE) == ["update rows: +121 ~1 -1"]
    every.remote.forget()
    assert every.carried_out(choice=PRUNE) == []
    assert [each.split()[0] for each in every.remote.writes] == ["POST", "POST", "PUT", "DELETE"]
    live = every.live
    assert (len(live), live["team"]["title"], live["theirs"], "free" in live) == (123, "Teams", THEIRS, False)
    assert every.said(PRUNE) == []


def test_what_people_write_beside_stays(plans: Plans) -> None:
    (team,) = (r for r in plans.remote.raw("GET", plans.path).json()["records"] if r["code"] == "team")
    plans.remote.raw("PUT", f"{plans.path}/{team['_id']}", {"notes": "Call them.", "seats": 11}).raise_for_status()
    assert plans.said() == ["update rows: ~1"]
    assert plans.carried_out() == []
    assert plans.live["team"] == {"code": "team", "title": "Team", "seats": 10, "notes": "Call them."}


def test_a_row_of_others_is_taken_over_with_adopt_alone(plans: Plans) -> None:
    plans.rows("free,Free,1", "team,Team,10", "theirs,Ours,2")
    (line,) = plans.said()
    assert line == "blocked: rows with these keys are live with other values, and not managed here: 'theirs'"
    assert plans.said(ADOPT) == ["update rows: ~1"]
    assert plans.carried_out(choice=ADOPT) == []
    assert plans.live["theirs"] == {**THEIRS, "title": "Ours", "seats": 2}


def test_two_rows_of_one_key_are_shown_and_not_guessed(plans: Plans) -> None:
    plans.insert({"code": "free", "title": "Another"})
    assert plans.said() == ["blocked: several live rows have the same code: 'free'"]


def test_rows_that_changed_since_the_plan_are_a_conflict(plans: Plans) -> None:
    plans.rows("free,Free,1", "team,Team,10", "big,Big,99")
    plan = plans.plan()
    plans.insert({"code": "big", "title": "Theirs"})
    assert plans.carried_out(plan) == [f"{SEED}: conflict the rows were changed since the plan was made"]
    assert plans.live["big"]["title"] == "Theirs"


@pytest.mark.parametrize("fault", ["drop after", "drop before", "500 after"])
def test_a_batch_whose_response_is_lost_is_inserted_once(plans: Plans, fault: str) -> None:
    plans.rows("free,Free,1", "team,Team,10", "big,Big,99", "old,Old,1")
    plans.remote.fault(f"{fault} POST {plans.path}")
    plans.carried_out()
    assert plans.carried_out() == []
    assert sorted(plans.live) == ["big", "free", "old", "team", "theirs"]
    assert (plans.said(), plans.workspace.store.load().intents) == ([], {})


def test_rows_that_fire_triggers_are_said_and_counted(plans: Plans) -> None:
    body = {"table_id": plans.ids["Table/plans"], "table_name": "Plans", "triggers": [{"event": "row_created"}]}
    plans.remote.raw("PUT", f"/table/rename/{plans.ids['Project/onboarding']}", body).raise_for_status()
    plans.rows("free,Free,1", "team,Team,10", "big,Big,99", "old,Old,1")
    assert plans.said() == ["update rows: +2; the table has 1 trigger, so each of them may start a run"]
    (over,) = excesses(plans.plan().changes, Limits(max_executions=1), managed=0)
    assert over.flag == "--allow executions=2"
    file = plans.folder / "plans.yaml"
    file.write_text(file.read_text("utf-8").rstrip("\n") + "\n    triggers: accepted\n", "utf-8")
    assert plans.said() == ["update rows: +2"]


def test_rows_of_a_protected_table_stay(plans: Plans) -> None:
    file = plans.folder / "plans.yaml"
    file.write_text(
        file.read_text("utf-8").replace("{name: plans}", "{name: plans, lifecycle: {prevent_destroy: true}}")
    )
    plans.rows("free,Free,2")
    assert plans.said(PRUNE) == ["update rows: ~1"]
    assert plans.carried_out(choice=PRUNE) == []
    assert sorted(plans.live) == ["free", "team", "theirs"]


def test_without_a_seed_the_rows_stay_and_are_forgotten(plans: Plans) -> None:
    file = plans.folder / "plans.yaml"
    file.write_text(file.read_text("utf-8").partition("  seed:")[0], "utf-8")
    assert [each.action for each in plans.plan(PRUNE).work] == [Action.FORGET]
    assert plans.carried_out(choice=PRUNE) == []
    assert sorted(plans.live) == ["free", "team", "theirs"]
