"""Define the applies to disturb: the examples, before and after the edits of a working day."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from msgspec import Struct

from wexa_sync.sandbox import ORG_ID, USER_ID

from ..forks import ROOT
from .bench import Bench

_READINGS = {"content-studio": {"execution_start": "explicit"}, "channels": {"connector_makes_skills": "yes"}}
_LINKED = {
    "after_agent": "links",
    "unlinked_without_after_agent": "yes",
    "decider": "present",
    "agent_delete": "ends_chain",
    "flow_delete": "both",
}
FAST = "settle: 0.5\nstart_grace: 0.5\n"


class Scenario(Struct, frozen=True, kw_only=True):
    """Describe an apply to disturb. `prepare` prepares the manifests; `edit` then changes them.

    Without an edit, the first apply is disturbed. `words` are arguments of the command; `readings` are the
    sandbox's: in the content studio a run does not start by itself, and connectors make skills in the channels.
    `command`: what is disturbed in place of an apply.
    """

    name: str
    example: str
    prepare: Callable[[Path], None]
    edit: Callable[[Path], None] | None = None
    words: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    doomed: str = ""  # the display name of a project that is deleted, so that nothing of others is put into it

    @property
    def readings(self) -> dict[str, str]:
        """Return the readings of the sandbox."""
        return {**_READINGS.get(self.example, {}), **(_LINKED if self.name == "agents" else {})}


def _replace(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text, f"{file} does not say {old!r} any more"
    file.write_text(text.replace(old, new), encoding="utf-8")


def _append(file: Path, text: str) -> None:
    file.write_text(file.read_text(encoding="utf-8") + text if file.exists() else text, encoding="utf-8")


def _document(kind: str, name: str, spec: str, project: str = "", **metadata: str) -> str:
    said = {"name": name, **({"project": project} if project else {}), **metadata}
    inner = ", ".join(f"{key}: {value}" for key, value in said.items())
    return f"---\napiVersion: wexa.ai/v1\nkind: {kind}\nmetadata: {{{inner}}}\nspec: {{{spec}}}\n"


def _desk(folder: Path) -> None:
    _append(folder / "wexa-sync.yaml", FAST)


def _desk_edited(folder: Path) -> None:
    """Edit prompts, a role, a project and a schedule; raise a run's generation; add new resources."""
    _append(folder / "prompts/classify.md", "\nAnswer in one word.\n")
    _replace(folder / "triage.yaml", "Sorts tickets by urgency", "Sorts tickets by what they cost us")
    _replace(folder / "project.yaml", "sorts them and drafts answers", "sorts them, and drafts an answer to each")
    _replace(folder / "schedule.yaml", "07:00:00Z", "09:30:00Z")
    _replace(folder / "execution.yaml", "name: smoke-test", "name: smoke-test\n  generation: 2")
    agent = "    - {handle: tag, title: Tagger, role: Tags tickets, skills: [tag], prompt: {template: Tag it.}}\n"
    _append(folder / "triage.yaml", agent)
    flow = (
        "name: Replies, description: Sends replies, role: Replier, "
        "agents: [{handle: send, title: Sender, role: Sends, skills: [tag], prompt: {template: Send it.}}]"
    )
    _append(
        folder / "more.yaml",
        _document("Skill", "tag", "name: Tag, description: Tags, connector_id: {external: Mail}")
        + _document("AgentFlow", "replies", flow)
        + _document("Schedule", "spring", "coworker_id: replies, template: Greet all., schedule: 2035-03-21T06:00:00Z")
        + _document(
            "Execution",
            "greet",
            "agentflow_id: replies, goal: Greet one., wait: true",
            depends_on="[Execution/smoke-test]",
        ),
    )


def _unedited(_: Path) -> None:
    """Leave the manifests as they are."""


def _desk_pruned(folder: Path) -> None:
    """Remove a schedule and a run from the manifests."""
    (folder / "schedule.yaml").unlink()
    (folder / "execution.yaml").unlink()


_FLOW = "name: {0}, description: Routes tickets, role: Router, agents: [{1}]"
_AGENT = "{{handle: {0}, title: {0}, role: r, skills: [summarise], prompt: {{template: t}}}}"
_DECIDER = (
    "{handle: route, title: Route, role: Decides, prompt: {template: Decide.}, decision: "
    "{approved: {when: Fine., next: accept}, rejected: {when: Not fine., next: refuse}}}"
)


def _desk_of_flows(folder: Path) -> None:
    """Add a flow whose agents change, and one that goes, with the calls that no vendor page has."""
    _append(folder / "wexa-sync.yaml", FAST + "allow_undocumented: [agent.decider, agent.delete, agentflow.delete]\n")
    for name, handles in {"Route": ("first", "second", "third"), "Old": ("only",)}.items():
        agents = ", ".join(map(_AGENT.format, handles))
        _append(folder / f"{name}.yaml", _document("AgentFlow", name.lower(), _FLOW.format(name, agents)))


def _desk_relinked(folder: Path) -> None:
    """Remove the last agents of a flow, put a decision with two branches there, and remove a flow."""
    (folder / "Old.yaml").unlink()
    agents = ", ".join((_AGENT.format("first"), _DECIDER, *map(_AGENT.format, ("accept", "refuse"))))
    (folder / "Route.yaml").write_text(_document("AgentFlow", "route", _FLOW.format("Route", agents)), "utf-8")


def _desk_replaced(folder: Path) -> None:
    """Replace the project by another one."""
    for file in folder.glob("*.yaml"):
        if file.name != "wexa-sync.yaml":
            file.unlink()
    shutil.copy(ROOT / "examples/minimal/project.yaml", folder / "project.yaml")


def _studio(folder: Path) -> None:
    # One environment is enough to disturb: as plain settings, which any command takes.
    staging = "vars: {environment: staging, model: azure/gpt-4o, launch: 2035-03-01T08:00:00Z}\n"
    (folder / "wexa-sync.yaml").write_text(staging + FAST + "allow_undocumented: [agentflow.update]\n", "utf-8")
    shutil.rmtree(folder / "environments")
    _replace(folder / "newsletter/project.yaml", "prevent_destroy: true", "prevent_destroy: false")
    opening = "agentflow_id: article, goal: Write the opening., start: explicit, wait: true"
    greeting = "agentflow_id: issue, goal: Greet the readers."
    _append(folder / "blog/runs.yaml", _document("Execution", "opening", opening, "blog"))
    _append(
        folder / "newsletter/runs.yaml",
        _document("Execution", "greeting", greeting, "newsletter", depends_on="[blog/Execution/opening]"),
    )


def _studio_edited(folder: Path) -> None:
    """Edit a shared prompt, a flow's texts and the launch; raise a run's generation; add a skill."""
    _append(folder / "conventions/proofread.md", "\nKeep the paragraphs.\n")
    _replace(folder / "newsletter/issue.yaml", "Composes the month's letter", "Writes the month's letter")
    _replace(folder / "wexa-sync.yaml", "launch: 2035-03-01", "launch: 2035-04-01")
    _replace(folder / "blog/runs.yaml", "name: opening", "name: opening, generation: 2")
    skill = _document(
        "Skill", "illustrate", "name: Illustrate, description: Draws, connector_id: {external: REST API}", "blog"
    )
    _append(folder / "blog/skills.yaml", skill)
    _replace(
        folder / "blog/article.yaml", "role: Corrects language", "role: Corrects language\n      skills: [illustrate]"
    )


def _studio_pruned(folder: Path) -> None:
    """Remove the newsletter with everything in it, and the blog's schedule."""
    shutil.rmtree(folder / "newsletter")
    (folder / "blog/schedule.yaml").unlink()


def _channels(folder: Path) -> None:
    _desk(folder)
    _replace(folder / "connector.yaml", "${secret:WHATSAPP_PIN}", '"0000"')


def _channels_edited(folder: Path) -> None:
    """Change a connector's status; add another connector, and a skill that it makes by itself."""
    _replace(folder / "connector.yaml", "status: ready", "status: inactive")
    skill = "name: Drive - List files, description: List files with google_drive, connector_id: drive"
    _append(folder / "more.yaml", _drive() + _document("Skill", "list-files", skill))


def _channels_with_drive(folder: Path) -> None:
    _channels(folder)
    _append(folder / "more.yaml", _drive())


def _channels_pruned(folder: Path) -> None:
    """Remove the connector that no skill refers to."""
    (folder / "more.yaml").unlink()


def _drive() -> str:
    config = "config: {refresh_token: t}"
    return _document("Connector", "drive", f"name: Drive, description: Files, category: google_drive, {config}")


def _replies_edited(folder: Path) -> None:
    """Remove a trigger, edit another one and its flow, and add a third one: all in the list of one connector."""
    kept = (folder / "trigger.yaml").read_text(encoding="utf-8").partition("\n---\n")[2]
    (folder / "trigger.yaml").write_text(kept, encoding="utf-8")
    _replace(folder / "trigger.yaml", "Sort and answer", "Read and answer")
    _replace(folder / "flow.yaml", "in two sentences", "in one sentence")
    spec = (
        "on: {connector: {external: WhatsApp}}, name: Reads, event: message_read, agentflow_id: reply, goal: Note it."
    )
    _append(folder / "trigger.yaml", _document("Trigger", "reads", spec))


COWORKERS = {"recruiter": "AI Recruiter", "writer": "Support Writer"}
"""The names in the marketplace of what is hired, by handle."""


def _hires_edited(folder: Path) -> None:
    """Hire another copy of the coworker, and one of another coworker."""
    _replace(folder / "hires.yaml", "generation: 1", "generation: 2")
    _append(
        folder / "hires.yaml",
        _document("MarketplaceHire", "writer", f"coworker_id: {{external: {COWORKERS['writer']}}}"),
    )


def _files_edited(folder: Path) -> None:
    """Change a file's content, and add another file."""
    _append(folder / "docs/handbook.md", "\nNever promise a date.\n")
    (folder / "docs/tone.txt").write_text("Be brief.\n", encoding="utf-8")
    _append(folder / "files.yaml", _document("File", "tone", "content: {file: docs/tone.txt}, filename: tone.txt"))


def _tables(folder: Path) -> None:
    _append(folder / "wexa-sync.yaml", FAST + "allow_undocumented: [table.rename]\n")


def _tables_edited(folder: Path) -> None:
    """Rename a table, a column and an option; add a table and a column; take a column out, which has values."""
    _replace(folder / "candidates.yaml", "table_name: Candidates", "table_name: Applicants")
    _replace(folder / "candidates.yaml", "[new, invited, hired]", "[new, met, hired]")
    _replace(folder / "candidates.yaml", "column_name: Name", "column_name: Full name")
    _replace(folder / "openings.yaml", "column_id: title, column_name: Title", "column_id: role, column_name: Role")
    _replace(folder / "openings.yaml", "default_value: 1", "default_value: 2")
    columns = "columns: [{column_id: at, column_name: At, column_type: String}]"
    _append(folder / "more.yaml", _document("Table", "visits", f"table_name: Visits, {columns}"))


def _seed_edited(folder: Path) -> None:
    """Change a row, take one out, and add two."""
    lines = "code,title,seats,on_sale\nfree,Free,2,true\nteam,Team,10,true\nbig,Big,99,true\nhuge,Huge,999,\n"
    (folder / "rows/plans.csv").write_text(lines, encoding="utf-8")


RUN = (
    *("executions", "run", "triage", "--goal", "Look at it.", "--input", "ticket=No paper."),
    *("--auto-approve", "--wait", "--format", "json"),
)

SCENARIOS = {
    (each.example, each.name): each
    for each in (
        Scenario(name="first", example="support-desk", prepare=_desk),
        Scenario(name="update", example="support-desk", prepare=_desk, edit=_desk_edited, words=("--force",)),
        Scenario(name="prune", example="support-desk", prepare=_desk, edit=_desk_pruned, words=("--prune", "--force")),
        Scenario(
            name="replace",
            example="support-desk",
            prepare=_desk,
            edit=_desk_replaced,
            words=("--prune", "--force"),
            doomed="Support desk",
        ),
        Scenario(name="command", example="support-desk", prepare=_desk, edit=_unedited, command=RUN),
        Scenario(
            name="agents",
            example="support-desk",
            prepare=_desk_of_flows,
            edit=_desk_relinked,
            words=("--prune", "--force"),
        ),
        Scenario(name="first", example="content-studio", prepare=_studio),
        Scenario(name="update", example="content-studio", prepare=_studio, edit=_studio_edited, words=("--force",)),
        Scenario(
            name="prune",
            example="content-studio",
            prepare=_studio,
            edit=_studio_pruned,
            words=("--prune", "--force"),
            doomed="Newsletter (staging)",
        ),
        Scenario(name="first", example="tables", prepare=_tables),
        Scenario(
            name="update",
            example="tables",
            prepare=_tables,
            edit=_tables_edited,
            words=("--prune", "--force"),
        ),
        Scenario(name="update", example="seed", prepare=_desk, edit=_seed_edited, words=("--prune", "--force")),
        Scenario(name="first", example="channels", prepare=_channels),
        Scenario(name="update", example="channels", prepare=_channels, edit=_channels_edited, words=("--force",)),
        Scenario(
            name="prune",
            example="channels",
            prepare=_channels_with_drive,
            edit=_channels_pruned,
            words=("--prune", "--force"),
        ),
        Scenario(name="first", example="marketplace", prepare=_desk, words=("--hire",)),
        Scenario(name="update", example="marketplace", prepare=_desk, edit=_hires_edited, words=("--hire",)),
        Scenario(name="first", example="files", prepare=_desk),
        Scenario(name="update", example="files", prepare=_desk, edit=_files_edited),
        Scenario(name="first", example="auto-reply", prepare=_desk),
        Scenario(
            name="update",
            example="auto-reply",
            prepare=_desk,
            edit=_replies_edited,
            words=("--prune", "--force"),
        ),
    )
}


def seed_foreign(bench: Bench, doomed: str) -> None:
    """Add objects of somebody else, which no apply may touch: a project of their own, and objects beside ours."""
    project = {"orgId": ORG_ID, "projectName": "Somebody else's", "description": "Theirs", "coworker_role": "Theirs"}
    bench.ask("POST", "/v1/project", project)
    for each in bench.ask("GET", "/v1/project", userId=USER_ID, orgId=ORG_ID)["projectList"]:
        if each["projectName"] != doomed:
            _seed_things(bench, each["_id"])


def _seed_things(bench: Bench, project: str) -> None:
    account = bench.ask("GET", f"/connectors/{project}")[0]["accountDetails"][0]
    named = {"connector_id": account["connectorID"], "connector_name": account["sourceName"]}
    skill = {"name": "Their skill", "description": "Theirs", "logo": "", "user_id": None, "projectID": project, **named}
    bench.ask("POST", "/skills/", skill)
    flow = {"name": "Their flow", "description": "Theirs", "role": "Theirs", "projectID": project}
    made = bench.ask("POST", "/agentflow/", flow, projectID=project)
    accounts = [one for each in bench.ask("GET", f"/connectors/{project}") for one in each["accountDetails"]]
    (connector,) = (one for one in accounts if one["sourceName"] == "WhatsApp")
    path = f"/triggers/connector/{connector['connectorID']}"
    trigger = {"_id": f"{project[:20]}beef", "name": "Their trigger", "event": "message_read", "theirs": [None, 1.0]}
    ours = (bench.ask("GET", path) or {}).get("triggers", [])
    bench.ask("PUT", f"{path}/whatsapp", {"triggers": [trigger, *ours]})
    _seed_table(bench, project)
    text = {"template": "Their words.", "display_template": "Their words."}
    schedule = {"coworker_id": made["_id"], **text, "goal": text, "schedule": 2_100_000_000}
    bench.ask("POST", "/schedule/coworker", schedule, projectID=project)
    run = {"agentflow_id": made["_id"], "goal": "Their goal.", "input_variables": {}, "projectID": project}
    bench.ask("POST", "/execute_flow", {**run, "executed_by": USER_ID}, projectID=project)


def _seed_table(bench: Bench, project: str) -> None:
    """Add a table of somebody else, and rows to every table."""
    bench.ask("POST", "/storage", projectID=project)
    columns = [{"column_id": "email", "column_name": "E-mail", "column_type": "String", "default_value": "none"}]
    table = {"projectID": project, "table_name": "Their table", "columns": columns}
    bench.ask("POST", "/create/table", table, projectID=project)
    for each in bench.ask("GET", f"/storage/{project}"):
        row = {column["column_id"]: f"Their {column['column_name']}" for column in each["columns"]}
        bench.ask("POST", f"/storage/{project}/{each['_id']}", row)


def goals(folder: Path) -> dict[str, str]:
    """Return the goals of the declared runs by the name of the manifest."""
    found: dict[str, str] = {}
    for file in folder.rglob("*.yaml"):
        for document in _documents(file):
            if document.get("kind") == "Execution":
                found[document["metadata"]["name"]] = document["spec"]["goal"]
    return found


def _documents(file: Path) -> list[dict[str, Any]]:
    import yaml

    text = re.sub(r"\$\{.*?\}", "X", file.read_text(encoding="utf-8"))
    return [each for each in yaml.safe_load_all(text) if isinstance(each, dict)]
