"""What is gone is taken out of the manifests, unless something that stays needs it."""

from __future__ import annotations

from pathlib import Path

from wexa_sync.engine.reading import read
from wexa_sync.manifests.load import load
from wexa_sync.manifests.sources import Sources
from wexa_sync.model import Address, Desired
from wexa_sync.repair.pull.gone import cuts, held, take_out
from wexa_sync.repair.pull.spots import Draft, Pages

TEXT = """\
# the project
apiVersion: wexa.ai/v1
kind: Project
metadata: {name: p}
spec: {projectName: P, description: d}
---
# a skill
apiVersion: wexa.ai/v1
kind: Skill
metadata: {name: s}
spec: {name: S, description: d, connector_id: {external: Mail}}
---
apiVersion: wexa.ai/v1
kind: AgentFlow
metadata: {name: f}
spec:
  name: F
  description: d
  role: r
  agents:
    - handle: one
      title: One
      role: r
      skills: [s]
      prompt: {template: {file: one.md}}
    # the other
    - handle: two
      title: Two
      role: r
      prompt: {template: {file: two.md}}
"""
FLOW = Address(project="p", kind="AgentFlow", name="f")
ONE, TWO = (Address(project="p", owner=("AgentFlow", "f"), kind="Agent", name=name) for name in ("one", "two"))
SKILL = Address(project="p", kind="Skill", name="s")


def desk(folder: Path) -> tuple[Desired, Pages]:
    """Write the manifests, and read them."""
    for name in ("one.md", "two.md"):
        (folder / name).write_text("x\n", "utf-8")
    (folder / "all.yaml").write_text(TEXT, "utf-8")
    sources = Sources(paths=(folder,), root=folder)
    return read(sources), Pages(folder, load(sources).documents)


def left(folder: Path, *gone: Address) -> tuple[str, list[str]]:
    """Return the text without these, and the files that go."""
    desired, pages = desk(folder)
    draft = Draft(pages)
    take_out(cuts([desired.manifests[each] for each in gone], pages), draft, pages)
    files = draft.files()
    text = next(each.after.decode() for each in files if each.file.name == "all.yaml")
    return text, sorted(each.file.name for each in files if not each.after)


def test_a_part_goes_with_the_prompt_that_only_it_used(tmp_path: Path) -> None:
    text, emptied = left(tmp_path, TWO)
    assert "handle: one" in text
    assert "handle: two" not in text
    assert emptied == ["two.md"]


def test_a_document_goes_with_its_parts_and_the_others_stay_as_they_are(tmp_path: Path) -> None:
    text, emptied = left(tmp_path, ONE, FLOW, TWO)
    assert text == TEXT[: TEXT.index("---\napiVersion: wexa.ai/v1\nkind: AgentFlow")]
    assert emptied == ["one.md", "two.md"]
    text, emptied = left(tmp_path, SKILL, FLOW)
    assert text == TEXT[: TEXT.index("---\n# a skill")]


def test_a_file_in_which_nothing_is_left_goes(tmp_path: Path) -> None:
    desired, pages = desk(tmp_path)
    draft = Draft(pages)
    take_out(cuts([each for each in desired.manifests.values() if not each.address.owner], pages), draft, pages)
    assert {each.file.name for each in draft.files() if not each.after} == {"all.yaml", "one.md", "two.md"}


def test_what_stays_keeps_what_it_needs(tmp_path: Path) -> None:
    desired, _ = desk(tmp_path)
    (problem,) = held([desired.manifests[SKILL]], desired).values()
    assert problem.message == "p/Skill/s is gone, and p/AgentFlow/f/Agent/one needs it"
    assert problem.source.line == 8
    assert held([desired.manifests[each] for each in (SKILL, ONE)], desired) == {}
    everything = [*desired.manifests.values()]
    assert held(everything, desired) == {}
    assert held([desired.manifests[TWO]], desired) == {}, "the order of siblings is no need"
