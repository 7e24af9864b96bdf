"""Read the manifests as a commit has them, with the settings, paths and variables of the command line."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from wexa_sync import engine
from wexa_sync.errors import InvalidManifests, NothingDeclared, UnknownEnvironment, UsageError, WexaSyncError
from wexa_sync.git import Repository
from wexa_sync.manifests.sources import Sources
from wexa_sync.model import Desired
from wexa_sync.settings import Settings
from wexa_sync.text.patterns import pattern
from wexa_sync.text.scratch import Scratch

if TYPE_CHECKING:
    from wexa_sync.cli.request import Request

_BRANCH = pattern(r"(?:refs/heads/|refs/remotes/origin/|origin/)?([\w][\w./-]*)")


class Commit(Struct, frozen=True):
    """Describe a commit of the repository that holds the manifests. `name`: what people call it."""

    repository: Repository
    id: str
    name: str


def commit_of(request: Request, ref: str, flag: str) -> Commit:
    """Return the commit that `ref` names. Raises UsageError, with how to get it, where there is none here.

    `flag`: the option that names it.
    """
    repository = Repository(Path(Repository(request.settings.root).run("rev-parse", "--show-toplevel").text))
    if (commit := repository.commit(ref)) is None:
        raise UsageError(f"there is no commit {ref} here", hint=_how_to_fetch(ref, flag))
    return Commit(repository, commit, ref)


def declared_at(request: Request, commit: Commit) -> Desired:
    """Return what the manifests declare at a commit.

    The paths and the variable files are those of the command line, as the commit has them.
    """
    root, top = request.settings.root, commit.repository.folder
    with Scratch() as scratch:
        folder = Path(os.path.realpath(scratch.folder))
        sources = request.sources
        wanted = [root, *sources.paths, *sources.own_var_files, *sources.var_files]
        inside = [path for path in map(_real, wanted) if path.is_relative_to(top)]
        commit.repository.write_out(commit.id, folder, dict.fromkeys(path.relative_to(top) for path in inside))
        with _as_of(commit.name, folder):
            return _read(request, top, folder)


def _sources(request: Request, top: Path, folder: Path) -> Sources:
    """Return the sources that the command line asks for, in the folder that holds them as the commit has them."""

    def there(path: Path) -> Path:
        real = _real(path)
        return folder / real.relative_to(top) if real.is_relative_to(top) else path

    sources = request.sources
    settings = _settings_at(request, there(request.settings.root))
    paths = [there(path) for path in sources.paths] if sources.whole is not None else []
    files = [other if (other := there(file)).exists() else file for file in sources.var_files]
    found = settings.sources(paths, var_files=files, assignments=sources.assignments, env=sources.env)
    return replace(found, paths=tuple(path for path in found.paths if path.exists()))


def _settings_at(request: Request, root: Path) -> Settings:
    """Return the settings of the commit. Where it has no environments yet, its manifests are those of all.

    Raises NothingDeclared where it has others than the one that is named: that one is new, with all that is in it.
    """
    try:
        return request.settings_at(root)
    except UnknownEnvironment as error:
        settings = request.settings_at(root, environment="")
        if settings.environments:
            raise NothingDeclared(error.message, hint=error.hint) from None
        return settings


def _read(request: Request, top: Path, folder: Path) -> Desired:
    try:
        return engine.read(_sources(request, top, folder))
    except NothingDeclared:
        return engine.NOTHING


@contextmanager
def _as_of(ref: str, folder: Path) -> Iterator[None]:
    """Name the files of an error as files of the commit, and not of the folder that they were written to."""

    def named(text: str) -> str:
        return text.replace(f"{folder}/", f"{ref}:").replace(str(folder), f"{ref}:")

    try:
        yield
    except InvalidManifests as error:
        raise InvalidManifests(
            [
                replace(each, message=named(each.message), source=replace(each.source, file=named(each.source.file)))
                for each in error.problems
            ]
        ) from None
    except WexaSyncError as error:
        error.message, error.hint = named(error.message), named(error.hint)
        raise


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))


def _how_to_fetch(ref: str, flag: str) -> str:
    """Return how to get a commit that a shallow or a single-branch checkout does not have."""
    branch = _BRANCH.fullmatch(ref)
    if branch is None or ref.startswith("HEAD"):
        return (
            "A shallow checkout has few commits or only one: check out with fetch-depth 2 for HEAD^1, or deepen it: "
            "`git fetch --deepen=1`."
        )
    name = branch[1]
    return (
        "A shallow checkout has no other commits: "
        f"`git fetch --depth=1 origin {name}`, then `{flag} FETCH_HEAD`. Or check out with fetch-depth 0."
    )
