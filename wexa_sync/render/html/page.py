"""Fill the templates of this folder. The only user of jinja2.

Whatever is put into a template is made visible and escaped, but for the texts of this folder itself. The page's policy
allows its own style and script alone, by their hashes: nothing that got into the page otherwise would be obeyed.
"""

from __future__ import annotations

import os
import re
import sys
from base64 import b64encode
from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from wexa_sync import __version__
from wexa_sync.errors import UsageError
from wexa_sync.render.html.sides import Pair, Side
from wexa_sync.render.rows.alike import Segment
from wexa_sync.render.rows.diff import NO_BREAK
from wexa_sync.text.visible import prose, visible

if TYPE_CHECKING:
    from jinja2 import Environment, FileSystemBytecodeCache
    from markupsafe import Markup

_FOLDER: Final = Path(__file__).parent
_LONGEST: Final = 120  # characters of a name in a line; the whole stands in its title


def filled(template: str, **values: Any) -> str:
    """Return the page of that template."""
    page: str = environment().get_template(template).render(values)
    return page.rstrip() + "\n"


@cache
def environment() -> Environment:
    """Return jinja2 with what the templates use. Raises UsageError where jinja2 is not installed."""
    try:
        from jinja2 import Environment, FileSystemLoader, StrictUndefined
        from markupsafe import Markup
    except ImportError as error:
        hint = "Install it: pip install 'wexa-sync[html]'"
        raise UsageError("the format html needs jinja2, which is not installed", hint=hint) from error

    made = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        finalize=_shown,
        bytecode_cache=_compiled(),
    )
    style, script = (Markup(_tight(_FOLDER / name)) for name in ("style.css", "script.js"))  # noqa: S704  # our own
    policy = {"default-src": "'none'", "style-src": _hash(style), "script-src": _hash(script)}
    policy |= {"base-uri": "'none'", "form-action": "'none'"}
    made.globals.update(
        style=style,
        script=script,
        policy="; ".join(f"{name} {value}" for name, value in policy.items()),
        version=__version__,
    )
    made.filters.update(prose=prose, cut=_cut, marked=marked, table_rows=table_rows)
    return made


def _compiled() -> FileSystemBytecodeCache | None:
    """Return where compiled templates are kept: beside Python's own modules, if those are. To compile takes 50 ms."""
    from jinja2 import FileSystemBytecodeCache

    folder = _FOLDER / "__pycache__"
    kept = not sys.dont_write_bytecode and os.access(folder, os.W_OK)
    return FileSystemBytecodeCache(str(folder)) if kept else None


def table_rows(pairs: Iterable[Pair]) -> Markup:
    """Return the rows of a difference. They are many: a template would take several times as long."""
    from markupsafe import Markup

    rows = (f"<tr>{_cells(old, 'del')}{_cells(new, 'ins')}</tr>" for old, new in pairs)
    return Markup("\n".join(rows))  # noqa: S704  # each text is escaped


def _cells(side: Side | None, tag: str) -> str:
    if side is None:
        return '<td class="no none"></td><td class="none"></td>'
    kind = "same" if side.line.sign == " " else tag
    remark = f'<i class="remark"> ({NO_BREAK})</i>' if side.line.unended else ""
    return f'<td class="no">{side.number}</td><td class="{kind}">{marked(side.line.segments, tag)}{remark}</td>'


def marked(segments: Iterable[Segment], tag: str) -> Markup:
    """Return a line whose marked segments stand in that element."""
    from markupsafe import Markup, escape

    parts = (f"<{tag}>{escape(text)}</{tag}>" if differs else str(escape(text)) for text, differs in segments)
    return Markup("".join(parts))  # noqa: S704  # each part is escaped


def _shown(value: Any) -> Any:
    """Return a value for the page: a text without hidden characters."""
    return visible(value) if type(value) is str else value


def _cut(text: str) -> Markup:
    """Return a name that is cut where it is very long, and is whole in its title."""
    from markupsafe import Markup, escape

    whole = visible(text)
    if len(whole) <= _LONGEST:
        return escape(whole)
    return Markup('<span title="{}">{}…</span>').format(whole, whole[:_LONGEST])


def _tight(file: Path) -> str:
    """Return a text of this folder without its indents and empty lines."""
    return "\n".join(filter(None, map(str.strip, re.split(r"\n", file.read_text(encoding="utf-8")))))


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
