"""Make manifests of what a survey found: the least that says it, with comments where a person has to know. Pure.

What can't be a manifest at all is named.
"""

from __future__ import annotations

from msgspec import Struct

from wexa_sync.export.chosen import Wishes, chosen
from wexa_sync.export.draft import Draft
from wexa_sync.export.fit import fitted
from wexa_sync.export.names import addresses, key_of
from wexa_sync.export.parts import with_parts
from wexa_sync.export.sheet import Desk, Sheet
from wexa_sync.export.survey import Survey, Thing
from wexa_sync.kinds import owner_of
from wexa_sync.model import Address, Secret
from wexa_sync.state.base import State


class Left(Struct, frozen=True, kw_only=True):
    """Describe a live thing that is no manifest, and why."""

    thing: Thing
    why: str


class Drawn(Struct, frozen=True, kw_only=True):
    """Hold the drafts of a survey, in the order of KINDS, and what could be none."""

    drafts: tuple[Draft, ...]
    left: tuple[Left, ...]


def drawn(survey: Survey, state: State, wishes: Wishes, written: tuple[Thing, ...] | None = None) -> Drawn:
    """Return the manifests that say what is live, and what could be none.

    `written` are the things that become manifests, in place of what is chosen by itself.
    """
    named = addresses(survey, state)
    written = chosen(survey, wishes) if written is None else written
    left: list[Left] = []
    while True:
        desk = Desk(survey=survey, addresses=named, written=written)
        made = [_made(desk, thing, wishes) for thing in written if owner_of(thing.kind) is None]
        out = [each for each in made if isinstance(each, Left)]
        if not out:
            return Drawn(drafts=tuple(each for each in made if isinstance(each, Draft)), left=tuple(left))
        # What refers to them can't do so by a handle: it is written anew.
        left += out
        gone = {(each.thing.kind.name, each.thing.id) for each in out}
        written = tuple(thing for thing in written if not gone & {(thing.kind.name, thing.id), _home(thing)})


def _home(thing: Thing) -> tuple[str, str]:
    owner = owner_of(thing.kind)
    return (owner.name, thing.owner) if owner is not None else ("", "")


def _made(desk: Desk, thing: Thing, wishes: Wishes) -> Draft | Left:
    address = desk.addresses.get(key_of(thing))
    if address is None:
        return Left(thing=thing, why="the API shows no id of it" if not thing.id else "its project is not written")
    draft, why = fitted(_draft(desk, thing, address, wishes))
    return Left(thing=thing, why=why) if why else draft


def _draft(desk: Desk, thing: Thing, address: Address, wishes: Wishes) -> Draft:
    sheet = Sheet(desk=desk, ids={address: thing.id})
    spec = desk.spec(thing)
    for name, said in thing.kind.exported.remarks.items():
        if value := thing.raw.get(name):
            sheet.note((), said.format(value if isinstance(value, (str, int)) else "set"))
    sheet.note_all((), ("spec",), thing, spec)
    spec = with_parts(sheet, thing, spec)
    if thing.kind.exported.asked:
        spec |= _asked(sheet, thing, address, wishes)
    return Draft(
        address=address,
        spec=spec,
        ids=sheet.ids,
        comments={path: tuple(lines) for path, lines in sheet.comments.items()},
        ignore=tuple(sheet.ignore),
        by_id=desk.has_twin(thing),
        partial=sheet.partial,
    )


def _asked(sheet: Sheet, thing: Thing, address: Address, wishes: Wishes) -> dict[str, object]:
    """Return the values that a person has to fill in: secrets by their names alone."""
    exported = thing.kind.exported
    secrets = [name for name, is_secret in exported.names(thing.raw).items() if is_secret]
    values: dict[str, object] = dict(thing.raw.get(exported.asked) or {}) if wishes.with_values else {}
    values |= {name: Secret(template=f"${{secret:{_variable(address.name, name)}}}", value="") for name in secrets}
    if not values:
        return {}
    sheet.ignore.append(exported.asked)
    sheet.note(
        ("spec", exported.asked),
        "No read is trusted with these, so they are not compared. They are sent where this is made anew.",
    )
    return {exported.asked: values}


def _variable(*words: str) -> str:
    """Return the name of an environment variable made of these words."""
    name = "_".join("".join(c if c.isascii() and c.isalnum() else "_" for c in word).upper() for word in words)
    return f"_{name}" if name[:1].isdigit() else name
