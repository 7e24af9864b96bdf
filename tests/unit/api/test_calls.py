"""What an endpoint's declaration makes of a call: the path, the query and the body, as a server gets them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from email import message_from_bytes
from typing import Any

import pytest

from wexa_sync.api.calls import Call, Ids
from wexa_sync.api.client import Api
from wexa_sync.api.transport.retry import Policy
from wexa_sync.errors import ApiError, WexaSyncError
from wexa_sync.kinds.endpoint import Endpoint, Shape
from wexa_sync.model import Secret

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"
IDS = Ids(project="p1", owner="t1", id="r1")
Send = Callable[..., "Sent"]


class Sent:
    """Represent a request as the server got it."""

    def __init__(self, request: bytes) -> None:
        self.head, _, self.body = request.partition(b"\r\n\r\n")
        self.line = self.head.split(b"\r\n")[0].decode().removesuffix(" HTTP/1.1")

    @property
    def json(self) -> Any:
        """Return the body read as JSON."""
        return json.loads(self.body)

    @property
    def parts(self) -> dict[str, tuple[str | None, str]]:
        """Return the parts of a form by name, each with its file name and its text."""
        form = message_from_bytes(self.head.split(b"\r\n", 1)[1] + b"\r\n\r\n" + self.body)
        assert form.get_content_type() == "multipart/form-data"
        parts: Any = form.get_payload()
        return {
            str(part.get_param("name", header="content-disposition")): (
                part.get_filename(),
                part.get_payload(decode=True).decode(),
            )
            for part in parts
        }


@pytest.fixture
def server(serve: Callable[..., Any]) -> Any:
    """Return a server that takes everything."""
    return serve(OK)


@pytest.fixture
def send(connect: Callable[..., Any], server: Any) -> Send:
    """Return a function that sends a call of that endpoint, and returns what the server got."""

    def send(endpoint: Endpoint, body: Mapping[str, Any] | None = None, **more: Any) -> Sent:
        api = Api(connect(server.url), org_id="o1", user_id="u1")
        api.send(Call(endpoint=endpoint, ids=IDS, body=body or {}, **more))
        return Sent(server.requests[-1])

    return send


def test_ids_and_fields_stand_in_path_query_and_body(send: Send) -> None:
    endpoint = Endpoint(
        method="PUT",
        path="/{project}/{spec.category}/{owner}/{owner.kind}/{id}",
        query={"org": "{org}", "category": "{spec.category}"},
        body={"by": "{user}", "of": {"table": "{owner}", "rows": ["{id}", "{spec.count}"]}},
    )
    sent = send(endpoint, {"name": "One"}, spec={"category": "whats app/?", "count": 2}, owner={"kind": "mail"})
    assert sent.line == "PUT /p1/whats%20app%2F%3F/t1/mail/r1?org=o1&category=whats+app%2F%3F"
    assert sent.json == {"name": "One", "by": "u1", "of": {"table": "t1", "rows": ["r1", "2"]}}


@pytest.mark.parametrize(
    "value", ["", None, True, 1.5, ["a"], {"a": "b"}, Secret(template="${secret:X}", value="hush"), ".."], ids=repr
)
def test_what_can_not_stand_in_an_address_is_not_sent(send: Send, server: Any, value: Any) -> None:
    with pytest.raises(WexaSyncError) as caught:
        send(Endpoint(method="POST", path="/{spec.category}/config"), spec={"category": value})
    assert not isinstance(caught.value, ApiError)
    assert "hush" not in f"{caught.value}{caught.value.hint}"
    assert caught.value.hint
    assert server.requests == []


def test_a_field_that_is_missing_is_not_sent_as_nothing(send: Send, server: Any) -> None:
    with pytest.raises(WexaSyncError, match=r"spec\.category"):
        send(Endpoint(method="POST", path="/x", body={"category": "{spec.category}"}))
    assert server.requests == []


def test_a_value_is_filled_in_once(send: Send) -> None:
    # A value that looks like a placeholder is a value.
    sent = send(Endpoint(method="POST", path="/x", body={"name": "{spec.name}"}), spec={"name": "{org}"})
    assert sent.json == {"name": "{org}"}


def test_a_body_may_be_a_list_of_the_one_object(send: Send) -> None:
    endpoint = Endpoint(method="POST", path="/column/{owner}", body={"table_id": "{owner}"}, shape=Shape.LIST)
    assert send(endpoint, {"column_id": "email"}).json == [{"column_id": "email", "table_id": "t1"}]


def test_a_body_may_be_a_list_that_is_written_whole(send: Send) -> None:
    endpoint = Endpoint(method="PUT", path="/triggers/{owner}", shape=Shape.LIST, replaces="triggers")
    assert send(endpoint, {"triggers": [{"_id": "a"}, {"_id": "b"}]}).json == [{"_id": "a"}, {"_id": "b"}]


def test_a_delete_without_a_body_sends_none(send: Send) -> None:
    sent = send(Endpoint(method="DELETE", path="/x/{id}"), {"name": "One"})
    assert sent.body == b""
    assert b"content-type" not in sent.head.lower()


@pytest.mark.parametrize(
    ("body", "sent"),
    [
        ({"storage_ids": ["{id}"]}, {"storage_ids": ["r1"]}),
        ({"table_id": "{owner}", "column_id": "{id}"}, {"table_id": "t1", "column_id": "r1"}),
    ],
)
def test_a_delete_says_in_its_body_what_goes(send: Send, body: Any, sent: Any) -> None:
    endpoint = Endpoint(method="DELETE", path="/storage/{project}/{owner}", body=body)
    got = send(endpoint)
    assert (got.line, got.json) == ("DELETE /storage/p1/t1", sent)
    assert b"content-type: application/json" in got.head.lower()


@pytest.mark.parametrize("body", [{"ids": []}, {"ids": ["{id}"]}, {"of": {"ids": ["{id}"]}}, {"a": "x", "id": "{id}"}])
def test_a_delete_that_names_nothing_is_not_sent(connect: Callable[..., Any], server: Any, body: Any) -> None:
    # Its path alone reads like "delete the table".
    api = Api(connect(server.url), org_id="o1", user_id="u1")
    call = Call(endpoint=Endpoint(method="DELETE", path="/storage/{owner}", body=body), ids=Ids(owner="t1"))
    with pytest.raises(WexaSyncError, match="would name nothing to delete") as caught:
        api.send(call)
    assert "Nothing was sent" in caught.value.hint
    assert server.requests == []


FORM = Endpoint(
    method="POST",
    path="/upload",
    body={"projectID": "{project}"},
    shape=Shape.MULTIPART,
    files={"content": "{spec.filename}"},
)


def test_a_form_holds_fields_and_files(send: Send) -> None:
    spec = {"filename": "Händbuch 1.md", "tags": ["policy", "é"], "content": "# One\n\u2028two\r\n"}
    sent = send(FORM, spec, spec=spec)
    assert sent.parts["projectID"] == (None, "p1")
    assert sent.parts["filename"] == (None, "Händbuch 1.md")
    assert json.loads(sent.parts["tags"][1]) == ["policy", "é"]
    assert sent.parts["content"][1] == "# One\n\u2028two\r\n"
    assert 'filename="Händbuch 1.md"'.encode() in sent.body


def test_a_file_name_can_not_break_out_of_its_header(send: Send) -> None:
    sent = send(FORM, {"content": "x"}, spec={"filename": 'a"\r\nX-Evil: 1'})
    assert b"\r\nX-Evil" not in sent.body
    assert sent.parts["content"][1] == "x"


def test_a_form_without_a_file_is_a_form_still(send: Send) -> None:
    assert send(FORM, {"name": "One"}).parts == {"name": (None, "One"), "projectID": (None, "p1")}


def test_a_secret_in_a_form_is_sent_and_shown_nowhere(connect: Callable[..., Any], serve: Callable[..., Any]) -> None:
    echo = b'{"message": "no: hush-hush-hush"}'
    server = serve(b"HTTP/1.1 400 No\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(echo) + echo)
    secret = Secret(template="${secret:X}", value="hush-hush-hush")
    call = Call(endpoint=FORM, ids=IDS, body={"content": secret, "more": {"pin": secret}}, spec={"filename": "f"})
    with pytest.raises(ApiError) as caught:
        Api(connect(server.url), org_id="o1").send(call)
    assert "hush" not in caught.value.message
    assert Sent(server.requests[0]).parts["content"] == ("f", "hush-hush-hush")
    assert json.loads(Sent(server.requests[0]).parts["more"][1]) == {"pin": "hush-hush-hush"}


def test_a_form_is_sent_again_whole(connect: Callable[..., Any], serve: Callable[..., Any]) -> None:
    server = serve(b"HTTP/1.1 503 Busy\r\nConnection: close\r\n\r\n", OK)
    api = Api(connect(server.url, policy=Policy()), org_id="o1")
    _, attempts = api.send(Call(endpoint=FORM, ids=IDS, body={"content": "x"}, spec={"filename": "f"}))
    assert attempts == 2
    assert [Sent(request).parts["content"] for request in server.requests] == [("f", "x"), ("f", "x")]
