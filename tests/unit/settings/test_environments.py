"""Environments: where they are declared, what each changes, and every way to mix up two of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from wexa_sync.errors import InvalidSettings, NothingDeclared, SettingsError, UsageError, WexaSyncError
from wexa_sync.manifests.load import load
from wexa_sync.model import FilePlace, GitPlace
from wexa_sync.settings import Settings, read_settings, require_api

if TYPE_CHECKING:
    from tests.unit.conftest import Folder

pytestmark = pytest.mark.usefixtures("folder")

TWO = """\
org_id: base
vars: {model: small, region: eu}
environments:
  staging: {}
  production:
    org_id: prod
    user_id: u
    vars: {model: large}
    var_files: [prod.yaml]
    protected: true
"""


def settings(name: str = "", env: Mapping[str, str] | None = None, **overrides: Any) -> Settings:
    return read_settings(Path(), env or {}, overrides, name)


def refused(name: str = "", env: Mapping[str, str] | None = None, **overrides: Any) -> str:
    """Return the whole text of the error: each problem, the message and the hint."""
    with pytest.raises(WexaSyncError) as caught:
        settings(name, env, **overrides)
    assert caught.value.hint
    problems = caught.value.problems if isinstance(caught.value, InvalidSettings) else ()
    return "\n".join([*map(str, problems), caught.value.message, caught.value.hint])


def test_an_environment_stands_in_place_of_the_file_where_it_says_something(folder: Folder) -> None:
    folder.write({"wexa-sync.yaml": TWO, "prod.yaml": "region: us\nmodel: other\n"})
    staging, production = settings("staging"), settings("production")
    assert (staging.name, staging.org_id, staging.user_id) == ("staging", "base", "")
    assert (production.name, production.org_id, production.user_id) == ("production", "prod", "u")
    assert [each.protected for each in production.environments] == [False, True]
    assert staging.sources(env={}).variables().var == {"model": "small", "region": "eu"}
    assert production.sources(env={}).variables().var == {"model": "large", "region": "us"}
    flag = production.sources(env={}, assignments=["model=mine"])
    assert flag.variables().var["model"] == "mine"
    assert settings().environment is None
    assert [each.name for each in settings().environments] == ["staging", "production"]


def test_each_environment_has_a_state_of_its_own(folder: Folder) -> None:
    folder.write({"wexa-sync.yaml": "environments: {a: {}, b: {state: x/b.json}}\n"})
    assert settings("a").state == FilePlace(folder.path / ".wexa-sync/a.json")
    assert settings("b").state == FilePlace(folder.path / "x/b.json")
    folder.write({"wexa-sync.yaml": "state: {git: {remote: up}}\nenvironments: {a: {}, b: {state: {git: {}}}}\n"})
    assert settings("a").state == GitPlace(folder.path, "up", "refs/wexa-sync/a")
    assert settings("b").state == GitPlace(folder.path, "origin", "refs/wexa-sync/b")


MIXED_UP = {
    "one state for all": ("state: s.json\nenvironments: {a: {}}", "can't be that of every environment"),
    "one ref for all": ("state: {git: {ref: refs/x/y}}\nenvironments: {a: {}}", "can't be that of every environment"),
    "the same state": ("environments: {a: {}, b: {state: .wexa-sync/a.json}}", "a and b have the same state"),
    "an unknown setting": ("environments: {a: {manifests: [x]}}", "environments.a.manifests"),
    "a name that is none": ("environments: {A b: {}}", "An environment's name has small letters"),
    "a name for all": ("environments: {all: {}}", "An environment's name"),
    "a name of a rehearsal": ("environments: {sandbox-a: {}}", "An environment's name"),
    "a key in it": ("environments: {a: {api_key: sentinel-1}}", "the API key must not stand in a file"),
    "no mapping": ("environments: [a, b]", "environments"),
    "an overlay that is none": ("environments: {a: {overlays: {x/Skill/y: 3}}}", "environments.a.overlays.x/Skill/y"),
}


@pytest.mark.parametrize("name", MIXED_UP)
def test_what_can_t_be_meant_is_refused_with_its_place(folder: Folder, name: str) -> None:
    text, words = MIXED_UP[name]
    folder.write({"wexa-sync.yaml": text})
    said = refused("a")
    assert words in said
    assert "wexa-sync.yaml:" in said
    assert "sentinel-1" not in said


def test_a_file_declares_an_environment_and_is_no_manifest(folder: Folder) -> None:
    folder.write(
        {
            "wexa-sync.yaml": "environments: {a: {}}\n",
            "environments/b.yaml": "org_id: x\nvar_files: [values/b.yaml]\n",
            "environments/c.yml": "",
            "environments/k8s.yaml": "apiVersion: apps/v1\nkind: Deployment\n",
            "values/b.yaml": "region: us\n",
        }
    )
    found = settings("b")
    assert [each.name for each in found.environments] == ["a", "b", "c"]
    assert (found.org_id, found.state) == ("x", FilePlace(folder.path / ".wexa-sync/b.json"))
    assert found.sources(env={}).variables().var == {"region": "us"}
    for name in ("a", "b"):
        with pytest.raises(NothingDeclared, match="no manifest among the YAML here"):
            load(settings(name).sources(env={}))
    with pytest.raises(UsageError, match="is no manifest"):
        load(found.sources([Path("environments/b.yaml")], env={}))


def test_a_manifest_in_that_folder_stays_a_manifest(folder: Folder) -> None:
    text = "apiVersion: wexa.ai/v1\nkind: Project\nmetadata: {name: desk}\nspec: {projectName: D}\n"
    folder.write({"wexa-sync.yaml": "", "environments/desk.yaml": text})
    assert settings().environments == ()
    assert len(load(settings().sources(env={})).documents) == 1


def test_what_is_declared_twice_is_named_with_both_places(folder: Folder) -> None:
    folder.write({"wexa-sync.yaml": "environments:\n  a: {}\n", "environments/a.yaml": "org_id: x\n"})
    assert "environments/a.yaml:1:1: the environment a is declared twice; wexa-sync.yaml:2:3" in refused("a")
    folder.write({"wexa-sync.yaml": "", "environments/a.yml": "org_id: x\n"})
    assert "environments/a.yml:1:1: the environment a is declared twice; environments/a.yaml:1:1" in refused("a")


def test_other_files_in_that_folder_can_be_ignored(folder: Folder) -> None:
    folder.write({"wexa-sync.yaml": "", "environments/a.yaml": "helm: {x: 1}\n"})
    assert "environments/a.yaml:1:1: helm" in refused()
    folder.write({"wexa-sync.yaml": "", "environments/a.yaml": "", "environments/B c.yaml": "org_id: x\n"})
    assert "under `ignore`" in refused()
    folder.write({"wexa-sync.yaml": "ignore: ['environments/B*']\n"})
    assert [each.name for each in settings().environments] == ["a"]


def test_a_name_that_is_not_declared(folder: Folder) -> None:
    folder.write({"wexa-sync.yaml": TWO})
    assert "Did you mean 'staging'?" in refused("stagin")
    assert "staging, production" in refused("zzz")
    folder.write({"wexa-sync.yaml": ""})
    assert "no environment is declared here" in refused("staging")


def test_the_state_and_the_values_of_another_environment_are_refused(folder: Folder) -> None:
    folder.write({"wexa-sync.yaml": TWO, "prod.yaml": "region: us\n", "mine.yaml": "region: me\n"})
    said = refused("staging", state=".wexa-sync/production.json")
    assert "the state of the environment production, and this is staging" in said
    assert settings("staging", state="mine.json").state == FilePlace(folder.path / "mine.json")
    staging = settings("staging")
    with pytest.raises(UsageError, match=r"prod\.yaml belongs to the environment production, and this is staging"):
        staging.sources(env={}, var_files=[Path("./prod.yaml")])
    assert staging.sources(env={}, var_files=[Path("mine.yaml")]).variables().var["region"] == "me"
    settings("production").sources(env={}, var_files=[Path("prod.yaml")])


def test_variables_of_one_environment_decide_over_those_of_all(folder: Folder) -> None:
    folder.write({"wexa-sync.yaml": "environments: {us-east: {org_id: '1'}, b: {}}\n"})
    env = {"WEXA_API_KEY": "k", "WEXA_API_KEY_US_EAST": "k1", "WEXA_ORG_ID": "2", "WEXA_ORG_ID_US_EAST": "3"}
    one, other = settings("us-east", env), settings("b", env)
    assert one.api_key is not None
    assert other.api_key is not None
    assert (one.api_key.reveal(), one.org_id) == ("k1", "3")
    assert (other.api_key.reveal(), other.org_id) == ("k", "2")
    assert settings("us-east", env, base_url="https://x.wexa.ai").base_url == "https://x.wexa.ai"


def test_a_variable_left_from_another_environment_is_refused(folder: Folder) -> None:
    folder.write({"wexa-sync.yaml": "environments: {a: {org_id: '1', base_url: https://a.wexa.ai}}\n"})
    assert settings("a", {"WEXA_ORG_ID": "1", "WEXA_BASE_URL": "https://A.wexa.ai:443/"}).org_id == "1"
    said = refused("a", {"WEXA_ORG_ID": "2"})
    assert "WEXA_ORG_ID is 2, and the environment a is 1 (wexa-sync.yaml:1:" in said
    assert "WEXA_ORG_ID_A" in said
    assert "WEXA_BASE_URL is" in refused("a", {"WEXA_BASE_URL": "https://b.wexa.ai"})


def test_the_repository_alone_must_not_say_where_the_key_goes(folder: Folder) -> None:
    folder.write({"wexa-sync.yaml": "environments: {a: {org_id: '1', base_url: https://evil.example}, b: {}}\n"})
    env = {"WEXA_API_KEY": "k", "WEXA_ORG_ID": "1"}
    with pytest.raises(SettingsError, match="this file alone must not say") as caught:
        require_api(settings("a", env))
    assert "wexa-sync.yaml:1:" in caught.value.message
    require_api(settings("b", env))
    require_api(settings("a", {**env, "WEXA_BASE_URL_A": "https://evil.example"}))
    folder.write(
        {"wexa-sync.yaml": "base_url: https://evil.example\nenvironments: {a: {base_url: https://api.wexa.ai}}\n"}
    )
    require_api(settings("a", env))


def test_what_is_missing_is_named_for_the_environment(folder: Folder) -> None:
    folder.write({"wexa-sync.yaml": TWO})
    with pytest.raises(SettingsError, match="WEXA_API_KEY_STAGING") as caught:
        require_api(settings("staging"))
    assert "WEXA_API_KEY, for every environment" in caught.value.hint


def test_a_file_of_variables_that_is_not_there(folder: Folder) -> None:
    folder.write({"wexa-sync.yaml": TWO})
    with pytest.raises(UsageError, match=r"var_files .*prod.yaml: there is no such file"):
        settings("production").sources(env={}).variables()
