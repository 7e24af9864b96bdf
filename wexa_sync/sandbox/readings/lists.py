"""List the readings of what a list holds and how it is cut into pages."""

from __future__ import annotations

from wexa_sync.sandbox.readings.base import Reading, reading

READINGS: tuple[Reading, ...] = (
    reading(
        "list_envelope",
        "documented data bare nested unforeseen",
        "Lists come as `{agentflows: []}`, `{data: []}`, `[]`, `{data: {agentflows: []}}` or `{rows: []}`; the same "
        "for projects, skills, connectors, schedules and tasks.",
        "The wrapper of most lists was never seen; real clients try several. Those of inbox and credits are known.",
    ),
    reading(
        "execution_list",
        "data bare executions nested unforeseen",
        "The list of executions is `{data: []}`, `[]`, `{executions: []}`, `{data: {executions: []}}` or `{rows: []}`.",
        "One demo client reads `data`; nothing else is known.",
    ),
    reading(
        "execution_items",
        "full sparse",
        "Items of the list of executions are whole, or have `_id`, `execution_id`, `agentflow_id` and `status` alone.",
        "Only these four were ever seen in a list.",
    ),
    reading(
        "agentflow_list",
        "full summary",
        "Items of the agentflow list are whole, or lack `agents`, `cron_details`, `anomaly_detection` and "
        "`marketplace_id`.",
        "Only `_id` and `name` of an item were seen.",
    ),
    reading(
        "page_cap",
        "none 20",
        "A page has as many items as asked for, or at most 20 without saying so (lists that have pages).",
        "No upper limit of a page is documented; one client warns not to trust the size it asked for.",
    ),
    reading(
        "flow_total",
        "counted none",
        "The list of agentflows has a `total_count` of all that there are, or none.",
        "A test of the vendor's web application saw one; the vendor's client reads none.",
    ),
    reading(
        "schedule_total",
        "list page none",
        "The list of schedules has a `total_count` of all that there are, one of those on the page, or none.",
        "No answer of this list was seen.",
    ),
    reading(
        "skill_limit",
        "none 20 counted refused",
        "`GET /skills/` returns as many skills as asked for; or at most 20, silently or with a `total_count`; or it "
        "refuses a larger limit with 422, and returns 20 by default.",
        "No upper limit is documented, and there is no second page.",
    ),
    reading(
        "skip_zero",
        "refused accepted",
        "`skip=0` is refused with 422, or means the first page.",
        "A vendor test leaves skip out because some environments reject 0.",
    ),
    reading(
        "skill_name_match",
        "exact substring",
        "`GET /skills/?name=` finds the whole name only, or any name that contains it.",
        "The page does not say.",
    ),
)
