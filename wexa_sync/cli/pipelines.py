"""Lay out the files with which a CI system plans, applies and looks for drift, as `init` writes them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Final

from wexa_sync import __version__
from wexa_sync.text.patterns import pattern

ACTION: Final = ".github/actions/wexa-sync/"
SYSTEMS: Final = {"github": (".github/workflows/wexa-sync.yml", ACTION), "gitlab": (".gitlab-ci.yml",)}
"""The CI systems, and where the files of each begin."""

_SHIPPED = ("action.yml", "action/run.sh")
_SECRET = pattern(r"\$\{secret:([A-Za-z_][A-Za-z0-9_]*)")
_LINE = pattern(r"@(ONE|MANY)@(.*\n)")


def shipped(package: Path) -> dict[str, str]:
    """Return the files of the action, by their path in a user's repository.

    A wheel has them among the templates. In a checkout they stand at the top, where GitHub looks for an action.
    """
    found = {ACTION + name: package.parent / name for name in _SHIPPED}
    return {name: path.read_text(encoding="utf-8") for name, path in found.items() if path.is_file()}


def of_system(name: str, system: str) -> bool:
    """True when a file belongs to that CI system, or to none."""
    others = [start for other, starts in SYSTEMS.items() if other != system for start in starts]
    return not name.startswith(tuple(others))


def is_pipeline(name: str) -> bool:
    """True when a file belongs to a CI system."""
    return not of_system(name, "")


def filled(text: str, environments: Sequence[str], secrets: Iterable[str]) -> str:
    """Return the text of a pipeline for a repository with these environments, and these secrets in its manifests."""
    kept = "MANY" if environments else "ONE"
    text = _LINE.sub(lambda line: line[2] if line[1] == kept else "", text)
    of_keys = {f"WEXA_API_KEY_{name.upper().replace('-', '_')}": name for name in environments} or {"WEXA_API_KEY": ""}
    # On GitLab an environment of the project may hold a key of its own under the one name.
    asked = [f"${name}" for name in dict.fromkeys([*of_keys, "WEXA_API_KEY"])]
    keys = [_line(name, environment) for name, environment in of_keys.items()]
    words = {
        "@VERSION@": __version__,
        "@ENVIRONMENTS@": ", ".join(environments),
        "@QUOTED@": ", ".join(f'"{name}"' for name in environments),
        "@KEYS@": "\n".join([*keys, *(_line(name) for name in sorted(secrets) if name not in of_keys)]),
        "@KEY@": "\n".join(keys),
        "@ENV@": ' --env "$WEXA_ENVIRONMENT"' if environments else "",
        "@OF@": "-$WEXA_ENVIRONMENT" if environments else "",
        "@A_KEY@": f"({' || '.join(asked)})" if environments else "$WEXA_API_KEY",
        "@NO_KEY@": " && ".join(f"{name} == null" for name in asked),
    }
    for word, value in words.items():
        text = text.replace(word, value)
    return text


def _line(secret: str, environment: str = "") -> str:
    """Return the line that gives a job a secret; with an environment, only the jobs of that one get the value."""
    value = f"secrets.{secret}"
    if environment:
        value = f"matrix.env == '{environment}' && {value} || ''"
    return f"          {secret}: ${{{{ {value} }}}}"


def secrets_in(texts: Iterable[str]) -> Collection[str]:
    """Return the names of the secrets that manifests ask for."""
    return {name for text in texts for name in _SECRET.findall(text)}
