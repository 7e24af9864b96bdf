"""Show a plan as text for a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from wexa_sync.model import Action
from wexa_sync.render.layout import Layout, Level
from wexa_sync.render.text.page import Page, Part
from wexa_sync.render.text.style import COLORS, DIM, MANY, Detail
from wexa_sync.render.view.plan import SYMBOLS, BlockedView, ChangeView, PlanView
from wexa_sync.text.visible import prose

_IN_ANY_CASE: Final = (Action.DELETE, Action.RUN)
_SHORT: Final = {
    Detail.COUNTS: "Only deletes, runs and blocked changes are listed; --detail normal lists all.",
    Detail.LINE: "Shown in short; --details shows every field.",
    Detail.BRIEF: "Shown in short; --details shows every field.",
}


def plan_text(view: PlanView, layout: Layout) -> str:
    """Return a plan for the terminal. A large plan is shown in short, unless the layout asks for details."""
    page = Page(color=layout.color, width=layout.width)
    changes, detail = view.work, _detail(view, layout)
    page.wrapped([], (prose(view.title), "bold"))
    if view.note:
        page.wrapped([], prose(view.note))
    if view.digest:
        page.line((f"digest: {view.digest}", DIM))
    page.blank()
    if changes:
        _legend(page, view)
        if detail <= Detail.BRIEF:
            _overview(page, changes)
        from wexa_sync.render.text.changes import write_changes  # most plans change nothing

        is_listed = _IN_ANY_CASE if detail is Detail.COUNTS else Action
        write_changes(page, [change for change in changes if change.action in is_listed], detail)
    _lost(page, view)
    _blocked(page, "Blocked:", view.listed, detail)
    if view.prunable:
        page.blank()
        page.wrapped([], ("No longer declared; --prune deletes, or forgets, these:", "bold"))
        for address in view.prunable:
            page.line("  ", str(address))
    _blocked(page, "No longer declared; --prune can't delete these:", view.unprunable, detail)
    _warnings(page, view.plan.warnings)
    if detail <= Detail.BRIEF and (changes or view.listed):
        page.blank()
        page.wrapped([], (_SHORT[detail], DIM))
    page.blank()
    if view.origins:
        page.wrapped([], prose(view.origins))
    page.line((view.summary, "bold"))
    return page.render()


def _lost(page: Page, view: PlanView) -> None:
    """Say in the place of many blocked changes that the state seems to be lost."""
    if view.plan.lost is None:
        return
    heading, why, hint = view.lost
    page.blank()
    page.wrapped([], (prose(heading), "bold magenta"))
    _labelled(page, (("why", why), ("hint", hint)))


def _warnings(page: Page, warnings: Sequence[str]) -> None:
    for number, warning in enumerate(warnings):
        if not number:
            page.blank()
        page.wrapped([("Warning: ", "yellow")], prose(warning))


def _detail(view: PlanView, layout: Layout) -> Detail:
    many = len(view.work) + len(view.listed) > MANY
    if layout.level is Level.FULL:
        return Detail.WHOLE
    if layout.level is Level.SUMMARY:
        return Detail.COUNTS if many else Detail.LINE
    return Detail.BRIEF if many else Detail.USUAL


def _legend(page: Page, view: PlanView) -> None:
    used = {change.action for change in view.work}
    parts: list[Part] = []
    for action, symbol in SYMBOLS.items():
        if action in used:
            parts += ["  ", (symbol, COLORS[symbol]), (f" {view.word(action)}", DIM)]
    page.wrapped([], *parts)
    page.blank()


def _overview(page: Page, changes: Sequence[ChangeView]) -> None:
    counts = Counter((change.address.kind, change.action) for change in changes)
    actions = [action for action in Action if any(action is used for _, used in counts)]
    kinds = sorted({kind for kind, _ in counts})
    rows = ([f"  {kind}", *(str(counts[kind, action] or "") for action in actions)] for kind in kinds)
    page.table(["  kind", *(action.value for action in actions)], rows)
    page.blank()


def _blocked(page: Page, heading: str, all_blocked: Sequence[BlockedView], detail: Detail) -> None:
    if not all_blocked:
        return
    page.blank()
    page.line((heading, "bold magenta"))
    if detail <= Detail.LINE:
        for blocked in all_blocked:
            head = _head(blocked)
            said = "; ".join(filter(None, (f"{blocked.wanted}: {prose(blocked.reason)}", blocked.origin)))
            page.line(*head, page.clip(f"  ({said})", *head))
        return
    from wexa_sync.render.rows.groups import blocked_alike
    from wexa_sync.render.text.rows import write_rows

    for number, group in enumerate(blocked_alike(all_blocked)):
        if number:
            page.blank()
        for blocked in group.blocked:
            place = f"  {blocked.source.file}:{blocked.source.line}" if blocked.source else ""
            head = _head(blocked)
            page.line(*head, *([(place, DIM)] if place and page.fits(*head, place) else []))
        write_rows(page, group.rows, detail)
        first = group.blocked[0]
        _labelled(
            page, (("wanted", first.wanted), ("why", first.reason), ("hint", first.hint), ("origin", first.origin))
        )


def _head(blocked: BlockedView) -> list[Part]:
    return ["  ", ("!", "magenta"), " ", (str(blocked.address), "bold")]


def _labelled(page: Page, rows: Iterable[tuple[str, str]]) -> None:
    for label, text in rows:
        if text:
            page.wrapped(["      ", (f"{label + ':':<8}", DIM)], prose(text))
