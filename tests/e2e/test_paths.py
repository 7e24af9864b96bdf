"""A PATH covers a part of what is declared: what it does not cover is never deleted. And what says so protects."""

from __future__ import annotations

import shutil
import time
from typing import TYPE_CHECKING

import pytest

from wexa_sync.model import Address, Choice, Intent
from wexa_sync.plan.file import save
from wexa_sync.secrecy.seal import fingerprint
from wexa_sync.state.base import Forget, Intend

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Cli, Desk, Done

PROJECT = """apiVersion: wexa.ai/v1
kind: Project
metadata: {{name: {name}}}
spec: {{projectName: {name}, description: One}}
"""
FLOW = """apiVersion: wexa.ai/v1
kind: AgentFlow
metadata: {{name: flow, project: {name}}}
spec:
  name: Flow
  description: One
  role: Helper
  agents:
    - {{handle: sort, title: Sort, role: One, prompt: {{template: Sort it.}}}}
"""
SCHEDULE = """apiVersion: wexa.ai/v1
kind: Schedule
metadata: {{name: digest, project: {name}}}
spec: {{coworker_id: flow, template: Digest, schedule: 2035-01-02T07:00:00Z}}
"""
OF_A = ["Project/a", "a/AgentFlow/flow", "a/AgentFlow/flow/Agent/sort", "a/Schedule/digest"]
OF_B = [each.replace("a/", "b/", 1) if each != "Project/a" else "Project/b" for each in OF_A]


@pytest.fixture
def two(desk: Desk) -> Desk:
    """Return a desk of two folders, `a` and `b`, each with a project of its own; all applied."""
    shutil.rmtree(desk.folder)
    for name in ("a", "b"):
        folder = desk.folder / name
        folder.mkdir(parents=True)
        for file, text in (("project", PROJECT), ("flow", FLOW), ("schedule", SCHEDULE)):
            (folder / f"{file}.yaml").write_text(text.format(name=name), "utf-8")
    (desk.folder / "wexa-sync.yaml").write_text("settle: 1\n", "utf-8")
    desk.apply()
    desk.remote.forget()
    return desk


def managed(desk: Desk) -> list[str]:
    """Return the addresses in the state, project by project."""
    records = desk.workspace.store.load().records
    return [
        str(each) for each in sorted(records, key=lambda each: (each.project_address, each.kind != "Project", each))
    ]


def said(done: Done) -> str:
    """Return all that was said, without its line ends."""
    return " ".join((done.stdout + done.stderr).split())


def protect(file: Path, lifecycle: str) -> None:
    """Give a manifest a lifecycle."""
    text = file.read_text("utf-8")
    file.write_text(text.replace("metadata: {", f"metadata: {{lifecycle: {{{lifecycle}}}, ", 1), "utf-8")


def test_destroy_of_a_path_deletes_what_it_declares_and_nothing_else(two: Desk, cli: Cli) -> None:
    done = cli(two.folder, "destroy", "a", "--auto-approve", env=two.remote.env)
    assert managed(two) == OF_B
    assert sorted(write.split("/")[1] for write in two.remote.writes) == ["schedule", "v1"]
    assert "Left alone: Project/b, b/AgentFlow/flow" in said(done)
    assert "(PATH does not declare it)" in said(done)
    # One file of a project is not the project.
    kept = cli(two.folder, "destroy", "b/project.yaml", "--auto-approve", code=3, env=two.remote.env)
    assert "b/AgentFlow/flow is in it and would be deleted too" in said(kept)
    assert "Name every PATH that declares something in the project" in said(kept)
    assert managed(two) == OF_B


@pytest.mark.parametrize(
    "command",
    [
        ("destroy", "nonexistent", "--auto-approve"),
        ("apply", "nonexistent", "--auto-approve", "--prune"),
        ("plan", "a", "nonexistent/x.yaml"),
        ("validate", "nonexistent"),
        ("graph", "nonexistent"),
        ("state", "rebuild", "nonexistent"),
        ("resolve", "Project/a", "nonexistent", "--did-not-happen"),
    ],
    ids=lambda command: command[0],
)
def test_a_path_that_is_missing_is_an_error_everywhere(two: Desk, cli: Cli, command: tuple[str, ...]) -> None:
    done = cli(two.folder, *command, code=64, env=two.remote.env)
    assert "there is no such file or folder" in said(done)
    assert two.remote.requests == []
    assert managed(two) == OF_A + OF_B


@pytest.mark.parametrize(
    "command",
    [
        ("destroy", "", "--auto-approve"),
        ("apply", "", "--auto-approve", "--prune"),
        ("plan", "a", ""),
        ("validate", ""),
        ("state", "list", "--state", ""),
        ("plan", "--var-file", ""),
    ],
    ids=" ".join,
)
def test_a_path_that_is_empty_is_not_the_current_folder(two: Desk, cli: Cli, command: tuple[str, ...]) -> None:
    assert "a path is empty" in said(cli(two.folder, *command, code=64, env=two.remote.env))
    assert two.remote.requests == []
    assert managed(two) == OF_A + OF_B


def test_apply_of_a_path_prunes_what_is_declared_nowhere_and_leaves_alone_what_is_elsewhere(
    two: Desk, cli: Cli
) -> None:
    (two.folder / "a" / "schedule.yaml").unlink()
    done = cli(two.folder, "apply", "a", "--prune", "--auto-approve", env=two.remote.env)
    assert managed(two) == OF_A[:-1] + OF_B
    assert [write.split("/")[1] for write in two.remote.writes] == ["schedule"]
    assert "Left alone: Project/b (declared in b/project.yaml, which PATH does not cover)." in said(done)
    assert "not in the manifests any more" not in said(done)
    # Where PATH covers it all, there is nothing to leave alone.
    (two.folder / "b" / "schedule.yaml").unlink()
    done = cli(two.folder, "apply", "b", "a", "--prune", "--auto-approve", env=two.remote.env)
    assert managed(two) == OF_A[:-1] + OF_B[:-1]
    assert "Left alone" not in said(done)


@pytest.mark.parametrize(
    "text", ["kind: [", "kind: Project\n", "apiVersion: wexa.ai/v1\n"], ids=["no YAML", "no name", "no kind"]
)
def test_what_may_be_declared_in_a_file_with_problems_is_left_alone(two: Desk, cli: Cli, text: str) -> None:
    (two.folder / "b" / "schedule.yaml").unlink()
    (two.folder / "b" / "more.yaml").write_text(text, "utf-8")
    (two.folder / "a" / "schedule.yaml").unlink()
    done = cli(two.folder, "apply", "a", "--prune", "--auto-approve", env=two.remote.env)
    assert managed(two) == OF_A + OF_B
    assert "b/Schedule/digest (it may be declared in b/more.yaml, which PATH does not cover" in said(done)


def test_what_needs_a_secret_that_is_not_here_is_known_as_declared_all_the_same(two: Desk, cli: Cli) -> None:
    file = two.folder / "b" / "project.yaml"
    file.write_text(file.read_text("utf-8").replace("One", '"${secret:NOT_HERE}"'), "utf-8")
    (two.folder / "a" / "schedule.yaml").unlink()
    cli(two.folder, "apply", "a", "--prune", "--auto-approve", env=two.remote.env)
    assert managed(two) == OF_A[:-1] + OF_B
    cli(two.folder, "destroy", "--auto-approve", env=two.remote.env)
    assert managed(two) == []


@pytest.mark.parametrize("file", ["project.yaml", "flow.yaml", "schedule.yaml"])
@pytest.mark.parametrize("paths", [(), ("a",), ("a", "b")], ids=["all", "a", "a and b"])
def test_a_manifest_protects_before_it_is_applied(two: Desk, cli: Cli, file: str, paths: tuple[str, ...]) -> None:
    protect(two.folder / "a" / file, "prevent_destroy: true")
    done = cli(two.folder, "destroy", *paths, "--auto-approve", code=3, env=two.remote.env)
    assert managed(two)[: len(OF_A) - 1] == OF_A[:-1]
    assert "prot" in said(done)
    assert two.remote.writes.count("DELETE /v1/project") == 0


def test_the_state_protects_what_a_manifest_protects_no_longer(two: Desk, cli: Cli) -> None:
    file = two.folder / "a" / "schedule.yaml"
    before = file.read_text("utf-8")
    protect(file, "prevent_destroy: true")
    two.apply()
    file.write_text(before, "utf-8")
    cli(two.folder, "destroy", "--auto-approve", code=3, env=two.remote.env)
    assert managed(two) == OF_A


def test_a_manifest_retains_before_it_is_applied(two: Desk, cli: Cli) -> None:
    protect(two.folder / "a" / "schedule.yaml", "deletion: retain")
    two.remote.forget()
    done = cli(two.folder, "destroy", "a", "--auto-approve", code=3, env=two.remote.env)
    assert managed(two) == OF_A[:-1] + OF_B
    assert two.remote.writes == []
    assert "retained on the server" in said(done)


@pytest.mark.parametrize("lifecycle", ["", "prevent_destroy: true"], ids=["free", "protected"])
def test_destroy_finds_what_a_lost_answer_left(two: Desk, cli: Cli, lifecycle: str) -> None:
    protect(two.folder / "a" / "schedule.yaml", lifecycle)
    state, digest = two.workspace.store.load(), Address.parse("a/Schedule/digest")
    record = state.records[digest]
    mark = fingerprint(record.spec, state.lineage)
    intent = Intent(address=digest, operation="create", time=time.time() - 1, spec=record.spec, fingerprint=mark)
    with two.workspace.store.session(two.workspace.target) as session:
        session.write(Forget(digest), Intend(intent))
    code = 3 if lifecycle else 0
    done = cli(two.folder, "destroy", "a/schedule.yaml", "--auto-approve", code=code, env=two.remote.env)
    assert ("DELETE /schedule/" in " ".join(two.remote.writes)) is not bool(lifecycle), said(done)
    assert managed(two) == (OF_A if lifecycle else OF_A[:-1]) + OF_B
    assert two.workspace.store.load().intents == {}


def test_a_manifest_with_problems_may_protect_so_nothing_is_destroyed(two: Desk, cli: Cli) -> None:
    (two.folder / "b" / "more.yaml").write_text("kind: [", "utf-8")
    done = cli(two.folder, "destroy", "--auto-approve", code=1, env=two.remote.env)
    assert "b/more.yaml" in said(done)
    assert two.remote.requests == []


def test_after_the_state_is_lost_destroy_says_so_and_the_way(two: Desk, cli: Cli) -> None:
    state = two.folder / ".wexa-sync" / "state.json"
    state.unlink()
    done = cli(two.folder, "destroy", "--auto-approve", code=1, env=two.remote.env)
    assert "there is no state in .wexa-sync/state.json" in said(done)
    assert "`wexa-sync state rebuild` makes a new one" in said(done)
    assert two.remote.writes == []
    # What the hint says leads out of it.
    cli(two.folder, "state", "rebuild", env=two.remote.env)
    cli(two.folder, "destroy", "--auto-approve", env=two.remote.env)
    assert managed(two) == []
    assert two.remote.raw("GET", "/v1/project", orgId=two.remote.server.org_id).json()["projectList"] == []
    # All that was declared is gone, and the state says so: there is nothing to do.
    assert cli(two.folder, "destroy", "--auto-approve", env=two.remote.env).last == "No changes."


def test_without_manifests_destroy_deletes_what_the_state_holds(two: Desk, cli: Cli) -> None:
    shutil.rmtree(two.folder / "a")
    shutil.rmtree(two.folder / "b")
    cli(two.folder, "destroy", "--auto-approve", env=two.remote.env)
    assert managed(two) == []


def test_yaml_of_others_is_no_manifest_that_may_declare_something(two: Desk, cli: Cli) -> None:
    (two.folder / "compose.yaml").write_text("services: {db: {image: postgres}}\n", "utf-8")
    (two.folder / "a" / "schedule.yaml").unlink()
    cli(two.folder, "apply", "a", "--prune", "--auto-approve", env=two.remote.env)
    assert managed(two) == OF_A[:-1] + OF_B


def test_without_settings_a_state_that_two_folders_share_loses_nothing(two: Desk, cli: Cli) -> None:
    (two.folder / "wexa-sync.yaml").unlink()
    (two.folder / "a" / "schedule.yaml").unlink()
    words = ("--state", ".wexa-sync/state.json", "--auto-approve")
    cli(two.folder, "apply", "a", "--prune", *words, env=two.remote.env)
    assert managed(two) == OF_A[:-1] + OF_B
    cli(two.folder, "destroy", "a", *words, env=two.remote.env)
    assert managed(two) == OF_B


@pytest.mark.parametrize("beside", ["", "kind: ["], ids=["alone", "beside a file with problems"])
def test_a_saved_plan_does_not_delete_what_a_manifest_protects_by_now(
    two: Desk, cli: Cli, tmp_path: Path, beside: str
) -> None:
    file = two.folder / "a" / "schedule.yaml"
    text = file.read_text("utf-8")
    file.unlink()
    save(two.plan(Choice(prune=True)), tmp_path / "it.plan")
    (two.folder / "c.yaml").write_text(beside, "utf-8")
    file.write_text(text, "utf-8")
    protect(file, "prevent_destroy: true")
    words = ("apply", str(tmp_path / "it.plan"), "--auto-approve")
    done = cli(two.folder, *words, code=1, env=two.remote.env)
    assert "the plan deletes a/Schedule/digest, which its manifest protects by now" in said(done)
    assert two.remote.writes == []
    file.unlink()
    cli(two.folder, *words, env=two.remote.env)
    assert managed(two) == OF_A[:-1] + OF_B


def test_a_saved_plan_does_not_change_what_a_manifest_ignores_by_now(two: Desk, cli: Cli, tmp_path: Path) -> None:
    file = two.folder / "a" / "project.yaml"
    file.write_text(file.read_text("utf-8").replace("One", "Two"), "utf-8")
    save(two.plan(), tmp_path / "it.plan")
    text = file.read_text("utf-8")
    protect(file, "ignore_changes: [description]")
    words = ("apply", str(tmp_path / "it.plan"), "--auto-approve")
    done = cli(two.folder, *words, code=1, env=two.remote.env)
    assert "the plan changes description of Project/a, which its manifest ignores by now" in said(done)
    assert two.remote.writes == []
    file.write_text(text, "utf-8")
    cli(two.folder, *words, env=two.remote.env)
    assert len(two.remote.writes) == 1


@pytest.mark.parametrize("paths", [(), ("a",), ("a/flow.yaml",)], ids=["whole", "folder", "file"])
def test_destroy_names_what_is_declared_and_not_in_the_state(two: Desk, cli: Cli, paths: tuple[str, ...]) -> None:
    flow = Address.parse("a/AgentFlow/flow")
    gone = [flow, Address.parse("a/AgentFlow/flow/Agent/sort")]
    with two.workspace.store.session(two.workspace.target) as session:
        session.write(*(Forget(address=address) for address in gone))
    done = cli(two.folder, "destroy", *paths, "--auto-approve", code=None, env=two.remote.env)
    shown = " ".join(done.stdout.split())
    assert "Warning: The state does not know a/AgentFlow/flow, so it is not deleted." in shown
    assert f"`wexa-sync {' '.join(('apply', '--adopt', *paths))}` takes it into the state; then destroy it." in shown


def test_destroy_of_a_path_in_an_empty_state_names_the_rebuild(two: Desk, cli: Cli) -> None:
    cli(two.folder, "destroy", "--auto-approve", env=two.remote.env)
    done = cli(two.folder, "destroy", "b", "--auto-approve", env=two.remote.env)
    assert done.last == "No changes."
    shown = " ".join(done.stdout.split())
    assert "The state does not know Project/b, b/AgentFlow/flow, b/Schedule/digest, so they are not deleted." in shown
    assert "`wexa-sync state rebuild b` takes it into the state; then destroy it." in shown
