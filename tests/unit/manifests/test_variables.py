"""`${...}` in values: what is filled in, what is refused, and where variables come from."""

from __future__ import annotations

import itertools
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from wexa_sync import engine
from wexa_sync.errors import InvalidManifests, Unfilled, UsageError
from wexa_sync.manifests.sources import Sources
from wexa_sync.manifests.variables import Variables, gather, literal, revealed
from wexa_sync.model import Secret, Unset

if TYPE_CHECKING:
    from tests.unit.conftest import Folder

PROJECT = "apiVersion: wexa.ai/v1\nkind: Project\nmetadata: {name: desk}\nspec: {projectName: Desk}\n"
KEY = "sentinel-api-key-7f3a"
VARIABLES = Variables(
    {"region": "eu", "count": 3, "on": True, "rate": 0.5, "nested": "${var:region}", "": "x"},
    {"HOME": "/root", "EMPTY": "", "TOKEN": "hush", "WEXA_API_KEY": KEY},
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("${var:region}", "eu"),
        ("${var:count}", 3),
        ("${var:on}", True),
        ("${var:rate}", 0.5),
        ("${var:nested}", "${var:region}"),
        ("x-${var:region}-${var:count}-${var:on}-${var:rate}", "x-eu-3-true-0.5"),
        ("${env:HOME}", "/root"),
        ("${env:EMPTY}", ""),
        ("$${var:region}", "${var:region}"),
        ("$$${var:region} $${", "$${var:region} ${"),
        ("${other} ${OTHER:x} ${", "${other} ${OTHER:x} ${"),
        ("${ var:region}", "${ var:region}"),
    ],
)
def test_what_is_filled_in(text: str, value: Any) -> None:
    found, faults = VARIABLES.fill(text)
    assert faults == []
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("text", "template", "value"),
    [
        ("${secret:TOKEN}", "${secret:TOKEN}", "hush"),
        ("Bearer ${secret:TOKEN}, ${var:region} $${", "Bearer ${secret:TOKEN}, eu $${", "Bearer hush, eu ${"),
        ("${secret:TOKEN} $${secret:NONE}", "${secret:TOKEN} $${secret:NONE}", "hush ${secret:NONE}"),
    ],
)
def test_a_text_with_a_secret_is_one(text: str, template: str, value: str) -> None:
    found, faults = VARIABLES.fill(text)
    assert faults == []
    assert isinstance(found, Secret)
    assert (found.template, found.reveal()) == (template, value)
    assert revealed(template, VARIABLES.env) == value, "where a saved plan is applied"
    assert value not in repr(found)


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("${var:regoin}", "${var:regoin} is not defined", "Did you mean 'region'?"),
        ("${var:zzzzzzz}", "${var:zzzzzzz} is not defined", "--var zzzzzzz=VALUE"),
        ("${env:}", "${env:} is no variable", "${env:NAME}"),
        ("${var:}", "${var:} is no variable", "${var:NAME}"),
        ("${var:a b}", "${var:a b} is no variable", "${var:NAME}"),
        ("${var:region", "${var:region is no variable", "a literal ${ is written $${"),
        ("${var:region\n}", "${var:region is no variable", "${var:NAME}"),
        ("${env:WEXA_API_KEY}", "the API key must not stand in a manifest", "another value"),
        ("${secret:WEXA_API_KEY}", "the API key must not stand in a manifest", "another value"),
        ("${secret:WEXA_SYNC_API_KEY}", "the API key must not stand in a manifest", "another value"),
        ("${var:" + "x" * 9999, "${var:" + "x" * 51 + "... is no variable", "${var:NAME}"),
        ("${var:" + "x" * 9999 + "}", "${var:" + "x" * 51 + "... is not defined", "--var xxx"),
    ],
    ids=lambda it: ascii(it)[:40],
)
def test_what_cant_be_filled_in(text: str, message: str, hint: str) -> None:
    value, (fault,) = VARIABLES.fill(text)
    assert isinstance(value, Unfilled)
    assert fault.message == message
    assert hint in fault.hint
    assert len(fault.hint) < 200


@pytest.mark.parametrize("text", ["${env:COPY}", "Bearer ${secret:COPY}", "${var:copy}", "x ${var:copy}"])
def test_the_api_key_under_another_name_is_refused_too(text: str) -> None:
    _, (fault,) = Variables({"copy": KEY}, {"COPY": KEY, "WEXA_API_KEY": KEY}).fill(text)
    assert fault.message == "the API key must not stand in a manifest"


CREDENTIALS = (
    "API_KEY apiKey APIKey GITHUB_TOKEN TOKEN2 DB_PASSWORD PGPASSWORD MYSQL_PWD db-pass SSH_PRIVATE_KEY X_AUTH "
    "clientSecret GOOGLE_APPLICATION_CREDENTIALS NPM_AUTHTOKEN AWS_SECRET_ACCESS_KEY OLD_KEY1 my.key STRIPE_KEYS "
    "AWS_SECRETKEY GH_PAT ID_JWT AUTHORIZATION SESSION_COOKIE DB_PW"
)
OTHERS = "KEYBOARD MONKEY HOTKEYS MAX_TOKENS TOKENIZER PWD OLDPWD AUTHOR PASSENGERS COMPASS SECRETARY CI_COMMIT PATH"


@pytest.mark.parametrize("name", CREDENTIALS.split())
def test_a_name_of_a_credential_is_refused_where_its_value_would_be_shown(name: str) -> None:
    for env in ({name: "hush"}, {}):
        _, (fault,) = Variables({}, env).fill(f"Bearer ${{env:{name}}}")
        assert fault.message == f"${{env:{name}}} looks like a credential, and plans show its value"
        assert f"${{secret:{name}}}" in fault.hint
    found, faults = Variables({name: "shown"}, {name: "hush"}).fill(f"${{secret:{name}}} ${{var:{name}}}")
    assert isinstance(found, Secret)
    assert (found.reveal(), faults) == ("hush shown", [])


@pytest.mark.parametrize("name", OTHERS.split())
def test_a_name_that_only_sounds_like_a_credential_is_not_refused(name: str) -> None:
    assert Variables({}, {name: "x"}).fill(f"${{env:{name}}}") == ("x", [])


def test_an_address_with_a_password_in_it_is_a_credential_whatever_it_is_called() -> None:
    for value in ("postgres://app:hush@db/x", "see redis://:hush@cache:6379"):
        _, (fault,) = Variables({}, {"DATABASE_URL": value}).fill("${env:DATABASE_URL}")
        assert fault.message == "${env:DATABASE_URL} looks like a credential, and plans show its value"
    for value in ("https://app@db:5432/x", "https://db:5432/a:b@c", "a: b@c"):
        assert Variables({}, {"DATABASE_URL": value}).fill("${env:DATABASE_URL}") == (value, [])


def test_a_key_that_is_no_secret_is_met_by_chance() -> None:
    assert Variables({"on": True, "x": "x"}, {"WEXA_API_KEY": "x"}).fill("${var:x} ${var:on}") == ("x true", [])


def test_the_api_key_is_not_what_somebody_may_have_meant() -> None:
    variables = Variables({}, {"WEXA_API_KEY": KEY})
    variables.fill("${secret:WEXA_APIKEY}")
    assert "Did you mean" not in " ".join(variables.warnings())


@pytest.mark.parametrize(
    "text", ["${env:NOPE}", "x ${secret:NOPE} ${var:region}", "${secret:EMPTY}", "${env:A}${env:B}"]
)
def test_what_is_not_set_is_unknown(text: str) -> None:
    value, faults = VARIABLES.fill(text)
    assert (type(value), faults) == (Unset, [])
    assert value.template == text.replace("${var:region}", "eu")
    assert value == VARIABLES.fill(text)[0]
    assert value != VARIABLES.fill(text + "!")[0]


def test_what_is_not_set_is_warned_of_with_what_may_have_been_meant() -> None:
    variables = Variables({}, {"COMMIT": "a", "DB_TOKEN": "hush"})
    for text in ("${env:COMIT}", "${secret:DB_TOKN}", "${env:ZZZ}", "${env:ZZZ}"):
        variables.fill(text)
    assert list(variables.warnings()) == [
        "${env:COMIT} is not set here. Did you mean 'COMMIT'?",
        "${secret:DB_TOKN} is not set here. Did you mean 'DB_TOKEN'?",
        "${env:ZZZ} is not set here. What needs it is planned, and can't be applied.",
    ]


def test_many_that_are_not_set_share_a_warning() -> None:
    variables = Variables({}, {})
    for number in range(30):
        variables.fill(f"${{secret:PIN_{number}}}")
    assert list(variables.warnings()) == [
        "Each of ${secret:PIN_0}, ${secret:PIN_1}, ${secret:PIN_2} and 27 more is not set here. "
        "What needs it is planned, and can't be applied.",
    ]


@pytest.mark.parametrize("text", ["${env:ODD}", "${secret:ODD}", "${var:odd}", "x ${var:odd}"])
def test_values_are_utf8(text: str) -> None:
    odd = b"caf\xe9".decode("utf-8", "surrogateescape")
    value, (fault,) = Variables({"odd": odd}, {"ODD": odd}).fill(text)
    assert isinstance(value, Unfilled)
    assert "not UTF-8" in fault.message


def test_every_fault_of_a_text_is_told_once_and_not_too_many() -> None:
    _, faults = VARIABLES.fill("${var:a} ${env:b} ${var:a} ${var:region} ${secret:c}")
    assert [fault.message.split(" ")[0] for fault in faults] == ["${var:a}"]
    _, faults = VARIABLES.fill("".join(f"${{var:x{n}}}" for n in range(100_000)))
    assert len(faults) == 20
    _, faults = VARIABLES.fill("${var:none}" * 100_000)
    assert len(faults) == 1


def test_the_last_one_to_say_a_variable_wins(folder: Folder) -> None:
    folder.write({"a.vars.yaml": "b: file\nc: file\nd: file\n", "b.yaml": "c: 2.5\n", "none.yaml": "# nothing\n"})
    found = gather(
        settings={"a": "settings", "b": "settings"},
        files=[Path("a.vars.yaml"), Path("b.yaml"), Path("none.yaml")],
        assignments=["d=flag=x", "e="],
        env={"HOME": "/root"},
    )
    assert found.var == {"a": "settings", "b": "file", "c": 2.5, "d": "flag=x", "e": ""}
    assert found.env == {"HOME": "/root"}
    assert "/root" not in repr(found)


@pytest.mark.parametrize("assignment", ["region", "=eu", "", "a b=c", "9=c", "\n=c"])
def test_what_is_no_assignment(assignment: str) -> None:
    with pytest.raises(UsageError, match="no NAME=VALUE") as caught:
        gather(settings={}, assignments=[assignment], env={})
    assert "--var region=eu" in caught.value.hint


@pytest.mark.parametrize("name", ["none.yaml", "x" * 300, "none/a.yaml"])
def test_a_variable_file_that_is_not_there(folder: Folder, name: str) -> None:
    with pytest.raises(UsageError, match="there is no such file"):
        gather(settings={}, files=[folder.path / name], env={})


def test_every_fault_of_every_variable_file_at_once(folder: Folder) -> None:
    folder.write(
        {"a.yaml": "ok: 1\n'a b': c\nlist:\n  [x]\nempty:\nok: 2\n", "b.yaml": "- a", "c.yaml": "a: 1\n---\nb: 2\n"}
    )
    folder.write({"d.yaml": "a: [", "e.yaml": b"\xff"})
    os.mkfifo("f.yaml")
    with pytest.raises(InvalidManifests) as caught:
        gather(settings={}, files=[Path(f"{name}.yaml") for name in "abcdef"], env={})
    assert [f"{each.source} {each.path}: {each.message}" for each in caught.value.problems] == [
        "a.yaml:2:1 a b: 'a b' is no name for a variable",
        "a.yaml:4:3 list: a variable holds one text, number, true or false, not a list",
        "a.yaml:5:7 empty: a variable holds one text, number, true or false, not nothing (null)",
        "a.yaml:6:1 ok: the key 'ok' stands here twice; first in line 1",
        "b.yaml:1:1 : a variable file is one mapping of NAME: value",
        "c.yaml:1:1 : a variable file is one mapping of NAME: value",
        "d.yaml:1:5 : this is not YAML: while parsing a flow node, did not find expected node content",
        "e.yaml:1:1 : byte 0xff is not UTF-8",
        "f.yaml:1:1 : this is no ordinary file",
    ]
    assert all(each.hint for each in caught.value.problems)


def test_a_variable_that_nothing_uses_is_warned_of(folder: Folder) -> None:
    folder.write({"m.yaml": PROJECT.replace("Desk", "'${var:region} ${var:used}'"), "a/n.yaml": "# nothing\n"})
    folder.write({"x.vars.yaml": "used: 1\nmodle: m\n", "y.vars.yaml": "zzz: 1\n"})
    files = (Path("x.vars.yaml"), Path("y.vars.yaml"))
    sources = Sources(
        paths=(Path(),), root=folder.path, vars={"region": "eu", "mine": 1}, var_files=files, assignments=("regoin=x",)
    )
    assert engine.read(sources).warnings == (
        "x.vars.yaml: the variable 'modle' is used by no manifest. Nothing says ${var:modle}.",
        "y.vars.yaml: the variable 'zzz' is used by no manifest. Nothing says ${var:zzz}.",
        "--var: the variable 'regoin' is used by no manifest. Did you mean 'region'?",
    )
    assert engine.read(replace(sources, whole=(Path(), Path("a")))).warnings == ()


def test_a_literal_text_arrives_as_it_is() -> None:
    pieces = ["$", "${", "$${", "${var:", "${env:a", "}", "x", "\n"]
    variables = Variables(var={"x": "y"})
    for text in map("".join, itertools.product(pieces, repeat=4)):
        assert variables.fill(literal(text)) == (text, []), text
    assert literal("${x} of ${{y}}") == "${x} of ${{y}}", "no more is escaped than has to be"
