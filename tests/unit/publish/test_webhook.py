"""A message to a webhook: what becomes of it is told, and nothing waits for long."""

from __future__ import annotations

import socket
from threading import Event, Thread

from wexa_sync.publish.webhook import Message, send

MESSAGE = Message(event="drift", environment="production", title="Drift", summary="1 changed", counts={"change": 1})


def test_a_response_that_comes_a_byte_at_a_time_is_not_awaited() -> None:
    told = Event()

    def drip(server: socket.socket) -> None:
        connection, _ = server.accept()
        with connection:
            connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
            while not told.wait(0.01):
                connection.sendall(b"x")  # so that no single read takes long

    with socket.create_server(("127.0.0.1", 0)) as server:
        dripping = Thread(target=drip, args=(server,))
        dripping.start()
        fault = send(f"http://127.0.0.1:{server.getsockname()[1]}/secret", MESSAGE, longest=0.3)
        told.set()
        dripping.join()
    assert fault == "127.0.0.1 was not told: no response in 0.3 seconds"
