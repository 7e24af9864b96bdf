"""Write workspaces of any size to measure: manifests as people write them, a file each, flows with long prompts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from benchmarks.processes import WEXA_SYNC, Sandbox, run

_PROJECT = """\
apiVersion: wexa.ai/v1
kind: Project
metadata:
  name: {project}
spec:
  projectName: Project {project}
  description: Reads tickets, sorts them and drafts answers.
  coworker_role: Support coworker
"""
_SKILL = """\
apiVersion: wexa.ai/v1
kind: Skill
metadata:
  name: {name}
  project: {project}
spec:
  name: Content creator - {name}
  description: Shortens a ticket to three sentences that say what is wrong, since when, and what was tried.
  connector_id: {{external: Content creator}}
"""
_SCHEDULE = """\
apiVersion: wexa.ai/v1
kind: Schedule
metadata:
  name: {name}
  project: {project}
spec:
  coworker_id: {flow}
  template: Summarise the tickets of {name} that stayed open over the holidays.
  schedule: 2035-01-02T07:00:00Z
"""
_FLOW = """\
apiVersion: wexa.ai/v1
kind: AgentFlow
metadata:
  name: {name}
  project: {project}
spec:
  name: Ticket triage {name}
  description: Classifies a ticket, summarises it and drafts an answer.
  role: Support agent
  agents:
"""
_AGENT = """\
    - handle: {name}
      title: Agent {name}
      role: Sorts tickets by urgency
      role_description: Knows the queues and what each team answers for.
      skills: [{skill}]
      llm:
        model: azure/gpt-4o
        max_tokens: 4000
        temperature: 0.2
      prompt:
        template: |
          You are the {name} agent of the support desk. You read one ticket at a time.

          1. Say in one sentence what the customer wants: "a refund", "a repair", "an answer".
          2. Say how urgent it is: low, normal, high. Nothing else is an urgency here.
          3. Name the queue: billing, hardware, accounts, or other if you can't tell.

          Rules:
          - Never promise a date that is not in the ticket, and never guess one.
          - Quote numbers (order, invoice, serial) exactly as they stand; don't mend them.
          - If the ticket holds a password or a card number, write *** in its place.
          - If two tickets were merged into one, answer for the newer part of it.
          - Where the customer is angry, say so in the summary, without judging.

          Answer in this form, three lines and nothing around them:
          wants: ...
          urgency: ...
          queue: ...
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """Hold the number of resources in each project."""

    projects: int = 1
    skills: int = 1
    flows: int = 1
    agents: int = 1  # in each flow
    schedules: int = 0

    @property
    def resources(self) -> int:
        """Return the number of addresses in all; each agent has its own."""
        return self.projects * (1 + self.skills + self.flows * (1 + self.agents) + self.schedules)


def resources(number: int) -> Size:
    """Return the size of a workspace of so many: two projects, flows of two agents each, as many skills and schedules.

    `number` is a multiple of ten.
    """
    each = number // 10
    return Size(projects=2, skills=each - 1, flows=each, agents=2, schedules=each)


def applied(folder: Path, size: Size, server: Sandbox) -> Path:
    """Write the manifests, and apply them."""
    workspace = write_workspace(folder, size)
    run([*WEXA_SYNC, "apply", "--auto-approve"], folder=workspace, env=server.env)
    return workspace


def write_workspace(folder: Path, size: Size) -> Path:
    """Write the manifests, the same each time."""
    for number in range(size.projects):
        project = f"desk-{number}"
        _write(folder / project / "project.yaml", _PROJECT.format(project=project))
        for n in range(size.skills):
            _write(folder / project / "skills" / f"{n}.yaml", _SKILL.format(name=f"skill-{n}", project=project))
        for n in range(size.flows):
            agents = (_AGENT.format(name=f"a{a}", skill=f"skill-{(n + a) % size.skills}") for a in range(size.agents))
            text = _FLOW.format(name=f"flow-{n}", project=project) + "".join(agents)
            _write(folder / project / "flows" / f"{n}.yaml", text if size.agents else text.removesuffix("  agents:\n"))
        for n in range(size.schedules):
            text = _SCHEDULE.format(name=f"schedule-{n}", project=project, flow=f"flow-{n % size.flows}")
            _write(folder / project / "schedules" / f"{n}.yaml", text)
    return folder


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
