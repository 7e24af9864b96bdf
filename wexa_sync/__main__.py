"""`python -m wexa_sync` and the console script."""

from __future__ import annotations

from wexa_sync.cli import main

if __name__ == "__main__":
    main()
