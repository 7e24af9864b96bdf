"""Write what is unmanaged as manifests, all in one text: what an export would write, with long texts in place. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping

from msgspec.structs import replace

from wexa_sync.export.chosen import Wishes
from wexa_sync.export.document import document, manifest, spelled
from wexa_sync.export.draft import Draft
from wexa_sync.export.drafts import Left, drawn
from wexa_sync.export.unmanaged import Stranger, Unrecorded
from wexa_sync.kinds import BY_NAME, part_of
from wexa_sync.manifests.emit import emitted
from wexa_sync.text.orders import without_orders
from wexa_sync.text.visible import prose, visible_json


def printed(found: Unrecorded, told: Callable[[str], str] = str) -> str:
    """Return the manifests as YAML documents. Each names the live object that it stands for, so that none is made anew.

    A part that somebody added to a managed resource is a comment: it belongs into the manifest of that one. What can be
    no manifest is a comment, too. `told`: returns a message with its command as it has to be typed.
    """
    strangers = {(each.thing.kind.name, each.thing.owner, each.thing.id): each for each in found.strangers}
    made = drawn(found.survey, found.state, Wishes(all_made=True), found.written)
    documents: list[str] = []
    comments: list[str] = []
    for draft in made.drafts:
        if (draft.address.kind, "", draft.ids[draft.address]) in strangers:
            documents.append(_harmless(replace(draft, by_id=True)))
        else:
            comments += _added(draft, strangers, told)
    comments += [_comment(_why_not(left)) for left in made.left if _is_strange(left, strangers)]
    return "\n".join(["---\n".join(documents)] * bool(documents) + comments)


def _harmless(draft: Draft) -> str:
    """Return the draft as a YAML document; as JSON, which is YAML, where a CI system would obey a text in it."""
    text = document(draft)
    if without_orders(text) == text:
        return text
    return visible_json(json.dumps(manifest(draft), ensure_ascii=False, indent=2)) + "\n"


def _is_strange(left: Left, strangers: Mapping[tuple[str, str, str], Stranger]) -> bool:
    return (left.thing.kind.name, left.thing.owner, left.thing.id) in strangers


def _why_not(left: Left) -> str:
    return f"not written: {prose(left.thing.kind.called(left.thing.raw))} ({left.thing.id}): {prose(left.why)}"


def _added(
    draft: Draft, strangers: Mapping[tuple[str, str, str], Stranger], told: Callable[[str], str]
) -> Iterator[str]:
    """Yield the items that are to be added to the manifest of a managed resource, each as a comment."""
    spec = spelled(draft.spec, BY_NAME[draft.address.kind].fields)
    for address, id in draft.ids.items():
        if (address.kind, draft.ids[draft.address], id) not in strangers:
            continue
        part = part_of(BY_NAME[address.kind])
        assert part is not None  # a draft has its own id and those of its parts
        item = next(each for each in spec[part.field] if each[part.handle] == address.name)
        yield _comment(
            f"Add this to spec.{part.field} of {draft.address}, and record it by",
            told(f"`wexa-sync import {address} {prose(id)}`:"),
            emitted([item], 0),
        )


def _comment(*texts: str) -> str:
    lines = "".join(f"# {line}".rstrip() + "\n" for text in texts for line in text.split("\n"))
    return without_orders(lines)
