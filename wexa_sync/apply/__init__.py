"""Apply a plan (`carry_out.py`). `parallel.py` makes the changes side by side.

How one is made stands in create, update, delete and run.

Each is a generator of steps (`steps.py`) about one task (`task.py`). Their doubts stand in find and checks.
"""

from wexa_sync.apply.carry_out import apply_plan
from wexa_sync.apply.context import Ask
from wexa_sync.apply.parallel import Progress

__all__ = ["Ask", "Progress", "apply_plan"]
