"""Define the types of connectors that the sandbox's marketplace has.

Names, categories, sort keys and form fields are those of the vendor's examples if there are any.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from msgspec import Struct

from wexa_sync.sandbox.world.ids import new_object_id

if TYPE_CHECKING:
    from wexa_sync.sandbox.world.store import Json

PICTURES = "https://storage.example"
LOGO = f"{PICTURES}/wexa/logo.png"


class ConnectorType(Struct, frozen=True, kw_only=True):
    """Describe one type: what it can do, what its form asks for, and which events it reports.

    `actions` are pairs of a name and a sort key, `form` pairs of a field and whether it is a secret, and `events` pairs
    of a name and the event. `seeded`: a new project has a connector of this type.
    """

    category: str
    name: str
    actions: tuple[tuple[str, str], ...]
    form: tuple[tuple[str, bool], ...] = ()
    events: tuple[tuple[str, str], ...] = ()
    seeded: bool = False
    is_mcp: bool = False

    @property
    def description(self) -> str:
        """Return what people read about the type."""
        return f"Work with {self.name}"

    def form_fields(self) -> list[Json]:
        """Return the `ui_form`: the fields that a person fills in."""
        return [
            {
                "field_id": field,
                "type": "string",
                "required": True,
                "label": field.replace("_", " ").capitalize(),
                "description": "",
                "ui_component": "textInput",
                "info": "",
                "is_secret": secret,
            }
            for field, secret in self.form
        ]

    def own_actions(self) -> list[Json]:
        """Return the `actions` as a connector of the type has them."""
        return [
            {
                "name": name,
                "description": f"{name} with {self.category}",
                "sort": sort,
                "logo": LOGO,
                "category": self.category,
                "endpoint": f"/{self.category}/{sort}",
                "is_enabled": True,
                "source_type": "action",
            }
            for name, sort in self.actions
        ]

    def own_events(self) -> list[Json]:
        """Return the `available_events` as a connector of the type has them."""
        return [{"name": name, "description": "", "event": event} for name, event in self.events]

    def as_listed(self) -> Json:
        """Return the type as a list of the catalogue shows it [client]."""
        return {
            "name": self.name,
            "description": self.description,
            "category": self.category,
            "connector_type": "mcp" if self.is_mcp else "user",
            "logo": LOGO,
            "actions": self.own_actions(),
            "data_loaders": [],
            "available_events": self.own_events(),
            "is_mcp": self.is_mcp,
            "readme_b64": base64.b64encode(self.description.encode()).decode(),
            "tools": [{"name": sort, "description": name} for name, sort in self.actions] if self.is_mcp else [],
            "ui_form": self.form_fields(),
            "server_params": {"url": f"{PICTURES}/mcp"} if self.is_mcp else {},
        }


TYPES = (
    ConnectorType(
        category="content_creator",
        name="Content creator",
        actions=(("Content creation", "generate"), ("Content review", "review")),
        seeded=True,
    ),
    ConnectorType(
        category="mail",
        name="Mail",
        actions=(("Send a mail", "send_mail"), ("Read mails", "read_mails")),
        form=(("address", False), ("password", True)),
        events=(("On a new mail", "mail_received"),),
        seeded=True,
    ),
    ConnectorType(
        category="whatsapp",
        name="WhatsApp",
        actions=(("Start a chat", "start_chat"), ("Send a message", "send_message")),
        form=(("phone_number", False), ("email_id", False), ("pin", True)),
        events=(
            ("On a new message", "message_received"),
            ("On a read message", "message_read"),
            ("On a reaction", "message_reaction"),
        ),
        seeded=True,
    ),
    ConnectorType(
        category="restful",
        name="REST API",
        actions=(("Call an endpoint", "call"), ("Read a page", "read")),
        form=(("base_url", False), ("token", True)),
        seeded=True,
    ),
    ConnectorType(
        category="linkedin",
        name="LinkedIn",
        actions=(("Publish a post", "publish_post"), ("Retrieve a post", "retrieve_post")),
        form=(("account_id", True),),
        events=(("On a new message", "message_received"),),
    ),
    ConnectorType(
        category="google_drive",
        name="Google Drive",
        actions=(("List files", "list_files"), ("Read a file", "read")),
        form=(("refresh_token", True),),
    ),
    ConnectorType(category="web_search_mcp", name="Web search", actions=(("Search the web", "search"),), is_mcp=True),
)
"""The types, in the order in which lists show them. An MCP server is a type too [client]."""

CATEGORIES = tuple(each.category for each in TYPES)
"""The categories that the grouped list of connectors always shows, with or without an account."""


def type_of(category: str) -> ConnectorType | None:
    """Return the type of that category, None if there is none: a connector may have any category."""
    return next((each for each in TYPES if each.category == category), None)


def skill_actions(skill_name: str, connector: Json, at: float) -> list[Json]:
    """Return a new skill's actions [guess]: its connector's, or the one that "<connector> - <action>" names."""
    actions = connector["actions"]
    named = [action for action in actions if skill_name.endswith(f" - {action.get('name')}")]
    return [skill_action(action, connector["category"], at) for action in named or actions]


def skill_action(action: Json, category: str, at: float) -> Json:
    """Return an action of a connector in the form that skills hold it."""
    sort = action.get("sort", "")
    return {
        "_id": new_object_id(at),
        "name": action.get("name", ""),
        "endpoint": action.get("endpoint", f"/{category}/{sort}"),
        "sort": sort,
        "category": category,
        "previous_action_id": None,
        "next_action_id": None,
        "is_terminal": True,
        "input_schema": {"fields": [action_field("JSON object to be worked on")]},
        "output_schema": {"fields": [action_field()]},
    }


def action_field(description: str | None = None) -> Json:
    """Return the one field of an action's input or output."""
    field: Json = {"field_id": "content", "label": "Content", "type": "object", "required": True}
    return field if description is None else field | {"description": description}
