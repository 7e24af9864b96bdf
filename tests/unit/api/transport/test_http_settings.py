from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from wexa_sync.api.transport.http import Http
from wexa_sync.api.transport.url import is_vendors, normal_base_url
from wexa_sync.errors import (
    ApiError,
    SettingsError,
)
from wexa_sync.model import Secret

Reply = bytes | Callable[[socket.socket], None]
Serve = Callable[..., Any]
Connect = Callable[..., Http]
Fail = Callable[..., ApiError]


class TestSettings:
    @pytest.mark.parametrize(
        ("text", "normal"),
        [
            ("https://api.wexa.ai", "https://api.wexa.ai"),
            (" https://API.Wexa.ai// ", "https://api.wexa.ai"),
            ("HTTPS://api.wexa.ai/Base/", "https://api.wexa.ai/Base"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("http://127.8.8.8", "http://127.8.8.8"),
            ("http://localhost:80/", "http://localhost:80"),
            ("http://[::1]:80/", "http://[::1]:80"),
        ],
    )
    def test_one_spelling(self, text: str, normal: str) -> None:
        assert normal_base_url(text) == normal
        assert normal_base_url(normal) == normal

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "api.wexa.ai",
            "ftp://api.wexa.ai",
            "file:///etc/passwd",
            "https://",
            "https:///x",
            "https://[::1",
            "https://h:99999",
            "https://h:port",
            "https://h:0",
            "https://a b",
            "https://a\x7fb",
            "https://user:hunter2@h",
            "https://hunter2@h",
            "https://h?x=hunter2",
            "https://h/#x",
            "https://h\\.wexa.ai",
            "https://h/\\x",
        ],
    )
    def test_no_address(self, connect: Connect, text: str) -> None:
        with pytest.raises(SettingsError) as caught:
            connect(text)
        assert "https://api.wexa.ai" in caught.value.hint
        assert "hunter2" not in str(caught.value) + caught.value.hint

    @pytest.mark.parametrize(
        ("text", "vendors"),
        [
            ("https://api.wexa.ai", True),
            ("https://testing.api.wexa.ai/v1", True),
            ("https://wexa.ai", True),
            ("https://wexa.ai.evil.example", False),
            ("https://evilwexa.ai", False),
            ("https://evil.example/wexa.ai", False),
            ("https://evil.example/.wexa.ai/", False),
            ("https://api.wexa.ai.", False),
            ("https://api.wexa.ai:8443", False),
            ("https://api.wexa.ai%2eevil.example", False),
            ("https://evil.example%2f.wexa.ai", False),
            ("https://evil.example;.wexa.ai", False),
            ("https://[::1].wexa.ai", False),
            ("https://api。wexa.ai", False),
            ("http://api.wexa.ai", False),
            ("http://127.0.0.1:8787", False),
        ],
    )
    def test_whose_address_it_is(self, text: str, vendors: bool) -> None:
        assert is_vendors(text) is vendors

    @pytest.mark.parametrize("text", ["http://api.wexa.ai", "http://10.0.0.1", "http://localhost.evil.example"])
    def test_the_key_does_not_go_in_the_clear(self, connect: Connect, text: str) -> None:
        with pytest.raises(SettingsError, match="in the clear") as caught:
            connect(text)
        assert "https" in caught.value.hint
        assert normal_base_url(text, allow_http=True) == text

    @pytest.mark.parametrize("key", ["", " ", "a b\n", "sesam\r\nX-Other: 1", "schlüssel", " sesam", "sesam\t"])
    def test_a_key_that_can_be_none(self, key: str) -> None:
        with pytest.raises(SettingsError) as caught:
            Http(base_url="https://api.wexa.ai", api_key=Secret(template="", value=key))
        assert "WEXA_API_KEY" in caught.value.hint
        assert not key.strip() or key.strip() not in str(caught.value)


def test_urllib3_is_loaded_by_need_only() -> None:
    code = "import sys, wexa_sync.api.transport.http; sys.exit('urllib3' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    ("name", "value"), [("", ""), ("NO_PROXY", ".example"), ("http_proxy", "http://127.0.0.1:1")], ids=lambda text: text
)
def test_requests_is_loaded_for_proxies_only(serve: Serve, name: str, value: str) -> None:
    code = (
        "import sys\nfrom wexa_sync.api.transport.http import Http\nfrom wexa_sync.model import Secret\n"
        "http = Http(base_url=sys.argv[1], api_key=Secret(template='', value='key-of-a-test'), allow_http=True)\n"
        "try:\n    http.request('POST', '/', repeatable=False)\nexcept Exception as error:\n    print(error)\n"
        "sys.exit('requests' in sys.modules)"
    )
    server = serve(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
    url = "http://wexa.invalid" if name else server.url
    env = {"PATH": os.environ["PATH"]} | ({name: value} if name else {})
    done = subprocess.run([sys.executable, "-c", code, url], check=False, env=env, capture_output=True, text=True)
    assert done.returncode == (name == "http_proxy"), done.stdout
    assert ("through the proxy 127.0.0.1:1" in done.stdout) is (name == "http_proxy")
    assert len(server.requests) == (not name)
