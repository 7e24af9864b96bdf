"""Define the errors of starting the sandbox and the errors that the sandbox answers."""

from __future__ import annotations

from typing import Any


class SandboxError(Exception):
    """Report that the sandbox can't start. The message says what is wrong, `hint` what to do."""

    hint = "See docs/sandbox.md."

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint or self.hint


class ReadingError(SandboxError):
    """Report an unknown reading or value. The message lists the known ones."""

    hint = "docs/readings.md lists the readings."


class FaultError(SandboxError):
    """Report a scripted fault that can't be read."""


class ApiError(Exception):
    """Refuse a request: an HTTP status, and a sentence or a list of FastAPI's validation entries."""

    def __init__(self, status: int, detail: str | list[dict[str, Any]], headers: dict[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = headers


def sentence(entries: list[dict[str, Any]]) -> str:
    """Return validation entries as one sentence, for the forms of error bodies that hold only text."""
    return "; ".join(f"{'.'.join(str(part) for part in entry['loc'][1:])}: {entry['msg']}" for entry in entries)


def invalid(place: str, name: str, kind: str, message: str, value: object) -> dict[str, Any]:
    """Return one entry of a 422 in FastAPI's form: `place` is query, path or body, `kind` pydantic's error type."""
    return {"type": kind, "loc": [place, name], "msg": message, "input": value}
