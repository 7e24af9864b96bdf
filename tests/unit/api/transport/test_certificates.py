"""Certificates of a company's own are trusted where a variable names them, and an error names the variable."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from wexa_sync.api.transport.certificates import VARIABLES
from wexa_sync.api.transport.http import Http
from wexa_sync.errors import ApiError, SettingsError, Unreachable

Serve = Callable[..., Any]
Connect = Callable[..., Http]
Fail = Callable[..., ApiError]

CERTIFICATE = Path(__file__).with_name("localhost.pem")  # with its key: for these tests, and trusted by nobody else


@pytest.fixture(autouse=True)
def _no_certificates(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NO_PROXY", "*")


def over_tls(connection: socket.socket) -> None:
    """Answer a request over TLS with that certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    # The client may not trust it, and hang up.
    with suppress(OSError), context.wrap_socket(connection, server_side=True) as talk:
        talk.recv(65536)
        talk.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")


@pytest.fixture
def raw() -> Iterator[int]:
    """Return a server whose connections are spoken to over TLS, on a port of localhost."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    over_tls(connection)

        threading.Thread(target=answer, daemon=True).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("name", VARIABLES)
def test_named_certificates_are_trusted(connect: Connect, raw: int, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, str(CERTIFICATE))
    assert connect(f"https://localhost:{raw}").request("GET", "/", repeatable=True).body == {}


def test_an_unknown_authority_names_the_variables(connect: Connect, fail: Fail, raw: int) -> None:
    error = fail(connect(f"https://localhost:{raw}"))
    assert type(error) is Unreachable
    assert "certificate verify failed" in error.message
    assert "REQUESTS_CA_BUNDLE" in error.hint
    assert "SSL_CERT_FILE" in error.hint
    assert "docs/network.md" in error.hint


def test_a_key_log_that_can_not_be_written_names_its_variable(
    connect: Connect, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "nowhere" / "keys"))
    with pytest.raises(SettingsError, match=r"SSLKEYLOGFILE names .* No such file or directory") as caught:
        connect("https://localhost:1")
    assert "unset it" in caught.value.hint


def test_a_certificate_for_another_name_is_told_as_that(
    connect: Connect, fail: Fail, raw: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    error = fail(connect(f"https://127.1:{raw}"))
    assert "Check WEXA_BASE_URL: the certificate of that server is for another name." in error.hint


def test_a_server_without_tls_is_told_as_that(connect: Connect, fail: Fail, serve: Serve) -> None:
    server = serve(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
    error = fail(connect(server.url.replace("http://", "https://")))
    assert type(error) is Unreachable
    assert "speaks no TLS" in error.hint


@pytest.mark.parametrize("name", VARIABLES)
@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("nowhere.pem", "No such file or directory"),
        ("text.pem", "holds no certificates in PEM form"),
        ("empty.pem", "holds no certificates in PEM form"),
        ("text.pem/inner.pem", "Not a directory"),
        ("a" * 5000, "File name too long"),
    ],
)
def test_certificates_that_can_not_be_used_name_their_variable(
    connect: Connect, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, path: str, words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "text.pem").write_text("hello", "utf-8")
    (tmp_path / "empty.pem").touch()
    monkeypatch.setenv(name, path)
    with pytest.raises(SettingsError) as caught:
        connect("https://localhost")
    assert caught.value.message.startswith(f"{name} names ")
    assert words in caught.value.message
    assert name in caught.value.hint


def test_plain_http_to_this_machine_needs_no_certificates(
    connect: Connect, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "nowhere.pem")
    server = serve(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
    assert connect(server.url).request("GET", "/", repeatable=True).body == {}
