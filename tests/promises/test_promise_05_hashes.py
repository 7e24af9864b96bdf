"""Promise 5, where a secret is short: nothing that is kept lets it be guessed at the price of a fast hash.

The key of every hash, the state's lineage, stands in the files themselves. So a secret that is one of ten thousand is
as good as written down where a fast hash covers it in clear.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from msgspec import Struct, field

from wexa_sync.compare.ids import comparison_in
from wexa_sync.compare.same import plain
from wexa_sync.kinds import BY_NAME
from wexa_sync.model import Action, Change, Choice, Plan
from wexa_sync.plan import file as planfile
from wexa_sync.secrecy import seal
from wexa_sync.secrecy import seal as codec

if TYPE_CHECKING:
    from tests.conftest import Desk

PIN = "47z1"  # short; and no id, no port and no time has a z
ENV = {"PIN": PIN}
FAST = hmac.new  # as it is, while it is watched


class Hashed(Struct):
    """Hold what went into a fast hash, and how often a slow one was made."""

    texts: list[bytes] = field(default_factory=list)
    sealed: int = 0


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hashed]:
    """Watch every hash that is made of specs, plans and intents."""
    found, sealing = Hashed(), seal._slow_fingerprint

    class Hmac:
        @staticmethod
        def new(key: bytes, text: bytes, digest: Any) -> Any:
            found.texts.append(text)
            return FAST(key, text, digest)

    class Hashlib:
        @staticmethod
        def sha256(text: bytes) -> Any:
            found.texts.append(text)
            return hashlib.sha256(text)

    def slow(value: str, key: str) -> str:
        found.sealed += 1
        with monkeypatch.context() as aside:  # its own first step is no hash that is kept
            aside.setattr(codec, "hmac", hmac)
            return sealing(value, key)

    monkeypatch.setattr(codec, "hmac", Hmac)
    monkeypatch.setattr(planfile, "hashlib", Hashlib)
    monkeypatch.setattr(codec, "_slow_fingerprint", slow)
    yield found
    assert found.texts
    assert [text for text in found.texts if PIN.encode() in text] == []


def declare(desk: Desk) -> None:
    """Put a PIN into an agent, a run and a schedule."""
    for name, old, new in (
        ("triage.yaml", "role: Sorts tickets by urgency", "role: Sorts tickets with ${secret:PIN}"),
        ("execution.yaml", "The printer on", "PIN ${secret:PIN}, the printer on"),
        ("schedule.yaml", "Summarise the", "Use ${secret:PIN} on the"),
    ):
        file = desk.folder / name
        text = file.read_text("utf-8")
        assert old in text
        file.write_text(text.replace(old, new), "utf-8")


def edit(desk: Desk, name: str, old: str, new: str) -> None:
    """Change a manifest."""
    file = desk.folder / name
    file.write_text(file.read_text("utf-8").replace(old, new), "utf-8")


def saved(desk: Desk, plan: Plan) -> Plan:
    """Save the plan, and read it back as `apply PLAN` does."""
    planfile.save(plan, desk.folder / "it.plan")
    return planfile.read(desk.folder / "it.plan", lambda template: template.replace("${secret:PIN}", PIN))


def kept(desk: Desk) -> str:
    """Return all files as one text: the plan, the state and its journal."""
    return "\n".join(file.read_text("utf-8") for file in sorted(desk.folder.rglob("*")) if file.is_file())


def right_guess(change: Change, plan: Plan) -> str:
    """Return the fast hash of the live value: anybody with the files gets it from a right guess."""
    kind = BY_NAME[change.address.kind]
    comparison = comparison_in(change.address.project, plan.ids, plan.externals, plan.lineage)
    text = seal.canonical(plain(change.before, kind.fields, comparison))
    assert PIN in text
    return FAST(plan.lineage.encode(), text.encode(), hashlib.sha256).hexdigest()


def test_a_short_secret_can_not_be_guessed_from_what_is_kept(desk: Desk, hashed: Hashed) -> None:
    declare(desk)
    desk.apply(saved(desk, desk.plan(env=ENV)))
    edit(desk, "triage.yaml", "title: Classifier", "title: Sorter")
    edit(desk, "schedule.yaml", "tickets that", "mails that")
    (desk.folder / "execution.yaml").unlink()
    plan = desk.plan(Choice(prune=True), env=ENV)
    updated = [change for change in plan.work if change.action is Action.UPDATE and change.expected]
    assert len(updated) == 2
    saved(desk, plan)
    files = kept(desk)
    for change in updated:
        assert right_guess(change, plan) not in files
        assert change.expected in files
    assert PIN not in files
    outcomes = desk.apply(saved(desk, plan))
    assert {outcome.status.value for outcome in outcomes} == {"applied"}
    assert hashed.sealed


def test_nor_where_the_server_shows_it_at_a_place_that_is_not_secret(desk: Desk, hashed: Hashed) -> None:
    declare(desk)
    desk.apply(desk.plan(env=ENV))  # the role's description follows from the role, and holds the PIN
    edit(desk, "triage.yaml", "      role: Sorts", "      role_description: By urgency.\n      role: Sorts")
    plan = desk.plan(env=ENV)
    (change,) = plan.work
    assert PIN not in repr(change)
    assert change.expected.startswith("slow:")
    hashed.texts = [text for text in hashed.texts if b'"role_description"' not in text]  # made slow before it is kept
    saved(desk, plan)
    assert right_guess(change, plan) not in kept(desk)
    (outcome,) = [each for each in desk.apply(saved(desk, plan)) if each.change.action is Action.UPDATE]
    assert (outcome.status.value, outcome.error) == ("applied", "")
    hashed.texts = [text for text in hashed.texts if b'"role_description"' not in text]


def test_a_change_of_the_secret_on_the_live_side_is_seen_all_the_same(desk: Desk, hashed: Hashed) -> None:
    declare(desk)
    desk.apply(desk.plan(env=ENV))
    edit(desk, "triage.yaml", "title: Classifier", "title: Sorter")
    plan = saved(desk, desk.plan(env=ENV))
    (change,) = plan.work
    records = {str(address): record.id for address, record in desk.workspace.store.load().records.items()}
    flow, project = records["support-desk/AgentFlow/triage"], records["Project/support-desk"]
    agents = desk.remote.raw("GET", f"/agentflow/{flow}").json()["agents"]
    agent = next(each for each in agents if each["_id"] == change.id) | {"role": "Sorts tickets with 47z2"}
    agent["skills"] = [skill["_id"] for skill in agent["skills"]]  # as they are written
    path = f"/agentflow/{flow}/update/skilled/{change.id}"
    desk.remote.raw("POST", path, agent, projectID=project).raise_for_status()
    (outcome,) = [each for each in desk.apply(plan) if each.change.action is Action.UPDATE]
    assert outcome.status.value == "conflict"
    assert hashed.texts


def test_what_is_live_is_not_sealed_for_each_thing_that_is_looked_at(desk: Desk, hashed: Hashed) -> None:
    declare(desk)
    desk.apply(desk.plan(env=ENV))
    run = desk.folder / "execution.yaml"
    found = desk.workspace.store.load()
    project = next(record.id for address, record in found.records.items() if address.kind == "Project")
    flow = next(record.id for address, record in found.records.items() if address.kind == "AgentFlow")
    run.write_text(run.read_text("utf-8").replace("name: smoke-test", "name: other"), "utf-8")
    counts = []
    for _ in range(2):
        hashed.sealed = 0
        desk.plan(env=ENV)
        counts.append(hashed.sealed)
        for number in range(30):
            body: dict[str, Any] = {"agentflow_id": flow, "executed_by": desk.remote.server.user_id, "goal": "Another"}
            body |= {"input_variables": {"ticket": f"PIN {number}"}, "projectID": project}
            desk.remote.raw("POST", "/execute_flow", body, projectID=project).raise_for_status()
    assert 0 < counts[0] == counts[1], "each secret of a manifest a few times, and none of the thirty runs"
