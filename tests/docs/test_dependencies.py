"""docs/dependencies.md names each dependency, with its extra, and no other."""

from __future__ import annotations

import re
from importlib.metadata import requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

DOC = Path(__file__).parents[2] / "docs" / "dependencies.md"
EXTRAS = ("", "html", "sandbox", "docs", "dev")


def test_the_page_and_the_package_name_the_same_dependencies() -> None:
    rows = [line.split("|")[1:4] for line in DOC.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    documented = {(name, extra.strip(" `")) for names, extra, _ in rows for name in re.findall("`([^`]+)`", names)}
    # [dev] contains the others; what is in two is documented once, where it comes from.
    declared: dict[str, str] = {}
    for extra in EXTRAS:
        for wanted in map(Requirement, requires("wexa-sync") or ()):
            if wanted.name != "wexa-sync" and (not wanted.marker or wanted.marker.evaluate({"extra": extra})):
                declared.setdefault(canonicalize_name(wanted.name), extra)
    assert documented == set(declared.items())


def test_every_dependency_has_a_reason() -> None:
    rows = [line.split("|") for line in DOC.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    assert [row[1] for row in rows if not row[3].strip()] == []
