"""Manifests together: addresses, references, and what waits for what."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from wexa_sync.manifests.link import link
from wexa_sync.model import Address, Manifest, Source

if TYPE_CHECKING:
    from tests.unit.conftest import Folder

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
        "metadata.depends_on[2]: Agent is a part of AgentFlow",
        'metadata.depends_on[3]: "a b" is not of the form that this field takes',
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


RUN = "---\napiVersion: wexa.ai/v1\nkind: Execution\nmetadata: {name: run}\nspec: {agentflow_id: %s, goal: G}\n"
OTHER = "apiVersion: wexa.ai/v1\nkind: Project\nmetadata: {name: other}\nspec: {projectName: Other}\n"


@pytest.mark.parametrize(
    ("text", "fault", "hint"),
    [
        (RUN % "triaje", "5:22 spec.agentflow_id: there is no AgentFlow 'triaje' in project 'desk'", "mean 'triage'?"),
        (RUN % "zzz", "5:22 spec.agentflow_id: there is no AgentFlow 'zzz' in project 'desk'", "Declare desk/Agent"),
        (RUN % "zzz", "5:22 spec.agentflow_id: there is no AgentFlow 'zzz' in project 'desk'", "{external: NAME}"),
        (
            RUN % "summarise",
            "5:22 spec.agentflow_id: there is no AgentFlow 'summarise'",
            "There is desk/Skill/summarise",
        ),
        (RUN % "classify", "5:22 spec.agentflow_id: there is no", "There is desk/AgentFlow/triage/Agent/classify,"),
        (
            (RUN % "triage").replace("name: run", "name: run, project: other"),
            "5:22 spec.agentflow_id: there is no AgentFlow 'triage' in project 'other'",
            "There is desk/AgentFlow/triage, but no other/AgentFlow/triage.",
        ),
        (
            skill("a", ", depends_on: [Skill/summarize]"),
            "4:34 metadata.depends_on[0]: there is no Skill 'summarize' in project 'desk'",
            "Did you mean 'summarise'?",
        ),
        (
            skill("a", ", depends_on: [AgentFlow/triage/Agent/zzz]"),
            "4:34 metadata.depends_on[0]: there is no Agent 'zzz' in project 'desk'",
            "Declare desk/AgentFlow/triage/Agent/zzz.",
        ),
        (
            skill("a", ", depends_on: [Project/zzz]"),
            "4:34 metadata.depends_on[0]: there is no Project 'zzz'",
            "Declare",
        ),
        (skill("a", ", project: dsk"), "4:30 metadata.project: there is no Project 'dsk'", "Did you mean 'desk'?"),
        (skill("a", ", depends_on: [Skill/a]"), "4:34 metadata.depends_on[0]: desk/Skill/a waits for itself", "out"),
        (
            skill("summarise"),
            "4:18 metadata.name: desk/Skill/summarise is declared twice; first at a.yaml:11:1",
            "Give",
        ),
        (
            skill("a").replace("name: A", "name: Summarise"),
            "5:14 spec.name: desk/Skill/a has the same name as desk/Skill/summarise at a.yaml:11:1",
            "Make them differ.",
        ),
        (
            OTHER.replace("other", "b").replace("Other", "Desk"),
            "4:21 spec.projectName: Project/desk has the same projectName as Project/b at m.yaml:1:1",
            "Make them differ.",
        ),
    ],
)
def test_what_manifests_get_wrong_together(folder: Folder, text: str, fault: str, hint: str) -> None:
    rest = agents("handle: classify").replace("triage}", "triage, project: desk}")
    folder.write({"a.yaml": rest + skill("summarise", ", project: desk"), "b.yaml": OTHER})
    (problem,) = folder.problems(text if "project:" in text or OTHER[:40] in text else in_desk(text))
    assert f"{problem.source.line}:{problem.source.column} {problem.path}: {problem.message}".startswith(fault)
    assert hint in problem.hint


def in_desk(text: str) -> str:
    """Return the manifest with its project, as the last thing in its metadata."""
    return text.replace("}\nspec", ", project: desk}\nspec", 1)


def test_a_project_that_is_not_there_is_told_of_once_a_manifest_and_not_for_each_agent(folder: Folder) -> None:
    text = agents("handle: a", "handle: b").replace("triage}", "triage, project: none}")
    assert folder.faults(text) == ["m.yaml:3:35 metadata.project: there is no Project 'none'"]


def test_a_flow_twice_is_told_of_once_and_not_for_each_agent(folder: Folder) -> None:
    text = agents("handle: a", "handle: b")
    same = "desk/AgentFlow/triage is declared twice; first at m.yaml:1:1"
    assert folder.faults(f"{text}---\n{text}") == [f"m.yaml:14:18 metadata.name: {same}"]


def schedule(name: str, spec: str) -> str:
    head = f"---\napiVersion: wexa.ai/v1\nkind: Schedule\nmetadata: {{name: {name}}}\n"
    return f"{head}spec: {{coworker_id: {{id: x}}, {spec}}}\n"


TEXT, TIME = "template: T", "schedule: 2035-06-01T07:00:00Z"


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        (f"{TEXT}, {TIME}", f"{TEXT}, {TIME}", True),
        (f"{TEXT}, {TIME}", f"{TEXT}, schedule: 2035-06-01T09:00:00+02:00", True),
        (f"{TEXT}, {TIME}", f"{TEXT}, schedule: 2035-06-02T07:00:00Z", False),
        (f"{TEXT}, {TIME}", f"template: U, {TIME}", False),
        (f"template: '${{secret:A}}', {TIME}", f"template: '${{secret:B}}', {TIME}", False),
        (f"template: '${{secret:A}}', {TIME}", f"template: '${{secret:A}}', {TIME}", True),
    ],
)
def test_schedules_are_told_apart_by_flow_text_and_time(folder: Folder, one: str, other: str, alike: bool) -> None:
    found = folder.faults(schedule("a", one) + schedule("b", other), env={"A": "hush", "B": "hash"})
    same = "the same coworker_id and template and schedule as desk/Schedule/a at m.yaml:2:1"
    assert found == ([f"m.yaml:10:21 spec.coworker_id: desk/Schedule/b has {same}"] if alike else [])


def test_what_is_missing_or_wrong_is_not_alike_as_well(folder: Folder) -> None:
    texts = [skill(name).replace(f"name: {name.upper()}, ", "") for name in "abcd"]
    texts[2] = texts[2].replace("spec: {", "spec: {name: [x], ")
    texts[3] = texts[3].replace("spec: {", "spec: {name: '${var:none}', ")
    texts.append(texts[3].replace("name: d}", "name: e}"))
    assert [fault.partition(" ")[2] for fault in folder.faults("".join(texts))] == [
        "spec.name: is missing",
        "spec.name: is missing",
        "spec.name: expected text, got a list",
        "spec.name: ${var:none} is not defined",
        "spec.name: ${var:none} is not defined",
    ]


def test_every_circle_is_told_of_at_a_reference_in_it(folder: Folder) -> None:
    pairs = [("a", "b"), ("b", "a"), ("c", "d"), ("d", "c"), ("e", "a")]
    text = "".join(skill(name, f", depends_on: [Skill/{other}]") for name, other in pairs)
    found = folder.faults(
        text + "---\n" + agents("handle: x, skills: [f]") + skill("f", ", depends_on: [AgentFlow/triage]")
    )
    wait = "these wait for each other: "
    assert found == [
        f"m.yaml:4:34 metadata.depends_on[0]: {wait}desk/Skill/a -> desk/Skill/b -> desk/Skill/a",
        f"m.yaml:14:34 metadata.depends_on[0]: {wait}desk/Skill/c -> desk/Skill/d -> desk/Skill/c",
        "m.yaml:35:26 spec.agents[0].skills[0]: "
        f"{wait}desk/AgentFlow/triage/Agent/x -> desk/Skill/f -> desk/AgentFlow/triage/Agent/x",
    ]


def test_a_flow_that_waits_for_its_own_agent(folder: Folder) -> None:
    text = agents("handle: a").replace("triage}", "triage, depends_on: [AgentFlow/triage/Agent/a]}")
    (found,) = folder.faults(text)
    assert found.startswith("m.yaml:3:39 metadata.depends_on[0]: these wait for each other: desk/AgentFlow/triage -> ")


def test_a_long_circle_is_cut_and_many_are_told_up_to_a_number(folder: Folder) -> None:
    circle = [skill(f"s{n:02}", f", depends_on: [Skill/s{(n + 1) % 30:02}]") for n in range(30)]
    (found,) = folder.faults("".join(circle))
    assert found.endswith(" -> desk/Skill/s07 -> ... (30 in all) -> desk/Skill/s00")
    many = [skill(f"s{n:02}", f", depends_on: [Skill/s{n ^ 1:02}]") for n in range(30)]
    assert len(folder.faults("".join(many))) == 10


def test_hundreds_of_dead_references_are_told_without_guessing_at_each(folder: Folder) -> None:
    names = [f"s{n}" for n in range(150)]
    problems = folder.problems("".join(skill(name, f", depends_on: [Skill/{name}x]") for name in names))
    assert [problem.hint.startswith("Did you mean") for problem in problems] == [True] * 100 + [False] * 50


def test_without_a_way_to_look_a_problem_stands_at_its_manifest() -> None:
    address = Address(project="none", kind="Skill", name="a")
    source = Source(file="m.yaml", line=7)
    _, (problem,) = link([Manifest(address=address, spec={}, source=source)])
    assert problem.source == source


@pytest.mark.parametrize(("kind", "old", "new"), [("Skill", "summarise", "shorten"), ("AgentFlow", "triage", "sorter")])
def test_what_refers_to_a_renamed_one_hears_of_the_new_name(folder: Folder, kind: str, old: str, new: str) -> None:
    text = agents("handle: a, skills: [summarise]") + skill("summarise") + RUN % "triage"
    (problem,) = folder.problems(text.replace(f"metadata: {{name: {old}", f"metadata: {{name: {new}"))
    assert problem.message.startswith(f"there is no {kind} {old!r}")
    assert problem.hint.startswith(f"Was desk/{kind}/{old} renamed to desk/{kind}/{new}? Then write {new!r} here.")


def test_what_is_in_a_renamed_project_hears_of_the_new_name(folder: Folder) -> None:
    folder.write({"a.yaml": OTHER.replace("other", "office")})
    problems = folder.problems(skill("a", ", project: sales") + skill("b", ", project: sales"), project=False)
    assert ["renamed to Project/office?" in problem.hint for problem in problems] == [True, True]


def test_where_several_names_are_possible_they_are_listed(folder: Folder) -> None:
    (problem,) = folder.problems(agents("handle: a, skills: [zzz]") + skill("one") + skill("other"))
    assert "Declared are: one, other." in problem.hint
