"""Test that a plan after an apply is empty under every reading, in threes and in random combinations.

The client never learns which reading holds. Each case applies support-desk and edits a prompt; the plan must show that
edit alone.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from tests.conformance.desks import SECRETS
from wexa_sync import engine
from wexa_sync.api.calls import Ids, Raw
from wexa_sync.api.client import Api
from wexa_sync.api.transport.http import Http
from wexa_sync.kinds import BY_NAME
from wexa_sync.manifests.sources import Sources
from wexa_sync.model import Action, Choice, Options, Plan, Secret, Status, Target
from wexa_sync.sandbox import READINGS, SandboxConfig, running
from wexa_sync.sandbox.readings import tables
from wexa_sync.state import FileStore
from wexa_sync.workspace import Workspace

EXAMPLES = Path(__file__).parents[2] / "examples"
KEY = Secret(template="", value="any-key")

# A new project without a connector needs a person first, and an unknown word for a run's end is a question: each has a
# test of its own below. What support-desk has none of is tried with the kinds that have it.
ELSEWHERE = (
    "marketplace_list",
    "hire_makes",
    "hire_answer",
    "hire_twice",
    "upload_answer",
    "upload_method",
    "file_visible",
    "dashboard",
    *(reading.name for reading in tables.READINGS),
    "overview",
    "tags",
    "triggers_none",
    "triggers_put_answer",
    "trigger_id",
)


def in_threes(alone: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    """Return readings by threes: an example that converges under three at once needs no test of each of them."""
    apart = len(alone) // 3 + 1  # so that two values of one reading never meet
    return [{name: value for each in alone[turn::apart] for name, value in each.items()} for turn in range(apart)]


CONVERGING = [reading for reading in READINGS if reading.name not in ("project_connectors", "end_words", *ELSEWHERE)]
FEW = in_threes([{reading.name: value} for reading in CONVERGING for value in reading.values[1:]])
TOGETHER = [
    {reading.name: chance.choice(reading.values) for reading in CONVERGING}
    for chance in (random.Random(seed) for seed in range(12))  # noqa: S311  # a fixed choice, not a secret
]


class Desk:
    """Hold support-desk in a folder and a workspace of its own."""

    def __init__(self, folder: Path, workspace: Workspace) -> None:
        self.folder, self.workspace = folder, workspace

    def plan(self, *, prune: bool = False) -> Plan:
        """Return the plan of what differs now."""
        desired = engine.read(Sources(paths=(self.folder,), root=self.folder, env=SECRETS))
        return engine.plan(desired, self.workspace, Choice(prune=prune))

    def live(self, kind: str, project: str) -> list[Raw]:
        """Return what is live of a kind."""
        return self.workspace.api.list(BY_NAME[kind], Ids(project=project))

    def apply(self, *, prune: bool = False) -> list[str]:
        """Apply; return the outcomes that are not applied, a line each."""
        report = engine.apply(self.plan(prune=prune), self.workspace, limits=None)
        return [
            f"{outcome.change.address}: {outcome.status.value} {outcome.error}"
            for outcome in report.outcomes
            if outcome.status is not Status.APPLIED and outcome.change.action is not Action.NOOP
        ]


@contextmanager
def desk(tmp_path: Path, readings: Mapping[str, str], example: str = "support-desk") -> Iterator[Desk]:
    """Open an example on a sandbox with these readings. Executions end within a fraction of a second."""
    folder = tmp_path / "desk"
    shutil.copytree(EXAMPLES / example, folder, ignore=shutil.ignore_patterns(".wexa-sync"))
    if (run := folder / "execution.yaml").exists():
        run.write_text(
            run.read_text("utf-8").replace("goal: Triage the sample ticket.", 'goal: "Triage: {{ticket}}"'), "utf-8"
        )
    config = SandboxConfig(data=tmp_path / "sandbox.db", readings=readings, ready_seconds=0.05, run_seconds=0.2)
    with running(config) as server:
        http = Http(base_url=server.base_url, api_key=KEY, pool=10)
        yield Desk(
            folder,
            Workspace(
                api=Api(http, org_id=server.org_id, user_id=server.user_id),
                store=FileStore(tmp_path / "state.json"),
                target=Target(base_url=server.base_url, org_id=server.org_id),
                options=Options(poll=0.05, grace=2.0, settle=15.0 if example == "support-desk" else 0.5),
            ),
        )


def shown(plan: Plan) -> list[str]:
    """Return the changes of a plan and its blocked changes, a line each."""
    return [f"{change.action.value} {change.address}" for change in plan.work] + [
        f"blocked {blocked.address}: {blocked.reason}" for blocked in plan.blocked
    ]


def named(readings: Mapping[str, str]) -> str:
    """Return the readings as the id of a test."""
    return ",".join(f"{name}={value}" for name, value in readings.items()) if len(readings) <= 3 else "together"


@pytest.mark.parametrize("readings", [{}, *FEW, *TOGETHER], ids=named)
def test_apply_converges_and_an_edit_is_all_that_is_seen(tmp_path: Path, readings: Mapping[str, str]) -> None:
    with desk(tmp_path, readings) as support:
        assert support.apply() == []
        assert shown(support.plan()) == []
        assert shown(engine.drift(support.workspace)) == []
        prompt = support.folder / "prompts" / "classify.md"
        prompt.write_text(prompt.read_text(encoding="utf-8") + "\nAnswer in one word.\n", encoding="utf-8")
        assert shown(support.plan()) == ["update support-desk/AgentFlow/triage/Agent/classify"]
        assert support.apply() == []
        assert shown(support.plan()) == []


# Every value of each is in one of these; the first has all the defaults.
TABLES = [
    {reading.name: reading.values[min(turn, len(reading.values) - 1)] for reading in tables.READINGS}
    for turn in range(max(len(reading.values) for reading in tables.READINGS))
]
TABLES_TOGETHER = [
    {reading.name: chance.choice(reading.values) for reading in READINGS}
    for chance in (random.Random(seed) for seed in range(4))  # noqa: S311  # a fixed choice, not a secret
]


@pytest.mark.parametrize("readings", [*TABLES, *TABLES_TOGETHER], ids=named)
def test_tables_converge_and_columns_are_added_changed_and_deleted(tmp_path: Path, readings: Mapping[str, str]) -> None:
    with desk(tmp_path, readings, "tables") as recruiting:
        assert recruiting.apply() == []
        assert shown(recruiting.plan()) == []
        assert shown(engine.drift(recruiting.workspace)) == []
        edits = {
            "candidates": ("[new, invited, hired]", "[new, hired]"),
            "openings": ("column_id: title, column_name: Title", "column_id: place, column_name: Place"),
        }
        for name, (old, new) in edits.items():
            file = recruiting.folder / f"{name}.yaml"
            text = file.read_text("utf-8").replace(old, new).replace("column_name: Places", "column_name: Seats")
            file.write_text(text, "utf-8")
        assert sorted(shown(recruiting.plan(prune=True))) == [
            "create recruiting/Table/openings/Column/place",
            "delete recruiting/Table/openings/Column/title",
            "update recruiting/Table/candidates/Column/stage",
            "update recruiting/Table/openings/Column/places",
        ]
        assert recruiting.apply(prune=True) == []
        assert shown(recruiting.plan(prune=True)) == []


def test_a_project_made_without_connectors_waits_for_a_person(tmp_path: Path) -> None:
    with desk(tmp_path, {"project_connectors": "none"}) as support:
        ended = support.apply()
        assert any("no live Connector is called 'Content creator'" in line for line in ended)
        assert not any(line.startswith("Project/") for line in ended)
        configure_connector(support)
        assert support.apply() == []
        assert shown(support.plan()) == []


def test_an_end_in_words_that_nobody_knows_is_asked_about(tmp_path: Path) -> None:
    with desk(tmp_path, {"end_words": "client"}) as support:
        (ended,) = support.apply()
        assert "smoke-test: unknown the run is 'finished', and whether that is a good end is not known" in ended
        assert shown(support.plan()) == ["run support-desk/Execution/smoke-test"], "it is waited for, and asked about"


def configure_connector(support: Desk) -> None:
    """Configure a connector by plain HTTP, as a person does in the web interface."""
    target = support.workspace.target
    project = next(iter(support.workspace.store.load().records.values())).id
    body = {
        "name": "Content creator",
        "category": "content_creator",
        "description": "Writes and rewrites text.",
        "org_id": target.org_id,
        "projectID": project,
        "logo": "l",
        "ui_form": [],
        "config": {},
        "available_events": [],
    }
    answer = requests.post(
        f"{target.base_url}/actions/content_creator/config",
        json=body,
        params={"projectID": project},
        headers={"x-api-key": KEY.reveal()},
        timeout=60,
    )
    assert answer.status_code < 300, answer.text
