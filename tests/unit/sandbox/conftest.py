"""Share one sandbox among all tests that need no special reading. Each test works in a project of its own."""

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
    """Return the shared sandbox with no scripted outcomes, faults or noted requests, and with its clock running."""
    _shared.send("DELETE", "/_sandbox/outcomes")
    _shared.send("DELETE", "/_sandbox/faults")
    _shared.send("DELETE", "/_sandbox/requests")
    _shared.post("/_sandbox/clock", {"freeze": False})
    return _shared


@pytest.fixture
def project(api: Client) -> str:
    """Return the id of a new project."""
    return str(api.project()["_id"])


@pytest.fixture(params=["flag", "admin"])
def strike(request: pytest.FixtureRequest, api: Client) -> Iterator[Callable[[str], Client]]:
    """Return a function that scripts a fault: at the start of a sandbox, or in the shared one while it runs."""
    with ExitStack() as stack:

        def start(text: str) -> Client:
            if request.param == "flag":
                return stack.enter_context(sandbox(faults=[text]))
            api.script_fault(text)
            return api

        yield start
    api.send("DELETE", "/_sandbox/faults")
