"""A folder of manifests to read, and what is wrong with it, as people see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct

from wexa_sync import engine
from wexa_sync.errors import InvalidManifests, Problem
from wexa_sync.manifests.sources import Sources
from wexa_sync.model import Desired

PROJECT = "apiVersion: wexa.ai/v1\nkind: Project\nmetadata: {name: desk}\nspec: {projectName: Desk}\n"


class Folder(Struct, frozen=True):
    """Hold the current folder, empty at first but for what a test writes there."""

    path: Path

    def write(self, files: Mapping[str, str | bytes]) -> Folder:
        """Write files into the folder, with the folders that they need."""
        for name, text in files.items():
            file = self.path / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return self

    def read(
        self,
        text: str | bytes = "",
        *,
        var: Mapping[str, Any] | None = None,
        env: Mapping[str, str] | None = None,
        project: bool = True,
        ignore: Sequence[str] = (),
    ) -> Desired:
        """Return what the folder declares, with `text` as m.yaml and, unless it has one, a project `desk`."""
        self.write({"m.yaml": text} if text else {})
        self.write({"project.yaml": PROJECT} if project else {})
        return engine.read(
            Sources(
                paths=(self.path,),
                root=self.path,
                vars=var or {},
                env=env or {},
                ignore=tuple(ignore),
                dedicated=(self.path,),
            )
        )

    def problems(self, text: str | bytes = "", **how: Any) -> list[Problem]:
        """Return every problem of the folder. Each must have a hint, and a place inside its file."""
        try:
            self.read(text, **how)
        except InvalidManifests as error:
            found = list(error.problems)
        else:
            return []
        assert [problem for problem in found if not problem.hint] == []
        assert [problem for problem in found if not inside(problem, self.path)] == []
        return found

    def faults(self, text: str | bytes = "", **how: Any) -> list[str]:
        """Return the problems, a line each: `file:line:column path: message`."""
        return [f"{problem.source} {problem.path}: {problem.message}" for problem in self.problems(text, **how)]


def inside(problem: Problem, folder: Path) -> bool:
    """True when an editor can go to the place of the problem. The end of a line and of the text count."""
    file = folder / problem.source.file
    if not file.is_file():
        return (problem.source.line, problem.source.column) == (1, 1)
    lines = file.read_bytes().decode("utf-8", "replace").split("\n")
    line, column = problem.source.line, problem.source.column
    return 1 <= line <= len(lines) and 1 <= column <= len(lines[line - 1]) + 1


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    """Return an empty folder, which is the current folder."""
    monkeypatch.chdir(tmp_path)
    return Folder(tmp_path)
