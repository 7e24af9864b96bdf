"""Defaults: what manifests do not say, from the settings and from folders, reported where it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.conftest import PROJECT
from wexa_sync import engine
from wexa_sync.errors import InvalidManifests
from wexa_sync.manifests.positions import Places
from wexa_sync.model import Address, Desired, Ref, Secret
from wexa_sync.settings import read_settings

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.conftest import Folder

SETTINGS = """\
vars: {model: settings/gpt, heat: 0.5}
defaults:
  Agent:
    role: Helper
    llm:
      model: ${var:model}
      temperature: ${var:heat}
  AgentFlow:
    role: Team
    description: {file: about.md}
  Skill:
    connector_id: {external: Mail}
    description: From the settings
"""
NEAR = "Agent:\n  llm: {model: near/gpt, max_tokens: 100}\n"
FLOW = """\
apiVersion: wexa.ai/v1
kind: AgentFlow
metadata: {name: flow}
spec:
  name: Flow
  agents:
    - handle: plain
      title: Plain
      prompt: {template: P}
    - handle: own
      title: Own
      role: Boss
      llm: {temperature: 0.9}
      prompt: {template: P}
"""
SKILL = "apiVersion: wexa.ai/v1\nkind: Skill\nmetadata: {name: s}\nspec: {name: S%s}\n"


def read(folder: Folder, files: dict[str, str], **env: str) -> Desired:
    """Return what is declared, as the command line reads it."""
    folder.write({"project.yaml": PROJECT, "wexa-sync.yaml": SETTINGS, "about.md": "About it.", **files})
    return engine.read(read_settings(folder.path, env).sources(env=env))


def spec(desired: Desired, kind: str, name: str) -> Any:
    """Return the spec of the resource of that kind and name."""
    return next(
        each.spec for each in desired.manifests.values() if (each.address.kind, each.address.name) == (kind, name)
    )


def faults(folder: Folder, files: dict[str, str]) -> list[str]:
    """Return the problems, a line each."""
    with pytest.raises(InvalidManifests) as error:
        read(folder, files)
    assert all(problem.hint for problem in error.value.problems)
    return [f"{problem.source} {problem.path}: {problem.message}" for problem in error.value.problems]


def test_a_manifest_has_the_settings_defaults_where_it_says_nothing(folder: Folder) -> None:
    desired = read(folder, {"m.yaml": FLOW})
    assert spec(desired, "Agent", "plain")["llm"] == {"model": "settings/gpt", "temperature": 0.5}
    assert spec(desired, "Agent", "plain")["role"] == "Helper"
    assert spec(desired, "Agent", "own")["llm"] == {"model": "settings/gpt", "temperature": 0.9}
    assert spec(desired, "Agent", "own")["role"] == "Boss"
    flow = spec(desired, "AgentFlow", "flow")
    assert (flow["role"], flow["description"]) == ("Team", "About it.")


def test_the_nearest_folder_wins_and_each_is_merged(folder: Folder) -> None:
    files = {
        "a/b/m.yaml": FLOW,
        "a/wexa-sync.defaults.yaml": NEAR,
        "a/b/wexa-sync.defaults.yaml": "Agent:\n  role: B\n",
    }
    agent = spec(read(folder, files), "Agent", "plain")
    assert agent["llm"] == {"model": "near/gpt", "max_tokens": 100, "temperature": 0.5}
    assert agent["role"] == "B"


def test_defaults_of_another_folder_do_not_count(folder: Folder) -> None:
    desired = read(folder, {"a/m.yaml": FLOW, "b/wexa-sync.defaults.yaml": NEAR})
    assert spec(desired, "Agent", "plain")["llm"]["model"] == "settings/gpt"


def test_a_reference_and_a_file_are_one_value(folder: Folder) -> None:
    text = SKILL % ", connector_id: {id: x1}, description: {file: own.md}"
    skill = spec(read(folder, {"m.yaml": text, "own.md": "Mine."}), "Skill", "s")
    assert skill["connector_id"] == Ref(kind="Connector", id="x1")
    assert skill["description"] == "Mine."
    assert spec(read(folder, {"m.yaml": SKILL % ""}), "Skill", "s")["connector_id"].external == "Mail"


def test_a_file_of_defaults_starts_from_the_folder_of_its_defaults(folder: Folder) -> None:
    near = {"a/wexa-sync.defaults.yaml": "Skill:\n  description: {file: p.md}\n", "a/p.md": "Near.", "p.md": "No."}
    assert spec(read(folder, {"a/b/m.yaml": SKILL % "", **near}), "Skill", "s")["description"] == "Near."


def test_null_takes_a_default_out(folder: Folder) -> None:
    text = FLOW.replace("title: Plain", "title: Plain\n      llm: null")
    assert "llm" not in spec(read(folder, {"m.yaml": text}), "Agent", "plain")
    near = {"a/m.yaml": FLOW, "a/wexa-sync.defaults.yaml": "Agent:\n  llm: {temperature: null}\n"}
    assert spec(read(folder, near | {"m.yaml": ""}), "Agent", "plain")["llm"] == {"model": "settings/gpt"}


def test_null_stays_where_the_field_takes_it(folder: Folder) -> None:
    files = {"wexa-sync.defaults.yaml": "Skill:\n  user_id: u1\n"}
    assert spec(read(folder, {"m.yaml": SKILL % "", **files}), "Skill", "s")["user_id"] == "u1"
    assert spec(read(folder, {"m.yaml": SKILL % ", user_id: null", **files}), "Skill", "s")["user_id"] is None


def test_a_secret_in_defaults_is_one(folder: Folder) -> None:
    files = {"wexa-sync.defaults.yaml": "Skill: {description: 'K ${secret:TOKEN}'}\n", "m.yaml": SKILL % ""}
    found = spec(read(folder, files, TOKEN="hush"), "Skill", "s")["description"]
    assert isinstance(found, Secret)
    assert found.template == "K ${secret:TOKEN}"


def test_an_overlay_wins_and_takes_a_default_out(folder: Folder) -> None:
    overlay = """\
environments:
  live:
    overlays:
      desk/AgentFlow/flow/Agent/plain: {role: Live, llm: {temperature: null}}
"""
    folder.write({"project.yaml": PROJECT, "wexa-sync.yaml": SETTINGS + overlay, "about.md": "A", "m.yaml": FLOW})
    desired = engine.read(read_settings(folder.path, {}, environment="live").sources(env={}))
    agent = spec(desired, "Agent", "plain")
    assert (agent["role"], agent["llm"]) == ("Live", {"model": "settings/gpt"})


def test_a_fault_in_a_default_is_reported_there_and_once(folder: Folder) -> None:
    bad = "Agent:\n  llm:\n    temprature: 1\n    max_tokens: many\n  role: ${var:none}\n"
    assert faults(folder, {"m.yaml": FLOW, "wexa-sync.defaults.yaml": bad}) == [
        "wexa-sync.defaults.yaml:3:5 Agent.llm.temprature: there is no field 'temprature' here",
        'wexa-sync.defaults.yaml:4:17 Agent.llm.max_tokens: expected a whole number, got "many"',
        "wexa-sync.defaults.yaml:5:9 Agent.role: ${var:none} is not defined",
    ]


def test_a_reference_in_a_default_that_leads_nowhere_is_reported_there_and_once(folder: Folder) -> None:
    assert faults(folder, {"m.yaml": FLOW, "wexa-sync.defaults.yaml": "Agent: {skills: [none]}\n"}) == [
        "wexa-sync.defaults.yaml:1:18 Agent.skills[0]: there is no Skill 'none' in project 'desk'"
    ]


def test_a_default_of_the_settings_has_its_place_there(folder: Folder) -> None:
    files = {
        "m.yaml": SKILL % "",
        "wexa-sync.yaml": "defaults:\n  Skill:\n    description: 5\n    connector_id: {id: x}\n",
    }
    assert faults(folder, files) == ["wexa-sync.yaml:3:18 defaults.Skill.description: expected text, got 5"]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("Agnet: {role: x}\n", "1:1 Agnet: there is no kind 'Agnet' to have defaults"),
        ("Agent: x\n", '1:8 Agent: expected fields of Agent, got "x"'),
        ("Agent: {handle: x}\n", "1:9 Agent.handle: a handle can't be a default"),
        ("- Agent\n", "1:1 : defaults are one mapping of KIND: {FIELD: VALUE}"),
        ("Agent: {a: 1\n", "1:8 : this is not YAML"),
        ("Agent: {role: x}\nAgent: {role: y}\n", "2:1 Agent: the key 'Agent' stands here twice; first in line 1"),
    ],
)
def test_what_can_not_be_defaults(folder: Folder, text: str, fault: str) -> None:
    (found,) = faults(folder, {"m.yaml": SKILL % ", description: D", "wexa-sync.defaults.yaml": text})
    assert found.startswith(f"wexa-sync.defaults.yaml:{fault}")


def test_defaults_under_another_name_are_reported(folder: Folder) -> None:
    found = faults(folder, {"a/m.yaml": SKILL % "", "a/wexa-sync.defaults.yml": NEAR})
    assert found[0] == "a/wexa-sync.defaults.yml:1:1 : these defaults are not read"


def test_defaults_are_no_manifest(folder: Folder) -> None:
    desired = read(folder, {"m.yaml": SKILL % "", "wexa-sync.defaults.yaml": NEAR})
    assert desired.warnings == ()


def test_a_value_is_found_where_it_stands(folder: Folder) -> None:
    desired = read(folder, {"m.yaml": FLOW, "wexa-sync.defaults.yaml": NEAR})
    address = Address(project="desk", owner=("AgentFlow", "flow"), kind="Agent", name="plain")
    manifest = desired.manifests[address]
    path = ("spec", "agents", manifest.position)
    assert str(Places().in_manifest(manifest, (*path, "llm", "model"))) == "wexa-sync.defaults.yaml:2:16"
    assert str(Places().in_manifest(manifest, (*path, "role"))) == "wexa-sync.yaml:4:11"
    assert str(Places().in_manifest(manifest, (*path, "title"))) == "m.yaml:8:14"


def test_a_link_to_a_folder_has_the_defaults_of_where_it_stands(folder: Folder, tmp_path: Path) -> None:
    read(folder, {"real/m.yaml": SKILL % "", "a/wexa-sync.defaults.yaml": "Skill: {description: Linked}\n"})
    (tmp_path / "a" / "link").symlink_to(tmp_path / "real")
    sources = read_settings(tmp_path / "a", {}).sources([tmp_path / "a", tmp_path / "project.yaml"], env={})
    assert spec(engine.read(sources), "Skill", "s")["description"] == "Linked"
