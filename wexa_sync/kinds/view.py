"""Define what a view is: a declaration of something that can be read, for `wexa-sync get`. No view writes anything."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any

from msgspec import Struct, field

from wexa_sync.kinds.base import Kind
from wexa_sync.kinds.endpoint import Endpoint, Listing, Scope


class Form(Enum):
    """Hold what a column holds. An ID is never cut, a TIME may come in any of the API's four formats."""

    TEXT = "text"
    ID = "id"
    TIME = "time"


class Column(Struct, frozen=True, kw_only=True):
    """Describe a column of a table.

    `fields`: where the value may stand, with dots between the keys; the first that is there.
    """

    title: str
    fields: tuple[str, ...]
    form: Form = Form.TEXT


def column(title: str, *fields: str, form: Form = Form.TEXT) -> Column:
    """Return a column of these fields."""
    return Column(title=title, fields=fields, form=form)


class Filter(Struct, frozen=True, kw_only=True):
    """Hold what narrows a view.

    `query`: the parameter that asks the server; `fields`: what is compared here, too or alone. `names`: the view whose
    names the filter takes beside ids. `listing`: the call that takes the place of the view's.
    """

    query: str = ""
    fields: tuple[str, ...] = ()
    names: str = ""
    listing: Listing | None = None
    required: bool = False


class View(Struct, frozen=True, kw_only=True, eq=False):
    """Hold what can be read of one sort: a kind through its own listing, or what is no kind.

    `listing` lists the items. Without one, `read` returns a single object, of each project or of the organisation, and
    `rows` makes items of it. Otherwise `read` returns one item by its id, or by its name where that is what `{id}`
    means (`read_by_name`). `{filter.NAME}` in a path is a filter's value. `within`: the view that lists the owners, of
    a listing that is for one owner. `shown`: the only fields that are ever shown (None: all). `columns`: of the table;
    without any, or where the response has none of them, the response is shown as it came. `open`: the columns are what
    the items have, and each is a filter too. `item`: what people call one of them, where that is not the view's name.
    """

    name: str
    about: str
    kind: Kind | None = None
    scope: Scope = Scope.PROJECT
    listing: Listing | None = None
    read: Endpoint | None = None
    read_by_name: bool = False
    rows: Callable[[Mapping[str, Any]], list[dict[str, Any]]] | None = None
    within: str = ""
    ids: tuple[str, ...] = ("_id",)
    display: tuple[str, ...] = ("name",)
    columns: tuple[Column, ...] = ()
    filters: Mapping[str, Filter] = field(default_factory=dict)
    shown: frozenset[str] | None = None
    open: bool = False
    aliases: tuple[str, ...] = ()
    item: str = ""

    @property
    def is_list(self) -> bool:
        """True when the view has items, and not one object alone."""
        return self.kind is not None or self.listing is not None or self.rows is not None
