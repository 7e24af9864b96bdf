"""Tell a webhook what a command has shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from wexa_sync.cli.streams import without_key
from wexa_sync.model import Status
from wexa_sync.render.view.plan import PlanView
from wexa_sync.render.view.problems import ProblemsView
from wexa_sync.render.view.report import STATUS_WORDS, ReportView
from wexa_sync.text.visible import prose, visible

if TYPE_CHECKING:
    from wexa_sync.publish.webhook import Message

_MOST: Final = 20
"""How many lines a message has: a message calls a person, and the log has the whole."""

_LONGEST: Final = 300


def tell(url: str, view: object, environment: str = "") -> None:
    """Tell the webhook of the view, where there is anything to tell. Warn where that fails.

    `environment` is the one that was worked on, which the view of an error does not name.
    """
    from wexa_sync.cli.terminal import warn
    from wexa_sync.publish.webhook import send

    message = _message(view, environment)
    if message is not None and (fault := send(url, message)):
        warn(f"{fault}. The work is done all the same.")


def _message(view: object, environment: str) -> Message | None:
    """Return the message of a view; None where nothing happened that a person has to know."""
    from wexa_sync.publish.webhook import Message

    if isinstance(view, PlanView) and (view.work or view.blocked or view.unseen):
        event, target = "drift" if view.is_drift else "plan", view.plan.target
        lines = [f"{change.symbol} {change.address}" for change in view.work]
        lines += [f"? {address}" for address in view.unseen]
        lines += [f"! {view.lost[0]}"] if view.plan.lost else []
        lines += [f"! {blocked.address}" for blocked in view.listed]
        title, summary, counts = view.title, view.summary, view.counts
    elif isinstance(view, ReportView) and (view.outcomes or not view.complete):
        event, target = "apply", view.report.plan.target
        lines, title, summary = [*_ends(view)], f"Apply to {target}", view.summary
        counts = {STATUS_WORDS[status]: count for status, count in view.counts.items()}
    elif isinstance(view, ProblemsView) and view.type:
        lines = [f"{problem.source}: {problem.message}" for problem in view.problems]
        return Message(
            event="failure",
            environment=environment,
            title=f"wexa-sync failed in {environment}" if environment else "wexa-sync failed",
            summary=_line(view.message),
            counts={},
            lines=_cut(lines),
        )
    else:
        return None
    return Message(
        event=event,
        environment=target.environment,
        title=_line(title),
        summary=_line(summary),
        counts=counts,
        lines=_cut(lines),
    )


def _ends(view: ReportView) -> Iterator[str]:
    """Give what did not end well; what was done is counted."""
    for outcome in view.outcomes:
        if outcome.status is not Status.APPLIED:
            yield f"{STATUS_WORDS[outcome.status]}: {outcome.change.address} {outcome.error}"


def _cut(lines: Iterable[str]) -> tuple[str, ...]:
    every = [_line(line) for line in lines]
    return tuple(every) if len(every) <= _MOST else (*every[: _MOST - 1], f"and {len(every) - _MOST + 1} more")


def _line(text: str) -> str:
    shown = visible(prose(without_key(text)))  # before it is cut: half a key is still half a key
    return shown if len(shown) <= _LONGEST else f"{shown[: _LONGEST - 1]}…"
