"""Test that what others changed is pulled, twice and without an apply in between, under several readings."""

from __future__ import annotations

import random
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.conformance.desks import SECRETS
from tests.conformance.test_every_reading import FEW, TABLES, TABLES_TOGETHER, TOGETHER, Desk, desk, named, shown
from wexa_sync import engine
from wexa_sync.manifests.sources import Sources
from wexa_sync.sandbox import READINGS
from wexa_sync.state import FileStore

Edit = tuple[str, str, str]

EDITS: dict[str, tuple[tuple[str, str, str, str], ...]] = {
    "support-desk": (
        ("project.yaml", "Support coworker", "Desk coworker", "Help desk"),
        ("triage.yaml", "title: Classifier", "title: Sorter", "title: Classifier"),
        ("triage.yaml", "0.4", "0.6", "0.7"),
        ("triage.yaml", "skills: [draft-answer]", "skills: [draft-answer, summarise]", "skills: [summarise]"),
        ("prompts/answer.md", "brief", "short", "kind"),
        ("schedule.yaml", "2035-01-02", "2035-01-03", "2035-01-04"),
    ),
    "tables": (
        ("candidates.yaml", "[new, invited, hired]", "[new, hired]", "[new, hired, left]"),
        ("openings.yaml", "column_name: Places", "column_name: Seats", "column_name: Chairs"),
    ),
    "auto-reply": (
        ("trigger.yaml", "goal: Answer the message.", "goal: Refund.", "goal: Refund now."),
        ("trigger.yaml", "value: refund", "value: money", "value: cash"),
        ("flow.yaml", "role: Sorts messages", "role: Sorts", "role: Sorts mail"),
    ),
    "seed": (("plans.yaml", "column_name: Seats", "column_name: Places", "column_name: Chairs"),),
}
"""For each example the file, a text in it, what others make of it, and what they make of it after a pull."""

LINKED = [
    {reading.name: chance.choice(reading.values) for reading in READINGS if "trigger" in reading.name}
    for chance in (random.Random(seed) for seed in range(3))  # noqa: S311  # a fixed choice, not a secret
]
CASES = [("support-desk", each) for each in ({}, *FEW[::4], *TOGETHER[:2])]
CASES += [("tables", each) for each in (*TABLES, *TABLES_TOGETHER[:2])]
CASES += [("auto-reply", each) for each in LINKED]
CASES += [("seed", each) for each in TABLES[:3]]


def change(folder: Path, edits: tuple[Edit, ...]) -> None:
    """Replace texts in the files of a folder."""
    for name, old, new in edits:
        file = folder / name
        assert old in file.read_text("utf-8"), (name, old)
        file.write_text(file.read_text("utf-8").replace(old, new), "utf-8")


def others_change(made: Desk, *edits: Edit) -> None:
    """Let others change what is live: they apply the same manifests with these edits, and have a state of their own."""
    folder, state = made.folder.with_name("theirs"), made.folder.with_name("theirs.json")
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(made.folder, folder)
    shutil.copy(made.folder.with_name("state.json"), state)
    change(folder, edits)
    theirs = Desk(folder, replace(made.workspace, store=FileStore(state)))
    assert theirs.apply() == []


def contents(folder: Path) -> dict[str, str]:
    """Return what stands in each file of a folder that a person keeps."""
    files = (each for each in folder.rglob("*") if each.is_file() and ".wexa-sync" not in each.parts)
    return {each.relative_to(folder).as_posix(): each.read_text("utf-8") for each in files}


@pytest.mark.parametrize(
    ("example", "readings"), CASES, ids=lambda each: each if isinstance(each, str) else named(each)
)
def test_what_others_changed_is_pulled_and_changed_again_and_pulled_again(
    tmp_path: Path, example: str, readings: Mapping[str, str]
) -> None:
    with desk(tmp_path, readings, example) as made:
        options = replace(made.workspace.options, allowed=frozenset({"trigger.write"}))
        made.workspace = replace(made.workspace, options=options)
        assert made.apply() == []
        state = (tmp_path / "state.json").read_bytes()
        for turn in (1, 2):
            others_change(made, *((each[0], each[turn], each[turn + 1]) for each in EDITS[example]))
            found = engine.pull(Sources(paths=(made.folder,), root=made.folder, env=SECRETS), made.workspace)
            assert found.refused == ()
            engine.write_pulled(found, made.workspace)
            assert contents(made.folder) == contents(made.folder.with_name("theirs"))
            assert shown(made.plan()) == []
        assert (tmp_path / "state.json").read_bytes() == state
