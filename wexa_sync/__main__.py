"""`python -m wexa_sync` and the console script."""

from __future__ import annotations

import gc
import sys


def main() -> None:
    """Run the command line. Nothing is garbage while it is loaded, so nobody looks for any until then."""
    gc.disable()
    try:
        from wexa_sync.cli import main as run

        run()
    except KeyboardInterrupt:  # while the modules are loaded, or the process ends
        sys.exit(130)


if __name__ == "__main__":
    main()
