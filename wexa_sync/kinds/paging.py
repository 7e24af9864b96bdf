"""Name the dialects in which the API pages its lists, as data."""

from __future__ import annotations

from typing import TypeAlias

from msgspec import Struct


class NoPaging(Struct, frozen=True, kw_only=True):
    """Say that the list comes whole, and takes no parameters."""


class Single(Struct, frozen=True, kw_only=True):
    """Take a limit and no second page. A full response is asked for again with twice the limit until it stops growing.

    A full answer that does not grow may be the whole list or the server's most: it counts as cut.
    """

    limit_param: str = "limit"
    limit: int = 1000


class PageNumber(Struct, frozen=True, kw_only=True):
    """Hold numbered pages. From the second on, the size asked for is the first one's true length.

    So the server counts its offset in what it really gave, also where it caps the size but not the offset. `also_param`
    is another name of the size, which is sent too where sources differ.
    """

    page_param: str = "page"
    limit_param: str = "limit"
    limit: int = 100
    first: int = 1
    also_param: str = ""


class SkipLimit(Struct, frozen=True, kw_only=True):
    """Describe an offset and a limit. `skip` is left out on the first page: some places refuse skip=0."""

    limit: int = 100
    skip_param: str = "skip"
    limit_param: str = "limit"


class AfterId(Struct, frozen=True, kw_only=True):
    """Describe a limit, and the id of the last item so far to go on from."""

    limit: int = 100
    after_param: str = "after_id"
    limit_param: str = "limit"


Paging: TypeAlias = NoPaging | Single | PageNumber | SkipLimit | AfterId
