"""What a command line asks for becomes one value: settings, sources, choice, limits, options, output."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from wexa_sync.cli import options
from wexa_sync.cli.request import Output, Request
from wexa_sync.cli.values import OutputFile
from wexa_sync.errors import UsageError
from wexa_sync.model import Address, Choice
from wexa_sync.render.layout import Level
from wexa_sync.workspace import Rehearsal

Ask = Callable[..., Request]
FLOW = Address.parse("desk/AgentFlow/flow")


@click.command("apply")
@options.filled(
    options.manifests_or_plan, options.workspace, options.timeout, options.choice, options.output, options.consent
)
@options.option("--own", default=0)
def probe(request: Request, own: int, saved: Path | None) -> tuple[Request, int, Path | None]:
    return request, own, saved


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """Return the request of an apply with these options, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    unknown = {name: None for name in os.environ if name.startswith("WEXA_")}

    def ask(*words: str, **env: str) -> Request:
        done = CliRunner().invoke(
            probe, words, env={**unknown, **env}, standalone_mode=False, auto_envvar_prefix="WEXA_SYNC_APPLY"
        )
        if done.exception is not None:
            raise done.exception
        found: tuple[Request, int, Path | None] = done.return_value
        return found[0]

    return ask


def test_without_a_flag_a_request_is_what_the_settings_say(asked: Ask) -> None:
    Path("wexa-sync.yaml").write_text("budget: 5\nmax_executions: 1\nsettle: 2\nmanifests: [m]\n", "utf-8")
    request = asked()
    assert request.limits == request.settings.limits
    assert (request.limits.budget, request.limits.max_executions) == (5.0, 1)
    assert request.options == request.settings.options
    assert request.options.settle == 2.0
    assert (request.choice, request.output) == (Choice(), Output())
    assert request.sources.paths == (Path.cwd() / "m",)
    assert request.rehearsal is None
    assert (request.timeout, request.lock_timeout, request.auto_approve, request.verbose) == (None, 0.0, False, False)


def test_each_flag_has_its_place(asked: Ask) -> None:
    Path("a").mkdir()
    request = asked(
        *("a", "--var", "x=1", "--prune", "--adopt", "--target", str(FLOW), "--exclude", "Project/desk", "--strict"),
        *("--force", "--allow", "deletes=3", "--allow", "runs=2", "--max-executions", "7", "--wait", "--auto-approve"),
        *("--parallelism", "3", "--timeout", "9", "--lock-timeout", "8", "--format", "json", "--output", "o.json"),
        *("--state", "s.json", "-v"),
    )
    desk = Address.parse("Project/desk")
    assert request.choice == Choice(prune=True, adopt=True, targets=(FLOW,), excludes=(desk,))
    assert (request.limits.force, request.limits.strict, request.limits.max_executions) == (True, True, 7)
    assert request.limits.allowed == {"deletes": 3, "executions": 2}
    assert (request.options.wait, request.options.parallelism) == (True, 3)
    assert request.output == Output(
        format="json", to_stdout=False, files=(OutputFile(path=Path("o.json"), format="json"),)
    )
    assert (request.sources.paths, request.sources.assignments) == ((Path("a"),), ("x=1",))
    assert (request.timeout, request.lock_timeout, request.auto_approve, request.verbose) == (9.0, 8.0, True, True)
    assert request.store.files[0] == Path.cwd() / "s.json"


def test_each_output_has_its_format_and_its_place(asked: Ask) -> None:
    files = tuple(OutputFile(path=Path(f"o.{name}"), format=name) for name in ("json", "text"))
    both = asked("--output", "json=o.json", "--output", "text=o.text").output
    assert both == Output(files=files)
    assert asked(WEXA_SYNC_APPLY_OUTPUT="json=o.json;text=o.text").output == both
    assert asked("--output", "json=-").output == asked("--format", "json").output == Output(format="json")
    assert asked("--output", "json=-", "--output", "o.text").output == Output(format="json", files=files[1:])
    assert asked("--output", "json=-", "--format", "json").output == Output(format="json")
    assert asked("--output", "annotations=-").output == Output(log=("annotations",))
    assert asked("--output", "annotations=-", "--output", "o.text").output.to_stdout
    for words in (["--output", "text=-"], ["--format", "text"], ["--output", "annotations=-"]):
        with pytest.raises(UsageError, match="stdout can't have"):
            asked("--output", "json=-", *words)


@pytest.mark.parametrize(
    ("words", "level"),
    [
        ([], Level.NORMAL),
        (["--detail", "full"], Level.FULL),
        (["--details"], Level.FULL),
        (["--no-details", "--detail", "full"], Level.SUMMARY),
    ],
)
def test_a_level_of_detail_has_a_short_name(asked: Ask, words: list[str], level: Level) -> None:
    assert asked(*words).output.level is level


@pytest.mark.parametrize("words", [("deletes=3", "deletes=12"), ("deletes=12", "deletes=3")])
def test_of_two_allowances_the_larger_one_holds(asked: Ask, words: tuple[str, str]) -> None:
    first, second = words
    assert asked("--allow", first, "--allow", second).limits.allowed == {"deletes": 12}


def test_a_rehearsal_has_its_faults_and_another_state(asked: Ask) -> None:
    request = asked("--sandbox", "--fault", "delay seconds=1", "--reading", "paging=so")
    assert request.rehearsal == Rehearsal(faults=("delay seconds=1",), readings=("paging=so",))
    assert request.store.files[0].name == "sandbox-state.json"
    with pytest.raises(UsageError, match="are for the sandbox"):
        asked("--fault", "delay seconds=1")


def test_an_address_to_call_and_a_sandbox_are_two_places(asked: Ask) -> None:
    with pytest.raises(UsageError, match="can't be given together"):
        asked("--sandbox", "--base-url", "http://x")
    assert asked("--sandbox", WEXA_SYNC_BASE_URL="http://x").rehearsal


def test_a_saved_plan_is_no_manifest(asked: Ask) -> None:
    Path("p").write_text('{"format": "wexa-sync-plan"}', "utf-8")
    done = CliRunner().invoke(probe, ["p", "--own", "3"], standalone_mode=False)
    request, own, saved = done.return_value
    assert (own, saved) == (3, Path("p"))
    assert request.sources == asked().sources
    two = CliRunner().invoke(probe, ["p", "p"], standalone_mode=False).return_value
    assert (two[0].sources.paths, two[2]) == ((Path("p"), Path("p")), None)


@pytest.mark.parametrize(
    ("write", "why"),
    [
        ("m.yaml.txt", "is read by the same command"),
        ("vars", "is read by the same command"),
        (".wexa-sync/state.json.journal", "belongs to the state"),
        (".wexa-sync/sandbox-state.json", "belongs to the state"),
        ("out", "is written by the same command"),
    ],
)
def test_a_file_to_write_is_no_other_file_of_the_command(asked: Ask, write: str, why: str) -> None:
    Path("vars").write_text("x: 1\n", "utf-8")
    request = asked("--var-file", "vars")
    with pytest.raises(UsageError, match=why):
        request.require_apart(Path("out"), None, Path(write), reads=[Path("m.yaml.txt")])
    request.require_apart(Path("out"), Path("other"), reads=[Path("m.yaml.txt")])
