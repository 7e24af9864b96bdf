"""`connectors catalogue|actions|events`: what there is to configure, what it can do, what triggers can wait for."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING

from tests.conftest import copy_example

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Cli, Remote


def test_connectors_are_looked_up(tmp_path: Path, cli: Cli, remote: Remote) -> None:
    connectors = partial(cli, copy_example("minimal", tmp_path / "desk"), "connectors", env=remote.env)
    cli(tmp_path / "desk", "apply", "--auto-approve", env=remote.env)
    found = json.loads(connectors("catalogue", "--search", "whats", "--format", "json").stdout)
    assert [item["value"]["category"] for item in found["items"]] == ["whatsapp"]
    assert [line.split("\t")[1] for line in connectors("actions", "mail").stdout.splitlines()] == [
        "send_mail",
        "read_mails",
    ]
    assert "input.fields[0].field_id" in connectors("actions", "mail", "send_mail").stdout
    assert "message_received" in connectors("events", "--category", "whatsapp").stdout
    assert "there is no action 'send_mial'" in connectors("actions", "mail", "send_mial", code=None).stderr
    remote.fault("404 before GET /public/connectors/all", "404 before GET /retrieve/all/connectors")
    lost = connectors("catalogue", code=None)
    assert lost.code != 0
    assert "known only from the vendor's SDK" in lost.stderr
