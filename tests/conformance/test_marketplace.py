"""Test that a coworker is hired exactly once, under every reading and whatever becomes of the response."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from tests.conftest import Desk, copy_example, failures_of, work_of
from wexa_sync import engine
from wexa_sync.errors import UsageError
from wexa_sync.model import Address, Choice
from wexa_sync.sandbox import ORG_ID

if TYPE_CHECKING:
    from tests.conftest import Remote

RECRUITER = "67f73fa6f55e1a49293771eb"
OTHER = "67f73fa6f55e1a49293771ec"
HIRE = "recruiting/MarketplaceHire/recruiter"
WRITER = """\
apiVersion: wexa.ai/v1
kind: MarketplaceHire
metadata: {name: writer, project: recruiting}
spec: {coworker_id: {external: Support Writer}}
"""
PURCHASE = f"/marketplace/coworker/{RECRUITER}/purchase"

FAULTS = ("", "drop after", "500 after")
READINGS = [
    {"hire_makes": makes, "hire_answer": answer, "agentflow_list": items, "marketplace_list": listed}
    for answer, listed, (makes, items) in zip(
        ("flow", "project", "ids", "message", "empty") * 2,
        ("coworkers", "data", "nested", "unforeseen") * 3,
        (("project", "full"), ("flow", "summary"), ("project", "summary"), ("flow", "full")) * 3,
        strict=False,
    )
]
"""Each value of each reading, and each pair of what is made and how lists show it, twice."""

Open = Callable[..., AbstractContextManager["Remote"]]


@contextmanager
def agency(tmp_path: Path, open_sandbox: Open, **readings: str) -> Iterator[Desk]:
    """Open a desk with the example of a hire."""
    with open_sandbox(readings=readings) as remote:
        yield Desk(copy_example("marketplace", tmp_path / "desk"), remote, settle=0.2)


def copies(remote: Remote) -> list[str]:
    """Return the ids of all flows that were hired."""
    found = remote.raw("GET", "/customer/credit_history", organization_id=ORG_ID).json()["data"]
    charged = sum(each["operation"] == "marketplace_purchase" for each in found)
    flows = remote.raw("GET", "/agentflows").json()["agentflows"]
    whole = [remote.raw("GET", f"/agentflow/{flow['_id']}").json() for flow in flows]
    hired = [str(flow["_id"]) for flow in whole if flow.get("marketplace_id") == RECRUITER]
    assert len(hired) == charged
    return hired


def flows(remote: Remote) -> set[str]:
    """Return the ids of all flows that a list shows."""
    return {each["_id"] for each in remote.raw("GET", "/agentflows").json()["agentflows"]}


def stranger(remote: Remote) -> None:
    """Make a flow that is nobody's copy, in a project of its own."""
    body = {"orgId": ORG_ID, "projectName": "Other", "description": "d", "coworker_role": "r"}
    project = remote.raw("POST", "/v1/project", body).json()["_id"]
    flow = {"name": "Other", "description": "d", "role": "r", "projectID": project}
    remote.raw("POST", "/agentflow/", flow, projectID=project).raise_for_status()


def recorded(desk: Desk) -> str:
    """Return the id that is recorded of the hire."""
    return {str(address): record.id for address, record in desk.workspace.store.load().records.items()}[HIRE]


@pytest.mark.parametrize(("readings", "fault"), list(zip(READINGS, cycle(FAULTS), strict=False)))
def test_a_coworker_is_hired_once(tmp_path: Path, open_sandbox: Open, readings: dict[str, str], fault: str) -> None:
    with agency(tmp_path, open_sandbox, **readings) as desk:
        stranger(desk.remote)
        if fault:
            desk.remote.fault(f"{fault} POST {PURCHASE}")
        assert failures_of(desk.apply()) == []
        assert copies(desk.remote) == [recorded(desk)]
        assert work_of(desk.plan()) == []
        assert failures_of(desk.apply()) == []
        assert len(copies(desk.remote)) == 1


def test_a_lost_response_that_no_list_explains_is_a_doubt(tmp_path: Path, open_sandbox: Open) -> None:
    with agency(tmp_path, open_sandbox) as desk:
        desk.remote.fault(f"drop after POST {PURCHASE}", "stale after POST /marketplace/** lists=90")
        (ended,) = failures_of(desk.apply())
        assert ended.startswith(f"{HIRE}: unknown")
        assert [line.partition(" it was")[0] for line in work_of(desk.plan())] == [f"blocked {HIRE}:"]
        desk.remote.fault()
        assert work_of(desk.plan()) == [f"adopt {HIRE}"]
        assert failures_of(desk.apply()) == []
        assert copies(desk.remote) == [recorded(desk)]


@pytest.mark.parametrize("items", ["full", "summary"])
def test_a_doubt_is_settled_by_a_copy_of_that_coworker_alone(
    tmp_path: Path, open_sandbox: Open, items: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with agency(tmp_path, open_sandbox, agentflow_list=items) as desk:
        stranger(desk.remote)
        desk.remote.raw("POST", PURCHASE.replace(RECRUITER, OTHER), {}, organization_id=ORG_ID).raise_for_status()
        before = flows(desk.remote)
        desk.remote.fault(f"drop after POST {PURCHASE}", "stale after POST /marketplace/** lists=90")
        desk.apply()
        address, desired = Address.parse(HIRE), desk.read()
        for wrong in before:
            with pytest.raises(UsageError, match="its marketplace_id is"):
                engine.resolve(address, desired, desk.workspace, happened_as=wrong)
        desk.remote.fault()
        (hired,) = flows(desk.remote) - before
        monkeypatch.setattr("wexa_sync.repair.resolve._seen_of", lambda _pair: [])  # as where another list lags
        engine.resolve(address, desired, desk.workspace, happened_as=hired)
        assert recorded(desk) == hired


def test_a_refused_hire_is_no_doubt(tmp_path: Path, open_sandbox: Open) -> None:
    with agency(tmp_path, open_sandbox) as desk:
        desk.remote.fault(f"402 before POST {PURCHASE}")
        (ended,) = failures_of(desk.apply())
        assert ended.startswith(f"{HIRE}: failed")
        assert failures_of(desk.apply()) == []
        assert len(copies(desk.remote)) == 1


@pytest.mark.parametrize("items", ["full", "summary"])
def test_what_others_hired_is_not_hired_again_unasked(tmp_path: Path, open_sandbox: Open, items: str) -> None:
    with agency(tmp_path, open_sandbox, agentflow_list=items) as desk:
        desk.remote.raw("POST", PURCHASE, {}, organization_id=ORG_ID).raise_for_status()
        stranger(desk.remote)
        _, blocked = work_of(desk.plan())
        assert blocked.startswith(f"blocked {HIRE}: MarketplaceHire")
        assert "is live already and not managed here" in blocked


@pytest.mark.parametrize(("twice", "status"), [("second_copy", ""), ("refused", "failed")])
def test_a_raised_generation_hires_another_copy(tmp_path: Path, open_sandbox: Open, twice: str, status: str) -> None:
    with agency(tmp_path, open_sandbox, hire_twice=twice) as desk:
        desk.apply()
        file = desk.folder / "hires.yaml"
        file.write_text(file.read_text("utf-8").replace("generation: 1", "generation: 2"), "utf-8")
        assert work_of(desk.plan()) == [f"run {HIRE}"]
        failed: Any = failures_of(desk.apply())
        assert [line.split()[1] for line in failed] == ([status] if status else [])
        assert len(copies(desk.remote)) == (1 if status else 2)


def test_two_hires_in_one_apply_are_told_apart_where_lists_show_little(tmp_path: Path, open_sandbox: Open) -> None:
    readings = {"hire_answer": "message", "hire_makes": "project", "agentflow_list": "summary"}
    with agency(tmp_path, open_sandbox, **readings) as opened:
        desk = replace(opened, parallelism=1)  # the second one is looked for when the first was read
        desk.apply()
        file = desk.folder / "hires.yaml"
        text = file.read_text("utf-8").replace("generation: 1", "generation: 2")
        file.write_text(f"{text}---\n{WRITER}", "utf-8")
        assert not failures_of(desk.apply())
        assert not work_of(desk.plan())


def test_the_flow_that_was_hired_can_be_managed_too(tmp_path: Path, open_sandbox: Open) -> None:
    with agency(tmp_path, open_sandbox, hire_makes="flow") as desk:
        desk.apply()
        (flow,) = desk.remote.raw("GET", "/agentflows").json()["agentflows"]
        (desk.folder / "flow.yaml").write_text(
            "apiVersion: wexa.ai/v1\nkind: AgentFlow\nmetadata: {name: recruiter}\n"
            f"spec:\n  name: {flow['name']}\n  description: {flow['description']}\n  role: {flow['role']}\n",
            "utf-8",
        )
        plan = desk.plan()
        assert [blocked.wanted for blocked in plan.blocked] == ["adopt"]
        assert failures_of(desk.apply(desk.plan(Choice(adopt=True)))) == []
        assert work_of(desk.plan()) == []
        records = desk.workspace.store.load().records
        assert [record.id for address, record in records.items() if address.kind != "Project"] == [flow["_id"]] * 2
