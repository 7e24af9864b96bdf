"""Write changes as parts of a Markdown document: a line each and, where they have fields, a diff that unfolds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from wexa_sync.model import Action, Address, Source
from wexa_sync.render.layout import Layout, Level
from wexa_sync.render.markdown.document import Dialect, Part
from wexa_sync.render.markdown.words import code, fenced, html_code, listed, place, prose, visible
from wexa_sync.render.rows.fields import Row, shown
from wexa_sync.render.rows.groups import MANY_ALIKE, Alike, BlockedAlike, grouped
from wexa_sync.render.view.plan import BlockedView, ChangeView

_NAME = 80  # characters of a display name
_FIELDS = 5  # fields that are named


def lines(changes: Iterable[ChangeView], layout: Layout) -> list[Part]:
    """Return a part a change: with its name, its reason and its place in the manifests, or the address alone."""
    return [Part(f"- {_name(each)}\n", f"{_line(each)}{_placed(each.source, layout)}\n") for each in changes]


def unfolding(changes: Iterable[ChangeView], layout: Layout, dialect: Dialect) -> list[Part]:
    """Return the parts of changes with fields: equal ones together, as a line or with the diff of their fields."""
    return [_alike(group, layout, dialect) for group in grouped(changes, lambda _: True)]


def blocked(groups: Iterable[BlockedAlike], layout: Layout, dialect: Dialect) -> list[Part]:
    """Return the parts of blocked changes: what is wanted, why it can't be done, and what a person can do."""
    return [_blocked(group, layout, dialect) for group in groups]


def addresses(found: Iterable[Address]) -> list[Part]:
    """Return a part an address."""
    return [Part(f"- {code(str(address))}\n") for address in found]


def unprunable(found: Iterable[BlockedView]) -> list[Part]:
    """Return a part a resource that stays though nobody declares it, with the reason."""
    said = ((f"- {_name(each)}", f"{prose(each.reason)} {prose(each.hint)}") for each in found)
    return [Part(f"{name}\n", f"{name}: {why}\n") for name, why in said]


def _alike(group: Alike, layout: Layout, dialect: Dialect) -> Part:
    first, count = group.changes[0], len(group.changes)
    updates = first.action is Action.UPDATE
    what = f": {listed([row.path for row in group.rows], _FIELDS)}{_drift(group.rows)}" if updates else ""
    if count < MANY_ALIKE:
        line = "".join(f"{_line(each)}{what}\n" for each in group.changes)
    else:
        line = f"- **{_counted(group)}**{what}{_bracketed(first.origin)}: {_names(group.changes)}\n"
    if layout.level is Level.SUMMARY or not group.rows:
        return Part(line, count=count)
    diff = fenced(_diff(group.rows, whole=updates or layout.level is Level.FULL), "diff")
    if not dialect.folds:
        return Part(line, f"{line}\n{diff}\n", count=count)
    return Part(line, _folded(_summary(group), f"{_above(group.changes, layout)}{diff}"), count=count)


def _folded(summary: str, text: str) -> str:
    return f"<details><summary>{summary}</summary>\n\n{text}\n</details>\n\n"


def _summary(group: Alike) -> str:
    """Return what is seen of changes before they are unfolded, as HTML."""
    first = group.changes[0]
    if first.action is Action.UPDATE:
        what = f": {listed([row.path for row in group.rows], _FIELDS, html_code)}{_drift(group.rows)}"
    else:
        what = f" {html_code(shown(first.title), _NAME)}" if first.title else ""
    if len(group.changes) >= MANY_ALIKE:
        return f"<b>{_counted(group)}</b>{what}{_bracketed(first.origin)}"
    about = f" ({prose(_about(first), html_code)})" if _about(first) else ""
    return f"{', '.join(html_code(str(each.address)) for each in group.changes)}{what}{about}"


def _above(changes: Sequence[ChangeView], layout: Layout) -> str:
    """Return what stands above a diff: the places of a few changes, the addresses of many."""
    said = [_names(changes)] if len(changes) >= MANY_ALIKE else [place(each.source, layout) for each in changes]
    return "".join(f"{each}\n\n" for each in dict.fromkeys(said) if each)


def _blocked(group: BlockedAlike, layout: Layout, dialect: Dialect) -> Part:
    first, count = group.blocked[0], len(group.blocked)
    short = "".join(f"- {_name(each)}\n" for each in group.blocked)
    names = ", ".join(f"{_name(each)}{_placed(each.source, layout)}" for each in group.blocked)
    hint = f"\n  {prose(first.hint)}" if first.hint else ""
    text = f"- {names}\n  Wanted: {prose(first.wanted)}{_bracketed(first.origin)}. {prose(first.reason)}{hint}\n"
    if not group.rows or layout.level is Level.SUMMARY:
        return Part(short, text, count=count)
    diff = fenced(_diff(group.rows, whole=True), "diff")
    return Part(short, text, f"{text}\n{_folded('What differs', diff) if dialect.folds else diff}", count=count)


def _line(change: ChangeView) -> str:
    title = f" {code(shown(change.title), _NAME)}" if change.title else ""
    return f"- {_name(change)}{title}{f' ({prose(_about(change))})' if _about(change) else ''}"


def _about(change: ChangeView) -> str:
    return "; ".join(text for text in (change.reason, change.note) if text)


def _name(change: ChangeView | BlockedView) -> str:
    return code(str(change.address))


def _names(changes: Iterable[ChangeView]) -> str:
    return " ".join(map(_name, changes))


def _counted(group: Alike) -> str:
    return f"{len(group.changes)} {group.changes[0].address.kind}s alike"


def _bracketed(words: str) -> str:
    return f" ({words})" if words else ""


def _placed(source: Source | None, layout: Layout) -> str:
    return f" in {place(source, layout)}" if source else ""


def _drift(rows: Sequence[Row]) -> str:
    """Return what a reviewer has to know of who changed a field, if it was not the repository."""
    notes = dict.fromkeys(row.note for row in rows if row.note)
    return f" ({', '.join(notes)})" if notes else ""


def _diff(rows: Sequence[Row], *, whole: bool) -> Iterator[str]:
    """Yield the lines of a diff: for each field a head, and what is removed and added."""
    for row in rows:
        size = f" {row.size}" if row.lines else ""
        yield f"@@ {visible(row.path)}{size}{f' ({row.note})' if row.note else ''} @@"
        if row.lines:
            kept = row.lines if whole else row.beginning
            for line in kept:
                text = line.in_short.text
                yield text if line.sign == "@" else f"\\ {text}" if line.sign == "\\" else f"{line.sign}{text}"
            if len(kept) < len(row.lines):
                yield f"… {len(row.lines) - len(kept)} more {row.unit}s"
        else:
            yield from (f"{sign}{value}" for sign, value in (("-", row.before), ("+", row.after)) if value is not None)
