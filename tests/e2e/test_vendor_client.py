"""The vendor's own client drives the sandbox: each of its public methods succeeds, whatever call it makes."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import wexa_sdk

from tests.conftest import KEY
from tests.unit.sandbox.client import agent_body, project_body

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from tests.conftest import Remote

NOWHERE = "0" * 24


def public_methods(client: object) -> Iterator[str]:
    """Yield each public method of the client as `resource.method`."""
    for name, resource in vars(client).items():
        if name != "http":
            yield from _methods_of(resource, name)


def _methods_of(resource: object, name: str) -> Iterator[str]:
    for method, _ in inspect.getmembers(type(resource), inspect.isfunction):
        if not method.startswith("_"):
            yield f"{name}.{method}"
    for inner, value in vars(resource).items():
        if type(value).__module__.startswith("wexa_sdk") and inner != "http":
            yield from _methods_of(value, f"{name}.{inner}")


class Driver:
    """Call methods of the vendor's client by name, and keep which were called."""

    def __init__(self, remote: Remote) -> None:
        self.org, self.user = remote.server.org_id, remote.server.user_id
        self.raw = remote.raw
        self.client = wexa_sdk.WexaClient(base_url=remote.server.base_url, api_key=KEY, retries={"attempts": 1})
        self.called: set[str] = set()
        self.refused: dict[str, str] = {}

    def __call__(self, name: str, *words: Any, **more: Any) -> Any:
        """Call `resource.method`; keep a refusal, so that one test names them all."""
        method: Any = self.client
        for part in name.split("."):
            method = getattr(method, part)
        self.called.add(name)
        try:
            return method(*words, **more)
        except Exception as error:  # noqa: BLE001  # each refusal is listed
            self.refused[name] = f"{type(error).__name__}: {error}"
            return None


def id_in(answer: Any, *names: str) -> str:
    """Return the first id in an answer, whatever it is wrapped in; one of nothing where there is none."""
    queue = [answer]
    for value in queue:
        if isinstance(value, dict):
            for name in (*names, "_id", "id"):
                if isinstance(value.get(name), str):
                    return str(value[name])
            queue += value.values()
        elif isinstance(value, list):
            queue += value
    return NOWHERE


def projects(call: Driver) -> str:
    """Drive the projects, and return the id of one that stays."""
    body = project_body(projectName="Desk")
    project = id_in(call("projects.create", body))
    gone = id_in(call("projects.create_simple", orgId=call.org, projectName="Gone", description="d", coworker_role="r"))
    call("projects.get", project)
    call("projects.get_all", status="published", user_id=call.user, org_id=call.org, page=1, limit=10)
    call("projects.list_all", call.user)
    call("projects.get_by_project_name", "Desk")
    call("projects.update", project, {**body, "description": "new"})
    call("projects.delete", gone)
    return project


def connectors(call: Driver, project: str) -> str:
    """Drive the connectors and their actions, and return the id of one."""
    body = {
        "name": "Second writer",
        "description": "Writes too",
        "category": "content_creator",
        "org_id": call.org,
        "projectID": project,
        "config": {"token": "t"},
        "ui_form": [],
        "logo": "https://storage.example/logo.png",
        "actions": [],
    }
    call("connectors.set_config", "content_creator", project, body)
    for category in ("whatsapp", "linkedin", "google_drive"):
        more = {**body, "name": category, "category": category}
        call("connectors_mgmt.configure_connector", category, project_id=project, body=more)
    call("connectors_mgmt.list_by_project_id", project)
    listed = {
        name: id for group in call.client.connectors_mgmt.list_by_project_id(project) for name, id in names(group)
    }
    writer, drive = listed.get("Second writer", NOWHERE), listed.get("google_drive", NOWHERE)
    call("connectors_mgmt.list", project)
    call("connectors.get_config", "content_creator", project)
    call("connectors_mgmt.get_config", "content_creator", project)
    call("connectors_mgmt.get_by_id", writer)
    call("connectors_mgmt.get_by_id_path", writer)
    call("connectors_mgmt.update_status", new_status="ready", connectorID=writer, data_loader_config={})
    call("connectors_mgmt.list_trigger_actions", project)
    call("connectors_mgmt.list_trigger_actions_by_project", project)
    call("connectors_mgmt.retrieve_linkedin_params", project, search_type="PEOPLE", keyword="a")
    call("connectors.action", "content_creator", "generate", writer, body={"input": {}}, projectID=project)
    call("connectors.google_drive.list_files", drive, folder_id="folder")
    call("connectors.google_drive.read", drive, file_id="file")
    call("marketplace.list_connectors", search_key="", projectID=project, filter_type="all")
    call("connectors_mgmt.delete", listed.get("whatsapp", NOWHERE), project_id=project)
    call("connectors_mgmt.delete_by_id_path", listed.get("Mail", NOWHERE), project_id=project)
    return writer


def names(group: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the name and the id of each connector in a group of the list."""
    for account in group["accountDetails"] or []:
        yield account["sourceName"], account["connectorID"]


def skills(call: Driver, project: str, connector: str) -> None:
    """Drive the skills."""
    body = {"name": "Second writer - write", "logo": "l", "connector_name": "Second writer", "description": "d"}
    skill = id_in(call("skills.create", {**body, "projectID": project, "connector_id": connector, "user_id": None}))
    call("skills.list", project, limit=10)
    call("skills.list_by_category", project, "content_creator", limit=10)
    call("skills.get_by_id", skill)
    call("skills.get_by_name", body["name"], project)


def flows(call: Driver, project: str) -> str:
    """Drive the agentflows and their agents, and return the id of a flow."""
    body = {"name": "Triage", "description": "d", "role": "r", "projectID": project}
    flow, agent = id_in(call("agentflows.create", body, projectID=project)), "a" * 24
    call("agentflows.list", project_id=project, skip=1, limit=10)
    call("agentflows.add_skilled_agent", flow, project, agent_body(_id=agent))
    call("agentflows.update_skilled_agent", flow, agent, projectID=project, body=agent_body(title="New"))
    call("agentflows.update", flow, {"name": "Triage 2"})
    call("agentflows.get", flow)
    call("agentflows.get_by_user_and_project", flow, call.user, project)
    return flow


def runs(call: Driver, project: str, flow: str) -> None:
    """Drive the executions, and the inbox of those that ask."""

    def start(outcome: str) -> str:
        call.raw("POST", "/_sandbox/outcomes", {"outcome": outcome}).raise_for_status()
        body = {"agentflow_id": flow, "executed_by": call.user, "goal": "g", "input_variables": {}}
        return id_in(call("executions.start", {**body, "projectID": project}, projectID=project), "execution_id")

    def asked(outcome: str) -> str:
        run = start(outcome)
        call.raw("POST", "/_sandbox/clock", {"advance": 3600}).raise_for_status()
        return run

    run = start("completed")
    call("executions.execute", run, projectID=project)
    call("executions.list", project)
    call("executions.get", run)
    call("executions.monitor", flow)
    call.raw("POST", "/_sandbox/clock", {"advance": 5}).raise_for_status()
    call("executions.pause", run)
    call("executions.resume", run)
    tasks(call, project)
    waiting = asked("preview")
    agent = call.client.agentflows.get(flow)["agents"][0]["_id"]
    call("inbox.get", id_in(call("inbox.list", project, status="pending")), project)
    call("inbox.update_preview", waiting, project, {"agent_id": agent, "is_approved": True, "preview_input": {}})
    call("executions.cancel", asked("input_required"))
    waiting = asked("input_required")
    call("inbox.update_runtime", waiting, project, {"agent_id": agent, "is_submitted": True, "values": {"key": "a"}})
    call("inbox.update_anomaly", asked("anomaly"), project, {"is_approved": True})
    call("inbox.create", {"type": "preview", "status": "pending", "execution_id": waiting, "projectID": project})


def tasks(call: Driver, project: str) -> None:
    """Drive the task of a run that goes on."""
    task = id_in(call("tasks.list", project, limit=10))
    call("tasks.get", task, project)
    call("tasks.pause", task)
    call("tasks.resume", task)
    call("tasks.stop", task)


def schedules(call: Driver, project: str, flow: str) -> None:
    """Drive the schedules."""
    body = {"coworker_id": flow, "goal": {}, "template": "t", "display_template": "[]", "schedule": 4102444800}
    schedule = id_in(call("schedules.create_coworker_schedule", projectID=project, body=body))
    call("schedules.list_coworker_schedules", flow, projectID=project)
    call("schedules.get_coworker_schedule", schedule)
    call("schedules.update_coworker_schedule", schedule, projectID=project, body={"template": "new"})
    call("schedules.delete_coworker_schedule", schedule, projectID=project)


def tables(call: Driver, project: str) -> None:
    """Drive the tables, their columns and their rows."""
    columns = [{"column_name": name, "column_type": "String", "column_id": name} for name in ("email", "stage")]
    call("tables.create_database", project)
    table = id_in(call("tables.create_table", project, {"table_name": "People", "columns": columns}))
    call("tables.list_tables", project)
    call("tables.get_table_names", project)
    call("tables.get_table", project, table)
    call("tables.get_table_view", table)
    call("tables.get_columns", project, table)
    extra = {"column_name": "Note", "column_type": "String", "column_id": "note"}
    call("tables.add_columns", project, table, [extra], ignore_existing_columns=True)
    call("tables.update_column_name", project, column_id="note", column_name="Notes", table_id=table)
    call("tables.patch_column", table, {**extra, "default_value": "none"})
    call("tables.edit_columns", table, {**extra, "column_name": "Remark"})
    call("tables.delete_column_extended", project, table_id=table, column_id="note")
    call("tables.delete_column", project, "stage")
    rows(call, project, table)
    call("tables.rename_table", project, table, "Persons")
    call("tables.rename_table_extended", project, table_id=table, table_name="Folk", triggers=[])
    call("tables.export", project, table)
    call("tables.column_mapper", column_names=[{"column_id": "email", "column_name": "email"}], csv_headers=["E-mail"])


def rows(call: Driver, project: str, table: str) -> None:
    """Drive the rows of a table."""
    call("tables.create_records_by_collection", project, table, [{"email": "a@x.y"}, {"email": "b@x.y"}])
    call("tables.create_record", project, table, [{"email": "c@x.y"}])
    listed = call("tables.list_records", project, table, {"page": 1, "page_size": 10})
    ids = [each["_id"] for each in rows_in(listed)] or [NOWHERE] * 3
    call("tables.get_record", project, table, ids[0])
    call("tables.update_record", project, table, ids[0], {"email": "d@x.y"})
    call("tables.bulk_update_records", project, table, records={"email": "e@x.y"}, record_ids={"storage_ids": ids[:1]})
    call("tables.field_count", project, table, [{"field": "email", "value": "e@x.y"}])
    call("tables.delete_record", project, table, ids[0])
    call("tables.delete_records", project, table, ids[1:2], projectID=project)
    call("tables.delete_records_bulk", project, table, ids[2:3])


def rows_in(answer: Any) -> list[Any]:
    """Return the longest list in an answer, whatever it is wrapped in."""
    lists = [answer] if isinstance(answer, list) else []
    lists += [value for value in answer.values() if isinstance(value, list)] if isinstance(answer, dict) else []
    return max(lists, key=len, default=[])


def the_rest(call: Driver, project: str, connector: str) -> None:
    """Drive the marketplace, the files, the dashboard and all that can only be read."""
    offered = call("marketplace.list_coworkers", search_key="", limit=10)
    coworker = id_in(offered)
    call("marketplace.get_coworker_by_id", coworker)
    call("marketplace.purchase_coworker", coworker, organization_id=call.org)
    call("marketplace.check_coworker_update", coworker)
    upload = {"filenames": ["a.pdf"], "tags": ["t"], "projectID": project, "source_type": "STORAGE", "org_id": call.org}
    file = id_in(call("files.upload_request", project, connector, upload), "file_id")
    call("files.get_by_file_id", file, project)
    call("files.get_connector_by_file_id", project, file)
    call("files.list_by_connector", project, connector)
    call("knowledgebase.upload", project_id=project, container_name=project, body=upload)
    call("tables.refresh_dashboard", project)
    component = id_in(rows_in(call("tables.get_dashboard", project)))
    call("tables.delete_dashboard_component", project, component)
    call("settings.get", project)
    call("analytics.get", project)
    call("tags.get_by_project_id", project)
    call("llm.llm_call", {"model": "bedrock/amazon.nova-pro-v1", "messages": [{"role": "user", "content": "hello"}]})


def test_every_public_method_of_the_vendor_s_client_succeeds(
    open_sandbox: Callable[..., AbstractContextManager[Remote]],
) -> None:
    with open_sandbox(run_seconds=600) as remote:
        call = Driver(remote)
        project = projects(call)
        connector = connectors(call, project)
        skills(call, project, connector)
        flow = flows(call, project)
        runs(call, project, flow)
        schedules(call, project, flow)
        tables(call, project)
        the_rest(call, project, connector)
        assert set(public_methods(call.client)) - call.called == set(), "every method is called"
        assert call.refused == {}
