"""`engine.resolve` over a real server: what a person says is checked against what is live, and then holds."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from wexa_sync import engine
from wexa_sync.errors import StateLocked, UsageError, WexaSyncError
from wexa_sync.model import Address, Plan, Status

if TYPE_CHECKING:
    from tests.conftest import Desk, Remote

Work = Callable[[Plan], list[str]]
DIGEST = Address.parse("desk/Schedule/digest")
SORT = Address.parse("desk/AgentFlow/flow/Agent/sort")
OTHER_PROJECT = """---
apiVersion: wexa.ai/v1
kind: Project
metadata: {name: other}
spec: {projectName: Other, description: One}
---
apiVersion: wexa.ai/v1
kind: Skill
metadata: {name: theirs, project: other}
spec: {name: Sum, description: One, connector_id: {external: Mail}}
"""


@pytest.fixture
def made(small: Callable[..., Desk], remote: Remote) -> Desk:
    """Return the small desk, applied, without its run."""
    desk = small(remote, "project", "skill", "flow", "schedule")
    for name in ("skill", "flow", "schedule"):
        file = desk.folder / f"{name}.yaml"
        text = file.read_text("utf-8")
        file.write_text(text.replace("metadata: {name: ", "metadata: {project: desk, name: "), "utf-8")
    (desk.folder / "other.yaml").write_text(OTHER_PROJECT, "utf-8")
    assert {each.status for each in desk.apply()} == {Status.APPLIED}
    return desk


def ids(desk: Desk) -> dict[str, str]:
    """Return the ids in the state."""
    return {str(address): record.id for address, record in desk.workspace.store.load().records.items()}


def resolve(desk: Desk, address: Address, happened_as: str | None) -> None:
    """Resolve the doubt."""
    desired = desk.read()
    engine.resolve(address, desired, desk.workspace, happened_as=happened_as)


def replaced(desk: Desk) -> str:
    """Delete our schedule by hand and make another of its name; answers the new one's id."""
    project, mine = ids(desk)["Project/desk"], ids(desk)[str(DIGEST)]
    body = desk.remote.raw("GET", f"/schedule/coworker/{mine}").json()
    desk.remote.raw("DELETE", f"/schedule/coworker/{mine}", projectID=project).raise_for_status()
    made = desk.remote.raw("POST", "/schedule/coworker", body, projectID=project)
    return str(made.json()["_id"])


def test_what_was_replaced_by_hand_is_taken_over(made: Desk, work: Work) -> None:
    theirs = replaced(made)
    (blocked,) = work(made.plan())
    assert theirs in blocked
    resolve(made, DIGEST, theirs)
    assert work(made.plan()) == []
    assert ids(made)[str(DIGEST)] == theirs


def test_what_was_replaced_by_hand_is_left_alone(made: Desk, work: Work) -> None:
    theirs = replaced(made)
    resolve(made, DIGEST, None)
    assert work(made.plan()) == [f"create {DIGEST}"]
    made.apply()
    assert work(made.plan()) == []
    assert ids(made)[str(DIGEST)] != theirs
    assert made.remote.raw("GET", f"/schedule/coworker/{theirs}").status_code == 200


def test_an_id_can_not_be_two_addresses(made: Desk) -> None:
    replaced(made)
    text = (made.folder / "schedule.yaml").read_text("utf-8")
    more = text.replace("name: digest", "name: second").replace("Digest", "Second")
    (made.folder / "second.yaml").write_text(more, "utf-8")
    made.apply()
    second = ids(made)["desk/Schedule/second"]
    with pytest.raises(UsageError, match="is desk/Schedule/second, and can't be desk/Schedule/digest too"):
        resolve(made, DIGEST, second)


def test_an_id_of_another_project_is_refused(made: Desk) -> None:
    theirs = ids(made)["other/Skill/theirs"]
    for file in (made.folder / ".wexa-sync").glob("*.json"):
        file.unlink()
    with pytest.raises(WexaSyncError, match="of another project"):
        resolve(made, Address.parse("desk/Skill/sum"), theirs)


@pytest.mark.parametrize("address", ["desk/Skill/sum", str(SORT)])
def test_an_id_of_nothing_is_refused(made: Desk, address: str) -> None:
    for file in (made.folder / ".wexa-sync").glob("*.json"):
        file.unlink()
    with pytest.raises(UsageError, match="is live under the id 0123456789abcdef01234567"):
        resolve(made, Address.parse(address), "0123456789abcdef01234567")


def test_while_somebody_applies_nothing_is_said(made: Desk) -> None:
    replaced(made)
    with engine.locked(made.workspace), pytest.raises(StateLocked):
        resolve(made, DIGEST, None)
