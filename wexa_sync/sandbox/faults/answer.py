"""Hold a whole HTTP response as a value, so that a fault can change the response before it is sent."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from wexa_sync.sandbox.replies import reply

if TYPE_CHECKING:
    from starlette.responses import Response


class Answer(Struct, frozen=True, kw_only=True):
    """Hold a whole response. With `cut`, only that many bytes of the body are sent before the connection closes."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes
    cut: int | None = None

    @staticmethod
    def of(response: Response) -> Answer:
        """Return a Starlette response as an answer."""
        return Answer(status=response.status_code, headers=tuple(response.raw_headers), body=bytes(response.body))

    def having(self, name: bytes, value: bytes) -> Answer:
        """Return the answer with one header set."""
        others = tuple(header for header in self.headers if header[0] != name)
        return replace(self, headers=(*others, (name, value)))

    def saying(self, body: bytes, status: str) -> Answer:
        """Return the answer with another body, and with `status` if given; a 204, which has no body, becomes 200."""
        number = int(status) if status else 200 if self.status == 204 else self.status
        return replace(self, body=body, status=number)

    def rewritten(self, value: Any) -> Answer:
        """Return the answer with `value` as its JSON body."""
        return replace(self, body=bytes(reply(value).body))

    def parsed(self) -> Any:
        """Return the body as JSON, None if the body is not JSON."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None
