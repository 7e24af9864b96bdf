"""Plan + Api + state -> Report. `drive.py` runs the changes side by side; how one is made stands in `resource.py`
(create, update, delete, adopt, forget) and `run.py` (executions)."""  # one thought, two lines

from wexa_sync.apply.context import Ask, nobody
from wexa_sync.apply.parallel import Progress, apply_plan

__all__ = ["Ask", "Progress", "apply_plan", "nobody"]
