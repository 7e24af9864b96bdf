"""Where a fault is said to stand: at its field, wherever YAML lets one write it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from wexa_sync.manifests.positions import Places
from wexa_sync.manifests.schema_messages import Fault
from wexa_sync.model import Address, Document, Manifest, Path, Source

if TYPE_CHECKING:
    from tests.unit.conftest import Folder

TEXT = """\
# above
a: 1
---
base: &base
  title: T
  list: [x, yy, z]
spec:
  <<: [*base, {more: M}]
  "quoted": {deep: [1, {er: 2}]}
  alias: *base
  empty:
"""


@pytest.fixture
def document(folder: Folder) -> Document:
    folder.write({"m.yaml": TEXT})
    return Document(data={}, source=Source(file="m.yaml", line=4), index=1)


@pytest.mark.parametrize(
    ("path", "value", "key"),
    [
        ((), "4:1", "4:1"),
        (("spec",), "8:3", "7:1"),
        (("spec", "quoted", "deep", 1, "er"), "9:29", "9:25"),
        (("spec", "quoted", "deep", 9, "er"), "9:20", "9:14"),
        (("spec", "quoted", "none"), "9:13", "9:3"),
        (("spec", "list", 1), "6:13", "6:13"),
        (("spec", "more"), "8:22", "8:16"),
        (("spec", "alias", "title"), "5:10", "5:3"),
        (("spec", "empty"), "11:9", "11:3"),
        (("none",), "4:1", "4:1"),
        (("base", "title", "below a text"), "5:10", "5:3"),
    ],
    ids=str,
)
def test_places_in_a_document(document: Document, path: Path, value: str, key: str) -> None:
    places = Places()
    assert str(places.in_document(document, path)) == f"m.yaml:{value}"
    assert str(places.in_document(document, path, key=True)) == f"m.yaml:{key}"


def test_places_in_a_manifest_are_found_by_its_line(document: Document) -> None:
    manifest = Manifest(address=Address(kind="Skill", name="s"), spec={}, source=document.source)
    assert str(Places().in_manifest(manifest, ("spec", "quoted"))) == "m.yaml:9:13"


def test_problems_are_the_first_at_each_path_in_their_order(document: Document) -> None:
    faults = [
        Fault(("spec", "quoted"), "second", "h"),
        Fault(("spec", "quoted"), "not shown", "h"),
        Fault(("base",), "first", "h", at_key=True),
    ]
    found = Places().problems(document, faults)
    assert [str(problem) for problem in found] == [
        "m.yaml:4:1: base: first\n  hint: h",
        "m.yaml:9:13: spec.quoted: second\n  hint: h",
    ]


def test_a_file_that_has_changed_since_has_no_places(folder: Folder, document: Document) -> None:
    manifest = Manifest(address=Address(kind="Skill", name="s"), spec={}, source=document.source)
    for text in ("", "a: 1", "a: [", b"\xff"):
        folder.write({"m.yaml": text})
        assert Places().in_document(document, ("spec",)) == document.source
    folder.write({"m.yaml": ""})
    assert Places().in_manifest(manifest, ("spec",)) == document.source


def test_a_file_is_read_once(folder: Folder, document: Document) -> None:
    places = Places()
    before = places.in_document(document, ("spec", "quoted"))
    (folder.path / "m.yaml").unlink()
    assert places.in_document(document, ("spec", "quoted")) == before
