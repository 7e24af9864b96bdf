"""The API key, typed into any file that manifests are made of, is refused with its place, and never shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from wexa_sync import engine
from wexa_sync.errors import InvalidManifests
from wexa_sync.manifests.own_key import MESSAGE
from wexa_sync.manifests.sources import Defaults, Overlays, Sources
from wexa_sync.settings import read_settings

if TYPE_CHECKING:
    from tests.unit.conftest import Folder

KEY = "sentinel-api-key-7f3a"
SPELT = f"\\x{ord(KEY[0]):02x}\\u{ord(KEY[1]):04x}\\U{ord(KEY[2]):08X}{KEY[3:]}"
ENV = {"WEXA_API_KEY_PRODUCTION": KEY}
SKILL = "apiVersion: wexa.ai/v1\nkind: Skill\nmetadata: {name: a, project: p}\nspec: {description: %s, content: x}\n"
TABLE = """\
apiVersion: wexa.ai/v1
kind: Table
metadata: {name: t, project: p}
spec:
  table_name: A
  columns: [{column_id: code, column_name: Code, column_type: String}]
  seed: {key: code, rows: %s}
"""
DOCUMENT = """\
apiVersion: wexa.ai/v1
kind: File
metadata: {name: f, project: p}
spec: {content: {file: a.pdf}, filename: a.pdf}
"""


def problems(folder: Folder, files: dict[str, str], **more: Any) -> list[str]:
    """Return the places at which these files are said to hold the key. No problem shows it."""
    folder.write(files)
    given = {"paths": (folder.path,), "root": folder.path, "env": ENV, **more}
    with pytest.raises(InvalidManifests) as caught:
        engine.read(Sources(**given))
    for each in caught.value.problems:
        assert KEY not in f"{each} {each.hint}"
    return [f"{each.source}: {each.message}" for each in caught.value.problems if MESSAGE in each.message]


@pytest.mark.parametrize(
    ("files", "place"),
    [
        ({"m.yaml": SKILL % f"Bearer {KEY}"}, "m.yaml:4:28"),
        ({"m.yaml": SKILL % "x" + f"# {KEY}\n"}, "m.yaml:5:3"),
        ({"m.yaml": SKILL.replace("name: a", f"name: {KEY}") % "x"}, "m.yaml:3:18"),
        ({"m.yaml": SKILL % "x", "wexa-sync.defaults.yaml": f"Skill: {{description: {KEY}}}\n"}, "wexa-sync.defaults"),
        ({"m.yaml": TABLE % f"[{{code: {KEY}}}]"}, "m.yaml:7:35"),
        ({"m.yaml": SKILL % f'"Bearer {SPELT}"'}, "m.yaml:4:21"),
        ({"m.yaml": SKILL.replace("name: a", f'"{SPELT}": a') % "x"}, "m.yaml:3:12"),
        ({"m.yaml": SKILL % f'"{KEY[:9]}\\\n  {KEY[9:]}"'}, "m.yaml:4:21"),
        ({"m.yaml": SKILL % "x", "wexa-sync.defaults.yaml": f'Skill: {{description: "{SPELT}"}}\n'}, "wexa-sync.def"),
    ],
)
def test_a_key_in_a_file_is_refused_with_its_place(folder: Folder, files: dict[str, str], place: str) -> None:
    (found,) = problems(folder, files)
    assert found.startswith(place)
    assert found.endswith(f": {MESSAGE}")


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"m.yaml": SKILL % "{file: p.md}", "p.md": f"a\nb {KEY}"}, f"p.md:2:3: {MESSAGE}"),
        ({"m.yaml": TABLE % "{file: r.csv}", "r.csv": f"code\n{KEY}\n"}, f"r.csv:2:1: {MESSAGE}"),
    ],
)
def test_a_key_in_a_file_that_a_manifest_names_is_refused(folder: Folder, files: dict[str, str], said: str) -> None:
    assert said in " ".join(problems(folder, files))


def test_any_bytes_of_a_variable_are_looked_for_in_what_is_uploaded(folder: Folder) -> None:
    folder.write({"m.yaml": DOCUMENT})
    (folder.path / "a.pdf").write_bytes(b"PDF \xff-of-12-or-more")
    sources = Sources(paths=(folder.path,), root=folder.path, env={"WEXA_API_KEY_OLD": "\udcff-of-12-or-more"})
    with pytest.raises(InvalidManifests) as caught:
        engine.read(sources)
    assert "a.pdf holds the API key" in " ".join(each.message for each in caught.value.problems)


def test_a_key_in_a_variable_is_refused_where_it_is_used_and_in_its_file(folder: Folder) -> None:
    manifest = {"m.yaml": SKILL % '"${var:a}"'}
    (found,) = problems(folder, manifest, assignments=(f"a=Bearer {KEY}",))
    assert found == f"m.yaml:4:21: {MESSAGE}"
    (found,) = problems(
        folder, manifest | {"x.vars.yaml": f"b: 1\na: {KEY}\n"}, var_files=(folder.path / "x.vars.yaml",)
    )
    assert found == f"x.vars.yaml:2:4: {MESSAGE}"


def test_a_key_in_the_settings_is_refused_once(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder.path)
    folder.write(
        {
            "m.yaml": SKILL % "x",
            "wexa-sync.yaml": f"environments:\n  a:\n    overlays:\n      p/Skill/a: {{description: {KEY}}}\n",
        }
    )
    sources = read_settings(folder.path, ENV, {}, "a").sources(env=ENV)
    assert isinstance(sources.overlays, Overlays)
    assert isinstance(sources.defaults, Defaults)
    with pytest.raises(InvalidManifests) as caught:
        engine.read(sources)
    assert [str(each.source) for each in caught.value.problems].count("wexa-sync.yaml:4:32") == 1


def test_the_yaml_of_another_tool_is_not_ours_to_refuse(folder: Folder) -> None:
    assert problems(folder, {"m.yaml": SKILL % "[x]", "compose.yaml": f"services: {{a: {{command: {KEY}}}}}\n"}) == []


@pytest.mark.parametrize("text", [r"'\x41 b\/c'", r'"\x41 b\/c"', '"a\\\n  b"', "|\n    \\x41\n", r"\x41 plain"])
def test_escapes_that_spell_no_key_are_no_matter(folder: Folder, text: str) -> None:
    spec = f"\n  content: x\n  description: {text}"
    assert problems(folder, {"m.yaml": SKILL.replace(" {description: %s, content: x}", spec)}) == []


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
def test_a_key_in_another_encoding_is_not_read(folder: Folder, encoding: str) -> None:
    (folder.path / "m.yaml").write_bytes((SKILL % KEY).encode(encoding))
    with pytest.raises(InvalidManifests) as caught:
        engine.read(Sources(paths=(folder.path,), root=folder.path, env=ENV))
    (problem,) = caught.value.problems
    assert KEY not in str(problem)
