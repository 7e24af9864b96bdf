"""Call GitHub's API: with the token of the job, in pages, a few times where it is busy. Never a redirect."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from wexa_sync.errors import PublishError
from wexa_sync.publish.job import Job
from wexa_sync.publish.session import open_session
from wexa_sync.text.files import short
from wexa_sync.text.json import parse
from wexa_sync.text.visible import prose

if TYPE_CHECKING:
    from requests import Response

_TIMEOUT = (5, 30)
_TRIES = 3
_LONGEST_WAIT = 60.0
_MOST_PAGES = 200
_MAX_BODY = 64 * 1024 * 1024
_REPEATABLE = ("GET", "PATCH", "PUT", "DELETE")

HINTS = {
    401: "The token is wrong, or its job has ended. Pass GITHUB_TOKEN: ${{ github.token }}.",
    403: "Give the job `permissions:` with {right}: write. A pull request from a fork never gets that.",
    404: "See that it is still there, and that the token may read this repository.",
    422: "The server found a fault in what it was given: see its words above.",
}
_BUSY = "The server is busy or down. Run the job again later."


class GitHub:
    """Represent the API of GitHub for one job. `sleep` lets time pass between two tries."""

    hints: Mapping[int, str] = HINTS

    def __init__(self, job: Job, *, sleep: Callable[[float], object] = time.sleep) -> None:
        self.job = job
        self._root = f"{job.api_url}/repos/{job.repository}"
        self._sleep = sleep
        self._session = open_session(job.api_url, self._sign)
        self._session.headers["Accept"] = "application/vnd.github+json"

    def login(self) -> str:
        """Return the name that the token writes under. A job's own token can't ask for it in any but the first way."""
        asked = {"query": "query { viewer { login } }"}
        with suppress(PublishError, KeyError, TypeError):
            return str(
                self._sent("POST", self.job.graphql_url, asked, "say whose token this is", "")["data"]["viewer"][
                    "login"
                ]
            )
        answer = self._sent("GET", f"{self.job.api_url}/user", None, "say whose token this is", "")
        return str(answer.get("login", "")) if isinstance(answer, dict) else ""

    def send(self, method: str, path: str, body: Mapping[str, Any] | None = None, *, doing: str, right: str) -> Any:
        """Send a request about the repository, and return the response's JSON. Raises PublishError.

        `doing` says what it is for, and `right` which permission it needs.
        """
        return self._sent(method, f"{self._root}/{path}", body, doing, right)

    def pages(self, path: str, query: str = "", *, doing: str, right: str) -> Iterator[Mapping[str, Any]]:
        """Yield every item of a list, page by page. A page that fails is an error, never a shorter list."""
        url = f"{self._root}/{path}?per_page=100{query}"
        for page in range(1, _MOST_PAGES + 1):
            response = self._answer("GET", f"{url}&page={page}", None, doing, right)
            items = _json(response, doing)
            if not isinstance(items, list):
                raise PublishError(f"could not {doing}: no list came", hint=_BUSY)
            yield from (item for item in items if isinstance(item, dict))
            if "next" not in response.links:
                return
        raise PublishError(f"could not {doing}: the list has no end", hint=_BUSY)

    def _sign(self) -> tuple[str, str]:
        return "Authorization", f"Bearer {self.job.token.reveal()}"

    def _sent(self, method: str, url: str, body: Mapping[str, Any] | None, doing: str, right: str) -> Any:
        return _json(self._answer(method, url, body, doing, right), doing)

    def _answer(self, method: str, url: str, body: Mapping[str, Any] | None, doing: str, right: str) -> Response:
        for attempt in range(1, _TRIES + 1):
            response, fault = self._try(method, url, body)
            status = response.status_code if response is not None else None
            if response is not None and 200 <= response.status_code < 300:
                return response
            wait = _wait(response, attempt) if method in _REPEATABLE or status in (403, 429) else None
            if wait is None or attempt == _TRIES:
                break
            self._sleep(wait)
        raise _failure(response, fault, doing, self.hints, right, self.job.token.reveal())

    def _try(self, method: str, url: str, body: Mapping[str, Any] | None) -> tuple[Response | None, str]:
        from requests import RequestException

        try:
            return self._session.request(
                method, url, json=body, timeout=_TIMEOUT, allow_redirects=False, stream=True
            ), ""
        except (RequestException, OSError, ValueError) as error:
            return None, type(error).__name__


def _wait(response: Response | None, attempt: int) -> float | None:
    """Return how long to wait before another try; None where none would help."""
    wait = float(2 ** (attempt - 1))
    if response is None or response.status_code >= 500:
        return wait
    asked = response.headers.get("Retry-After", "")
    if response.status_code == 429 or (response.status_code == 403 and asked):
        wait = float(asked) if asked.isascii() and asked.isdigit() else wait
        return wait if wait <= _LONGEST_WAIT else None
    return None


def _failure(
    response: Response | None, fault: str, doing: str, hints: Mapping[int, str], right: str, token: str
) -> PublishError:
    if response is None:
        return PublishError(f"could not {doing}: no response ({fault})", hint="Look at the network of this job.")
    status, said = response.status_code, ""
    with suppress(PublishError):
        answer = _json(response, doing)
        if isinstance(answer, dict) and isinstance(answer.get("message"), str):
            said = f" {short(prose(answer['message'].replace(token, '***')))}"
    hint = hints.get(status, _BUSY).replace("{right}", right or "contents")
    return PublishError(f"could not {doing}: {status}{said}", hint=hint, status=status)


def _json(response: Response, doing: str) -> Any:
    from requests import RequestException

    try:
        with response:
            content = bytearray()
            for chunk in response.iter_content(64 * 1024):
                content += chunk
                if len(content) > _MAX_BODY:
                    raise ValueError("it is too long")
        return parse(bytes(content)) if content else None
    except (RequestException, OSError, ValueError):
        raise PublishError(f"could not {doing}: what came is no JSON", hint=_BUSY) from None
