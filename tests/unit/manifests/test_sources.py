"""Which manifests a plan reads, which are all of its state, and who is named where they are not there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from wexa_sync.errors import NothingDeclared, SettingsError, UsageError
from wexa_sync.settings import Settings, read_settings

if TYPE_CHECKING:
    from tests.unit.conftest import Folder


def settings(**overrides: Path) -> Settings:
    return read_settings(Path(), {}, overrides)


def test_without_a_path_the_settings_say_what_to_read(folder: Folder) -> None:
    folder.write({"wexa-sync.yaml": "manifests: [a, b.yaml]\nignore: ['*.skip.yaml']\nvars: {x: 1}\n"})
    sources = settings().sources(env={})
    assert sources.paths == (folder.path / "a", folder.path / "b.yaml")
    assert (sources.whole, sources.all()) == (None, sources)
    assert (sources.root, sources.ignore, sources.settings_file) == (folder.path, ("*.skip.yaml",), "wexa-sync.yaml")
    assert sources.variables().var == {"x": 1}


def test_a_path_is_a_part_of_what_the_settings_say(folder: Folder) -> None:
    folder.write({"wexa-sync.yaml": "manifests: [a, b.yaml]\n"})
    sources = settings().sources([Path("a/c")], env={})
    assert sources.paths == (Path("a/c"),)
    assert sources.whole == sources.all().paths == (folder.path / "a", folder.path / "b.yaml")
    assert sources.all().whole is None


@pytest.mark.parametrize(
    ("root", "state", "whole"),
    [("a", "state.json", "."), ("a", "a/state.json", "a")],
    ids=["of the current folder", "of the path"],
)
def test_a_state_that_is_named_may_be_that_of_the_current_folder(
    folder: Folder, root: str, state: str, whole: str
) -> None:
    folder.write({"a/m.yaml": ""})
    found = read_settings(Path(root), {}, {"state": Path(state)}).sources([Path(root)], env={})
    assert found.whole is not None
    assert [path.resolve() for path in found.whole] == [(folder.path / whole).resolve()]


def test_later_variables_win(folder: Folder) -> None:
    folder.write({"wexa-sync.yaml": "vars: {a: 1, b: 1, c: 1}\n", "v.yaml": "b: 2\nc: 2\n"})
    sources = settings().sources(var_files=[Path("v.yaml")], assignments=["c=3"], env={})
    assert sources.variables().var == {"a": 1, "b": 2, "c": "3"}


def test_the_settings_file_is_named_where_it_named_the_path_and_nobody_else(folder: Folder) -> None:
    folder.write({"wexa-sync.yaml": "manifests: [nowhere]\n"})
    named, typed = settings().sources(env={}), settings().sources([Path("nowhere")], env={})
    with (
        pytest.raises(SettingsError, match=r"in wexa-sync\.yaml: it is not there") as caught,
        named.named(),
    ):
        raise NothingDeclared("it is not there", hint="Write one.")
    assert caught.value.hint == "Write one."
    with pytest.raises(UsageError, match=r"^it is not there"), typed.named():
        raise UsageError("it is not there", hint="")
    with pytest.raises(SettingsError, match=r"in wexa-sync\.yaml"), typed.all().named():
        raise UsageError("it is not there", hint="")


@pytest.mark.usefixtures("folder")
def test_the_environment_is_not_shown() -> None:
    assert "sesame" not in repr(settings().sources(env={"TOKEN": "sesame"}))
