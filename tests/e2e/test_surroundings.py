"""What is wrong around the tool is told as what it is, with the next step, and never called a bug."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.test_state_damage import HEED_MODES

if TYPE_CHECKING:
    from tests.conftest import Cli, Desk, Done
    from tests.e2e.conftest import Wire


def said(done: Done) -> str:
    """Return what stderr says, on one line."""
    assert "bug" not in done.stderr
    assert "Hint: " in done.stderr
    return " ".join(done.stderr.split())


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (402, "Wexa wants a payment"),
        (407, "A proxy on the way wants a user and a password"),
        (413, "too large"),
        (418, "a firewall or a protection against bots"),
        (431, "A header is too large"),
        (451, "the law forbids"),
        (511, "The network wants a log-in"),
    ],
)
def test_a_refusal_of_the_first_request_is_told_as_what_it_is(
    desk: Desk, cli: Cli, wire: Wire, status: int, words: str
) -> None:
    wire.refuse["GET /customer"] = status
    told = said(cli(desk.folder, "plan", code=1, env=wire.env(desk)))
    assert f"the server answered {status}" in told
    assert words in told
    assert "fix the manifest" not in told


@pytest.mark.parametrize("status", [400, 404, 422])
def test_a_refusal_that_speaks_of_the_organisation_says_so(desk: Desk, cli: Cli, wire: Wire, status: int) -> None:
    wire.refuse["GET /customer"] = status
    assert "is not known to this API" in said(cli(desk.folder, "plan", code=1, env=wire.env(desk)))


def test_another_spelling_of_the_target_is_the_same_target(desk: Desk, cli: Cli) -> None:
    env = desk.remote.env
    cli(desk.folder, "apply", "--auto-approve", env=env)
    other = {
        **env,
        "WEXA_BASE_URL": env["WEXA_BASE_URL"].replace("http://", "HTTP://") + "/",
        "WEXA_ORG_ID": env["WEXA_ORG_ID"].upper(),
    }
    assert "No changes." in cli(desk.folder, "plan", env=other).stdout
    cli(desk.folder, "plan", "--out", "it.plan", env=other)
    assert cli(desk.folder, "apply", "it.plan", "--auto-approve", env=env).code == 0


def test_a_sandbox_file_that_may_not_be_written(desk: Desk, cli: Cli) -> None:
    cli(desk.folder, "plan", "--sandbox")
    data = desk.folder / ".wexa-sync" / "sandbox.db"
    data.chmod(0o400)
    told = said(cli(desk.folder, "plan", "--sandbox", code=1, before=HEED_MODES))
    assert "sandbox.db" in told
    assert "is not a sandbox data file" not in told
    assert "who may write that file" in told


def test_a_folder_in_which_no_sandbox_can_be_made(desk: Desk, cli: Cli) -> None:
    (desk.folder / ".wexa-sync").write_text("a file", "utf-8")
    assert "the sandbox can't open" in said(cli(desk.folder, "plan", "--sandbox", code=1))


def test_without_a_home(desk: Desk, cli: Cli) -> None:
    done = cli(desk.folder, "plan", env=desk.remote.env, before="import os; del os.environ['HOME']")
    assert "Plan: 8 to add" in done.stdout
