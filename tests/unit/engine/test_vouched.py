"""A plan that a vouch spares reading is the plan that reading would make: whatever changes, on whichever side."""

from __future__ import annotations

import copy
import json
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import replace

from tests.conftest import Desk, Remote, copy_example, opened
from wexa_sync import engine
from wexa_sync.api.calls import Call, Ids, Raw
from wexa_sync.api.client import Api
from wexa_sync.api.packed import Packed
from wexa_sync.api.paging import ANYTHING, Found, Sought
from wexa_sync.engine.vouched import Vouched
from wexa_sync.errors import NotFound, StateError, WexaSyncError
from wexa_sync.kinds import BY_NAME
from wexa_sync.kinds.base import Kind
from wexa_sync.kinds.endpoint import Operation
from wexa_sync.kinds.spec.wire import shown_fields
from wexa_sync.manifests.sources import Sources
from wexa_sync.model import Address, Choice, Plan, Report, Vouch
from wexa_sync.observe.replay import Ahead, Listed, Notes, Recorder, Replayed
from wexa_sync.plan import vouch as plan_vouch
from wexa_sync.plan.file import save, saved_text
from wexa_sync.render import RENDERERS, WITH_NOOPS
from wexa_sync.render.layout import Layout
from wexa_sync.render.view.plan import plan_view
from wexa_sync.state import Forget, StateStore
from wexa_sync.state.format import read_state, state_text
from wexa_sync.text.files import noted
from wexa_sync.workspace import Workspace

ENV = {"REGION": "eu", "WHATSAPP_PIN": "0000"}
WITH_VARIABLES = """\
---
apiVersion: wexa.ai/v1
kind: Schedule
metadata: {name: report, project: support-desk}
spec:
  coworker_id: triage
  template: "Report ${env:REGION} ${var:team}"
  schedule: 2035-01-02T07:00:00Z
"""


def sources_of(folder: Path, env: Mapping[str, str] = ENV, **more: Any) -> Sources:
    """Return all manifests of a folder, with a variable."""
    given = {"vars": {"team": "night"}, "paths": (folder,), "root": folder, **more}
    return Sources(env={"WEXA_API_KEY": "sentinel-key-of-the-test", **env}, **given)


def vouched_state(sources: Sources, store: StateStore, **more: bool) -> Vouched | None:
    """Return what is known where the state vouches for the manifests."""
    found = engine.vouched_state(sources, store, **more)
    return found if found.holds else None


def vouched(sources: Sources, workspace: Workspace, report: Report | None = None) -> None:
    """Have the state vouch for the manifests, as an apply does at its end."""
    with workspace.store.session(workspace.target) as session:
        with noted() as read:
            desired = engine.read(sources)
        engine.vouch(desired, sources, replace(workspace, session=session), read, report)


class Paged(Replayed):
    """Represent an API of notes that has each list in pages of two, which are packed as they come."""

    def listed(self, kind: Kind, ids: Ids, sought: Sought = ANYTHING) -> Found:
        """Return what the list showed."""
        found = super().listed(kind, ids, sought)
        pages = [found.items[start : start + 2] for start in range(0, len(found.items), 2)]
        return replace(found, items=[item for page in pages for item in sought.pack(page)])


class Counted(Replayed):
    """Represent an API of notes that counts its single reads."""

    reads = 0

    def read(self, kind: Kind, ids: Ids) -> Raw | None:
        """Return one resource."""
        self.reads += 1
        return super().read(kind, ids)


class Case(Struct, frozen=True, dict=True):
    """Describe an example that was applied and is vouched for, and what a plan of it read."""

    folder: Path
    workspace: Workspace
    notes: Notes

    @cached_property
    def read(self) -> list[Listed]:
        """Return the lists that a plan without the manifests reads."""
        recorder = Recorder(self.with_api(self.notes).api)
        known = Vouched(state=self.workspace.store.load(), holds=True)
        assert engine.plan_vouched(known, replace(self.workspace, api=recorder), Choice())[0] is not None
        return sorted(recorder.notes.lists)

    def with_api(self, notes: Notes) -> Workspace:
        """Return the workspace with an API that shows these notes."""
        api = Paged(notes, org_id=self.workspace.api.org_id, user_id=self.workspace.api.user_id)
        return replace(self.workspace, api=api, options=replace(self.workspace.options, settle=0.0))


def applied(folder: Path, remote: Remote, **more: Any) -> Case:
    """Return the case of the manifests in a folder."""
    sources, allowed = sources_of(folder, **more), frozenset({"agentflow.update"})
    workspace = Desk(folder, remote).opened(allowed=allowed)
    workspace.api.sign_in()
    report = engine.apply(engine.plan(engine.read(sources), workspace), workspace, limits=None)
    vouched(sources, workspace, report)
    recorder = Recorder(workspace.api)
    assert engine.plan(engine.read(sources), replace(workspace, api=recorder)).work == ()
    return Case(folder, workspace, recorder.notes)


@pytest.fixture(scope="module", params=["support-desk", "tables", "gitlab", "channels"])
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    """Return an example, applied."""
    folder = copy_example(request.param, tmp_path_factory.mktemp("case") / "desk")
    with opened() as remote:
        yield applied(folder, remote)


@pytest.fixture
def night(desk: Desk) -> Case:
    """Return the support desk with variables in it, applied."""
    with (desk.folder / "schedule.yaml").open("a", encoding="utf-8") as file:
        file.write(WITH_VARIABLES)
    return applied(desk.folder, desk.remote)


def shown(plan: Plan, *, lists: bool = False, saves: bool = False) -> dict[str, str]:
    """Return the plan in every format, or in those that leave out what stays as it is; or as it is saved."""
    if saves:
        return {"saved": saved_text(plan)}
    layout = Layout(width=100, folder="")
    formats = RENDERERS.keys() - (frozenset() if lists else WITH_NOOPS)
    renderers = {name: RENDERERS[name](layout).plan for name in formats}
    return {name: render(plan_view(plan)) for name, render in renderers.items() if render is not None}


def full(sources: Sources, workspace: Workspace, choice: Choice) -> Plan | str:
    """Return the plan that reads everything, or why there is none."""
    try:
        return engine.plan(engine.read(sources), workspace, choice)
    except WexaSyncError as error:
        return error.message
    except LookupError as error:  # what the API's own client refuses comes as far as this in notes
        return repr(error)


def require_the_same(sources: Sources, workspace: Workspace, choice: Choice = Choice()) -> bool:  # noqa: B008
    """Fail unless a plan without the manifests, if there is one, is the plan with them. True when there is one.

    It is made to list what stays as it is, not to list that, and to be saved.
    """
    chosen = bool(choice.targets or choice.excludes)  # out of what is listed, then
    ways = ("lists", "saves") if chosen else ("", "lists", "saves")
    found = [_is_the_same(sources, workspace, choice, **{way: True} if way else {}) for way in ways]
    assert found == sorted(found, reverse=True)
    return found[0]


def _is_the_same(sources: Sources, workspace: Workspace, choice: Choice, **way: bool) -> bool:
    state = vouched_state(sources, workspace.store, **way)
    if state is None:
        return False
    whole = full(sources, workspace, choice)
    try:
        plan, again = engine.plan_vouched(state, workspace, choice)
    except (WexaSyncError, LookupError) as error:
        if whole not in (str(error), repr(error)):
            raise
        return False
    if plan is None:
        goes_on = full(sources, again, choice)  # with what was read already
        assert isinstance(goes_on, Plan) == isinstance(whole, Plan)
        assert goes_on.digest == whole.digest if isinstance(goes_on, Plan) and isinstance(whole, Plan) else True
        return False
    assert isinstance(whole, Plan), whole
    assert plan.digest == whole.digest
    assert shown(plan, **way) == shown(whole, **way)
    return True


@pytest.mark.parametrize("choice", [Choice(), Choice(prune=True), Choice(adopt=True)])
def test_nothing_changed_so_nothing_is_read(case: Case, choice: Choice) -> None:
    assert require_the_same(sources_of(case.folder), case.workspace, choice)
    assert require_the_same(sources_of(case.folder), case.with_api(case.notes), choice)


@settings(max_examples=40)
@given(data=st.data())
def test_a_part_of_the_plan_is_the_same_part(case: Case, data: st.DataObject) -> None:
    addresses = st.sampled_from([*case.workspace.store.load().records, Address(kind="Project", name="nobody")])
    targets, excludes = (tuple(data.draw(st.lists(addresses, max_size=3, unique=True))) for _ in range(2))
    require_the_same(sources_of(case.folder), case.with_api(case.notes), Choice(targets=targets, excludes=excludes))


ID = "6b0c4d31a6632724e16fffff"
VALUES = st.sampled_from([None, "", " ", 0, 1, 1.0, True, False, [], {}, "x", {"_id": "x"}, ["x"], ID])


def _paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of everything inside a value."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield (*path, key)
        yield from _paths(item, (*path, key))


def _around(value: Any, path: tuple[Any, ...]) -> Any:
    for key in path[:-1]:
        value = value[key]
    return value


def _told(kind: str) -> set[str]:
    """Return the names of what manifests may say of a kind, and of its parts."""
    parts = [part for part in BY_NAME[kind].parts if not part.own_list]
    return {*shown_fields(BY_NAME[kind]), *(part.field for part in parts)}.union(
        *(_told(part.kind.name) for part in parts)
    )


def _bend(kind: str, items: list[Any], draw: Callable[[st.SearchStrategy[Any]], Any]) -> None:
    """Change one thing in a list of the API, mostly something that a manifest may say."""
    if not items:  # the other change took the only one away
        return
    paths, told = [*_paths(items)], _told(kind)
    telling = [path for path in paths if all(key in told for key in path[1:4:2])]
    path = draw(st.sampled_from(telling if draw(st.integers(0, 3)) else paths))
    around, key = _around(items, path), path[-1]
    value = around[key]
    match draw(st.sampled_from(["set", "set", "text", "drop", "more", "twice", "swap", "stranger"])):
        case "set" if len(path) > 1:  # an item that is no object is refused before
            around[key] = draw(VALUES)
        case "text" if isinstance(value, str):
            around[key] = draw(st.sampled_from([f"{value} ", f" {value}", value.upper(), value[:-1], f"{value}\n"]))
        case "drop":
            del around[key]
        case "more" if isinstance(value, dict):
            value[draw(st.sampled_from(["name", "_id", "id", "is_deleted", "agents", "zeta"]))] = draw(VALUES)
        case "twice" if isinstance(around, list):
            around.append(copy.deepcopy(value))
        case "swap" if isinstance(around, list):
            around.reverse()
        case "stranger" if isinstance(around, list) and isinstance(value, dict):
            around.append({**copy.deepcopy(value), "_id": ID, "id": ID})


@settings(max_examples=150)
@given(data=st.data())
def test_whatever_the_live_side_shows_both_plans_are_the_same(case: Case, data: st.DataObject) -> None:
    lists, reads = copy.deepcopy(dict(case.notes.lists)), copy.deepcopy(dict(case.notes.reads))
    told: dict[tuple[str, ...], list[Any]] = {place: lists[place].items for place in case.read if lists[place].items}
    told |= {place: [raw] for place, raw in reads.items()}
    for _ in range(data.draw(st.integers(1, 2))):
        place = data.draw(st.sampled_from([*told]))
        _bend(place[0], told[place], data.draw)
    reads = {place: next(iter(told[place]), None) for place in reads}
    require_the_same(sources_of(case.folder), case.with_api(replace(case.notes, lists=lists, reads=reads)))


def test_what_a_list_leaves_out_is_read_as_any_plan_reads_it_and_not_twice(tmp_path: Path, remote: Remote) -> None:
    night = applied(copy_example("channels", tmp_path / "desk"), remote)
    sources, read = sources_of(night.folder), {}
    for holds in (True, False):
        recorder = Recorder(night.workspace.api)
        workspace = replace(night.workspace, api=recorder)
        if holds:
            state = vouched_state(sources, workspace.store)
            assert state is not None
            assert engine.plan_vouched(state, workspace, Choice())[0] is not None
        else:
            engine.plan(engine.read(sources), workspace)
        read[holds] = recorder.notes.reads.keys()
    assert {kind for kind, _ in read[True]} == {"Connector"}
    assert read[True] == read[False]


def test_what_was_read_ahead_is_not_read_again_where_something_differs(tmp_path: Path, remote: Remote) -> None:
    night = applied(copy_example("channels", tmp_path / "desk"), remote)
    asked = Counted(night.notes, org_id=night.workspace.api.org_id, user_id=night.workspace.api.user_id)
    state = vouched_state(sources_of(night.folder), night.workspace.store)
    assert state is not None
    raw = next(raw for (kind, _), raw in night.notes.reads.items() if kind == "Connector")
    assert raw is not None
    raw["description"] = "another"
    plan, again = engine.plan_vouched(state, replace(night.workspace, api=asked), Choice())
    assert plan is None
    assert engine.plan(engine.read(sources_of(night.folder)), again).blocked
    assert asked.reads == 1


def _append(name: str, text: str = "\n# a remark\n") -> Callable[[Path], None]:
    def edit(folder: Path) -> None:
        with (folder / name).open("a", encoding="utf-8") as file:
            file.write(text)

    return edit


def _rename(folder: Path) -> None:
    (folder / "skills.yaml").rename(folder / "abilities.yaml")


def _move(folder: Path) -> None:
    (folder / "below").mkdir()
    (folder / "skills.yaml").rename(folder / "below" / "skills.yaml")


def _link(folder: Path) -> None:
    shutil.copy(folder / "prompts" / "answer.md", folder / "other.md")
    (folder / "prompts" / "answer.md").unlink()
    (folder / "prompts" / "answer.md").symlink_to("../other.md")


EDITS: Mapping[str, Callable[[Path], object]] = {
    "a remark": _append("project.yaml"),
    "a field": _append("project.yaml", "  # and more\n"),
    "a prompt": _append("prompts/answer.md"),
    "a fault": _append("skills.yaml", "]"),
    "a new manifest": _append("new.yaml", WITH_VARIABLES.replace("report", "more")),
    "other tools' YAML": _append("values.yaml", "image: nginx\n"),
    "defaults": _append("wexa-sync.defaults.yaml", "Agent: {has_knowledge_base: true}\n"),
    "nearly defaults": _append("wexa_sync.defaults.yaml", "Agent: {has_knowledge_base: true}\n"),
    "a manifest with another end": _append("new.yaml.txt", WITH_VARIABLES.replace("report", "more")),
    "renamed": _rename,
    "moved": _move,
    "gone": lambda folder: (folder / "schedule.yaml").unlink(),
    "no prompt": lambda folder: (folder / "prompts" / "answer.md").unlink(),
    "a link": _link,
}


@pytest.mark.parametrize("edit", EDITS)
def test_any_edit_has_the_manifests_read(night: Case, edit: str) -> None:
    assert require_the_same(sources_of(night.folder), night.workspace)
    EDITS[edit](night.folder)
    assert not require_the_same(sources_of(night.folder), night.workspace)


def test_clocks_and_places_count_for_nothing(night: Case, tmp_path: Path) -> None:
    for file in night.folder.rglob("*"):
        os.utime(file, (0, 0))
    assert require_the_same(sources_of(night.folder), night.workspace)
    other = Path(shutil.copytree(night.folder, tmp_path / "another" / "checkout"))
    assert require_the_same(sources_of(other), night.workspace)
    assert require_the_same(sources_of(night.folder, {**ENV, "LANG": "C"}), night.workspace)


@pytest.mark.parametrize("now", [0.0, 2.0**33], ids=["long ago", "in the far future"])
def test_a_clock_that_is_wrong_counts_for_nothing(night: Case, now: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", lambda: now)
    assert require_the_same(sources_of(night.folder), night.with_api(night.notes))


@pytest.mark.parametrize("edit", EDITS)
def test_the_apply_of_a_saved_plan_vouches_for_nothing_that_would_change(
    night: Case, tmp_path: Path, edit: str
) -> None:
    sources, workspace = sources_of(night.folder), night.workspace
    file, text = night.folder / "project.yaml", (night.folder / "project.yaml").read_text("utf-8")
    file.write_text(text.replace("description:", "description: Now"), "utf-8")
    save(engine.plan(engine.read(sources), workspace), saved := tmp_path / "it.plan")
    EDITS[edit](night.folder)
    with noted() as read:
        try:
            desired = engine.read(sources)
        except WexaSyncError:
            desired = None
    with engine.locked(workspace) as locked:
        report = engine.apply(engine.saved_plan(saved, sources, ENV, desired), locked)
        if desired is not None:
            engine.vouch(desired, sources, locked, read, report)
    plan = full(sources, workspace, Choice())
    nothing = isinstance(plan, Plan) and not plan.work and not plan.orphans and not engine.read(sources).warnings
    assert require_the_same(sources, workspace) == nothing


def test_variables_count(night: Case, tmp_path: Path) -> None:
    file = tmp_path / "team.vars.yaml"
    file.write_text("team: night\n", encoding="utf-8")
    others = [
        sources_of(night.folder, {"REGION": "us"}),
        sources_of(night.folder, {"REGION": ""}),
        sources_of(night.folder, {}),
        sources_of(night.folder, vars={"team": "day"}),
        sources_of(night.folder, own_vars={"team": "night"}),
        sources_of(night.folder, assignments=("team=night",)),
        sources_of(night.folder, var_files=(file,)),
        sources_of(night.folder, {**ENV, "WEXA_API_KEY": "sentinel-key", "WEXA_API_KEY_TEST": "eu"}),
    ]
    for each in others[:-1]:
        assert not require_the_same(each, night.workspace)
    assert require_the_same(others[-1], night.workspace)  # a text as short as that is no key


def test_the_key_as_a_value_is_refused_as_ever(night: Case) -> None:
    key = {"WEXA_API_KEY": "sentinel-key-in-a-value"}
    sources = sources_of(night.folder, {**ENV, "REGION": "sentinel-region-value"})
    workspace = night.workspace
    engine.apply(engine.plan(engine.read(sources), workspace), workspace, limits=None)
    vouched(sources, workspace)
    assert require_the_same(sources, workspace)
    same = {**ENV, "REGION": "sentinel-region-value", "WEXA_API_KEY": "sentinel-region-value"}
    assert vouched_state(sources_of(night.folder, same), workspace.store) is None
    assert vouched_state(sources_of(night.folder, {**same, **key}), workspace.store) is not None


@pytest.mark.parametrize("what", ["a tool of another version", "another kind", "another sense"])
def test_another_tool_reads_all(night: Case, what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if what == "another kind":
        monkeypatch.setattr(plan_vouch, "BY_NAME", {**BY_NAME, "Zeta": BY_NAME["Skill"]})
    else:
        name, value = ("__version__", "0.0.1") if what == "a tool of another version" else ("_VERSION", 0)
        monkeypatch.setattr(plan_vouch, name, value)
    assert vouched_state(sources_of(night.folder), night.workspace.store) is None


def _rewritten(night: Case, edit: Callable[[dict[str, Any]], object]) -> None:
    """Change the state file as JSON."""
    file = night.folder / ".wexa-sync" / "state.json"
    data = json.loads(file.read_text(encoding="utf-8"))
    edit(data)
    file.write_text(json.dumps(data), encoding="utf-8")


ODD = {
    "no vouch": lambda data: data.pop("vouch"),
    "nothing": lambda data: data.update(vouch=None),
    "a text": lambda data: data.update(vouch="yes"),
    "another digest": lambda data: data["vouch"].update(inputs="0" * 64),
    "another order": lambda data: data["vouch"].update(order="0" * 64),
    "a number": lambda data: data["vouch"].update(inputs=1),
    "another connector": lambda data: data["vouch"]["externals"][0].__setitem__(3, ID),
    "another name": lambda data: data["vouch"]["externals"][0].__setitem__(2, "Slack"),
    "no names": lambda data: data["vouch"].update(externals=[]),
    "names that are none": lambda data: data["vouch"].update(externals=[None]),
    "a name that is cut": lambda data: data["vouch"]["externals"][0].pop(),
    "more": lambda data: data["vouch"].update(more=1),
    "no files": lambda data: data["vouch"].update(files=[]),
    "a file from outside": lambda data: data["vouch"]["files"].append("/etc/passwd"),
    "an endless file": lambda data: data["vouch"]["files"].append("/dev/zero"),
    "a NUL": lambda data: data["vouch"]["files"].append("\0"),
    "no variables": lambda data: data["vouch"].update(env=[]),
    "files that are none": lambda data: data["vouch"].update(files=[None]),
    "another line": lambda data: data["vouch"].update(stays=data["vouch"]["stays"].replace(",1,1,", ",2,1,", 1)),
    "nothing to list": lambda data: data["vouch"].update(stays=""),
    "rows of none": lambda data: data["vouch"].update(stays="[[99]]"),
}


@pytest.mark.parametrize("edit", ODD)
def test_a_vouch_that_was_edited_is_none(night: Case, edit: str) -> None:
    _rewritten(night, ODD[edit])
    assert not require_the_same(sources_of(night.folder), night.workspace)
    assert engine.plan(engine.read(sources_of(night.folder)), night.workspace).work == ()


def test_a_record_that_was_edited_is_not_vouched_for(night: Case) -> None:
    file = night.folder / ".wexa-sync" / "state.json"
    state = read_state(file.read_bytes(), file)
    address = next(each for each in state.records if each.kind == "Skill")
    record = state.records[address]
    spec = {**record.spec, "description": "Another"}
    records = {**state.records, address: replace(record, spec=spec)}
    file.write_bytes(state_text(replace(state, records=records, sha256="")))
    assert read_state(file.read_bytes(), file).vouch is not None
    assert not require_the_same(sources_of(night.folder), night.workspace)


def test_a_write_takes_the_vouch_away_and_no_vouch_is_a_write(night: Case) -> None:
    before = night.workspace.store.load()
    vouched(sources_of(night.folder), night.workspace)
    assert night.workspace.store.load() == before
    assert isinstance(before.vouch, Vouch)
    address = next(each for each in before.records if each.kind == "Schedule")
    assert before.after(Forget(address)).vouch is None


def test_nothing_is_vouched_for_that_is_not_as_declared(desk: Desk) -> None:
    sources = sources_of(desk.folder)
    vouched(sources, desk.workspace)  # nothing was ever applied
    assert desk.workspace.store.load().vouch is None
    desk.apply()
    (desk.folder / "project.yaml").write_text(
        (desk.folder / "project.yaml").read_text("utf-8").replace("description:", "description: Not"), "utf-8"
    )
    vouched(sources, desk.workspace)
    assert desk.workspace.store.load().vouch is None
    _append("values.yaml", "image: nginx\n")(desk.folder)  # it is warned of in each plan
    desk.apply()
    vouched(sources, desk.workspace)
    assert desk.workspace.store.load().vouch is None


def test_a_vouch_holds_no_value_of_a_variable(night: Case) -> None:
    text = (night.folder / ".wexa-sync" / "state.json").read_text(encoding="utf-8")
    kept = json.loads(text)["vouch"]
    assert kept["env"] == ["REGION"]
    assert "eu" not in json.dumps(kept["env"] + kept["files"])


def test_what_was_read_is_not_read_again(night: Case, desk: Desk) -> None:
    # A resource was changed on the live side, so the manifests are read: the lists are not.
    records = night.workspace.store.load().records
    record = next(record for address, record in records.items() if address.kind == "Project")
    desk.remote.forget()
    plain = full(sources_of(night.folder), night.workspace, Choice())
    usual = sorted(each["path"] for each in desk.remote.requests)
    bent = {**record.spec, "description": "Another", "orgId": night.workspace.api.org_id}
    desk.remote.raw("PUT", "/v1/project", bent, projectId=record.id).raise_for_status()
    desk.remote.forget()
    state = vouched_state(sources_of(night.folder), night.workspace.store)
    assert state is not None
    plan, again = engine.plan_vouched(state, night.workspace, Choice())
    assert plan is None
    found = engine.plan(engine.read(sources_of(night.folder)), again)
    assert [each.action.value for each in found.work] == ["update"]
    assert isinstance(plain, Plan)
    assert sorted(each["path"] for each in desk.remote.requests) == usual


@pytest.mark.parametrize("edit", sorted(EDITS.keys() - {"a fault", "nearly defaults", "a manifest with another end"}))
def test_what_is_edited_during_an_apply_is_not_vouched_for(night: Case, edit: str) -> None:
    sources = sources_of(night.folder)
    with noted() as read:
        desired = engine.read(sources)
    EDITS[edit](night.folder)
    with night.workspace.store.session(night.workspace.target) as session:
        engine.vouch(desired, sources, replace(night.workspace, session=session), read)
    assert vouched_state(sources, night.workspace.store) is None


def test_a_file_behind_a_link_and_back_up_is_the_one_that_counts(desk: Desk) -> None:
    folder = desk.folder
    (folder / "shared" / "team").mkdir(parents=True)
    text = (folder / "triage.yaml").read_text("utf-8").replace("prompts/", "../prompts/")
    (folder / "triage.yaml").unlink()
    (folder / "shared" / "team" / "triage.yaml").write_text(text, "utf-8")
    shutil.copytree(folder / "prompts", folder / "shared" / "prompts")
    (folder / "a-team").symlink_to("shared/team")  # so `a-team/../prompts` is not `prompts`, though that is there too
    night = applied(folder, desk.remote)
    assert require_the_same(sources_of(folder), night.workspace)
    _append("shared/prompts/answer.md")(folder)
    assert not require_the_same(sources_of(folder), night.workspace)


def test_a_file_of_variables_is_the_one_from_the_current_folder(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _append("schedule.yaml", WITH_VARIABLES)(desk.folder)
    for folder in (desk.folder, tmp_path):
        (folder / "team.vars.yaml").write_text("team: night\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    more: dict[str, Any] = {"vars": {}, "var_files": (Path("team.vars.yaml"),)}
    night = applied(desk.folder, desk.remote, **more)
    assert require_the_same(sources_of(desk.folder, **more), night.workspace)
    (tmp_path / "team.vars.yaml").write_text("team: day\n", encoding="utf-8")
    assert not require_the_same(sources_of(desk.folder, **more), night.workspace)


def test_a_field_that_is_declared_and_not_recorded_is_looked_at(desk: Desk) -> None:
    file = desk.folder / "triage.yaml"
    flow = file.read_text("utf-8")
    file.write_text(flow.replace("role: Sorts", "memory: {memory_type: short}\n      role: Sorts"), "utf-8")
    night = applied(desk.folder, desk.remote)
    file.write_text(flow.replace("role: Sorts", "memory: {memory_type: short, note: null}\n      role: Sorts"), "utf-8")
    vouched(sources_of(desk.folder), night.workspace)  # as `apply --target` of another resource does: nothing is to do
    notes = copy.deepcopy(night.notes)
    flows = next(found for place, found in notes.lists.items() if place[0] == "AgentFlow")
    flows.items[0]["agents"][0]["memory"]["note"] = "somebody's"
    plan = full(sources_of(desk.folder), night.with_api(notes), Choice())
    assert isinstance(plan, Plan)
    assert plan.work
    assert not require_the_same(sources_of(desk.folder), night.with_api(notes))


def test_the_state_of_another_workspace_is_refused_in_the_same_words(
    night: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(night.folder)
    other = replace(night.workspace, target=replace(night.workspace.target, org_id="67fdea40aac77be632954f00"))
    state = night.workspace.store.load()
    with pytest.raises(StateError) as read:
        engine.plan(engine.read(sources_of(night.folder)), other)
    with pytest.raises(StateError) as vouched_for:
        engine.plan_vouched(Vouched(state=state, holds=True), other, Choice())
    assert vouched_for.value.message == read.value.message


def _without(notes: Notes, kind: str, **changes: Any) -> Notes:
    """Return notes in which what is of that kind is gone, or changed."""
    items = {place: [{**item, **changes} for item in found.items] for place, found in notes.lists.items()}
    lists = {
        place: replace(found, items=items[place] if changes else []) if place[0] == kind else found
        for place, found in notes.lists.items()
    }
    return replace(notes, lists=lists)


@pytest.mark.parametrize("changes", [{}, {BY_NAME["Connector"].display: "Other"}], ids=["gone", "renamed"])
def test_what_became_of_a_connector_is_seen_by_plans_that_read_everything(night: Case, changes: dict[str, str]) -> None:
    # The state has the id that the name led to, so a plan of what is unchanged asks for no connector.
    assert "Connector" not in {place[0] for place in night.read}
    workspace = night.with_api(_without(night.notes, "Connector", **changes))
    state = vouched_state(sources_of(night.folder), night.workspace.store)
    assert state is not None
    plan, _ = engine.plan_vouched(state, workspace, Choice())
    assert plan is not None
    assert not plan.work
    assert not plan.blocked
    read = engine.plan(engine.read(sources_of(night.folder)), workspace)
    assert "no live Connector is called" in read.blocked[0].reason


@pytest.mark.parametrize("changes", [{}, {BY_NAME["Connector"].display: "Other"}], ids=["gone", "renamed"])
def test_what_became_of_a_connector_is_seen_by_an_apply(night: Case, changes: dict[str, str]) -> None:
    known = vouched_state(sources_of(night.folder), night.workspace.store)
    assert known is not None
    with engine.locked(night.with_api(night.notes)) as workspace:
        assert engine.plan_vouched(known, workspace, Choice())[0] is not None
    with engine.locked(night.with_api(_without(night.notes, "Connector", **changes))) as workspace:
        assert engine.plan_vouched(known, workspace, Choice())[0] is None


def test_a_skill_that_was_given_another_connector_differs(night: Case) -> None:
    notes = copy.deepcopy(night.notes)
    skills = next(found for place, found in notes.lists.items() if place[0] == "Skill")
    skills.items[0]["connector_id"] = ID
    assert not require_the_same(sources_of(night.folder), night.with_api(notes))


def test_a_name_that_another_id_has_is_seen_where_an_apply_puts_that_id(desk: Desk) -> None:
    store = applied(desk.folder, desk.remote).workspace.store
    with store.session(desk.workspace.target) as session:
        for address in [each for each in session.state.records if each.kind == "Skill"]:
            session.write(Forget(address))
    (desk.folder / "skills.yaml").unlink()  # so that the project has no skill that is managed
    flow = desk.folder / "triage.yaml"
    text = flow.read_text("utf-8").replace("[summarise]", "[{external: Summarise ticket}]")
    flow.write_text(text.replace("[draft-answer]", "[{external: Draft answer}]"), "utf-8")
    night = applied(desk.folder, desk.remote)
    assert require_the_same(sources_of(desk.folder), night.with_api(night.notes))
    notes = copy.deepcopy(night.notes)
    next(found for place, found in notes.lists.items() if place[0] == "Skill").items[0]["_id"] = ID
    assert not require_the_same(sources_of(desk.folder), night.with_api(notes))
    assert engine.plan(engine.read(sources_of(desk.folder)), night.with_api(notes)).work


def test_without_the_ids_of_names_their_list_is_read(night: Case) -> None:
    vouched(sources_of(night.folder), night.workspace)  # as `state rebuild` does
    assert require_the_same(sources_of(night.folder), night.workspace)
    workspace = night.with_api(_without(night.notes, "Connector"))
    assert not require_the_same(sources_of(night.folder), workspace)


def ways(case: Case, **more: Any) -> str:
    """Return in which ways a plan is made without the manifests, after each was held against the plan with them."""
    sources = sources_of(case.folder, **more)
    assert require_the_same(sources, case.workspace)
    ways = ("lists", "saves")
    return " ".join(way for way in ways if vouched_state(sources, case.workspace.store, **{way: True}) is not None)


def test_what_follows_from_a_manifest_is_recorded_and_not_listed(case: Case) -> None:
    before = ways(case)
    assert "lists" in before
    workspace, sources = case.workspace, sources_of(case.folder)
    engine.apply(engine.plan(engine.read(sources), workspace), workspace, limits=None)  # it records no more than that
    vouched(sources, workspace)
    assert ways(case) == before
    assert engine.vouched_state(sources, workspace.store, lists=True).rests


def test_an_apply_that_would_record_less_has_something_to_write(night: Case) -> None:
    known = engine.vouched_state(sources_of(night.folder), night.workspace.store, lists=True)
    assert known.holds
    assert not known.rests


def test_the_state_that_is_locked_counts(night: Case) -> None:
    known = vouched_state(sources_of(night.folder), night.workspace.store)
    assert known is not None
    with engine.locked(night.workspace) as workspace:
        assert engine.plan_vouched(known, workspace, Choice())[0] is not None
        assert workspace.session is not None
        workspace.session.write(Forget(next(each for each in workspace.session.state.records if each.kind == "Skill")))
        assert engine.plan_vouched(known, workspace, Choice()) == (None, workspace)


def test_a_field_to_ignore_is_listed_as_it_is_live(desk: Desk) -> None:
    file = desk.folder / "project.yaml"
    text = file.read_text("utf-8")
    file.write_text(text.replace("metadata:", "metadata:\n  lifecycle: {ignore_changes: [description]}"), "utf-8")
    night = applied(desk.folder, desk.remote)
    assert ways(night) == "lists saves"
    notes = copy.deepcopy(night.notes)
    next(found for place, found in notes.lists.items() if place[0] == "Project").items[0]["description"] = "Theirs"
    there = night.with_api(notes)
    found = [
        engine.plan_vouched(engine.vouched_state(sources_of(desk.folder), there.store, lists=each), there, Choice())[0]
        for each in (False, True)
    ]
    assert found[0] is not None
    assert found[1] is None


SECRETS = {"in a place of its own": ("sentinel of the night", "lists"), "elsewhere too": ("Drafts answers", "")}


@pytest.mark.parametrize("where", SECRETS)
def test_a_secret_is_hidden_in_the_same_places(desk: Desk, where: str) -> None:
    value, expected = SECRETS[where]  # where a text is hidden since a secret is in it, no record says so
    env = {**ENV, "NIGHT": value}
    _append("schedule.yaml", WITH_VARIABLES.replace("Report", "Report ${secret:NIGHT}"))(desk.folder)
    assert ways(applied(desk.folder, desk.remote, env=env), env=env) == expected


@pytest.mark.parametrize("by", ["external", "id"])
def test_what_is_referred_to_by_another_name_than_a_read_has_is_listed_by_that(desk: Desk, by: str) -> None:
    store = applied(desk.folder, desk.remote).workspace.store
    found = store.load().records[Address.parse("support-desk/Skill/summarise")]
    ref = {"external": "{external: Summarise ticket}", "id": f"{{id: {found.id}}}"}[by]
    flow = desk.folder / "triage.yaml"
    flow.write_text(flow.read_text("utf-8").replace("[summarise]", f"[{ref}]"), "utf-8")
    assert ways(applied(desk.folder, desk.remote)) == ""


def test_a_saved_plan_has_the_id_of_a_run_that_something_waits_for(desk: Desk) -> None:
    waits = WITH_VARIABLES.replace("support-desk}", "support-desk, depends_on: [Execution/smoke-test]}")
    _append("schedule.yaml", waits)(desk.folder)
    assert ways(applied(desk.folder, desk.remote)) == "lists"  # the state does not say under which id it is live


@pytest.mark.parametrize("reading", ["kept", "gone"])
def test_a_project_that_is_gone_has_everything_read(night: Case, reading: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # Its lists are asked for along with that of the projects, and may be answered in whatever way.
    remote, state = night.workspace.api, night.workspace.store.load()
    project = next(record.id for address, record in state.records.items() if address.kind == "Project")
    remote.send(Call(endpoint=BY_NAME["Project"].call(Operation.DELETE), ids=Ids(id=project)))
    if reading == "gone":
        listed = Api.listed

        def refused(api: Api, kind: Kind, ids: Ids, sought: Sought = ANYTHING) -> Found:
            if kind.name != "Project":
                raise NotFound("there is no such project", method="GET", path="/agentflows")
            return listed(api, kind, ids, sought)

        monkeypatch.setattr(Api, "listed", refused)
    assert not require_the_same(sources_of(night.folder), night.workspace)


def test_of_a_list_that_is_as_recorded_little_is_kept_and_nothing_lost(night: Case) -> None:
    state, ahead = vouched_state(sources_of(night.folder), night.workspace.store), Ahead(night.workspace.api)
    kept = dict[str, Found]()

    class Spy(Api):
        def __init__(self) -> None:
            self.org_id, self.user_id, self._account = ahead.org_id, ahead.user_id, ahead.account

        def sign_in(self) -> str:
            return ahead.sign_in()

        def listed(self, kind: Kind, ids: Ids, sought: Sought = ANYTHING) -> Found:
            kept[kind.name] = found = ahead.listed(kind, ids, sought)
            return found

    assert state is not None
    assert engine.plan_vouched(state, replace(night.workspace, api=Spy()), Choice())[0] is not None
    for name in ("Skill", "AgentFlow", "Schedule"):
        assert kept[name].items
        assert all(isinstance(item, Packed) and "description" not in item for item in kept[name].items)
    ahead.reads_ahead = False
    place = next(place for place in night.notes.lists if place[0] == "AgentFlow")
    assert ahead.listed(BY_NAME["AgentFlow"], Ids(project=place[1])).items == night.notes.lists[place].items


def test_all_lists_are_asked_for_at_once(night: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    # The state has the ids of the projects, so nothing waits for their list.
    together, listed = threading.Barrier(2), Api.listed
    state = vouched_state(sources_of(night.folder), night.workspace.store)

    def meeting(api: Api, kind: Kind, ids: Ids, sought: Sought = ANYTHING) -> Found:
        if kind.name in ("Project", "AgentFlow"):
            together.wait(timeout=60)  # broken, where one is read after the other
        return listed(api, kind, ids, sought)

    monkeypatch.setattr(Api, "listed", meeting)
    assert state is not None
    assert engine.plan_vouched(state, night.workspace, Choice())[0] is not None
