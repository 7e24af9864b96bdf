"""Test that a survey shows all that is live in the chosen projects, by GET alone, and names what it could not read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from wexa_sync.api.client import Api
from wexa_sync.api.transport.http import Exchange, Http
from wexa_sync.errors import UsageError
from wexa_sync.export.read import survey
from wexa_sync.model import Secret
from wexa_sync.sandbox import SandboxConfig, running
from wexa_sync.state.base import State


class Desk:
    """Hold a sandbox, and a client of it that notes each request."""

    def __init__(self, base_url: str, org_id: str) -> None:
        self.url, self.org, self.sent = base_url, org_id, list[Exchange]()
        http = Http(base_url=base_url, api_key=Secret(template="", value="k"), pool=4, observer=self.sent.append)
        self.api = Api(http, org_id=org_id)

    def post(self, path: str, body: object, **query: str) -> str:
        """Send what a person's own script would, and return the id of what that made."""
        answer = requests.post(f"{self.url}{path}", json=body, params=query, headers={"x-api-key": "k"}, timeout=60)
        assert answer.status_code < 300, answer.text
        found = answer.json()
        return str((found.get("data") or found)["_id"])

    def project(self, name: str) -> str:
        """Make a project."""
        return self.post(
            "/v1/project", {"orgId": self.org, "projectName": name, "description": "", "coworker_role": ""}
        )

    def connector(self, project: str, name: str) -> str:
        """Configure a connector with a credential."""
        body = {"name": name, "category": "mail", "description": "d", "org_id": self.org, "projectID": project}
        form = [{"key": "pin", "is_secret": True}]
        more = {"logo": "l", "ui_form": form, "config": {"pin": "s3cr3t-pin"}, "available_events": []}
        return self.post("/actions/mail/config", {**body, **more}, projectID=project)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """Run a sandbox."""
    with running(SandboxConfig(data=tmp_path / "sandbox.db", faults=())) as server:
        yield Desk(server.base_url, server.org_id)


def test_chosen_projects_alone_are_read_and_by_get_alone(desk: Desk) -> None:
    one, two = desk.project("One"), desk.project("Two")
    desk.connector(one, "Ours")
    found = survey(desk.api, State(), ["One"])
    assert set(found.projects) == {one}
    assert found.things[0].name == "One"
    assert "Ours" in [thing.name for thing in found.things]
    assert {each.method for each in desk.sent} == {"GET"}
    assert not any(two in each.path for each in desk.sent)
    assert set(survey(desk.api, State()).projects) == {one, two}
    assert set(survey(desk.api, State(), [two]).projects) == {two}


def test_no_credential_is_kept(desk: Desk) -> None:
    desk.connector(desk.project("One"), "Ours")
    found = survey(desk.api, State())
    assert "s3cr3t-pin" not in repr((found.things, found.notes, [thing.raw for thing in found.things]))
    assert found.notes.lists


def test_a_word_that_means_nothing_or_two_projects_says_so(desk: Desk) -> None:
    desk.project("Support"), desk.project("Twin"), desk.project("Twin")
    with pytest.raises(UsageError, match="no project 'Suport'") as unknown:
        survey(desk.api, State(), ["Suport"])
    assert unknown.value.hint == "Did you mean 'Support'?"
    with pytest.raises(UsageError, match="2 have the name 'Twin'"):
        survey(desk.api, State(), ["Twin"])


def test_a_list_that_can_not_be_read_is_named_and_the_rest_is_read(tmp_path: Path) -> None:
    faults = ("404 GET /dashboard/* times=forever", "403 GET /schedules/coworker times=forever")
    with running(SandboxConfig(data=tmp_path / "sandbox.db", faults=faults)) as server:
        desk = Desk(server.base_url, server.org_id)
        project = desk.project("One")
        found = survey(desk.api, State())
    assert {(each.kind, each.project) for each in found.unread} == {
        ("DashboardComponent", project),
        ("Schedule", project),
    }
    assert {thing.kind.name for thing in found.things} == {"Project", "Connector"}
