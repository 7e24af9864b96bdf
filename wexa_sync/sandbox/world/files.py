"""Keep files and what their store got: a file is asked for first, then its content comes to a signed address."""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING

from wexa_sync.sandbox.errors import ApiError
from wexa_sync.sandbox.world.store import Row

if TYPE_CHECKING:
    from wexa_sync.sandbox.world.store import Json
    from wexa_sync.sandbox.world.world import World

_LATER_SECONDS = 2.0


def ask(world: World, sent: Json, container: str) -> list[Row]:
    """Make a file for each name, without content."""
    common = {key: value for key, value in sent.items() if key != "filenames"}
    return [_new(world, common, name, container) for name in sent["filenames"]]


def _new(world: World, sent: Json, name: str, container: str) -> Row:
    at = world.now()
    body = {
        "_id": world.new_id(at),
        "filename": name,
        **sent,
        "container_name": container,
        "status": "pending",
        "size": 0,
        "created_at": at,
    }
    connector = world.store.get("connector", container)  # [guess]: a container may be a connector
    owner = connector.id if connector is not None and connector.project == sent["projectID"] else None
    inner = {"signature": secrets.token_hex(16), "at": None}
    return world.store.add(
        Row(kind="file", id=body["_id"], project=sent["projectID"], owner=owner, body=body, inner=inner)
    )


def address(world: World, row: Row, host: str) -> str:
    """Return where a file's content goes. Whoever knows the address may write it."""
    place = f"[{host}]" if ":" in host else host
    return f"http://{place}:{world.content_port}/contents/{row.id}?signature={row.inner['signature']}"


def keep(world: World, ident: str, signature: str, content: bytes) -> None:
    """Take the content of a file. Raises ApiError for an address that was never given out."""
    row = world.store.get("file", ident)
    if row is None or not secrets.compare_digest(row.inner["signature"].encode(), signature.encode()):
        raise ApiError(403, "Signature does not match")
    row.body |= {"status": "uploaded", "size": len(content)}
    row.inner |= {"at": world.now(), "sha256": hashlib.sha256(content).hexdigest(), "times": _times(row) + 1}
    world.store.save(row)


def is_visible(world: World, row: Row) -> bool:
    """True when reads show the file, as reading `file_visible` says."""
    arrived: float | None = row.inner["at"]
    if world.readings.says("file_visible", "at_once"):
        return True
    if world.readings.says("file_visible", "after_upload"):
        return arrived is not None
    return arrived is not None and world.now() >= arrived + _LATER_SECONDS


def _times(row: Row) -> int:
    return int(row.inner.get("times", 0))
