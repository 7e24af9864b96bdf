"""How a workspace is opened from settings: the API, the state, and a rehearsal's own of both."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from wexa_sync import engine
from wexa_sync.errors import SettingsError, StateLocked, UsageError
from wexa_sync.model import Options, Target
from wexa_sync.settings import Settings, read_settings
from wexa_sync.workspace import SANDBOX_URL, Rehearsal, open_store, open_workspace

if TYPE_CHECKING:
    from tests.conftest import Desk, Remote
    from wexa_sync.api.transport.http import Exchange


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Return the settings of an empty folder, where nobody said anything."""
    return read_settings(tmp_path, {})


def test_a_rehearsal_has_a_state_beside_the_real_one(settings: Settings) -> None:
    real, rehearsed = open_store(settings), open_store(settings, rehearsal=True)
    assert {file.parent for file in (*real.files, *rehearsed.files)} == {settings.root / ".wexa-sync"}
    assert {*real.files} & {*rehearsed.files} == set()
    assert "sandbox-state.json" in rehearsed.describe()


def test_a_store_waits_for_its_lock_no_longer_than_it_is_told(settings: Settings) -> None:
    target = Target(base_url="http://x", org_id="o")
    with (
        open_store(settings).session(target),
        pytest.raises(StateLocked),
        open_store(settings, lock_timeout=0.01).session(target),
    ):
        pass


def test_without_a_key_nothing_is_opened(settings: Settings) -> None:
    with pytest.raises(SettingsError, match="missing: the API key"), open_workspace(settings):
        pass


def test_a_workspace_is_as_the_settings_say(remote: Remote, tmp_path: Path) -> None:
    env = {**remote.env, "WEXA_USER_ID": ""}
    (tmp_path / "wexa-sync.yaml").write_text("settle: 0.5\nallow_undocumented: [agentflow.update]\n", "utf-8")
    settings = read_settings(tmp_path, env, {"state": tmp_path / "s.json"})
    seen: list[Exchange] = []
    with open_workspace(settings, observer=seen.append) as workspace:
        assert workspace.api.sign_in() == remote.server.user_id
    assert workspace.target == Target(base_url=remote.server.base_url, org_id=remote.server.org_id)
    told = Options(settle=0.5, allowed=frozenset({"agentflow.update"}), root=tmp_path)
    assert workspace.options == settings.options == told
    assert workspace.store.files[0] == tmp_path / "s.json"
    assert [exchange.path for exchange in seen] == ["/customer"]
    with open_workspace(settings, options=replace(settings.options, wait=True)) as workspace:
        assert workspace.options.wait


def test_a_rehearsal_needs_no_key_and_never_touches_the_state(settings: Settings, desk: Desk) -> None:
    settings = read_settings(desk.folder, {})
    with open_workspace(settings, rehearsal=Rehearsal()) as opened, engine.locked(opened) as workspace:
        plan = engine.plan(engine.read(settings.sources(env=os.environ)), workspace)
        report = engine.apply(plan, workspace)
        assert {outcome.error for outcome in report.outcomes} == {""}
        assert workspace.store.load().target == workspace.target
    assert workspace.target.base_url == SANDBOX_URL
    assert open_store(settings, rehearsal=True).load().records
    assert not open_store(settings).files[0].exists()
    assert desk.remote.requests == []


@pytest.mark.parametrize(
    ("rehearsal", "message"),
    [
        (Rehearsal(faults=("no such fault",)), "no"),
        (Rehearsal(readings=("paging=so",)), "paging"),
        (Rehearsal(readings=("unheard of=1",)), "unheard of"),
    ],
)
def test_what_no_sandbox_can_do_is_a_wrong_use(settings: Settings, rehearsal: Rehearsal, message: str) -> None:
    with pytest.raises(UsageError, match=message) as caught, open_workspace(settings, rehearsal=rehearsal):
        pass
    assert caught.value.hint
