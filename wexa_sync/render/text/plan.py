"""Plans, reports and errors as terminal text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from wexa_sync.model import Action
from wexa_sync.render.text.fields import FieldView
from wexa_sync.render.text.page import Page, Part
from wexa_sync.render.text.style import COLORS, DIM, MANY
from wexa_sync.render.view.plan import SYMBOLS, BlockedView, ChangeView, PlanView

_EXCERPT = 4  # lines shown of a long text that is new, or goes


_HUNKS = 40  # lines shown of a long diff


_WIDEST_LABEL = 28  # values of a change are aligned up to here


_TITLE = 26  # columns kept for the symbol and the name, however long the addresses beside them are


def plan_text(view: PlanView, *, color: bool, width: int = 80, details: bool | None = None) -> str:
    """A plan for the terminal. `details`: True shows everything, False the least; None goes by the plan's size."""
    page = Page(color=color, width=width)
    short = len(view.changes) > MANY if details is None else not details
    page.line((f"Plan for {view.target}", "bold"))
    page.blank()
    if view.changes:
        _legend(page, view)
        if short:
            _overview(page, view)
        _changes(page, view, short=short, whole=details is True)
    _blocked(page, view, short=short, whole=details is True)
    if view.orphans:
        page.blank()
        page.wrapped([], ("Not in the manifests any more; --prune deletes what can be deleted:", "bold"))
        for address in view.orphans:
            page.line("  ", address)
    for number, warning in enumerate(view.warnings):
        if not number:
            page.blank()
        page.wrapped([("Warning: ", "yellow")], warning)
    if short and view.changes:
        page.blank()
        page.wrapped([], ("Shown in short; wexa-sync plan --details has every field.", DIM))
    page.blank()
    page.line((view.summary, "bold"))
    return page.render()


def _legend(page: Page, view: PlanView) -> None:
    used = {change.symbol for change in view.changes}
    parts: list[Part] = []
    for action, symbol in SYMBOLS.items():
        if symbol in used:
            parts += ["  ", (symbol, COLORS[symbol]), (f" {action.value}", DIM)]
    page.line(*parts)
    page.blank()


def _overview(page: Page, view: PlanView) -> None:
    counts = Counter((change.kind, change.action) for change in view.changes)
    actions = [action.value for action in Action if any(action.value == used for _, used in counts)]
    kinds = sorted({kind for kind, _ in counts})
    rows = ([f"  {kind}", *(str(counts[kind, action] or "") for action in actions)] for kind in kinds)
    page.table(["  kind", *actions], rows)
    page.blank()


def _changes(page: Page, view: PlanView, *, short: bool, whole: bool) -> None:
    projects = dict.fromkeys(change.project for change in view.changes)
    for project in projects:
        page.blank()
        if len(projects) > 1:
            page.line((f"{project}:", "bold underline"))
        changes = [change for change in view.changes if change.project == project]
        brief = [change for change in changes if not _fields_shown(change, short=short)]
        titled = [len(change.address) for change in brief if change.title]
        column = min(max(titled, default=0), page.width - _TITLE)
        for change in changes:
            fields = _fields_shown(change, short=short)
            if fields and not short:
                page.blank()
            _heading(page, change, column, named=bool(fields), brief=short)
            _fields(page, fields, short=short, whole=whole)
            if fields and not short:
                page.blank()


def _fields_shown(change: ChangeView, *, short: bool) -> Sequence[FieldView]:
    return () if short and change.action != Action.UPDATE.value else change.fields


def _heading(page: Page, change: ChangeView, column: int, *, named: bool, brief: bool) -> None:
    """The change's own line: its address, its name unless its fields tell it, and what there is to say about it."""
    head: list[Part] = ["  ", (change.symbol, COLORS[change.symbol]), " ", (change.address, "bold")]
    about = "; ".join(text for text in (change.reason, change.note) if text)
    if change.title and not named and not (about and brief):  # what is said of it tells more than its name
        head.append(" " * (max(column - len(change.address), 0) + 2))
        head.append(page.clip(change.title, *head) if page.fits(*head, " " * 8) else "")
    if not about or page.fits(*head, f"  ({about})"):
        page.line(*head, *([(f"  ({about})", DIM)] if about else []))
    else:
        page.line(*head)
        if not brief:
            page.wrapped(["      "], (f"({about})", DIM))


def _fields(page: Page, fields: Sequence[FieldView], *, short: bool, whole: bool) -> None:
    label = min(max((len(field.path) for field in fields), default=0), _WIDEST_LABEL)
    for field in fields:
        _field(page, field, label, short=short, whole=whole)


def _field(page: Page, field: FieldView, label: int, *, short: bool, whole: bool) -> None:
    name = f" {field.path}:".ljust(label + 2) + " "
    head: list[Part] = ["      ", (field.symbol, COLORS[field.symbol]), name]
    if field.before is not None and field.after is not None:
        pair: list[Part] = [(field.before, "red"), " → ", (field.after, "green")]
        if page.fits(*head, *pair):
            _noted(page, head, pair, field.note)
        else:
            page.wrapped(head, pair[0])
            _noted(page, [" " * (len(name) + 5), "→ "], pair[2:], field.note)
    else:
        _noted(page, head, [field.size if field.lines else field.after or field.before or ""], field.note)
    if field.lines and not short:
        _lines(page, field, whole=whole)


def _noted(page: Page, head: Sequence[Part], value: Sequence[Part], note: str) -> None:
    """A value, and a note behind it or, where there is no room, below it."""
    remark: Part = (f"({note})", DIM)
    if note and page.fits(*head, *value, "  ", remark):
        page.wrapped(head, *value, "  ", remark)
        return
    page.wrapped(head, *value)
    if note:
        page.wrapped([" " * 10], remark)


def _lines(page: Page, field: FieldView, *, whole: bool) -> None:
    is_diff = field.symbol == "~"
    room = len(field.lines) if whole else _HUNKS if is_diff else _EXCERPT
    # One line more costs no more than saying that it is there.
    shown = field.lines if len(field.lines) <= room + 1 else field.lines[:room]
    for line in shown:
        sign = f"{line.sign} " if is_diff and line.sign != "@" else ""
        color = COLORS.get(line.sign, "") if is_diff else ""
        page.wrapped([" " * 10, (sign, color)], (line.text, color))
    if len(shown) < len(field.lines):
        page.line(" " * 10, (f"… {len(field.lines) - len(shown)} more {field.unit}s", DIM))


def _blocked(page: Page, view: PlanView, *, short: bool, whole: bool) -> None:
    if not view.blocked:
        return
    page.blank()
    page.line(("Blocked:", "bold magenta"))
    # What is blocked for the same reason is said once.
    groups: dict[tuple[str, str, str], list[BlockedView]] = {}
    for blocked in view.blocked:
        groups.setdefault((blocked.wanted, blocked.reason, blocked.hint), []).append(blocked)
    for number, ((wanted, reason, hint), members) in enumerate(groups.items()):
        if number:
            page.blank()
        for blocked in members:
            place = f"  {blocked.source}"
            address: list[Part] = ["  ", ("!", "magenta"), " ", (blocked.address, "bold")]
            page.line(*address, *([(place, DIM)] if blocked.source and page.fits(*address, place) else []))
            _fields(page, blocked.fields, short=short, whole=whole)
        _labelled(page, (("wanted", wanted), ("why", reason), ("hint", hint)))


def _labelled(page: Page, rows: Iterable[tuple[str, str]]) -> None:
    for label, text in rows:
        if text:
            page.wrapped(["      ", (f"{label + ':':<8}", DIM)], text)
