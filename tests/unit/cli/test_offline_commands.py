"""The commands that need no server: validate, graph and schema; and what stops the others before a call."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from wexa_sync.kinds import declarable

if TYPE_CHECKING:
    from tests.unit.cli.conftest import Here

DESK = """\
apiVersion: wexa.ai/v1
kind: Project
metadata: {name: desk}
spec: {projectName: Desk}
---
apiVersion: wexa.ai/v1
kind: Skill
metadata: {name: summarise}
spec: {name: Summarise, description: "${var:what}", connector_id: {external: Mail}}
"""


def test_validate_counts_what_is_declared(here: Here) -> None:
    (here.path / "m.yaml").write_text(DESK, encoding="utf-8")
    assert here.run("validate", "--var", "what=D")[0] == "Valid: 2 resources.\n"
    (here.path / "m.yaml").write_text(DESK.partition("---")[0], encoding="utf-8")
    assert here.run("validate")[0] == "Valid: 1 resource.\n"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["validate"], 1, "m.yaml:9:38 spec.description ${var:what} is not defined"),
        (["validate", "--var", "what"], 64, "--var what: this is no NAME=VALUE"),
        (["validate", "--var", "=foo"], 64, "--var =...: this is no NAME=VALUE"),
        (["validate", "--var", "a b=foo"], 64, "--var a b=...: this is no NAME=VALUE"),
        (["plan", "--timeout", "nan"], 64, "'nan' is no time"),
        (["plan", "--timeout", "inf"], 64, "'inf' is no time"),
        (["plan", "--timeout", "-1"], 64, "-1.0 is not in the range x>0"),
        (["apply", "--lock-timeout", "nan"], 64, "'nan' is no time"),
        (["apply", "--lock-timeout", "-inf"], 64, "'-inf' is no time"),
        (["executions", "wait", "x", "--timeout", "nan"], 64, "'nan' is no time"),
        (["plan", "--sandbox", "--base-url", "http://x"], 64, "--base-url and --sandbox can't be given together"),
        (["state", "list", "--base-url", "http://x", "--sandbox"], 64, "--base-url and --sandbox can't be given"),
        (["validate", "--var-file", "none"], 64, "--var-file none: there is no such file"),
        (["validate", "--var-file", "m.yaml"], 1, "m.yaml:1:1 a variable file is one mapping of NAME: value"),
        (["validate", "none"], 64, "none: there is no such file or folder"),
        (["validate", "x" * 300], 64, "there is no such file or folder"),
        (["validate", "--state", "/"], 1, "the state / is a folder"),
        (["validate", "--base-url", "x"], 1, '--base-url: "x" is not of the form that this field takes'),
        (["graph", "--format", "svg"], 64, "'svg' is not one of 'mermaid', 'dot'"),
        (["plan", "--var", "what=D"], 1, "missing: the API key (WEXA_API_KEY) and the organisation's id"),
        (["plan", "--var", "what=D", "--fault", "delay"], 64, "--fault and --reading are for the sandbox"),
        (["plan", "--var", "what=D", "--sandbox", "--reading", "x=y"], 64, "x"),
        (["plna"], 64, "No such command 'plna'. Did you mean 'plan'?"),
        (["Validate", "m.yaml"], 64, "No such command 'Validate'. Did you mean 'validate'?"),
        (["zzz"], 64, "No such command 'zzz'. There are: init, validate, fmt, plan,"),
        (["--sandbox"], 64, "No such option"),
        (["state", "lst"], 64, "No such command 'lst'."),
        (["schema", "Skil"], 64, "there is no schema 'Skil'"),
    ],
)
def test_what_stops_a_command(here: Here, words: list[str], code: int, said: str) -> None:
    (here.path / "m.yaml").write_text(DESK, encoding="utf-8")
    out, error = here.run(*words, code=code)
    assert said in " ".join(error.split())
    assert out == ""
    assert [path.name for path in here.path.iterdir()] == ["m.yaml"]


def test_problems_in_the_settings_are_listed_as_those_in_manifests_are(here: Here) -> None:
    (here.path / "wexa-sync.yaml").write_text("base_ur: x\nparallelism: 0\nstart: never\n", encoding="utf-8")
    out, said = here.run("validate", code=1)
    assert out == ""
    assert (
        said
        == """\
wexa-sync.yaml:1:1  base_ur
    there is no field 'base_ur' here
    hint: Did you mean 'base_url'?
wexa-sync.yaml:2:14  parallelism
    expected at least 1, got 0
    hint: About it: Requests at the same time.
wexa-sync.yaml:3:8  start
    expected "auto" or "explicit", got "never"
    hint: Known here: auto, explicit.

3 problems in the settings; nothing was sent. Fix them and run
`wexa-sync validate`: it needs no network.
"""
    )


def test_an_address_that_is_none_stops_a_plan_before_its_first_request(here: Here) -> None:
    (here.path / "m.yaml").write_text(DESK.partition("---")[0], encoding="utf-8")
    env = {"WEXA_API_KEY": "k", "WEXA_ORG_ID": "o", "WEXA_BASE_URL": "http://127.0.0.1:9"}
    _, said = here.run("plan", "--target", "desk", code=64, **env)
    assert "'desk' is not an address" in " ".join(said.split())
    assert "`wexa-sync state list` shows addresses" in said


def test_a_host_that_nobody_answers_at(here: Here) -> None:
    (here.path / "m.yaml").write_text(DESK.partition("---")[0], encoding="utf-8")
    env = {"WEXA_API_KEY": "k", "WEXA_ORG_ID": "o", "WEXA_USER_ID": "u", "WEXA_BASE_URL": "http://127.0.0.1:9"}
    _, said = here.run("plan", code=1, **env)
    assert "could not connect to 127.0.0.1:9" in " ".join(said.split())


def test_a_rehearsal_has_a_state_of_its_own(here: Here) -> None:
    (here.path / "m.yaml").write_text(DESK.partition("---")[0], encoding="utf-8")
    here.run("apply", "--sandbox", "--auto-approve")
    assert {path.name for path in (here.path / ".wexa-sync").iterdir()} >= {"sandbox.db", "sandbox-state.json"}
    assert here.run("state", "list", "--sandbox")[0].startswith("Project/desk\t")
    assert here.run("plan", "--sandbox", "-v")[0].endswith("No changes.\n")


def test_a_lock_can_t_write_to_the_terminal(here: Here) -> None:
    holder = {"owner": "\x1b[2Jevil", "pid": 1, "host": "other", "created": "x", "expires": "2999-01-01T00:00:00+00:00"}
    (here.path / "s.lock").write_text(json.dumps(holder), encoding="utf-8")
    out, _ = here.run("state", "unlock", "--state", "s")
    assert "evil since x" in out
    assert "\x1b" not in out


def test_manifests_are_where_the_settings_say(here: Here) -> None:
    (here.path / "wexa-sync.yaml").write_text("manifests: [a, b.yaml]\nvars: {what: D}\n", encoding="utf-8")
    project, _, skill = DESK.partition("---\n")
    (here.path / "a").mkdir()
    (here.path / "a" / "project.yaml").write_text(project, encoding="utf-8")
    (here.path / "b.yaml").write_text(skill, encoding="utf-8")
    (here.path / "c.yaml").write_text("not: a manifest", encoding="utf-8")
    assert here.run("validate")[0] == "Valid: 2 resources.\n"
    assert here.run("validate", "a")[0] == "Valid: 1 resource.\n"


@pytest.mark.parametrize(
    ("manifests", "fault", "hint"),
    [
        ("nope", "nope: there is no such file or folder", "Check the path"),
        ("b.yamm", "b.yamm: there is no such file or folder", "Did you mean"),
        ("empty", "no manifest found in", "`wexa-sync init`"),
        ("README.md", "README.md is no manifest", ".yaml or .yml"),
    ],
)
def test_manifests_that_are_not_where_the_settings_say(here: Here, manifests: str, fault: str, hint: str) -> None:
    (here.path / "wexa-sync.yaml").write_text(f"manifests: [{manifests}]\n", encoding="utf-8")
    (here.path / "empty").mkdir()
    for name in ("README.md", "b.yaml"):
        (here.path / name).touch()
    said = " ".join(here.run("validate", code=1)[1].split())
    assert said.startswith("Error: `manifests` in wexa-sync.yaml: ")
    assert fault in said
    assert hint in said
    _, said = here.run("validate", "nope", code=64)
    assert "wexa-sync.yaml" not in said


def test_a_sandbox_wins_over_an_address_in_the_environment(here: Here) -> None:
    (here.path / "m.yaml").write_text(DESK.partition("---")[0], encoding="utf-8")
    assert "Plan: 1 to add" in here.run("plan", "--sandbox", WEXA_SYNC_BASE_URL="http://127.0.0.1:9")[0]


def test_a_graph_for_mermaid_and_for_dot(here: Here) -> None:
    (here.path / "m.yaml").write_text(DESK, encoding="utf-8")
    assert here.run("graph", "--var", "what=D")[0].splitlines() == [
        "graph LR",
        '  n0["Project/desk"]',
        '  n1["desk/Skill/summarise"]',
        "  n1 --> n0",
    ]
    assert here.run("graph", "--var", "what=D", "--format", "dot")[0].splitlines() == [
        "digraph {",
        '  n0 [label="Project/desk"];',
        '  n1 [label="desk/Skill/summarise"];',
        "  n1 -> n0;",
        "}",
    ]


def test_schemas_are_whole(here: Here) -> None:
    names = here.run("schema")[0].split()
    assert {kind.name for kind in declarable()} < set(names)
    for name in names:
        references = re.findall(r'"\$ref": "([^"]*)', here.run("schema", name)[0])
        assert {each.rpartition("/")[0] for each in references} <= {"#/definitions"}
    kind = json.loads(here.run("schema", "Skill")[0])["properties"]["kind"]
    assert kind["const"] == "Skill"


@pytest.mark.parametrize("data", ["folder", "nonsense", "file above"])
def test_a_sandbox_whose_data_cant_be_used(here: Here, data: str) -> None:
    (here.path / "m.yaml").write_text(DESK.partition("---")[0], encoding="utf-8")
    above = here.path / ".wexa-sync"
    if data == "file above":
        above.touch()
    else:
        above.mkdir()
        place = above / "sandbox.db"
        place.mkdir() if data == "folder" else place.write_bytes(b"nonsense" * 1000)
    _, said = here.run("plan", "--sandbox", code=1)
    assert "sandbox.db" in said
    assert "itself failed" not in said
