"""Read the settings: flags over the environment over wexa-sync.yaml over the defaults in the schema."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from wexa_sync.api.transport.url import is_vendors, normal_base_url
from wexa_sync.errors import InvalidSettings, SettingsError
from wexa_sync.kinds.spec.schema import bundled
from wexa_sync.manifests.find import is_searched
from wexa_sync.manifests.positions import Places
from wexa_sync.manifests.schema_check import schema_faults
from wexa_sync.manifests.schema_messages import Fault
from wexa_sync.manifests.sources import Sources
from wexa_sync.manifests.spelling import spelled_out, written
from wexa_sync.model import Document, Limits, Options, Secret, Source
from wexa_sync.text.files import SETTINGS_FILE, TextFault, shown_path, siblings
from wexa_sync.text.ids import usual_case
from wexa_sync.text.paths import expanded, to_write

KEY_VARIABLE = "WEXA_API_KEY"
_SCHEMA = "settings.schema.json"
_ENVIRONMENT = {"base_url": "WEXA_BASE_URL", "org_id": "WEXA_ORG_ID", "user_id": "WEXA_USER_ID"}
_LIKE_A_KEY = re.compile(r"(wexa)?(x?api|access|auth|secret)?(key|token|secret|password)")
_NONE: Mapping[str, Any] = {}
_USABLE_KEY = re.compile(r"[\x21-\x7e]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of a repository of manifests. `org_id` and `user_id` are empty where they are not set.

    Paths are absolute. schemas/settings.schema.json explains each field. `unconfirmed` is the place of a `base_url` in
    wexa-sync.yaml that is not Wexa's and that nothing else names: the key must not go there.
    """

    root: Path
    base_url: str
    org_id: str
    user_id: str
    api_key: Secret | None
    state: Path
    manifests: tuple[Path, ...]
    ignore: tuple[str, ...]
    vars: Mapping[str, Any]
    connect_timeout: float
    read_timeout: float
    options: Options
    limits: Limits
    unconfirmed: Source | None = None

    def sources(
        self,
        paths: Sequence[Path] = (),
        *,
        var_files: Sequence[Path] = (),
        assignments: Sequence[str] = (),
        env: Mapping[str, str],
    ) -> Sources:
        """Return the manifests in `paths`, or those that the settings name; with the values of their variables."""
        own = self.manifests == (self.root,)
        return Sources(
            paths=tuple(paths) or self.manifests,
            root=self.root,
            ignore=self.ignore,
            vars=self.vars,
            var_files=tuple(var_files),
            assignments=tuple(assignments),
            env=env,
            whole=self._all_manifests() if paths else None,
            dedicated=tuple(path for path in self.manifests if path.resolve() != self.root.resolve()),
            settings_file="" if own else shown_path(self.root / SETTINGS_FILE),
        )

    def _all_manifests(self) -> tuple[Path, ...]:
        """Return where all manifests of the state are.

        Without a settings file, a state that is named and lies elsewhere may be that of the current folder's manifests.
        """
        here = Path.cwd()
        named = (self.root / SETTINGS_FILE).exists()
        alone = named or self.state.is_relative_to(self.root) or not self.root.is_relative_to(here)
        return self.manifests if alone else (here,)


def read_settings(start: Path, env: Mapping[str, str], overrides: Mapping[str, Any] = _NONE) -> Settings:
    """Return the settings for work that begins at `start` (the current folder, or the first PATH).

    `root` is the nearest folder at or above `start` that holds wexa-sync.yaml. The search ends at a repository's top (a
    folder with `.git`). Without such a file, `root` is `start`, or the folder that holds `start`. `overrides` are
    flags, by the name of their field; None counts as not given. A path in a flag starts from the current folder, a path
    in the file from `root`. An empty environment variable counts as not set. Raises SettingsError
    that names every fault.
    """
    here = _current_folder() / start
    folder = here if os.path.isdir(here) else here.parent  # noqa: PTH112  # unlike Path's, it never raises
    file = _settings_file(folder)
    root = file.parent if file else folder
    found = {name: about["default"] for name, about in bundled(_SCHEMA)["properties"].items() if "default" in about}
    written = _read(file) if file else None
    found |= written.data if written else {}
    found |= (given := _given(env, overrides))
    manifests = _manifests(found["manifests"], root, written)
    return Settings(
        root=root,
        base_url=_one_spelling(found["base_url"]),
        org_id=usual_case(found.get("org_id", "")),
        user_id=found.get("user_id", ""),
        api_key=_api_key(overrides.get("api_key") or env.get(KEY_VARIABLE)),
        state=_state(found, root, manifests, "--state" if "state" in given else _place(written, "state")),
        manifests=manifests,
        ignore=tuple(found["ignore"]),
        vars=found["vars"],
        connect_timeout=float(found["connect_timeout"]),
        read_timeout=float(found["read_timeout"]),
        options=_options(found),
        limits=Limits(budget=float(found["budget"]), max_executions=found["max_executions"]),
        unconfirmed=None if written is None or "base_url" in given else _unconfirmed(written),
    )


def _options(found: Mapping[str, Any]) -> Options:
    """Return how to work, as far as settings say so."""
    return Options(
        parallelism=found["parallelism"],
        start=found["start"],
        grace=float(found["start_grace"]),
        settle=float(found["settle"]),
        allowed=frozenset(found["allow_undocumented"]),
        presumed=frozenset(found["new_project_connectors"]),
    )


def require_api(settings: Settings) -> None:
    """Raise SettingsError that names every missing setting that a call of the API needs.

    Raise it also where the key would go to a host that wexa-sync.yaml alone names: a person who can change that file,
    on a branch or in a pull request, must not be able to send the key to a server of their own.
    """
    if settings.unconfirmed is not None:
        raise SettingsError(
            f"{settings.unconfirmed}: base_url: {settings.base_url} is not Wexa's, and this file alone must not say "
            "where the API key goes; nothing was sent",
            hint=f"If you trust that server, name it outside the repository too: WEXA_BASE_URL={settings.base_url} or "
            "--base-url. Else take the line out.",
        )
    missing = []
    if settings.api_key is None:
        missing.append((f"the API key ({KEY_VARIABLE})", f"set the environment variable {KEY_VARIABLE}"))
    if not settings.org_id:
        where = f"set WEXA_ORG_ID, or `org_id` in {settings.root / SETTINGS_FILE}"
        missing.append(("the organisation's id (WEXA_ORG_ID)", where))
    if missing:
        what, how = (" and ".join(parts) for parts in zip(*missing, strict=True))
        raise SettingsError(
            f"missing: {what}", hint=f"{how[0].upper()}{how[1:]}. To try wexa-sync without them, add --sandbox."
        )


def _current_folder() -> Path:
    try:
        return Path.cwd()
    except OSError as error:
        raise SettingsError(f"the current folder is gone: {error.strerror}", hint="Go to another one.") from None


def _one_spelling(base_url: str) -> str:
    """Return the address in the one form that a state is bound to: another spelling is the same workspace."""
    parts = urlsplit(normal_base_url(base_url, allow_http=True))  # whether the key may go there is asked when it does
    usual = {"http": ":80", "https": ":443"}[parts.scheme]
    return urlunsplit(parts._replace(netloc=parts.netloc.removesuffix(usual).removesuffix(":")))


def _unconfirmed(file: Document) -> Source | None:
    """Return the place of the file's base_url where it is not Wexa's; None where the key may go there."""
    base_url = file.data.get("base_url")
    if base_url is None or is_vendors(_one_spelling(base_url)):
        return None
    return Places().in_document(file, ("base_url",))


def _manifests(paths: Sequence[str], root: Path, file: Document | None) -> tuple[Path, ...]:
    places = (_place(file, "manifests", index) for index in range(len(paths)))
    return tuple(root / _path(expanded, path, place) for path, place in zip(paths, places, strict=True))


def _state(found: Mapping[str, Any], root: Path, manifests: Sequence[Path], place: str) -> Path:
    """Return the state's file. Raises SettingsError where it can't be one, or would stand among the manifests."""
    file = root / _path(to_write, found["state"], place)
    if os.path.isdir(file):  # noqa: PTH112  # as above
        raise SettingsError(f"the state {file} is a folder", hint="Name a file: --state FILE, or `state: FILE`.")
    if file.name == SETTINGS_FILE or is_searched(file, manifests, found["ignore"], root):
        raise SettingsError(
            f"{place}: the state {found['state']} would stand among the manifests and be read as one",
            hint=f"Call it {file.stem}.json: the state is JSON. Move a state that is there already.",
        )
    return file


def _path(read: Callable[[str], str], text: str, place: str) -> str:
    """Return a path of the settings as `read` returns it. Raises SettingsError with the place where it can't be one."""
    try:
        return read(text)
    except TextFault as fault:
        raise SettingsError(f"{place}: {fault.message}", hint=fault.hint) from None


def _place(file: Document | None, *path: str | int) -> str:
    """Return the place of a setting in its file, to be shown; its name where no file has it."""
    return f"{Places().in_document(file, path)}: {path[0]}" if file else str(path[0])


def _settings_file(folder: Path) -> Path | None:
    for place in (folder, *folder.parents):
        if os.path.lexists(place / SETTINGS_FILE):
            return place / SETTINGS_FILE
        if other := next(filter(_is_nearly_settings, siblings(place / SETTINGS_FILE)), None):
            raise SettingsError(
                f"{place / other} is not read", hint=f"Call it {SETTINGS_FILE}: there is one name for it."
            )
        if os.path.lexists(place / ".git"):
            break
    return None


def _is_nearly_settings(name: str) -> bool:
    return re.sub("[^a-z]", "", name.lower()) in ("wexasyncyaml", "wexasyncyml")


def _read(file: Path) -> Document:
    from wexa_sync.manifests.yaml import read  # imports yaml

    documents, problems = read(file, shown_path(file))
    document = documents[0] if documents else Document(data={}, source=Source(file=shown_path(file)))
    data = document.data
    faults: list[Fault] = []
    if len(documents) > 1 or not isinstance(data, dict):
        faults.append(Fault((), "settings are one mapping of NAME: value", "Write `org_id: ...`, one a line."))
        data = {}
    keys = [name for name in data if _LIKE_A_KEY.fullmatch(re.sub("[^a-z]", "", name.lower()))]
    faults += [Fault((name,), "the API key must not stand in a file", _KEY_HINT, at_key=True) for name in keys]
    data = {name: value for name, value in data.items() if name not in keys}
    faults += spelled_out(schema_faults(_SCHEMA, data), document)
    if found := [*problems, *Places().problems(document, faults)]:
        raise InvalidSettings(sorted(found, key=lambda problem: problem.source))
    return replace(document, data=data | {"vars": written(document, data.get("vars", {}), "vars")})


_KEY_HINT = (
    f"Set the environment variable {KEY_VARIABLE} and take the line out. If others could read the file, make a new key."
)


def _given(env: Mapping[str, str], overrides: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of the environment and the flags, in the form of the file. Paths are absolute."""
    said = {name: value for name, value in overrides.items() if value is not None and name != "api_key"}
    if "state" in said:
        said["state"] = str(Path(_path(to_write, str(said["state"]), "--state")).absolute())
    if "manifests" in said:
        said["manifests"] = [str(Path(path).absolute()) for path in said["manifests"]]
    if "allow_undocumented" in said:
        said["allow_undocumented"] = list(said["allow_undocumented"])
    given = {name: env[variable] for name, variable in _ENVIRONMENT.items() if env.get(variable)} | said
    if faults := schema_faults(_SCHEMA, given):
        names = [str(fault.path[0]) for fault in faults]
        where = [f"--{name.replace('_', '-')}" if name in said else _ENVIRONMENT[name] for name in names]
        message = "; ".join(f"{place}: {fault.message}" for place, fault in zip(where, faults, strict=True))
        raise SettingsError(message, hint=" ".join(dict.fromkeys(fault.hint for fault in faults)))
    return given


def _api_key(value: str | None) -> Secret | None:
    if not value:
        return None
    if not _USABLE_KEY.fullmatch(value):
        raise SettingsError(
            f"{KEY_VARIABLE} holds a space, a line end or a character that no key has",
            hint="Copy the key again, without quotes and line ends: `printf %s` writes none, `echo` does.",
        )
    return Secret(template=f"${{env:{KEY_VARIABLE}}}", value=value)
