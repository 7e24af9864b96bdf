"""A state on a ref: the checkout stays as it is, pushes that are refused, lost or raced, and every kind of remote."""

from __future__ import annotations

import base64
import fcntl
import gzip
import hashlib
import os
import random
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests.unit.state.conftest import ME, TARGET, A, B, OnRef, program, record, take
from wexa_sync.errors import StateError, UsageError
from wexa_sync.git import Repository
from wexa_sync.model import GitPlace
from wexa_sync.state import Forget, Remember
from wexa_sync.state.git import GitStore
from wexa_sync.state.holder import owner

# A git that stands before the real one. It does to a push what its name says, as long as the file `times` lasts.
GIT = """#!/bin/sh
for word in "$@"; do [ "$word" = push ] && push=1; [ "$word" = ls-remote ] && look=1; done
left=$(cat {times} 2>/dev/null || echo 0)
if [ "$left" -gt 0 ] && [ -n "$push$look" ]; then
    [ -n "$push" ] && echo $((left - 1)) > {times}
    {what}
fi
exec {git} "$@"
"""
# As git says it of a connection by ssh, whatever became of that.
LOST = """cat >&2 <<'end'
fatal: the remote end hung up unexpectedly
fatal: Could not read from remote repository.

Please make sure you have the correct access rights
and the repository exists.
end
exit 128"""

RACED = 'echo "! :refs/wexa-sync/state.lock [rejected] (stale info)"; echo "error: failed to push" >&2; exit 1'
"""What git says where another process held the lock as the push began."""


@pytest.fixture
def broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Return a function that breaks the next pushes: before they are sent, after it, or for every look too."""

    real, folder = shutil.which("git"), tmp_path / "bin"
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")

    def break_(how: str, times: int = 1) -> None:
        what = {
            "before": f'if [ -n "$push" ]; then {LOST}\nfi',
            "after": f'if [ -n "$push" ]; then {real} "$@"; {LOST}\nfi',
            "raced": f'if [ -n "$push" ]; then {RACED}\nfi',
            "blind before": LOST,
            "blind after": f'if [ -n "$push" ]; then {real} "$@"; fi; {LOST}',
        }[how]
        folder.mkdir(exist_ok=True)
        (folder / "times").write_text(str(times))
        (folder / "git").write_text(GIT.format(times=folder / "times", what=what, git=real))
        (folder / "git").chmod(0o755)

    return break_


def contents(folder: Path) -> dict[str, str]:
    """Return a hash of each file, by name."""
    files = (file for file in sorted(folder.rglob("*")) if file.is_file())
    return {str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def messages(kept: OnRef) -> list[str]:
    return kept.git.run("log", "--format=%s", kept.place.ref).text.splitlines()


def test_the_shallow_detached_checkout_of_a_job_stays_as_it_is(on_ref: OnRef, tmp_path: Path) -> None:
    author, job = Repository(on_ref.clone), Repository(tmp_path / "job")
    for number in range(3):
        author.run(*ME, "commit", "-q", "--allow-empty", "-m", str(number))
    author.run("push", "-q", "origin", "HEAD:refs/heads/main")
    author.run("clone", "-q", "--depth=1", "--branch=main", f"file://{on_ref.remote}", str(job.folder))
    job.run("checkout", "-q", "--detach")
    for hook in ("pre-push", "reference-transaction", "post-commit"):
        (job.folder / ".git/hooks" / hook).write_text("#!/bin/sh\nexit 1\n")
        (job.folder / ".git/hooks" / hook).chmod(0o755)
    (job.folder / "edited.yaml").write_text("not committed\n")
    before = contents(job.folder)
    seen = OnRef(job.folder, on_ref.remote)
    take(on_ref)  # a state that has a history
    take(seen)
    with seen.store().session(TARGET) as session:
        session.write(Remember(record(B)))
    assert contents(job.folder) == before
    assert seen.store().load().records.keys() == {A, B}
    assert len(messages(seen)) == 6
    assert on_ref.git.run("for-each-ref", "--format=%(refname)").text.split() == ["refs/heads/main", seen.place.ref]


def test_earlier_states_are_found_also_after_a_look_at_the_newest(on_ref: OnRef) -> None:
    take(on_ref)
    with on_ref.store().session(TARGET) as session:
        session.write(Forget(A), Remember(record(B)))
    store = GitStore(on_ref.place)
    assert store.load().records.keys() == {B}
    saves = store.saves()
    assert [each.serial for each in saves] == [2, 2, 1, 1]
    assert [(each.recorded, each.forgotten) for each in saves] == [(0, 0), (1, 1), (0, 0), (1, 0)]
    assert store.load_at(saves[2].commit).records.keys() == {A}
    with pytest.raises(UsageError, match=r"4 commits of .* begin with ''"):
        store.load_at("")


def test_who_has_no_name_for_git_still_writes(on_ref: OnRef, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    take(on_ref)
    assert "<wexa-sync@localhost>" in on_ref.git.run("log", "-1", "--format=%an <%ae>", on_ref.place.ref).text
    Repository(on_ref.clone).run("config", "user.name", "Ada")
    Repository(on_ref.clone).run("config", "user.email", "ada@example.com")
    take(on_ref)
    assert on_ref.git.run("log", "-1", "--format=%an <%ae>", on_ref.place.ref).text == "Ada <ada@example.com>"


def test_nothing_is_left_in_the_temporary_folder(
    on_ref: OnRef, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    with program(
        on_ref, "it = opened()\nit.load(TARGET)\nprint(len(list(Path(sys.argv[3]).iterdir())))", tmp_path / "temporary"
    ) as process:
        assert process.communicate()[0] == "1\n"
    assert list((tmp_path / "temporary").iterdir()) == []


@pytest.mark.parametrize("how", ["before", "after"])
def test_a_push_that_is_lost_once_is_looked_for_and_made_again(
    on_ref: OnRef, broken: Callable[..., None], how: str
) -> None:
    with on_ref.store(pauses=(0.0,)).session(TARGET) as session:
        broken(how)
        session.write(Remember(record()))
        session.write(Remember(record(B)))
    assert on_ref.store().load().serial == 2
    assert messages(on_ref) == ["The state with 2 records", "1 recorded", "1 recorded"]


def test_a_lock_that_another_process_gave_back_in_the_meantime_is_taken(
    on_ref: OnRef, broken: Callable[..., None]
) -> None:
    broken("raced", times=2)
    with on_ref.store(pauses=(0.0, 0.0)).session(TARGET) as session:
        session.write(Remember(record()))
    assert on_ref.store().load().records.keys() == {A}


@pytest.mark.parametrize("how", ["blind before", "blind after"])
def test_after_a_push_whose_outcome_is_not_known_nothing_is_written_until_it_is(
    on_ref: OnRef, broken: Callable[..., None], how: str
) -> None:
    with on_ref.store(pauses=(0.0,)).session(TARGET) as session:
        session.write(Remember(record()))
        broken(how, times=9)
        for _ in range(2):
            with pytest.raises(StateError, match="remote end hung up") as caught:
                session.write(Remember(record(B)))
        assert session.state.records.keys() == {A}
        broken(how, times=0)
    assert "run the same command again" in caught.value.hint
    assert on_ref.store().load().records.keys() == {A}  # what was acknowledged, and no more
    assert on_ref.names() == ["state.json"]
    take(on_ref)


def test_what_others_did_to_the_ref_is_told_and_never_overwritten(on_ref: OnRef) -> None:
    take(on_ref)
    (first, *_) = on_ref.git.run("rev-list", on_ref.place.ref).text.split()
    other = on_ref.git.run(*ME, "commit-tree", f"{first}^{{tree}}", "-m", "by hand").text
    for now, what in ((other, f"is at {other[:12]} now"), (None, "is gone now")):
        with on_ref.store().session(TARGET) as session:
            on_ref.git.run("update-ref", *(("-d", on_ref.place.ref) if now is None else (on_ref.place.ref, now)))
            with pytest.raises(
                StateError, match=f"was changed by something else.*{what}. Nothing was overwritten"
            ) as caught:
                session.write(Remember(record(B)))
        assert first in caught.value.hint
        assert on_ref.git.commit(on_ref.place.ref) == now
        assert on_ref.names() == (["state.json"] if now else [])  # the lock is given back
        on_ref.git.run("update-ref", on_ref.place.ref, first)


@pytest.mark.parametrize("refs", ["refs/wexa-sync/state", "refs/wexa-sync/state-lock"])
def test_a_rule_of_the_remote_is_told_with_what_to_do(on_ref: OnRef, refs: str) -> None:
    take(on_ref)
    before = on_ref.git.commit(on_ref.place.ref)
    hook = on_ref.remote / "hooks/update"
    hook.write_text(f'#!/bin/sh\n[ "$1" != {refs} ] || {{ echo "GH013: Repository rule violations"; exit 1; }}\n')
    hook.chmod(0o755)
    with pytest.raises(StateError, match=r"the remote refused it: .*GH013: Repository rule violations") as caught:
        take(on_ref)
    assert "refs/wexa-sync/state-lock" in caught.value.hint
    assert "\t" not in caught.value.message
    hook.unlink()
    assert on_ref.git.commit(on_ref.place.ref) == before
    assert on_ref.names() == ["state.json"]


def test_a_remote_that_refuses_in_the_middle_is_told_once(on_ref: OnRef) -> None:
    with on_ref.store().session(TARGET) as session:
        hook = on_ref.remote / "hooks/pre-receive"
        hook.write_text("#!/bin/sh\nexit 1\n")
        hook.chmod(0o755)
        with pytest.raises(StateError, match="the remote refused it"):
            session.write(Remember(record()))
    assert on_ref.names() == ["state.json.lock"]  # of a process that ends, so that the lock is free then


def test_a_remote_that_is_not_there_is_told(on_ref: OnRef) -> None:
    for remote, hint in (("upstream", "git remote -v"), (str(on_ref.remote / "none"), "git remote -v")):
        store = GitStore(GitPlace(on_ref.clone, remote))
        with pytest.raises(StateError, match="does not appear to be a git repository") as caught:
            store.load()
        assert hint in caught.value.hint


def test_a_folder_in_no_repository_is_told_of_both_ways_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(StateError, match="does not appear to be a git repository") as caught:
        GitStore(GitPlace(tmp_path)).load()
    assert "`git init` makes one" in caught.value.hint
    assert "--state FILE" in caught.value.hint


def test_a_ref_that_holds_no_state_is_left_alone(on_ref: OnRef) -> None:
    author = Repository(on_ref.clone)
    (on_ref.clone / "README.md").write_text("a project\n")
    author.run("add", ".")
    author.run(*ME, "commit", "-q", "-m", "first")
    author.run("push", "-q", "origin", f"HEAD:{on_ref.place.ref}")
    with pytest.raises(StateError, match=r"holds other files than a state, as README\.md"):
        take(on_ref)
    assert on_ref.git.run("log", "--format=%s", on_ref.place.ref).text == "first"


def test_who_lost_the_lock_for_a_while_writes_nothing_more(on_ref: OnRef) -> None:
    with on_ref.store().session(TARGET) as session:
        session.write(Remember(record()))
        lock = on_ref.git.commit(on_ref.place.lock)
        assert lock is not None
        on_ref.lock(None)
        take(on_ref)  # another process has it meanwhile, and gives it back
        on_ref.git.run("update-ref", on_ref.place.lock, lock)  # and even where the lock looks like ours again
        with pytest.raises(StateError, match="was changed by something else"):
            session.write(Remember(record(B)))
    assert on_ref.store().load().serial == 2


def test_an_expired_lock_is_taken_over_so_that_its_holder_can_t_come_back(
    on_ref: OnRef, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wexa_sync.state.ref_lock.process_of", lambda _pid: "")  # as on another machine
    with on_ref.store(lease=0.0).session(TARGET) as session:
        session.write(Remember(record()))
        take(on_ref)
        with pytest.raises(StateError, match="was lost"):
            session.write(Forget(A))
    (fence,) = (each for each in GitStore(on_ref.place).saves() if "was taken over or removed" in each.title)
    assert (fence.by, fence.serial) == (owner(), -1)
    assert on_ref.store().load().records == {A: record()}


def test_the_lease_is_renewed_with_a_write_and_without(on_ref: OnRef, monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now)
    with on_ref.store(lease=100).session(TARGET) as session:
        tips = [on_ref.git.commit(on_ref.place.lock)]
        for seconds, entries in ((49, [Remember(record())]), (2, []), (49, []), (2, [Forget(A)])):
            now += seconds
            session.write(*entries)
            tips.append(on_ref.git.commit(on_ref.place.lock))
    first, second, third, fourth, fifth = tips
    assert first == second != third == fourth != fifth
    assert on_ref.names() == ["state.json"]


def test_a_remote_by_ssh(on_ref: OnRef, tmp_path: Path) -> None:
    ssh = tmp_path / "ssh"
    ssh.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/asked\nfor command; do :; done\nexec sh -c "$command"\n')
    ssh.chmod(0o755)
    clone = Repository(on_ref.clone)
    clone.run("remote", "set-url", "origin", f"git@example.com:{on_ref.remote}")
    clone.run("config", "core.sshCommand", str(ssh))
    take(on_ref)
    assert on_ref.store().load().records == {A: record()}
    assert "git@example.com git-receive-pack" in (tmp_path / "asked").read_text()


class Hosting(BaseHTTPRequestHandler):
    """Represent a git server by http, as git itself brings one, for who has the password in a header."""

    folder: Path
    wanted = "Basic " + base64.b64encode(b"x-access-token:sentinel-token").decode()

    def answer(self) -> None:
        """Run git's own server program on the request."""
        if self.headers.get("Authorization") != self.wanted:
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="git"')
            self.end_headers()
            return
        path, _, query = self.path.partition("?")
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        env = {
            "GIT_PROJECT_ROOT": str(self.folder),
            "GIT_HTTP_EXPORT_ALL": "1",
            "REMOTE_USER": "somebody",
            "REQUEST_METHOD": self.command,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            "PATH": os.environ["PATH"],
        }
        done = subprocess.run(["git", "http-backend"], env=env, input=body, capture_output=True, check=True)
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        said = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
        self.send_response(int(said.pop("Status", "200").split()[0]))
        for name, value in said.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = answer  # noqa: N815  # the names of the base class

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def hosted(on_ref: OnRef) -> Iterator[OnRef]:
    """Return the place with a remote by http."""
    handler = type("Here", (Hosting,), {"folder": on_ref.remote.parent})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/remote.git"
        Repository(on_ref.clone).run("remote", "set-url", "origin", url)
        yield on_ref
        server.shutdown()


def test_a_remote_by_http_with_the_header_that_a_checkout_left(hosted: OnRef, tmp_path: Path) -> None:
    with pytest.raises(StateError, match="could not read Username") as caught:
        take(hosted)
    assert "git has no right" in caught.value.hint
    clone = Repository(hosted.clone)
    # As the checkout of GitHub Actions does it: a file outside, for this repository alone.
    file = str(tmp_path / "credentials.config")
    clone.run("config", "-f", file, "http.extraheader", f"Authorization: {Hosting.wanted}")
    clone.run("config", f"includeIf.gitdir:{hosted.clone}/.git.path", file)
    take(hosted)
    assert hosted.store().load().records == {A: record()}
    assert hosted.store().unlock() is None


def test_a_remote_by_http_with_a_credential_helper(hosted: OnRef) -> None:
    helper = "!f() { echo username=x-access-token; echo password=sentinel-token; }; f"
    Repository(hosted.clone).run("config", "credential.helper", helper)
    take(hosted)
    assert hosted.store().load().records == {A: record()}


def test_who_may_read_only_is_told_what_to_do(hosted: OnRef) -> None:
    helper = "!f() { echo username=x-access-token; echo password=sentinel-token; }; f"
    Repository(hosted.clone).run("config", "credential.helper", helper)
    take(hosted)
    hosted.git.run("config", "http.receivepack", "false")
    assert hosted.store().load().records == {A: record()}
    with pytest.raises(StateError, match="403") as caught:
        take(hosted)
    assert "`permissions: contents: write`" in caught.value.hint
    assert hosted.names() == ["state.json"]


# Writes without end, and says each time that a write has returned.
VICTIM = """
with opened().session(TARGET) as session:
    for n in range(1000):
        address = Address(project="desk", kind="Skill", name=f"s{n}")
        session.write(Remember(Record(address=address, id=str(n), spec={"n": n})))
        print("ack", flush=True)
"""


@pytest.mark.parametrize("seed", range(2))
def test_a_kill_at_any_moment_loses_nothing_that_was_acknowledged(on_ref: OnRef, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 (no secret depends on it)
    take(on_ref)
    with program(on_ref, VICTIM) as victim:
        assert victim.stdout is not None
        for _ in range(chance.randrange(4)):
            assert victim.stdout.readline() == "ack\n"
        time.sleep(chance.random() * 0.1)
        victim.kill()
        acknowledged = victim.stdout.read().count("ack")
    with on_ref.store().session(TARGET) as session:  # the lock is free, and a git that went on alone is shut out
        held = session.state.serial - 1
        assert acknowledged <= held
        session.write(Forget(A))
    assert on_ref.store().load() == session.state
    assert on_ref.names() == ["state.json"]


def test_the_repository_of_a_killed_process_goes_with_the_next_one(
    on_ref: OnRef, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    around = tmp_path / "temporary"
    around.mkdir()
    monkeypatch.setenv("TMPDIR", str(around))
    monkeypatch.setattr(tempfile, "tempdir", None)
    with program(on_ref, VICTIM) as victim:
        assert victim.stdout is not None
        assert victim.stdout.readline() == "ack\n"
        victim.kill()
        victim.wait()
    (left,) = around.iterdir()
    fd = os.open(left, os.O_RDONLY)
    fcntl.flock(fd, fcntl.LOCK_EX)  # a git that went on alone has ended
    os.close(fd)
    assert on_ref.store().load().records
    assert not left.exists()
