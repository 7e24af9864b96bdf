"""The sandbox: a local server that behaves as the Wexa AI REST API does, written from the API's documentation.

It imports nothing else of wexa_sync. Importing it is cheap; FastAPI and uvicorn are loaded when a server is started.
"""

from wexa_sync.sandbox.errors import ReadingError, SandboxError
from wexa_sync.sandbox.readings import READINGS, Reading
from wexa_sync.sandbox.seed import ORG_ID, USER_ID
from wexa_sync.sandbox.server import RunningSandbox, SandboxConfig, running, serve

__all__ = [
    "ORG_ID",
    "READINGS",
    "USER_ID",
    "Reading",
    "ReadingError",
    "RunningSandbox",
    "SandboxConfig",
    "SandboxError",
    "running",
    "serve",
]
