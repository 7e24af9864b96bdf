"""The pages are whole, link to what is there, run nothing but their own script, and say all that a plan holds."""

from __future__ import annotations

import re
from base64 import b64encode
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from html.parser import HTMLParser
from typing import Any

import pytest
from msgspec.structs import replace

from tests.hostile import Sample, hostile, view_of
from tests.unit.render import samples as common
from tests.unit.render.html import samples
from wexa_sync.errors import WexaSyncError
from wexa_sync.model import Basis, Plan
from wexa_sync.render import RENDERERS
from wexa_sync.render.layout import Layout

VOID = {"meta", "input", "col", "br"}


def page_of(sample: Sample, source_url: str = "") -> str:
    """Return the page of a sample."""
    name, view = view_of(sample)
    made: Callable[[Any], str] = getattr(RENDERERS["html"](Layout(source_url=source_url)), name)
    return made(view)


@dataclass
class Page(HTMLParser):
    """Hold what a browser would see of a page."""

    tags: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)
    text: str = ""
    within: list[str] = field(default_factory=list)
    inside: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"an attribute twice in {tag}"
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.within.append(tag)
            self.inside.setdefault(tag, []).append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.within.pop() == tag, f"{tag} ends where it did not begin"

    def handle_data(self, data: str) -> None:
        if self.within and self.within[-1] in ("script", "style"):
            self.inside[self.within[-1]][-1] += data
        else:
            self.text += data

    def all(self, name: str) -> list[str]:
        """Return every value of an attribute."""
        return [value or "" for _, attrs in self.tags for key, value in attrs.items() if key == name]


def read(text: str) -> Page:
    """Return a page, read as a whole."""
    page = Page()
    page.feed(text)
    page.close()
    assert page.within == []
    return page


SAMPLES: list[Sample] = [
    *(sample() for sample in common.SAMPLES.values()),
    samples.day(),
    samples.ended(),
    samples.environments(),
    samples.large(100),
    *hostile().values(),
]


@pytest.mark.parametrize("sample", SAMPLES)
def test_a_page_is_whole_and_obeys_nothing_but_its_own_script(sample: Sample) -> None:
    page = read(page_of(sample))
    ids = Counter(page.all("id"))
    assert [name for name, count in ids.items() if count > 1] == []
    wanted = {href[1:] for href in page.all("href") if href.startswith("#")}
    wanted |= {name for names in (*page.all("aria-labelledby"), *page.all("for")) for name in names.split()}
    assert wanted - set(ids) == set()

    # The policy allows what stands here by its hash, and nothing else.
    (policy,) = (attrs["content"] or "" for tag, attrs in page.tags if attrs.get("http-equiv"))
    assert "default-src 'none'" in policy
    for tag in ("style", "script"):
        (text,) = page.inside[tag]
        assert f"{tag}-src 'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'" in policy
    attributes = {name for _, attrs in page.tags for name in attrs}
    assert [name for name in attributes if name.startswith("on") or name in ("style", "src", "srcdoc", "action")] == []
    assert {tag for tag, _ in page.tags} & {"link", "img", "iframe", "object", "base", "form", "embed"} == set()
    assert [url for url in page.all("href") if ":" in url.split("/")[0]] == []


@pytest.mark.parametrize("sample", hostile().values(), ids=hostile())
def test_what_is_hidden_is_visible(sample: Sample) -> None:
    text = page_of(sample)
    assert re.search(r"[\x00-\x09\x0b-\x1f\u200b\u202a-\u202e]", text) is None
    assert "\\u202egnp.exe" in text or isinstance(sample, WexaSyncError)
    assert "x" * 9 not in read(text).text, "a template in a text was filled"


def test_a_name_of_ten_thousand_letters_is_cut_and_whole_in_its_title() -> None:
    page = read(page_of(hostile()["plan"]))
    assert "n" * 10_000 in page.all("title")
    assert f"{'n' * 120}…" in page.text


@pytest.mark.parametrize("sample", [samples.day(), samples.large(100), common.many()])
def test_every_change_stands_in_the_page(sample: Plan) -> None:
    page = read(page_of(sample))
    ids = set(page.all("id"))
    addresses = [*(change.address for change in sample.work), *(blocked.address for blocked in sample.blocked)]
    assert [address for address in map(str, addresses) if address not in ids] == []
    assert [each for each in sample.orphans if str(each) not in page.text] == []


def test_deletions_executions_and_blocked_changes_stand_first() -> None:
    page = read(page_of(samples.day()))
    sections = [attrs["id"] for tag, attrs in page.tags if tag == "section"]
    assert sections == [
        *("warnings", "delete", "run", "blocked", "update", "create", "adopt", "forget"),
        *("orphans", "picture", "about"),
    ]
    assert "Look first at" in page.text
    assert [href for href in page.all("href") if href in ("#delete", "#run", "#blocked")] == [
        "#delete",
        "#run",
        "#blocked",
    ]


def test_drift_says_what_others_did() -> None:
    page = read(page_of(replace(samples.day(), basis=Basis(since_apply=True), blocked=(), warnings=())))
    assert "Removed on the live side" in page.text
    assert "2 removals" in page.text
    assert "since the last apply" in page.text
    assert "Deletions" not in page.text


def test_the_words_that_differ_are_marked_and_both_sides_have_their_line_numbers() -> None:
    text = page_of(samples.day())
    assert (
        '<td class="del">Read the whole ticket before you decide, the quoted mails <del>below it</del> too.</td>'
        in text
    )
    assert "quoted mails <ins>and the attachments</ins> too." in text
    assert '<td class="no none"></td><td class="none"></td><td class="no">11</td><td class="ins">Where' in text


def test_five_hundred_changes_fit() -> None:
    whole = page_of(samples.large())
    assert len(whole.encode()) < 2_000_000
    assert "left out" not in whole
    long = "\n".join(f"line {number} of a long prompt" for number in range(400))
    changes = [samples.create(samples.of("Skill", f"skill-{n}"), instructions=f"{n}\n{long}") for n in range(500)]
    cut = page_of(
        samples.plan_of(*changes, samples.update(samples.of("AgentFlow", "f"), ("goal", long, f"{long}x", "")))
    )
    assert len(cut.encode()) < 2_000_000
    assert "401 lines, left out" in cut
    assert "line 399 of a long prompt<ins>" not in cut
    assert "<ins>promptx</ins>" in cut, "an update has room before what is new"


def test_a_place_links_to_the_repository_or_to_the_file() -> None:
    assert 'href="flows/triage.yaml#L14"' in page_of(samples.day())
    base = "https://github.com/acme/desk/blob/0a1b2c"
    assert f'href="{base}/flows/triage.yaml#L14"' in page_of(samples.day(), base)
    assert f'href="{base}/skills/summarise.yaml#L8"' in page_of(common.problems(), base)
    assert 'href="javascript' not in page_of(samples.day(), "javascript:alert(1)//")


def test_secrets_stay_secret() -> None:
    assert [sample for sample in common.SAMPLES.values() if "hunter2" in page_of(sample())] == []


def test_the_same_plan_is_the_same_page() -> None:
    assert page_of(samples.day()) == page_of(samples.day())


def test_changes_that_are_alike_are_said_once() -> None:
    text = page_of(common.many())
    assert "<b>20 Agents</b> alike" in text
    assert text.count("or outage</ins>") == 1
