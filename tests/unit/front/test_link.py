"""Manifests together: addresses, references, and what waits for what."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.unit.front.conftest import Folder

FLOW = """\
apiVersion: wexa.ai/v1
kind: AgentFlow
metadata: {name: triage}
spec:
  name: Triage
  description: D
  role: R
  agents:
"""


def agents(*lines: str) -> str:
    return FLOW + "".join(f"  - {{{line}, title: T, role: R, prompt: {{template: P}}}}\n" for line in lines)


def skill(name: str, metadata: str = "") -> str:
    head = f"---\napiVersion: wexa.ai/v1\nkind: Skill\nmetadata: {{name: {name}{metadata}}}\n"
    return f"{head}spec: {{name: {name.title()}, description: D, connector_id: {{external: Mail}}}}\n"


def test_faults_inside_agents_stand_at_the_agent(folder: Folder) -> None:
    text = FLOW + (
        "  - {handle: a, title: T, role: R, prompt: {template: P}, skills: [x]}\n"
        + "  - handle: BAD\n    title: T\n    role: R\n    prompt: {template: P}\n"
        + "  - &c\n    handle: c\n    title: T\n    role: R\n    prompt: {template: P}\n    skills: [y, z]\n"
    )
    assert [fault.partition(":")[2] for fault in folder.faults(text)] == [
        "9:68 spec.agents[0].skills[0]: there is no Skill 'x' in project 'desk'",
        '10:13 spec.agents[1].handle: "BAD" is no handle: lower-case letters, digits and hyphens inside',
        "19:14 spec.agents[2].skills[0]: there is no Skill 'y' in project 'desk'",
        "19:17 spec.agents[2].skills[1]: there is no Skill 'z' in project 'desk'",
    ]


def test_agents_on_one_line_have_places_of_their_own(folder: Folder) -> None:
    text = FLOW.replace("agents:\n", "agents: [") + ", ".join(
        f"{{handle: {name}, title: T, role: R, prompt: {{template: P}}, skills: [x]}}" for name in "ab"
    )
    assert [fault.split(" there")[0] for fault in folder.faults(text + "]\n")] == [
        "m.yaml:8:75 spec.agents[0].skills[0]:",
        "m.yaml:8:143 spec.agents[1].skills[0]:",
    ]


def test_what_depends_on_is_placed_by_its_item_whatever_stands_before(folder: Folder) -> None:
    text = skill("a", ", depends_on: [5, Foo/x, Agent/x, 'a b', Skill/none, desk/Skill/nope]")
    assert [fault.partition(" ")[2] for fault in folder.faults(text)] == [
        "metadata.depends_on[0]: expected text, got 5",
        "metadata.depends_on[1]: 'Foo' is no kind that is declared",
        "metadata.depends_on[2]: an Agent lives in its AgentFlow",
        'metadata.depends_on[3]: "a b" is not of the form that is wanted here',
        "metadata.depends_on[4]: there is no Skill 'none' in project 'desk'",
        "metadata.depends_on[5]: there is no Skill 'nope' in project 'desk'",
    ]


def test_agents_are_added_in_their_order_and_what_names_a_flow_waits_for_all_of_them(folder: Folder) -> None:
    text = agents("handle: c", "handle: a", "handle: b", "handle: d, skills: [s]") + skill("s")
    text += (
        "---\napiVersion: wexa.ai/v1\nkind: Execution\nmetadata: {name: run}\nspec: {agentflow_id: triage, goal: G}\n"
    )
    waits = {
        str(address).removeprefix("desk/"): sorted(str(other).removeprefix("desk/") for other in others)
        for address, others in folder.read(text).depends_on.items()
    }
    flow = "AgentFlow/triage"
    assert waits == {
        "Project/desk": [],
        "Skill/s": ["Project/desk"],
        flow: ["Project/desk"],
        f"{flow}/Agent/c": [flow, "Project/desk"],
        f"{flow}/Agent/a": [flow, f"{flow}/Agent/c", "Project/desk"],
        f"{flow}/Agent/b": [flow, f"{flow}/Agent/a", "Project/desk"],
        f"{flow}/Agent/d": [flow, f"{flow}/Agent/b", "Project/desk", "Skill/s"],
        "Execution/run": [flow, *(f"{flow}/Agent/{name}" for name in "abcd"), "Project/desk"],
    }
