"""Answer recorded GETs from memory, and do little else: `python pages.py FILE`. The script is bare on purpose.

FILE      JSON: {"port": ..., "pages": {"/path?query": {"status": ..., "headers": {...}, "body": "..."}}}
GET /_asked    answers with the number of answers since it was last asked, and with the requests that no page was for.
"""

from __future__ import annotations

import json
import socket
import sys
from pathlib import Path
from threading import Thread
from typing import Any

_ASKED = b"GET /_asked"


def main(file: str) -> None:
    recorded = json.loads(Path(file).read_text(encoding="utf-8"))
    answers = {f"GET {path}".encode(): _answer(**page) for path, page in recorded["pages"].items()}
    del recorded["pages"]
    asked: list[bytes] = []
    with socket.create_server(("127.0.0.1", recorded["port"]), backlog=128) as server:
        print("ready", flush=True)
        while True:
            connection, _ = server.accept()
            Thread(target=_talk, args=(connection, answers, asked), daemon=True).start()


def _talk(connection: socket.socket, answers: dict[bytes, bytes], asked: list[bytes]) -> None:
    """Answer one connection for as long as it lasts. A request without a page ends it: a body may follow its head."""
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    held = b""
    with connection:
        while True:
            while (end := held.find(b"\r\n\r\n")) < 0:
                more = connection.recv(65536)
                if not more:
                    return
                held += more
            request, held = held[: held.index(b" HTTP/")], held[end + 4 :]
            if request == _ASKED:
                connection.sendall(_told(answers, asked))
                continue
            asked.append(request)
            if request not in answers:
                connection.sendall(_answer(404, {"Connection": "close"}, '{"detail":"not recorded"}'))
                return
            connection.sendall(answers[request])


def _told(answers: dict[bytes, bytes], asked: list[bytes]) -> bytes:
    told, asked[:] = [*asked], []
    missed = [request.decode() for request in told if request not in answers]
    return _answer(200, {}, json.dumps({"answered": len(told), "missed": missed}))


def _answer(status: int, headers: dict[str, Any], body: str) -> bytes:
    content = body.encode()
    lines = [f"HTTP/1.1 {status} -", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, f"Content-Length: {len(content)}", "", ""]).encode() + content


if __name__ == "__main__":
    main(sys.argv[1])
