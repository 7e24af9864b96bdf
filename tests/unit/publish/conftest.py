"""A GitHub of this machine for the tests of the room."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.github import Forge, forge
from wexa_sync.publish.github import GitHub
from wexa_sync.publish.job import job_of


@pytest.fixture
def hub() -> Iterator[Forge]:
    """Yield a server that behaves as GitHub's API."""
    with forge() as found:
        yield found


@pytest.fixture
def github(hub: Forge) -> GitHub:
    """Return a client of it, which waits for nothing."""
    return GitHub(job_of(hub.env), sleep=lambda _: None)
