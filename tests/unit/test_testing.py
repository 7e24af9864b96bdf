"""The sandbox for users' own tests: what it applies and answers, where its files are, how it fails."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conformance.desks import SECRETS
from tests.conftest import copy_example
from wexa_sync.errors import PlanRefused, UsageError
from wexa_sync.model import Choice
from wexa_sync.testing import Request, Sandbox, sandbox_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Cli

EXAMPLES = Path(__file__).parents[2] / "examples"
PROJECT = (EXAMPLES / "support-desk" / "project.yaml").read_text("utf-8")
SKILL = """\
apiVersion: wexa.ai/v1
kind: Skill
metadata: {name: send, project: support-desk}
spec: {name: Send, description: Sends., connector_id: {external: CRM of ours}}
"""
CONNECTOR = """\
apiVersion: wexa.ai/v1
kind: Connector
metadata: {name: crm, project: support-desk}
spec: {name: CRM of ours, description: Customers., category: restful, config: {token: "${secret:TOKEN}"}}
"""


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Callable[..., Sandbox]]:
    """Return the function that opens a sandbox for the length of the test."""
    with ExitStack() as stack:
        count = iter(range(9))
        yield lambda folder, **options: stack.enter_context(
            sandbox_of(folder, tmp_path / f"place-{next(count)}", **options)
        )


@pytest.fixture
def desk(opened: Callable[..., Sandbox]) -> Sandbox:
    """Return a sandbox with the support desk applied."""
    return opened(EXAMPLES / "support-desk")


def test_the_manifests_are_applied_and_recorded(desk: Sandbox) -> None:
    assert desk.changes() == []
    assert desk.plan().work == ()
    flow = desk.ids["support-desk/AgentFlow/triage"]
    assert desk.send("GET", f"/agentflow/{flow}")["name"] == "Ticket triage"


def test_an_edit_shows_in_the_plan_and_its_apply_ends_it(desk: Sandbox) -> None:
    desk.edit("prompts/answer.md", "Never", "Be kind. Never")
    assert desk.changes() == ["update support-desk/AgentFlow/triage/Agent/answer"]
    assert desk.apply().plan.work[0].names == {"prompt"}
    assert desk.changes() == []


def test_a_text_to_edit_must_stand_once(desk: Sandbox) -> None:
    with pytest.raises(AssertionError, match=r"prompts/answer\.md has 'nowhere' 0 times"):
        desk.edit("prompts/answer.md", "nowhere", "")


def test_what_is_left_out_stays_without_prune(desk: Sandbox) -> None:
    (desk.folder / "schedule.yaml").unlink()
    assert desk.changes() == []
    assert desk.changes(Choice(prune=True)) == ["delete support-desk/Schedule/new-year-digest"]


def test_requests_are_noted(desk: Sandbox) -> None:
    assert "POST /v1/project" in desk.writes
    desk.send("DELETE", "/_sandbox/requests")
    desk.send("GET", "/v1/project/all", userId="a b")
    assert desk.requests == [Request("GET", "/v1/project/all", "userId=a+b", 200)]
    desk.plan()
    assert desk.writes == []


def test_a_refused_request_says_why(desk: Sandbox) -> None:
    with pytest.raises(AssertionError, match="GET /agentflow/none: 4"):
        desk.send("GET", "/agentflow/none")


@pytest.fixture
def needy(tmp_path: Path) -> Path:
    """Return a folder whose skill needs a connector that others made."""
    return written(tmp_path / "needy", PROJECT, SKILL)


def written(folder: Path, *manifests: str) -> Path:
    """Write manifests into a new folder, a file each, and return the folder."""
    folder.mkdir()
    for number, manifest in enumerate(manifests):
        (folder / f"{number}.yaml").write_text(manifest, "utf-8")
    return folder


def test_what_is_blocked_is_named_and_nothing_is_sent(opened: Callable[..., Sandbox], needy: Path) -> None:
    desk = opened(needy, apply=False)
    with pytest.raises(AssertionError, match=r"1 blocked:\nblocked support-desk/Skill/send: .*CRM of ours"):
        desk.apply()
    assert desk.writes == []


def test_what_others_made_is_there_before_and_not_recorded(
    opened: Callable[..., Sandbox], needy: Path, tmp_path: Path
) -> None:
    seed = written(tmp_path / "seed", PROJECT, CONNECTOR)
    desk = opened(needy, seed=seed, env={"TOKEN": "t"})
    assert desk.changes() == []
    assert set(desk.ids) == {"Project/support-desk", "support-desk/Skill/send"}
    assert desk.writes.count("POST /v1/project") == 1


def test_a_change_that_fails_is_named_with_its_hint(opened: Callable[..., Sandbox]) -> None:
    desk = opened(EXAMPLES / "minimal", apply=False)
    desk.send("POST", "/_sandbox/faults", {"fault": "400 POST /v1/project"})
    with pytest.raises(AssertionError, match=r"1 not applied:\nfailed Project/hello: .*400"):
        desk.apply()


def test_the_files_are_in_the_place_and_the_manifests_stay_as_they_are(
    opened: Callable[..., Sandbox], tmp_path: Path
) -> None:
    folder = copy_example("support-desk", tmp_path / "desk")
    (folder / ".wexa-sync").mkdir()
    (folder / "gone").symlink_to("nowhere")
    before = sorted(path for path in folder.rglob("*"))
    desk = opened(folder)
    place = tmp_path / "place-0"
    assert desk.folder.is_relative_to(place)
    assert desk.state.is_relative_to(place)
    assert not (desk.folder / ".wexa-sync").exists()
    assert sorted(path for path in folder.rglob("*")) == before


def test_a_folder_below_the_settings_has_them(opened: Callable[..., Sandbox], tmp_path: Path) -> None:
    whole = tmp_path / "whole"
    copy_example("minimal", whole / "hello")
    copy_example("support-desk", whole / "desk")
    (whole / "wexa-sync.yaml").write_text("state: {git: {remote: origin}}\n", "utf-8")
    desk = opened(whole / "hello")
    assert desk.changes() == []
    assert set(desk.ids) == {"Project/hello"}


def test_an_environment_is_named_and_needs_its_secrets(opened: Callable[..., Sandbox], cli: Cli) -> None:
    studio = EXAMPLES / "content-studio"
    desk = opened(studio, environment="staging", env=SECRETS)
    assert desk.changes() == []
    assert cli(desk.folder, "plan", "--detailed-exitcode", env=desk.env).last == "No changes."
    with pytest.raises(UsageError, match="none is named"):
        opened(studio, apply=False).plan()


def test_nothing_comes_from_the_environment(
    opened: Callable[..., Sandbox], needy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOKEN", "real")
    monkeypatch.setenv("WEXA_BASE_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("WEXA_API_KEY", "real")
    with pytest.raises(PlanRefused, match=r"crm needs \${secret:TOKEN}"):
        opened(needy, seed=written(tmp_path / "seed", PROJECT, CONNECTOR))


def test_a_folder_that_is_not_there_is_named(opened: Callable[..., Sandbox], tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nowhere: there is no such folder"):
        opened(tmp_path / "nowhere")


def test_a_failure_shows_its_problems_and_its_hint(cli: Cli, tmp_path: Path) -> None:
    written(tmp_path / "desk", "apiVersion: wexa.ai/v1\nkind: Skil\nmetadata: {name: a}\nspec: {}\n")
    (tmp_path / "conftest.py").write_text('pytest_plugins = ["wexa_sync.testing"]\n', "utf-8")
    (tmp_path / "test_it.py").write_text(
        'def test_wrong(wexa_sandbox):\n    wexa_sandbox("desk")\n'
        'def test_gone(wexa_sandbox):\n    wexa_sandbox("nowhere")\n'
        'def test_place(wexa_sandbox):\n    wexa_sandbox("desk", environment="moon")\n',
        "utf-8",
    )
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider"]
    done = subprocess.run(command, cwd=tmp_path, env=cli.env, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 1, done.stdout
    assert "0.yaml:2:7: kind: " in done.stdout
    assert "\n  hint: Did you mean 'Skill'?" in done.stdout
    assert "hint: A relative path starts from pytest's root folder." in done.stdout
    assert done.stdout.count("`environment=` stands for --env.") == 1


def test_a_module_that_does_not_ask_for_it_loads_no_pytest() -> None:
    loads = "import sys, wexa_sync.cli, wexa_sync.engine; assert not {'pytest', 'wexa_sync.testing'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", loads], check=True, timeout=60)
