"""What `get` finds, and what it says of names and filters that do not fit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Barrier

import pytest

from tests.conftest import Desk, copy_example, opened
from tests.unit.observe.views.conftest import Get
from wexa_sync import engine
from wexa_sync.api.calls import Ids
from wexa_sync.api.client import Api
from wexa_sync.api.paging import ANYTHING, Found, Sought
from wexa_sync.errors import UsageError
from wexa_sync.kinds import BY_NAME, owner_of
from wexa_sync.kinds.base import Kind
from wexa_sync.kinds.views import view_named
from wexa_sync.model import Asked
from wexa_sync.workspace import Workspace


def test_every_kind_that_is_listed_has_a_view() -> None:
    for kind in BY_NAME.values():
        if kind.listing or owner_of(kind):
            view = view_named(kind.name)
            assert view is not None, kind.name
            assert view.kind is kind or view.kind is None


def test_one_is_found_by_name_handle_id_and_address(get: Get) -> None:
    by_name = get("skill", "Draft answer")
    (row,) = by_name.rows
    assert (row.name, row.address) == ("Draft answer", "support-desk/Skill/draft-answer")
    for name in ("draft-answer", row.id, "support-desk/Skill/draft-answer"):
        (found,) = get("skills", name).rows
        assert (found.id, found.value) == (row.id, row.value)


def test_parts_are_shown_with_their_owner(get: Get) -> None:
    shown = get("agent", flow="triage")
    assert (shown.rows[0].name, shown.rows[0].owner) == ("Classifier", "Ticket triage")
    assert shown.titles[0].text == "FLOW"
    assert [row.id for row in get("agent", "Classifier").rows] == [shown.rows[0].id]


def test_parts_are_taken_from_the_list_of_their_owners(get: Get, shared: Desk) -> None:
    shared.remote.forget()
    assert {row.name for row in get("agent").rows} >= {"Classifier"}
    assert [each["path"] for each in shared.remote.requests if each["path"].startswith("/agentflow/")] == []


@pytest.mark.parametrize("reading", ["agentflow_list=summary", "agent_echo=no"])
def test_parts_that_a_list_of_owners_does_not_show_whole_are_read(reading: str, tmp_path: Path) -> None:
    with opened(readings=dict([reading.split("=")])) as remote:
        desk = Desk(copy_example("support-desk", tmp_path / "desk"), remote)
        desk.apply()
        remote.forget()
        shown = engine.get(desk.workspace, "agent", Asked())
        assert "Classifier" in {row.name for row in shown.rows}
        assert [each["path"] for each in remote.requests if each["path"].startswith("/agentflow/")]


def test_filters_ask_the_server_or_are_compared_here(get: Get, shared: Desk) -> None:
    assert len(get("skill", name="Draft answer").rows) == 1
    assert len(get("skill", category="content_creator").rows) == 2
    assert len(get("skill", connector="Mail").rows) == 0
    assert len(get("execution", flow="Ticket triage", status="COMPLETED").rows) == len(get("run").rows)
    shared.remote.forget()
    assert len(get("credit", most=1).rows) == 1
    (asked,) = [each for each in shared.remote.requests if each["path"] == "/customer/credit_history"]
    assert "limit=1" in asked["query"].split("&")


LOOKS: dict[str, tuple[str, Callable[[Workspace], object]]] = {
    "a list": ("Skill", lambda workspace: engine.get(workspace, "skill", Asked())),
    "the owners of parts": ("AgentFlow", lambda workspace: engine.get(workspace, "agent", Asked())),
    "the owners of lists": ("Connector", lambda workspace: engine.get(workspace, "trigger", Asked())),
    "what is unmanaged": ("AgentFlow", engine.unmanaged),
}


@pytest.mark.parametrize("look", LOOKS)
def test_projects_are_read_at_the_same_time(look: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    what, read = LOOKS[look]
    with opened() as remote:
        body = {"description": "", "coworker_role": "r", "orgId": remote.server.org_id}
        for name in ("One", "Two"):
            remote.raw("POST", "/v1/project", {**body, "projectName": name}).raise_for_status()
        together, listed = Barrier(2, timeout=60), Api.listed

        def meeting(api: Api, kind: Kind, ids: Ids, sought: Sought = ANYTHING) -> Found:
            if kind.name == what:
                together.wait()  # broken, where one project is read after the other
            return listed(api, kind, ids, sought)

        monkeypatch.setattr(Api, "listed", meeting)
        read(Desk(tmp_path, remote).workspace)


@pytest.mark.parametrize(
    ("view", "filters", "note"),
    [
        ("task", {"status": "complete"}, "No task has the status 'complete'. Did you mean 'completed'?"),
        ("agent", {"flow": "triage"}, ""),
        ("skill", {"connector": "Mail"}, "No skill has the connector that is asked for."),
        ("skill", {"category": "xyz"}, "No skill has the category 'xyz'."),
        ("task", {"status": "zzz"}, "No task has the status 'zzz'. There are: '"),
        ("task", {"status": "completed", "created_by": "x"}, "No task fits all of these filters: status, created_by."),
        ("flow", {"kind": "x\x1b[0m"}, r"No flow has the kind 'x\x1b[0m'."),
    ],
)
def test_a_filter_that_nothing_fits_is_named_with_the_values_that_there_are(
    get: Get, view: str, filters: dict[str, str], note: str
) -> None:
    assert " ".join(get(view, **filters).notes).startswith(note)


def test_reading_sends_get_alone(get: Get, shared: Desk) -> None:
    shared.remote.forget()
    for view in ("project", "flow", "agent", "connector", "execution", "inbox", "quota"):
        get(view)
    assert shared.remote.writes == []


@pytest.mark.parametrize(
    ("view", "asked", "said"),
    [
        ("skil", {}, "Did you mean 'skill'?"),
        ("nothing-like-it", {}, "There are: project, connector,"),
        ("skill", {"colour": "red"}, "It has: name, category, connector."),
        ("skill", {"connector": "Mial"}, "Did you mean 'Mail'?"),
        ("skill-category", {}, "Add --filter category=VALUE."),
        ("skill", {"name_": "nope"}, "'Draft answer'"),
        ("skill", {"project_": "nope"}, "There are: 'support-desk', 'Support desk'."),
        ("settings", {"name_": "x"}, "Leave 'x' out."),
        ("customer", {"project_": "x"}, "Leave --project out."),
        ("agent", {"flow": "nope"}, "There are: 'Ticket triage'."),
        ("flow", {"name_": "\x1b[31mred"}, "There are: 'Ticket triage'."),
    ],
)
def test_what_does_not_fit_is_wrong_usage_that_names_the_choices(
    get: Get, view: str, asked: dict[str, str], said: str
) -> None:
    with pytest.raises(UsageError) as caught:
        get(view, asked.pop("name_", ""), project=asked.pop("project_", ""), **asked)
    assert said in caught.value.hint
    assert "\x1b" not in caught.value.message


def test_several_of_one_name_are_told_apart_by_ids(get: Get, shared: Desk) -> None:
    project = get("project").rows[0].id
    body = {"name": "Twin", "description": "", "role": "r", "projectID": project}
    for _ in range(2):
        assert shared.remote.raw("POST", "/agentflow/", body, projectID=project).ok
    twins = [row.id for row in get("flow").rows if row.name == "Twin"]
    with pytest.raises(UsageError) as caught:
        get("flow", "Twin")
    assert twins[0] in caught.value.hint
    assert twins[1] in caught.value.hint
    assert get("flow", twins[1]).rows[0].id == twins[1]


def test_a_connector_never_shows_its_configuration(get: Get, shared: Desk) -> None:
    project = get("project").rows[0].id
    config = {
        "name": "Secretive",
        "description": "d",
        "category": "mail",
        "org_id": shared.remote.server.org_id,
        "projectID": project,
        "logo": "",
        "ui_form": [],
        "config": {"password": "hunter2-hunter2"},
    }
    assert shared.remote.raw("POST", "/actions/mail/config", config, projectID=project).ok
    assert "Secretive" in str(get("connector"))
    for shown in (get("connector"), get("connector", "Secretive")):
        assert "hunter2" not in str(shown)
        known = view_named("connector")
        assert known is not None
        assert known.shown is not None
        assert all(row.value.keys() <= known.shown - {"config", "ui_form"} for row in shown.rows)


def test_the_connector_of_a_file_is_shown_without_its_configuration(get: Get, shared: Desk) -> None:
    (project,) = get("project").rows
    connector = get("connector", "Mail").rows[0].id
    body = {"filenames": ["a.pdf"], "tags": [], "projectID": project.id, "source_type": "STORAGE"}
    body["org_id"] = shared.remote.server.org_id
    where = {"projectID": project.id, "container_name": connector}
    shared.remote.raw("POST", "/files/upload", body, **where).raise_for_status()
    (file,) = get("file", connector="Mail").rows
    (found,) = get("file-connector", file=file.id).rows
    assert isinstance(found.value, dict)
    assert (found.value["name"], "config" in found.value) == ("Mail", False)
    with pytest.raises(UsageError, match="file-connector needs a file"):
        get("file-connector")
