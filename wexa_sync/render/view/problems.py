"""Show an error: one failure, or every problem of the manifests with its place."""

from __future__ import annotations

from msgspec import Struct

from wexa_sync.errors import InvalidManifests, Problem, WexaSyncError


class ProblemsView(Struct, frozen=True, kw_only=True):
    """Describe an error to lay out: what failed, and what to do next.

    Each problem holds its file, line and column as data. Without a `type` nothing failed, and the message says so.
    """

    type: str
    message: str
    hint: str
    problems: tuple[Problem, ...] = ()


def problems_view(error: WexaSyncError) -> ProblemsView:
    """Return the view of an error."""
    return ProblemsView(
        type=type(error).__name__,
        message=error.message,
        hint=error.hint,
        problems=error.problems if isinstance(error, InvalidManifests) else (),
    )


def no_problems(message: str) -> ProblemsView:
    """Return the view of a check that found nothing."""
    return ProblemsView(type="", message=message, hint="")
