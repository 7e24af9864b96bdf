"""Overlays: what an environment has otherwise, laid over the manifests and reported where it stands."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from wexa_sync import engine
from wexa_sync.errors import InvalidManifests
from wexa_sync.model import Address, Desired, Ref, Secret
from wexa_sync.settings import read_settings

if TYPE_CHECKING:
    from tests.unit.conftest import Folder

DESK = """\
apiVersion: wexa.ai/v1
kind: Project
metadata: {name: desk}
spec: {projectName: Desk, description: "${var:words}"}
---
apiVersion: wexa.ai/v1
kind: Skill
metadata: {name: sum}
spec: {name: Sum, description: Adds., connector_id: {external: REST API}}
---
apiVersion: wexa.ai/v1
kind: AgentFlow
metadata: {name: triage}
spec:
  name: Triage
  description: d
  role: r
  agents:
    - handle: first
      title: First
      role: r
      skills: [sum]
      llm: {model: small, temperature: 0.5}
      prompt: {template: {file: prompts/a.md}}
    - handle: second
      title: Second
      role: r
      llm: {model: small}
      prompt: {template: text}
"""

SETTINGS = """\
vars: {words: w}
environments:
  a:
    vars: {big: 12, version: 1.10}
    overlays:
"""


def desired(folder: Folder, overlays: str, env: dict[str, str] | None = None, *paths: str) -> Desired:
    body = "".join(f"      {line}\n" for line in overlays.splitlines())
    folder.write(
        {
            "wexa-sync.yaml": f"{SETTINGS}{body}",
            "desk/all.yaml": DESK,
            "desk/prompts/a.md": "of the manifest\n",
            "prompts/a.md": "of the root\n",
        }
    )
    settings = read_settings(Path(), {}, {}, "a")
    return engine.read(settings.sources([Path(each) for each in paths], env=env or {}))


def spec(found: Desired, address: str) -> Any:
    return found.manifests[Address.parse(address)].spec


def refused(folder: Folder, overlays: str) -> list[str]:
    with pytest.raises(InvalidManifests) as caught:
        desired(folder, overlays)
    return [f"{each.source}: {each.path}: {each.message} / {each.hint}" for each in caught.value.problems]


def test_mappings_are_merged_and_every_other_value_is_replaced(folder: Folder) -> None:
    found = desired(
        folder,
        """\
Project/desk: {description: "for ${var:words} ${var:big}"}
desk/Skill/sum: {connector_id: {id: 67fdea40aac77be632954f0a}, description: "${secret:WORDS}"}
desk/AgentFlow/triage: {role: chief}
desk/AgentFlow/triage/Agent/first: {llm: {model: large}, skills: [], prompt: {template: {file: prompts/a.md}}}
desk/AgentFlow/triage/Agent/second: {llm: {max_tokens: "${var:big}"}}""",
        {"WORDS": "sentinel"},
    )
    assert spec(found, "Project/desk")["description"] == "for w 12"
    skill = spec(found, "desk/Skill/sum")
    assert skill["connector_id"] == Ref(kind="Connector", id="67fdea40aac77be632954f0a")
    assert isinstance(skill["description"], Secret)
    assert skill["name"] == "Sum"
    assert spec(found, "desk/AgentFlow/triage")["role"] == "chief"
    first = spec(found, "desk/AgentFlow/triage/Agent/first")
    assert first["llm"] == {"model": "large", "temperature": 0.5}
    assert first["skills"] == []
    assert first["prompt"]["template"] == "of the root"
    assert spec(found, "desk/AgentFlow/triage/Agent/second")["llm"] == {"model": "small", "max_tokens": 12}


def test_null_takes_a_field_out(folder: Folder) -> None:
    found = desired(folder, "desk/AgentFlow/triage/Agent/first: {llm: {temperature: null}}")
    assert spec(found, "desk/AgentFlow/triage/Agent/first")["llm"] == {"model": "small"}


WRONG = {
    "an unknown address": (
        "desk/Skill/sun: {name: x}",
        "6:7",
        "no manifest declares desk/Skill/sun / Did you mean",
    ),
    "no address": ("skill: {name: x}", "6:7", "'skill' is not an address"),
    "an unknown field": ("desk/Skill/sum:\n  descriptio: x", "7:9", "Did you mean 'description'?"),
    "a field that is missing": ("desk/Skill/sum:\n  name: null", "7:9", "spec.name: is missing"),
    "a field to take out that is not there": (
        "desk/Skill/sum:\n  method: null",
        "7:17",
        "no such field to take out",
    ),
    "a wrong type": ("desk/Skill/sum:\n  name: [1]", "7:15", "spec.name: expected text, got a list"),
    "deep inside": ("desk/AgentFlow/triage/Agent/first:\n  llm:\n    temperature: hot", "8:24", "temperature"),
    "a variable without a value": ("desk/Skill/sum:\n  name: ${var:nope}", "7:15", "${var:nope} is not defined"),
    "a file that is not there": (
        "desk/AgentFlow/triage/Agent/first:\n  prompt: {template: {file: prompts/b.md}}",
        "7:28",
        "prompts/b.md",
    ),
    "a reference to nothing": (
        "desk/AgentFlow/triage/Agent/first:\n  skills:\n    - sun",
        "8:13",
        "no Skill 'sun'",
    ),
    "another handle": (
        "desk/AgentFlow/triage/Agent/first:\n  handle: x",
        "7:9",
        "can't be another one here",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_reported_where_it_stands(folder: Folder, name: str) -> None:
    overlay, place, words = WRONG[name]
    (problem,) = refused(folder, overlay)
    assert problem.startswith(f"wexa-sync.yaml:{place}: ")
    assert words in problem


def test_a_fault_of_the_manifest_itself_keeps_its_place(folder: Folder) -> None:
    overlay = "desk/Skill/sum: {name: x}"
    desired(folder, overlay)
    folder.write({"desk/all.yaml": DESK.replace("description: Adds.", "description: [1]")})
    with pytest.raises(InvalidManifests) as caught:
        engine.read(read_settings(Path(), {}, {}, "a").sources(env={}))
    assert [str(each.source) for each in caught.value.problems] == ["desk/all.yaml:9:32"]


def test_the_last_list_counts_and_parts_are_found_in_it(folder: Folder) -> None:
    found = desired(
        folder,
        """\
desk/AgentFlow/triage:
  agents:
    - {handle: only, title: Only, role: r, llm: {model: m}, prompt: {template: t}}
desk/AgentFlow/triage/Agent/only: {title: Alone}""",
    )
    agents = [address for address in found.manifests if address.owner]
    assert [(each.name, found.manifests[each].spec["title"]) for each in agents] == [("only", "Alone")]


def test_of_a_part_of_the_manifests_the_overlays_of_others_are_no_fault(folder: Folder) -> None:
    folder.write({"other/o.yaml": DESK.split("---", maxsplit=1)[0].replace("desk", "other")})
    found = desired(folder, "Project/other: {description: x}", None, "desk")
    assert spec(found, "Project/desk")["description"] == "w"


def test_numbers_keep_their_spelling(folder: Folder) -> None:
    assert "expected text, got 1.10" in refused(folder, "desk/Skill/sum: {name: 1.10}")[0]
    found = desired(folder, "desk/Skill/sum: {name: '${var:version}'}")
    assert spec(found, "desk/Skill/sum")["name"] == "1.10"


def test_a_manifest_that_can_t_be_read_keeps_its_own_faults(folder: Folder) -> None:
    odd = """\
---
apiVersion: wexa.ai/v1
kind: Skill
metadata: {name: [no, handle], project: {a: b}}
spec: {name: x}
---
apiVersion: wexa.ai/v1
kind: Skill
metadata: {name: empty}
"""
    desired(folder, "desk/Skill/sum: {name: x}")
    folder.write({"desk/odd.yaml": odd, "wexa-sync.yaml": f"{SETTINGS}      desk/Skill/empty: {{name: x}}\n"})
    with pytest.raises(InvalidManifests) as caught:
        engine.read(read_settings(Path(), {}, {}, "a").sources(env={}))
    places = {str(each.source).partition(":")[0]: each.path for each in caught.value.problems}
    assert places == {"desk/odd.yaml": "spec"}
