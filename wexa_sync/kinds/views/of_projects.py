"""Declare the views of what a project has beside its resources: settings, tags, members, tasks, the inbox, numbers."""

from __future__ import annotations

from wexa_sync.kinds.endpoint import Endpoint, Listing, Scope
from wexa_sync.kinds.inbox import EVERYTHING
from wexa_sync.kinds.paging import PageNumber, SkipLimit
from wexa_sync.kinds.view import Filter, View, column
from wexa_sync.kinds.views.of_kinds import BY_CATEGORY, CREATED, ID, OF_A_CONNECTOR, SKILL_COLUMNS, STATUS

SDK = "the vendor's SDK"
OLD_SDK = "the vendor's SDK before 0.1.13"


def _get(path: str, *, known_from: str = SDK, query: dict[str, str] | None = None) -> Endpoint:
    """Return a call that reads, whose page nobody has seen."""
    return Endpoint(method="GET", path=path, query=query or {}, known_from=known_from)


def _list(endpoint: Endpoint, *keys: str) -> Listing:
    return Listing(endpoint=endpoint, scope=Scope.PROJECT, keys=keys)


_BY_PROJECT = {"projectID": "{project}"}

SETTINGS = View(name="settings", about="the settings of a project", read=_get("/settings/{project}"))

TAG = View(
    name="tag",
    about="the tags of a project's files",
    # The spelling is the API's.
    listing=_list(_get("/tagsbyprojectId/{project}"), "tags"),
    columns=(column("TAG", "name", "tag"), ID),
)

MEMBER = View(
    name="member",
    about="the members of a project",
    listing=_list(_get("/project-member/{project}", known_from=OLD_SDK), "members", "project_members"),
    display=("name", "fullName", "email"),
    columns=(column("NAME", "fullName", "name"), column("E-MAIL", "email"), column("ROLE", "role"), ID),
)

MEMBER_SUMMARY = View(
    name="member-summary",
    about="the members of a project, in numbers",
    read=_get("/project-member/{project}/summary", known_from=OLD_SDK),
)

ANALYTICS = View(
    name="analytics", about="what a project's runs came to", read=_get("/analytics", query={"projectID": "{project}"})
)

DASHBOARD = View(name="dashboard", about="the dashboard of a project", read=_get("/dashboard/{project}"))

TASK = View(
    name="task",
    about="the tasks that executions make",
    listing=Listing(
        endpoint=Endpoint(
            method="GET",
            path="/tasks/{project}",
            # SDK 0.1.1 to 0.1.10.
            otherwise=_get("/tasks/", query=_BY_PROJECT),
            known_from=SDK,
        ),
        scope=Scope.PROJECT,
        paging=SkipLimit(limit=100),
        keys=("tasks",),
    ),
    read=Endpoint(method="GET", path="/task/{id}", query=_BY_PROJECT),
    columns=(STATUS, CREATED, column("NAME", "name"), ID),
    filters={"status": Filter(fields=("status",)), "created_by": Filter(query="created_by", fields=("created_by",))},
)

_INBOX = EVERYTHING.listing

INBOX_ITEM = View(
    name="inbox",
    about="what executions ask of people",
    aliases=("inbox-item",),
    item="inbox item",
    listing=_INBOX,
    read=_get("/inbox/{id}", query=_BY_PROJECT),
    display=("summary",),
    columns=(STATUS, CREATED, column("TYPE", "type"), column("ASKS", "agent_title"), column("SUMMARY", "summary"), ID),
    filters={
        "status": Filter(query="status", fields=("status",)),
        "type": Filter(query="type", fields=("type",)),
        "search_key": Filter(query="search_key"),
        "execution": Filter(fields=("execution_id",)),
        "flow": Filter(fields=("coworker_id",), names="flow"),
    },
)

SKILL_CATEGORY = View(
    name="skill-category",
    about="the skills of one category of connectors",
    listing=BY_CATEGORY,
    columns=SKILL_COLUMNS,
    filters={"category": Filter(query="category", required=True)},
)

MONITOR = View(
    name="monitor",
    about="the runs of a flow, for monitoring",
    scope=Scope.OWNER,
    within="flow",
    read=_get("/execute_flow/{owner}/monitor"),
)

FILE = View(
    name="file",
    about="the files of a connector",
    scope=Scope.OWNER,
    within="connector",
    # SDK 0.1.1 to 0.1.10 had the connector alone in the path.
    listing=Listing(
        endpoint=Endpoint(
            method="GET",
            path="/files/{project}/connector/{owner}",
            otherwise=_get("/files/{owner}/connector/"),
            known_from=SDK,
        ),
        scope=Scope.OWNER,
        keys=("files",),
    ),
    read=_get("/file/{id}/", query=_BY_PROJECT),
    display=("filename", "name"),
    columns=(column("NAME", "filename", "name"), STATUS, CREATED, ID),
)

FILE_CONNECTOR = View(
    name="file-connector",
    about="the connector that holds a file",
    read=Endpoint(method="GET", path="/file/{project}/{filter.file}/connector", known_from=SDK),
    shown=OF_A_CONNECTOR,
    filters={"file": Filter(required=True)},
)

ROW = View(
    name="row",
    about="the rows of a table",
    aliases=("record", "seed"),
    scope=Scope.OWNER,
    within="table",
    listing=Listing(
        endpoint=Endpoint(method="GET", path="/storage/{project}/{owner}"),
        scope=Scope.OWNER,
        # The SDK's text says page_size, and real clients send limit.
        paging=PageNumber(page_param="page", limit_param="limit", also_param="page_size"),
        keys=("records",),
    ),
    read=_get("/storage/{project}/{owner}/{id}"),
    open=True,
    filters={name: Filter(query=name) for name in ("query", "filters", "search_filters", "sort", "sort_key")},
)

VIEWS = (
    SETTINGS,
    TAG,
    MEMBER,
    MEMBER_SUMMARY,
    ANALYTICS,
    DASHBOARD,
    TASK,
    INBOX_ITEM,
    SKILL_CATEGORY,
    MONITOR,
    FILE,
    FILE_CONNECTOR,
    ROW,
)
"""The views that are read for each project."""
