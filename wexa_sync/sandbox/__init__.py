"""Run a local server that behaves as the Wexa AI REST API does, written from the API's documentation.

This package imports nothing else of wexa_sync. Importing it is cheap: FastAPI and uvicorn load when a server starts.
"""

from wexa_sync.sandbox.errors import FaultError, ReadingError, SandboxError
from wexa_sync.sandbox.faults.fault import Fault, faults_in, read_fault
from wexa_sync.sandbox.faults.table import FAULT_KINDS, FaultKind
from wexa_sync.sandbox.readings import READINGS, Reading
from wexa_sync.sandbox.server.run import RunningSandbox, SandboxConfig, running, serve
from wexa_sync.sandbox.world.seed import ORG_ID, USER_ID

__all__ = [
    "FAULT_KINDS",
    "ORG_ID",
    "READINGS",
    "USER_ID",
    "Fault",
    "FaultError",
    "FaultKind",
    "Reading",
    "ReadingError",
    "RunningSandbox",
    "SandboxConfig",
    "SandboxError",
    "faults_in",
    "read_fault",
    "running",
    "serve",
]
