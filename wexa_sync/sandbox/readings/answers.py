"""List the readings of what calls that write answer with, and errors."""

from __future__ import annotations

from wexa_sync.sandbox.readings.base import Reading, reading

READINGS: tuple[Reading, ...] = (
    reading(
        "create_envelope",
        "bare data",
        "A create answers with the object, or with `{data: object}` (project, agentflow, skill, schedule, connector).",
        "A vendor live test accepts both for projects.",
    ),
    reading(
        "create_answer",
        "object id empty",
        "Creating a skill or a schedule answers with the object, its `_id` alone, or an empty body.",
        "These answers were never seen.",
    ),
    reading(
        "create_status",
        "200 201",
        "The status of a create whose page was not read (project, agentflow, skill, schedule, connector).",
        "200 is on every page that was read, 201 on none.",
    ),
    reading(
        "update_answer",
        "object message empty",
        "An update of a project, schedule, agentflow (PUT) or connector status answers with the object, with "
        "`{message: ...}`, or with an empty body.",
        "These answers were never seen.",
    ),
    reading(
        "delete_answer",
        "message null object 204",
        "A delete answers `{message: ...}`, `null`, the deleted object, or 204 without a body.",
        "No answer of a delete was seen.",
    ),
    reading(
        "deleted",
        "404 is_deleted",
        "A deleted object is gone, or reads and lists still show it with `is_deleted` true.",
        "Objects carry `is_deleted`, so deletes may be soft.",
    ),
    reading(
        "error_key",
        "detail error message text",
        "Errors are `{detail}` (`{message}` under /v1/project), or everywhere `{error}`, `{message}` or plain text.",
        "No vendor error body was seen; the SDK looks for detail, error, message, then the raw text.",
    ),
    reading(
        "malformed_id",
        "404 400 422",
        "The status for a malformed id. A well-formed id without an object always gets 404.",
        "No answer to a malformed id was seen.",
    ),
    reading(
        "refused_key",
        "401 403",
        "The status for a missing or wrong x-api-key.",
        "No answer to a bad key was seen.",
    ),
    reading(
        "duplicate_names",
        "accepted refused",
        "A project, agentflow or skill with a taken name is created, or refused with 400. Connector names are "
        "always unique.",
        "Uniqueness of names is unknown, except for connectors.",
    ),
)
