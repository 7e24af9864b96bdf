"""Show an error: one failure, or every problem of the manifests with its place."""

from __future__ import annotations

from dataclasses import dataclass

from wexa_sync.errors import InvalidManifests, Problem, WexaSyncError


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemsView:
    """An error to lay out: what failed, and what to do next. Each problem holds its file, line and column as data."""

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
