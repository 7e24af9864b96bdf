"""Every way in which a manifest can differ from its schema: what is said, where, and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.unit.conftest import Folder

SKILL = """\
apiVersion: wexa.ai/v1
kind: Skill
metadata:
  name: s
spec:
  name: S
  description: D
  connector_id: {external: Mail}
"""
FLOW = """\
apiVersion: wexa.ai/v1
kind: AgentFlow
metadata: {name: f}
spec:
  name: F
  description: D
  role: R
  agents:
  - handle: a
    title: A
    role: R
    prompt: {template: T}
"""
RUN = """\
apiVersion: wexa.ai/v1
kind: Execution
metadata: {name: r}
spec:
  agentflow_id: {id: x}
  goal: G
"""
HIRE = """\
apiVersion: wexa.ai/v1
kind: MarketplaceHire
metadata: {name: h}
spec:
  coworker_id: {external: Sales}
"""
META = "metadata:\n  name: s\n  project: desk\n"
PROJECT = "apiVersion: wexa.ai/v1\nkind: Project\nmetadata: {name: p}\nspec: {projectName: P}\n"


def one(folder: Folder, text: str, old: str, new: str, *, project: bool = True) -> tuple[str, str]:
    """Return the one fault, and its hint, of a manifest with one piece replaced."""
    assert old in text
    (problem,) = folder.problems(text.replace(old, new), project=project)
    return f"{problem.source.line}:{problem.source.column} {problem.path}: {problem.message}", problem.hint


@pytest.mark.parametrize(
    ("text", "old", "new", "fault", "hint"),
    [
        (SKILL, ": S\n", ": 5\n", "6:9 spec.name: expected text, got 5", "Put quotes around it"),
        (SKILL, ": S\n", ": 1.10\n", "6:9 spec.name: expected text, got 1.10", "Put quotes around it"),
        (SKILL, ": S\n", ": true\n", "6:9 spec.name: expected text, got true", "Put quotes around it"),
        (SKILL, ": S\n", ":\n", "6:8 spec.name: expected text, got nothing (null)", "take the line out"),
        (SKILL, ": S\n", ": [S]\n", "6:9 spec.name: expected text, got a list", "The display name"),
        (SKILL, ": S\n", ": {a: b}\n", "6:9 spec.name: expected text, got a mapping", "{file: PATH}"),
        (SKILL, ": S\n", ": {file: a, b: c}\n", "6:9 spec.name: expected text, got a mapping", "nothing beside it"),
        (SKILL, ": S\n", ": ''\n", "6:9 spec.name: must not be empty", "Give it a value."),
        (SKILL, "spec:\n", "spec:\n  user_id: 5\n", "6:12 spec.user_id: expected text or null, got 5", "quotes"),
        (FLOW, ": D\n", f": {'D' * 501}\n", "6:16 spec.description: is 501 long, and 500 is the most", "Shorten it."),
        (FLOW, "role: R\n  a", "role: R\n  a: b\n  a", "8:3 spec.a: there is no field 'a' here", "Known here: name,"),
        (FLOW, "- handle: a", "- a\n  - handle: a", '9:5 spec.agents[0]: expected a mapping, got "a"', "indented"),
        (
            FLOW,
            FLOW[FLOW.index("agents:") :],
            "agents: a\n",
            '8:11 spec.agents: expected a list, got "a"',
            "Write a list",
        ),
        (FLOW, "{template: T}", "T", '12:13 spec.agents[0].prompt: expected a mapping, got "T"', "indented"),
        (FLOW, "{template: T}", "{template: ''}", "12:24 spec.agents[0].prompt.template: must not be empty", "value"),
        (
            FLOW,
            "{template: T}",
            "{template: T}\n    has_knowledge_base: 'yes'",
            '13:25 spec.agents[0].has_knowledge_base: expected true or false, got "yes"',
            "Write true or false, without quotes.",
        ),
        (
            FLOW,
            "{template: T}",
            "{template: T}\n    has_knowledge_base: 1",
            "13:25 spec.agents[0].has_knowledge_base: expected true or false, got 1",
            "Whether it looks into the knowledge base.",
        ),
        (
            FLOW,
            "{template: T}",
            "{template: T}\n    llm: {max_tokens: '5'}",
            '13:23 spec.agents[0].llm.max_tokens: expected a whole number, got "5"',
            "Take the quotes away: 5.",
        ),
        (
            FLOW,
            "{template: T}",
            "{template: T}\n    llm: {max_tokens: 10.0}",
            "13:23 spec.agents[0].llm.max_tokens: expected a whole number, got 10.0",
            "Write it without a point: 10.",
        ),
        (
            FLOW,
            "{template: T}",
            "{template: T}\n    llm: {max_tokens: 1.5}",
            "13:23 spec.agents[0].llm.max_tokens: expected a whole number, got 1.5",
            "The most tokens",
        ),
        (
            FLOW,
            "{template: T}",
            "{template: T}\n    llm: {max_tokens: 0}",
            "13:23 spec.agents[0].llm.max_tokens: expected at least 1, got 0",
            "The most tokens",
        ),
        (
            FLOW,
            "{template: T}",
            "{template: T}\n    llm: {temperature: -0.5}",
            "13:24 spec.agents[0].llm.temperature: expected at least 0, got -0.5",
            "same answer",
        ),
        (
            FLOW,
            "{template: T}",
            "{template: T}\n    agent_type: other",
            '13:17 spec.agents[0].agent_type: expected "skilled_agent", got "other"',
            "Known here: skilled_agent.",
        ),
        (
            FLOW,
            "{template: T}",
            "{template: T}\n    skills: [{id: a}, [b]]",
            "13:23 spec.agents[0].skills[1]: expected a reference to a Skill, got a list",
            "handle of a declared Skill",
        ),
        (
            FLOW,
            "{template: T}",
            "{template: T}\n    skills: [{id: ../a}]",
            '13:19 spec.agents[0].skills[0].id: "../a" is no id: letters, digits, hyphens and underscores',
            "Copy it from Wexa Studio",
        ),
        (
            HIRE,
            "{external: Sales}",
            "sales",
            "5:16 spec.coworker_id: expected a reference to a MarketplaceCoworker",
            "Write {external: NAME} for a live one",
        ),
        (RUN, "goal: G", "goal: G\n  wait: soon", '7:9 spec.wait: "soon" does not fit here', "{timeout: SECONDS}"),
        (
            RUN,
            "goal: G",
            "goal: G\n  wait: {timeout: 0}",
            "7:19 spec.wait.timeout: expected more than 0, got 0",
            "Seconds",
        ),
        (
            RUN,
            "goal: G",
            "goal: G\n  start: atuo",
            '7:10 spec.start: expected "auto" or "explicit"',
            "Did you mean 'auto'",
        ),
        (RUN, "goal: G", "goal: G\n  input_variables: []", "7:20 spec.input_variables: expected a mapping", "indented"),
        (RUN, "{name: r}", "{name: r, generation: 0}", "3:33 metadata.generation: expected at least 1, got 0", "run"),
        (RUN, "{name: r}", "{name: r, generation: 2.0}", "3:33 metadata.generation: expected a whole number", ": 2."),
        (RUN, "{name: r}", "{name: r, generation: x}", "3:33 metadata.generation: expected a whole number", "run"),
        (RUN, "{id: x}", "Triage", "5:17 spec.agentflow_id: expected a reference to an AgentFlow", "{external: NAME}"),
        (
            SKILL,
            "{external: Mail}",
            "Mail",
            "8:17 spec.connector_id: expected a reference to a Connector",
            "{external: NAME}",
        ),
        (SKILL, "{external: Mail}", "{name: x}", "8:17 spec.connector_id: expected a reference to a Conn", "{id: ID}"),
        (
            SKILL,
            "{external: Mail}",
            "{external: ''}",
            "8:17 spec.connector_id: expected a reference to a C",
            "{id: ID}",
        ),
        (SKILL, "{external: Mail}", "{id: 67}", "8:22 spec.connector_id.id: expected text, got 67", "quotes around it"),
        (
            SKILL,
            "{external: Mail}",
            "{id: }",
            "8:22 spec.connector_id.id: expected text, got nothing",
            "Give it a value",
        ),
        (
            SKILL,
            "{external: Mail}",
            "{external: [a]}",
            "8:28 spec.connector_id.external: expected text",
            "wexa-sync schema",
        ),
        (SKILL, "{external: Mail}", "{id: a, external: b}", "8:17 spec.connector_id: expected a reference", "{id: ID}"),
        (
            SKILL,
            "name: s\n",
            "name: Support Desk!\n",
            '4:9 metadata.name: "Support Desk!" is no handle',
            "'support-desk'",
        ),
        (SKILL, "name: s\n", "name: ßß\n", '4:9 metadata.name: "ßß" is no handle', "a name such as 'support-desk'"),
        (SKILL, "name: s\n", "name: -a-\n", '4:9 metadata.name: "-a-" is no handle', "Write 'a'"),
        (SKILL, "name: s\n", f"name: {'A' * 6}{'b-' * 9999}\n", '4:9 metadata.name: "AAAAAAb', f"{'b-' * 28}b'"),
        (SKILL, "name: s\n", f"name: {'a' * 64}\n", "4:9 metadata.name: is 64 long, and 63 is the most", "Shorten"),
        (SKILL, "name: s\n", "name: 5\n", "4:9 metadata.name: expected text, got 5", "quotes"),
        (SKILL, "name: s\n", "name: s\n  project: A b\n", '5:12 metadata.project: "A b" is no handle', "'a-b'"),
        (
            SKILL,
            "name: s\n",
            "name: s\n  labels: {}\n",
            "5:3 metadata.labels: there is no field 'labels' here",
            "Known",
        ),
        (SKILL, "wexa.ai/v1", "wexa.ai/v2", '1:13 apiVersion: expected "wexa.ai/v1", got "wexa.ai/v2"', "no other one"),
        (SKILL, "apiVersion: wexa.ai/v1\n", "", "1:1 apiVersion: is missing", "Add `apiVersion: wexa.ai/v1`."),
        (
            SKILL,
            "kind: Skill\n",
            "",
            "1:1 kind: is missing",
            "one of Project, Database, Connector,",
        ),
        (SKILL, "kind: Skill", "kind: Skil", '2:7 kind: there is no kind "Skil" to declare', "Did you mean 'Skill'?"),
        (SKILL, "kind: Skill", "kind: skill", '2:7 kind: there is no kind "skill" to declare', "Did you mean 'Skill'?"),
        (
            SKILL,
            "kind: Skill",
            "kind: agent_flow",
            '2:7 kind: there is no kind "agent_flow"',
            "Did you mean 'AgentFlow'",
        ),
        (SKILL, "kind: Skill", "kind: Agent", '2:7 kind: there is no kind "Agent" to declare', "under spec.agents"),
        (
            SKILL,
            "kind: Skill",
            "kind: Deployment",
            '2:7 kind: there is no kind "Deployment"',
            "Known kinds: Project, Database, Connector,",
        ),
        (SKILL, "kind: Skill", "kind: [Skill]", "2:7 kind: there is no kind a list to declare", "Known kinds"),
        (SKILL, "kind: Skill", "kind:", "2:6 kind: there is no kind nothing (null) to declare", "Known kinds"),
        (SKILL, "  description: D\n", "", "5:1 spec.description: is missing", "agents choose by it"),
        (SKILL, "description:", "descripton:", "7:3 spec.descripton: there is no field 'descripton'", "'description'?"),
        (
            SKILL,
            "connector_id:",
            "connectorId:",
            "8:3 spec.connectorId: there is no field 'connectorId'",
            "'connector_id'?",
        ),
        (
            SKILL,
            "  name: S\n",
            "  name: S\n  _id: 5\n",
            "7:3 spec._id: there is no field '_id' here",
            "The server gives it",
        ),
        (
            SKILL,
            "  name: S\n",
            "  name: S\n  createdAt: 5\n",
            "7:3 spec.createdAt: there is no field",
            "The server gives it",
        ),
        (
            SKILL,
            "  name: S\n",
            "  name: S\n  projectID: p\n",
            "7:3 spec.projectID: there is no field",
            "metadata.project",
        ),
        (
            PROJECT,
            "{projectName: P}",
            "{projectName: P, orgId: o}",
            "4:24 spec.orgId: there is no field",
            "setting org_id",
        ),
        (
            SKILL,
            "spec:\n",
            "description: D\nspec:\n",
            "5:1 description: there is no field 'description'",
            "Move it below `spec`.",
        ),
        (SKILL, "spec:\n", "project: desk\nspec:\n", "5:1 project: there is no field", "Move it below `metadata`."),
        (SKILL, "spec:\n", "status: {}\nspec:\n", "5:1 status: there is no field", "Known here: apiVersion, kind"),
        (SKILL, "metadata:\n  name: s\n", "metadata: s\n", '3:11 metadata: expected a mapping, got "s"', "indented"),
        (SKILL, "metadata:\n  name: s\n", "", "1:1 metadata: is missing", "Add metadata."),
        (
            RUN,
            "spec:\n  agentflow_id: {id: x}\n  goal: G\n",
            "spec: [a]\n",
            "4:7 spec: expected a mapping, got a list",
            "indented",
        ),
        (RUN, "spec:\n  agentflow_id: {id: x}\n  goal: G\n", "", "1:1 spec: is missing", "Add spec."),
    ],
    ids=lambda it: it.strip()[:40] if isinstance(it, str) else None,
)
def test_one_fault(folder: Folder, text: str, old: str, new: str, fault: str, hint: str) -> None:
    found, how = one(folder, text, old, new, project=text is not PROJECT)
    assert found.startswith(fault)
    assert hint in how


@pytest.mark.parametrize("text", [SKILL, FLOW, RUN])
def test_they_are_sound_as_they_stand(folder: Folder, text: str) -> None:
    assert folder.problems(text) == []


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("- a", "m.yaml:1:1 : a manifest is a mapping, not a list"),
        ("just text", 'm.yaml:1:1 : a manifest is a mapping, not "just text"'),
        ("5", "m.yaml:1:1 : a manifest is a mapping, not 5"),
        ("{}", "m.yaml:1:1 : this is no manifest of wexa-sync"),
        ("# a chart\n\nreplicas: 3", "m.yaml:3:1 : this is no manifest of wexa-sync"),
        ("apiVersion: v1\nkind: Service", "m.yaml:1:1 : this is no manifest of wexa-sync"),
    ],
)
def test_what_is_no_manifest(folder: Folder, text: str, fault: str) -> None:
    (problem,) = folder.problems(text)
    assert f"{problem.source} {problem.path}: {problem.message}" == fault
    assert "`ignore` in wexa-sync.yaml" in problem.hint


@pytest.mark.parametrize(
    ("text", "old", "new", "hint"),
    [
        (SKILL, "  name: S\n", "  name: S\n  userId: u\n", "Did you mean 'user_id'?"),
        (RUN, "goal: G", "goal: G\n  executedBy: u", "Did you mean 'executed_by'?"),
        (RUN, "goal: G", "goal: G\n  userId: u", "the setting user_id"),
    ],
)
def test_a_field_of_ours_in_another_spelling_is_not_one_of_the_servers(
    folder: Folder, text: str, old: str, new: str, hint: str
) -> None:
    assert hint in one(folder, text, old, new)[1]


def test_a_field_that_is_filled_in_is_not_taken_for_a_missing_one(folder: Folder) -> None:
    text = PROJECT.replace("projectName: P", "projectID: p")
    assert [fault.partition(" ")[2] for fault in folder.faults(text, project=False)] == [
        "spec.projectName: is missing",
        "spec.projectID: there is no field 'projectID' here",
    ]


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (": S\n", ": !x S\n", "7:9 spec.name: the tag !x is not allowed here"),
        (": S\n", ": .inf\n", "7:9 spec.name: no number that JSON has"),
        (": S\n", ": !!int S\n", "7:9 spec.name: this is no !!int"),
        (": S\n", ": '${var:none}'\n", "7:9 spec.name: ${var:none} is not defined"),
        (": Skill\n", ": !x Skill\n", "2:7 kind: the tag !x is not allowed here"),
        (": wexa.ai/v1\n", ": !x y\n", "1:13 apiVersion: the tag !x is not allowed here"),
        ("{external: Mail}", "!x {}", "9:17 spec.connector_id: the tag !x is not allowed here"),
        ("{external: Mail}", "{external: !x y}", "9:28 spec.connector_id.external: the tag !x is not allowed here"),
        (META, "metadata: '${var:none}'\n", "3:11 metadata: ${var:none} is not defined"),
        (META, "metadata: s\n", '3:11 metadata: expected a mapping, got "s"'),
        ("  name: S\n", "  name: S\n  <<: !x {a: b}\n", "8:7 spec.<<: the tag !x is not allowed here"),
        (SKILL.replace("name: s\n", "name: s\n  project: desk\n"), "'${var:none}'", "1:1 : ${var:none} is not defined"),
    ],
    ids=lambda it: ascii(it)[:30],
)
def test_what_is_told_of_once_is_not_told_of_again(folder: Folder, old: str, new: str, fault: str) -> None:
    folder.write({"two.yaml": PROJECT})  # two projects: which one has to be said
    text = SKILL.replace("name: s\n", "name: s\n  project: desk\n")
    assert old in text
    assert [found.partition(":")[2] for found in folder.faults(text.replace(old, new))] == [fault]


def test_a_thousand_faults_of_a_document_are_enough(folder: Folder) -> None:
    text = SKILL + "".join(f"  u{n}: x\n" for n in range(3_000))
    assert len(folder.faults(text)) == 1000


def test_everything_at_once(folder: Folder) -> None:
    folder.write({"a.yaml": SKILL.replace(": s\n", ": t\n").replace("D", "[]"), "b.yaml": "kind: [", "c.yaml": "a: 1"})
    text = (
        SKILL.replace("name: S", "nme: 5").replace("connector_id", "logo") + "---\n" + FLOW.replace("title: A", "x: 1")
    )
    assert [fault.partition(": ")[0] for fault in folder.faults(text)] == [
        "a.yaml:7:16 spec.description",
        "b.yaml:1:8 ",
        "c.yaml:1:1 ",
        "m.yaml:5:1 spec.connector_id",
        "m.yaml:6:3 spec.nme",
        "m.yaml:8:9 spec.logo",
        "m.yaml:18:5 spec.agents[0].title",
        "m.yaml:19:5 spec.agents[0].x",
    ]
