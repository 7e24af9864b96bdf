"""List the readings of skills, agentflows, agents and schedules."""

from __future__ import annotations

from wexa_sync.sandbox.readings.base import Reading, reading

READINGS: tuple[Reading, ...] = (
    reading(
        "skill_actions",
        "connector empty",
        "A new skill has actions derived from its connector, or an empty list.",
        "The create body has no actions, yet skills are read back with them.",
    ),
    reading(
        "agentflow_put",
        "merge replace absent not_found not_implemented",
        "PUT /agentflow/{id} changes the sent keys; or also resets all others (in its agents too); or answers 405, "
        "404 or 501.",
        "The call is in every SDK version and on no vendor page.",
    ),
    reading(
        "agentflow_create_agents",
        "accepted ignored",
        "`agents` in the body of a new agentflow are taken, or silently dropped.",
        "Named by the SDK as accepted; not verified.",
    ),
    reading(
        "repeated_agent",
        "reject upsert duplicate",
        "Adding an agent with an `_id` that exists is refused with 409, updates that agent, or adds a second one.",
        "Unknown.",
    ),
    reading(
        "agent_without_id",
        "refused filled",
        "Adding an agent without `_id` is refused with 422, or the server chooses one.",
        "The example sends an id; whether the id may be left out is unknown.",
    ),
    reading(
        "agent_ids",
        "client server",
        "An added agent keeps the client's `_id`, or the server makes one.",
        "The example sends an id; whether the server keeps the id was never seen.",
    ),
    reading(
        "agent_echo",
        "yes no",
        "Reads of an agent show `memory`, `conditions` and `is_user_specific_task`, or leave them out.",
        "The read example is cut before the place where they would stand.",
    ),
    reading(
        "flow_echo",
        "yes no",
        "Reads of an agentflow show `default_goal` and `isActive`, or leave them out.",
        "Only one example of a read has both.",
    ),
    reading(
        "texts",
        "as_sent trimmed",
        "Texts of projects, flows, agents, skills and schedules are read as sent, or without surrounding blanks.",
        "No test looked; many servers trim.",
    ),
    reading(
        "empty_texts",
        "as_sent null",
        "An empty text is read as sent, or as null.",
        "Fields that a page calls texts were seen as null.",
    ),
    reading(
        "inner_nulls",
        "kept dropped",
        "A null inside an object or a list is read as sent, or its key is left out.",
        "No page mentions nulls in free-form fields (triggers, context, variables).",
    ),
    reading(
        "editor_forms",
        "shown null",
        "Reads show `display_template` as sent, or null.",
        "A test suite of the vendor's web application accepts null.",
    ),
    reading(
        "schedule_time",
        "int float iso",
        "A schedule's `schedule` is read back as an integer, a float, or ISO 8601 text.",
        "No answer was seen; the API has four formats for times.",
    ),
    reading("past_schedule", "fires refused", "A past `schedule` fires at once, or is refused with 400.", "Unknown."),
    reading("fired_schedule", "gone kept", "A fired schedule is gone, or stays with status `completed`.", "Unknown."),
)
