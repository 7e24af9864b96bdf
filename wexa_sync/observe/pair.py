"""Pair the live things of one kind in one place with manifests and records. Pure; part of observe.

A record is paired by its id; anything else by the id that its manifest imports, or that the client chose, else by the
kind's natural key. Never a candidate is what a record of another address holds, a run of an earlier generation, or what
stood in the list before a run was sent. Two live things of one key are shown as candidates, not guessed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from wexa_sync.compare.ids import Comparison
from wexa_sync.compare.parts import ignored
from wexa_sync.compare.same import natural_key
from wexa_sync.compare.varied import varied
from wexa_sync.kinds.base import Kind, Nature
from wexa_sync.kinds.spec.times import CLOCK_SKEW
from wexa_sync.model import Address, Intent, Live, Manifest, Pair, Record, Spec
from wexa_sync.secrecy.seal import fingerprint
from wexa_sync.text.ids import usual_case


class Contents(Struct, frozen=True, kw_only=True):
    """Hold all that is declared, recorded and live of one kind in one place. `owner_id`: the live id of a part's owner.

    `holders`: the same of what stands in a list of another resource. `owned`: all ids that the state knows, in every
    spelling.
    """

    kind: Kind
    manifests: Mapping[Address, Manifest]
    records: Mapping[Address, Record]
    intents: Mapping[Address, Intent]
    lives: Sequence[Live]
    comparison: Comparison
    owner_id: str = ""
    holders: Mapping[Address, str] = field(default_factory=dict)
    owned: Collection[str] = ()


def pair(contents: Contents) -> dict[Address, Pair]:
    """Return each address that has a manifest, a record or an intent in the place, with its live resource."""
    recorded = _recorded(contents)
    addresses = sorted({*contents.manifests, *contents.records, *contents.intents})
    pairs = {
        address: Pair(
            address=address,
            manifest=contents.manifests.get(address),
            record=(record := contents.records.get(address)),
            live=recorded.get(address) if record and not _runs_again(contents, record) else None,
            intent=contents.intents.get(address),
        )
        for address in addresses
    }
    if all(found.live is not None for found in pairs.values()):
        return pairs  # far the most common: nothing is left to be looked for
    claimed = {id for record in contents.records.values() for id in (*record.ids, *record.earlier)}
    free = [live for live in contents.lives if not any(id in claimed or id in contents.owned for id in live.ids)]
    imported = {found.address: found for found in _by_import(pairs.values(), free)}
    pairs |= imported
    free = _without(free, imported.values())
    open_pairs = [found for found in pairs.values() if _is_open(contents.kind, found) and not found.wanted_id]
    pairs |= {found.address: found for found in _by_chosen_id(contents, open_pairs, free)}
    by_name = [found for found in open_pairs if pairs[found.address].live is None]
    free = _without(free, pairs.values())
    pairs |= {found.address: found for found in _by_key(contents, by_name, free, recorded)}
    rest = _without(free, pairs.values())
    similar = _with_similar if contents.kind.nature is Nature.ACTION else _with_renamed
    pairs |= {a: similar(contents, pairs[a], rest, recorded) for a in (found.address for found in by_name)}
    newest = max((live.created_at for live in contents.lives if live.created_at is not None), default=0.0)
    return {a: replace(found, absent=True) if _never_arrived(newest, found) else found for a, found in pairs.items()}


def _without(lives: Sequence[Live], pairs: Iterable[Pair]) -> list[Live]:
    """Return what is live and is paired with nothing yet."""
    taken = {found.live.id for found in pairs if found.live is not None}
    return [live for live in lives if live.id not in taken]


def _by_import(pairs: Iterable[Pair], free: Sequence[Live]) -> Iterator[Pair]:
    """Yield the pairs whose manifests import the id of something that nobody has yet."""
    wanted = [found for found in pairs if found.wanted_id]
    lives = {usual_case(id): live for live in free for id in live.ids} if wanted else {}
    for found in wanted:
        if live := lives.get(usual_case(found.wanted_id)):
            yield replace(found, live=live)


def _recorded(contents: Contents) -> dict[Address, Live]:
    """Return what is live of each record, under the id that the record has."""
    lives = {id: live for live in contents.lives for id in live.ids}
    found = {}
    for address, record in contents.records.items():
        if live := next((lives[id] for id in record.ids if id in lives), None):
            if live.id != record.id:
                aliases = tuple(id for id in dict.fromkeys((*live.ids, *record.aliases)) if id != record.id)
                live = replace(live, id=record.id, aliases=aliases)
            found[address] = live
    return found


def _never_arrived(newest: float, found: Pair) -> bool:
    """True when the newest thing in the list was made so much later that the list would show what was intended."""
    intent, seen = found.open_intent, found.live is not None or found.candidates or found.similar
    return intent is not None and not seen and newest > intent.latest + CLOCK_SKEW


def _runs_again(contents: Contents, record: Record) -> bool:
    """True when the manifest or an intent asks for a newer generation than the record: that is another run."""
    asked = (contents.manifests.get(record.address), contents.intents.get(record.address))
    return contents.kind.nature is Nature.ACTION and any(each and each.generation > record.generation for each in asked)


def _is_open(kind: Kind, found: Pair) -> bool:
    """True when a live thing without a record may belong to the pair."""
    if found.live is not None:
        return False
    # A run that has a record is looked for only where a later one is declared, or may have been sent.
    return kind.nature is Nature.RESOURCE or found.record is None or _later(found) or _is_raised(found)


def _later(found: Pair) -> bool:
    """True when a run of a later generation than the recorded one was sent, and never answered."""
    record, intent = found.record, found.open_intent
    return record is not None and intent is not None and intent.generation > record.generation


def _is_raised(found: Pair) -> bool:
    """True when a later generation than the recorded one is declared."""
    record, manifest = found.record, found.manifest
    return record is not None and manifest is not None and manifest.generation > record.generation


def _by_chosen_id(contents: Contents, pairs: Iterable[Pair], free: Sequence[Live]) -> Iterator[Pair]:
    if contents.kind.new_id is None:
        return
    lives = {live.id: live for live in free}
    for found in pairs:
        owner = contents.holders.get(found.address, contents.owner_id)
        if owner and (live := lives.get(contents.kind.new_id(owner, found.address.name))):
            # An id that the handle alone makes may be another person's choice too, unless it was sent from here.
            sent = not contents.kind.has_ids_by_handle or found.open_intent is not None
            yield replace(found, live=live, certain=sent)


def _by_key(
    contents: Contents, pairs: Sequence[Pair], free: Sequence[Live], recorded: Mapping[Address, Live]
) -> Iterable[Pair]:
    """Return the pairs matched by natural key: first what was sent and never answered, then what is declared."""
    matched: dict[Address, Pair] = {}
    taken: set[str] = set()
    for awaited in (True, False):
        spec_of = _sent if awaited else _declared
        rest = [found for found in pairs if found.address not in matched]
        wanted = [(found, spec) for found in rest if (spec := spec_of(contents, found)) is not None]
        for found in _matches(contents, wanted, free, taken, awaited, recorded):
            matched[found.address] = replace(found, certain=awaited and found.live is not None)
    return matched.values()


def _matches(
    contents: Contents,
    rest: list[tuple[Pair, Spec]],
    free: Sequence[Live],
    taken: set[str],
    awaited: bool,
    recorded: Mapping[Address, Live],
) -> Iterator[Pair]:
    """Give the pairs with the live thing of their natural key, or all candidates. The narrowest key comes first."""
    kind = contents.kind
    levels = [(*kind.identity, *kind.narrow)]
    if kind.narrow and not awaited:  # what we sent ourselves has every field of the key
        levels.append(kind.identity)
    for fields in levels if rest else []:
        index: defaultdict[str, list[Live]] = defaultdict(list)
        for live in free:
            for key in {natural_key(kind, each, fields, contents.comparison) for each in (live.spec, *live.also)}:
                index[key].append(live)
        unmatched = []
        for found, spec in rest:
            same_key = index[natural_key(kind, spec, fields, contents.comparison)]
            before = recorded.get(found.address) if kind.nature is Nature.ACTION else None
            candidates = [live for live in same_key if live.id not in taken and _may_be(found, live, awaited, before)]
            if not candidates:
                unmatched.append((found, spec))
            elif len(candidates) == 1:
                taken.add(candidates[0].id)
                yield replace(found, live=candidates[0])
            else:
                yield replace(found, live=None, candidates=tuple(candidates))
        rest = unmatched


def _with_similar(contents: Contents, found: Pair, free: Sequence[Live], recorded: Mapping[Address, Live]) -> Pair:
    """Return the pair of a run with what might be it but for its variables' values: they may have changed since."""
    sent = _sent(contents, found)
    spec = _declared(contents, found) if sent is None else sent
    if spec is None or found.live is not None or found.candidates:
        return found
    templates = found.manifest.templates if found.manifest is not None else {}
    similar = tuple(
        live
        for live in free
        if any(_differs_in_variables(contents, spec, each, templates) for each in (live.spec, *live.also))
        and _may_be(found, live, sent is not None, recorded.get(found.address))
    )
    return replace(found, similar=similar)


def _with_renamed(contents: Contents, found: Pair, free: Sequence[Live], _recorded: Mapping[Address, Live]) -> Pair:
    """Return the pair of a resource whose name counts for nothing with what might be it under another name.

    That is what agrees in the rest of its natural key; without a rest, what stands in the same owner.
    """
    manifest, identity = found.manifest, contents.kind.identity
    if manifest is None or found.record or found.open_intent or found.live is not None or found.candidates:
        return found
    counts = [name for name in identity if not ignored((name,), manifest.lifecycle.ignore_changes)]
    if len(counts) == len(identity) or not (counts or contents.owner_id):
        return found
    key = natural_key(contents.kind, manifest.spec, counts, contents.comparison)
    similar = tuple(
        live
        for live in free
        if any(natural_key(contents.kind, each, counts, contents.comparison) == key for each in (live.spec, *live.also))
        and _may_be(found, live, False, None)
    )
    return replace(found, similar=similar)


def _differs_in_variables(contents: Contents, spec: Spec, live: Spec, templates: Mapping[str, str]) -> bool:
    """True when a live run would be the declared one, had its variables other values."""
    other = varied(spec, live, templates)
    fields = contents.kind.identity
    return other != spec and natural_key(contents.kind, other, fields, contents.comparison) == natural_key(
        contents.kind, live, fields, contents.comparison
    )


def _sent(contents: Contents, found: Pair) -> Spec | None:
    """Return the spec that was sent and never answered; None where none was.

    The manifest's form of the spec is taken unless the manifest was edited since: in the intent's, secrets are sealed
    and match nothing live.
    """
    intent, manifest = found.open_intent, found.manifest
    if intent is None:
        return None
    same = manifest is not None and fingerprint(dict(manifest.spec), contents.comparison.seal_key) == intent.fingerprint
    return manifest.spec if manifest is not None and same else intent.spec


def _declared(contents: Contents, found: Pair) -> Spec | None:
    """Return the manifest's spec; None for a run that was sent: another run like it says nothing of that one.

    A later generation may have run without this state's knowledge: the state may come from a backup.
    """
    is_sent = found.open_intent is not None and contents.kind.nature is Nature.ACTION
    return found.manifest.spec if found.manifest is not None and not is_sent else None


def _may_be(found: Pair, live: Live, awaited: bool, recorded: Live | None) -> bool:
    """True when nothing says that the live thing is another one: no person, no earlier list, and not its age.

    `recorded` is the run before this one. Both times are by the server's clock, so that the later one is the later run.
    """
    record, intent = found.record, found.intent
    others = {*(record.others if record else ()), *((*intent.ignore, *intent.before) if intent else ())}
    if not others.isdisjoint(live.ids):
        return False
    if live.created_at is None:
        return True
    if recorded is not None and recorded.created_at is not None and live.created_at < recorded.created_at:
        return False
    return not (awaited and intent) or live.created_at >= intent.earliest - CLOCK_SKEW
