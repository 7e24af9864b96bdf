"""List the readings: a named choice for each point where the API's documentation is silent or contradicts itself.

The first value of each is the default. A reading never changes what a vendor page shows plainly.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Describe one open point: its allowed `values` (the first is the default), their meaning, and the doubt."""

    name: str
    values: tuple[str, ...]
    meaning: str
    doubt: str

    @property
    def default(self) -> str:
        """Return the value that holds when none is chosen."""
        return self.values[0]


def _reading(name: str, values: str, meaning: str, doubt: str) -> Reading:
    return Reading(name=name, values=tuple(values.split()), meaning=meaning, doubt=doubt)


READINGS: tuple[Reading, ...] = (
    _reading(
        "list_envelope",
        "documented data bare nested unforeseen",
        "Lists come as `{agentflows: []}`, `{data: []}`, `[]`, `{data: {agentflows: []}}` or `{rows: []}`; the same "
        "for projects, skills, connectors, schedules and tasks.",
        "The wrapper of most lists was never seen; real clients try several. Those of inbox and credits are known.",
    ),
    _reading(
        "execution_list",
        "data bare executions nested unforeseen",
        "The list of executions is `{data: []}`, `[]`, `{executions: []}`, `{data: {executions: []}}` or `{rows: []}`.",
        "One demo client reads `data`; nothing else is known.",
    ),
    _reading(
        "execution_items",
        "full sparse",
        "Items of the list of executions are whole, or have `_id`, `execution_id`, `agentflow_id` and `status` alone.",
        "Only these four were ever seen in a list.",
    ),
    _reading(
        "agentflow_list",
        "full summary",
        "Items of the agentflow list are whole, or lack `agents`, `cron_details` and `anomaly_detection`.",
        "Only `_id` and `name` of an item were seen.",
    ),
    _reading(
        "page_cap",
        "none 20",
        "A page has as many items as asked for, or at most 20 without saying so (lists that have pages).",
        "No upper limit of a page is documented; one client warns not to trust the size it asked for.",
    ),
    _reading(
        "skill_limit",
        "none 20 counted refused",
        "`GET /skills/` returns as many skills as asked for; or at most 20, silently or with a `total_count`; or it "
        "refuses a larger limit with 422, and returns 20 by default.",
        "No upper limit is documented, and there is no second page.",
    ),
    _reading(
        "skip_zero",
        "refused accepted",
        "`skip=0` is refused with 422, or means the first page.",
        "A vendor test leaves skip out because some environments reject 0.",
    ),
    _reading(
        "skill_name_match",
        "exact substring",
        "`GET /skills/?name=` finds the whole name only, or any name that contains it.",
        "The page does not say.",
    ),
    _reading(
        "create_envelope",
        "bare data",
        "A create answers with the object, or with `{data: object}` (project, agentflow, skill, schedule, connector).",
        "A vendor live test accepts both for projects.",
    ),
    _reading(
        "create_answer",
        "object id empty",
        "Creating a skill, a schedule or a connector answers with the object, its `_id` alone, or an empty body.",
        "These answers were never seen.",
    ),
    _reading(
        "create_status",
        "200 201",
        "The status of a create whose page was not read (project, agentflow, skill, schedule, connector).",
        "200 is on every page that was read, 201 on none.",
    ),
    _reading(
        "update_answer",
        "object message empty",
        "An update of a project, schedule, agentflow (PUT) or connector status answers with the object, with "
        "`{message: ...}`, or with an empty body.",
        "These answers were never seen.",
    ),
    _reading(
        "delete_answer",
        "message null object 204",
        "A delete answers `{message: ...}`, `null`, the deleted object, or 204 without a body.",
        "No answer of a delete was seen.",
    ),
    _reading(
        "deleted",
        "404 is_deleted",
        "A deleted object is gone, or reads and lists still show it with `is_deleted` true.",
        "Objects carry `is_deleted`, so deletes may be soft.",
    ),
    _reading(
        "error_key",
        "detail error message text",
        "Errors are `{detail}` (`{message}` under /v1/project), or everywhere `{error}`, `{message}` or plain text.",
        "No vendor error body was seen; the SDK looks for detail, error, message, then the raw text.",
    ),
    _reading(
        "malformed_id",
        "404 400 422",
        "The status for a malformed id. A well-formed id without an object always gets 404.",
        "No answer to a malformed id was seen.",
    ),
    _reading(
        "refused_key",
        "401 403",
        "The status for a missing or wrong x-api-key.",
        "No answer to a bad key was seen.",
    ),
    _reading(
        "duplicate_names",
        "accepted refused",
        "A project, agentflow or skill with a taken name is created, or refused with 400. Connector names are "
        "always unique.",
        "Uniqueness of names is unknown, except for connectors.",
    ),
    _reading("project_connectors", "seeded none", "A new project has the seed connectors, or none.", "Unknown."),
    _reading(
        "connector_delete",
        "keeps_skills drops_skills",
        "Deleting a connector leaves its skills alone, or deletes them too.",
        "The effect of deleting a connector on skills is unknown.",
    ),
    _reading(
        "skill_actions",
        "connector empty",
        "A new skill has actions derived from its connector, or an empty list.",
        "The create body has no actions, yet skills are read back with them.",
    ),
    _reading(
        "agentflow_put",
        "merge replace absent not_found not_implemented",
        "PUT /agentflow/{id} changes the sent keys; or also resets all others (in its agents too); or answers 405, "
        "404 or 501.",
        "The call is in every SDK version and on no vendor page.",
    ),
    _reading(
        "agentflow_create_agents",
        "accepted ignored",
        "`agents` in the body of a new agentflow are taken, or silently dropped.",
        "Named by the SDK as accepted; not verified.",
    ),
    _reading(
        "repeated_agent",
        "reject upsert duplicate",
        "Adding an agent with an `_id` that exists is refused with 409, updates that agent, or adds a second one.",
        "Unknown.",
    ),
    _reading(
        "agent_without_id",
        "refused filled",
        "Adding an agent without `_id` is refused with 422, or the server chooses one.",
        "The example sends an id; whether the id may be left out is unknown.",
    ),
    _reading(
        "texts",
        "as_sent trimmed",
        "Texts of projects, flows, agents, skills and schedules are read as sent, or without surrounding blanks.",
        "No test looked; many servers trim.",
    ),
    _reading(
        "empty_texts",
        "as_sent null",
        "An empty text is read as sent, or as null.",
        "Fields that a page calls texts were seen as null.",
    ),
    _reading(
        "inner_nulls",
        "kept dropped",
        "A null inside an object or a list is read as sent, or its key is left out.",
        "No page mentions nulls in free-form fields (triggers, context, variables).",
    ),
    _reading(
        "editor_forms",
        "shown null",
        "Reads show `display_template` as sent, or null.",
        "A test suite of the vendor's web application accepts null.",
    ),
    _reading(
        "agent_echo",
        "yes no",
        "Reads of an agent show `memory`, `conditions` and `is_user_specific_task`, or leave them out.",
        "The read example is cut before the place where they would stand.",
    ),
    _reading(
        "execution_start",
        "auto explicit",
        "A created execution runs by itself, or stays `ready` until POST .../execute.",
        "Real clients only create; the page of execute answers `ready`.",
    ),
    _reading(
        "execute_finished",
        "refused restart",
        "POST .../execute on a completed or failed run is an illegal move, or runs it again.",
        "What it does on a finished run is unknown.",
    ),
    _reading("after_resume", "running ready", "The status that a resume answers with.", "No such answer was seen."),
    _reading(
        "illegal_move",
        "409 400",
        "The status for a move that the execution's status does not allow.",
        "No such error was seen.",
    ),
    _reading(
        "goal",
        "as_sent filled_in",
        "A run's `goal` stays as it was sent, or its `{{name}}` are filled in from `input_variables`; then "
        "`goal_template` is what was sent.",
        "One finished run has both, filled in by the server or by the web application before it sent.",
    ),
    _reading(
        "ready_word",
        "ready pending queued",
        "The status of a run that was created or started and does not run yet.",
        "The page says `ready`; one client also knows `pending`.",
    ),
    _reading(
        "end_words",
        "page client",
        "A run ends as `completed` or `failed`, or as `finished` or `error`.",
        "One client accepts the last two as ends; no answer with them was seen.",
    ),
    _reading(
        "status_case",
        "lower upper",
        "The statuses of executions, tasks and inbox items are in small letters or in capitals.",
        "All that were seen are in small letters; the list is of few answers.",
    ),
    _reading(
        "cancelled_word",
        "cancelled canceled",
        "The spelling of the final status of a cancelled run.",
        "The page says `cancelled`, the SDK `canceled`.",
    ),
    _reading(
        "waiting_word",
        "input_required paused running",
        "The status of a run that waits for a preview or an anomaly check (`input_required` always for runtime input).",
        "Only the word for runtime input is in the SDK's text.",
    ),
    _reading(
        "schedule_time",
        "int float iso",
        "A schedule's `schedule` is read back as an integer, a float, or ISO 8601 text.",
        "No answer was seen; the API has four formats for times.",
    ),
    _reading("past_schedule", "fires refused", "A past `schedule` fires at once, or is refused with 400.", "Unknown."),
    _reading("fired_schedule", "gone kept", "A fired schedule is gone, or stays with status `completed`.", "Unknown."),
    _reading(
        "agent_ids",
        "client server",
        "An added agent keeps the client's `_id`, or the server makes one.",
        "The example sends an id; whether the server keeps the id was never seen.",
    ),
    _reading(
        "flow_echo",
        "yes no",
        "Reads of an agentflow show `default_goal` and `isActive`, or leave them out.",
        "Only one example of a read has both.",
    ),
)
"""Every reading. docs/readings.md lists exactly these."""
