"""Keep the memory of a run small."""

from __future__ import annotations

from contextlib import suppress

_ARENAS = -8  # M_ARENA_MAX in glibc's malloc.h


def share_memory() -> None:
    """Have all threads take their memory from one place, on Linux.

    Its usual C library gives each thread a place of its own, and what one thread no longer needs is of no use to
    another: with ten threads, a plan of 10,000 resources took 20 MB more. Python's threads take turns anyway.
    """
    with suppress(ImportError, OSError, AttributeError):  # another C library has no such setting
        import ctypes

        ctypes.CDLL(None).mallopt(_ARENAS, 1)
