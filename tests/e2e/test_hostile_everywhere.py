"""Hostile texts, in manifests and of the server, are shown on every surface, and do nothing on any of them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest
import yaml

from tests.ci_logs import orders_in
from tests.e2e.test_drift import listening
from tests.github import forge
from tests.hostile import TEXTS, Sample, hostile, view_of
from tests.unit.render.html.test_pages import read as read_page
from tests.unit.render.markdown.reader import read as read_markdown
from wexa_sync.model import Address
from wexa_sync.render import FOR_LOGS, FOR_PEOPLE, HARMLESS, RENDERERS
from wexa_sync.render.layout import Layout, Level
from wexa_sync.text.orders import without_orders

if TYPE_CHECKING:
    from tests.conftest import Cli, Desk
    from tests.e2e.conftest import Wire

HIDDEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
TAGS = {"h2", "h3", "p", "strong", "b", "code", "pre", "ul", "li", "table", "thead", "tbody", "tr", "th", "td"}
TAGS |= {"blockquote", "details", "summary", "hr", "sub"}
LINKS = re.compile(r"@\w|#\d|\w/\w+#|://|evil\.example|:tada:|<script|\$\{\{|\{\{|\*\*", re.ASCII)


def of_text(text: str) -> None:
    """Check nothing more: what holds for every format is all that a terminal obeys."""


def of_json(text: str) -> None:
    """Check that the text is JSON, and that each place which it links to is a path."""
    for url in _all("uri", json.loads(text)):
        assert re.fullmatch(r"(?!\w*:)[\w%./~-]+", url, re.ASCII), url


def of_html(text: str) -> None:
    """Check that nothing runs, is fetched or is linked to but what is ours."""
    page = read_page(text)
    tags = [tag for tag, _ in page.tags]
    assert tags.count("script") == tags.count("style") == 1
    assert not {"img", "iframe", "object", "embed", "base", "form", "link"} & set(tags)
    names = {name for _, attributes in page.tags for name in attributes}
    assert [name for name in names if name.startswith("on") or name in ("src", "srcdoc", "style", "action")] == []
    assert [url for url in page.all("href") if ":" in url.partition("/")[0] or url.startswith("//")] == []
    assert "x" * 9 not in page.text, "a template in a text was filled"


def of_markdown(text: str) -> None:
    """Check that no text is a tag, a link, a picture, a mention, a heading or a command."""
    page = read_markdown(text)
    assert page.tags <= TAGS
    assert page.attributes <= {"style"}, "of the table's columns"
    assert LINKS.findall(page.prose) == []
    assert "A heading" not in [line.lstrip("# ") for line in page.prose.splitlines()]


def of_annotations(text: str) -> None:
    """Check that every line is a mark of ours, with our properties alone, and has no escaped line break."""
    for line in text.splitlines():
        order = re.fullmatch(r"::(?:error|warning) ((?:\w+=[^,:]*,?)+)::(.*)", line)
        assert order, line
        assert {name.partition("=")[0] for name in order[1].split(",")} <= {"file", "line", "col", "title"}
        assert not re.search("%0[AD]", line)


def of_junit(text: str) -> None:
    """Check that the text is XML with the elements of JUnit alone."""
    assert "<!" not in text
    known = {"testsuites", "testsuite", "testcase", "failure", "skipped"}
    assert {element.tag for element in ET.fromstring(text).iter()} <= known  # noqa: S314  # ours


CHECKS: dict[str, Callable[[str], None]] = {
    "text": of_text,
    "json": of_json,
    "html": of_html,
    "markdown": of_markdown,
    "markdown-gitlab": of_markdown,
    "markdown-bitbucket": of_markdown,
    "step-summary": of_markdown,
    "annotations": of_annotations,
    "sarif": of_json,
    "junit": of_junit,
    "gitlab-terraform": of_json,
    "gitlab-codequality": of_json,
}
"""What harmless means in each format. A new one needs a line here."""


def check(text: str, format_: str = FOR_PEOPLE) -> None:
    """Raise AssertionError where a text of others does something on that surface."""
    assert HIDDEN.findall(text) == []
    if format_ not in FOR_LOGS:
        assert orders_in(text) == []
    CHECKS[format_](text)


@pytest.mark.parametrize("sample", hostile().values(), ids=hostile())
@pytest.mark.parametrize("format_", RENDERERS)
def test_in_every_format(format_: str, sample: Sample) -> None:
    name, view = view_of(sample)
    for level in [Level.NORMAL, Level.FULL] if format_ == FOR_PEOPLE else [Level.NORMAL]:
        make = getattr(RENDERERS[format_](Layout(level=level, folder="infra/wexa/", width=60)), name)
        if make is None:
            continue
        text = make(view)
        # The command line does this to what it writes in a format that leaves it to that.
        check(text if format_ in HARMLESS else without_orders(text), format_)
        if text.count("\n") > 40 and format_ not in FOR_LOGS:
            assert "alert(1)" in text, "it can still be read"


FORMATS = [name for name in RENDERERS if name not in ("annotations", "gitlab-terraform")]
SHOWN = "\n".join(text for text in TEXTS if len(text) < 1000).replace("\x00", "")


@pytest.fixture
def attacked(desk: Desk) -> Desk:
    """Return the desk, hostile in the name of a file and in every text of a manifest that may be any text."""
    for file in [*desk.folder.glob("*.yaml")]:
        documents = [*yaml.safe_load_all(file.read_text("utf-8"))]
        for spec in (document["spec"] for document in documents):
            for name in {"description", "goal", "coworker_role", "role", "name", "projectName"} & set(spec):
                spec[name] = SHOWN[:490] if name == "description" else SHOWN + spec[name]
            for agent in spec.get("agents", ()):
                agent["title"] += SHOWN
        file.with_name(f"{TEXTS[10][:-5]}::error::{file.name}").write_text(yaml.safe_dump_all(documents), "utf-8")
        file.unlink()
    for prompt in (desk.folder / "prompts").iterdir():  # a file with control characters is refused
        text = "\n".join((*TEXTS, prompt.read_text("utf-8")))
        prompt.write_text(re.sub("[\x00\x07\x1b\x9b]", "", text), "utf-8")
    return desk


def test_on_every_surface_of_the_command_line(attacked: Desk, cli: Cli) -> None:
    folder, env = attacked.folder, {**attacked.remote.env, "GITHUB_ACTOR": SHOWN}
    files = [word for name in FORMATS for word in ("--output", f"{name}={name}.out")]
    flow, agent = "support-desk/AgentFlow/triage", "support-desk/AgentFlow/triage/Agent/classify"

    def run(*words: str, code: int | None = 0, to: str = FOR_PEOPLE, job: dict[str, str] | None = None) -> str:
        done = cli(folder, *words, code=code, env={**env, **(job or {})})
        check(done.stderr)
        check(done.stdout, to)
        return done.stdout

    with listening() as (url, told), forge() as hub:
        job = {**hub.env, "GITHUB_RUN_ID": "1", "GITHUB_SHA": "0" * 40}
        run("graph")
        run("plan", *files, "--output", "annotations=-", to=FOR_PEOPLE)
        _check_files(folder)
        run("apply", "--auto-approve", "-v", *files, "--notify", url)
        _check_files(folder)
        for prompt in (folder / "prompts").iterdir():
            prompt.write_text(prompt.read_text("utf-8") + TEXTS[0], "utf-8")
        changed = {"orgId": attacked.remote.server.org_id, "projectName": SHOWN * 2, "description": SHOWN * 3}
        project = attacked.workspace.store.load().records[Address.parse("Project/support-desk")].id
        attacked.remote.raw("PUT", "/v1/project", {**changed, "coworker_role": SHOWN}, projectId=project)
        run("drift", "--notify", url, *files, code=2)
        _check_files(folder)
        run("plan", "--details", "--output", "json=plan.json", "--output", "markdown=plan.md")
        run("ci", "comment", "--pull-request", "7", "--markdown", "plan.md", "--plan", "plan.json", job=job)
        run("ci", "issue", "--markdown", "plan.md", job=job)
        given = run("ci", "outputs", "--plan", "plan.json")
    for body in (hub.comments[7][0]["body"], hub.issues[0]["body"]):
        check(re.sub("<!--[^<>]*-->", "", body).rpartition("\n---\n")[0], "markdown")  # our foot has a link to the log
    assert given.count("\n") == 8 == len(dict(line.split("=") for line in given.splitlines()))
    assert len(told) == 2
    for message in told:
        assert not any(HIDDEN.search(text) or "<" in text for text in (message["text"], message["summary"]))

    run("apply", "--auto-approve")
    run("history")
    newest = json.loads(run("history", "--format", "json", to="json"))[0]["id"]
    run("history", newest)
    run("undo", "--out", "undo.plan", "--force")
    for address in (flow, agent, "Project/support-desk"):
        run("explain", address)
    assert "alert(1)" in run("explain", agent, "--format", "json", to="json")
    run("state", "show", to="json")
    check(cli(folder, "state", "list", env=env).stdout.replace("\t", " "))
    run("snapshot", to="json")
    for view in ("project", "flow", "execution"):
        check(cli(folder, "get", view, env=env).stdout.replace("\t", " "))
        check(cli(folder, "get", view, "--format", "yaml", env=env).stdout)
        run("get", view, "--format", "json", to="json")
    run("get", "flow", "triage")
    run("get", "flow", SHOWN[:200], code=64)
    run("credits", "--format", "json", to="json")
    shown = cli.on_terminal(folder, "plan", "--details", env={"TERM": "xterm", **env}).stdout
    check(re.sub(r"\x1b\[[0-9;]*m", "", shown))


@pytest.mark.parametrize("log", ["text", "json"])
def test_in_the_words_of_a_server(desk: Desk, cli: Cli, wire: Wire, log: str) -> None:
    (desk.folder / "wexa-sync.yaml").write_text("settle: 0.5\n", "utf-8")  # what was not made is looked for so long
    wire.deaf["POST /agentflow/"] = {"success": False, "message": SHOWN}
    files = [word for name in FORMATS for word in ("--output", f"{name}={name}.out")]
    done = cli(desk.folder, "apply", "--auto-approve", "--log-format", log, *files, code=None, env=wire.env(desk))
    assert done.code
    check(done.stdout)
    check(done.stderr)
    _check_files(desk.folder)


def _check_files(folder: Path) -> None:
    for name in FORMATS:
        if (file := folder / f"{name}.out").exists():
            check(file.read_text("utf-8"), name)
            file.unlink()


def _all(name: str, data: Any) -> list[str]:
    if isinstance(data, list):
        return [found for each in data for found in _all(name, each)]
    if not isinstance(data, dict):
        return []
    own = [data[name]] if isinstance(data.get(name), str) else []
    return own + [found for each in data.values() for found in _all(name, each)]
