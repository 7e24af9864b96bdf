"""`python -m wexa_sync` and the console script."""

from __future__ import annotations

import atexit
import gc
import os
import sys
from contextlib import suppress


def main() -> None:
    """Run the command line, and end the process.

    Nothing is garbage while the command line is loaded, so nobody looks for any until then. And nothing is given back
    at the end, object by object: the system takes all of it at once. Only what was promised for the end is done, as to
    remove temporary folders. Who needs an end as usual runs `wexa_sync.cli`'s.
    """
    gc.disable()
    from wexa_sync.cli import main as run

    try:
        run()
    except SystemExit as end:
        atexit._run_exitfuncs()  # nothing public does: an interrupted command may own a folder
        with suppress(OSError, ValueError):  # what can't be written any more is Python's to tell
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(end.code if isinstance(end.code, int) else 1)
        raise


if __name__ == "__main__":
    main()
