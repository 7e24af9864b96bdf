"""Say where the API key comes from, and where it may go."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

from wexa_sync.api.transport.url import is_vendors, normal_base_url
from wexa_sync.errors import SettingsError
from wexa_sync.model import Source
from wexa_sync.settings.values import Settings
from wexa_sync.text.files import SETTINGS_FILE

KEY_VARIABLE = "WEXA_API_KEY"


def variables_of(variable: str, environment: str) -> tuple[str, ...]:
    """Return the variables that may hold a setting: of one environment, then of all. The first that is set counts."""
    return (f"{variable}_{environment.upper().replace('-', '_')}", variable) if environment else (variable,)


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
        own, *others = variables_of(KEY_VARIABLE, settings.name)
        more = f" (or {others[0]}, for every environment)" if others else ""
        missing.append((f"the API key ({own})", f"set the environment variable {own}{more}"))
    if not settings.org_id:
        section = f"the environment {settings.name} of " if settings.name else ""
        where = f"set WEXA_ORG_ID, or `org_id` in {section}{settings.root / SETTINGS_FILE}"
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


def unconfirmed(base_url: str, place: Source) -> Source | None:
    """Return the place of a base_url in the repository where it is not Wexa's; None where the key may go there."""
    return None if is_vendors(one_spelling(base_url)) else place
