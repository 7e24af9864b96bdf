"""Answer one call of a language model. The answer's form is unknown: it is the one that most such services have."""

from fastapi import APIRouter
from pydantic import Field
from starlette.responses import Response

from wexa_sync.sandbox.bodies import Body
from wexa_sync.sandbox.replies import reply
from wexa_sync.sandbox.routes.params import Here
from wexa_sync.sandbox.world.store import Json
from wexa_sync.sandbox.world.turn import turn

router = APIRouter(prefix="/llm", tags=["LLM"])


class Message(Body):
    """Describe one message of a conversation."""

    role: str
    content: str


class ModelCall(Body):
    """Call a model with the messages so far. Any name of a model is taken."""

    model: str
    messages: list[Message] = Field(min_length=1)
    temperature: float | None = None
    max_tokens: int | None = Field(default=None, alias="maxTokens")
    stream: bool = False


@router.post("/execute/calls", summary="Call a model")
@turn
def call_model(world: Here, body: ModelCall) -> Response:
    """Answer with the last message [guess]: the sandbox has no model."""
    said: Json = {"role": "assistant", "content": f"You said: {body.messages[-1].content}"}
    return reply({"model": body.model, "choices": [{"index": 0, "message": said}], "created_at": world.now()})
