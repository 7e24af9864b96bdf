"""Whoever is to blame for what is wrong is left out of a pull, and nobody else."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from wexa_sync.compare.ids import Comparison
from wexa_sync.engine.reading import read
from wexa_sync.errors import Problem
from wexa_sync.manifests.edit import data_of
from wexa_sync.manifests.load import load
from wexa_sync.manifests.sources import Sources
from wexa_sync.manifests.tidy import Tidied
from wexa_sync.model import Address, Manifest, Source
from wexa_sync.repair.pull.attempt import attempt
from wexa_sync.repair.pull.checked import Left
from wexa_sync.repair.pull.drifted import Drift
from wexa_sync.repair.pull.result import Pulled
from wexa_sync.repair.pull.spots import Pages

COUNT = 24
PROJECT = """\
apiVersion: wexa.ai/v1
kind: Project
metadata: {{name: {0}}}
spec:
  projectName: {0}
  description: old
"""
NAMES = [f"p{number:02}" for number in range(COUNT)]
Says = Callable[[str, str, str], "Problem | Left"]


def address(name: str) -> Address:
    """Return the address of a project."""
    return Address(project="", kind="Project", name=name)


def at_its_place(name: str, file: str, text: str) -> Problem:
    """Say that a value is not valid where it stands in the changed file, if it does."""
    line = text.partition(f"name: {name}}}")[0].count("\n") + 4
    return Problem(message="bad", source=Source(file=file, line=line), path="spec.description")


def elsewhere(_name: str, file: str, _text: str) -> Problem:
    """Say that the begin of the file is wrong by now."""
    return Problem(message="bad", source=Source(file=file, line=2), path="spec.projectName")


def still_there(name: str, _file: str, _text: str) -> Left:
    """Say that the plan would still change the field."""
    return Left(address=address(name), path=("description",))


def another(_name: str, _file: str, _text: str) -> Left:
    """Say that the plan would change something else."""
    return Left(address=address("other"))


class World(Struct):
    """Hold manifests of which the bad ones must not be changed, nor taken out. `says`: how that is told."""

    folder: Path
    bad: frozenset[str]
    says: Says
    looks: int = 0

    def pulled(self, changed: Sequence[str], lost: Sequence[str]) -> Pulled:
        """Pull what changed, and take what is lost out."""
        (self.folder / "all.yaml").write_text("---\n".join(map(PROJECT.format, NAMES)), "utf-8")
        sources = Sources(paths=(self.folder,), root=self.folder)
        desired, pages = read(sources), Pages(self.folder, load(sources).documents)
        of = {name: desired.manifests[address(name)] for name in NAMES}
        drifts = [_drift(of[name]) for name in changed]
        return attempt(
            drifts, [of[name] for name in lost], desired, pages, self.look, dict.fromkeys(desired.manifests, "id")
        )

    def look(self, files: Sequence[Tidied], _fields: Mapping[Address, Any]) -> Iterator[Problem | Left]:
        """Look at the changed file."""
        self.looks += 1
        text = files[0].after.decode()
        held = {data["metadata"]["name"]: data["spec"]["description"] for _, data in data_of(text)}
        for name in sorted(self.bad):
            if held.get(name) != "old":
                yield self.says(name, str(files[0].file), text)


def _drift(manifest: Manifest) -> Drift:
    comparison = Comparison(id_of=lambda ref: ref.id, seal_key="")
    return Drift(manifest=manifest, path=("description",), declared="old", live="new", by="live", comparison=comparison)


names = st.frozensets(st.sampled_from(NAMES))


@pytest.mark.parametrize("says", [at_its_place, elsewhere, still_there, another])
@given(changed=names, lost=names, bad=st.frozensets(st.sampled_from(NAMES), max_size=4))
def test_just_those_to_blame_are_refused(
    says: Says, changed: frozenset[str], lost: frozenset[str], bad: frozenset[str]
) -> None:
    lost -= changed
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder), bad, says)
        found = world.pulled(sorted(changed), sorted(lost))
    assert {each.name for each in found.fields} == changed - bad
    assert {each.name for each in found.forgotten} == lost - bad
    refused = [each.message.partition(":")[0].partition(" ")[0] for each in found.refused]
    assert sorted(refused) == sorted(str(address(name)) for name in (changed | lost) & bad)
    is_told = says in (at_its_place, still_there) and not lost
    assert world.looks <= (2 if is_told else 1 + 2 * COUNT.bit_length() * len(bad))
