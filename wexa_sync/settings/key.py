"""Say where the API key comes from, and where it may go."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

from wexa_sync.api.transport.url import is_vendors, normal_base_url
from wexa_sync.errors import SettingsError
from wexa_sync.manifests.positions import Places
from wexa_sync.model import Document, Source
from wexa_sync.settings.values import Settings
from wexa_sync.text.files import SETTINGS_FILE

KEY_VARIABLE = "WEXA_API_KEY"


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


def one_spelling(base_url: str) -> str:
    """Return the address in the one form that a state is bound to: another spelling is the same workspace."""
    parts = urlsplit(normal_base_url(base_url, allow_http=True))  # whether the key may go there is asked when it does
    usual = {"http": ":80", "https": ":443"}[parts.scheme]
    return urlunsplit(parts._replace(netloc=parts.netloc.removesuffix(usual).removesuffix(":")))


def unconfirmed(file: Document) -> Source | None:
    """Return the place of the file's base_url where it is not Wexa's; None where the key may go there."""
    base_url = file.data.get("base_url")
    if base_url is None or is_vendors(one_spelling(base_url)):
        return None
    return Places().in_document(file, ("base_url",))
