from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from wexa_sync.api.transport import responses as answers
from wexa_sync.api.transport.responses import Call, spellings, understand
from wexa_sync.errors import ApiError, AuthRefused, Nonsense, NotFound, Redirected, Refused, ServerFault, Throttled

CALL = Call(method="POST", path="/skills/", hidden=spellings(["top-secret-key"]))


def _error(status: int, body: Any = None, headers: dict[str, str] | None = None) -> ApiError:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    outcome = understand(CALL, status, headers or {}, content)
    assert isinstance(outcome, ApiError)
    return outcome


@pytest.mark.parametrize(
    ("content", "body"),
    [
        (b"", None),
        (b" \n", None),
        (b"null", None),
        (b"[]", []),
        (b'{"a": "\xc3\xa9"}', {"a": "é"}),
        (b"\xef\xbb\xbf1", 1),
        (b"[" * 101 + b"]" * 101, json.loads("[" * 101 + "]" * 101)),
    ],
)
@pytest.mark.parametrize("status", [200, 201, 204])
def test_success(status: int, content: bytes, body: Any) -> None:
    assert understand(CALL, status, {}, content) == body


def test_an_empty_answer_to_a_read_is_nonsense() -> None:
    error = understand(replace(CALL, method="GET"), 200, {}, b" \n")
    assert isinstance(error, Nonsense)
    assert error.message == "GET /skills/: the server answered 200 with nothing at all"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<html>\n <h1>Hello</h1></html>", "answered 200 with what is not JSON: <html> <h1>Hello</h1></html>"),
        (b'{"a": 1', 'what is not JSON: {"a": 1'),
        (b'{"a": NaN}', "what is not JSON"),
        (b"[" * 200_000, "what is not JSON"),
        (b"[" * 102 + b"]" * 102, "what is not JSON"),
        (b'{"a":' * 102 + b"1" + b"}" * 102, "what is not JSON"),
        (b'{"temperature": 1e999}', "what is not JSON"),
        (b'{"temperature": -1e999}', "what is not JSON"),
        (b"\xff\xfe\x00", "what is not JSON"),
        (b"1" * 10_000, "what is not JSON"),
    ],
)
def test_success_without_json_is_nonsense(content: bytes, words: str) -> None:
    error = _error(200, content)
    assert type(error) is Nonsense
    assert error.status == 200
    assert words in error.message
    assert len(error.message) < 300
    assert error.hint


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"success": False, "error": "plan limit reached"}, "plan limit reached"),
        ({"success": False, "data": None, "error": {"code": 7, "message": "backend timeout"}}, "backend timeout"),
        ({"success": False}, '{"success": false}'),
        ({"skills": [], "error": "database unavailable"}, "database unavailable"),
        ({"error": True, "message": "no"}, "no"),
        ({"error": ["a", "b"], "_id": None}, "a; b"),
        ({"status": "error", "message": "insufficient credits"}, "insufficient credits"),
        ({"status": "error", "data": {"_id": "1"}}, '{"status": "error", "data": {"_id": "1"}}'),
        ({"error": "the key top-secret-key is over"}, "the key *** is over"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_success_that_says_it_is_an_error_is_nonsense(method: str, body: Any, said: str) -> None:
    error = understand(replace(CALL, method=method), 200, {}, json.dumps(body).encode())
    assert type(error) is Nonsense
    assert error.may_be_processed
    assert error.message == f"{method} /skills/: the server answered 200, and says: {said}"
    assert "wexa-sync plan" in error.hint


@pytest.mark.parametrize(
    "body",
    [
        {"_id": "1", "status": "error", "error": "x", "success": False},
        {"execution_id": "1", "status": "error", "error": {"message": "the agent failed"}},
        {"data": {"execution_id": "1", "status": "failed", "error": "x"}, "error": None, "success": True},
        {"data": [], "error": "", "status": "success"},
        {"success": None, "error": {}, "skills": []},
        {"status": "failed"},
        {"message": "Updated successfully"},
        [{"error": "x"}],
    ],
)
def test_what_a_thing_says_of_itself_is_no_error(body: Any) -> None:
    assert understand(CALL, 200, {}, json.dumps(body).encode()) == body


def test_a_huge_success_is_nonsense(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "MAX_BODY", 1024 * 1024)
    assert understand(CALL, 200, {}, b'"' + b"x" * (1024 * 1024 - 2) + b'"') == "x" * (1024 * 1024 - 2)
    assert "more than 1 MiB" in _error(200, b'"' + b"x" * 1024 * 1024 + b'"').message


@pytest.mark.parametrize(
    ("status", "family", "may_be_processed"),
    [
        (101, ServerFault, True),
        (302, Redirected, True),
        (304, Redirected, True),
        (400, Refused, False),
        (401, AuthRefused, False),
        (403, AuthRefused, False),
        (404, NotFound, False),
        (405, Refused, False),
        (408, ServerFault, True),
        (409, Refused, False),
        (410, NotFound, False),
        (422, Refused, False),
        (429, Throttled, False),
        (500, ServerFault, True),
        (503, ServerFault, True),
        (799, ServerFault, True),
    ],
)
def test_every_status_has_its_error(status: int, family: type[ApiError], may_be_processed: bool) -> None:
    error = _error(status, b"")
    assert type(error) is family
    assert (error.status, error.method, error.path) == (status, "POST", "/skills/")
    assert error.may_be_processed is may_be_processed
    assert error.message.startswith(f"POST /skills/: the server answered {status}")
    assert error.hint


def test_the_key_is_named_where_it_is_refused() -> None:
    assert "WEXA_API_KEY" in _error(401).hint


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"detail": "No such skill", "message": "other"}, "No such skill"),
        ({"error": "Broken", "message": "other"}, "Broken"),
        ({"message": "Hm"}, "Hm"),
        ({"error": {"message": "deep", "code": 3}}, "deep"),
        ({"error": {"code": 3}}, '{"error": {"code": 3}}'),
        ({"detail": "", "message": "Hm"}, "Hm"),
        ({"detail": 5}, '{"detail": 5}'),
        ({"code": "E1"}, '{"code": "E1"}'),
        ("words", "words"),
        (["words", 7], "words; 7"),
        (
            {"detail": [{"loc": ["body", "goal"], "msg": "Field required", "input": "x"}, {"msg": "Bad"}, "odd", [1]]},
            "body.goal: Field required; Bad; odd; [1]",
        ),
        ({"detail": [{"loc": ["body", "agents", 0], "msg": 5}]}, "body.agents.0: 5"),
        ({"detail": [{"loc": ["body", None], "msg": {"ä": True}}, {"a": "ä"}]}, 'body.null: {"ä": true}; {"a": "ä"}'),
        (b"<html>Bad  gateway\r\n</html>", "<html>Bad gateway </html>"),
        (b"", "Unprocessable"),
        (b"[" * 200_000, "[" * 199 + "…"),
        ({"detail": "a\x1b[31mb\x00\u202ec\nd"}, "a[31mbc d"),
        ({"message": "x" * 5000}, "x" * 999 + "…"),
        (b"y" * 5000, "y" * 199 + "…"),
    ],
)
def test_the_words_of_the_server(body: Any, said: str) -> None:
    assert _error(422, body).message.startswith(f"POST /skills/: the server answered 422: {said}")


def test_a_status_without_a_name() -> None:
    assert _error(499, b"").message.endswith("499: (no message)")


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("3", 3.0),
        (" 1.5 ", 1.5),
        ("0", 0.0),
        ("99999999999", 86400.0),
        ("-5", None),
        ("", None),
        ("soon", None),
        ("1.2.3", None),
        ("²", None),
        ("inf", None),
        ("Mon, 99999999999999999999 Jan 2024 00:00:00 GMT", None),
        ("Mon, 01 Jan 99999999999999999999 00:00:00 GMT", None),
        ("Mon, 01 Jan 2024 00:00:00 +99999999999999", None),
        ("Mon, 01 Jan 0001 00:00:00 +9900", None),
        ("Mon, 31 Feb 2024 00:00:00 GMT", None),
        ("9" * 5000, 86400.0),
        ("Mon, 01 Jan 2001 00:00:00 GMT", 0.0),
        ("Mon, 01 Jan 2001 00:00:00 -0000", 0.0),
        ("Fri, 01 Jan 2199 00:00:00 GMT", 86400.0),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_retry_after(status: int, header: str, seconds: float | None) -> None:
    error = _error(status, headers={"Retry-After": header})
    assert isinstance(error, Throttled | ServerFault)
    assert error.retry_after == seconds


def test_retry_after_as_a_date() -> None:
    soon = format_datetime(datetime.now(timezone.utc) + timedelta(seconds=2000), usegmt=True)
    error = _error(429, headers={"Retry-After": soon})
    assert isinstance(error, Throttled)
    assert 1000 < (error.retry_after or 0) <= 2000


@pytest.mark.parametrize(
    ("headers", "target"),
    [
        ({"Location": "https://else.example/skills"}, "https://else.example/skills"),
        ({"Location": "/skills?x=top-secret-key\x1b"}, "/skills?x=***"),
        ({}, "nowhere"),
    ],
)
def test_a_redirect_says_where(headers: dict[str, str], target: str) -> None:
    error = _error(307, b"<html>moved</html>", headers)
    assert error.message == f"POST /skills/: the server answered 307 and points to {target}"
    assert "WEXA_BASE_URL" in error.hint


_SECRETS = st.text(min_size=5, max_size=30).filter(lambda text: len("".join(filter(str.isprintable, text)).strip()) > 4)


@given(
    secret=_SECRETS,
    before=st.text(max_size=1200),
    status=st.sampled_from([200, 307, 400, 401, 404, 429, 500]),
    form=st.sampled_from(["detail", "list", "raw", "json", "other"]),
)
def test_no_secret_is_ever_shown(secret: str, before: str, status: int, form: str) -> None:
    text = before + secret
    body: Any = {
        "detail": {"detail": text},
        "list": {"detail": [{"loc": ["body", secret], "msg": text}]},
        "raw": text.encode(errors="replace"),
        "json": {"other": text},
        "other": {"detail": [{"input": text}]},
    }[form]
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    call = Call(method="GET", path="/", hidden=spellings([secret]))
    outcome = understand(call, status, {"Location": text}, content)
    shown = outcome.message if isinstance(outcome, ApiError) else ""
    # What the messages are made of is no secret, whatever the secret is.
    assert secret not in shown.removeprefix("GET /: the server answered ") or secret in "with what is not JSON: ***"
    assert secret not in repr(call)


KEY = 'Key-0a1b/2c"3d4e5f'
ECHOES: dict[str, Callable[[str], bytes]] = {
    "as it is": lambda key: json.dumps([{"a": f"is {key}."}]).encode(),
    "in other case": lambda key: json.dumps([{"a": f"is {key.upper()}."}]).encode(),
    "wholly escaped": lambda key: f'[{{"a": "is {"".join(f"{chr(92)}u{ord(char):04X}" for char in key)}."}}]'.encode(),
    "partly escaped": lambda key: json.dumps([{"a": f"is {key}."}]).replace("Key", "K\\u0065y").encode(),
    "with its slash escaped": lambda key: json.dumps([{"a": f"is {key}."}]).replace("/", "\\/").encode(),
    "in UTF-16": lambda key: json.dumps([{"a": f"is {key}."}]).encode("utf-16"),
    "in UTF-32": lambda key: json.dumps([{"a": f"is {key}."}]).encode("utf-32-be"),
    "as a name": lambda key: json.dumps([{key: 1}]).encode(),
    "as a name, escaped": lambda key: json.dumps([{key: 1}]).replace("Key", "K\\u0065y").encode(),
}


@pytest.mark.parametrize("echo", ECHOES.values(), ids=ECHOES)
def test_a_success_does_not_show_the_key_however_it_is_spelt(echo: Callable[[str], bytes]) -> None:
    call = Call(method="GET", path="/", hidden=spellings([KEY]), key=spellings([KEY]))
    body = understand(call, 200, {}, echo(KEY))
    assert "***" in repr(body)
    assert KEY.casefold() not in str(body).casefold()


@pytest.mark.parametrize("echo", ECHOES.values(), ids=ECHOES)
def test_nor_does_an_error(echo: Callable[[str], bytes]) -> None:
    call = Call(method="GET", path="/", hidden=spellings([KEY]), key=spellings([KEY]))
    for content in (echo(KEY), b'{"other": ' + echo(KEY) + b"}"):
        error = understand(call, 400, {}, content)
        assert isinstance(error, ApiError)
        for form in ("0a1b", "0A1B", "0061"):
            assert form not in error.message


def test_a_secret_is_masked_before_it_is_cut_and_in_its_escaped_forms() -> None:
    secret = 'pass/word "quoted"\nline two'
    call = Call(method="GET", path="/", hidden=spellings([secret, "pass", ""]))
    assert call.words("x" * 190 + "pass/word", 200) == "x" * 190 + "***/word"
    assert call.words(f"is {secret}.") == "is ***."
    assert call.words(f"is {json.dumps(secret)}.") == 'is "***".'
    assert call.words("is pass%2Fword%20%22quoted%22%0Aline%20two.") == "is ***."
    assert call.words("is pass%2fword%20%22QUOTED%22%0aline%20two.") == "is ***."
    assert call.words(f"is {json.dumps(json.dumps(secret))}.") == r'is "\"***\"".'
