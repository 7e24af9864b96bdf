"""What stands for something else: texts from files, times, references, secrets."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

from wexa_sync.model import Address, Ref, Secret

if TYPE_CHECKING:
    from tests.unit.conftest import Folder

SKILL = """\
apiVersion: wexa.ai/v1
kind: Skill
metadata: {name: s}
spec:
  name: S
  description: %s
  connector_id: %s
"""
SCHEDULE = """\
apiVersion: wexa.ai/v1
kind: Schedule
metadata: {name: s}
spec: {coworker_id: {id: x}, template: T, schedule: %s}
"""


def spec_of(folder: Folder, text: str, name: str, **how: Any) -> Any:
    """Return a field of the one manifest beside the project."""
    (manifest,) = (m for m in folder.read(text, **how).manifests.values() if m.address.kind != "Project")
    return manifest.spec[name]


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"one\ntwo\n", "one\ntwo"),
        (b"one\n\n", "one\n"),
        (b"one\r\ntwo\r\n", "one\ntwo"),
        (b"one", "one"),
        ("naïve ${var:x} \u2028 {file: y}".encode(), "naïve ${var:x} \u2028 {file: y}"),
    ],
)
def test_a_text_from_a_file_is_kept_but_for_the_last_newline_and_crlf(folder: Folder, raw: bytes, text: str) -> None:
    folder.write({"prompts/p.md": raw})
    assert spec_of(folder, SKILL % ("{file: prompts/p.md}", "{id: x}"), "description") == text


def test_a_path_starts_from_its_manifest(folder: Folder) -> None:
    folder.write({"a/b/m.yaml": SKILL % ("{file: ../p.md}", "{id: x}"), "a/p.md": "from a", "p.md": "no"})
    assert spec_of(folder, "", "description") == "from a"


def test_a_link_inside_leads_to_its_text(folder: Folder) -> None:
    folder.write({"a/p.md": "linked"})
    (folder.path / "p.md").symlink_to("a/p.md")
    assert spec_of(folder, SKILL % ("{file: p.md}", "{id: x}"), "description") == "linked"


@pytest.mark.parametrize(
    ("name", "fault", "hint"),
    [
        ("../secret.md", "../secret.md leads out of ", "Move the file inside"),
        ("a/../../secret.md", "a/../../secret.md leads out of ", "Move the file inside"),
        ("out.md", "out.md leads out of ", "Move the file inside"),
        ("out/secret.md", "out/secret.md leads out of ", "Move the file inside"),
        ("/etc/passwd", "the path /etc/passwd is absolute", "relative to the manifest"),
        ("prompts/triaje.md", "there is no file prompts/triaje.md", "Did you mean 'triage.md'?"),
        ("none/p.md", "there is no file none/p.md", "Check the path"),
        (".loop", ".loop:1:1: the file can't be read: Too many levels of symbolic links", "Check that it exists"),
        ("prompts", "prompts:1:1: this is no ordinary file", "no folders"),
        ("pipe", "pipe:1:1: this is no ordinary file", "no folders, pipes"),
        (".", ".:1:1: this is no ordinary file", "no folders"),
        ("latin.md", "latin.md:2:4: byte 0xe9 is not UTF-8", "UTF-8"),
        ("wide.md", "wide.md:1:1: the file is UTF-16 or UTF-32, not UTF-8", "UTF-8"),
        ("nul.md", "nul.md:1:2: the character U+0000 (NUL) must not stand in a text file", "invisible"),
        ("x" * 5000, "there is no file xxx", "Check the path"),
        ("''", '{file: PATH} wants a path, got ""', "prompts/triage.md"),
        ('" "', '{file: PATH} wants a path, got " "', "prompts/triage.md"),
        ('"a\\0b"', '{file: PATH} wants a path, got "a\\u0000b"', "prompts/triage.md"),
        ("5", "{file: PATH} wants a path, got 5", "prompts/triage.md"),
        ("[a]", "{file: PATH} wants a path, got a list", "prompts/triage.md"),
        ("", "{file: PATH} wants a path, got nothing (null)", "prompts/triage.md"),
        ("'${secret:TOKEN}'", '{file: PATH} wants a path, got "***"', "prompts/triage.md"),
    ],
    ids=lambda it: it[:20],
)
def test_a_text_that_cant_be_had(folder: Folder, name: str, fault: str, hint: str) -> None:
    folder.write({"secret.md": "hush", "in/prompts/triage.md": "T", "in/nul.md": b"a\0"})
    folder.write({"in/latin.md": b"a\nb: \xe9", "in/wide.md": "a".encode("utf-16")})
    os.mkfifo("in/pipe")
    for link, target in {"out.md": "../secret.md", "out": "..", ".loop": ".loop"}.items():
        (folder.path / "in" / link).symlink_to(target)
    os.chdir("in")
    inner = type(folder)(folder.path / "in")
    (problem,) = inner.problems(SKILL % (f"{{file: {name}}}", "{id: x}"), env={"TOKEN": "hush"})
    assert (str(problem.source), problem.path) == ("m.yaml:6:16", "spec.description")
    assert problem.message.startswith(fault)
    assert len(problem.message) < 400
    assert hint in problem.hint


def test_a_path_that_is_not_defined_is_told_of_once(folder: Folder) -> None:
    assert folder.faults(SKILL % ("{file: '${var:none}'}", "{id: x}")) == [
        "m.yaml:6:23 spec.description.file: ${var:none} is not defined"
    ]


def test_a_text_from_a_file_is_checked_like_any_other(folder: Folder) -> None:
    folder.write({"long.md": "x" * 501})
    text = SKILL.replace("Skill", "AgentFlow") % ("{file: long.md}", "x")
    text = text.replace("connector_id", "role")
    assert folder.faults(text) == ["m.yaml:6:16 spec.description: is 501 long, and 500 is the most"]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "1:1: the file is blank"),
        (b"\n", "1:1: the file is blank"),
        (b" \r\n\t\n", "1:1: the file is blank"),
        ("\u00a0\u3000\u200b\n".encode(), "1:1: the file is blank"),
        (b"\xef\xbb\xbfText", "1:1: the file starts with a byte order mark (BOM)"),
        ("One\nTwo \ufeffthree".encode(), "2:5: the character U+FEFF must not stand in a text file"),
        (b"One\n<<<<<<< HEAD\nTwo\n=======\nThree\n>>>>>>> b\n", "2:1: a merge-conflict marker (<<<<<<<)"),
        (b"One\r\n<<<<<<< HEAD\r\nTwo\r\n=======\r\n", "2:1: a merge-conflict marker (<<<<<<<)"),
        (b"One\nTwo\n>>>>>>> feature/x\n", "3:1: a merge-conflict marker (>>>>>>>)"),
        (b"One\n||||||| 1a2b3c\nTwo", "2:1: a merge-conflict marker (|||||||)"),
        (b"<<<<<<<\nOne", "1:1: a merge-conflict marker (<<<<<<<)"),
        (
            b"version https://git-lfs.github.com/spec/v1\noid sha256:1a\nsize 9\n",
            "1:1: the file is a pointer of Git LFS",
        ),
        (b"/annex/objects/SHA256E-s9--1a.md\n", "1:1: the file is a pointer of git-annex"),
        (b"../.git/annex/objects/aa/bb/SHA256E-s9--1a.md", "1:1: the file is a pointer of git-annex"),
        (b"\x00GITCRYPT\x00\x1a\x2b", "1:1: the file is encrypted by git-crypt"),
        (b"\x89PNG\r\n\x1a\n\x00", "1:1: byte 0x89 is not UTF-8"),
        (b"PK\x03\x04\x14", "1:3: the character U+0003 must not stand in a text file"),
    ],
    ids=lambda it: ascii(it)[:40],
)
def test_a_prompt_that_no_person_wrote_is_refused_with_its_name_and_line(
    folder: Folder, content: bytes, fault: str
) -> None:
    folder.write({"prompts/p.md": content})
    (problem,) = folder.problems(SKILL % ("{file: prompts/p.md}", "{id: x}"))
    assert problem.message.startswith(f"prompts/p.md:{fault}")
    assert str(problem.source) == "m.yaml:6:16"


@pytest.mark.parametrize(
    "text",
    [
        "Title\n=======\nText",
        "a <<<<<<< b",
        "<<<<<<<<<< ten",
        " >>>>>>> indented",
        ">>>>>>>quoted seven times",
        "See version https://git-lfs.github.com/spec/v1",
        "/annex/ is a folder",
        ".",
    ],
)
def test_what_a_person_may_write_in_a_prompt_stays(folder: Folder, text: str) -> None:
    folder.write({"p.md": text})
    assert spec_of(folder, SKILL % ("{file: p.md}", "{id: x}"), "description") == text


def test_a_file_is_only_read_where_text_is_wanted(folder: Folder) -> None:
    text = "apiVersion: wexa.ai/v1\nkind: Execution\nmetadata: {name: r}\n"
    text += "spec: {agentflow_id: {id: x}, goal: G, input_variables: {a: {file: b}}}\n"
    assert spec_of(folder, text, "input_variables") == {"a": {"file": "b"}}


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2035-06-01T07:00:00Z", "2035-06-01T07:00:00Z"),
        ("'2035-06-01T09:00:00+02:00'", "2035-06-01T07:00:00Z"),
        ("2035-06-01 07:00:00z", "2035-06-01T07:00:00Z"),
        ("2064380400", "2035-06-02T07:00:00Z"),
        ("'2064380400'", "2035-06-02T07:00:00Z"),
        ("2064380400000", "2035-06-02T07:00:00Z"),
        ("${var:launch}", "2035-06-01T07:00:00Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
    ],
)
def test_times_have_one_form(folder: Folder, text: str, time: str) -> None:
    made = SCHEDULE % (f"'{text}'" if "$" in text else text)
    assert spec_of(folder, made, "schedule", var={"launch": "2035-06-01T07:00:00Z"}) == time


@pytest.mark.parametrize(
    ("text", "fault", "hint"),
    [
        ("2035-06-01T07:00:00", '"2035-06-01T07:00:00" has no zone', "with a zone"),
        ("2035-06-01", '"2035-06-01" has no zone', "with a zone"),
        ("12:30", '"12:30" is no time', "ISO 8601"),
        ("in another zone", '"in another zone" is no time', "ISO 8601"),
        ("2035-13-01T07:00:00Z", '"2035-13-01T07:00:00Z" is no time', "ISO 8601"),
        ("10000-01-01T07:00:00Z", '"10000-01-01T07:00:00Z" is no time', "ISO 8601"),
        ("9999-12-31T23:59:59-01:00", '"9999-12-31T23:59:59-01:00" is no time', "ISO 8601"),
        ("9" * 30, "9" * 30 + " is no time", "epoch seconds"),
        ("-9999999999999", "-9999999999999 is no time", "epoch seconds"),
        ("'²'", '"²" is no time', "ISO 8601"),
        ("''", '"" is no time', "ISO 8601"),
        ("2064380400.0", "expected text or a whole number, got 2064380400.0", "without a point: 2064380400."),
        ("true", "expected text or a whole number, got true", "quotes"),
        ("[a]", "expected text or a whole number, got a list", "ISO 8601 with a zone"),
        ("", "expected text or a whole number, got nothing (null)", "take the line out"),
        ("'${secret:WHEN}'", "a time can't be a secret: the plan shows it", "${env:NAME}"),
        ("'${var:none}'", "${var:none} is not defined", "--var none=VALUE"),
    ],
    ids=lambda it: it[:25],
)
def test_what_is_no_time(folder: Folder, text: str, fault: str, hint: str) -> None:
    (problem,) = folder.problems(SCHEDULE % text, env={"WHEN": "2035-06-01T07:00:00Z"})
    assert str(problem.source).startswith("m.yaml:4:5")
    assert problem.path == "spec.schedule"
    assert problem.message == fault
    assert hint in problem.hint


@pytest.mark.parametrize(
    ("text", "ref"),
    [
        ("{external: Content creator}", Ref(kind="Connector", external="Content creator")),
        ("{id: 67fdea40aac77be632954f0f}", Ref(kind="Connector", id="67fdea40aac77be632954f0f")),
        ("{external: '${env:NAME}'}", Ref(kind="Connector", external="Mail")),
    ],
)
def test_references(folder: Folder, text: str, ref: Ref) -> None:
    assert spec_of(folder, SKILL % ("D", text), "connector_id", env={"NAME": "Mail"}) == ref


def test_a_handle_is_a_reference_in_its_own_project(folder: Folder) -> None:
    text = (
        "apiVersion: wexa.ai/v1\nkind: AgentFlow\nmetadata: {name: f}\nspec: {name: F, description: D, role: R}\n---\n"
    )
    desired = folder.read(text + SCHEDULE.replace("{id: x}", "'${var:flow}'") % 5, var={"flow": "f"})
    schedule = desired.manifests[Address(project="desk", kind="Schedule", name="s")]
    assert schedule.spec["coworker_id"] == Ref(
        kind="AgentFlow", address=Address(project="desk", kind="AgentFlow", name="f")
    )


@pytest.mark.parametrize("text", ["{external: '${secret:T}'}", "{id: '${secret:T}'}", "'${secret:T}'"])
def test_a_reference_is_no_secret(folder: Folder, text: str) -> None:
    (problem,) = folder.problems(SKILL % ("D", text), env={"T": "mail"})
    assert problem.message == 'expected a reference to a Connector, got "***"'


def test_a_secret_stays_one(folder: Folder) -> None:
    value = spec_of(folder, SKILL % ("'Bearer ${secret:T}'", "{id: x}"), "description", env={"T": "hush"})
    assert isinstance(value, Secret)
    assert value.reveal() == "Bearer hush"


def test_no_fault_says_a_secret(folder: Folder) -> None:
    text = "apiVersion: '${secret:T}'\nkind: Skill\nmetadata: {name: '${secret:T}', project: '${secret:T}'}\nspec:\n"
    text += "  name: ['${secret:T}']\n  description: {file: '${secret:T}'}\n  connector_id: {a: '${secret:T}'}\n"
    text += "--- '${secret:T}'\n---\n- '${secret:T}'\n---\napiVersion: wexa.ai/v1\nkind: '${secret:T}'\n"
    text += "---\napiVersion: wexa.ai/v1\nkind: Skill\nmetadata: '${secret:T}'\nspec: '${secret:T}'\n"
    problems = folder.problems(text, env={"T": "HUSH"})
    assert len(problems) == 11
    assert not any("HUSH" in str(problem) for problem in problems)


def test_a_cron_expression_is_checked_in_its_place(folder: Folder) -> None:
    text = "apiVersion: wexa.ai/v1\nkind: AgentFlow\nmetadata: {name: f}\nspec:\n  name: F\n  description: D\n"
    text += "  role: R\n  cron_details: {frequency: %s}\n"
    assert folder.faults(text % "'0 9 * * MON-FRI'") == []
    assert folder.faults(text % "''") == []
    assert folder.faults(text % "0 25 * * *") == [
        "m.yaml:8:29 spec.cron_details.frequency: '25' is no hour: 0 to 23",
    ]
