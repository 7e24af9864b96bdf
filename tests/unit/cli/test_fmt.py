"""`fmt` writes what is not in form, says what that is, and leaves everything else alone."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.unit.cli.conftest import Here

UNTIDY = "kind: Project\napiVersion:  wexa.ai/v1\nmetadata: {name: desk}\nspec: {projectName: Desk}\n"
TIDY = "apiVersion: wexa.ai/v1\nkind: Project\nmetadata: {name: desk}\nspec: {projectName: Desk}\n"


def test_a_file_is_written_once_with_its_mode(here: Here) -> None:
    file = here.path / "m.yaml"
    file.write_text(UNTIDY, encoding="utf-8")
    file.chmod(0o640)
    (here.path / "also.yml").symlink_to("m.yaml")
    assert here.run("fmt") == ("also.yml\n", "1 file changed.\n")
    assert file.read_text(encoding="utf-8") == TIDY
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert (here.path / "also.yml").is_symlink()
    assert here.run("fmt") == ("", "Every manifest is in form.\n")


def test_check_and_diff_write_nothing(here: Here) -> None:
    file = here.path / "m.yaml"
    file.write_text(UNTIDY, encoding="utf-8")
    assert here.run("fmt", "--check", code=2) == ("m.yaml\n", "1 file would change.\n")
    diff, _ = here.run("fmt", "--diff")
    assert here.run("fmt", "--check", "--diff", code=2)[0] == diff
    assert file.read_text(encoding="utf-8") == UNTIDY
    assert diff.splitlines() == [
        "m.yaml",
        "@@ -1,4 +1,4 @@",
        "+apiVersion: wexa.ai/v1",
        " kind: Project",
        "-apiVersion:  wexa.ai/v1",
        " metadata: {name: desk}",
        " spec: {projectName: Desk}",
    ]


def test_files_that_hold_no_manifests_are_left_alone_by_name_too(here: Here) -> None:
    texts = {
        "wexa-sync.yaml": "vars:    {a: b}\n",
        "x.vars.yaml": "a:    b\n",
        "chart.yaml": "{{ if .x }}\nkind:   Deployment\napiVersion: apps/v1\n{{ end }}\n",
        "ci.yml": "on:   push\njobs:   {}\n",
    }
    for name, text in texts.items():
        (here.path / name).write_text(text, encoding="utf-8")
    assert here.run("fmt", *texts) == ("", "Every manifest is in form.\n")
    assert here.run("fmt")[0] == ""
    assert {name: (here.path / name).read_text(encoding="utf-8") for name in texts} == texts


def test_what_is_no_yaml_is_reported_and_the_others_are_written(here: Here) -> None:
    (here.path / "a.yaml").write_text(TIDY + "  x: [\n", encoding="utf-8")
    (here.path / "b.yaml").write_text(UNTIDY, encoding="utf-8")
    out, said = here.run("fmt", code=1)
    assert out == "b.yaml\n"
    assert "a.yaml:5:3" in said
    assert (here.path / "b.yaml").read_text(encoding="utf-8") == TIDY
    assert (here.path / "a.yaml").read_text(encoding="utf-8") == TIDY + "  x: [\n"


def test_a_hostile_name_is_shown_as_it_is_spelled(here: Here) -> None:
    (here.path / "::error::\x1b[31m.yaml").write_text(UNTIDY, encoding="utf-8")
    out, _ = here.run("fmt", "--check", code=2)
    assert "\x1b" not in out
    assert not out.startswith("::error")
