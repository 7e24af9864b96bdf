"""A server on this machine that behaves as GitHub's API does, as far as comments, issues and pull requests go."""

from __future__ import annotations

import http.server
import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

from msgspec import Struct, field

REPOSITORY = "desk/flows"
TOKEN = "sentinel-github-token-91c2"
BOT = "github-actions[bot]"
_PAGE = 3


class Forge(Struct):
    """Hold what the server holds. `refuse`: answer requests that match `METHOD PATH` with a status, and do nothing.

    `lose`: do the work, and answer so many requests that match with 502. `before`: called with each request that
    changes something, before that is done. `heard`: the requests that changed something.
    """

    url: str = ""
    comments: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    issues: list[dict[str, Any]] = field(default_factory=list)
    pulls: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    refuse: dict[str, int] = field(default_factory=dict)
    lose: dict[str, int] = field(default_factory=dict)
    before: Callable[[str], object] = lambda _: None
    heard: list[str] = field(default_factory=list)
    next_id: int = 100

    @property
    def env(self) -> dict[str, str]:
        """Return the variables of a job there."""
        return {
            "GITHUB_ACTIONS": "true",
            "GITHUB_API_URL": self.url,
            "GITHUB_GRAPHQL_URL": f"{self.url}/graphql",
            "GITHUB_SERVER_URL": "https://github.example",
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_TOKEN": TOKEN,
        }

    def comment(self, number: int, body: str, login: str = BOT) -> dict[str, Any]:
        """Put a comment under a pull request, as that user."""
        self.next_id += 1
        url = f"https://github.example/{REPOSITORY}/pull/{number}#issuecomment-{self.next_id}"
        made = {"id": self.next_id, "body": body, "user": {"login": login}, "html_url": url}
        self.comments.setdefault(number, []).append(made)
        return made

    def open_issue(self, about: dict[str, Any], login: str = BOT) -> dict[str, Any]:
        """Open an issue, as that user."""
        self.next_id += 1
        number = 1 + max((each["number"] for each in self.issues), default=0)
        url = f"https://github.example/{REPOSITORY}/issues/{number}"
        made = {"labels": [], **about, "id": self.next_id, "number": number, "state": "open", "html_url": url}
        self.issues.append({**made, "user": {"login": login}})
        return self.issues[-1]

    def merged(self, number: int, commit: str, into: str = "main") -> None:
        """Say that the merge of a pull request made a commit."""
        pull = {
            "number": number,
            "merged_at": "2026-11-29T10:00:00Z",
            "merge_commit_sha": commit,
            "base": {"ref": into},
        }
        self.pulls.setdefault(commit, []).append(pull)

    def answer(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        """Return the status and the JSON of a response."""
        place = path.removeprefix(f"/repos/{REPOSITORY}")
        asked = f"{method} {place}"
        if method != "GET" and place != "/graphql":
            self.heard.append(asked)
            self.before(asked)
        if status := next((status for pattern, status in self.refuse.items() if re.fullmatch(pattern, asked)), 0):
            return status, {"message": "Resource not accessible by integration"}
        status, answer = self._answer(method, place, body or {})
        if name := next((pattern for pattern, left in self.lose.items() if left and re.fullmatch(pattern, asked)), ""):
            self.lose[name] -= 1
            return 502, {"message": "Server Error"}
        return status, answer

    def _answer(self, method: str, place: str, body: dict[str, Any]) -> tuple[int, Any]:
        match method, place.strip("/").split("/"):
            case "POST", ["graphql"]:
                return 200, {"data": {"viewer": {"login": BOT}}}
            case "GET", ["issues", number, "comments"]:
                return 200, self.comments.get(int(number), [])
            case "POST", ["issues", number, "comments"]:
                return 201, self.comment(int(number), body["body"])
            case "PATCH" | "DELETE", ["issues", "comments", id_]:
                return self._change_comment(method, int(id_), body)
            case "GET", ["issues"]:
                return 200, [each for each in self.issues if each["state"] == "open"]
            case "POST", ["issues"]:
                return 201, self.open_issue(body)
            case "PATCH", ["issues", number]:
                (issue,) = (each for each in self.issues if each["number"] == int(number))
                issue |= body
                return 200, issue
            case "GET", ["commits", commit, "pulls"]:
                return 200, self.pulls.get(commit, [])
        return self._on_gitlab(method, place, body)

    def _on_gitlab(self, method: str, place: str, body: dict[str, Any]) -> tuple[int, Any]:
        match method, place.strip("/").split("/"):
            case "GET", ["user"]:
                return 200, {"username": "project_1_bot"}
            case "GET", ["projects", "12", "merge_requests", number, "notes"]:
                return 200, self.comments.get(int(number), [])
            case "POST", ["projects", "12", "merge_requests", number, "notes"]:
                note = self.comment(int(number), body["body"])
                note["author"] = {"username": note.pop("user") and "project_1_bot"}
                return 201, note
            case "PUT", ["projects", "12", "merge_requests", _, "notes", id_]:
                return self._change_comment("PATCH", int(id_), body)
        return 404, {"message": "Not Found"}

    def _change_comment(self, method: str, id_: int, body: dict[str, Any]) -> tuple[int, Any]:
        for comments in self.comments.values():
            for comment in comments:
                if comment["id"] == id_:
                    if method == "DELETE":
                        comments.remove(comment)
                    else:
                        comment.update(body)
                    return (204, None) if method == "DELETE" else (200, comment)
        return 404, {"message": "Not Found"}


@contextmanager
def forge() -> Iterator[Forge]:
    """Yield a running server, for the length of a block."""
    found = Forge()
    lock = threading.Lock()

    class Answering(http.server.BaseHTTPRequestHandler):
        def answer(self) -> None:
            content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            parts = urlsplit(self.path)
            status, body = 401, json.loads('{"message": "Bad credentials"}')
            if TOKEN in (self.headers.get("PRIVATE-TOKEN"), self.headers.get("Authorization", "")[7:]):
                with lock:
                    status, body = found.answer(self.command, parts.path, json.loads(content or b"null"))
            self.close_connection = True
            self.send_response(status)
            if isinstance(body, list):
                page = int(parse_qs(parts.query).get("page", ["1"])[0])
                if len(body) > page * _PAGE:
                    self.send_header("Link", f'<{found.url}{parts.path}?page={page + 1}>; rel="next"')
                body = body[(page - 1) * _PAGE : page * _PAGE]
            data = b"" if body is None else json.dumps(body).encode()
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = answer  # noqa: N815  # http.server's names

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        found.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield found
        server.shutdown()
        thread.join()
