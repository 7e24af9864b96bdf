"""What a person wrote arrives as it is written, or is refused with its line; a variable has the type that is wanted."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from wexa_sync import engine
from wexa_sync.settings import read_settings

if TYPE_CHECKING:
    from tests.unit.conftest import Folder

RUN = """\
apiVersion: wexa.ai/v1
kind: Execution
metadata: {name: r, project: desk}
spec: {agentflow_id: {id: x}, goal: %s, input_variables: {a: %s}, wait: {timeout: %s}}
"""
ODD = ["1.10", "007", "0049", "+491512", "+5", "1e3", "1E5", "0x1F", "0o17", ".5", "5.", "-0", "1.50e-3", "00", "True"]
HUGE = ["12345678901234567890", "491512345678901234", "-9007199254740993", "3.14159265358979323846"]
EVEN = [
    "5",
    "-5",
    "1.5",
    "0",
    "1.0",
    "true",
    "9007199254740992",
    "1_000",
    "1.2.3",
    "12:30",
    "2024-01-02",
    "NO",
    "v1.10",
]


def spec(folder: Folder, text: str, *words: str) -> Any:
    """Return the spec of the one run there, read with the settings and flags of a command line."""
    (folder.path / "m.yaml").write_text(text, encoding="utf-8")
    (folder.path / "p.yaml").write_text(
        "apiVersion: wexa.ai/v1\nkind: Project\nmetadata: {name: desk}\nspec: {projectName: Desk}\n"
    )
    files = [Path(word) for word in words if "=" not in word]
    said = [word for word in words if "=" in word]
    sources = read_settings(Path(), {}, {}).sources(var_files=files, assignments=said, env={})
    (run,) = (each for each in engine.read(sources).manifests.values() if each.address.kind == "Execution")
    return run.spec


@pytest.mark.parametrize("text", [*ODD, *HUGE, *EVEN])
def test_a_variable_in_a_text_is_as_it_is_written(folder: Folder, text: str) -> None:
    folder.write({"x.vars.yaml": f"v: {text}\n"})
    for goal, wanted in (("'${var:v}'", text), ("'a ${var:v} b'", f"a {text} b")):
        for words in (["x.vars.yaml"], [f"v={text}"]):
            assert spec(folder, RUN % (goal, "x", 5), *words)["goal"] == wanted
        folder.write({"wexa-sync.yaml": f"vars:\n  v: {text}\n"})
        assert spec(folder, RUN % (goal, "x", 5))["goal"] == wanted
        (folder.path / "wexa-sync.yaml").unlink()


@pytest.mark.parametrize("text", [each for each in (*ODD, *HUGE) if each != "True"])
@pytest.mark.parametrize("inside", ["%s", "[x, %s]", "{b: {c: %s}}"])
def test_a_number_of_free_form_is_refused_where_it_would_change(folder: Folder, text: str, inside: str) -> None:
    (problem,) = folder.problems(RUN % ("G", inside % text, 5))
    assert problem.source.line == 4
    assert text in problem.message
    assert f'"{text}"' in problem.hint


@pytest.mark.parametrize("text", EVEN)
def test_a_number_of_free_form_that_stays_is_taken(folder: Folder, text: str) -> None:
    assert str(spec(folder, RUN % ("G", text, 5))["input_variables"]["a"]).lower() == text.lower()
    assert spec(folder, RUN % ("G", f"'{text}'", 5))["input_variables"] == {"a": text}


def test_a_variable_of_free_form_keeps_its_type_and_is_refused_as_well(folder: Folder) -> None:
    folder.write({"x.vars.yaml": "a: 5\nb: 1.10\nc: '1.10'\nd: true\n"})
    values = {"a": 5, "c": "1.10", "d": True}
    for name, value in values.items():
        assert spec(folder, RUN % ("G", f"'${{var:{name}}}'", 5), "x.vars.yaml")["input_variables"] == {"a": value}
    assert spec(folder, RUN % ("G", "'${var:v}'", 5), "v=007")["input_variables"] == {"a": "007"}
    with pytest.raises(Exception, match="1 problem") as caught:
        spec(folder, RUN % ("G", "'${var:b}'", 5), "x.vars.yaml")
    (problem,) = caught.value.problems  # type: ignore[attr-defined]
    assert problem.message == "1.10 is a number here, and would arrive as 1.1"


@pytest.mark.parametrize(("text", "value"), [("60", 60), ("1.5", 1.5), ("060", 60), ("1e2", 100.0)])
def test_a_variable_is_a_number_where_one_is_wanted(folder: Folder, text: str, value: float) -> None:
    folder.write({"x.vars.yaml": f"v: {text}\n", "y.vars.yaml": f"v: '{text}'\n"})
    for words in (["x.vars.yaml"], ["y.vars.yaml"], [f"v={text}"]):
        assert spec(folder, RUN % ("G", "x", "'${var:v}'"), *words)["wait"] == {"timeout": value}


def test_a_variable_that_is_no_number_is_refused_where_one_is_wanted(folder: Folder) -> None:
    (problem,) = folder.problems(RUN % ("G", "x", "'${var:v}'"), var={"v": "soon"})
    assert problem.message == 'expected a number, got "soon"'
    text = (RUN % ("G", "x", 5)).replace("name: r", "name: r, generation: '${var:v}'")
    assert folder.problems(text, var={"v": "2"}) == []
    assert folder.faults(text, var={"v": "two"}) == [
        'm.yaml:3:33 metadata.generation: expected a whole number, got "two"'
    ]


@pytest.mark.parametrize("text", ["007", "1.10", "67e000000000000000000001", "+5"])
def test_a_fault_shows_a_number_as_it_is_written(folder: Folder, text: str) -> None:
    (problem,) = folder.problems(RUN % (text, "x", 5))
    assert problem.message == f"expected text, got {text}"
    (problem,) = folder.problems((RUN % ("G", "x", 5)).replace("id: x", f"id: {text}"))
    assert problem.message == f"expected text, got {text}"


def test_a_merged_number_is_known_by_its_own_place(folder: Folder) -> None:
    text = "apiVersion: wexa.ai/v1\nkind: Execution\nmetadata: {name: r}\nspec:\n  agentflow_id: {id: x}\n  goal: G\n"
    text += "  input_variables:\n    a: &a {v: %s}\n    b: {<<: *a}\n"
    assert {problem.path for problem in folder.problems(text % "1.10")} == {
        "spec.input_variables.a.v",
        "spec.input_variables.b.v",
    }
    assert folder.problems((text % "1.1").replace("<<: *a", "<<: *a, v: 2")) == []


@pytest.mark.parametrize("text", ["${env:SHA}", "at ${env:SHA}"])
def test_a_manifest_keeps_each_text_that_a_variable_filled_in(folder: Folder, text: str) -> None:
    # A run whose inputs changed by themselves is told by these: without them it would be sent a second time.
    manifest = RUN.replace("{id: x}", '{id: "0123456789abcdef01234567"}') % ("Go", f'"{text}"', "60")
    declared = folder.read(manifest, env={"SHA": "abc"})
    run = next(found for address, found in declared.manifests.items() if address.kind == "Execution")
    assert dict(run.templates) == {text.replace("${env:SHA}", "abc"): text}
