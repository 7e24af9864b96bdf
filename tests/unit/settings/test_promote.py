"""Promoting: what differs between two environments, and what of it is carried over, as edits of files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from wexa_sync.errors import UsageError
from wexa_sync.manifests.load import load
from wexa_sync.settings import Environment, Settings, read_settings
from wexa_sync.settings.promote import Difference, Side, carried_over, carried_to_base, chosen, differences

if TYPE_CHECKING:
    from tests.unit.conftest import Folder

SETTINGS = """\
# The settings.
vars: {model: small, region: eu}
environments:
  staging:
    vars:
      model: large  # on trial
      stage: s
      region: eu
    overlays:
      desk/Skill/sum:
        name: On trial
        connector_id: {external: Mail}
      Project/desk: {description: A, coworker_role: x}
  production:
    var_files: [prod.yaml]
    overlays:
      Project/desk: {description: B}
      desk/Skill/other: {name: Other}
"""
MANIFESTS = """\
apiVersion: wexa.ai/v1
kind: Project
metadata: {name: desk}
spec: {projectName: Desk}  # the desk
---
apiVersion: wexa.ai/v1
kind: Skill
metadata: {name: sum}
spec:
  name: Sum
  connector_id: {id: "1"}  # by id
"""


def read(folder: Folder, settings: str = SETTINGS) -> tuple[Settings, Environment, Environment]:
    files = {"wexa-sync.yaml": settings, "prod.yaml": "stage: p  # live\n", "desk/all.yaml": MANIFESTS}
    folder.write(files)
    found = read_settings(Path(), {}, {})
    staging, production = found.environments
    return found, staging, production


def listed(found: list[Difference]) -> list[tuple[str, str, str]]:
    return [(each.what, ".".join(map(str, each.path)), each.side.name) for each in found]


def in_base(wanted: list[Difference], settings: Settings) -> dict[str, str]:
    """Return the files by name, once these values hold for all."""
    documents = load(settings.sources(env={})).documents
    return {file.file.name: file.after.decode() for file in carried_to_base(wanted, settings, documents)}


def test_what_differs_is_listed_by_who_says_it(folder: Folder) -> None:
    settings, staging, production = read(folder)
    found = differences(staging, production, settings.vars)
    assert listed(found) == [
        ("var:model", "", "FIRST"),
        ("var:stage", "", "BOTH"),
        ("Project/desk", "coworker_role", "FIRST"),
        ("Project/desk", "description", "BOTH"),
        ("desk/Skill/other", "name", "SECOND"),
        ("desk/Skill/sum", "connector_id", "FIRST"),
        ("desk/Skill/sum", "name", "FIRST"),
    ], "region is what holds for all anyway"
    assert [str(each.source) for each in (found[1].first, found[1].second) if each] == [
        "wexa-sync.yaml:7:14",
        "prod.yaml:1:8",
    ]
    assert differences(staging, staging, settings.vars) == []


def test_what_one_alone_says_is_carried_over_and_all_else_stays(folder: Folder) -> None:
    settings, staging, production = read(folder)
    (file,) = carried_over(chosen(differences(staging, production, settings.vars), ()), production)
    text = file.after.decode()
    assert text.startswith(SETTINGS[: SETTINGS.index("  production:")])
    assert (
        text[text.index("  production:") :]
        == """\
  production:
    var_files: [prod.yaml]
    overlays:
      Project/desk: {description: B, coworker_role: x}
      desk/Skill/other: {name: Other}
      desk/Skill/sum:
        connector_id: {external: Mail}
        name: On trial
    vars:
      model: large
"""
    )
    file.write()
    after = read_settings(Path(), {}, {})
    first, second = after.environments
    left = differences(first, second, after.vars)
    assert [each for each in left if each.side is Side.FIRST] == []


def test_what_is_named_is_changed_where_it_stands(folder: Folder) -> None:
    settings, staging, production = read(folder)
    found = differences(staging, production, settings.vars)
    (file,) = carried_over(chosen(found, ["var:stage"]), production)
    assert (file.file.name, file.after.decode()) == ("prod.yaml", "stage: s  # live\n")
    with pytest.raises(UsageError, match="nothing of var:stag") as caught:
        chosen(found, ["var:stag"])
    assert "var:stage" in caught.value.hint
    with pytest.raises(UsageError, match="nothing of desk/Skill/other"):
        chosen(found, ["desk/Skill/other"])


def test_to_the_base_it_holds_for_all_and_the_two_say_it_no_more(folder: Folder) -> None:
    settings, staging, production = read(folder)
    wanted = chosen(differences(staging, production, settings.vars), ["var:model", "desk/Skill/sum", "Project/desk"])
    texts = in_base(wanted, settings)
    for old, new in (
        ("{projectName: Desk}", "{projectName: Desk, coworker_role: x, description: A}"),
        ("name: Sum", "name: On trial"),
        ('{id: "1"}', "{external: Mail}"),
    ):
        texts["all.yaml"] = texts["all.yaml"].replace(new, old)
    assert texts["all.yaml"] == MANIFESTS
    assert (
        texts["wexa-sync.yaml"]
        == """\
# The settings.
vars: {model: large, region: eu}
environments:
  staging:
    vars:
      stage: s
      region: eu
  production:
    var_files: [prod.yaml]
    overlays:
      desk/Skill/other: {name: Other}
"""
    )


def test_a_file_is_named_from_the_manifest_that_takes_it(folder: Folder) -> None:
    overlay = "overlays: {Project/desk: {description: {file: desk/prompts/a.md}}}"
    settings, staging, production = read(folder, f"environments:\n  staging: {{{overlay}}}\n  production: {{}}\n")
    wanted = chosen(differences(staging, production, settings.vars), ())
    texts = in_base(wanted, settings)
    assert "spec: {projectName: Desk, description: {file: prompts/a.md}}" in texts["all.yaml"]


def test_a_field_that_is_taken_out_in_one(folder: Folder) -> None:
    settings, staging, production = read(
        folder, "environments:\n  staging: {overlays: {Project/desk: {projectName: null}}}\n  production: {}\n"
    )
    wanted = chosen(differences(staging, production, settings.vars), ())
    (over,) = carried_over(wanted, production)
    assert "projectName: null" in over.after.decode().partition("production:")[2]
    assert "spec: {}  # the desk" in in_base(wanted, settings)["all.yaml"]


def test_a_field_that_is_taken_out_and_has_a_default_stays_out(folder: Folder) -> None:
    defaults = "defaults: {Project: {description: Everywhere}}\n"
    overlay = "environments:\n  staging: {overlays: {Project/desk: {description: null}}}\n  production: {}\n"
    settings, staging, production = read(folder, defaults + overlay)
    wanted = chosen(differences(staging, production, settings.vars), ())
    assert "spec: {projectName: Desk, description: null}" in in_base(wanted, settings)["all.yaml"]


@pytest.mark.parametrize("text", ["1.10", "0x10", "1e3", "007", "+49", ".5", "TRUE", "1.0", "9007199254740993"])
@pytest.mark.parametrize("there", ["{}", '{vars: {v: "quoted"}}', "\n    vars:\n      v: |\n        block"])
def test_a_number_of_its_own_spelling_is_carried_over_as_it_is_written(folder: Folder, text: str, there: str) -> None:
    said = f"vars: {{v: {text}}}, overlays: {{Project/desk: {{description: [{text}, {{a: {text}}}]}}}}"
    before = f"environments:\n  staging: {{{said}}}\n  production: {there}\n"
    settings, staging, production = read(folder, before)
    found = differences(staging, production, settings.vars)
    (over,) = carried_over([each for each in found if each.first], production)
    assert over.after.decode().count(text) == 2 * before.count(text)
    settings, staging, production = read(folder, over.after.decode())
    assert [each for each in differences(staging, production, settings.vars) if each.first] == []


@pytest.mark.parametrize(
    ("production", "file", "after"),
    [
        ("  production:\n", "", "  production:\n    vars:\n      v: 1\n"),
        ("  production: {}\n", "", "  production:\n    vars:\n      v: 1\n"),
        ("", "# live\n", "# live\nvars:\n  v: 1\n"),
        ("", "\n", "vars:\n  v: 1\n"),
    ],
)
def test_an_environment_that_says_nothing_yet(folder: Folder, production: str, file: str, after: str) -> None:
    if file:
        folder.write({"environments/production.yaml": file})
    settings, staging, second = read(folder, f"environments:\n  staging: {{vars: {{v: 1}}}}\n{production}")
    (found,) = carried_over(chosen(differences(staging, second, settings.vars), ()), second)
    assert found.after.decode().endswith(after)
    found.write()
    assert read_settings(Path(), {}, {}, "production").sources(env={}).variables().var == {"v": 1}
