"""Keep the memory of a run small, and at hand."""

from __future__ import annotations

from contextlib import suppress

_ARENAS, _LARGE, _KEPT = -8, -3, -1  # M_ARENA_MAX, M_MMAP_THRESHOLD and M_TRIM_THRESHOLD in glibc's malloc.h
_MIB = 1024 * 1024


def share_memory() -> None:
    """Have all threads take their memory from one place, and use again what they gave back, on Linux.

    Its usual C library gives each thread a place of its own, and what one thread no longer needs is of no use to
    another: with ten threads, a plan of 10,000 resources took 20 MB more. Python's threads take turns anyway. And it
    would return each response to the system, which has to clear the memory for the next one.
    """
    with suppress(ImportError, OSError, AttributeError):  # another C library has no such setting
        import ctypes

        library = ctypes.CDLL(None)
        for setting, value in ((_ARENAS, 1), (_LARGE, 30 * _MIB), (_KEPT, 64 * _MIB)):
            library.mallopt(setting, value)
