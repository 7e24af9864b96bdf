"""List the readings of the marketplace, files and dashboards."""

from __future__ import annotations

from wexa_sync.sandbox.readings.base import Reading, reading

READINGS: tuple[Reading, ...] = (
    reading(
        "marketplace_list",
        "coworkers data nested unforeseen",
        "The coworkers of the marketplace come as `{coworkers: []}`, `{data: []}`, `{data: {coworkers: []}}` or "
        "`{rows: []}`.",
        "A vendor test only looks that the answer is an object.",
    ),
    reading(
        "hire_makes",
        "project flow",
        "A hire makes a project of its own with the copy of the coworker's agentflow, or puts the copy into the oldest "
        "project.",
        "The call names no project, and what it makes was never seen.",
    ),
    reading(
        "hire_answer",
        "flow project ids message empty",
        "A hire answers with the agentflow, with its project, with `{agentflow_id, projectID}`, with `{message: ...}`, "
        "or with an empty body.",
        "No answer was seen.",
    ),
    reading(
        "hire_twice",
        "second_copy refused",
        "A second hire of a coworker makes a second copy, or is refused with 400.",
        "Unknown.",
    ),
    reading(
        "upload_answer",
        "urls_and_ids urls ids",
        "An upload answers `{files: [{_id, filename, upload_url}]}`, `{urls: []}` in the order of the names, or "
        "`{ids: []}` without a place to send the content to.",
        "The call takes names and no content; its answer was never seen.",
    ),
    reading(
        "upload_method",
        "PUT POST_form",
        "A file's content is sent to its address as the body of a PUT, or as the field `file` of a form (POST).",
        "Stores of files know both.",
    ),
    reading(
        "file_visible",
        "at_once after_upload later",
        "A file is shown once its upload was asked for, once its content has arrived, or two seconds after that.",
        "Unknown.",
    ),
    reading(
        "dashboard",
        "components list empty",
        "A dashboard is `{projectID, components: [], updated_at}`, or a list of components, or `{}` while it has none.",
        "No answer was seen.",
    ),
)
