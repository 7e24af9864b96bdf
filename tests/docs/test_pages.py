"""Pages are whole: links lead somewhere, every kind and every setting is described, CI is what it is said to be."""

from __future__ import annotations

import re
from importlib.metadata import metadata
from pathlib import Path

import pytest
import yaml

from wexa_sync.kinds import KINDS
from wexa_sync.kinds.spec.schema import bundled

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("examples/*/README.md")])
MANIFESTS = (ROOT / "docs" / "manifests.md").read_text(encoding="utf-8")


def anchors(text: str) -> set[str]:
    """Return the anchors that GitHub gives the headings of a page."""
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        path, _, anchor = link.partition("#")
        if path.startswith("https://"):
            continue
        target = page.parent / path if path else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target.read_text(encoding="utf-8")), link


def test_the_readme_leads_to_every_page() -> None:
    links = re.findall(r"\]\(([^)\s#]+)", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert {f"docs/{page.name}" for page in ROOT.glob("docs/*.md")} - set(links) == set()


def test_the_site_leads_to_every_page() -> None:
    listed = re.findall(r": (\S+\.md)$", (ROOT / "mkdocs.yml").read_text(encoding="utf-8"), re.MULTILINE)
    assert {page.relative_to(ROOT).as_posix() for page in PAGES} - set(listed) == set()


def test_every_kind_is_described() -> None:
    rows = re.findall(r"^\| \(?([A-Z]\w+)\)? \| .* \| .* \|", MANIFESTS, re.MULTILINE)
    assert set(rows) == {kind.name for kind in KINDS if kind.schema}


def test_every_setting_is_described_with_its_default() -> None:
    table = MANIFESTS.partition("\n## Settings\n")[2].partition("\n## ")[0]
    rows = dict(re.findall(r"^\| `(\w+)` \| (?:`(.*?)`)?.*? \| .* \|", table, re.MULTILINE))
    schema = bundled("settings.schema.json")["properties"]
    defaults = {name: about.get("default") for name, about in schema.items()}
    assert {name: yaml.safe_load(default) if default else None for name, default in rows.items()} == defaults


def test_every_lifecycle_option_is_described() -> None:
    table = MANIFESTS.partition("\n## Lifecycle\n")[2].partition("\n## ")[0]
    options = bundled("skill.schema.json")["properties"]["metadata"]["properties"]["lifecycle"]["properties"]
    assert re.findall(r"^\| `(\w+):", table, re.MULTILINE) == list(options)


def test_ci_tests_every_python_that_is_promised_and_pins_what_it_runs() -> None:
    text = (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    workflow = yaml.safe_load(text)
    promised = [
        line.rpartition(" ")[2] for line in metadata("wexa-sync").get_all("Classifier") or () if "Python :: 3." in line
    ]
    assert workflow["jobs"]["test"]["strategy"]["matrix"]["python"] == promised
    assert workflow["permissions"] == {"contents": "read"}
    uses = re.findall(r"uses: (.+)", text)
    assert [use for use in uses if not re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v[\d.]+", use)] == []
