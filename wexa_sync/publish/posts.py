"""Keep one text of ours in a list of comments or issues: write it anew in its place, whoever else runs beside us."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from wexa_sync.errors import PublishError
from wexa_sync.publish.github import GitHub
from wexa_sync.publish.sticky import Sticky


class Place(Struct, frozen=True, kw_only=True):
    """Say where a text is kept: the path of the list, that of one item, and what they are called in messages."""

    list: str
    item: str
    query: str = ""
    what: str
    right: str
    id: str = "id"
    change: str = "PATCH"
    more: Mapping[str, Any]

    def path_of(self, item: Mapping[str, Any]) -> str:
        """Return the path of an item of the list."""
        return f"{self.item}/{int(item[self.id])}"


def ours(github: GitHub, place: Place, sticky: Sticky, login: str) -> list[Mapping[str, Any]]:
    """Return the items that begin with the marker and that the token's own user wrote, oldest first.

    A text of somebody else is never taken for ours, whatever it begins with.
    """
    doing = f"read {place.what}"
    items = github.pages(place.list, place.query, doing=doing, right=place.right)
    found = [item for item in items if sticky.is_in(item.get("body")) and _author(item) == login]
    return sorted(found, key=lambda item: int(item["id"]))


def _author(item: Mapping[str, Any]) -> str:
    user = item.get("user") or item.get("author")  # on GitHub, on GitLab
    return str(user.get("login") or user.get("username")) if isinstance(user, dict) else ""


def put(github: GitHub, place: Place, sticky: Sticky) -> str:
    """Write the text into its place, or into a new item. Return the address where people read it.

    Returns "" where a newer run has written already. Raises PublishError.
    """
    login = login_of(github)
    for item in ours(github, place, sticky, login):
        if sticky.read(item["body"]).run > sticky.run > 0:
            return ""
        if (written := _rewrite(github, place, sticky, item)) is not None:
            return written
    made = _add(github, place, sticky, login)
    first = (ours(github, place, sticky, login) or [made])[0]
    if first["id"] == made["id"]:
        return _address(made, place)
    # Another run made one at the same time, a moment before: that one stays, and both runs come to this conclusion.
    _take_back(github, place, made)
    newer = sticky.read(first["body"]).run > sticky.run > 0
    return "" if newer else _rewrite(github, place, sticky, first) or ""


def _address(item: Mapping[str, Any], place: Place) -> str:
    return str(item.get("html_url") or place.what)


def login_of(github: GitHub) -> str:
    """Return the name that the token writes under. Raises PublishError where nobody says it."""
    if login := github.login():
        return login
    raise PublishError("nobody says whose token this is", hint="Pass the token of the job, or of the project.")


def _rewrite(github: GitHub, place: Place, sticky: Sticky, item: Mapping[str, Any]) -> str | None:
    """Return the address of the item that was written anew; None where it was deleted meanwhile.

    Only the text is ours: a title or labels that a person gave to an issue stay.
    """
    try:
        answer = github.send(
            place.change,
            place.path_of(item),
            {"body": sticky.body},
            doing=f"write {place.what}",
            right=place.right,
        )
    except PublishError as error:
        if error.status in (404, 410):
            return None
        raise
    return _address(answer or {}, place)


def _add(github: GitHub, place: Place, sticky: Sticky, login: str) -> Mapping[str, Any]:
    """Return the new item. Where the response is lost, look whether it was made, so that it is not made twice."""
    try:
        made = github.send(
            "POST", place.list, {**place.more, "body": sticky.body}, doing=f"write {place.what}", right=place.right
        )
        if isinstance(made, dict) and isinstance(made.get("id"), int):
            return made
        raise PublishError(f"could not write {place.what}: what came is no such thing", hint="Run the job again.")
    except PublishError as error:
        if error.status is not None and error.status < 500:
            raise
        if found := ours(github, place, sticky, login):
            return found[0]
        raise


def _take_back(github: GitHub, place: Place, item: Mapping[str, Any]) -> None:
    """Remove an item that was made beside another one. Issues can't be deleted, so one is closed."""
    method, body = (
        ("DELETE", None) if place.id == "id" else ("PATCH", {"state": "closed", "state_reason": "not_planned"})
    )
    github.send(method, place.path_of(item), body, doing=f"remove a second copy of {place.what}", right=place.right)
