"""Promise 5 where the server does not keep it: answers that repeat the key or a secret, in any place and status.

What is said and what is kept is searched whole: stdout, stderr, and every file in the folder and in the home.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

import pytest
from msgspec import Struct
from msgspec.structs import replace

if TYPE_CHECKING:
    from tests.conftest import Cli, Desk, Done, Remote
    from tests.e2e.conftest import Wire

SECRET = "sentinel-secret-91c2"
SPEC = "spec: {agentflow_id: triage, goal: 'Use ${secret:TOKEN}', input_variables: {auth: 'Bearer ${secret:TOKEN}'}}\n"
RUN = "apiVersion: wexa.ai/v1\nkind: Execution\nmetadata: {name: authorised}\n" + SPEC
SCHEDULE = "Summarise the tickets that"


class Hunt(Struct, frozen=True):
    """Describe a desk with secrets, on which commands are run whose every word and file is searched for them."""

    desk: Desk
    cli: Cli
    sentinels: tuple[str, ...]
    env: dict[str, str]

    def __call__(self, *words: str, code: int | None = None, **env: str) -> Done:
        done = self.cli(self.desk.folder, *words, code=code, env={**self.env, **env})
        for each in self.sentinels:
            assert each not in done.stdout + done.stderr, (words, done)
        self.files()
        return done

    def files(self) -> None:
        """Search what was written."""
        for file in (each for top in (self.desk.folder, self.cli.home) for each in top.rglob("*") if each.is_file()):
            found = [each for each in self.sentinels if each.encode() in file.read_bytes()]
            assert not found, (file, found)


def declare(desk: Desk) -> None:
    """Declare secrets in a run, a schedule and an agent."""
    (desk.folder / "authorised.yaml").write_text(RUN, "utf-8")
    for name, old, new in (
        ("schedule.yaml", SCHEDULE, "Use ${secret:TOKEN} on the tickets that"),
        ("triage.yaml", "role: Sorts tickets by urgency", "role: Sorts tickets by ${secret:TOKEN}"),
    ):
        file = desk.folder / name
        text = file.read_text("utf-8")
        assert old in text
        file.write_text(text.replace(old, new), "utf-8")


def hunt_of(desk: Desk, cli: Cli) -> Hunt:
    env = {**desk.remote.env, "TOKEN": SECRET}
    (desk.folder / "wexa-sync.yaml").write_text("settle: 0.2\nstart_grace: 0.5\n", "utf-8")
    return Hunt(desk, cli, (SECRET, env["WEXA_API_KEY"]), env)


@pytest.fixture
def hunt(desk: Desk, cli: Cli) -> Hunt:
    declare(desk)
    return hunt_of(desk, cli)


APPLIED = ("apply", "--auto-approve", "-v")
COMMANDS: dict[str, tuple[str, ...]] = {
    "validate": ("validate",),
    "plan": ("plan", "-v", "--details"),
    "plan, logged as JSON": ("plan", "-v", "--log-format", "json", "--adopt"),
    "plan as JSON": ("plan", "--format", "json"),
    "explain": ("explain", "support-desk/AgentFlow/triage/Agent/classify"),
    "explain as JSON": ("explain", "support-desk/Execution/authorised", "--format", "json"),
    "plan into files": ("plan", "--prune", "--format", "json", "--output", "plan.json", "--out", "saved.plan"),
    "apply": APPLIED,
    "apply as JSON": ("apply", "--auto-approve", "--format", "json", "--log-format", "json", "-v", "--adopt"),
    "apply of a saved plan": ("apply", "saved.plan", "--auto-approve", "-v"),
    "graph": ("graph",),
    "state list": ("state", "list"),
    "state show, a run": ("state", "show", "support-desk/Execution/authorised"),
    "state show, an agent": ("state", "show", "support-desk/AgentFlow/triage/Agent/classify"),
    "state rebuild": ("state", "rebuild"),
    "executions list": ("executions", "list", "-v"),
    "executions list as JSON": ("executions", "list", "--format", "json"),
    "executions show": ("executions", "show", "support-desk/Execution/authorised", "-v"),
    "executions show as JSON": ("executions", "show", "support-desk/Execution/authorised", "--format", "json"),
    "executions wait": ("executions", "wait", "support-desk/Execution/authorised", "--timeout", "20"),
    "executions pause": ("executions", "pause", "support-desk/Execution/authorised"),
    "executions cancel": ("executions", "cancel", "support-desk/Execution/authorised", "--format", "json"),
    "resolve": ("resolve", "support-desk/Execution/authorised", "--did-not-happen"),
    "a wrong flag": ("plan", "--tarset", "x"),
}


def test_no_command_tells_a_secret_before_or_after_the_first_apply_or_with_a_lost_state(hunt: Hunt) -> None:
    for words in COMMANDS.values():
        hunt(*words)
    hunt("plan", "--detailed-exitcode", code=0)
    shutil.rmtree(hunt.desk.folder / ".wexa-sync")
    for name in ("plan", "plan as JSON", "plan into files", "executions list", "executions show"):
        hunt(*COMMANDS[name])
    hunt("state", "rebuild", "--format", "json", code=0)


FAULTS = {
    "reads and lists say the key": "echo GET times=forever",
    "reads fail and say the key": "echo GET status=400 times=forever",
    "lists fail later and say the key": "echo GET /agentflows status=403 times=forever",
    "writes say the key": "echo POST times=forever",
    "writes fail and say the key": "echo POST status=400 times=forever",
    "runs fail and say the key": "echo before POST /execute_flow status=422 times=forever",
    "creates are done, fail and say the key": "echo after POST status=500 times=forever",
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_an_answer_that_echoes_the_key_is_not_passed_on(hunt: Hunt, fault: str) -> None:
    hunt.desk.remote.raw("POST", "/_sandbox/faults", {"fault": fault}).raise_for_status()
    hunt(*APPLIED)
    file = hunt.desk.folder / "schedule.yaml"
    file.write_text(file.read_text("utf-8").replace("Use ", "Take "), "utf-8")
    hunt("apply", "--auto-approve", "--format", "json", "--log-format", "json", "-v")


def test_a_field_that_holds_the_key_or_a_secret_is_not_shown(hunt: Hunt) -> None:
    hunt(*APPLIED, code=0)
    raw, key = hunt.desk.remote.raw, hunt.env["WEXA_API_KEY"]
    ids = {str(a): r.id for a, r in hunt.desk.workspace.store.load().records.items()}
    project, schedule = ids["Project/support-desk"], ids["support-desk/Schedule/new-year-digest"]
    for value in (f"It says {SECRET}.", f"It says {key}."):
        found = raw("GET", f"/v1/project/{project}").json()
        raw("PUT", "/v1/project", {**found, "coworker_role": value, "description": value}, projectId=project)
        raw("PATCH", f"/schedule/coworker/{schedule}", {"template": value}, projectID=project)
        for name in ("plan", "plan into files", "apply", "executions show as JSON"):
            hunt(*COMMANDS[name])


def test_an_earlier_run_and_what_a_run_says_show_no_part_of_a_secret(hunt: Hunt, wire: Wire) -> None:
    through = replace(hunt, env={**hunt.env, "WEXA_BASE_URL": wire.url})
    through(*APPLIED, code=0)
    file = hunt.desk.folder / "authorised.yaml"
    file.write_text(file.read_text("utf-8").replace("name: authorised", "name: authorised, generation: 2"), "utf-8")
    through(*APPLIED, code=0)
    wire.words = {'"conclusion":': f'"conclusion":"I sent {SECRET} there","was":'}
    for form in ("text", "json"):
        listed = through("executions", "list", "--format", form, code=0)
        assert listed.stdout.count("(sensitive)") >= 2
        shown = through("executions", "show", "support-desk/Execution/authorised", "--format", form, code=0)
        assert "I sent (sensitive) there" in " ".join(shown.stdout.split())


@pytest.mark.parametrize("path", ["/execute_flow", "/skilled", "/schedule/coworker"])
@pytest.mark.parametrize("room", [988, 996])
def test_a_secret_is_hidden_before_the_words_of_the_server_are_cut(
    hunt: Hunt, wire: Wire, path: str, room: int
) -> None:
    begun = replace(hunt, env={**hunt.env, "WEXA_BASE_URL": wire.url}, sentinels=(SECRET[:5], hunt.env["WEXA_API_KEY"]))
    (hunt.desk.folder / "execution.yaml").unlink()  # what is asked without the secret is not answered with it
    said = "x" * (room - 7) + "Bearer " + SECRET
    wire.deaf = {f"POST {path}": {"error": said}}
    done = begun(*APPLIED)
    assert "x" * 20 in done.stdout


def test_what_follows_from_a_secret_is_sent_as_it_is(hunt: Hunt) -> None:
    hunt(*APPLIED, code=0)
    ids = {str(a): r.id for a, r in hunt.desk.workspace.store.load().records.items()}
    flow = hunt.desk.remote.raw("GET", f"/agentflow/{ids['support-desk/AgentFlow/triage']}").json()
    assert f"Sorts tickets by {SECRET}" in {agent["role_description"] for agent in flow["agents"]}
    schedule = hunt.desk.remote.raw("GET", f"/schedule/coworker/{ids['support-desk/Schedule/new-year-digest']}").json()
    assert SECRET in schedule["goal"]["template"]
    assert SECRET in schedule["goal"]["display_template"]


BROKEN = """
from wexa_sync.api.client import Api

def broken(self, *asked):
    key = self._http._api_key.reveal()
    token = __import__("os").environ["TOKEN"]
    try:
        int(f"{key} {token}")
    except ValueError as error:
        raise KeyError(token, key) from error

Api.list = broken
"""


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_fault_of_our_own_says_where_it_is_and_not_what_it_held(hunt: Hunt, form: str) -> None:
    words, env = ("plan", "-v", "--log-format", form), {**hunt.env, "WEXA_SYNC_DEBUG": "1"}
    done = hunt.cli(hunt.desk.folder, *words, code=1, env=env, before=BROKEN)
    assert "builtins.KeyError" in done.stderr
    assert "builtins.ValueError" in done.stderr
    assert "in broken" in done.stderr
    assert not [each for each in hunt.sentinels if each in done.stdout + done.stderr]


@pytest.mark.parametrize("status", [302, 307])
def test_a_redirect_takes_the_key_to_no_other_server(
    hunt: Hunt, open_sandbox: Callable[..., AbstractContextManager[Remote]], status: int
) -> None:
    with open_sandbox() as elsewhere:
        # Even a server that takes our key, in our own organisation, hears nothing: not of reads, and not of writes.
        # A redirected write may have been done all the same, so that it counts as an answer that was lost.
        for method, code in (("GET", 1), ("POST", 3)):
            fault = f"{status} {method} to={elsewhere.server.base_url} times=forever"
            hunt.desk.remote.raw("DELETE", "/_sandbox/faults")
            hunt.desk.remote.raw("POST", "/_sandbox/faults", {"fault": fault}).raise_for_status()
            done = hunt("apply", "--auto-approve", "-v", code=code)
            said = " ".join((done.stdout + done.stderr).split())
            assert f"the server answered {status} and points to {elsewhere.server.base_url}/" in said
            assert method == "POST" or "Redirects are never followed with the key in hand" in said
        assert elsewhere.requests == []


def test_a_branch_that_changes_the_address_gets_no_key_for_its_server(hunt: Hunt) -> None:
    url = hunt.env["WEXA_BASE_URL"]
    settings = hunt.desk.folder / "wexa-sync.yaml"
    settings.write_text(f"settle: 0.2\nbase_url: {url}\n", "utf-8")
    only_file = replace(hunt, env={name: value for name, value in hunt.env.items() if name != "WEXA_BASE_URL"})
    for words in (("plan",), APPLIED, ("destroy", "--auto-approve"), ("executions", "list"), ("state", "rebuild")):
        done = only_file(*words, code=1)
        assert f"wexa-sync.yaml:2:11: base_url: {url} is not Wexa's" in " ".join(done.stderr.split())
    assert hunt.desk.remote.requests == []
    only_file("validate", code=0)
    only_file("plan", "--sandbox", code=0)
    for env in ({"WEXA_BASE_URL": url}, {"WEXA_SYNC_BASE_URL": url}):
        only_file("plan", code=0, **env)
    only_file("plan", "--base-url", url, code=0)


def test_a_credential_is_not_shown_by_way_of_the_environment(hunt: Hunt) -> None:
    run = hunt.desk.folder / "authorised.yaml"
    run.write_text(run.read_text("utf-8").replace("secret:TOKEN", "env:TOKEN"), "utf-8")
    done = hunt("plan", code=1)
    assert "authorised.yaml:4:" in done.stderr
    assert "Write ${secret:TOKEN}" in " ".join(done.stderr.split())
    assert hunt.desk.remote.requests == []


PROXY = "http://someone:sentinel-proxy-password@127.0.0.1:9"


def test_a_proxy_s_password_is_not_told(hunt: Hunt) -> None:
    guarded = replace(hunt, sentinels=(*hunt.sentinels, "sentinel-proxy-password"))
    for name in ("HTTPS_PROXY", "ALL_PROXY"):
        done = guarded("plan", "-v", code=1, WEXA_BASE_URL="https://wexa.invalid", NO_PROXY="", **{name: PROXY})
        assert "could not connect" in " ".join(done.stderr.split())


def test_no_key_is_taken_from_a_file_a_flag_or_a_manifest_nor_repeated(hunt: Hunt) -> None:
    key = hunt.env["WEXA_API_KEY"]
    settings = hunt.desk.folder / "wexa-sync.yaml"
    aside = replace(hunt, sentinels=())  # it stands in the file itself now
    for name in ("api_key", "token"):
        settings.write_text(f"{name}: {key}\n", "utf-8")
        done = aside("plan", code=1)
        assert key not in done.stdout + done.stderr
        assert "the API key must not stand in a file" in " ".join(done.stderr.split())
    settings.unlink()
    for words in (("--api-key", key), (f"--api-key={key}",), ("--parallelism", key)):
        hunt("plan", *words, code=64)
    manifest = hunt.desk.folder / "odd.yaml"
    for name in ("secret:WEXA_API_KEY", "env:OTHER"):
        manifest.write_text(RUN.replace("secret:TOKEN", name).replace("authorised", "odd"), "utf-8")
        done = hunt("plan", code=1, OTHER=key)
        assert "the API key must not stand in a manifest" in " ".join(done.stderr.split())


def test_what_is_kept_is_private_whatever_the_umask_and_whatever_was_there(hunt: Hunt) -> None:
    kept = [".wexa-sync/state.json", "saved.plan"]
    for text in ("One.", "Other."):
        (hunt.desk.folder / "prompts" / "classify.md").write_text(text, "utf-8")
        for words in (APPLIED, ("plan", "--out", "saved.plan")):
            hunt.cli(hunt.desk.folder, *words, env=hunt.env, before="import os; os.umask(0)")
        for name in kept:
            file = hunt.desk.folder / name
            assert file.stat().st_mode & 0o777 == 0o600, name
            file.chmod(0o644)
