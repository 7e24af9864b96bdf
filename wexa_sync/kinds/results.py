"""Read from a run what its agents did and what that cost. Everything in it may be missing, or of another form."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from wexa_sync.kinds.spec.times import moment
from wexa_sync.kinds.spec.wire import at_path
from wexa_sync.model import Entry, Step, Usage
from wexa_sync.text.json import plain


def steps_of(raw: Mapping[str, Any]) -> tuple[Step, ...]:
    """Return what each agent of a run did, in the order of the flow; of one that did nothing, its name alone."""
    context, entries, costs = _objects(raw.get("execution_context")), _entries(raw), _costs(raw)
    frozen = {plain(agent.get("_id") or ""): agent for agent in _list(at_path(raw, ("agentflow", "agents")))}
    ids = dict.fromkeys((*frozen, *context, *entries))
    return tuple(
        _step(id, frozen.get(id, {}), context.get(id, {}), entries.get(id, ()), costs.get(id, {}))
        for id in ids  # the field's name
    )


def usage_of(raw: Mapping[str, Any]) -> Usage:
    """Return what a whole run took. Where the run does not add it up, the sum over its agents stands for it."""
    overall = at_path(raw, ("analytics", "overall"))
    overall = overall if isinstance(overall, Mapping) else {}
    costs = [*_costs(raw).values()]
    tokens = _number(overall.get("total_tokens"))
    return Usage(
        seconds=_number(overall.get("total_execution_time")),
        tokens=int(tokens) if tokens is not None else _sum(costs, "total_tokens"),
        price=_number(overall["total_price"]) if "total_price" in overall else _sum(costs, "price"),
    )


def _step(
    id: str,  # the field's name
    frozen: Mapping[str, Any],
    context: Mapping[str, Any],
    entries: Sequence[Mapping[str, Any]],
    cost: Mapping[str, Any],
) -> Step:
    said = next((text for entry in entries if (text := _error(entry.get("error")))), "")
    first: Mapping[str, Any] = entries[0] if entries else {}
    tokens = _number(cost.get("total_tokens"))
    return Step(
        id=id,
        title=_text(context.get("agent_title") or first.get("agent_name") or frozen.get("title")),
        status=_text(context.get("status")).lower() or ("failed" if said else ""),
        model=_text(context.get("model_used") or first.get("model") or at_path(frozen, ("llm", "model"))),
        started=moment(context.get("started_at")),
        usage=Usage(
            seconds=_number(context.get("execution_duration", cost.get("execution_time"))),
            tokens=int(tokens) if tokens is not None else _tokens(context),
            price=_number(cost.get("price")),
        ),
        error=_error(context.get("error")) or said,
        output=next((entry["output_data"] for entry in (*entries, context) if entry.get("output_data")), None),
        entries=tuple(
            Entry(type=_text(entry.get("type")), summary=_text(entry.get("summary")), error=_error(entry.get("error")))
            for entry in entries
        ),
    )


def _tokens(context: Mapping[str, Any]) -> int | None:
    """Return the tokens in a context that has no total: of the work and of its summary."""
    found = [_number(context.get(name)) for name in ("tokens_used", "total_summary_tokens")]
    return int(sum(each or 0 for each in found)) if found != [None, None] else None


def _entries(raw: Mapping[str, Any]) -> dict[str, list[Mapping[str, Any]]]:
    """Return the outputs of a run by the id of the agent."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for entry in _list(raw.get("agents_output")):
        found.setdefault(plain(entry.get("agent_id") or ""), []).append(entry)
    return found


def _costs(raw: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return _objects(at_path(raw, ("analytics", "agent_analytics")))


def _sum(costs: Sequence[Mapping[str, Any]], name: str) -> Any:
    found = [number for cost in costs if (number := _number(cost.get(name))) is not None]
    return sum(found) if found else None


def _objects(value: Any) -> dict[str, Mapping[str, Any]]:
    """Return the objects of an object by their names."""
    return {str(key): each for key, each in _items(value) if isinstance(each, Mapping)}


def _items(value: Any) -> Iterator[tuple[Any, Any]]:
    yield from value.items() if isinstance(value, Mapping) else ()


def _list(value: Any) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _error(value: Any) -> str:
    """Return an error, which is a text or an object with a message; empty where there is none."""
    return _text(value.get("message") if isinstance(value, Mapping) else value)


def _number(value: Any) -> float | None:
    """Return a number that can be a time, a count or a price; None for everything else."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return value if 0 <= value < 1e15 and math.isfinite(value) else None
