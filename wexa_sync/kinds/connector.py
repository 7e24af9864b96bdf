"""Declare Connector: configured once, then only its status can be changed. Its config is sent, and never looked at.

`{external: NAME}` refers to one that is not declared, as the API makes some in each new project.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wexa_sync.kinds.base import Kind
from wexa_sync.kinds.endpoint import Endpoint, Listing, Operation, Scope
from wexa_sync.kinds.exported import Exported
from wexa_sync.kinds.origin import Catalogue

_PROJECT = {"projectID": "{project}"}


def _accounts(groups: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the connectors of a list that groups them by category: they stand under `accountDetails`.

    The list calls them otherwise than a read does: here they have the names that a read has.
    """
    lists = [(group.get("category"), group.get("accountDetails") or []) for group in groups]
    if not all(isinstance(each, list) and all(isinstance(one, dict) for one in each) for _, each in lists):
        raise ValueError("the accountDetails of a category are not a list of objects")
    return [
        {"name": account.get("sourceName"), "category": category, **account}
        for category, accounts in lists
        for account in accounts
        if not account.get("is_deleted")
    ]


def _to_verify(answer: Mapping[str, Any]) -> str:
    """Return what a person has to do before a new connector works, where the response names an address for that."""
    found = answer.get("data_to_verify")
    url = found.get("url") if isinstance(found, dict) else None
    return f"a person has to finish the connection at {url}" if isinstance(url, str) and url else ""


def _comes_along(raw: Mapping[str, Any]) -> bool:
    """True for a connector that the API makes in each new project: there is nothing that a person fills in."""
    return raw.get("ui_form") == []


def _asked(raw: Mapping[str, Any]) -> dict[str, bool]:
    """Return the values that a person fills in, by name, and whether each is a secret: it is, unless the form says."""
    form = raw.get("ui_form")
    fields = [each for each in form if isinstance(each, dict)] if isinstance(form, list) else []
    names = ((each.get("field_id"), each.get("is_secret") is not False) for each in fields)
    return {name: secret for name, secret in names if isinstance(name, str) and name}


def _plain_values(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values that a read shows and whose fields in the form say that they are no secrets."""
    around = raw.get("config")
    shown = around.get("config") if isinstance(around, dict) else None
    values = shown if isinstance(shown, dict) else {}
    return {name: values[name] for name, secret in _asked(raw).items() if not secret and name in values}


CATALOGUE = Catalogue(
    listing=Listing(
        endpoint=Endpoint(
            method="GET",
            path="/public/connectors/all",
            query={"search_key": "", "projectID": "{project}", "filter_type": "all"},
            known_from="the vendor's SDK",
            otherwise=Endpoint(
                method="GET",
                path="/retrieve/all/connectors",
                query={"search_key": "", "limit": "1000"},
                known_from="one public client",
            ),
        ),
        scope=Scope.PROJECT,
        keys=("connectors", "data"),
    ),
    key="category",
    fields=("logo", "ui_form", "actions", "available_events"),
    required=("logo", "ui_form"),
)

CONNECTOR = Kind(
    name="Connector",
    counts_as="number_of_connectors",
    schema="connector.schema.json",
    identity=("name",),
    ids=("connectorID", "_id"),
    goes_along=True,
    catalogue=CATALOGUE,
    exported=Exported(comes_along=_comes_along, asked="config", names=_asked, values=_plain_values),
    notice=_to_verify,
    listing=Listing(
        endpoint=Endpoint(method="GET", path="/connectors/{project}"),
        scope=Scope.PROJECT,
        keys=("connectors",),
        items=_accounts,
    ),
    endpoints={
        Operation.CREATE: Endpoint(
            method="POST",
            path="/actions/{spec.category}/config",
            query=_PROJECT,
            body={"org_id": "{org}", "projectID": "{project}", "status": "pending"},
            fields=(
                *("name", "description", "category", "config", "logo", "ui_form", "actions", "available_events"),
                *("connector_type", "connector_group_tag", "tags"),
            ),
        ),
        Operation.READ: Endpoint(method="GET", path="/connector/{id}"),
        # The answer was never seen: the status is read back.
        Operation.UPDATE: Endpoint(
            method="POST",
            path="/connectors/change_status",
            body={"connectorID": "{id}"},
            fields=("status", "data_loader_config"),
            names={"status": "new_status"},
        ),
        Operation.DELETE: Endpoint(method="DELETE", path="/connector/{id}", query=_PROJECT),
    },
    hints={
        Operation.UPDATE: "Of a connector, the API changes the status alone. Configure it anew in Wexa Studio; or take "
        "the manifest out, apply with --prune, put it back and apply: then it has another id, and skills that refer to "
        "it point nowhere.",
    },
)
