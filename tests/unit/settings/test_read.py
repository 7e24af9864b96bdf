"""Settings: where they are found, who overrides whom, and every way to get them wrong."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from wexa_sync.errors import InvalidSettings, SettingsError
from wexa_sync.model import FilePlace, GitPlace, Limits, Options
from wexa_sync.settings import Settings, read_settings, require_api

if TYPE_CHECKING:
    from tests.unit.conftest import Folder

pytestmark = pytest.mark.usefixtures("folder")
KEY = "sentinel-api-key-7f3a"


def settings(start: str = ".", env: Mapping[str, str] | None = None, **overrides: Any) -> Settings:
    return read_settings(Path(start), env or {}, overrides)


def refused(start: str = ".", env: Mapping[str, str] | None = None, **overrides: Any) -> SettingsError:
    with pytest.raises(SettingsError) as caught:
        settings(start, env, **overrides)
    assert caught.value.hint
    return caught.value


def said(error: SettingsError) -> str:
    """Return the whole text of an error: each problem, the message and the hint."""
    problems = error.problems if isinstance(error, InvalidSettings) else ()
    return "\n".join([*map(str, problems), error.message, error.hint])


def test_defaults_are_the_schemas(folder: Folder) -> None:
    assert settings() == Settings(
        root=folder.path,
        base_url="https://api.wexa.ai",
        org_id="",
        user_id="",
        api_key=None,
        state=FilePlace(folder.path / ".wexa-sync/state.json"),
        manifests=(folder.path,),
        ignore=(),
        vars={},
        connect_timeout=5.0,
        read_timeout=30.0,
        options=Options(root=folder.path, parallelism=10, start="auto", grace=10.0, settle=15.0, allowed=frozenset()),
        limits=Limits(budget=30.0, max_executions=10),
    )


def test_everything_a_file_may_say(folder: Folder) -> None:
    folder.write(
        {
            "wexa-sync.yaml": """\
base_url: http://localhost:8080
org_id: "670000000000000000000001"
user_id: u
state: state/live.json
manifests: [a, ../b]
ignore: [charts]
vars: {region: eu, count: 3, on: true}
start: explicit
start_grace: 0.5
allow_undocumented: [agentflow.update]
parallelism: 3
budget: 100
max_executions: 0
"""
        }
    )
    found = settings()
    assert (found.base_url, found.org_id, found.user_id) == ("http://localhost:8080", "670000000000000000000001", "u")
    assert found.state == FilePlace(folder.path / "state/live.json")
    assert found.manifests == (folder.path / "a", folder.path / "../b")
    assert (found.ignore, found.vars) == (("charts",), {"region": "eu", "count": 3, "on": True})
    assert (found.options.start, found.options.grace) == ("explicit", 0.5)
    assert found.options.allowed == {"agentflow.update"}
    assert (found.options.parallelism, found.limits.budget, found.limits.max_executions) == (3, 100.0, 0)


def test_flags_over_the_environment_over_the_file(folder: Folder) -> None:
    folder.write({"wexa-sync.yaml": "base_url: http://file\norg_id: file\nuser_id: file\nparallelism: 2\nstate: s\n"})
    env = {"WEXA_BASE_URL": "http://env", "WEXA_ORG_ID": "env", "WEXA_USER_ID": "", "WEXA_API_KEY": KEY}
    found = settings(
        env=env, base_url="http://flag", state=Path("t"), manifests=["m"], allow_undocumented=(), parallelism=None
    )
    assert (found.base_url, found.org_id, found.user_id, found.options.parallelism) == ("http://flag", "env", "file", 2)
    assert (found.state, found.manifests) == (FilePlace(folder.path / "t"), (folder.path / "m",))
    assert found.api_key is not None
    assert found.api_key.reveal() == KEY
    assert KEY not in repr(found)
    given = settings(env=env, api_key="another").api_key
    assert given is not None
    assert given.reveal() == "another"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("https://api.wexa.ai/", "https://api.wexa.ai"),
        ("https://API.Wexa.ai", "https://api.wexa.ai"),
        ("https://api.wexa.ai:443", "https://api.wexa.ai"),
        ("https://api.wexa.ai:443//", "https://api.wexa.ai"),
        ("https://api.wexa.ai:", "https://api.wexa.ai"),
        ("https://api.wexa.ai:80", "https://api.wexa.ai:80"),
        ("https://api.wexa.ai:8443", "https://api.wexa.ai:8443"),
        ("http://127.0.0.1:80/", "http://127.0.0.1"),
        ("http://[::1]:80", "http://[::1]"),
        ("http://[::443]", "http://[::443]"),
        ("https://gate.example.com/Wexa/v2/", "https://gate.example.com/Wexa/v2"),
    ],
)
def test_an_address_has_one_spelling_however_it_is_given(folder: Folder, written: str, read: str) -> None:
    assert settings(env={"WEXA_BASE_URL": written}).base_url == read
    assert settings(base_url=written).base_url == read
    folder.write({"wexa-sync.yaml": f'base_url: "{written}"\n'})
    assert settings().base_url == read


@pytest.mark.parametrize("wrong", ["https://user:pw@x", "https://x?a=b", "https://x#a", "https://x:0", "https://[x"])
def test_an_address_with_more_than_an_address_in_it(wrong: str) -> None:
    assert "base URL" in refused(env={"WEXA_BASE_URL": wrong}).message


@pytest.mark.parametrize("start", [".", "a", "a/b", "a/b/m.yaml", "a/none.yaml", "a/none/none.yaml"])
def test_the_root_is_the_nearest_folder_with_settings(folder: Folder, start: str) -> None:
    folder.write({"wexa-sync.yaml": "org_id: o", "a/b/m.yaml": ""})
    found = settings(start)
    assert (found.root, found.org_id) == (folder.path, "o")
    assert settings(str(folder.path / start)) == found


def test_nobody_looks_above_a_repository(folder: Folder) -> None:
    folder.write({"wexa-sync.yaml": "org_id: o", "repo/.git/HEAD": "", "repo/a/m.yaml": ""})
    found = settings("repo/a/m.yaml")
    assert (found.root, found.org_id) == (folder.path / "repo/a", "")


def test_without_a_file_the_root_is_where_one_starts(folder: Folder) -> None:
    folder.write({"a/m.yaml": "", ".git/HEAD": ""})
    assert settings("a").root == settings("a/m.yaml").root == folder.path / "a"
    assert settings("a/" + "x" * 300).root == folder.path / "a"


@pytest.mark.parametrize(
    ("text", "fault", "hint"),
    [
        ("org: x", "wexa-sync.yaml:1:1: org: there is no field 'org' here", "Did you mean 'org_id'?"),
        ("baseUrl: http://x", "1:1: baseUrl: there is no field 'baseUrl' here", "Did you mean 'base_url'?"),
        ("\n\nzzzz: x", "3:1: zzzz: there is no field 'zzzz' here", "Known here: base_url, org_id"),
        ("org_id: 67", "1:9: org_id: expected text, got 67", "quotes"),
        (
            "org_id: 67e000000000000000000001",
            "org_id: expected text, got 67e000000000000000000001",
            "as it is written",
        ),
        ("org_id: a b", '1:9: org_id: "a b" is not of the form', "24 hex characters"),
        ("org_id:", "1:8: org_id: expected text, got nothing (null)", "take the line out"),
        ("base_url: api.wexa.ai", '1:11: base_url: "api.wexa.ai" is not of the form', "https://api.wexa.ai"),
        ("base_url: https://", '1:11: base_url: "https://" is not of the form', "https://api.wexa.ai"),
        ('base_url: "http://a\\0b"', "1:11: base_url: ", "https://api.wexa.ai"),
        ("state: ''", '1:8: state: "" is not of the form', "The state file"),
        ('state: "a\\0b"', "1:8: state: ", "The state file"),
        ("state: .", "is a folder", "--state FILE"),
        ("state: /", "the state / is a folder", "--state FILE"),
        ('manifests: ["a\\0b/c"]', "1:13: manifests[0]: ", "A file or a folder"),
        ("manifests: a", '1:12: manifests: expected a list, got "a"', "Write a list"),
        ("ignore: [5]", "1:10: ignore[0]: expected text, got 5", "quotes"),
        ("ignore: [a, '!b']", '1:13: ignore[1]: "!b" is not of the form', "no `!`"),
        ("ignore: ['[ab].yaml']", '1:10: ignore[0]: "[ab].yaml" is not of the form', "no `[...]`"),
        ("ignore: ['']", '1:10: ignore[0]: "" is not of the form', "A glob"),
        ("vars: [a]", "1:7: vars: expected a mapping, got a list", "indented"),
        ("vars: {a: [b]}", "1:11: vars.a: expected text or a number or true or false, got a list", "A variable holds"),
        ("vars: {a: {file: b}}", "1:11: vars.a: expected text or a number or true or false, got a", "Write the text i"),
        ("org_id: {file: b}", "1:9: org_id: expected text, got a mapping", "Write the text itself."),
        ("vars: {a b: c}", '1:7: vars: "a b" is not of the form', "starts with a letter"),
        ("start: later", '1:8: start: expected "auto" or "explicit", got "later"', "Known here"),
        ("connect_timeout: 0", "1:18: connect_timeout: expected at least 0.1, got 0", "Seconds"),
        ("read_timeout: 3601", "1:15: read_timeout: expected at most 3600, got 3601", "Seconds"),
        ("start_grace: -1", "1:14: start_grace: expected at least 0, got -1", "Seconds"),
        ("start_grace: 1e300", "1:14: start_grace: expected at most 3600, got 1e300", "Seconds"),
        ("settle: 1e300", "1:9: settle: expected at most 3600, got 1e300", "Seconds"),
        ("start_grace: 1" + "0" * 400, "1:14: start_grace: no number that JSON has", "Quote it"),
        ("allow_undocumented: [all]", '1:22: allow_undocumented[0]: expected "agentflow.update"', "agentflow.update"),
        ("parallelism: 0", "1:14: parallelism: expected at least 1, got 0", "same time"),
        ("parallelism: 65", "1:14: parallelism: expected at most 64, got 65", "same time"),
        ("parallelism: 4.0", "1:14: parallelism: expected a whole number, got 4.0", "without a point: 4."),
        ("parallelism: '4'", '1:14: parallelism: expected a whole number, got "4"', "quotes away: 4."),
        ("budget: 101", "1:9: budget: expected at most 100, got 101", "percent"),
        ("max_executions: true", "1:17: max_executions: expected a whole number, got true", "most executions"),
        ("- a", "1:1: settings are one mapping of NAME: value", "org_id: ..."),
        ("a: 1\n---\nb: 2", "1:1: settings are one mapping of NAME: value", "org_id: ..."),
        ("!!null {org_id: x}", "1:1: the tag !!null is not allowed here", "plain YAML"),
        ("org_id: [", "1:10: this is not YAML", "breaks off"),
        ("org_id: a\norg_id: b", "2:1: org_id: the key 'org_id' stands here twice", "Take one"),
        ("org_id: \udcff", "byte 0xff is not UTF-8", "UTF-8"),
    ],
    ids=lambda it: ascii(it)[:30],
)
def test_a_file_that_is_wrong(folder: Folder, text: str, fault: str, hint: str) -> None:
    folder.write({"wexa-sync.yaml": text.encode("utf-8", "surrogateescape")})
    error = refused()
    assert fault in said(error)
    assert hint in said(error)


def test_everything_that_is_wrong_at_once(folder: Folder) -> None:
    folder.write({"wexa-sync.yaml": "org: x\nparallelism: 0\nbudget: x\norg: y\n"})
    error = refused()
    assert isinstance(error, InvalidSettings)
    assert [f"{problem.source} {problem.path}" for problem in error.problems] == [
        "wexa-sync.yaml:1:1 org",
        "wexa-sync.yaml:2:14 parallelism",
        "wexa-sync.yaml:3:9 budget",
        "wexa-sync.yaml:4:1 org",
    ]
    assert all(problem.hint for problem in error.problems)
    assert error.message == "4 problems in the settings; nothing was sent."


@pytest.mark.parametrize(
    "name", ["api_key", "API-KEY", "apikey", "x-api-key", "wexa_api_key", "token", "access_token", "secret", "password"]
)
def test_a_key_never_stands_in_a_file(folder: Folder, name: str) -> None:
    folder.write({"wexa-sync.yaml": f"org_id: o\n{name}: {KEY}\n"})
    error = refused()
    assert f"wexa-sync.yaml:2:1: {name}: the API key must not stand in a file" in said(error)
    assert "make a new key" in said(error)
    assert KEY not in said(error)


def test_an_empty_file_says_nothing(folder: Folder) -> None:
    folder.write({"wexa-sync.yaml": "# nothing yet\n"})
    assert settings() == settings()
    assert settings().org_id == ""


def test_the_other_ending_is_not_read_and_not_passed_over(folder: Folder) -> None:
    folder.write({"wexa-sync.yml": "org_id: o", "a/m.yaml": ""})
    assert "wexa-sync.yml is not read" in refused("a").message


@pytest.mark.parametrize("target", ["nowhere", "wexa-sync.yaml", "."])
def test_a_file_that_cant_be_read_is_not_passed_over(folder: Folder, target: str) -> None:
    (folder.path / "wexa-sync.yaml").symlink_to(target)
    assert said(refused()).startswith("wexa-sync.yaml:1:1: ")


@pytest.mark.parametrize(
    ("env", "flags", "fault"),
    [
        ({"WEXA_BASE_URL": "api.wexa.ai"}, {}, 'WEXA_BASE_URL: "api.wexa.ai" is not of the form'),
        ({"WEXA_ORG_ID": "a\n"}, {}, 'WEXA_ORG_ID: "a\\n" is not of the form'),
        ({"WEXA_ORG_ID": os.fsdecode(b"\xff")}, {}, "WEXA_ORG_ID: "),
        ({"WEXA_USER_ID": " u"}, {}, 'WEXA_USER_ID: " u" is not of the form'),
        ({"WEXA_BASE_URL": "x", "WEXA_ORG_ID": " "}, {}, 'of the form that this field takes; WEXA_ORG_ID: " " is not'),
        ({"WEXA_BASE_URL": "http://ok"}, {"base_url": "ftp://x"}, '--base-url: "ftp://x" is not of the form'),
        ({}, {"parallelism": 0}, "--parallelism: expected at least 1, got 0"),
        ({}, {"max_executions": -1}, "--max-executions: expected at least 0, got -1"),
        ({}, {"state": "/"}, "the state / is a folder"),
        ({}, {"state": ""}, "is a folder"),
        ({}, {"state": "sub"}, "is a folder"),
    ],
)
def test_an_environment_or_a_flag_that_is_wrong(
    folder: Folder, env: dict[str, str], flags: dict[str, Any], fault: str
) -> None:
    folder.write({"sub/m.yaml": ""})
    assert fault in refused(env=env, **flags).message


@pytest.mark.parametrize("key", ["a b", "key\n", "schlüssel", "\x00", os.fsdecode(b"\xff"), "'quoted key'"])
def test_a_key_that_is_none_is_not_said(key: str) -> None:
    error = refused(env={"WEXA_API_KEY": key})
    assert "WEXA_API_KEY holds a space" in error.message
    assert key not in error.message


def test_what_a_call_needs_is_asked_for_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        require_api(settings())
    assert caught.value.message == "missing: the API key (WEXA_API_KEY) and the organisation's id (WEXA_ORG_ID)"
    assert caught.value.hint.startswith(
        "Set the environment variable WEXA_API_KEY and set WEXA_ORG_ID, or `org_id` in "
    )
    assert "--sandbox" in caught.value.hint
    with pytest.raises(SettingsError, match=r"^missing: the API key \(WEXA_API_KEY\)$"):
        require_api(settings(env={"WEXA_ORG_ID": "o"}))
    with pytest.raises(SettingsError, match=r"^missing: the organisation's id \(WEXA_ORG_ID\)$"):
        require_api(settings(env={"WEXA_API_KEY": KEY}))
    require_api(settings(env={"WEXA_API_KEY": KEY, "WEXA_ORG_ID": "o"}))


READY = {"WEXA_API_KEY": KEY, "WEXA_ORG_ID": "o"}


@pytest.mark.parametrize("address", ["https://evil.example", "https://wexa.ai.evil.example", "http://127.0.0.1:8787"])
def test_a_file_alone_does_not_say_where_the_key_goes(folder: Folder, address: str) -> None:
    folder.write({"wexa-sync.yaml": f"org_id: o\nbase_url: {address}\n"})
    with pytest.raises(SettingsError) as caught:
        require_api(settings(env=READY))
    assert caught.value.message.startswith(f"wexa-sync.yaml:2:11: base_url: {address} is not Wexa's")
    assert f"WEXA_BASE_URL={address}" in caught.value.hint
    assert KEY not in said(caught.value)
    require_api(settings(env={**READY, "WEXA_BASE_URL": address}))
    require_api(settings(env=READY, base_url=address))
    with pytest.raises(SettingsError):
        require_api(settings(env={**READY, "WEXA_BASE_URL": ""}))


@pytest.mark.parametrize("address", ["https://api.wexa.ai/", "https://testing.API.wexa.ai", "https://api.wexa.ai:443"])
def test_a_file_alone_may_choose_among_the_vendors_addresses(folder: Folder, address: str) -> None:
    folder.write({"wexa-sync.yaml": f"base_url: {address}\n"})
    require_api(settings(env=READY))


def test_the_current_folder_may_be_gone(folder: Folder) -> None:
    (folder.path / "gone").mkdir()
    os.chdir("gone")
    (folder.path / "gone").rmdir()
    assert "the current folder is gone" in refused().message
    assert "the current folder is gone" in refused(str(folder.path)).message


@pytest.mark.parametrize(
    ("lines", "state"),
    [
        ("", "state.yaml"),
        ("", "a/State.YML"),
        ("", "wexa-sync.yaml"),
        ("manifests: [desk]\n", "desk/state.yaml"),
        ("manifests: [desk/m.yaml]\n", "desk/m.yaml"),
        ("manifests: [.., desk]\n", "../state.yml"),
    ],
)
def test_a_state_never_stands_among_the_manifests(folder: Folder, lines: str, state: str) -> None:
    folder.write({"wexa-sync.yaml": f"{lines}state: {state}\n"})
    assert "among the manifests" in refused().message
    assert refused().message.startswith(f"wexa-sync.yaml:{1 + bool(lines)}:8: state: ")
    folder.write({"wexa-sync.yaml": lines})
    assert refused(state=state).message.startswith("--state: the state ")


@pytest.mark.parametrize(
    ("lines", "state"),
    [
        ("", "state.json"),
        ("", ".wexa-sync/state.yaml"),
        ("", "../state.yaml"),
        ("ignore: [state.yaml]\n", "state.yaml"),
        ("ignore: [live/]\n", "live/state.yaml"),
        ("manifests: [desk]\n", "state.yaml"),
        ("", "live.vars.yaml"),
    ],
)
def test_a_state_may_be_called_anything_elsewhere(folder: Folder, lines: str, state: str) -> None:
    folder.write({"wexa-sync.yaml": f"{lines}state: {state}\n"})
    assert settings().state == FilePlace(folder.path / state)


def test_a_home_folder_in_a_path(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(folder.path / "home"))
    folder.write({"wexa-sync.yaml": "state: ~/live.json\nmanifests: [~/desk]\n"})
    assert settings().state == FilePlace(folder.path / "home/live.json")
    assert settings().manifests == (folder.path / "home/desk",)
    assert settings(state="~/other.json").state == FilePlace(folder.path / "home/other.json")


@pytest.mark.parametrize("path", ["~nobody-of-that-name/x", "$HOME/x", "${HOME}/x", "s3://a/b"])
def test_a_state_that_would_make_a_folder_nobody_meant(folder: Folder, path: str) -> None:
    folder.write({"wexa-sync.yaml": f"\nstate: '{path}'\n"})
    assert refused().message.startswith("wexa-sync.yaml:2:8: state: ")
    folder.write({"wexa-sync.yaml": ""})
    assert refused(state=Path(path)).message.startswith("--state: ")
    assert [each.name for each in folder.path.iterdir()] == ["wexa-sync.yaml"]


@pytest.mark.parametrize("name", ["wexa-sync.yml", "Wexa-Sync.yaml", "wexa_sync.yaml", ".wexa-sync.yml"])
def test_settings_of_nearly_the_right_name_are_not_overlooked(folder: Folder, name: str) -> None:
    folder.write({name: "org_id: x\n"})
    assert refused().message.endswith(f"{name} is not read")


def test_a_state_on_a_ref(folder: Folder) -> None:
    folder.write({"wexa-sync.yaml": "state: {git: {}}\n"})
    assert settings().state == GitPlace(folder.path, "origin", "refs/wexa-sync/state")
    folder.write({"wexa-sync.yaml": "state: {git: {remote: 'https://git.example/a b', ref: refs/wexa-sync/eu-1}}\n"})
    found = settings()
    assert found.state == GitPlace(folder.path, "https://git.example/a b", "refs/wexa-sync/eu-1")
    assert isinstance(found.state, GitPlace)
    assert found.state.lock == "refs/wexa-sync/eu-1-lock"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("git:", {}),
        ("git:upstream", {"remote": "upstream"}),
        ("git:#refs/wexa-sync/live", {"ref": "refs/wexa-sync/live"}),
        ("git:https://a/b.git#refs/wexa-sync/live", {"remote": "https://a/b.git", "ref": "refs/wexa-sync/live"}),
    ],
)
def test_a_flag_names_a_ref(folder: Folder, text: str, parts: dict[str, str]) -> None:
    assert settings(state=text).state == GitPlace(folder.path, **parts)


@pytest.mark.parametrize(
    "ref",
    [
        "production",
        "refs/production",
        "refs/wexa-sync/eu-lock",
        "refs/wexa-sync/eu.lock",
        "refs/wexa-sync/a..b",
        "refs/wexa-sync/-x",
        "refs/wexa-sync/x/",
        "refs//x/y",
        "refs/wexa-sync/x y",
        "refs/wexa-sync/@{1}",
        "refs/wexa-sync/x\n",
    ],
)
def test_a_ref_that_git_or_the_lock_forbids(folder: Folder, ref: str) -> None:
    assert "ref" in said(refused(state=f"git:#{ref}"))
    folder.write({"wexa-sync.yaml": f"state: {{git: {{ref: {json.dumps(ref)}}}}}\n"})
    assert "state.git.ref: " in said(refused())


@pytest.mark.parametrize("remote", ["--upload-pack=touch x", "https://me:sentinel@git.example/x.git", "a#b", ""])
def test_a_remote_that_is_an_option_or_holds_a_password(folder: Folder, remote: str) -> None:
    folder.write({"wexa-sync.yaml": f"state: {{git: {{remote: {json.dumps(remote)}}}}}\n"})
    assert "state.git.remote: " in said(refused())


def test_the_spelling_of_a_flag_is_no_file_in_the_settings(folder: Folder) -> None:
    folder.write({"wexa-sync.yaml": "state: 'git:origin#refs/wexa-sync/live'\n"})
    assert "{git: {remote: NAME, ref: REF}}" in said(refused())
