"""Put a `wexa-sync` where shell scripts find it, which starts in milliseconds: it asks the process that forks."""

from __future__ import annotations

import json
import os
import shlex
import socket
import socketserver
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .forks import shared

# Its words, folder, environment and streams are those of the command, which gets its signals and gives its exit code.
_ASK = """\
import json, os, signal, socket, sys
asked = socket.socket(socket.AF_UNIX)
asked.connect(sys.argv[1])
socket.send_fds(asked, [b"."], [0, 1, 2])
asked.sendall(json.dumps([sys.argv[2:], os.getcwd(), dict(os.environ)]).encode())
asked.shutdown(socket.SHUT_WR)
told = asked.makefile()
pid = int(told.readline())
def pass_on(number, _):
    try:
        os.kill(pid, number)
    except ProcessLookupError:  # it has ended, and its exit code is on the way
        pass
for number in (signal.SIGINT, signal.SIGTERM):
    if signal.getsignal(number) is not signal.SIG_IGN:
        signal.signal(number, pass_on)
code = int(told.readline())
sys.exit(code if code >= 0 else 128 - code)
"""


class _Asked(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        """Start the command line, and tell its exit code."""
        _, fds, _, _ = socket.recv_fds(self.request, 1, 3)
        words, folder, env = json.loads(self.rfile.read())
        try:
            started = shared().start(words, Path(folder), env, fds)
        finally:
            for fd in fds:
                os.close(fd)
        self.wfile.write(b"%d\n" % started.pid)
        self.wfile.write(b"%d\n" % started.wait())


@contextmanager
def tool(file: Path) -> Iterator[None]:
    """Write the program to a file, and serve it for the length of a block."""
    shared()  # here, not in two threads at once
    with tempfile.TemporaryDirectory(prefix="tool-") as folder:
        address = f"{folder}/asked"  # a socket's path must be short
        words = shlex.join([sys.executable, "-ISc", _ASK, address])
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f'#!/bin/sh\nexec {words} "$@"\n', "utf-8")
        file.chmod(0o700)
        with socketserver.ThreadingUnixStreamServer(address, _Asked) as server:
            thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
            thread.start()
            try:
                yield
            finally:
                server.shutdown()
                thread.join()
