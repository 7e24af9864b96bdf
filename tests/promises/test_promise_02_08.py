"""Promises 2 and 8: "apply, then plan, is empty, for every example and for random manifests", and "output does not
depend on file order or parallelism". The examples are tests/e2e/test_examples.py's; here are the random manifests.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from wexa_sync.model import Choice, Outcome, Plan
from wexa_sync.render.layout import Layout, Level
from wexa_sync.render.text.plan import plan_text
from wexa_sync.render.view.plan import plan_view

if TYPE_CHECKING:
    from tests.conftest import Desk, Remote

MANY = settings(max_examples=500 if settings.get_current_profile_name() == "large" else 8)
HANDLES = ("a", "b", "c-1")
Doc = dict[str, Any]

# What people write and servers, JSON and YAML trip over.
_odd = st.sampled_from(["null", "NO", "0", "é\u0301", "a\nb", "  led ", "{}", "<b>&", "😀", "12:30", "#x", "tab\tx"])
texts = st.one_of(_odd, st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1, max_size=12))
_solid = texts.filter(lambda text: bool(text.strip()))


def _manifest(kind: str, name: str, project: str, spec: Doc, **metadata: Any) -> Doc:
    within = {} if kind == "Project" else {"project": project}
    return {"apiVersion": "wexa.ai/v1", "kind": kind, "metadata": {"name": name, **within, **metadata}, "spec": spec}


@st.composite
def _agent(draw: st.DrawFn, handle: str, skills: list[str]) -> Doc:
    agent: Doc = {
        "handle": handle,
        "title": f"{handle} {draw(_solid)}",
        "role": draw(_solid),
        "prompt": {"template": draw(_solid)},
    }
    if skills:
        agent["skills"] = draw(st.lists(st.sampled_from(skills), unique=True))
    optional = {
        "llm": {"temperature": draw(st.sampled_from([0, 0.5, 1])), "max_tokens": draw(st.integers(1, 9000))},
        "has_knowledge_base": draw(st.booleans()),
        "role_description": draw(texts),
    }
    agent.update({name: optional[name] for name in draw(st.sets(st.sampled_from(sorted(optional))))})
    return agent


@st.composite
def _project(draw: st.DrawFn, project: str) -> list[Doc]:
    found = [
        _manifest("Project", project, "", {"projectName": f"{project} {draw(_solid)}", "description": draw(texts)})
    ]
    skills = draw(st.lists(st.sampled_from(HANDLES), unique=True))
    flows = draw(st.lists(st.sampled_from(HANDLES), unique=True, max_size=2))
    for name in skills:
        connector = {"external": draw(st.sampled_from(["Content creator", "Mail"]))}
        spec = {"name": f"{name} {draw(_solid)}", "description": draw(texts), "connector_id": connector}
        found.append(_manifest("Skill", name, project, spec))
    for name in flows:
        handles = draw(st.lists(st.sampled_from(HANDLES), unique=True, max_size=2))
        agents = [draw(_agent(handle, skills)) for handle in handles]
        flow: Doc = {
            "name": f"{name} {draw(_solid)}",
            "description": draw(texts),
            "role": draw(_solid),
            "agents": agents,
        }
        found.append(_manifest("AgentFlow", name, project, flow))
    for name in draw(st.lists(st.sampled_from(HANDLES), unique=True, max_size=2)) if flows else []:
        spec = {"coworker_id": draw(st.sampled_from(flows)), "template": f"{name} {draw(_solid)}"}
        spec["schedule"] = f"{draw(st.integers(2035, 2040))}-01-02T07:00:00Z"
        found.append(_manifest("Schedule", name, project, spec))
    for name in draw(st.lists(st.sampled_from(HANDLES), unique=True, max_size=1)) if flows else []:
        spec = {"agentflow_id": draw(st.sampled_from(flows)), "goal": f"{name} {draw(_solid)}"}
        spec["input_variables"] = draw(st.dictionaries(st.sampled_from(["x", "y"]), texts))
        found.append(_manifest("Execution", name, project, spec))
    return found


worlds = st.lists(st.sampled_from(["one", "two"]), min_size=1, unique=True).flatmap(
    lambda names: st.tuples(*(_project(name) for name in names)).map(
        lambda parts: [doc for part in parts for doc in part]
    )
)


def _setter(spec: Doc, field: str) -> Callable[[str], None]:
    return lambda text: spec.update({field: text})


def _editable(docs: list[Doc]) -> Iterator[tuple[str, Callable[[str], None]]]:
    """Yield every place that the API can change: the address of its object, and a function that changes the place."""
    for doc in docs:
        name, project, spec = doc["metadata"]["name"], doc["metadata"].get("project"), doc["spec"]
        if doc["kind"] == "Project":
            yield f"Project/{name}", _setter(spec, "description")
        elif doc["kind"] == "Schedule":
            yield f"{project}/Schedule/{name}", _setter(spec, "template")
        elif doc["kind"] == "AgentFlow":
            for agent in spec["agents"]:
                at = f"{project}/AgentFlow/{name}/Agent/{agent['handle']}"
                yield at, _setter(agent["prompt"], "template")
                yield at, _setter(agent, "role")


class _Yaml12(yaml.SafeDumper):
    """Put quotes around a text such as 1e100 too, which is a number in YAML 1.2 alone."""


_FLOAT = re.compile(r"[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?$", re.ASCII)
_Yaml12.add_implicit_resolver("tag:yaml.org,2002:float", _FLOAT, [*"-+.0123456789"])


def _write(folder: Path, docs: list[Doc]) -> None:
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*.yaml"):
        old.unlink()
    for number, doc in enumerate(docs):
        text = yaml.dump(doc, Dumper=_Yaml12, allow_unicode=False, sort_keys=False)
        (folder / f"{number:02}.yaml").write_text(text, encoding="utf-8")


@contextmanager
def _fresh(make: Callable[[Path, Remote], Desk], open_sandbox: Any) -> Iterator[Desk]:
    with tempfile.TemporaryDirectory() as name, open_sandbox() as remote:
        yield make(Path(name) / "desk", remote)


@pytest.fixture
def make_desk(desk: Desk) -> Callable[[Path, Remote], Desk]:
    """Return a function that makes desks in other folders and against other sandboxes."""
    return lambda folder, remote: replace(desk, folder=folder, remote=remote)


@MANY
@given(data=st.data())
def test_random_manifests_converge_and_an_edit_is_all_that_is_seen(
    make_desk: Callable[[Path, Remote], Desk],
    open_sandbox: Callable[..., AbstractContextManager[Remote]],
    work: Callable[[Plan], list[str]],
    failures: Callable[[tuple[Outcome, ...]], list[str]],
    data: st.DataObject,
) -> None:
    docs = data.draw(worlds)
    with _fresh(make_desk, open_sandbox) as desk:
        _write(desk.folder, docs)
        first = desk.plan()
        shuffled = data.draw(st.permutations(docs))
        _write(desk.folder, shuffled)
        assert _shown(replace(desk, parallelism=1).plan()) == _shown(first)
        assert failures(desk.apply()) == []
        assert work(desk.plan()) == []
        address, edit = data.draw(st.sampled_from(list(_editable(docs))))
        edit(f"edited {data.draw(_solid)}")
        _write(desk.folder, docs)
        assert work(desk.plan()) == [f"update {address}"]
        assert failures(desk.apply()) == []
        assert work(desk.plan()) == []
        kept = [doc for doc in docs if doc["kind"] != "Schedule"]
        _write(desk.folder, kept)
        gone = sorted(
            f"delete {d['metadata']['project']}/Schedule/{d['metadata']['name']}" for d in docs if d not in kept
        )
        prune = Choice(prune=True)
        assert sorted(work(desk.plan(prune))) == gone
        assert failures(desk.apply(desk.plan(prune))) == []
        assert work(desk.plan(prune)) == []


def _shown(plan: Plan) -> str:
    """Return the text of a plan."""
    return plan_text(plan_view(plan), Layout(level=Level.FULL))
