"""`python -m wexa_sync` and the console script."""

from __future__ import annotations

import gc


def main() -> None:
    """Run the command line. Nothing is garbage while it is loaded, so nobody looks for any until then."""
    gc.disable()
    from wexa_sync.cli import main as run

    run()


if __name__ == "__main__":
    main()
