"""Find the certificates that the environment names, in place of those that come with the tool."""

from __future__ import annotations

import os
from collections.abc import Mapping

from wexa_sync.errors import SettingsError

VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")
"""The variables that name certificates. The first one that is set counts."""

HOW = "REQUESTS_CA_BUNDLE (or SSL_CERT_FILE) names a file of certificates in PEM form: see docs/network.md."


def certificates(env: Mapping[str, str]) -> str | None:
    """Return the file or folder of certificates to trust; None for those that come with the tool.

    Raises SettingsError where the variable names nothing that can be used.
    """
    for name in VARIABLES:
        if path := env.get(name):
            if why := _fault(path):
                raise SettingsError(f"{name} names {path}, and {why}", hint=f"Correct {name}, or unset it. {HOW}")
            return path
    return None


def require_key_log(env: Mapping[str, str]) -> None:
    """Raise SettingsError where SSLKEYLOGFILE names what can't be written: every connection would fail for it."""
    if path := env.get("SSLKEYLOGFILE"):
        try:
            with open(path, "ab"):  # noqa: PTH123  # as below
                pass
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or error
            hint = "Correct SSLKEYLOGFILE, or unset it: it is for those who look into TLS connections."
            raise SettingsError(f"SSLKEYLOGFILE names {path}, and that can't be written: {why}", hint=hint) from None


def _fault(path: str) -> str:
    """Return why these certificates can't be used, in words; empty where they can."""
    import ssl

    try:
        if os.path.isdir(path):  # noqa: PTH112  # a text of the environment, which may be no path at all
            os.listdir(path)  # noqa: PTH208
        else:
            with open(path, "rb"):  # noqa: PTH123  # ssl does not say which of the two it is
                pass
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(path)
    except ssl.SSLError:
        return "that file holds no certificates in PEM form"
    except (OSError, ValueError) as error:
        return f"that can't be read: {getattr(error, 'strerror', None) or error}"
    return ""
