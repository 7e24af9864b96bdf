"""What an apply notes for the history: before each request that replaces something, without a secret, and true."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from wexa_sync import engine
from wexa_sync.errors import StateError
from wexa_sync.model import Action, Choice, Origin, PastApply, PastChange, Ref, Sealed, Status
from wexa_sync.plan.scope import Scope
from wexa_sync.state import FileStore, Note
from wexa_sync.state.notes import past_applies

if TYPE_CHECKING:
    from tests.conftest import Desk
    from wexa_sync.state.base import Entry
    from wexa_sync.state.file import _FileSession

FLOW = "support-desk/AgentFlow/triage"
SCHEDULE = "support-desk/Schedule/new-year-digest"


def edit(desk: Desk, name: str, old: str, new: str) -> None:
    file = desk.folder / name
    assert old in file.read_text("utf-8")
    file.write_text(file.read_text("utf-8").replace(old, new), "utf-8")


def newest(desk: Desk) -> PastApply:
    return past_applies(desk.workspace.store.past())[-1]


def by_address(apply: PastApply) -> dict[str, PastChange]:
    return {str(change.address): change for change in apply.changes}


@pytest.fixture
def made(desk: Desk) -> Desk:
    """Return a desk that is applied, without its run."""
    (desk.folder / "execution.yaml").unlink()
    desk.apply()
    return desk


def test_an_apply_is_noted_with_its_changes_and_how_they_ended(made: Desk) -> None:
    first = newest(made)
    assert {change.action for change in first.changes} == {Action.CREATE}
    assert first.count(Status.APPLIED) == len(first.changes) == 8
    assert all(change.before is None and change.id for change in first.changes)
    assert first.ended is not None
    assert not (first.interrupted)
    assert not (first.damaged)
    made.apply()
    assert newest(made) == first, "an apply without work is not noted"


def test_what_is_replaced_is_noted_as_it_was_live(made: Desk) -> None:
    (id_,) = [change.id for change in newest(made).changes if str(change.address) == "Project/support-desk"]
    body = {"projectName": "Support desk", "description": "By hand.", "coworker_role": "Support coworker"}
    org = {"orgId": made.remote.server.org_id}
    made.remote.raw("PUT", "/v1/project", {**body, **org}, projectId=str(id_)).raise_for_status()
    edit(made, "triage.yaml", "temperature: 0.4", "temperature: 0.5")
    (made.folder / "schedule.yaml").unlink()
    plan = made.plan(Choice(prune=True))
    made.apply(plan)
    found = newest(made)
    assert found.digest == plan.digest
    changes = by_address(found)
    images = {address: change.before for address, change in changes.items() if change.before is not None}
    assert images.keys() == {"Project/support-desk", f"{FLOW}/Agent/answer", SCHEDULE}
    (field,) = images["Project/support-desk"].fields
    assert (field.path, field.before) == (("description",), "By hand.")
    assert field.after.startswith("Reads tickets")
    (field,) = images[f"{FLOW}/Agent/answer"].fields
    assert (field.path, field.before, field.after) == (("llm", "temperature"), 0.4, 0.5)
    assert images[f"{FLOW}/Agent/answer"].live["llm"]["max_tokens"], "also what the manifest does not say"
    gone = images[SCHEDULE].declared
    assert gone["schedule"] == "2035-01-02T07:00:00Z"
    assert isinstance(gone["coworker_id"], Ref)
    assert str(gone["coworker_id"].address) == FLOW


def test_a_project_is_noted_with_all_that_goes_with_it(made: Desk) -> None:
    workspace = made.workspace
    with engine.locked(workspace) as locked:
        plan = engine.plan_to_destroy(locked, Scope())
        engine.apply(plan, locked, None)
    found = by_address(newest(made))
    assert all(change.before is not None for change in found.values())
    agents = [found[f"{FLOW}/Agent/{name}"].before for name in ("classify", "summarise", "answer")]
    assert [each.position for each in agents if each] == [0, 1, 2]
    skill = found["support-desk/Skill/summarise"].before
    assert skill is not None
    assert skill.declared["connector_id"] == Ref(kind="Connector", external="Content creator"), "ids end with it"


TOKEN, OTHER = "sentinel-token-5d1f", "sentinel-second-91c4"


def test_no_secret_is_noted_in_clear(made: Desk) -> None:
    edit(made, "triage.yaml", "role: Drafts answers", 'role: "Bearer ${secret:TOKEN}"')
    made.apply(made.plan(env={"TOKEN": TOKEN}))
    edit(made, "project.yaml", "Reads tickets", f"Reads {TOKEN} tickets")  # shown by the server in another place
    made.apply(made.plan(env={"TOKEN": TOKEN}))
    edit(made, "project.yaml", f"Reads {TOKEN} tickets", "Reads tickets")
    made.apply(made.plan(env={"TOKEN": OTHER}))
    files = list((made.folder / ".wexa-sync").rglob("*.jsonl"))
    assert len(files) == 4
    assert [word for word in (TOKEN, OTHER) if any(word in file.read_text("utf-8") for file in files)] == []
    changes = by_address(newest(made))
    image = changes[f"{FLOW}/Agent/answer"].before
    assert image is not None
    (role,) = [field for field in image.fields if field.path == ("role",)]
    assert isinstance(role.before, Sealed)
    assert role.before.template == "Bearer ${secret:TOKEN}", "so that the same value can be found again"
    assert isinstance(role.after, Sealed)
    assert role.after.fingerprint != role.before.fingerprint


@contextmanager
def refusing(monkeypatch: pytest.MonkeyPatch, refuses: Callable[[Any], bool]) -> Iterator[None]:
    """Let the state refuse writes that hold such an entry, as a full disk does."""
    whole = FileStore.session

    @contextmanager
    def session(self: FileStore, target: Any) -> Iterator[_FileSession]:
        with whole(self, target) as held:
            write = held.write

            def full(*entries: Entry | Note) -> None:
                if any(map(refuses, entries)):
                    raise StateError("Can't write it: No space left on device.", hint="Make room.")
                write(*entries)

            held.write = full  # type: ignore[method-assign]
            yield held  # type: ignore[misc]

    with monkeypatch.context() as patched:
        patched.setattr(FileStore, "session", session)
        yield


def is_image(entry: Any) -> bool:
    return isinstance(entry, Note) and "replaces" in entry.data


def test_what_can_not_be_noted_is_not_sent(made: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    edit(made, "project.yaml", "Reads tickets", "Reads all tickets")
    (made.folder / "schedule.yaml").unlink()
    plan = made.plan(Choice(prune=True))
    made.remote.forget()
    with refusing(monkeypatch, is_image):
        outcomes = made.apply(plan)
    assert made.remote.writes == []
    ended = {outcome.change.action: outcome for outcome in outcomes if outcome.change.action is not Action.NOOP}
    assert {outcome.status for outcome in ended.values()} <= {Status.FAILED, Status.SKIPPED}
    assert any("left where it was" in outcome.error for outcome in ended.values())
    assert [each.status for each in newest(made).changes if each.before] == [], "and no image is there"
    made.apply(made.plan(Choice(prune=True)))
    assert len(made.remote.writes) == 2


def test_an_apply_that_can_not_note_that_it_begins_begins_nothing(made: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    edit(made, "project.yaml", "Reads tickets", "Reads all tickets")
    plan = made.plan()
    made.remote.forget()
    with refusing(monkeypatch, lambda entry: isinstance(entry, Note) and entry.durable):
        outcomes = made.apply(plan)
    assert made.remote.writes == []
    assert Status.APPLIED not in {each.status for each in outcomes if each.change.action is not Action.NOOP}


def test_the_image_is_on_the_disk_when_the_request_is_sent(made: Desk) -> None:
    edit(made, "project.yaml", "Reads tickets", "Reads all tickets")
    seen: list[Any] = []
    workspace = made.workspace
    http = workspace.api._http
    request = http.request

    def watched(method: str, *args: Any, **more: Any) -> Any:
        if method != "GET":
            seen.extend(workspace.store.past()[max(workspace.store.past())])
        return request(method, *args, **more)

    http.request = watched  # type: ignore[method-assign]
    plan = engine.plan(made.read(), workspace)
    engine.apply(plan, workspace, None)
    assert [next(iter(note)) for note in seen] == ["began", "replaces"]


def test_the_origin_is_noted(made: Desk) -> None:
    edit(made, "project.yaml", "Reads tickets", "Reads all tickets")
    origin = Origin(who="ada@laptop", commit="c0ffee", dirty=True, environment="production")
    workspace = replace(made.workspace, origin=lambda: origin)
    engine.apply(engine.plan(made.read(), workspace), workspace, None)
    assert newest(made).origin == origin


def test_notes_of_a_newer_tool_are_passed_over_and_damage_is_said(made: Desk) -> None:
    (file,) = (made.folder / ".wexa-sync").rglob("*.jsonl")
    whole: Path = file
    text = whole.read_text("utf-8")
    whole.write_text(text + json.dumps({"later": 1}) + "\n", "utf-8")
    assert not newest(made).damaged
    whole.write_text(text + json.dumps({"ended": {"address": "Project/unknown", "status": "?"}}) + "\n", "utf-8")
    assert newest(made).damaged
