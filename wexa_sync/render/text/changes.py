"""Write the changes of a plan. Changes that are equal but for their addresses are written once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from wexa_sync.model import Action
from wexa_sync.render.rows.fields import Row, shown
from wexa_sync.render.rows.groups import MANY_ALIKE, Alike, grouped
from wexa_sync.render.text.page import Page, Part
from wexa_sync.render.text.rows import write_rows
from wexa_sync.render.text.style import COLORS, DIM, Detail
from wexa_sync.render.view.plan import ChangeView
from wexa_sync.text.visible import prose, visible

_TITLE = 26  # columns kept for the symbol and the name, however long the addresses beside them are


def write_changes(page: Page, changes: Sequence[ChangeView], detail: Detail) -> None:
    """Write the changes by project, in plan order."""
    projects: defaultdict[str, list[ChangeView]] = defaultdict(list)
    for change in changes:
        projects[change.project].append(change)
    for project, inside in projects.items():
        page.blank()
        if len(projects) > 1:
            page.line((f"{project}:", "bold underline"))
        groups = grouped(inside, lambda change: detail >= Detail.USUAL or change.action is Action.UPDATE)
        titled = (each for group in groups if not group.rows for each in group.changes if each.title)
        column = min(max((len(visible(str(each.address))) for each in titled), default=0), page.width - _TITLE)
        for group in groups:
            _group(page, group, column, detail)


def _group(page: Page, group: Alike, column: int, detail: Detail) -> None:
    first, rows = group.changes[0], () if detail <= Detail.LINE else group.rows
    apart = bool(rows) and detail >= Detail.USUAL
    if apart:
        page.blank()
    if len(group.changes) >= MANY_ALIKE:
        _counted(page, group, detail)
        write_rows(page, rows, detail, new=first.makes)
        page.wrapped(["      "], "  ".join(visible(str(change.address)) for change in group.changes))
    else:
        for change in group.changes:
            _heading(page, change, group.rows, column, detail)
        write_rows(page, rows, detail, new=first.makes)
    if apart:
        page.blank()


def _counted(page: Page, group: Alike, detail: Detail) -> None:
    """Write how many changes are equal, in place of a line for each."""
    first = group.changes[0]
    count = f" {len(group.changes)} {first.address.kind}s alike"
    head: list[Part] = ["  ", (first.symbol, COLORS[first.symbol]), count]
    _with_remark(page, head, _about(first, group.rows, detail), detail)


def _heading(page: Page, change: ChangeView, rows: Sequence[Row], column: int, detail: Detail) -> None:
    """Write the change's own line: its address, its name unless its fields show it, and its reason and note."""
    address = visible(str(change.address))
    head: list[Part] = ["  ", (change.symbol, COLORS[change.symbol]), " ", (address, "bold")]
    about = _about(change, rows, detail)
    if change.title and not rows and not (about and detail <= Detail.BRIEF):  # the reason says more than the name
        head.append(" " * (max(column - len(address), 0) + 2))
        head.append(page.clip(shown(change.title), *head) if page.fits(*head, " " * 8) else "")
    _with_remark(page, head, about, detail)


def _about(change: ChangeView, rows: Sequence[Row], detail: Detail) -> str:
    """Return the reason and the note of a change and, where its fields have no lines of their own, their names."""
    fields = ", ".join(row.path for row in rows) if detail <= Detail.LINE else ""
    return "; ".join(text for text in (fields, prose(change.reason), change.note) if text)


def _with_remark(page: Page, head: Sequence[Part], remark: str, detail: Detail) -> None:
    """Write a line with a remark behind it or, where there is no room, below it; of a plan in short none, or cut."""
    if not remark or page.fits(*head, f"  ({remark})"):
        page.line(*head, *([(f"  ({remark})", DIM)] if remark else []))
        return
    room = page.fits(*head, "  (", " " * 12)
    page.line(*head, *([(page.clip(f"  ({remark})", *head), DIM)] if detail <= Detail.LINE and room else []))
    if detail >= Detail.USUAL:
        page.wrapped(["      "], (f"({remark})", DIM))
