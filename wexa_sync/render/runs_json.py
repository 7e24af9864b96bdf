"""Lay out executions as JSON for programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from wexa_sync.model import Step, Usage
from wexa_sync.render.json import json_text
from wexa_sync.render.view.run import QuestionView, RunView
from wexa_sync.text.times import utc


def runs_json(views: Sequence[RunView]) -> str:
    """Return executions as a JSON list, each in short."""
    return json_text([run_data(view) for view in views])


def run_json(view: RunView) -> str:
    """Return an execution as JSON, whole."""
    asks = [question_data(question) for question in view.questions]
    more = {"inputs": view.inputs, "result": view.result, "failure": view.failure or None, "asks": asks}
    return json_text({**run_data(view), **more, "steps": list(map(step_data, view.steps))})


def question_data(view: QuestionView) -> dict[str, Any]:
    """Return a question as JSON data, which the log of a waiting command has too."""
    return {
        "id": view.id,
        "type": view.type,
        "agent": view.asker,
        "summary": view.summary,
        "about": view.about,
        "inputs": view.inputs,
        "answers": list(view.answers),
    }


def run_data(view: RunView) -> dict[str, Any]:
    """Return an execution in short as JSON data."""
    return {
        "id": view.id,
        "status": view.status,
        "goal": view.goal,
        "project": view.project,
        "address": str(view.address) if view.address else None,
        "earlier": view.earlier,
        "flow": view.target or None,
        "flow_name": view.target_name or None,
        "created": None if view.created is None else utc(view.created),
        "ended": None if view.ended is None else utc(view.ended),
        **_usage(replace(view.usage, seconds=view.seconds)),
    }


def step_data(step: Step) -> dict[str, Any]:
    """Return what one agent did in a run as JSON data, which the log of a watching command has too."""
    return {
        "id": step.id,
        "agent": step.title,
        "status": step.status or None,
        "model": step.model or None,
        "started": None if step.started is None else utc(step.started),
        **_usage(step.usage),
        "error": step.error or None,
        "output": step.output,
        "entries": [
            {"type": entry.type, "summary": entry.summary, "error": entry.error or None} for entry in step.entries
        ],
    }


def _usage(usage: Usage) -> dict[str, Any]:
    seconds = None if usage.seconds is None else round(usage.seconds, 3)
    return {"seconds": seconds, "tokens": usage.tokens, "price": usage.price}
