"""Whatever a manifest looks like and whatever others change: a pull makes the plan empty, and touches no more."""

from __future__ import annotations

import difflib
import re
import shutil
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct, field
from msgspec.structs import replace

from wexa_sync import engine
from wexa_sync.manifests.edit import data_of
from wexa_sync.manifests.emit import inline, quoted
from wexa_sync.manifests.included import to_read
from wexa_sync.manifests.sources import Sources
from wexa_sync.manifests.styles import block, like
from wexa_sync.text.files import TextFault

if TYPE_CHECKING:
    from tests.conftest import Desk, Remote
    from wexa_sync.model import Plan

MANY = settings(max_examples=300 if settings.get_current_profile_name() == "large" else 12)
_odd = st.sampled_from(
    [
        "null",
        "NO",
        "0",
        "{}",
        "😀",
        "12:30",
        "#x",
        "x: y",
        "tab\tx",
        "${var:a} $${",
        'it\'s "so"',
        "--- a",
        "a #b",
        "@x",
    ]
)
_lines = st.sampled_from(
    ["a\nb", "l\n\nm\n", "trailing \nb", "- a\n- b\n\n\n", "x\r\ny", "*a", "&a", "!t", "%d", "e\u0301"]
)
texts = st.one_of(
    _odd, _lines, st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1, max_size=30)
).filter(lambda text: bool(text.strip()))
STYLES = ("", '"', "'", "|", ">")


class Page(Struct, dict=True):
    """Describe a manifest as a person may write it: with comments and styles, and the lines of each value."""

    data: st.DataObject
    lines: list[str] = field(default_factory=list)
    of: dict[str, list[str]] = field(default_factory=dict)
    comments: int = 0

    def comment(self) -> str:
        """Return a comment that no other place has."""
        self.comments += 1
        return f"# c{self.comments} here"

    def text(self, path: str, head: str, column: int, text: str) -> None:
        """Write a text behind a key, in some style."""
        style = self.data.draw(st.sampled_from(STYLES))
        indent = column + self.data.draw(st.sampled_from([1, 2, 4]))
        written = block(_filled(text), indent, style) if style in ("|", ">") else like(_filled(text), style)
        if not written or ("\n" in text and not style) or not _reads(f"a: {written}\n", _filled(text)):
            written = quoted(_filled(text))
        first, newline, rest = written.partition("\n")
        note = f"   {self.comment()}" if self.data.draw(st.booleans()) else ""
        mine = f"{head} {first}{note}{newline}{rest}".split("\n")
        self.of[path] = mine
        if self.data.draw(st.booleans()):
            self.lines.append(" " * column + self.comment())
        self.lines += mine


def _filled(text: str) -> str:
    from wexa_sync.manifests.variables import literal

    return literal(text)


def _reads(text: str, value: str) -> bool:
    try:
        return data_of(text) == [(0, {"a": value})]
    except TextFault:
        return False


class World(Struct, frozen=True, dict=True):
    """Hold what is declared: the texts of a flow and its agents, and of a project, by path; and skills of agents."""

    texts: dict[str, str]
    skills: dict[str, list[str]]
    files: frozenset[str]


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Return a world with a flow of one to three agents."""
    handles = ["one", "two", "three"][: draw(st.integers(1, 3))]
    found = {"project.description": draw(texts)}
    for handle in handles:
        for name in ("title", "role", "prompt", "role_description"):
            found[f"{handle}.{name}"] = draw(texts)
        found[f"{handle}.title"] = f"{handle} {draw(texts).strip()}"
    files = frozenset(path for path in found if path.endswith(".prompt") and draw(st.booleans()))
    files = frozenset(path for path in files if to_read(found[path]) is not None)
    skills = {handle: draw(st.lists(st.sampled_from(["a", "b", "c"]), unique=True)) for handle in handles}
    return World(found, skills, files)


def written(world: World, folder: Path, data: st.DataObject) -> Page:
    """Write the world into a folder in some style."""
    page = Page(data)
    (folder / "prompts").mkdir(parents=True, exist_ok=True)
    lines = page.lines
    lines += [
        page.comment(),
        "apiVersion: wexa.ai/v1",
        "kind: Project",
        "metadata: {name: p}   " + page.comment(),
        "spec:",
    ]
    lines += ["  projectName: P"]
    page.text("project.description", "  description:", 2, world.texts["project.description"])
    for skill in ("a", "b", "c"):
        lines += [
            "---",
            page.comment(),
            "apiVersion: wexa.ai/v1",
            "kind: Skill",
            f"metadata: {{name: {skill}}}",
            "spec:",
        ]
        lines += [f"  name: skill {skill}", "  description: d", "  connector_id: {external: Mail}"]
    lines += ["---", "apiVersion: wexa.ai/v1", "kind: AgentFlow", "metadata:", "  name: f", "spec:"]
    lines += ["  name: F", "  description: d", "  role: r", "  agents:"]
    dash = data.draw(st.sampled_from([2, 4]))
    for handle in world.skills:
        pad = " " * (dash + 2)
        lines += [f"{' ' * dash}- handle: {handle}   {page.comment()}"]
        for name in ("title", "role", "role_description"):
            page.text(f"{handle}.{name}", f"{pad}{name}:", dash + 2, world.texts[f"{handle}.{name}"])
        path = f"{handle}.prompt"
        if path in world.files:
            held = to_read(world.texts[path])
            assert held is not None
            (folder / "prompts" / f"{handle}.md").write_bytes(held.encode())
            lines += [f"{pad}prompt:", f"{pad}  template: {{file: prompts/{handle}.md}}   {page.comment()}"]
            page.of[path] = []
        else:
            lines += [f"{pad}prompt:   {page.comment()}"]
            page.text(path, f"{pad}  template:", dash + 4, world.texts[path])
        skills = world.skills[handle]
        if data.draw(st.booleans()) or not skills:
            mine = [f"{pad}skills: [{', '.join(skills)}]   {page.comment()}"]
        else:
            mine = [f"{pad}skills:", *(f"{pad}- {skill}" for skill in skills)]
        page.of[f"{handle}.skills"] = mine
        lines += mine
    lines.append(page.comment())
    (folder / "all.yaml").write_bytes(("\n".join(lines) + "\n").encode())
    return page


def plain(world: World, folder: Path) -> None:
    """Write the world as others have it: in any form."""
    agents = [
        {
            "handle": handle,
            **{name: _filled(world.texts[f"{handle}.{name}"]) for name in ("title", "role", "role_description")},
            "prompt": {"template": _filled(world.texts[f"{handle}.prompt"])},
            "skills": skills,
        }
        for handle, skills in world.skills.items()
    ]
    docs: list[dict[str, Any]] = [
        _doc("Project", "p", projectName="P", description=_filled(world.texts["project.description"])),
        *(_doc("Skill", s, name=f"skill {s}", description="d", connector_id={"external": "Mail"}) for s in "abc"),
        _doc("AgentFlow", "f", name="F", description="d", role="r", agents=agents),
    ]
    text = "\n---\n".join(inline(doc) for doc in docs)
    (folder / "all.yaml").write_bytes(text.encode())


def _doc(kind: str, handle: str, **spec: Any) -> dict[str, Any]:
    return {"apiVersion": "wexa.ai/v1", "kind": kind, "metadata": {"name": handle}, "spec": spec}


@MANY
@given(world=worlds(), data=st.data())
def test_a_pull_makes_the_plan_empty_and_touches_just_what_changed(
    desk: Desk,
    open_sandbox: Callable[..., AbstractContextManager[Remote]],
    work: Callable[[Plan], list[str]],
    world: World,
    data: st.DataObject,
) -> None:
    with tempfile.TemporaryDirectory() as name, open_sandbox() as remote:
        ours = replace(desk, folder=Path(name) / "ours", remote=remote)
        theirs = replace(ours, folder=Path(name) / "theirs")
        page = written(world, ours.folder, data)
        ours.apply()
        assert work(ours.plan()) == []
        shutil.copytree(ours.folder, theirs.folder)
        changed = data.draw(st.sets(st.sampled_from(sorted(world.texts)), max_size=4))
        new = {path: data.draw(texts) for path in sorted(changed)}
        new = {p: f"{p.partition('.')[0]} {text.strip()}" if p.endswith("title") else text for p, text in new.items()}
        skills = {h: data.draw(st.lists(st.sampled_from("abc"), unique=True)) for h in world.skills}
        live = World({**world.texts, **new}, skills, frozenset())
        plain(live, theirs.folder)
        theirs.apply()
        before = (ours.folder / "all.yaml").read_bytes().decode()
        found = engine.pull(Sources(paths=(ours.folder,), root=ours.folder), ours.workspace)
        engine.write_pulled(found, ours.workspace)
        after = (ours.folder / "all.yaml").read_bytes().decode()
        unheld = {path for path in world.files if path in new and to_read(new[path]) is None}
        assert len(found.refused) == len(unheld), found.refused
        if not unheld:
            assert work(ours.plan()) == []
        assert re.findall(r"# c\d+ here", after) == re.findall(r"# c\d+ here", before), "all comments are kept"
        may = {line for path, mine in page.of.items() if path in changed or path.endswith("skills") for line in mine}
        gone = [line[1:] for line in difflib.ndiff(before.split("\n"), after.split("\n")) if line.startswith("- ")]
        assert {line[1:] for line in gone} <= may, "nothing else is touched"
