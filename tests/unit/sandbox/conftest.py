"""One sandbox for all tests that need no reading of their own; each works in a project of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from .client import Client, sandbox


@pytest.fixture(scope="session")
def _shared() -> Iterator[Client]:
    with sandbox() as client:
        yield client


@pytest.fixture
def api(_shared: Client) -> Client:
    """The shared sandbox, its scripted outcomes and faults and noted requests forgotten and its clock going."""
    _shared.send("DELETE", "/_sandbox/outcomes")
    _shared.send("DELETE", "/_sandbox/faults")
    _shared.send("DELETE", "/_sandbox/requests")
    _shared.post("/_sandbox/clock", {"freeze": False})
    return _shared


@pytest.fixture
def project(api: Client) -> str:
    """The id of a fresh project."""
    return str(api.project()["_id"])


@pytest.fixture(params=["flag", "admin"])
def strike(request: pytest.FixtureRequest, api: Client) -> Iterator[Callable[[str], Client]]:
    """A sandbox with that fault: started with it, or told of it while it runs."""
    with ExitStack() as stack:

        def start(text: str) -> Client:
            if request.param == "flag":
                return stack.enter_context(sandbox(faults=[text]))
            api.script_fault(text)
            return api

        yield start
    api.send("DELETE", "/_sandbox/faults")
