"""Tell manifests from the YAML that other tools keep in the same repository.

Whoever misspells `apiVersion` or `kind` still means a manifest: only what surely is none is left alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from wexa_sync.errors import Unfilled
from wexa_sync.kinds import BY_NAME
from wexa_sync.model import Secret
from wexa_sync.text.patterns import pattern
from wexa_sync.text.suggest import nearest

API_VERSION = "wexa.ai/v1"

_VERSION_KEY, _KIND_KEY = "apiVersion", "kind"
_DEEPEST = 6  # where a manifest may stand inside another document, wrapped or indented by mistake
_LINK = pattern(r"[^\s:]+\.ya?ml")
# In a text that can't be parsed: the keys as they look, and a version of ours whatever its key is called.
_VERSIONS = pattern(r"(?im)\bapi[_ -]?ver[a-z]*[\"']?[ \t]*:[ \t]*[\"']?([^\s\"',}#]*)")
_KINDS = pattern(r"(?im)^[\s>{,\"'-]*kind[\"']?[ \t]*:[ \t]*[\"']?([\w-]*)")
_OURS = pattern(r"(?i)(?<![\w/.-])wexa(?:[.-]?(?:ai|sync|io|com))?/v?\d")
_PARTS = pattern(r"(?m)^(metadata|spec)[ \t]*:")
# Nobody can tell what such a file holds: it may be a manifest.
_LOCKED = pattern(r"GITCRYPT|version https://(?:git-lfs|hawser)\.|(?:\.\./)*(?:\.git)?/annex/objects/")
_SEPARATOR = pattern(r"(?m)^---(?=\s|$)")


def is_ours(data: Any) -> bool:
    """True when the document means to be a manifest of wexa-sync, be it one with problems."""
    if isinstance(data, str):  # a link that git checked out as a text
        return not isinstance(data, Unfilled) and _LINK.fullmatch(data) is not None
    if isinstance(data, list):
        return any(map(is_ours, (item for item in data if isinstance(item, dict))))
    if not isinstance(data, dict):
        return False
    if data.get(_VERSION_KEY) == API_VERSION:  # far the most common
        return True
    if data.keys() == {"moved"}:  # the list of wexa-sync.yaml, pasted into a file of its own
        return True
    versions = [value for key, value in data.items() if nearest(key, [_VERSION_KEY])]
    kinds = [value for key, value in data.items() if nearest(key, [_KIND_KEY])]
    if any(isinstance(value, (Unfilled, Secret)) for value in (*versions, *kinds)):
        return True
    return _means_ours(versions, kinds, parts=data.keys() & {"metadata", "spec"}) or _holds_ours(data, _DEEPEST)


def may_be_ours(text: str) -> bool:
    """True when some document of a text that can't be read as YAML may mean to be a manifest."""
    if _LOCKED.match(text) or _OURS.search(text):
        return True
    return any(
        _means_ours(_VERSIONS.findall(part), _KINDS.findall(part), parts=set(_PARTS.findall(part)))
        for part in _SEPARATOR.split(text)
    )


def _means_ours(versions: Iterable[Any], kinds: Iterable[Any], *, parts: Iterable[str]) -> bool:
    """True when these values of `apiVersion` and `kind` mean ours; another group (`apps/v1`) means another tool."""
    said = [str(value) for value in versions]
    if any(map(_is_our_version, said)):
        return True
    if any("/" in version for version in said):
        return False
    if any(isinstance(kind, str) and nearest(kind, BY_NAME) for kind in kinds):
        return True
    return not said and (len(set(parts)) == 2 or any(not kind for kind in kinds))  # a kind that is yet to be written


def _is_our_version(value: Any) -> bool:
    return isinstance(value, str) and ("wexa" in value.lower() or nearest(value, [API_VERSION]) is not None)


def _holds_ours(data: Any, depth: int) -> bool:
    """True when a manifest stands inside the data, as in the `items` of a list."""
    if not depth or not isinstance(data, (dict, list)):
        return False
    if isinstance(data, dict) and _is_our_version(data.get(_VERSION_KEY)):
        return True
    return any(_holds_ours(item, depth - 1) for item in (data.values() if isinstance(data, dict) else data))
