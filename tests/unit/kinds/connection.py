"""A kind from outside the package, whose schema uses every word that may be said of a field."""

from __future__ import annotations

from pathlib import Path

from wexa_sync.kinds.base import Kind
from wexa_sync.kinds.endpoint import Endpoint, Operation

CONNECTION = Kind(
    name="Connection",
    schema=str(Path(__file__).with_name("connection.schema.json")),
    identity=("name",),
    endpoints={
        Operation.CREATE: Endpoint(method="POST", path="/connections"),
        Operation.READ: Endpoint(method="GET", path="/connections/{id}"),
        Operation.UPDATE: Endpoint(method="PUT", path="/connections/{id}"),
    },
)
