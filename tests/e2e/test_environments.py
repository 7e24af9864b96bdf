"""Environments with the real command line, on two sandboxes: what one does never reaches the other."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pytest
from msgspec import Struct

if TYPE_CHECKING:
    from tests.conftest import Cli, Done, Remote

DESK = """\
apiVersion: wexa.ai/v1
kind: Project
metadata: {name: desk}
spec: {projectName: "Desk ${var:stage}", description: "${var:words}"}
"""
ORG = "67fdea40aac77be632954f0f"
SETTINGS = f"""\
vars: {{words: Helps.}}
environments:
  staging:
    org_id: {ORG}
    vars: {{stage: staging}}
  production:
    org_id: {ORG}
    protected: true
    var_files: [production.vars.yaml]
    overlays:
      Project/desk: {{coworker_role: Editor}}
"""


class Shop(Struct, frozen=True):
    """Hold two workspaces, each a server of its own, and a folder of manifests for both."""

    folder: Path
    cli: Cli
    staging: Remote
    production: Remote

    @property
    def env(self) -> dict[str, str]:
        """Return what a CI job for both has in its environment."""
        return {
            "WEXA_API_KEY": "key",
            "WEXA_BASE_URL_STAGING": self.staging.server.base_url,
            "WEXA_BASE_URL_PRODUCTION": self.production.server.base_url,
        }

    def run(self, *words: str, code: int = 0, env: Mapping[str, str] = MappingProxyType({})) -> Done:
        """Run the command line with the environment of both."""
        return self.cli(self.folder, *words, code=code, env={**self.env, **env})

    def refused(self, *words: str, code: int = 1, env: Mapping[str, str] = MappingProxyType({})) -> str:
        """Return what a command says that sends nothing to either workspace."""
        for remote in (self.staging, self.production):
            remote.forget()
        done = self.run(*words, code=code, env=env)
        sent = [each["path"] for remote in (self.staging, self.production) for each in remote.requests]
        assert [path for path in sent if not path.startswith("/_sandbox")] == []
        return " ".join(done.stderr.split())


@pytest.fixture
def shop(tmp_path: Path, cli: Cli, open_sandbox: Callable[..., AbstractContextManager[Remote]]) -> Iterator[Shop]:
    (tmp_path / "desk.yaml").write_text(DESK, "utf-8")
    (tmp_path / "wexa-sync.yaml").write_text(SETTINGS, "utf-8")
    (tmp_path / "production.vars.yaml").write_text("stage: production\n", "utf-8")
    with open_sandbox() as staging, open_sandbox() as production:
        yield Shop(tmp_path, cli, staging, production)


def titles(remote: Remote) -> list[Any]:
    found = remote.raw("GET", "/v1/projects", orgId=remote.server.org_id, limit="10", skip="0").json()
    return [project["projectName"] for project in (found["projects"] if isinstance(found, dict) else found)]


def test_each_environment_gets_its_own_values_and_the_other_one_nothing(shop: Shop) -> None:
    shop.run("apply", "--env", "staging", "--auto-approve")
    assert shop.production.writes == []
    table = shop.run("plan", "--env", "all", "--detailed-exitcode", code=2).stdout
    assert "\nNot as declared: production.\n" in table
    assert table.count("organisation 67fd") == 2
    done = shop.run("apply", "--env", "production", "--auto-approve")
    assert f"Plan for production at {shop.production.server.base_url}" in done.stdout
    assert shop.run("plan", "--env", "all", "--detailed-exitcode").last == "No changes in any environment."
    both = json.loads(shop.run("plan", "--env", "all", "--format", "json").stdout)["environments"]
    after = {name: plan["resource_changes"][0]["change"]["after"] for name, plan in both.items()}
    assert after["staging"]["projectName"] == "Desk staging"
    assert after["production"] == {"projectName": "Desk production", "description": "Helps.", "coworker_role": "Editor"}
    states = {name: json.loads((shop.folder / f".wexa-sync/{name}.json").read_text("utf-8")) for name in both}
    assert {name: state["target"]["environment"] for name, state in states.items()} == {name: name for name in both}


def test_a_hint_in_the_plan_of_all_names_the_environment_that_it_is_about(shop: Shop) -> None:
    shop.run("apply", "--env", "staging", "--auto-approve")
    (shop.folder / ".wexa-sync/staging.json").unlink()
    both = json.loads(shop.run("plan", ".", "--env", "all", "--format", "json").stdout)["environments"]
    told = "resolve Project/desk --did-not-happen --env staging ."
    assert f"`wexa-sync {told}`" in both["staging"]["blocked"][0]["hint"]
    shop.run(*told.split())
    plan = json.loads(shop.run("plan", "--env", "staging", "--format", "json").stdout)
    assert [each["change"]["actions"] for each in plan["resource_changes"]] == [["create"]]
    (shop.folder / ".wexa-sync/production.json").write_text("{", "utf-8")
    page = shop.run("plan", ".", "--env", "all", "--format", "markdown", code=1).stdout
    assert "`wexa-sync state rebuild --env production .`" in page


@pytest.mark.parametrize("format_", ["text", "json", "html"])
def test_environments_that_are_vouched_for_look_as_if_their_manifests_were_read(shop: Shop, format_: str) -> None:
    words = ("plan", "--env", "all", "--format", format_)
    for name in ("staging", "production"):
        shop.run("apply", "--env", name, "--auto-approve")
    assert shop.run(*words).stdout == shop.run(*words, "--no-cache").stdout
    (shop.folder / "production.vars.yaml").write_text("stage: the shop\n", "utf-8")
    assert shop.run(*words).stdout == shop.run(*words, "--no-cache").stdout
    (shop.folder / "production.vars.yaml").write_text("stage: [\n", "utf-8")
    assert shop.run(*words, code=1).stdout == shop.run(*words, "--no-cache", code=1).stdout
    (shop.folder / "production.vars.yaml").write_text("other: x\n", "utf-8")
    with_it, without = shop.run(*words, code=1), shop.run(*words, "--no-cache", code=1)
    assert (with_it.stdout, with_it.stderr) == (without.stdout, without.stderr)
    assert "(in production)" in with_it.stdout + with_it.stderr


def test_without_a_name_nothing_is_done_and_the_names_are_said(shop: Shop) -> None:
    for words in (
        ["plan"],
        ["apply", "--auto-approve"],
        ["destroy"],
        ["state", "list"],
        ["state", "rm", "Project/desk"],
    ):
        said = shop.refused(*words, code=64)
        assert "this repository has environments (staging, production), and none is named" in said
        assert "--env staging or --env production" in said
    assert "Valid: 1 resource in each of 2 environments" in shop.run("validate").stdout


def test_staging_is_never_planned_into_production(shop: Shop) -> None:
    shop.run("apply", "--env", "production", "--auto-approve")
    state = ".wexa-sync/production.json"
    said = "the environment production"
    assert said in shop.refused("plan", "--var-file", "production.vars.yaml", "--env", "staging", code=64)
    assert said in shop.refused("apply", "--state", state, "--env", "staging", "--auto-approve")
    shutil.copy(shop.folder / state, shop.folder / "copy.json")
    assert f"belongs to {said}, not to staging" in shop.refused("plan", "--state", "copy.json", "--env", "staging")
    assert f"belongs to {said}" in shop.refused("state", "list", "--state", "copy.json", "--env", "staging")
    shop.run("plan", "--env", "production", "--out", "p.plan")
    assert f"the plan is for {said}, and this is the environment staging" in shop.refused(
        "apply", "p.plan", "--env", "staging", "--auto-approve"
    )
    assert "WEXA_ORG_ID is" in shop.refused("plan", "--env", "staging", env={"WEXA_ORG_ID": "6" * 24})
    plain = shop.folder / "plain"
    plain.mkdir()
    shutil.copy(shop.folder / "desk.yaml", plain)
    words = ("plan", "plain", "--var", "stage=x", "--var", "words=y", "--state", state)
    (shop.folder / "wexa-sync.yaml").unlink()
    env = {"WEXA_BASE_URL": shop.production.server.base_url, "WEXA_ORG_ID": ORG}
    assert f"belongs to {said}, and none is named" in shop.refused(*words, env=env)


def test_a_protected_environment_wants_its_name_from_a_person(shop: Shop) -> None:
    variable = {"WEXA_SYNC_ENV": "production"}
    said = shop.run("apply", "--auto-approve", code=64, env=variable).stderr
    assert "production is protected" in said
    assert "add --env production" in said
    assert "there is no terminal" in shop.run("apply", "--env", "production", code=64).stderr
    for typed, code in (("y\n", 1), ("staging\n", 1), ("production\n", 0)):
        done = shop.cli.on_terminal(shop.folder, "apply", typed=typed, env={**shop.env, **variable})
        assert "Apply 1 change to production? It is protected, so type its name: " in done.stdout
        assert done.code == code, done.stdout
        assert bool(shop.production.writes) == (code == 0)
    said = shop.run("destroy", "--auto-approve", code=64, env=variable).stderr
    assert "production is protected" in said
    assert shop.run("apply", "--auto-approve", env=variable).code == 0, "there is nothing to do, so nothing to ask"
    shop.run("destroy", "--auto-approve", "--env", "production")


def test_a_rehearsal_has_a_sandbox_and_a_state_for_each_environment(shop: Shop) -> None:
    shop.run("apply", "--sandbox", "--auto-approve", env={"WEXA_SYNC_ENV": "production"})
    assert shop.run("plan", "--sandbox", "--env", "staging").last.startswith("Plan: 1 to add")
    shop.run("apply", "--sandbox", "--env", "staging", "--auto-approve")
    assert shop.run("plan", "--sandbox", "--env", "all").last == "No changes in any environment."
    assert (shop.production.writes, shop.staging.writes) == ([], [])


def test_a_state_from_before_there_were_environments_takes_the_name(shop: Shop) -> None:
    whole = shop.folder / "wexa-sync.yaml"
    whole.unlink()
    env = {"WEXA_BASE_URL": shop.staging.server.base_url, "WEXA_ORG_ID": ORG}
    values = ("--var", "stage=staging", "--var", "words=Helps.")
    shop.run("apply", "--auto-approve", *values, env=env)
    whole.write_text(SETTINGS.replace("  staging:\n", "  staging:\n    state: .wexa-sync/state.json\n"), "utf-8")
    assert shop.run("plan", "--env", "staging").last == "No changes."
    (shop.folder / "desk.yaml").write_text(DESK.replace("Desk", "Shop"), "utf-8")
    shop.run("apply", "--env", "staging", "--auto-approve")
    state = json.loads((shop.folder / ".wexa-sync/state.json").read_text("utf-8"))
    assert state["target"]["environment"] == "staging"


def test_one_that_can_t_be_planned_leaves_the_others_readable(shop: Shop) -> None:
    shop.production.fault("401")
    done = shop.run("plan", "--env", "all", code=1)
    assert "Not as declared: staging. Not planned: production." in done.last
    assert "Error in production:" in done.stdout


def test_promote_edits_files_that_then_make_the_plan(shop: Shop) -> None:
    settings = shop.folder / "wexa-sync.yaml"
    settings.write_text(SETTINGS.replace("{stage: staging}", "{stage: staging, words: Helps more.}"), "utf-8")
    shop.run("apply", "--env", "production", "--auto-approve")
    before = settings.read_bytes()
    shown = shop.run("promote", "staging", "production", "--dry-run").stdout
    assert "var:words" in shown
    assert settings.read_bytes() == before
    assert "no terminal" in shop.refused("promote", "staging", "production", code=64)
    listed = json.loads(shop.run("promote", "staging", "production", "--format", "json", "--auto-approve").stdout)
    assert [(each["what"], each["in"], each["promoted"]) for each in listed["differences"]] == [
        ("var:stage", "both", False),
        ("var:words", "first", True),
        ("Project/desk", "second", False),
    ]
    plan = json.loads(shop.run("plan", "--env", "production", "--format", "json").stdout)
    assert [field["after"] for field in plan["resource_changes"][0]["fields"]] == ["Helps more."]
    assert "nothing to promote" in shop.run("promote", "staging", "production").stderr
    assert "Did you mean 'staging'?" in shop.refused("promote", "stagin", "production", code=64)


def test_a_plan_against_a_commit_without_environments(shop: Shop) -> None:
    def git(*words: str) -> None:
        own = ("-c", "user.name=a", "-c", "user.email=a@b.c")
        subprocess.run(["git", *own, *words], cwd=shop.folder, check=True, capture_output=True)

    settings = shop.folder / "wexa-sync.yaml"
    settings.write_text("vars: {words: Helps., stage: staging}\n", "utf-8")
    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "before")
    settings.write_text(SETTINGS, "utf-8")
    assert shop.run("plan", "--env", "staging", "--against", "HEAD").last == "No changes."
    git("commit", "-qam", "two")
    settings.write_text(SETTINGS + "  third: {vars: {stage: third}}\n", "utf-8")
    assert shop.run("plan", "--env", "third", "--against", "HEAD").last.startswith("Plan: 1 to add")
