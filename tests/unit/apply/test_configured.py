"""Connectors: what the catalogue fills in, what can't change, who refers to them, and the skills that they make."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from tests.conftest import Desk, failures_of, work_of
from wexa_sync import engine
from wexa_sync.model import Action, Address, Choice
from wexa_sync.state import FileStore, Forget

if TYPE_CHECKING:
    from tests.conftest import Remote

HEAD = "---\napiVersion: wexa.ai/v1\nkind: {}\nmetadata: {{name: {}}}\nspec: {{{}}}\n"
PROJECT = HEAD.format("Project", "desk", "projectName: Desk")
LINE, CHAT = Address.parse("desk/Connector/line"), Address.parse("desk/Skill/chat")
SPEC = "name: Line, description: One, category: whatsapp, config: {pin: s3cret-pin, lines: 2}"


def line(spec: str = SPEC) -> str:
    """Return the manifest of the connector."""
    return HEAD.format("Connector", "line", spec)


def chat(connector: str = "line", description: str = "Start a chat with whatsapp") -> str:
    """Return the manifest of a skill that the connector may make by itself."""
    return HEAD.format(
        "Skill", "chat", f"name: Line - Start a chat, description: {description}, connector_id: {connector}"
    )


def declare(desk: Desk, *documents: str) -> None:
    """Declare the project and these resources, and nothing else."""
    (desk.folder / "desk.yaml").write_text(PROJECT + "".join(documents), "utf-8")


def live(desk: Desk, path: str, **query: str) -> Any:
    """Return what the server shows there; `PROJECT` stands for the project's id."""
    project = desk.workspace.store.load().records[Address.parse("Project/desk")].id
    return desk.remote.raw("GET", path.replace("PROJECT", project), **query).json()


def connectors(desk: Desk) -> dict[str, str]:
    """Return the ids of the live connectors by their names."""
    groups = live(desk, "/connectors/PROJECT")
    return {each["sourceName"]: each["connectorID"] for group in groups for each in group["accountDetails"]}


def skills(desk: Desk) -> list[str]:
    """Return the names of the live skills of the connector, and of no other."""
    project = desk.workspace.store.load().records[Address.parse("Project/desk")].id
    found = desk.remote.raw("GET", "/skills/", projectID=project).json()["skills"]
    return [each["name"] for each in found if each["connector_name"] == "Line"]


@pytest.fixture
def desk(tmp_path: Path, remote: Remote) -> Desk:
    """Return an empty desk."""
    return made(tmp_path, remote)


@pytest.fixture
def making(tmp_path: Path, open_sandbox: Callable[..., AbstractContextManager[Remote]]) -> Iterator[Desk]:
    """Return an empty desk, where connectors make skills."""
    with open_sandbox(readings={"connector_makes_skills": "yes"}) as remote:
        yield made(tmp_path, remote)


def made(folder: Path, remote: Remote) -> Desk:
    """Return an empty desk in that folder."""
    (folder / "desk").mkdir()
    return Desk(folder / "desk", remote, settle=0.3)


def test_the_catalogue_fills_in_what_the_manifest_leaves_out(desk: Desk) -> None:
    declare(desk, line(f"{SPEC}, logo: mine.png, status: active"), chat())
    assert failures_of(desk.apply()) == []
    found = live(desk, f"/connector/{connectors(desk)['Line']}")
    assert [field["field_id"] for field in found["ui_form"]] == ["phone_number", "email_id", "pin"]
    assert (found["logo"], len(found["actions"]), len(found["available_events"])) == ("mine.png", 2, 3)
    assert found["config"]["config"] == {"pin": "s3cret-pin", "lines": 2}
    assert (found["status"], found["data_loader_config"]["batch_size"]) == ("active", 100)
    assert skills(desk) == ["Line - Start a chat"], "a skill has its connector's name, also by a handle"
    assert work_of(desk.plan()) == []


def test_a_category_that_no_catalogue_has_is_said_before_anything_is_sent(desk: Desk) -> None:
    declare(desk, line(SPEC.replace("whatsapp", "whatsap")))
    (failure,) = [each for each in desk.apply() if each.change.address == LINE]
    assert failure.error == "the catalogue has no Connector of category 'whatsap'"
    assert "Did you mean 'whatsapp'?" in failure.hint
    assert "/actions/" not in str(desk.remote.writes)
    declare(desk, line(f"{SPEC}, logo: l, ui_form: [], actions: [], available_events: []".replace("whatsapp", "own")))
    desk.remote.forget()
    assert failures_of(desk.apply()) == []
    assert "/public/" not in str(desk.remote.requests), "nothing is left to look up"


def test_only_the_status_can_change(desk: Desk) -> None:
    declare(desk, line())
    (done,) = [each for each in desk.apply() if each.change.address == LINE]
    assert "a person has to finish the connection at https://storage.example/verify/" in done.warnings[0]
    for old, new in (("s3cret-pin", "other"), ("name: Line", "name: Lines"), ("lines: 2", "lines: 3")):
        declare(desk, line(SPEC.replace(old, new)))
        (blocked,) = desk.plan().blocked
        assert blocked.reason.endswith("once it is created"), new
        assert "--prune" in blocked.hint
        assert "s3cret-pin" not in repr(blocked)
    declare(desk, line(f"{SPEC}, status: pending"))
    assert work_of(desk.plan()) == [], "it is pending already"


@pytest.mark.parametrize("reference", ["line", "{external: Line}", "{id: ID}"])
def test_what_a_managed_skill_refers_to_is_not_deleted(desk: Desk, reference: str) -> None:
    declare(desk, line())
    desk.apply()
    reference = reference.replace("ID", connectors(desk)["Line"])
    declare(desk, line(), chat(reference))
    assert failures_of(desk.apply()) == []
    rest = [] if reference == "line" else [chat(reference)]
    declare(desk, *rest)
    blocked = {each.address: each for each in desk.plan(Choice(prune=True)).blocked}
    assert blocked[LINE].reason == f"{CHAT} would point nowhere: it refers to it"
    with desk.workspace.store.session(desk.workspace.target) as session:
        session.write(Forget(CHAT))
    declare(desk)
    assert work_of(desk.plan(Choice(prune=True))) == [f"delete {LINE}"]
    assert failures_of(desk.apply(desk.plan(Choice(prune=True)))) == []
    assert "Line" not in connectors(desk)


def test_nobody_can_tell_whether_the_config_of_an_adopted_one_is_the_declared_one(desk: Desk) -> None:
    declare(desk)
    desk.apply()
    declare(
        desk,
        line(SPEC.replace("name: Line, description: One", "name: WhatsApp, description: WhatsApp of this project")),
    )
    (blocked,) = desk.plan().blocked
    assert "--adopt" in blocked.hint
    plan = desk.plan(Choice(adopt=True))
    (change,) = plan.work
    assert (change.action, change.reason) == (
        Action.ADOPT,
        "adopted; nobody can tell whether config is as declared, as no read shows that",
    )
    assert failures_of(desk.apply(plan)) == []
    assert work_of(desk.plan()) == []


def test_a_rebuilt_state_takes_the_config_for_the_declared_one(desk: Desk) -> None:
    declare(desk, line())
    desk.apply()
    lost = replace(desk.workspace, store=FileStore(desk.folder / "new.json"))
    found = {match.address: match for match in engine.rebuild(desk.read(), lost)}
    assert (found[LINE].sure, found[LINE].why) == (
        "likely",
        "the only one with its name; nobody can tell whether config is as declared, as no read shows that",
    )
    assert work_of(engine.plan(desk.read(), lost)) == []


@pytest.mark.parametrize("fault", ["504 after POST /actions/*/config", "504 before POST /actions/*/config times=9"])
def test_a_lost_response_makes_no_second_one(desk: Desk, fault: str) -> None:
    declare(desk, line(f"{SPEC}, status: ready"))
    desk.remote.fault(fault)
    desk.apply()
    desk.remote.fault()
    assert failures_of(desk.apply()) == []
    assert work_of(desk.plan()) == []
    assert [name for name in connectors(desk) if name == "Line"] == ["Line"]


def test_a_skill_that_the_connector_made_is_taken_over(making: Desk) -> None:
    declare(making, line(), chat(description="Mine"))
    (done,) = [each for each in making.apply() if each.change.address == CHAT]
    assert done.warnings == (f"{LINE} made it, and it was taken over; not as declared: description",)
    assert skills(making) == ["Line - Start a chat", "Line - Send a message"]
    assert work_of(making.plan()) == [f"blocked {CHAT}: description differs, and the API has no call to update it"]


def test_a_skill_that_a_managed_connector_made_earlier_needs_no_adopt(making: Desk) -> None:
    declare(making, line())
    assert failures_of(making.apply()) == []
    declare(making, line(), chat())
    (change,) = making.plan().work
    assert (change.action, change.reason) == (Action.ADOPT, f"{LINE} made it")
    declare(making, line(), chat("{external: Line}"))
    assert [each.wanted for each in making.plan().blocked] == ["adopt"], "only what is declared so is ours"
