"""Open the workspace that a command works on: the API, the state, and the organisation that both belong to."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from wexa_sync.api.cutoff import Cutoff, Hear
from wexa_sync.errors import SettingsError, UsageError
from wexa_sync.model import FilePlace, GitPlace, Options, Secret, Target
from wexa_sync.settings import Settings, require_api, require_environment

if TYPE_CHECKING:
    from wexa_sync.api.client import Api
    from wexa_sync.api.transport.http import Exchange
    from wexa_sync.model import Origin
    from wexa_sync.sandbox import SandboxConfig
    from wexa_sync.state import State, StateSession, StateStore

SANDBOX_URL = "sandbox"
"""The base URL of a sandbox in state and plans: its port differs each time."""


def _nowhere() -> Origin:
    """Return the origin of an apply that nothing is known of."""
    from wexa_sync.model import Origin  # a plan needs none

    return Origin()


class Workspace(Struct, frozen=True, kw_only=True):
    """Hold the API and the state of one organisation, and how to work with them.

    `session` is the right to change the state, where `engine.locked` holds it. `origin` says where an apply comes from;
    it is asked for once there is something to apply. `known` is the state, where it was read already.
    """

    api: Api
    store: StateStore
    target: Target
    options: Options = field(default_factory=Options)
    cutoff: Cutoff = field(default_factory=Cutoff)
    session: StateSession | None = None
    origin: Callable[[], Origin] = _nowhere
    known: State | None = None

    @property
    def state(self) -> State:
        """Return the state of the target."""
        return self.store.load(self.target) if self.known is None else self.known

    def let_lists_settle(self, seconds: float) -> None:
        """Wait between two looks at the lists, and report that."""
        self.cutoff.waiting("the lists of the API, which may not show yet what was sent", self.options.settle)
        self.cutoff.wait(seconds)


class Rehearsal(Struct, frozen=True, kw_only=True):
    """Describe a sandbox to work on in place of the API: what fails there, and how it reads the documentation."""

    faults: tuple[str, ...] = ()
    readings: tuple[str, ...] = ()


def open_store(
    settings: Settings,
    *,
    rehearsal: bool = False,
    lock_timeout: float = 0.0,
    waits: Hear = lambda _what, _left: None,
) -> StateStore:
    """Return the store of the state. A rehearsal has a state file of its own, beside the real one.

    `lock_timeout`: seconds to wait for a state that another process has locked. `waits` is told of that wait.
    """
    if settings.environments and not settings.environment:
        require_environment([each.name for each in settings.environments])
    place = settings.state
    if rehearsal:
        real = (
            place.path
            if isinstance(place, FilePlace)
            else settings.root / ".wexa-sync" / f"{settings.name or 'state'}.json"
        )
        place = FilePlace(real.with_name(f"sandbox-{real.name}"))
    if isinstance(place, GitPlace):
        from wexa_sync.state.git import GitStore

        return GitStore(place, environment=settings.name, lock_timeout=lock_timeout, waits=waits)
    from wexa_sync.state import FileStore

    return FileStore(place.path, environment=settings.name, lock_timeout=lock_timeout, waits=waits)


@contextmanager
def open_workspace(
    settings: Settings,
    *,
    options: Options | None = None,
    rehearsal: Rehearsal | None = None,
    lock_timeout: float = 0.0,
    cutoff: Cutoff | None = None,
    observer: Callable[[Exchange], None] | None = None,
) -> Iterator[Workspace]:
    """Open the workspace of these settings. For a rehearsal, a server runs in this process until the workspace closes.

    `observer` is called after every request. Raises SettingsError where the settings lack what a call of the API needs.
    """
    from wexa_sync.api.client import Api
    from wexa_sync.api.transport.http import Http

    chosen, ends = options or settings.options, cutoff or Cutoff()
    with _reached(settings, rehearsal) as (own, target, base_url):
        assert own.api_key is not None
        http = Http(
            base_url=base_url,
            api_key=own.api_key,
            connect_timeout=own.connect_timeout,
            read_timeout=own.read_timeout,
            pool=chosen.parallelism,
            observer=observer,
            cutoff=ends,
        )
        with closing(http):
            store = open_store(settings, rehearsal=rehearsal is not None, lock_timeout=lock_timeout, waits=ends.waiting)
            yield Workspace(
                api=Api(http, org_id=own.org_id, user_id=own.user_id, at_once=chosen.parallelism),
                store=store,
                origin=partial(_origin, settings.root, store.files, target.environment),
                target=target,
                options=chosen,
                cutoff=ends,
            )


def _origin(root: Path, files: Sequence[Path], environment: str) -> Origin:
    """Return where an apply of the manifests in `root` comes from. `files` are those of the state."""
    from wexa_sync.state.origin import origin_of  # it runs git, which a plan does not need

    return origin_of(root, os.environ, leave=files, environment=environment)


@contextmanager
def _reached(settings: Settings, rehearsal: Rehearsal | None) -> Iterator[tuple[Settings, Target, str]]:
    """Yield the settings to use, the target that state and plans name, and the base URL to call."""
    if rehearsal is None:
        require_api(settings)
        target = Target(base_url=settings.base_url, org_id=settings.org_id, environment=settings.name)
        yield settings, target, settings.base_url
        return
    from wexa_sync.sandbox import running

    named = f"-{settings.name}" if settings.name else ""  # each environment has a sandbox of its own
    data = settings.root / ".wexa-sync" / f"sandbox{named}.db"
    with sandbox_errors(), running(sandbox_config(data, rehearsal)) as server:
        key = Secret(template="", value="sandbox")
        own = replace(settings, org_id=server.org_id, user_id=server.user_id, api_key=key)
        yield own, Target(base_url=SANDBOX_URL, org_id=server.org_id, environment=settings.name), server.base_url


def sandbox_config(data: Path, rehearsal: Rehearsal) -> SandboxConfig:
    """Return the configuration of a sandbox with its data in that file."""
    from wexa_sync.sandbox import SandboxConfig

    readings = dict(reading.partition("=")[::2] for reading in rehearsal.readings)
    return SandboxConfig(data=data, readings=readings, faults=rehearsal.faults)


@contextmanager
def sandbox_errors() -> Iterator[None]:
    """Raise the errors of a sandbox as UsageError or SettingsError."""
    from wexa_sync.sandbox import FaultError, ReadingError, SandboxError

    try:
        yield
    except (FaultError, ReadingError) as error:
        raise UsageError(str(error), hint=error.hint) from None
    except SandboxError as error:
        raise SettingsError(str(error), hint=error.hint) from None
