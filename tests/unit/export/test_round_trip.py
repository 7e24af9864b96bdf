"""What is written is read as what was to be written, whatever the texts and names are."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from hypothesis import given, settings

from tests.unit.export.any_drafts import SECRET, WORDS, drafts
from tests.unit.export.drafts import agent, draft, flow, project
from wexa_sync.engine import read
from wexa_sync.export.draft import Draft
from wexa_sync.export.layout import laid_out
from wexa_sync.export.standing import standing
from wexa_sync.export.write import staged
from wexa_sync.kinds import BY_NAME
from wexa_sync.kinds.sown import read_rows
from wexa_sync.manifests.schema_messages import Fault
from wexa_sync.manifests.sources import Sources
from wexa_sync.manifests.tidy import untidy
from wexa_sync.manifests.values import refer
from wexa_sync.model import Address, Ref, Spec


@settings(max_examples=10)
@given(wanted=drafts())
def test_what_is_written_is_read_again_and_is_in_form(wanted: list[Draft], tmp_path: Path) -> None:
    assert_comes_back(wanted, tmp_path)


def test_each_odd_text_comes_back_as_a_name_a_prompt_and_a_value(tmp_path: Path) -> None:
    agents = [
        agent(f"a{number}", text, title=text, context=[text, {"a": text}, [text, 1]])
        for number, text in enumerate(WORDS)
    ]
    named = [draft("Skill", f"s{number}", _skill(text)) for number, text in enumerate(WORDS)]
    assert_comes_back([project(), flow("f", *agents), *named], tmp_path)


def _skill(text: str) -> dict[str, Any]:
    return {"name": f"{text}", "description": f"{text}\nx", "connector_id": Ref(kind="Connector", external=text)}


def assert_comes_back(wanted: list[Draft], folder: Path) -> None:
    """Assert that what is written of the drafts is read as them, is in form, and stays as it is the next time."""
    shutil.rmtree(folder, ignore_errors=True)
    files = laid_out(wanted)
    with staged(folder, files) as staging:
        staging.commit()
    sources = Sources(paths=(folder,), root=folder, env={"PIN": SECRET})
    desired = read(sources)
    expected = {address: spec for draft in wanted for address, spec in manifests(draft).items()}
    found = {address: each.spec for address, each in desired.manifests.items() if address in expected}
    assert found == expected
    assert {address for address in desired.manifests if address not in expected} <= implied(wanted)
    assert desired.warnings == ()
    assert [each.diff() for each in untidy(sources, [])] == []
    assert laid_out(reversed(wanted)) == files
    assert laid_out(wanted, there=standing(folder, desired.manifests.values())) == files
    for each in wanted:
        assert desired.manifests[each.address].lifecycle.ignore_changes == each.ignore


def manifests(draft: Draft) -> dict[Address, Spec]:
    """Return what a reader is to make of a draft: each resource with its spec, texts that no read shows as secrets."""
    kind = BY_NAME[draft.address.kind]
    faults: list[Fault] = []
    spec = refer(dict(draft.spec), kind.fields, draft.address.project, faults)
    assert faults == []
    found: dict[Address, Spec] = {}
    for part in kind.parts:
        items: Any = spec.pop(part.field, [])
        if isinstance(items, dict):
            assert part.kind.sown
            items = [{**read_rows(part.kind.sown, items, draft.spec, []), "handle": part.only}]
        for item in items:
            name = item[part.handle]
            address = draft.address.altered(kind=part.kind.name, name=name, owner=(kind.name, draft.address.name))
            found[address] = {key: value for key, value in item.items() if key != "handle"}
    return {draft.address: spec} | found


def implied(wanted: list[Draft]) -> set[Address]:
    """Return the addresses of what the manifests of other kinds imply."""
    kinds = {kind.implied_by: kind.name for kind in BY_NAME.values() if kind.implied_by}
    return {
        draft.address.altered(kind=kinds[draft.address.kind], name="main")
        for draft in wanted
        if draft.address.kind in kinds
    }
