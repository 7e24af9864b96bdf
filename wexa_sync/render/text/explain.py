"""Show an explanation as text for a terminal."""

from __future__ import annotations

from typing import Final

from wexa_sync.model import Declaration, Standing
from wexa_sync.render.layout import Layout
from wexa_sync.render.rows.fields import row_of, shown
from wexa_sync.render.text.page import Page, Part
from wexa_sync.render.text.rows import write_rows
from wexa_sync.render.text.style import DIM, Detail
from wexa_sync.render.view.explain import ExplainedFieldView, ExplanationView
from wexa_sync.render.view.fields import ABSENT, FieldView
from wexa_sync.text.visible import prose, visible

_SIGNS: Final = {
    Standing.CHANGES: ("~", "yellow"),
    Standing.DIFFERS: ("!", "magenta"),
    Standing.HIDDEN: ("*", "blue"),
    Standing.EQUAL: ("=", DIM),
}
_HEADINGS: Final = {
    Standing.CHANGES: "What changes:",
    Standing.DIFFERS: "What differs, and stays:",
    Standing.HIDDEN: "What is no difference, though the values are not the same:",
    Standing.EQUAL: "What is the same:",
}
_MOST_NAMES = 40
_LEAST = 12  # columns of a value that are worth a line


def explanation_text(view: ExplanationView, layout: Layout) -> str:
    """Return an explanation for the terminal."""
    page = Page(color=layout.color, width=layout.width)
    about = view.explanation
    page.line((str(about.address), "bold"))
    place = f"yes, in {about.source.file}:{about.source.line}" if about.source else "no"
    sides = [("manifest", place), ("live", f"yes, {about.id}" if about.live else "no")]
    sides.append(("record", "yes" if about.recorded else "no"))
    for label, text in (*sides, ("table", about.row)):
        _labelled(page, label, text)
    page.blank()
    _labelled(page, "plan", f"{view.decision}{f': {view.reason}' if view.reason else ''}", "bold")
    for label, text in (
        ("hint", view.hint),
        ("by itself", view.by_itself),
        ("waits for", ", ".join(map(str, view.waits_for))),
    ):
        if text:
            _labelled(page, label, text)
    for standing, heading in _HEADINGS.items():
        if fields := [field for field in view.fields if field.standing is standing]:
            page.blank()
            page.line((heading, "bold"))
            for field in fields:
                _field(page, field)
    if view.others:
        more = f", and {len(view.others) - _MOST_NAMES} more" if len(view.others) > _MOST_NAMES else ""
        page.blank()
        page.line(("Live as well, and declared by no manifest:", "bold"))
        page.wrapped(["  "], prose(", ".join(view.others[:_MOST_NAMES]) + more))
    return page.render()


def _labelled(page: Page, label: str, text: str, style: str = "") -> None:
    page.wrapped(["  ", (f"{label + ':':<11}", DIM)], (prose(text), style) if style else prose(text))


def _field(page: Page, field: ExplainedFieldView) -> None:
    sides = {"desired": field.desired, "applied": field.applied, "live": field.live}
    known = [value for value in sides.values() if value is not ABSENT]
    note = _place(field.declared_at) or (f"({field.why})" if field.why and field.standing is Standing.EQUAL else "")
    head: list[Part] = ["  ", _SIGNS[field.standing], f" {visible(field.path)}"]
    behind: list[Part] = [("  " + note, DIM)] if note else []
    if field.standing is Standing.EQUAL or len(known) == 1:
        line = [*head, ": "]
        room = behind if page.fits(*line, " " * _LEAST, *behind) else []
        page.line(*line, page.clip(shown(known[0]), *line, *room), *room)
    else:
        page.line(*head, *(behind if page.fits(*head, *behind) else []))
        for label, value in sides.items():
            before: list[Part] = ["      ", (f"{label + ':':<9}", DIM)]
            page.line(*before, page.clip("-" if value is ABSENT else shown(value), *before))
        _where_they_differ(page, field)
    if field.why and field.standing is not Standing.EQUAL:
        page.wrapped(["      "], (prose(field.why), DIM))


def _where_they_differ(page: Page, field: ExplainedFieldView) -> None:
    """Write the lines that differ between two long texts, of which the beginnings alone were shown."""
    if field.standing is Standing.HIDDEN or not isinstance(field.live, str) or not isinstance(field.desired, str):
        return
    row = row_of(FieldView(path="from live to desired", before=field.live, after=field.desired))
    if row.lines:
        write_rows(page, [row], Detail.USUAL)


def _place(declared: Declaration | None) -> str:
    if declared is None:
        return ""
    layer = "" if declared.layer == "manifest" else f", {declared.layer}"
    return visible(f"({declared.source.file}:{declared.source.line}{layer})")
