"""A prompt's file is filled in where its manifest says so, and its faults have their place in that file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from wexa_sync.errors import InvalidManifests
from wexa_sync.model import Secret, Unset

if TYPE_CHECKING:
    from tests.unit.conftest import Folder

SKILL = """\
apiVersion: wexa.ai/v1
kind: Skill
metadata: {name: a}
spec: {name: A, description: %s, connector_id: {external: Mail}}
"""
PROMPT = "Write for ${var:who},\r\nin ${var:n} lines. $${var:who} ${else}\r\n"


def description(folder: Folder, how: str, prompt: str = PROMPT, **values: Any) -> Any:
    """Return the description that a manifest gets from its prompt's file."""
    folder.write({"prompts/p.md": prompt})
    desired = folder.read(SKILL % how, **values)
    (skill,) = (each for each in desired.manifests.values() if each.address.kind == "Skill")
    return skill.spec["description"]


def test_nothing_is_filled_in_unless_the_manifest_says_so(folder: Folder) -> None:
    plain = PROMPT.replace("\r\n", "\n").removesuffix("\n")
    for how in ("{file: prompts/p.md}", "{file: prompts/p.md, fill: false}"):
        assert description(folder, how, var={}) == plain


def test_variables_of_the_prompt_are_filled_in(folder: Folder) -> None:
    filled = description(folder, "{file: prompts/p.md, fill: true}", var={"who": "us", "n": 3})
    assert filled == "Write for us,\nin 3 lines. ${var:who} ${else}"
    assert description(folder, "{file: prompts/p.md, fill: true}", "${var:n}\n", var={"n": 3}) == "3"


def test_what_it_was_before_is_known(folder: Folder) -> None:
    folder.write({"p.md": "At ${env:COMMIT}."})
    desired = folder.read(SKILL % "{file: p.md, fill: true}", env={"COMMIT": "abc"})
    (skill,) = (each for each in desired.manifests.values() if each.address.kind == "Skill")
    assert skill.templates["At abc."] == "At ${env:COMMIT}."


def test_a_secret_in_a_prompt_is_one(folder: Folder) -> None:
    found = description(folder, "{file: prompts/p.md, fill: true}", "Key: ${secret:TOKEN}!\n", env={"TOKEN": "hush"})
    assert isinstance(found, Secret)
    assert (found.template, found.reveal()) == ("Key: ${secret:TOKEN}!", "Key: hush!")
    unset = description(folder, "{file: prompts/p.md, fill: true}", "Key: ${secret:TOKEN}!\n")
    assert isinstance(unset, Unset)


def test_faults_stand_in_the_prompt(folder: Folder) -> None:
    folder.write(
        {"prompts/p.md": "# A\n\nFor ${var:who}\nand ${var:whom}, ${var:who}.\nKey ${env:API_TOKEN}\n${var:\n"}
    )
    assert folder.faults(SKILL % "{file: prompts/p.md, fill: true}") == [
        "prompts/p.md:3:5 spec.description: ${var:who} is not defined",
        "prompts/p.md:4:5 spec.description: ${var:whom} is not defined",
        "prompts/p.md:5:5 spec.description: ${env:API_TOKEN} looks like a credential, and plans show its value",
        "prompts/p.md:6:1 spec.description: ${var: is no variable",
    ]


def test_the_api_key_is_refused_in_a_prompt(folder: Folder) -> None:
    folder.write({"p.md": "x\n ${secret:WEXA_API_KEY}"})
    with pytest.raises(InvalidManifests) as error:
        folder.read(SKILL % "{file: p.md, fill: true}", env={"WEXA_API_KEY": "hunter2hunter2"})
    (problem,) = error.value.problems
    assert str(problem).startswith("p.md:2:2: spec.description: the API key must not stand in a manifest")
    assert "hunter2" not in str(problem)


@pytest.mark.parametrize(
    ("how", "fault"),
    [
        ('{file: prompts/p.md, fill: "yes"}', 'spec.description.fill: expected true or false, got "yes"'),
        ("{file: prompts/p.md, fil: true}", "spec.description: expected text, got a mapping"),
        ("{fill: true}", "spec.description: expected text, got a mapping"),
    ],
)
def test_a_wrong_form_is_reported(folder: Folder, how: str, fault: str) -> None:
    folder.write({"prompts/p.md": "x"})
    (found,) = folder.faults(SKILL % how)
    assert found.partition(" ")[2] == fault


def test_a_variable_that_only_a_prompt_uses_is_used(folder: Folder) -> None:
    folder.write({"p.md": "${var:who}", "project.yaml": ""})
    from wexa_sync import engine
    from wexa_sync.manifests.sources import Sources

    folder.read(SKILL % "{file: p.md, fill: true}", var={"who": "x"})
    for given, warned in (("who=x", 0), ("whom=x", 1)):
        sources = Sources(
            paths=(folder.path,), root=folder.path, vars={"who": "x"}, assignments=(given,), dedicated=(folder.path,)
        )
        assert len(engine.read(sources).warnings) == warned


def test_variables_can_not_make_a_prompt_too_large(folder: Folder) -> None:
    folder.write({"p.md": "${var:big}" * 200})
    (fault,) = folder.faults(SKILL % "{file: p.md, fill: true}", var={"big": "x" * 60_000})
    assert fault == "p.md:1:1 spec.description: larger than 10 MiB once its variables are put in place"


TABLE = """\
apiVersion: wexa.ai/v1
kind: Table
metadata: {name: a}
spec:
  table_name: A
  columns:
    - {column_id: code, column_name: Code, column_type: String}
    - {column_id: seats, column_name: Seats, column_type: Number}
  seed:
    key: code
    rows: %s
"""


@pytest.mark.parametrize(
    ("rows", "place"),
    [
        ("{file: rows/a.csv}", "rows/a.csv:3:1 the column 'seats' takes a number, not \"many\""),
        ("[{code: a, seats: many}]", "m.yaml:11:29 the column 'seats' takes a number, not \"many\""),
        ('"code,seats\\na,many"', "m.yaml:11:11 line 2: the column 'seats' takes a number, not \"many\""),
    ],
)
def test_a_row_that_does_not_fit_has_its_place_in_its_file(folder: Folder, rows: str, place: str) -> None:
    folder.write({"rows/a.csv": "code,seats\na,1\nb,many\n"})
    with pytest.raises(InvalidManifests) as caught:
        folder.read(TABLE % rows)
    found = [f"{each.source} {each.message}" for each in caught.value.problems]
    assert [each[-len(place) :] for each in found] == [place]
