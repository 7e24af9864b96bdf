"""A model is called with messages, and answers. The vendor's client alone knows the call."""

from __future__ import annotations

from tests.unit.sandbox.client import sandbox


def test_a_model_answers_the_last_message() -> None:
    with sandbox() as api:
        messages = [{"role": "system", "content": "be brief"}, {"role": "user", "content": "hello"}]
        answer = api.post("/llm/execute/calls", {"model": "openai/gpt-4o", "messages": messages, "maxTokens": 5})
        assert answer["choices"][0]["message"] == {"role": "assistant", "content": "You said: hello"}
        assert api.refused("POST", "/llm/execute/calls", {"model": "openai/gpt-4o", "messages": []})[0] == 422
