"""Suggest the known word that a misspelt one may stand for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from wexa_sync.text.look import look


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that is most like `word`. Another style of spelling (`agentflowId`) counts as very near."""
    import difflib  # most runs meet no misspelt word

    plain = {_plain(choice): choice for choice in known}
    found = difflib.get_close_matches(_plain(word), plain, n=1, cutoff=0.65)
    return plain[found[0]] if found else None


def did_you_mean(word: str, known: Iterable[str], otherwise: str) -> str:
    """Return a hint that names the nearest known word, or `otherwise` where none is near."""
    found = nearest(word, known)
    if found is not None and found != word and look(found) == look(word):
        return f"Did you mean {found!a}? It only looks like {word!a}."
    return f"Did you mean {found!r}?" if found is not None else otherwise


def named(names: Sequence[object], most: int = 5) -> str:
    """Return the first `most` names of a list, and how many more there are."""
    return ", ".join(map(str, names[:most])) + (f" and {len(names) - most} more" if len(names) > most else "")


def _plain(word: str) -> str:
    # Very long words are cut: comparing takes time by the square of the length.
    return word[:100].lower().replace("_", "").replace("-", "").lstrip(".")
