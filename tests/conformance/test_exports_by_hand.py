"""Test the export of workspaces that no manifest described: hostile names, broken chains, decisions, credentials."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.conformance.by_hand import ByHand
from tests.conformance.test_every_reading import FEW, TABLES, TOGETHER, named, shown
from tests.conformance.test_exports import exported, texts
from wexa_sync import engine
from wexa_sync.api.client import Api
from wexa_sync.api.transport.http import Exchange, Http
from wexa_sync.export.chosen import Wishes
from wexa_sync.export.result import Export
from wexa_sync.manifests.sources import Sources
from wexa_sync.model import Action, Choice, Options, Secret, Target
from wexa_sync.sandbox import SandboxConfig, running
from wexa_sync.state import FileStore
from wexa_sync.workspace import Workspace

# A chain, a decision and a table can be made by hand only where the server takes them.
MAKEABLE = {"decider": "present", "after_agent": "links", "columns_add_existing": "ignored", "agent_ids": "client"}
UNTRIED = {"table_names_unique": "no", "table_create_columns": "taken", "duplicate_names": "accepted"}
UNTRIED |= {"past_schedule": "fires", "create_answer": "object", "configure_answer": "object"}
PROMPT = "a\r\nb ${secret:X}  \n---\n\ttab @x *y &z"


@contextmanager
def by_hand(tmp_path: Path, readings: Mapping[str, str]) -> Iterator[tuple[ByHand, Workspace, list[Exchange]]]:
    """Yield hands on a new sandbox, a workspace of it, and the requests of that workspace."""
    sent: list[Exchange] = []
    with running(SandboxConfig(data=tmp_path / "s.db", readings={**readings, **MAKEABLE, **UNTRIED})) as server:
        key = Secret(template="", value="k")
        http = Http(base_url=server.base_url, api_key=key, pool=10, observer=sent.append)
        workspace = Workspace(
            api=Api(http, org_id=server.org_id, user_id=server.user_id),
            store=FileStore(tmp_path / "state.json"),
            target=Target(base_url=server.base_url, org_id=server.org_id),
            options=Options(settle=0.5),
        )
        yield ByHand(url=server.base_url, org=server.org_id), workspace, sent


def fill(hand: ByHand) -> None:
    """Make a project of everything that can go wrong."""
    project = hand.project("Support desk")
    for name in ("Support desk", "日本語", "Übergröße --- ${x}", "x" * 200, "\u202egnp\x1b[31m"):
        hand.project(name)
    mail, other = hand.connector(project, "Haus Mail"), hand.connector(project, "other", ui_form=[])
    read = [hand.skill(project, mail, "Read"), hand.skill(project, other, "Read"), hand.skill(project, mail, "")]
    hand.skill(project, mail, "Nobody uses it")
    flow = hand.flow(project, "Triage ${x} ---")
    first = hand.agent(project, flow, "One", skills=read, template=PROMPT, context=[{"table": project}])
    second = hand.agent(project, flow, "One", after=first, template="p" * 1_000_000)
    hand.agent(project, flow, "", after=second, template="${var:y} one line\n\n", triggers=[{"a": None}])
    flows = [flow, hand.flow(project, "Triage ${x} ---", description="d" * 700), hand.flow(project, "", role="")]
    decides = [{"decision": "yes", "condition": "is ok"}, {"decision": "no", "condition": "is not"}]
    decider = hand.agent(project, flows[1], "Decide", conditions=decides)
    yes = hand.agent(project, flows[1], "Yes", after=decider, branch="yes")
    hand.agent(project, flows[1], "No", after=decider, branch="no")
    hand.agent(project, flows[1], "Later", after=yes)
    hand.agent(project, flows[2], "Alone", template="")
    twice = [{"decision": "yes", "condition": "is ok"}, {"decision": "yes", "condition": "is fine"}]
    hand.agent(project, hand.flow(project, "Undecided"), "Decide", conditions=twice)
    for template in ("go", "go", "go on"):
        hand.schedule(project, flow, template)
    hand.schedule(project, flow, "in the past", at=1_700_000_000)
    email = {"column_id": "email", "column_name": "E-mail", "column_type": "String"}
    hand.table(project, "People", [email, {**email, "column_id": "n", "column_type": "Number", "default_value": 3}])
    hand.table(project, "People", [email])
    hand.trigger(mail, flow, "on mail")


def assert_comes_back(workspace: Workspace, sent: list[Exchange], folder: Path) -> Export:
    """Assert that an export of what was made by hand is recorded, that its plan is empty, and that nothing changed."""
    sent.clear()
    found, plan = exported(workspace, folder)
    assert (found.odd, found.left, [each for each in found.unread if not each.guessed]) == ((), (), [])
    assert (shown(plan), plan.orphans, plan.unmanaged) == ([], (), ())
    assert {each.method for each in sent} == {"GET"}
    return found


@pytest.mark.parametrize("readings", [{}, *FEW, *TABLES, *TOGETHER[:3]], ids=named)
def test_whatever_was_made_by_hand_comes_back(tmp_path: Path, readings: Mapping[str, str]) -> None:
    with by_hand(
        tmp_path, {**readings, "past_schedule": "fires", "create_answer": "object", "configure_answer": "object"}
    ) as opened:
        hand, workspace, sent = opened
        fill(hand)
        assert_comes_back(workspace, sent, tmp_path / "one")
        exported(workspace, tmp_path / "two")
        assert texts(tmp_path / "one") == texts(tmp_path / "two")
        written = {**texts(tmp_path / "one"), "state": (tmp_path / "one.json").read_bytes()}
        assert not [name for name, text in written.items() if b"s3cr3t" in text or b"h.example" in text]


def test_wishes_say_what_else_is_written_and_what_is_not(tmp_path: Path) -> None:
    with by_hand(tmp_path, {"connector_makes_skills": "yes"}) as (hand, workspace, _):
        project = hand.project("Desk")
        hand.skill(project, hand.connector(project, "Haus Mail"), "Nobody uses it")
        plain = engine.export(workspace, tmp_path / "plain")
        more = engine.export(workspace, tmp_path / "more", wishes=Wishes(with_values=True, all_made=True))
    assert [address.kind for address in plain.written] == ["Project", "Connector"]
    assert "desk/Skill/nobody-uses-it" in more.written
    assert "desk/Connector/content-creator" in more.written
    one, two = (texts(tmp_path / name)["connectors.yaml"].decode() for name in ("plain", "more"))
    assert "h.example" not in one
    assert "host: h.example" in two
    assert "s3cr3t" not in one + two
    assert not (tmp_path / "state.json").exists(), "nothing is recorded without adopt"


LISTS = {"agentflow_list": "summary", "texts": "trimmed"}  # a list shows no agents, and another name than was sent


@pytest.mark.parametrize("readings", [{}, {"empty_texts": "null", "texts": "trimmed"}, LISTS, *TOGETHER[:3]], ids=named)
def test_a_state_that_was_lost_after_an_export_is_rebuilt(tmp_path: Path, readings: Mapping[str, str]) -> None:
    with by_hand(tmp_path, readings) as (hand, workspace, sent):
        project = hand.project(" Desk ")
        mail = hand.connector(project, "Team mail")
        skills = [hand.skill(project, mail, name, description=" ends with blanks  ") for name in ("Read", "Read", "")]
        flow = hand.flow(project, " Triage ")
        first = hand.agent(project, flow, "One", skills=skills, template="go \n\n")
        hand.agent(project, flow, "Two ", after=first, triggers=[{"a": None}])
        hand.agent(project, hand.flow(project, ""), "Alone")
        hand.schedule(project, flow, " go ")
        hand.trigger(mail, flow, "on mail")
        assert_comes_back(workspace, sent, tmp_path / "one")
        own = replace(workspace, store=FileStore(tmp_path / "new.json"))
        desired = engine.read(Sources(paths=(tmp_path / "one",), root=tmp_path))
        assert {each.action for each in engine.plan(desired, own, Choice(adopt=True)).work} == {Action.ADOPT}
        assert [match for match in engine.rebuild(desired, own) if match.record is None] == []
        assert shown(engine.plan(desired, own)) == []


def test_an_agent_without_a_title_is_asked_about_after_a_lost_state_and_not_made_again(tmp_path: Path) -> None:
    with by_hand(tmp_path, {}) as (hand, workspace, sent):
        project = hand.project("Desk")
        flow = hand.flow(project, "Triage")
        last = hand.agent(project, flow, "", after=hand.agent(project, flow, "One"))
        exported(workspace, tmp_path / "one")
        own = replace(workspace, store=FileStore(tmp_path / "new.json"))
        desired = engine.read(Sources(paths=(tmp_path / "one",), root=tmp_path))
        sent.clear()
        assert engine.plan(desired, own, Choice(adopt=True)).count(Action.CREATE) == 0
        (unsure,) = [match for match in engine.rebuild(desired, own) if match.record is None]
        assert f"--happened {last}" in unsure.why
        plan = engine.plan(desired, own)
        (blocked,) = plan.blocked
        assert (blocked.address, last in blocked.reason, plan.work) == (unsure.address, True, ())
        assert {each.method for each in sent} == {"GET"}
        engine.resolve(unsure.address, desired, own, happened_as=last)
        assert shown(engine.plan(desired, own)) == []


ODD = ("", "a", "A", "Å", "日本", "a-2", "x" * 200, "---", "${env:HOME}", "agentflow-1")
NAMES = st.sampled_from(ODD) | st.text(max_size=20)
TEXTS = st.text(st.characters(blacklist_categories=["Cs"]), max_size=40)


@settings(max_examples=8, deadline=None)
@given(data=st.data())
def test_any_workspace_comes_back(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    def some(of: st.SearchStrategy[str], most: int) -> list[str]:
        return data.draw(st.lists(of, max_size=most))

    tmp_path = tmp_path_factory.mktemp("any")
    with by_hand(tmp_path, {}) as (hand, workspace, sent):
        for project in [hand.project(name) for name in data.draw(st.lists(NAMES, min_size=1, max_size=2))]:
            mail = hand.connector(project, "mail")
            skills = [hand.skill(project, mail, name) for name in some(NAMES, 3)]
            for flow in [hand.flow(project, name, description=data.draw(TEXTS)) for name in some(NAMES, 3)]:
                last = ""
                for title in some(NAMES, 3):
                    used = skills[: data.draw(st.integers(0, 3))]
                    last = hand.agent(project, flow, title, after=last, template=data.draw(TEXTS), skills=used)
                for template in some(TEXTS, 2):
                    hand.schedule(project, flow, template)
        assert_comes_back(workspace, sent, tmp_path / "one")
