"""Show a plan as text for a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from wexa_sync.model import Action
from wexa_sync.render.layout import Layout
from wexa_sync.render.text.fields import Row, row_of, shown
from wexa_sync.render.text.page import Page, Part
from wexa_sync.render.text.style import COLORS, DIM, MANY
from wexa_sync.render.view.plan import SYMBOLS, BlockedView, ChangeView, PlanView
from wexa_sync.text.visible import prose, visible

_EXCERPT = 4  # lines shown of a long text that is new, or goes
_HUNKS = 40  # lines shown of a long diff
_WIDEST_LABEL = 28  # values of a change are aligned up to here
_TITLE = 26  # columns kept for the symbol and the name, however long the addresses beside them are


def plan_text(view: PlanView, layout: Layout) -> str:
    """Return a plan for the terminal. A large plan is shown in short, unless the layout asks for details."""
    page = Page(color=layout.color, width=layout.width)
    changes = view.work
    short = len(changes) > MANY if layout.details is None else not layout.details
    page.line((f"Plan for {view.target}", "bold"))
    page.blank()
    if changes:
        _legend(page, changes)
        if short:
            _overview(page, changes)
        _changes(page, changes, short=short, whole=layout.details is True)
    _blocked(page, view.blocked, short=short, whole=layout.details is True)
    if view.orphans:
        page.blank()
        page.wrapped([], ("No longer declared; --prune deletes what can be deleted:", "bold"))
        for address in view.orphans:
            page.line("  ", address)
    for number, warning in enumerate(view.warnings):
        if not number:
            page.blank()
        page.wrapped([("Warning: ", "yellow")], prose(warning))
    if short and changes:
        page.blank()
        page.wrapped([], ("Shown in short; wexa-sync plan --details has every field.", DIM))
    page.blank()
    page.line((view.summary, "bold"))
    return page.render()


def _legend(page: Page, changes: Sequence[ChangeView]) -> None:
    used = {change.action for change in changes}
    parts: list[Part] = []
    for action, symbol in SYMBOLS.items():
        if action in used:
            parts += ["  ", (symbol, COLORS[symbol]), (f" {action.value}", DIM)]
    page.line(*parts)
    page.blank()


def _overview(page: Page, changes: Sequence[ChangeView]) -> None:
    counts = Counter((change.kind, change.action) for change in changes)
    actions = [action for action in Action if any(action is used for _, used in counts)]
    kinds = sorted({kind for kind, _ in counts})
    rows = ([f"  {kind}", *(str(counts[kind, action] or "") for action in actions)] for kind in kinds)
    page.table(["  kind", *(action.value for action in actions)], rows)
    page.blank()


def _changes(page: Page, changes: Sequence[ChangeView], *, short: bool, whole: bool) -> None:
    projects = dict.fromkeys(change.project for change in changes)
    for project in projects:
        page.blank()
        if len(projects) > 1:
            page.line((f"{project}:", "bold underline"))
        listed = [(change, _rows_shown(change, short=short)) for change in changes if change.project == project]
        titled = [len(visible(change.address)) for change, rows in listed if change.title and not rows]
        column = min(max(titled, default=0), page.width - _TITLE)
        for change, rows in listed:
            if rows and not short:
                page.blank()
            _heading(page, change, column, named=bool(rows), brief=short)
            _rows(page, rows, short=short, whole=whole)
            if rows and not short:
                page.blank()


def _rows_shown(change: ChangeView, *, short: bool) -> list[Row]:
    return [] if short and change.action is not Action.UPDATE else list(map(row_of, change.fields))


def _heading(page: Page, change: ChangeView, column: int, *, named: bool, brief: bool) -> None:
    """Write the change's own line: its address, its name unless its fields show it, and its reason and note."""
    address = visible(change.address)
    head: list[Part] = ["  ", (change.symbol, COLORS[change.symbol]), " ", (address, "bold")]
    about = "; ".join(text for text in (prose(change.reason), change.note) if text)
    if change.title and not named and not (about and brief):  # the reason says more than the name
        head.append(" " * (max(column - len(address), 0) + 2))
        head.append(page.clip(shown(change.title), *head) if page.fits(*head, " " * 8) else "")
    if not about or page.fits(*head, f"  ({about})"):
        page.line(*head, *([(f"  ({about})", DIM)] if about else []))
    else:
        page.line(*head)
        if not brief:
            page.wrapped(["      "], (f"({about})", DIM))


def _rows(page: Page, rows: Sequence[Row], *, short: bool, whole: bool) -> None:
    label = min(max((len(row.path) for row in rows), default=0), _WIDEST_LABEL)
    for row in rows:
        _row(page, row, label, short=short, whole=whole)


def _row(page: Page, row: Row, label: int, *, short: bool, whole: bool) -> None:
    name = f" {row.path}:".ljust(label + 2) + " "
    head: list[Part] = ["      ", (row.symbol, COLORS[row.symbol]), name]
    if row.before is not None and row.after is not None:
        pair: list[Part] = [(row.before, "red"), " → ", (row.after, "green")]
        if page.fits(*head, *pair):
            _noted(page, head, pair, row.note)
        else:
            page.wrapped(head, pair[0])
            _noted(page, [" " * (len(name) + 5), "→ "], pair[2:], row.note)
    else:
        _noted(page, head, [row.size if row.lines else row.after or row.before or ""], row.note)
    if row.lines and not short:
        _lines(page, row, whole=whole)


def _noted(page: Page, head: Sequence[Part], value: Sequence[Part], note: str) -> None:
    """Write a value, and a note behind it or, where there is no room, below it."""
    remark: Part = (f"({note})", DIM)
    if note and page.fits(*head, *value, "  ", remark):
        page.wrapped(head, *value, "  ", remark)
        return
    page.wrapped(head, *value)
    if note:
        page.wrapped([" " * 10], remark)


def _lines(page: Page, row: Row, *, whole: bool) -> None:
    is_diff = row.symbol == "~"
    room = len(row.lines) if whole else _HUNKS if is_diff else _EXCERPT
    # One line more costs no more than saying that it is there.
    lines = row.lines if len(row.lines) <= room + 1 else row.lines[:room]
    for line in lines:
        sign = f"{line.sign} " if is_diff and line.sign != "@" else ""
        color = COLORS.get(line.sign, "") if is_diff else ""
        page.wrapped([" " * 10, (sign, color)], (line.text, color))
    if len(lines) < len(row.lines):
        page.line(" " * 10, (f"… {len(row.lines) - len(lines)} more {row.unit}s", DIM))


def _blocked(page: Page, all_blocked: Sequence[BlockedView], *, short: bool, whole: bool) -> None:
    if not all_blocked:
        return
    page.blank()
    page.line(("Blocked:", "bold magenta"))
    # A reason that several changes share is written once.
    groups: dict[tuple[str, str, str], list[BlockedView]] = {}
    for blocked in all_blocked:
        groups.setdefault((blocked.wanted, blocked.reason, blocked.hint), []).append(blocked)
    for number, ((wanted, reason, hint), members) in enumerate(groups.items()):
        if number:
            page.blank()
        for blocked in members:
            place = f"  {blocked.source.file}:{blocked.source.line}" if blocked.source else ""
            address: list[Part] = ["  ", ("!", "magenta"), " ", (blocked.address, "bold")]
            page.line(*address, *([(place, DIM)] if place and page.fits(*address, place) else []))
            _rows(page, list(map(row_of, blocked.fields)), short=short, whole=whole)
        _labelled(page, (("wanted", wanted), ("why", reason), ("hint", hint)))


def _labelled(page: Page, rows: Iterable[tuple[str, str]]) -> None:
    for label, text in rows:
        if text:
            page.wrapped(["      ", (f"{label + ':':<8}", DIM)], prose(text))
