"""What a snapshot keeps of responses: no secret, nothing that a schema does not know, of strangers only their names."""

from __future__ import annotations

import json
from typing import Any

from wexa_sync.api.paging import Extent, Found
from wexa_sync.model import Sealed, Secret
from wexa_sync.observe.kept import Seal, kept
from wexa_sync.observe.replay import Notes

PROJECT = "p" * 24
OURS, THEIRS = "a" * 24, "b" * 24
AGENT: dict[str, Any] = {
    "_id": "c" * 24,
    "title": "Sorter",
    "skills": [{"_id": "d" * 24, "name": "S", "description": "private of a skill"}],
    "llm": {"model": "m", "api_key": "private of the server"},
    "prompt": {"template": "say sentinel-secret-1 now", "display_template": "x"},
}
FLOW: dict[str, Any] = {
    "_id": OURS,
    "name": "Triage",
    "description": "sentinel-secret-1",
    "role": "sentinel-secret-1",
    "projectID": PROJECT,
    "token": "private of the server",
    "agents": [AGENT, {**AGENT, "_id": "e" * 24, "title": "Theirs", "role": "private of an agent"}],
}


def kept_of(kind: str, *items: dict[str, Any], extent: Extent = Extent.WHOLE) -> Found:
    """Return what is kept of a list."""
    notes = Notes(lists={(kind, PROJECT, ""): Found(items=[*items], extent=extent, total=99)})
    seal = Seal(secrets=frozenset({"sentinel-secret-1", "7"}), key="lineage")
    return kept(notes, frozenset({OURS, "c" * 24}), seal).lists[kind, PROJECT, ""]


def test_ours_has_the_fields_of_manifests_and_a_number_for_each_secret() -> None:
    (flow,) = kept_of("AgentFlow", FLOW).items
    assert flow["description"] == flow["role"] == Sealed(template="", fingerprint="secret 1")
    sorter, theirs = flow["agents"]
    assert sorter["prompt"]["template"] == Sealed(template="", fingerprint="secret 2"), "it holds one"
    assert sorter["skills"] == ["d" * 24]
    assert sorter["llm"] == {"model": "m"}
    assert theirs == {"_id": "e" * 24, "title": "Theirs"}
    text = json.dumps(flow, default=repr)
    assert "private" not in text
    assert "sentinel" not in text


def test_a_text_with_the_api_key_has_a_number_as_secrets_do() -> None:
    key = Secret(template="", value="typed into the Studio")
    (flow,) = kept_of("AgentFlow", {**FLOW, "description": key, "role": key}).items
    assert flow["description"] == flow["role"] == Sealed(template="", fingerprint="secret 1")


def test_of_strangers_there_is_a_name_or_less() -> None:
    (flow,) = kept_of("AgentFlow", {**FLOW, "_id": THEIRS}).items
    assert flow == {"_id": THEIRS, "name": "Triage", "projectID": PROJECT}
    schedule = {"_id": THEIRS, "coworker_id": OURS, "template": "private", "schedule": 1, "projectID": PROJECT}
    assert kept_of("Schedule", schedule).items == [{"_id": THEIRS, "coworker_id": OURS, "projectID": PROJECT}]
    assert kept_of("Project", {"_id": THEIRS, "projectName": "private"}).items == []


def test_of_runs_that_are_not_ours_the_newest_is_a_time() -> None:
    runs = [
        {"execution_id": f"run-{n}", "goal": "private", "input_variables": {"x": "private"}, "created_at": float(n)}
        for n in (1, 3, 2)
    ]
    (newest,) = kept_of("Execution", *runs).items
    assert newest["execution_id"] == "run-3"
    assert newest["created_at"] == 3.0
    assert "private" not in json.dumps(newest)


def test_a_short_secret_is_hidden_where_it_stands_alone_and_ids_stay() -> None:
    (project,) = kept_of("Project", {"_id": OURS, "projectName": "7", "description": "77"}).items
    assert project["projectName"] == Sealed(template="", fingerprint="secret 1")
    assert project["description"] == "77"
    assert project["_id"] == OURS


def test_a_list_that_was_whole_is_whole_without_strangers_and_a_cut_one_is_cut() -> None:
    assert kept_of("Project", {"_id": OURS}, {"_id": THEIRS}).total == 1
    assert kept_of("Project", {"_id": OURS}, extent=Extent.CUT).total == 99
