"""Read `moved:`, which says what has another address by now: of wexa-sync.yaml, and of documents of their own."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from wexa_sync import graph
from wexa_sync.errors import Problem
from wexa_sync.kinds import named_by_id
from wexa_sync.kinds.spec.wire import at_path
from wexa_sync.manifests.positions import Places
from wexa_sync.manifests.schema_check import schema_faults
from wexa_sync.manifests.schema_messages import Fault
from wexa_sync.model import HANDLE, Address, Document, Move
from wexa_sync.model import Path as Path_

KEY = "moved"
_SCHEMA = "moved.schema.json"
_TWICE = "Leave one of them: an address moves to one other, and only one moves there."


def moves_apart(documents: list[Document]) -> tuple[tuple[Document, ...], list[Document]]:
    """Return the documents that declare no resource and say what was moved; and all others."""
    moves = tuple(each for each in documents if _says_moves(each.data))
    return moves, [each for each in documents if not _says_moves(each.data)] if moves else documents


def _says_moves(data: Any) -> bool:
    return isinstance(data, dict) and KEY in data and "kind" not in data and "metadata" not in data


def moves_in(
    documents: Iterable[Document], settings: Document | None, declared: Collection[Address]
) -> tuple[tuple[Move, ...], list[Problem]]:
    """Return every move in the order in which they are made, and every problem.

    `settings` were checked when they were read. `declared`: the addresses of all manifests.
    """
    places, problems, found = Places(), list[Problem](), list[Move]()
    for document in (*documents, *([settings] if settings else [])):
        faults = list(schema_faults(_SCHEMA, document.data)) if document is not settings else []
        given = at_path(document.data, (KEY,))
        for index, item in enumerate(given if isinstance(given, list) and not faults else ()):
            move = _move(item, (KEY, index), declared, faults)
            if move is not None:
                found.append(Move(*move, source=places.in_document(document, (KEY, index))))
        problems += places.problems(document, faults)
    problems += _twice(found)
    return _ordered(found, problems), problems


def _move(
    item: Mapping[str, str], path: Path_, declared: Collection[Address], faults: list[Fault]
) -> tuple[Address, Address] | None:
    """Return the addresses of one move; None where it can't be made, which is noted."""
    ends = []
    for name in ("from", "to"):
        try:
            ends.append(Address.parse(item[name]))
        except ValueError as error:
            faults.append(Fault((*path, name), str(error), "`wexa-sync state list` shows addresses."))
    if len(ends) < 2:
        return None
    old, new = ends
    if old == new:
        faults.append(Fault((*path, "to"), f"{new} moves to itself", "Take this entry out."))
    elif old.kind != new.kind or (old.kind != "Project" and old.place != new.place):
        faults.append(
            Fault(
                (*path, "to"),
                f"{old} can't become {new}: only its handle may change",
                "Name an address of the same kind, in the same place. What is in a project or a flow moves with it.",
            )
        )
    elif field := named_by_id(old.kind):
        what = f"{old} can't become {new}: {field} is its id on the server"
        faults.append(Fault((*path, "to"), what, "Put it back as it was, and take this entry out."))
    elif not HANDLE.fullmatch(new.name):
        faults.append(Fault((*path, "to"), f"{new.name!r} is no handle", "Take the name that the manifest has by now."))
    elif old in declared:
        faults.append(
            Fault((*path, "from"), f"{old} is still declared", "Rename it in its manifest, or take this entry out.")
        )
    else:
        return old, new
    return None


def _twice(moves: Sequence[Move]) -> Iterable[Problem]:
    """Yield a problem for each address that two moves begin at, or lead to."""
    first: dict[tuple[str, Address], Move] = {}
    for move in moves:
        for word, end in (("from", move.old), ("to", move.new)):
            other = first.setdefault((word, end), move)
            if other is not move:
                yield _problem(move, f"{end} is moved {word} twice; first at {other.source}", _TWICE)


def _ordered(moves: Sequence[Move], problems: list[Problem]) -> tuple[Move, ...]:
    """Return the moves in an order in which each finds its object: of a chain the first one first."""
    waits = {
        number: {other for other, before in enumerate(moves) if other != number and _comes_first(before, move)}
        for number, move in enumerate(moves)
    }
    if circle := graph.cycle(waits):
        names = " -> ".join(str(moves[number].old) for number in [*circle, circle[0]])
        problems.append(_problem(moves[circle[0]], f"these move in a circle: {names}", "Take one of the entries out."))
        return ()
    return tuple(moves[number] for number in graph.order(waits))


def _comes_first(before: Move, move: Move) -> bool:
    """True when the move finds its object only after the other one, or not any more after itself."""
    return _is_in(move.old, before.new) or (_is_in(before.old, move.old) and before.old != move.old)


def _is_in(address: Address, around: Address) -> bool:
    """True when the address is that one, or lies in it."""
    return around in (address, address.owner_address, address.project_address)


def _problem(move: Move, message: str, hint: str) -> Problem:
    assert move.source is not None
    return Problem(message=message, source=move.source, path=KEY, hint=hint)
