"""What goes wrong: for whoever starts the sandbox, and for whoever calls it."""

from __future__ import annotations

from typing import Any


class SandboxError(Exception):
    """The sandbox can't be started as asked; the message says what is wrong, `hint` where to look or what to do."""

    hint = "See docs/sandbox.md."


class ReadingError(SandboxError):
    """A reading or one of its values does not exist; the message lists those that do."""

    hint = "docs/readings.md lists the readings."


class FaultError(SandboxError):
    """A scripted fault can't be read."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


class ApiError(Exception):
    """The API refuses a request: an HTTP status, and a sentence or a list of FastAPI's validation entries."""

    def __init__(self, status: int, detail: str | list[dict[str, Any]], headers: dict[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = headers


def sentence(entries: list[dict[str, Any]]) -> str:
    """Validation entries as one sentence, for the body forms that carry only text."""
    return "; ".join(f"{'.'.join(str(part) for part in entry['loc'][1:])}: {entry['msg']}" for entry in entries)


def invalid(place: str, name: str, kind: str, message: str, value: object) -> dict[str, Any]:
    """One entry of a 422 in FastAPI's form: `place` is query, path or body, `kind` pydantic's name of the fault."""
    return {"type": kind, "loc": [place, name], "msg": message, "input": value}
