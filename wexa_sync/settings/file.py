"""Find and read wexa-sync.yaml."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from wexa_sync.errors import InvalidSettings, SettingsError
from wexa_sync.manifests.positions import Places
from wexa_sync.manifests.schema_check import schema_faults
from wexa_sync.manifests.schema_messages import Fault
from wexa_sync.manifests.spelling import spelled_out, written
from wexa_sync.model import Document, Source
from wexa_sync.settings.key import KEY_VARIABLE
from wexa_sync.text.files import SETTINGS_FILE, shown_path, siblings
from wexa_sync.text.patterns import pattern

SCHEMA = "settings.schema.json"
_LIKE_A_KEY = pattern(r"(wexa)?(x?api|access|auth|secret)?(key|token|secret|password)")


def settings_file(folder: Path) -> Path | None:
    """Return the nearest wexa-sync.yaml at or above the folder, up to the top of the repository."""
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


def read_file(file: Path) -> Document:
    """Return the document of wexa-sync.yaml. Raises InvalidSettings that names every fault."""
    document = read_document(file, SCHEMA)
    assert document is not None
    return replace(document, data=document.data | {"vars": written(document, document.data.get("vars", {}), ("vars",))})


def read_document(file: Path, schema: str, skip: Callable[[Any], bool] = lambda _data: False) -> Document | None:
    """Return the document of a file of settings; None where `skip` holds for a document in it.

    Raises InvalidSettings that names every fault by the schema of that file name.
    """
    from wexa_sync.manifests.yaml import read  # imports yaml

    documents, problems = read(file, shown_path(file))
    if any(skip(each.data) for each in documents):
        return None
    document = documents[0] if documents else Document(data={}, source=Source(file=shown_path(file)))
    data = document.data
    faults: list[Fault] = []
    if len(documents) > 1 or not isinstance(data, dict):
        faults.append(Fault((), "settings are one mapping of NAME: value", "Write `org_id: ...`, one a line."))
        data = {}
    keys = _keys_in(data)
    faults += [Fault(path, "the API key must not stand in a file", _KEY_HINT, at_key=True) for path in keys]
    faults += spelled_out([each for each in schema_faults(schema, data) if each.path not in keys], document)
    if found := [*problems, *Places().problems(document, faults)]:
        raise InvalidSettings(sorted(found, key=lambda problem: problem.source))
    return replace(document, data=data)


def _keys_in(data: dict[str, Any]) -> list[tuple[str, ...]]:
    """Return the paths of settings that look like an API key, those of environments too."""
    inner = data.get("environments")
    named = inner if isinstance(inner, dict) else {}
    places = [((), data), *((("environments", name), each) for name, each in named.items())]
    return [
        (*place, name)
        for place, each in places
        if isinstance(each, dict)
        for name in each
        if _LIKE_A_KEY.fullmatch(re.sub("[^a-z]", "", name.lower()))
    ]


_KEY_HINT = (
    f"Set the environment variable {KEY_VARIABLE} and take the line out. If others could read the file, make a new key."
)
