"""Stand for a team that works in Wexa Studio: make a workspace by hand, and edit a prompt in it. Plain HTTP.

    python3 studio.py make
    python3 studio.py edit AGENT BEFORE AFTER

WEXA_BASE_URL, WEXA_API_KEY and WEXA_ORG_ID name the workspace. This needs nothing but Python, and knows nothing of
wexa-sync: the workspace is as people leave it. Meant for a sandbox.
"""

from __future__ import annotations

import json
import os
import sys
from secrets import token_hex
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

ORG = os.environ["WEXA_ORG_ID"]
LOGO = "https://storage.example/logo.png"
NEW_YEAR = 1924992000  # 2031-01-01

CLASSIFY = """\
# Sort the message

Read the message and answer with one word: refund, parcel, or other.

- refund: the customer wants money back
- parcel: something is late, lost or broken
- other: all else; also what you are not sure of"""
ANSWER = """\
# Answer the customer

Be friendly and brief. Say what happens next, and when.
Never promise a date that is not in the message.

Write ${amount} where the amount goes: the desk fills it in."""
CHECK = """\
Compare the refund with the order.
If more than 100 EUR are asked for, say "a person decides".	Never approve such a refund yourself."""


def send(method: str, path: str, body: object = None, **query: str) -> Any:
    """Send a request, and return what the server answers."""
    url = f"{os.environ['WEXA_BASE_URL']}{path}?{urlencode(query)}"
    headers = {"x-api-key": os.environ["WEXA_API_KEY"], "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    with urlopen(Request(url, data, headers, method=method), timeout=60) as response:  # noqa: S310  # http, to a sandbox
        return json.load(response)


def make() -> None:
    """Make the project with all that is in it."""
    project = send(
        "POST",
        "/v1/project",
        {
            "orgId": ORG,
            "projectName": "Returns & refunds (Köln)",
            "description": "Answers customers who send something back.",
            "coworker_role": "Returns desk",
            "status": "published",
        },
    )["_id"]
    connector(project)
    connectors = {
        account["sourceName"]: account["connectorID"]
        for group in send("GET", f"/connectors/{project}")
        for account in group["accountDetails"] or []
    }
    skills = [
        skill(project, "Find order", "Support line", connectors),
        skill(project, "Find order", "REST API", connectors),  # two have one name: somebody tried twice
        skill(project, "write a reply!", "Content creator", connectors),
        skill(project, "Old idea", "Mail", connectors),  # no agent uses this one
    ]
    answers = flow(
        project,
        "Answer messages",
        "Sorts what customers write, and answers it.",
        [
            ("Sort", CLASSIFY, [skills[0]]),
            ("Answer", ANSWER, [skills[0], skills[2]]),
            ("Answer", "Read the answer once more, and correct it.", []),  # again two of one name
        ],
    )
    flow(project, "  --- Refunds ---", "Checks refunds.", [("Check", CHECK, [skills[1]])])
    send(
        "POST",
        "/schedule/coworker",
        {
            "coworker_id": answers,
            "goal": {"summary": "Sum up the year"},
            "template": "Sum up the messages of the last year.",
            "display_template": "Sum up the messages of the last year.",
            "schedule": NEW_YEAR,
        },
        projectID=project,
    )
    table(project)


def connector(project: str) -> None:
    """Configure the connector of the support line. Its PIN is a secret that the server keeps."""
    secret = {"type": "string", "required": True, "ui_component": "textInput", "description": "", "info": ""}
    send(
        "POST",
        "/actions/whatsapp/config",
        {
            "name": "Support line",
            "description": "Messages of customers.",
            "category": "whatsapp",
            "org_id": ORG,
            "projectID": project,
            "logo": LOGO,
            "status": "ready",
            "config": {"phone_number": "10000000000", "pin": "4711"},
            "ui_form": [
                {**secret, "field_id": "phone_number", "label": "Phone", "is_secret": False},
                {**secret, "field_id": "pin", "label": "PIN", "is_secret": True},
            ],
        },
        projectID=project,
    )


def skill(project: str, name: str, connector_name: str, connectors: dict[str, str]) -> str:
    """Make a skill, and return its id."""
    body = {
        "name": name,
        "logo": LOGO,
        "connector_name": connector_name,
        "description": f"{name} by way of {connector_name}.",
        "projectID": project,
        "connector_id": connectors[connector_name],
        "user_id": None,
    }
    return str(send("POST", "/skills/", body)["_id"])


def flow(project: str, name: str, description: str, agents: list[tuple[str, str, list[str]]]) -> str:
    """Make a flow with agents in a chain, each a title, a prompt and skills. Return its id."""
    body = {"name": name, "description": description, "role": "Returns desk", "projectID": project}
    made = str(send("POST", "/agentflow/", body, projectID=project)["_id"])
    ids = sorted(token_hex(12) for _ in agents)  # the client chooses them
    for id, (title, prompt, skills) in zip(ids, agents, strict=True):
        agent = {
            "_id": id,
            "agent_type": "skilled_agent",
            "conditions": [],
            "title": title,
            "role": title,
            "role_description": f"{title}, as the desk does.",
            "skills": skills,
            "context": [],
            "triggers": [],
            "llm": {"model": "openai/gpt-4o", "max_tokens": 800, "temperature": 0.2},
            "memory": {"memory_type": "lt"},
            "prompt": prompted(prompt),
            "has_knowledge_base": False,
            "is_user_specific_task": False,
            "is_preview_mode_enabled": False,
        }
        send("POST", f"/agentflow/{made}/skilled", agent, projectID=project)
    return made


def prompted(text: str) -> dict[str, Any]:
    """Return a prompt as the editor of Wexa Studio sends it: beside the text, what the editor shows."""
    shown = [{"type": "paragraph", "children": [{"text": line}]} for line in text.split("\n")]
    return {"template": text, "variables": [], "display_template": json.dumps(shown)}


def table(project: str) -> None:
    """Make a table with columns."""
    columns = [
        {"column_id": "order_number", "column_name": "Order number", "column_type": "string"},
        {"column_id": "amount", "column_name": "Amount (EUR)", "column_type": "number"},
        {
            "column_id": "state",
            "column_name": "State",
            "column_type": "enum",
            "enum_options": ["open", "paid", "yes", "no"],
        },
    ]
    send("POST", "/storage", projectID=project)
    send(
        "POST", "/create/table", {"projectID": project, "table_name": "Refunds", "columns": columns}, projectID=project
    )


def edit(title: str, before: str, after: str) -> None:
    """Replace a text in the prompt of the first agent of that title, as a person does in Wexa Studio."""
    for project in send("GET", "/v1/project/all", userId=os.environ["WEXA_USER_ID"])["projectList"]:
        for found in send("GET", "/agentflows", projectID=project["_id"], limit="100")["agentflows"]:
            for agent in send("GET", f"/agentflow/{found['_id']}")["agents"]:
                if agent["title"] == title and before in agent["prompt"]["template"]:
                    change(project["_id"], found["_id"], agent, agent["prompt"]["template"].replace(before, after))
                    return
    sys.exit(f"no agent {title!r} whose prompt has {before!r}")


def change(project: str, flow_id: str, agent: dict[str, Any], prompt: str) -> None:
    """Send an agent with another prompt. All else stays as it is."""
    body = {**agent, "skills": [each["_id"] for each in agent["skills"]], "prompt": prompted(prompt)}
    send("POST", f"/agentflow/{flow_id}/update/skilled/{agent['_id']}", body, projectID=project)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["make"]:
            make()
        case ["edit", title, before, after]:
            edit(title, before, after)
        case _:
            sys.exit(__doc__)
