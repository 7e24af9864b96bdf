"""Keep connectors: made with what their category offers, and shown without what a reading hides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wexa_sync.sandbox.errors import ApiError
from wexa_sync.sandbox.world.catalogue import LOGO, PICTURES, skill_action
from wexa_sync.sandbox.world.seed import USER_ID
from wexa_sync.sandbox.world.store import Row

if TYPE_CHECKING:
    from wexa_sync.sandbox.world.store import Json
    from wexa_sync.sandbox.world.world import World

_MASK = "********"
_SHOWN_AS = {"data": {"active": "ready"}, "text": {"ready": "active", "failed": "inactive"}}


def add_connector(world: World, sent: Json) -> Row:
    """Add a configured connector to its project, and its skills where reading `connector_makes_skills` says so."""
    at = world.now()
    status = "pending" if world.readings.says("configured_status", "pending") else sent["status"]
    body = {"_id": world.new_id(at), **sent, "status": status, "user_id": USER_ID}
    connector = world.store.add(Row(kind="connector", id=body["_id"], project=body["projectID"], body=body))
    if world.readings.says("connector_makes_skills", "yes"):
        for action in body["actions"]:
            _add_skill(world, connector, action, at)
    return connector


def change_status(world: World, connector: Row, status: str, loader: Json) -> None:
    """Give a connector another status, in the words of reading `change_status_words`."""
    words = world.readings.value("change_status_words")
    shown = status.upper() if words == "upper" else _SHOWN_AS.get(words, {}).get(status, status)
    connector.body |= {"status": shown, "data_loader_config": loader}
    world.store.save(connector)


def drop(world: World, connector: Row) -> None:
    """Delete a connector, and its skills where reading `connector_delete` says so."""
    world.delete(connector)
    if world.readings.says("connector_delete", "drops_skills"):
        for skill in world.store.rows("skill", owner=connector.id):
            world.delete(skill)


def view(world: World, row: Row) -> Json:
    """Return a connector as reads show it: `config.config` holds the configured values, credentials included."""
    body = dict(row.body)
    if world.readings.says("connector_read", "without"):
        del body["config"]
    elif world.readings.says("connector_read", "masked"):
        body["config"] = _masked(body["config"])
    return body | {"config": body}


def to_verify(row: Row) -> Json:
    """Return what a person has to finish: known of whatsapp alone [client]."""
    chat = row.body["category"] == "whatsapp"
    return {"data_to_verify": {"url": f"{PICTURES}/verify/{row.id}"}} if chat else {}


def of_query(world: World, query: Json) -> list[Row]:
    """Return the connectors whose body has all values of a query; `projectID` must be one of them [guess]."""
    project = query.get("projectID")
    if not isinstance(project, str):
        raise ApiError(400, "query.projectID is required")
    rows = world.store.rows("connector", project=project)
    return [row for row in rows if all(row.body.get(name) == value for name, value in query.items())]


def _add_skill(world: World, connector: Row, action: Json, at: float) -> None:
    name = f"{connector.body['name']} - {action.get('name', '')}"
    skill = {
        "_id": world.new_id(at),
        "name": name,
        "logo": LOGO,
        "connector_name": connector.body["name"],
        "description": action.get("description", ""),
        "projectID": connector.project,
        "connector_id": connector.id,
        "user_id": None,
        "is_deleted": False,
        "actions": [skill_action(action, connector.body["category"], at)],
    }
    world.store.add(Row(kind="skill", id=skill["_id"], project=connector.project, owner=connector.id, body=skill))


def _masked(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _masked(item) for name, item in value.items()}
    return [_masked(item) for item in value] if isinstance(value, list) else _MASK
