"""Apply a plan. `parallel.py` makes the changes side by side; how one is made stands in create, update, delete and run.

Each is a generator of steps (`steps.py`) about one task (`task.py`). Their doubts stand in find and checks.
"""

from wexa_sync.apply.context import Ask
from wexa_sync.apply.parallel import Progress, apply_plan

__all__ = ["Ask", "Progress", "apply_plan"]
