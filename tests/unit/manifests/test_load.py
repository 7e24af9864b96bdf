"""Which files are manifests: folders, links, what is left out, and that nothing is ever taken for "no manifests"."""

from __future__ import annotations

import errno
import inspect
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from msgspec import Struct

from wexa_sync.errors import UsageError
from wexa_sync.manifests import find
from wexa_sync.manifests.load import load
from wexa_sync.manifests.sources import Sources

if TYPE_CHECKING:
    from tests.unit.conftest import Folder


def loaded(folder: Folder, *paths: str, ignore: Iterable[str] = ()) -> list[str]:
    """Return the files of the documents found, in order. A file that could not be read is a line with its fault."""
    found = tuple(Path(path) for path in paths or ["."])
    read = load(Sources(paths=found, root=folder.path, ignore=tuple(ignore), dedicated=(folder.path,)))
    assert all(problem.hint for problem in read.problems)
    faults = [f"{each.source}: {each.message}" for each in read.problems]
    return [document.source.file for document in read.documents] + faults


def test_folders_are_searched_whole_in_the_order_of_names(folder: Folder) -> None:
    names = ["b.yaml", "a/z.yml", "a/b/c.yaml", "a.yaml", "ö.yaml", "Z.yaml", "c d.yaml"]
    folder.write(dict.fromkeys(names, "a: 1"))
    folder.write(dict.fromkeys(["a/.hidden.yaml", ".git/x.yaml", "a.vars.yaml", "b.vars.yml", "wexa-sync.yaml"], "["))
    folder.write(dict.fromkeys(["readme.md", "a.json", "yaml", "a.txt"], "["))
    assert loaded(folder) == ["Z.yaml", "a/b/c.yaml", "a/z.yml", "a.yaml", "b.yaml", "c d.yaml", "ö.yaml"]


def test_a_path_is_read_even_where_a_search_leaves_it_out(folder: Folder) -> None:
    folder.write(dict.fromkeys([".hidden/a.yaml", ".b.yaml", "skip/c.yaml"], "a: 1"))
    assert loaded(folder, ".hidden", ".b.yaml", "skip/c.yaml", ignore=["skip"]) == [
        ".hidden/a.yaml",
        ".b.yaml",
        "skip/c.yaml",
    ]


def test_what_tools_install_is_no_manifest(folder: Folder) -> None:
    ours = ["a/venv.yaml", "env/b.yaml", "node_modules.yaml/c.yaml"]
    installed = ["venv/x.yaml", "a/node_modules/x/y.yaml", "lib/site-packages/x.yaml", "made/lib/x.yaml", "made/y.yaml"]
    folder.write({**dict.fromkeys(ours, "a: 1"), **dict.fromkeys(installed, "["), "made/pyvenv.cfg": "home = /usr"})
    assert loaded(folder) == ours
    assert loaded(folder, ignore=["env"]) == [ours[0], ours[2]]
    folder.write({"venv/x.yaml": "a: 1", "made/pyvenv.cfg": "", "made/y.yaml": "a: 1", "made/lib/x.yaml": "a: 1"})
    assert loaded(folder, "made", "venv") == ["made/lib/x.yaml", "made/y.yaml", "venv/x.yaml"]


def test_a_file_is_read_once_by_its_first_name(folder: Folder) -> None:
    folder.write({"a/m.yaml": "a: 1"})
    (folder.path / "b").symlink_to("a")
    (folder.path / "c.yaml").symlink_to("a/m.yaml")
    assert loaded(folder, "b/m.yaml", ".", "a", str(folder.path / "a/m.yaml")) == ["b/m.yaml"]


def test_links_are_followed_out_of_the_folder_and_never_in_circles(folder: Folder) -> None:
    folder.write({"outside/m.yaml": "a: 1", "in/n.yaml": "a: 1"})
    (folder.path / "in" / "out").symlink_to("../outside")
    (folder.path / "in" / "up").symlink_to("..")
    (folder.path / "in" / "self").symlink_to(".")
    assert loaded(folder, "in") == ["in/n.yaml", "in/out/m.yaml"]


def test_folders_that_all_lead_to_each_other_are_walked_once_each(folder: Folder) -> None:
    folder.write({f"{n}/m.yaml": "a: 1" for n in range(9)})
    for n in range(9):
        for other in range(9):
            (folder.path / f"{n}" / f"to{other}").symlink_to(f"../{other}")
    assert len(loaded(folder)) == 9


def test_a_deep_tree(folder: Folder) -> None:
    folder.write({"d/" * 300 + "m.yaml": "a: 1"})
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack()) + 200)
    try:
        found = loaded(folder)
    finally:
        sys.setrecursionlimit(limit)
    assert found == ["d/" * 300 + "m.yaml"]


@pytest.mark.parametrize(
    ("name", "target", "fault"),
    [
        ("m.yaml", "m.yaml", "m.yaml:1:1: the file can't be read: Too many levels of symbolic links"),
        ("m.yaml", "nowhere", "m.yaml:1:1: the file can't be read: No such file or directory"),
        ("m.yml", "x" * 300, "m.yml:1:1: the file can't be read: File name too long"),
        ("m", "x" * 300, "m:1:1: this link leads nowhere"),
        ("m", "m", "m:1:1: this link leads nowhere"),
        ("m", "nowhere", "m:1:1: this link leads nowhere"),
        ("m.txt", "nowhere", ""),
        (".m", "nowhere", ""),
    ],
)
def test_a_link_that_leads_nowhere_hides_nothing_else(folder: Folder, name: str, target: str, fault: str) -> None:
    folder.write({"a.yaml": "a: 1", "z.yaml": "a: 1"})
    (folder.path / name).symlink_to(target)
    assert loaded(folder) == ["a.yaml", "z.yaml", *([fault] if fault else [])]
    assert loaded(folder, ignore=["m*"]) == ["a.yaml", "z.yaml"]


class Closed(Struct, dict=True):
    """Represent an entry of a folder that nobody may look behind: root, as containers have it, may look everywhere."""

    name: str

    def is_dir(self) -> bool:
        raise PermissionError(errno.EACCES, "Permission denied")


def test_what_may_not_be_looked_into_is_a_fault(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.write({"a.yaml": "a: 1", "b/m.yaml": "a: 1", "c/m.yaml": "a: 1"})
    scandir = os.scandir

    @contextmanager
    def refuse(path: str) -> Iterator[Iterable[Any]]:
        if Path(path).name == "b":
            raise PermissionError(errno.EACCES, "Permission denied")
        with scandir(path) as entries:
            yield [*entries, *([Closed("d")] if Path(path).name == "c" else [])]

    monkeypatch.setattr(os, "scandir", refuse)
    refused = ["b:1:1: this can't be read: Permission denied", "c/d:1:1: this can't be read: Permission denied"]
    assert loaded(folder) == ["a.yaml", "c/m.yaml", *refused]
    assert loaded(folder, "b") == refused[:1]
    assert loaded(folder, ignore=["b", "d"]) == ["a.yaml", "c/m.yaml"]


def test_a_pipe_is_not_waited_for(folder: Folder) -> None:
    os.mkfifo("m.yaml")
    assert loaded(folder) == loaded(folder, "m.yaml") == ["m.yaml:1:1: this is no ordinary file"]


def test_a_name_that_is_not_utf8(folder: Folder) -> None:
    name = os.fsdecode(b"caf\xe9.yaml")
    folder.write({name: "a: 1", "b.yaml": "a: 1"})
    assert loaded(folder) == ["b.yaml", f"{name}:1:1: the file's name is not UTF-8"]


FILES = ("a.yaml", "b/a.yaml", "b/c/a.yaml", "b/c/d.yaml", "e/a.yaml")


@pytest.mark.parametrize(
    ("pattern", "left"),
    [
        ("a.yaml", ["b/c/d.yaml"]),
        ("/a.yaml", ["b/a.yaml", "b/c/a.yaml", "b/c/d.yaml", "e/a.yaml"]),
        ("./a.yaml", ["b/a.yaml", "b/c/a.yaml", "b/c/d.yaml", "e/a.yaml"]),
        ("b", ["a.yaml", "e/a.yaml"]),
        ("b/", ["a.yaml", "e/a.yaml"]),
        ("c/", ["a.yaml", "b/a.yaml", "e/a.yaml"]),
        ("b/*", ["a.yaml", "e/a.yaml"]),
        ("b/*.yaml", ["a.yaml", "b/c/a.yaml", "b/c/d.yaml", "e/a.yaml"]),
        ("b/**", ["a.yaml", "e/a.yaml"]),
        ("b/**/a.yaml", ["a.yaml", "b/c/d.yaml", "e/a.yaml"]),
        ("**/d.yaml", ["a.yaml", "b/a.yaml", "b/c/a.yaml", "e/a.yaml"]),
        ("**/a.yaml", ["b/c/d.yaml"]),
        ("?/a.yaml", ["a.yaml", "b/c/a.yaml", "b/c/d.yaml"]),
        ("?.yaml", []),
        ("*", []),
        ("[b]", list(FILES)),
        ("", list(FILES)),
        ("(", list(FILES)),
        (".", list(FILES)),
    ],
)
def test_what_is_ignored(folder: Folder, pattern: str, left: list[str]) -> None:
    folder.write(dict.fromkeys(FILES, "a: 1"))
    kept = {"keep/k.yaml": "a: 1"}
    if not left:
        with pytest.raises(UsageError, match="no manifest found"):
            loaded(folder, ignore=[pattern])
        return
    assert loaded(folder, ignore=[pattern]) == left
    folder.write(kept)
    assert loaded(folder, ignore=[pattern, "nothing", "keep"]) == left


def test_a_pattern_means_line_ends_in_names_too(folder: Folder) -> None:
    folder.write({"a\nb/m.yaml": "[", "n.yaml": "a: 1"})
    assert loaded(folder, ignore=["**/m.yaml"]) == ["n.yaml"]


@pytest.mark.parametrize(
    ("paths", "message", "hint"),
    [
        (["qqqqqqqq"], "qqqqqqqq: there is no such file or folder", "Check the path"),
        (["desc.yaml"], "desc.yaml: there is no such file or folder", "Did you mean desk.yaml?"),
        (["folder/desc.yaml"], "folder/desc.yaml: there is no such", "Did you mean folder/desk.yaml?"),
        (["none/desk.yaml"], "none/desk.yaml: there is no such", "Check the path"),
        (["no\0ne/desk.yaml"], "no\0ne/desk.yaml: there is no such", "Check the path"),
        (["x" * 300], "x: there is no such file or folder", "Check the path"),
        (["readme.md"], "readme.md is no manifest", "*.vars.yaml is for --var-file"),
        (["a.vars.yaml"], "a.vars.yaml is no manifest", "wexa-sync.yaml holds settings"),
        (["wexa-sync.yaml"], "wexa-sync.yaml is no manifest", "wexa-sync.yaml holds settings"),
        (["/dev/null"], "/dev/null is no manifest", ".yaml or .yml"),
        (["empty"], "no manifest found in empty", "wexa-sync init"),
        (["empty", "docs"], "no manifest found in empty, docs", "`ignore` in wexa-sync.yaml"),
        ([], "no manifest found in no path at all", "wexa-sync init"),
        (
            ["comments.yaml"],
            "no document in comments.yaml: nothing is there, or only comments",
            "apiVersion: wexa.ai/v1",
        ),
        (
            ["many"],
            "no document in many/0.yaml, many/1.yaml, many/2.yaml ...: nothing is there, or only",
            "wexa-sync destroy",
        ),
    ],
)
def test_nothing_to_read_is_an_error(folder: Folder, paths: list[str], message: str, hint: str) -> None:
    folder.write(dict.fromkeys(["desk.yaml", "folder/desk.yaml", "readme.md", "docs/a.md", "a.vars.yaml"], "a: 1"))
    folder.write({"wexa-sync.yaml": "", "comments.yaml": "# only\n---\n...\n", "empty/.hidden/m.yaml": "a: 1"})
    folder.write({f"many/{n}.yaml": "" for n in range(4)})
    with pytest.raises(UsageError) as caught:
        load(Sources(paths=tuple(map(Path, paths)), root=folder.path))
    assert message in caught.value.message
    assert hint in caught.value.hint


def test_comments_in_one_file_are_no_fault_beside_others(folder: Folder) -> None:
    folder.write({"a.yaml": "# nothing yet\n", "b.yaml": "a: 1"})
    assert loaded(folder) == ["b.yaml"]


MANIFEST = "apiVersion: wexa.ai/v1\nkind: Project\nmetadata: {name: p}\nspec: {projectName: P}\n"


@pytest.mark.parametrize("name", ["a.YAML", "b.Yml", "c.YaMl", "UPPER.YML"])
def test_the_case_of_a_suffix_means_nothing(folder: Folder, name: str) -> None:
    folder.write({name: MANIFEST})
    assert loaded(folder) == [name]


@pytest.mark.parametrize(
    ("name", "why"),
    [
        (".hidden.yaml", "hidden files are not searched"),
        ("a/.hidden.YML", "hidden files are not searched"),
        (".wexa/flow.yaml", "the folder .wexa is not searched"),
        (".wexa/agents/flow.yaml", "the folder agents is not searched"),
        ("venv/flow.yaml", "the folder venv is not searched"),
        ("made/flow.yaml", "the folder made is not searched"),
        ("production.vars.yaml", "a file of this name holds variables"),
        ("a/wexa-sync.yaml", "a file of this name holds settings"),
        ("flow.yaml.txt", "its name does not end in .yaml or .yml"),
        ("flow.yalm", "its name does not end in .yaml or .yml"),
        ("flow.yam", "its name does not end in .yaml or .yml"),
        ("flow.yaml ", "its name does not end in .yaml or .yml"),
        ("flow.json", "its name does not end in .yaml or .yml"),
        ("flow", "its name does not end in .yaml or .yml"),
    ],
)
def test_what_holds_a_manifest_and_is_not_read_is_named(folder: Folder, name: str, why: str) -> None:
    folder.write({"m.yaml": "a: 1", name: MANIFEST, "made/pyvenv.cfg": ""})
    assert loaded(folder) == ["m.yaml", f"{name}:1:1: this holds a manifest, but {why}"]
    assert loaded(folder, ignore=[name]) == ["m.yaml"]
    if name.lower().endswith((".yaml", ".yml")) and "vars" not in name and "wexa-sync" not in name:
        assert loaded(folder, ".", name) == ["m.yaml", name]
    folder.write({name: "a: 1"})
    assert loaded(folder) == ["m.yaml"]


@pytest.mark.parametrize(
    "text",
    [
        '{"apiVersion":"wexa.ai/v1"}',
        '{\n  "apiVersion": "wexa.ai/v1"\n}',
        '{"kind":"Project","apiVersion":"wexa.ai/v1"}',
        '[{"apiVersion": "wexa.ai/v1"}]',
        "# x\n" + MANIFEST,
        "# x\r" + MANIFEST.replace("\n", "\r"),
        "- {kind: Project, apiVersion: wexa.ai/v1}",
        "apiVersion: &ours !!str wexa.ai/v1",
        "\ufeff" + MANIFEST,
        "\0".join(MANIFEST),
        "# a licence, line by line\n" * 1_000 + MANIFEST,
    ],
)
def test_a_manifest_is_known_by_its_text(folder: Folder, text: str) -> None:
    folder.write({"m.yaml": "a: 1", "flow.json": text})
    assert loaded(folder) == [
        "m.yaml",
        "flow.json:1:1: this holds a manifest, but its name does not end in .yaml or .yml",
    ]


def test_what_is_checked_out_or_installed_in_a_hidden_folder_is_left_alone(folder: Folder) -> None:
    folder.write({"m.yaml": "a: 1", ".work/other/.git": "", ".work/other/flow.yaml": MANIFEST})
    folder.write({".tox/py/pyvenv.cfg": "", ".tox/py/flow.yaml": MANIFEST, ".x/node_modules/flow.yaml": MANIFEST})
    folder.write({".desk/old/flow.yaml": MANIFEST})
    assert loaded(folder, ignore=[".desk/old"]) == ["m.yaml"]


@pytest.mark.parametrize(
    "name", ["readme.md", "flow.yaml~", "flow.yaml.bak", "flow.yaml.j2", ".git/flow.yaml", "flow.py"]
)
def test_a_copy_a_template_and_a_page_are_no_manifest(folder: Folder, name: str) -> None:
    folder.write({"m.yaml": "a: 1", name: MANIFEST})
    assert loaded(folder) == ["m.yaml"]


def test_a_search_has_a_bound(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(find, "MAX_ENTRIES", 12)
    folder.write({f"{n}/m.yaml": "a: 1" for n in range(5)})
    assert len(loaded(folder)) == 5
    folder.write({f"more/{n}.txt": "" for n in range(9)})
    with pytest.raises(UsageError, match=r"^\. holds more than 12 files and folders") as caught:
        loaded(folder)
    assert "`manifests`" in caught.value.hint
    assert loaded(folder, "0", "1") == ["0/m.yaml", "1/m.yaml"]
    folder.write({f"node_modules/{n}/m.yaml": "a: 1" for n in range(50)})
    assert loaded(folder, ignore=["more"])
