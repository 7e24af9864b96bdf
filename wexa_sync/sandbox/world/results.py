"""Write what the agents of a run leave in it: outputs, context, analytics, conclusion. Its form is that of real runs.

Three whole runs were seen, all of them completed. What a failed agent leaves is a guess: the same, with its error.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from wexa_sync.sandbox.world.store import Json

TOKENS_PER_AGENT = 1362
SUMMARY_TOKENS = 96
CONCLUSION_TOKENS = 214
PRICE_PER_AGENT = 0.00231
_TYPES = ("observation", "plan", "output")


class Step(Struct, frozen=True, kw_only=True):
    """Hold what one agent did: when it began, for how many seconds, and what went wrong, if anything did."""

    agent: Json
    began: float
    seconds: float
    error: str | None = None
    tokens: int = TOKENS_PER_AGENT

    @property
    def summary_tokens(self) -> int:
        """Return the tokens of the summary; none where the agent used none."""
        return SUMMARY_TOKENS if self.tokens else 0

    @property
    def price(self) -> float:
        """Return what the step costs."""
        return PRICE_PER_AGENT if self.tokens else 0.0

    def text(self, goal: str) -> str:
        """Return what the agent says in the end."""
        return self.error or f"{self.agent['title']} finished: {goal}"


def write(execution: Json, steps: Sequence[Step], *, failed: bool, at: float) -> None:
    """Write the results of these steps into an execution that ended at `at`."""
    outputs = [entry for step in steps for entry in _outputs(step, execution)]
    execution |= {
        "agents_output": outputs,
        "execution_context": {step.agent["_id"]: _context(step, execution) for step in steps},
        "categorized_data": _categorized(outputs),
        "analytics": _analytics(steps),
        "conclusion": {
            "conclusion": f"## {execution['agentflow']['name']}\n\nThe run {'failed' if failed else 'completed'}: "
            f"{execution['goal']}",
            "links": [],
            "tokens_used": CONCLUSION_TOKENS,
            "created_at": at,
        },
        "end_time": at,
    }


def erase(execution: Json) -> None:
    """Take the results out of an execution again: it has none before its end."""
    execution |= {"agents_output": [], "execution_context": {}, "conclusion": None, "end_time": None}
    for name in ("categorized_data", "analytics"):
        execution.pop(name, None)


def _outputs(step: Step, execution: Json) -> Iterable[Json]:
    """Return the three entries of an agent in the list of outputs, in the order of writing."""
    llm = step.agent.get("llm") or {}
    for number, type_ in enumerate(_TYPES, start=1):
        is_output = type_ == "output"
        yield {
            "type": type_,
            "agent_id": step.agent["_id"],
            "agent_name": step.agent["title"],
            "agent_role": step.agent["role"],
            "agentflow_name": execution["agentflow"]["name"],
            "created_at": step.began + step.seconds * number / len(_TYPES),
            "decision": None,
            "error": step.error if is_output else None,
            "input_data": execution["input_variables"],
            "output_data": {"text": step.text(execution["goal"])} if is_output and not step.error else None,
            "summary": step.text(execution["goal"]) if is_output else f"{step.agent['title']}: {type_}",
            "model": llm.get("model"),
            "max_tokens": llm.get("max_tokens"),
            "temperature": llm.get("temperature"),
        }


def _context(step: Step, execution: Json) -> Json:
    text = step.text(execution["goal"])
    return {
        "agent_title": step.agent["title"],
        "agent_role": step.agent["role"],
        "status": "failed" if step.error else "completed",
        "started_at": step.began,
        "execution_duration": step.seconds,
        "decision": None,
        "error": step.error,
        "input_data": execution["input_variables"],
        "preview_input": None,
        "modified_inputs_during_preview": [],
        "knowledge_base": None,
        "llm_output": None if step.error else text,
        "output_data": None if step.error else {"text": text},
        "model_used": (step.agent.get("llm") or {}).get("model"),
        "skill_chosen": None,
        "tokens_used": step.tokens,
        "total_summary_tokens": step.summary_tokens,
        "triggers": [],
    }


def _categorized(outputs: Sequence[Json]) -> Json:
    newest_first = outputs[::-1]
    of_type = {type_: [entry for entry in newest_first if entry["type"] == type_] for type_ in _TYPES}
    return {"logs": newest_first, **of_type}


def _analytics(steps: Sequence[Step]) -> dict[str, Any]:
    each = {
        step.agent["_id"]: {
            "tokens_used": step.tokens,
            "summary_tokens": step.summary_tokens,
            "total_tokens": step.tokens + step.summary_tokens,
            "execution_time": step.seconds,
            "price": step.price,
        }
        for step in steps
    }
    total = {name: sum(one[name] for one in each.values()) for name in ("tokens_used", "summary_tokens", "price")}
    seconds = sum(step.seconds for step in steps)
    return {
        "agent_analytics": each,
        "overall": {
            "total_tokens_used": total["tokens_used"],
            "total_summary_tokens": total["summary_tokens"],
            "total_conclusion_tokens": CONCLUSION_TOKENS,
            "total_tokens": total["tokens_used"] + total["summary_tokens"] + CONCLUSION_TOKENS,
            "average_execution_time": seconds / len(steps) if steps else 0.0,
            "total_execution_time": seconds,
            "total_price": total["price"],
        },
    }
