"""Every view can be shown, whatever form its responses have; a path that is a guess is called one when it fails."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conftest import Desk, opened
from wexa_sync import engine
from wexa_sync.errors import ApiError, NotFound
from wexa_sync.kinds.views import views
from wexa_sync.model import Asked
from wexa_sync.render import VIEW_RENDERERS
from wexa_sync.render.layout import Layout

NEEDED = {"skill-category": {"category": "mail"}, "file-connector": {"file": "0" * 24}}
NONE_SEEN = {"settings", "member-summary", "analytics"}
FORMS: tuple[dict[str, str], ...] = (
    {},
    {"overview": "data", "tags": "texts", "list_envelope": "nested", "marketplace_list": "data", "dashboard": "list"},
    {"overview": "absent", "list_envelope": "unforeseen", "execution_list": "bare", "marketplace_list": "unforeseen"},
)


@pytest.fixture(scope="module", params=FORMS, ids=["documented", "wrapped", "unforeseen"])
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Return a workspace with one project, at a sandbox with those readings."""
    with opened(readings=request.param) as remote:
        body = {"projectName": "Desk", "description": "", "coworker_role": "r", "orgId": remote.server.org_id}
        project = remote.raw("POST", "/v1/project", body).json()
        id = project.get("_id") or project["data"]["_id"]
        flow = {"name": "Triage", "description": "", "role": "r", "projectID": id}
        assert remote.raw("POST", "/agentflow/", flow, projectID=id).ok
        upload = {"filenames": ["a.txt"], "tags": ["policy"], "projectID": id, "source_type": "STORAGE", "org_id": id}
        assert remote.raw("POST", "/files/upload", upload, projectID=id, container_name=id).ok
        yield Desk(tmp_path_factory.mktemp("desk"), remote)


@pytest.mark.parametrize("name", sorted(views()))
def test_a_view_is_shown_in_every_format(place: Desk, name: str) -> None:
    asked = Asked(filters=NEEDED.get(name, {}))
    chosen = place.remote.raw("GET", "/_sandbox/readings").json()["readings"]
    is_absent = ("overview", "absent") in [(each["name"], each["value"]) for each in chosen]
    if name == "file-connector" or (name in NONE_SEEN and is_absent):
        with pytest.raises(NotFound) as caught:
            engine.get(place.workspace, name, asked)
        assert caught.value.hint.startswith("This path is known only from the vendor's SDK")
        return
    viewed = engine.get(place.workspace, name, asked)
    for format_ in VIEW_RENDERERS:
        text = VIEW_RENDERERS[format_](Layout(width=80))(viewed)
        assert text.endswith("\n")
        if format_ == "table" and viewed.titles:
            assert max(map(len, text.splitlines())) <= 80


def test_tags_are_shown_whatever_they_are(place: Desk) -> None:
    assert "policy" in str(engine.get(place.workspace, "tag", Asked()))


def test_an_unsure_call_that_fails_says_from_where_it_is_known(place: Desk) -> None:
    place.remote.fault("403 GET /public/marketplace/coworkers")
    with pytest.raises(ApiError) as caught:
        engine.get(place.workspace, "marketplace", Asked())
    place.remote.fault()
    assert "This path is known only from the vendor's SDK; the vendor may have moved it." in caught.value.hint
