"""Link the places of manifests to where people can read them."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from msgspec import Struct

from wexa_sync.model import Source


class Links(Struct, frozen=True, kw_only=True):
    """Say where manifests can be read: `base` is a URL that a file's path is put behind, or the way to their folder.

    A base is `https://github.com/org/repo/blob/COMMIT/`, or `../` for a page that is written one folder below.
    """

    base: str = ""

    def to(self, source: Source) -> str:
        """Return the URL of a line of a file; empty where there is none. No base leads anywhere but to http(s)."""
        parts = urlsplit(self.base)
        path = source.file.replace("\\", "/")
        outside = path.startswith(("/", "../")) or ":" in path.split("/")[0]
        if parts.scheme not in ("", "http", "https") or (outside and (parts.scheme or path.startswith("/"))):
            return ""
        start = self.base if not self.base or self.base.endswith(("/", "=")) else f"{self.base}/"
        return f"{start}{quote(path)}#L{source.line}"
