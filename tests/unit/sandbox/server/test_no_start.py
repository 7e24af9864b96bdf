"""A sandbox that can't start says so: nobody waits for its responses."""

from __future__ import annotations

import errno
import os
from typing import Any

import pytest
import requests

from wexa_sync.sandbox.errors import SandboxError
from wexa_sync.sandbox.server import connections
from wexa_sync.sandbox.server.run import SandboxConfig, running


def test_a_server_that_ends_as_it_starts_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(*_: Any) -> None:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    monkeypatch.setattr(connections.Server, "run", run)
    with (
        pytest.raises(SandboxError, match="the sandbox stopped: Too many open files"),
        running(SandboxConfig(data=":memory:")) as started,
    ):
        requests.get(started.base_url, timeout=60)
