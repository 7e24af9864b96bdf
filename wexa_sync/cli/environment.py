"""Warn of environment variables that are meant for wexa-sync and that nothing reads."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping

from wexa_sync.text.suggest import nearest

_PREFIX = "WEXA_SYNC_"
_CONNECTION = ("WEXA_API_KEY", "WEXA_BASE_URL", "WEXA_ORG_ID", "WEXA_USER_ID")
_OF_ONE = tuple(f"{name}_" for name in _CONNECTION)  # with the name of an environment behind it
_OTHERS = frozenset({"WEXA_SYNC_DEBUG", "WEXA_SYNC_PACKAGE"})  # the second one is for the workflow of `init`


def unknown_variables(env: Mapping[str, str], of_flags: Callable[[], Collection[str]]) -> Iterator[str]:
    """Return a warning for each variable that nothing reads: with the prefix of the flags, or nearly one of Wexa's.

    `of_flags` returns those of the flags; it is asked only where there is something to compare.
    """
    ours = sorted(name for name in env if name.startswith(_PREFIX) and name not in _OTHERS)
    known = of_flags() if ours else ()
    for name in ours:
        if name not in known:
            of_apply = f"{_PREFIX}APPLY_{name.removeprefix(_PREFIX)}"  # a consent is for one command, mostly for this
            found = of_apply if of_apply in known else nearest(name, [*known, *_CONNECTION])
            yield f"the environment variable {name} is read by no flag." + (f" Did you mean {found}?" if found else "")
    unset = [name for name in _CONNECTION if not env.get(name)]
    for name in sorted(env):
        is_ours = name.startswith("WEXA_") and not name.startswith((_PREFIX, *_OF_ONE)) and name not in _CONNECTION
        if is_ours and (found := nearest(name, unset)):
            yield f"the environment variable {name} is read by no flag. Did you mean {found}?"
