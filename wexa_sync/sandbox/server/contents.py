"""Serve the store of files' contents: a port of its own, as the store of another company would be.

It knows nobody but by the signature in an address. Whoever shows it the API key is refused, so that a leak is seen.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from wexa_sync.sandbox.errors import ApiError
from wexa_sync.sandbox.world import files
from wexa_sync.sandbox.world.turn import turn

if TYPE_CHECKING:
    from starlette.requests import Request

    from wexa_sync.sandbox.world.world import World

_BOUNDARY = re.compile(r'multipart/form-data;.*boundary="?([^";]+)"?', re.IGNORECASE)
_FILE = re.compile(rb'\r\ncontent-disposition:[^\r\n]*\bname="file"', re.IGNORECASE)


async def _put(request: Request) -> Response:
    world: World = request.state.world
    content = await request.body()
    try:
        if "x-api-key" in request.headers or "authorization" in request.headers:
            raise ApiError(400, "A key of another server came here")
        if request.method != ("PUT" if world.readings.says("upload_method", "PUT") else "POST"):
            raise ApiError(405, "Method Not Allowed")
        if request.method == "POST":
            content = _field(request.headers.get("content-type", ""), content)
        ident, signature = request.path_params["ident"], request.query_params.get("signature", "")
        return await _keep(world=world, ident=ident, signature=signature, content=content)
    except ApiError as error:
        return PlainTextResponse(str(error.detail), status_code=error.status)


@turn
def _keep(*, world: World, ident: str, signature: str, content: bytes) -> Response:
    files.keep(world, ident, signature, content)
    return Response(status_code=200)


def _field(content_type: str, body: bytes) -> bytes:
    """Return the field `file` of a form."""
    found = _BOUNDARY.match(content_type)
    for part in body.split(b"--" + found[1].encode()) if found else ():
        head, _, content = part.partition(b"\r\n\r\n")
        if _FILE.search(head):
            return content.removesuffix(b"\r\n")
    raise ApiError(400, "The form has no field called file")


CONTENTS = Starlette(routes=[Route("/contents/{ident}", _put, methods=["PUT", "POST"])])
"""The application at the second port."""
