"""The API key that a person put into the wrong place is refused or hidden, in every output and in every file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conftest import KEY
from tests.e2e.test_secrets import Hunt

if TYPE_CHECKING:
    from tests.conftest import Cli, Desk

SKILL = "support-desk/Skill/tone"


@pytest.fixture
def hunt(desk: Desk, cli: Cli) -> Hunt:
    return Hunt(desk, cli, (KEY,), desk.remote.env)


def hide_the_key_in(hunt: Hunt, name: str, old: str) -> str:
    """Type the key into a file of the desk, and return what stood there."""
    file = hunt.desk.folder / name
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, f"{old} {KEY}", 1), "utf-8")
    return text


@pytest.mark.parametrize(
    "words",
    [
        ("validate",),
        ("validate", "--format", "sarif"),
        ("plan", "--details"),
        ("plan", "--format", "json", "--log-format", "json"),
        ("plan", "--output", "html=/dev/stdout"),
        ("apply", "--auto-approve"),
        ("fmt", "--check"),
        ("graph",),
    ],
)
def test_a_key_in_a_manifest_is_refused_and_never_shown(hunt: Hunt, words: tuple[str, ...]) -> None:
    hide_the_key_in(hunt, "schedule.yaml", "Summarise the tickets that")
    done = hunt.cli(hunt.desk.folder, *words, code=None, env=hunt.env)
    assert KEY not in done.stdout + done.stderr
    if words[0] != "fmt":
        assert done.code == 1
        assert "must not stand in a manifest" in " ".join((done.stdout + done.stderr).split())
    if words == ("plan", "--details"):
        assert "schedule.yaml:" in done.stderr
        assert "have Wexa make a new key" in " ".join(done.stderr.split())


def test_a_key_that_becomes_equal_to_a_text_of_the_manifests_is_refused_by_a_vouched_plan_too(hunt: Hunt) -> None:
    hunt("apply", "--auto-approve", code=0)
    hunt("plan", "--detailed-exitcode", code=0)
    other = "Summarise the tickets"
    done = hunt.cli(hunt.desk.folder, "plan", code=1, env={**hunt.env, "WEXA_API_KEY_OLD": other})
    assert "schedule.yaml:" in done.stderr
    assert other not in done.stdout + done.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("import", SKILL, KEY),
        ("import", KEY, "66f000000000000000000001"),
        ("get", "skills", KEY),
        ("get", KEY),
        ("executions", "show", KEY),
        ("executions", "run", KEY, "--goal", "x"),
        ("resolve", SKILL, "--happened", KEY),
        ("plan", "--target", KEY),
        ("plan", "--env", KEY),
        ("plan", KEY),
        ("plan", "--state", f"/{KEY}/state.json"),
        ("plan", "--base-url", f"https://user:{KEY}@example.invalid"),
        ("plan", "--var", f"{KEY}=1"),
        ("plan", "--output", f"{KEY}=x"),
        ("plan", f"--{KEY}"),
        (KEY,),
        ("explain", KEY),
        ("state", "show", KEY),
        ("state", "forget", KEY),
        ("schema", KEY),
        ("undo", KEY),
        ("history", "--apply", KEY),
        ("tasks", "pause", KEY),
        ("inbox", "answer", KEY, "x"),
        ("init", KEY),
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("form", ["text", "json"])
def test_a_key_on_the_command_line_is_not_repeated(hunt: Hunt, words: tuple[str, ...], form: str) -> None:
    done = hunt.cli(hunt.desk.folder, *words, code=None, env={**hunt.env, "WEXA_SYNC_LOG_FORMAT": form})
    assert KEY not in done.stdout + done.stderr


def test_a_key_is_sent_in_no_path(hunt: Hunt) -> None:
    hunt("apply", "--auto-approve", code=0)
    for words in (("import", SKILL, KEY), ("executions", "show", KEY), ("resolve", SKILL, "--happened", KEY)):
        done = hunt(*words, "-v")
        assert done.code != 0
    log = hunt.desk.remote.raw("GET", "/_sandbox/requests").text
    assert "/project" in log
    assert KEY not in log


@pytest.mark.parametrize("format", ["text", "json", "markdown", "html", "junit", "sarif", "gitlab"])
def test_a_key_that_the_state_or_the_live_side_has_is_hidden(hunt: Hunt, format: str) -> None:
    # As of a version that let the key stand in a manifest: the key of then is the one of now.
    before = hide_the_key_in(hunt, "schedule.yaml", "Summarise the tickets that")
    other = {**hunt.env, "WEXA_API_KEY": KEY}
    assert before
    hunt.desk.apply()
    (hunt.desk.folder / "schedule.yaml").write_text(before, "utf-8")
    for words in (("plan", "--details"), ("drift",), ("apply", "--auto-approve")):
        done = hunt.cli(hunt.desk.folder, *words, "--format", format, code=None, env=other)
        assert KEY not in done.stdout + done.stderr
