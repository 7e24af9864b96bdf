"""A wire between the command line and the sandbox, that loses answers and changes words; and runs to act on."""

from __future__ import annotations

import http.server
import json
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

import pytest
import requests
import yaml
from msgspec import Struct, field

if TYPE_CHECKING:
    from tests.conftest import Cli, Desk, Remote
    from tests.forks import Started


class Wire(Struct):
    """Pass requests on to a sandbox. What it does on the way is keyed by method and end of the path: `POST /pause`.

    In a path `*` stands for any text.
    `lose`: end the connection without an answer, once; True after the sandbox did the work, False before it heard of
    it. `refuse`: answer with that status, always. `words`: texts to put in the place of others in every answer.
    `lies`: what to say instead, given the true answer's JSON, always; bytes are sent as they are. `deaf`: answer thus,
    and let the sandbox hear nothing of it. `tamper`: what to say instead of the n-th answer since it was set.
    """

    to: str
    url: str = ""
    lose: dict[str, bool] = field(default_factory=dict)
    refuse: dict[str, int] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)
    lies: dict[str, Callable[[Any], Any]] = field(default_factory=dict)
    deaf: dict[str, Any] = field(default_factory=dict)
    tamper: Callable[[int, Any], Any] | None = None
    heard: int = 0
    sent: list[tuple[str, Any]] = field(default_factory=list)  # what was asked and is no GET, with its body

    def env(self, desk: Desk) -> dict[str, str]:
        """Return the settings that send requests over the wire. The desk's state is changed to belong there."""
        state = desk.folder / ".wexa-sync" / "state.json"
        if state.exists():
            state.write_text(state.read_text("utf-8").replace(self.to, self.url), "utf-8")
        return {**desk.remote.env, "WEXA_BASE_URL": self.url}

    def answer(self, method: str, path: str, headers: dict[str, str], content: bytes) -> tuple[int, bytes] | None:
        """Return the status and the body to answer with; None where the answer is lost."""
        asked = f"{method} {path.partition('?')[0]}"

        def named(places: dict[str, Any]) -> str | None:
            return next((name for name in places if fnmatchcase(asked, name.replace(" ", " *", 1))), None)

        if method != "GET":
            self.sent.append((asked, json.loads(content or b"null")))
        if name := named(self.refuse):
            return self.refuse[name], b'{"detail":"no such route"}'
        if name := named(self.deaf):
            return 200, json.dumps(self.deaf[name]).encode()
        lost = named(self.lose)
        if lost and not self.lose.pop(lost):
            return None
        answer = requests.request(method, self.to + path, data=content, headers=headers, timeout=60)
        if lost:
            self.lose.pop(lost, None)
            return None
        text = answer.text
        for old, new in self.words.items():
            text = text.replace(old, new)
        if answer.ok and self.tamper is not None:
            self.heard += 1
            text = json.dumps(self.tamper(self.heard, json.loads(text or "null")))
        if answer.ok and (name := named(self.lies)):
            said = self.lies[name](json.loads(text or "null"))
            return answer.status_code, said if isinstance(said, bytes) else json.dumps(said).encode()
        return answer.status_code, text.encode()


@contextmanager
def wired(remote: Remote) -> Iterator[Wire]:
    """Yield a wire to that sandbox, for the length of a block."""
    found = Wire(to=remote.server.base_url)

    class Passing(http.server.BaseHTTPRequestHandler):
        def answer(self) -> None:
            content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            kept = {key: value for key, value in self.headers.items() if key.lower() not in {"host", "connection"}}
            self.close_connection = True
            if (got := found.answer(self.command, self.path, kept, content)) is not None:
                self.send_response(got[0])
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(got[1])))
                self.end_headers()
                self.wfile.write(got[1])

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer  # noqa: N815  # http.server's names

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Passing) as server:
        found.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield found
        server.shutdown()
        thread.join()


@pytest.fixture
def wire(remote: Remote) -> Iterator[Wire]:
    """Yield a wire to the sandbox `remote`."""
    with wired(remote) as found:
        yield found


@pytest.fixture
def lay_wire() -> Callable[[Remote], AbstractContextManager[Wire]]:
    """Return a function that lays a wire to a test's own sandbox."""
    return wired


RUN = "support-desk/Execution/smoke-test"


def begin(desk: Desk, outcome: str = "completed", seconds: float = 3600, **spec: Any) -> str:
    """Apply the desk with a run that is under way and comes to that outcome after so long; answers the run's id."""
    script(desk.remote, outcome, seconds)
    file = desk.folder / "execution.yaml"
    manifest = yaml.safe_load(file.read_text(encoding="utf-8"))
    del manifest["spec"]["wait"]
    manifest["spec"] |= spec
    file.write_text(yaml.safe_dump(manifest), encoding="utf-8")
    desk.apply()
    advance(desk.remote, 1)
    records = desk.workspace.store.load().records
    (record,) = [record for address, record in records.items() if str(address) == RUN]
    desk.remote.forget()
    return record.id


def script(remote: Remote, outcome: str, seconds: float, goal: str = "") -> None:
    """Set how the runs of that goal end from now on."""
    body = {"match": {"goal_contains": goal}, "outcome": outcome, "seconds": seconds}
    remote.raw("POST", "/_sandbox/outcomes", body).raise_for_status()


def advance(remote: Remote, seconds: float) -> None:
    """Let time pass in the sandbox."""
    remote.raw("POST", "/_sandbox/clock", {"advance": seconds}).raise_for_status()


@pytest.fixture
def going(cli: Cli) -> Callable[..., AbstractContextManager[Started]]:
    """Return a function that starts the command line, which runs while the test does other things."""

    def start(desk: Desk, *words: str, **env: str) -> AbstractContextManager[Started]:
        return cli.going(desk.folder, *words, env={**desk.remote.env, **env})

    return start


@pytest.fixture
def begun() -> Callable[..., str]:
    """Return a function that applies a desk and leaves a run under way."""
    return begin


@pytest.fixture
def scripted() -> Callable[..., None]:
    """Return a function that sets how runs end."""
    return script


@pytest.fixture
def passing() -> Callable[..., None]:
    """Return a function that lets time pass in a sandbox."""
    return advance


def ids_of(desk: Desk) -> dict[str, str]:
    """Return the ids that the state holds."""
    return {str(address): record.id for address, record in desk.workspace.store.load().records.items()}


@pytest.fixture
def lost(desk: Desk) -> dict[str, str]:
    """Apply the desk without its run, lose the state, and return the ids that were recorded."""
    (desk.folder / "execution.yaml").unlink()
    desk.apply()
    ids = ids_of(desk)
    shutil.rmtree(desk.folder / ".wexa-sync")
    desk.remote.forget()
    return ids
