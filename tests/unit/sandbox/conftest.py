"""One sandbox for all tests that need no reading of their own; each works in a project of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .client import Client, sandbox


@pytest.fixture(scope="session")
def _shared() -> Iterator[Client]:
    with sandbox() as client:
        yield client


@pytest.fixture
def api(_shared: Client) -> Client:
    """The shared sandbox, its scripted outcomes and noted requests forgotten and its clock going."""
    _shared.send("DELETE", "/_sandbox/outcomes")
    _shared.send("DELETE", "/_sandbox/requests")
    _shared.post("/_sandbox/clock", {"freeze": False})
    return _shared


@pytest.fixture
def project(api: Client) -> str:
    """The id of a fresh project."""
    return str(api.project()["_id"])
