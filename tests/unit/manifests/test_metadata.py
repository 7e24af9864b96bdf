"""What metadata says beyond a name: lifecycle, what it waits for, the project and the generation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from wexa_sync.model import Address, Lifecycle

if TYPE_CHECKING:
    from tests.unit.conftest import Folder

FLOW = """\
apiVersion: wexa.ai/v1
kind: AgentFlow
metadata: {name: triage, %s}
spec:
  name: Triage
  description: D
  role: R
  agents:
  - {handle: a, title: A, role: R, prompt: {template: T}}
"""
RUN = """\
apiVersion: wexa.ai/v1
kind: Execution
metadata: {name: run%s}
spec: {agentflow_id: {id: x}, goal: G}
"""
PROJECT = "apiVersion: wexa.ai/v1\nkind: Project\nmetadata: {name: %s}\nspec: {projectName: %s}\n"
TRIAGE = Address(project="desk", kind="AgentFlow", name="triage")
AGENT = Address(project="desk", owner=("AgentFlow", "triage"), kind="Agent", name="a")


def test_a_lifecycle_and_what_agents_get_of_it(folder: Folder) -> None:
    fields = "[role, spec.cron_details.goal, agents.title, spec.agents.prompt.template, agents.memory.x.y]"
    lifecycle = f"lifecycle: {{prevent_destroy: true, deletion: retain, ignore_changes: {fields}}}"
    manifests = folder.read(FLOW % lifecycle).manifests
    assert manifests[TRIAGE].lifecycle == Lifecycle(
        prevent_destroy=True, retain=True, ignore_changes=("role", "cron_details.goal")
    )
    assert manifests[AGENT].lifecycle == Lifecycle(
        prevent_destroy=True, retain=True, ignore_changes=("title", "prompt.template", "memory.x.y")
    )


def test_no_handle_is_that_of_a_run_that_a_command_asked_for(folder: Folder) -> None:
    (problem,) = folder.faults(RUN % "-0123456789ab" + "---\n" + RUN % "-0123456789a")
    assert "the handle run-0123456789ab is kept for a run that `wexa-sync executions run` starts" in problem


@pytest.mark.parametrize("lifecycle", ["lifecycle: {}", "lifecycle: {prevent_destroy: false, deletion: delete}", ""])
def test_nothing_is_protected_unless_it_is_said(folder: Folder, lifecycle: str) -> None:
    assert folder.read(FLOW % lifecycle).manifests[TRIAGE].lifecycle == Lifecycle()


@pytest.mark.parametrize(
    ("lifecycle", "fault", "hint"),
    [
        ("x", '"": expected a mapping, got "x"', "indented"),
        ("{prevent_destory: true}", ".prevent_destory: there is no field 'prevent_destory'", "'prevent_destroy'?"),
        ("{prevent_destroy: 'true'}", '.prevent_destroy: expected true or false, got "true"', "without quotes"),
        ("{prevent_destroy: 1}", ".prevent_destroy: expected true or false, got 1", "Never delete it"),
        ("{deletion: keep}", '.deletion: expected "delete" or "retain", got "keep"', "Known here"),
        ("{ignore_changes: role}", '.ignore_changes: expected a list, got "role"', "Write a list"),
        ("{ignore_changes: [5]}", ".ignore_changes[0]: expected text, got 5", "quotes"),
        ("{ignore_changes: ['']}", ".ignore_changes[0]: must not be empty", "value"),
        ("{ignore_changes: [roel]}", ".ignore_changes[0]: there is no field 'roel' in AgentFlow", "mean 'role'?"),
        ("{ignore_changes: [spec]}", ".ignore_changes[0]: there is no field 'spec' in AgentFlow", "Known here: name"),
        ("{ignore_changes: ['spec.']}", ".ignore_changes[0]: there is no field '' in AgentFlow", "Known here: name"),
        ("{ignore_changes: [role.x]}", ".ignore_changes[0]: there is no field 'role.x' in", "role has no fields."),
        ("{ignore_changes: [agents]}", ".ignore_changes[0]: 'agents' can't be ignored as a whole", "agents.title"),
        ("{ignore_changes: [spec.agents]}", ".ignore_changes[0]: 'agents' can't be ignored", "agents.title"),
        ("{ignore_changes: ['agents[0].title']}", ".ignore_changes[0]: 'agents[0].title' names one item", "the list"),
        ("{ignore_changes: ['agents.skills[0]']}", ".ignore_changes[0]: 'agents.skills[0]' names one item", "the list"),
        ("{ignore_changes: [agents.titel]}", ".ignore_changes[0]: there is no field 'agents.titel'", "mean 'title'?"),
        ("{ignore_changes: [cron_details.x]}", ".ignore_changes[0]: there is no field", "Known here: frequency, goal."),
        (
            "{ignore_changes: [agents.skills.x]}",
            ".ignore_changes[0]: there is no field",
            "agents.skills has no fields.",
        ),
        ("{ignore_changes: ['${secret:T}']}", ".ignore_changes[0]: a field can't be a secret", "as it is"),
        ("{ignore_changes: ['${var:none}']}", ".ignore_changes[0]: ${var:none} is not defined", "--var none=VALUE"),
    ],
    ids=lambda it: it[:40],
)
def test_a_lifecycle_that_cant_be_understood(folder: Folder, lifecycle: str, fault: str, hint: str) -> None:
    (problem,) = folder.problems(FLOW % f"lifecycle: {lifecycle}", env={"T": "role"})
    assert problem.source.line == 3
    said = f"{problem.path.removeprefix('metadata.lifecycle')}: {problem.message}"
    assert said.startswith(fault.removeprefix('""'))
    assert hint in problem.hint


@pytest.mark.parametrize(
    ("depends_on", "addresses"),
    [
        ("[Skill/s]", ["desk/Skill/s"]),
        ("[desk/Skill/s, Project/desk]", ["desk/Skill/s", "Project/desk"]),
        ("[AgentFlow/other/Agent/a]", ["desk/AgentFlow/other/Agent/a"]),
        ("[other/AgentFlow/x/Agent/a]", ["other/AgentFlow/x/Agent/a"]),
        ("['${var:what}']", ["desk/Skill/s"]),
        ("[]", []),
    ],
)
def test_what_it_waits_for(folder: Folder, depends_on: str, addresses: list[str]) -> None:
    folder.write(
        {"other.yaml": PROJECT % ("other", "Other") + "---\n" + (FLOW % "project: other").replace("triage", "x")}
    )
    folder.write({"flow.yaml": (FLOW % "project: desk").replace("triage", "other")})
    skill = "apiVersion: wexa.ai/v1\nkind: Skill\nmetadata: {name: s, project: desk}\n"
    folder.write({"skill.yaml": skill + "spec: {name: S, description: D, connector_id: {id: x}}\n"})
    text = RUN % f", project: desk, depends_on: {depends_on}"
    (run,) = (m for m in folder.read(text, var={"what": "Skill/s"}).manifests.values() if m.address.kind == "Execution")
    assert [str(address) for address in run.depends_on] == addresses


@pytest.mark.parametrize(
    ("depends_on", "fault", "hint"),
    [
        ("Skill/s", ': expected a list, got "Skill/s"', "Write a list"),
        ("[5]", "[0]: expected text, got 5", "quotes"),
        ("[s]", '[0]: "s" is not of the form that this field takes', "KIND/NAME in the same project"),
        ("[Skill//s]", '[0]: "Skill//s" is not of the form', "KIND/NAME"),
        ("['${secret:T}']", '[0]: "***" is not of the form', "KIND/NAME"),
        ("['${var:none}']", "[0]: ${var:none} is not defined", "--var"),
        ("[a/b/c/d/e/f]", "[0]: 'a/b/c/d/e/f' is not an address", "KIND/NAME is enough"),
        ("[Skil/s]", "[0]: 'Skil' is no kind that is declared", "Did you mean 'Skill'?"),
        ("[Zzz/s]", "[0]: 'Zzz' is no kind that is declared", "Known kinds: Project, Database, Connector"),
        ("[Agent/a]", "[0]: Agent is a part of AgentFlow", "Write AgentFlow/NAME/Agent/a."),
        ("[Skill/x/Agent/a]", "[0]: Agent is a part of AgentFlow", "Write AgentFlow/NAME/Agent/a."),
        ("[AgentFlow/x/Skill/s]", "[0]: a Skill lives in no AgentFlow", "Write Skill/s."),
        ("[Project/x/s]", "[0]: 'x' is no kind that is declared", "Known kinds"),
    ],
)
def test_what_cant_be_waited_for(folder: Folder, depends_on: str, fault: str, hint: str) -> None:
    (problem,) = folder.problems(RUN % f", depends_on: {depends_on}", env={"T": "Skill/s"})
    assert f"{problem.path}: {problem.message}".startswith(f"metadata.depends_on{fault}")
    assert hint in problem.hint


def test_a_project_waits_for_nothing_by_name(folder: Folder) -> None:
    text = PROJECT % ("desk, depends_on: [Skill/s, Agent/a]", "Desk")
    assert folder.faults(text, project=False) == [
        "m.yaml:3:24 metadata.depends_on: there is no field 'depends_on' here"
    ]


def test_generations(folder: Folder) -> None:
    runs = [RUN % "", (RUN % ", generation: 7").replace("name: run", "name: two")]
    found = folder.read("---\n".join(runs)).manifests.values()
    assert [m.generation for m in found if m.address.kind == "Execution"] == [1, 7]


@pytest.mark.parametrize(
    ("projects", "known"),
    [
        ([], "no Project"),
        (["b", "a"], "2 Projects (a, b)"),
        (["a", "Not A Handle"], ""),
        (["Not A Handle"], ""),
        (["a", "b", "Not A Handle"], "2 Projects (a, b)"),
        (["a", "${var:none}"], ""),
        (["a", "a"], ""),
    ],
)
def test_a_project_that_is_left_out(folder: Folder, projects: list[str], known: str) -> None:
    folder.write({f"p{n}.yaml": PROJECT % (f"'{name}'", f"P{n}") for n, name in enumerate(projects)})
    found = [fault for fault in folder.faults(RUN % "", project=False) if fault.startswith("m.yaml")]
    missing = f"m.yaml:3:1 metadata.project: is missing, and the manifests declare {known}"
    assert found == ([missing] if known else [])


def test_a_project_that_cant_be_read_is_not_told_of_as_missing_as_well(folder: Folder) -> None:
    folder.write({"a.yaml": RUN % "", "p.yaml": PROJECT % ("desk", "[")})
    found = folder.faults((FLOW % "").replace("role: R\n  a", "role: 5\n  a"), project=False)
    assert [fault.partition(":")[0] for fault in found] == ["m.yaml", "p.yaml"]
    assert found[0] == "m.yaml:7:9 spec.role: expected text, got 5"


@pytest.mark.parametrize("project", ["", "Desk", "[desk]", "5", "'${secret:T}'", "'${var:none}'"])
def test_a_project_that_is_no_handle_is_told_of_once(folder: Folder, project: str) -> None:
    (problem,) = folder.problems(RUN % f", project: {project}", env={"T": "desk"})
    assert (str(problem.source)[:9], problem.path) == ("m.yaml:3:", "metadata.project")


def test_handles_of_agents_are_their_own(folder: Folder) -> None:
    item = "  - {handle: %s, title: A, role: R, prompt: {template: T}}\n"
    text = FLOW % "" + "".join(item % name for name in ["b", "a", "A", "'${var:none}'", "5", "b"]) + "  - 5\n"
    assert [fault.partition(" ")[2] for fault in folder.faults(text)] == [
        "spec.agents[2].handle: the handle 'a' is taken: agents[0] has it",
        'spec.agents[3].handle: "A" is no handle: lower-case letters, digits and hyphens inside',
        "spec.agents[4].handle: ${var:none} is not defined",
        "spec.agents[5].handle: expected text, got 5",
        "spec.agents[6].handle: the handle 'b' is taken: agents[1] has it",
        "spec.agents[7]: expected a mapping, got 5",
    ]


def test_two_flows_may_have_agents_of_one_handle(folder: Folder) -> None:
    text = FLOW % "" + "---\n" + (FLOW % "").replace("triage", "other").replace("Triage", "Other")
    assert len(folder.read(text).manifests) == 5


def test_a_manifest_names_what_it_imports(folder: Folder) -> None:
    assert folder.read(FLOW % "import: {id: 66aa}").manifests[TRIAGE].import_id == "66aa"
    assert folder.read(FLOW % "import: {id: 66aa}").manifests[AGENT].import_id == ""
    assert folder.read(FLOW % "").manifests[TRIAGE].import_id == ""


@pytest.mark.parametrize("id", ["..", "a/b", '"a\\eb"', "'a b'", '"%2e"'])
def test_what_can_be_no_id_is_not_imported(folder: Folder, id: str) -> None:
    (problem,) = folder.faults(FLOW % f"import: {{id: {id}}}")
    assert "can't be an id" in problem


def test_nothing_that_happens_once_is_imported(folder: Folder) -> None:
    file = "apiVersion: wexa.ai/v1\nkind: File\nmetadata: {name: f, import: {id: x}}\nspec: {content: {file: f.txt}}\n"
    assert any("a File happens once, and is not taken over" in each for each in folder.faults(file))
    assert any("import" in each for each in folder.faults(RUN % ", import: {id: x}"))


def test_two_that_are_alike_are_told_apart_by_what_they_import(folder: Folder) -> None:
    one, other = (PROJECT % (name, "Twin") for name in ("one", "other"))
    assert any("the same projectName" in each for each in folder.faults(f"{one}---\n{other}"))
    assert folder.read(one.replace("{name: one", "{name: one, import: {id: p1}") + f"---\n{other}")
