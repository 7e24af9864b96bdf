"""Start and stop the sandbox: in this thread until a signal, or in another thread for the length of a block.

FastAPI and uvicorn are imported only when a server starts: importing them takes longer than a whole plan.
"""

from __future__ import annotations

import signal
import socket
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from wexa_sync.sandbox.errors import SandboxError
from wexa_sync.sandbox.faults.script import Script
from wexa_sync.sandbox.server.sockets import BACKLOG, bound
from wexa_sync.sandbox.world.chosen import Readings
from wexa_sync.sandbox.world.clock import Clock
from wexa_sync.sandbox.world.seed import ORG_ID, USER_ID
from wexa_sync.sandbox.world.store import Store
from wexa_sync.sandbox.world.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from fastapi import APIRouter

    from wexa_sync.sandbox.server.connections import Server

_WAKE_SECONDS = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxConfig:
    """Say how to start a sandbox: where its data is, where it listens, and how it behaves.

    `data` is a file or ":memory:". Port 0 takes a free port. Without `api_key` any non-empty key is accepted.
    `faults` are written as for `--fault` (docs/sandbox.md). A response comes `latency_ms` after its request: half of
    them are the way there. A run is `ready` for `ready_seconds`, then running for `run_seconds`. `routers` serve what
    the API does not have.
    """

    data: Path | str
    host: str = "127.0.0.1"
    port: int = 0
    api_key: str | None = field(default=None, repr=False)
    readings: Mapping[str, str] = field(default_factory=dict)
    faults: Sequence[str] = ()
    latency_ms: float = 0
    ready_seconds: float = 0.5
    run_seconds: float = 2.0
    routers: Sequence[APIRouter] = ()


class RunningSandbox(Struct, frozen=True, kw_only=True):
    """Hold a running sandbox's address (without a trailing slash), and the ids of its organization and user."""

    base_url: str
    org_id: str = ORG_ID
    user_id: str = USER_ID


def serve(config: SandboxConfig, on_ready: Callable[[str], None]) -> None:
    """Run a sandbox until SIGINT or SIGTERM; call `on_ready` once with its address. Call this in the main thread."""
    stop = threading.Event()
    before = {number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        with running(config) as sandbox:
            on_ready(sandbox.base_url)
            # Waiting in slices lets signals through on every platform.
            while not stop.wait(_WAKE_SECONDS):
                pass
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def running(config: SandboxConfig) -> Iterator[RunningSandbox]:
    """Run a sandbox in a thread of this process for the length of a block. It listens when the block begins."""
    readings, script = Readings(config.readings), Script(config.faults)
    store = Store(config.data)
    try:
        with _bound(config.host, config.port) as listener, _bound(config.host, 0) as contents:
            world = World(
                store=store,
                clock=Clock(store),
                readings=readings,
                script=script,
                api_key=config.api_key,
                ready_seconds=config.ready_seconds,
                run_seconds=config.run_seconds,
                latency=config.latency_ms / 1000,
                content_port=contents.getsockname()[1],
            )
            with _listening(_server(world, config), listener, contents) as base_url:
                yield RunningSandbox(base_url=base_url)
    finally:
        store.close()


@contextmanager
def _listening(server: Server, listener: socket.socket, contents: socket.socket) -> Iterator[str]:
    host, port = listener.getsockname()[:2]
    faults: list[OSError] = []

    def run() -> None:
        try:
            server.run([listener, contents])
        except OSError as fault:
            faults.append(fault)
            listener.close()  # whoever waits for a response hears that there is none

    thread = threading.Thread(target=run, name="wexa-sync sandbox", daemon=True)
    thread.start()
    try:
        # The socket listens already: a client that connects now is answered as soon as the loop runs.
        yield f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    finally:
        server.end()
        thread.join()
        if faults:
            raise SandboxError(f"the sandbox stopped: {faults[0].strerror or faults[0]}") from faults[0]


def _bound(host: str, port: int) -> socket.socket:
    try:
        listener = bound(host, port)
        listener.listen(BACKLOG)
    except OSError as error:
        raise SandboxError(
            f"can't listen on {host}:{port}: {error.strerror or error}",
            hint="Name another --port, or leave it out: then a free one is taken.",
        ) from error
    return listener


def _server(world: World, config: SandboxConfig) -> Server:
    try:
        import uvicorn  # heavy, and an optional extra

        from wexa_sync.sandbox.server.app import build  # imports FastAPI
        from wexa_sync.sandbox.server.connections import Connection, Listener, Server
    except ModuleNotFoundError as error:
        raise SandboxError("the sandbox needs FastAPI and uvicorn: pip install 'wexa-sync[sandbox]'") from error
    listener = Listener()
    # log_config=None leaves the host program's logging alone; only the sandbox's own errors are logged.
    listener.server = server = Server(
        uvicorn.Config(
            build(world, listener, config.routers),
            loop="asyncio",
            http=Connection,
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="error",
            access_log=False,
            server_header=False,
            date_header=False,  # the gate sends the sandbox's own time
        )
    )
    return server
