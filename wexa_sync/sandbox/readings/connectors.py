"""List the readings of connectors: what configuring one does, and what reads show of it."""

from __future__ import annotations

from wexa_sync.sandbox.readings.base import Reading, reading

READINGS: tuple[Reading, ...] = (
    reading("project_connectors", "seeded none", "A new project has the seed connectors, or none.", "Unknown."),
    reading(
        "connector_makes_skills",
        "no yes",
        "Configuring a connector makes no skill, or one for each of its actions, called `<connector> - <action>`.",
        "The ids of skills in a read body follow each other and those of their actions, as if one call made them.",
    ),
    reading(
        "configure_answer",
        "object id to_verify empty",
        "Configuring a connector answers with the connector, its `_id` alone, `data_to_verify` alone, or an empty "
        "body.",
        "A real client reads `data_to_verify` and nothing else of the answer.",
    ),
    reading(
        "configured_status",
        "as_sent pending",
        "A configured connector has the status that was sent, or is `pending` whatever was sent.",
        "A real client sends `pending`, and sees `ready` after a person has finished the connection.",
    ),
    reading(
        "connector_read",
        "values masked without",
        "Reads of a connector show the configured values under `config.config`, or asterisks, or nothing of them.",
        "One real client reads credentials there.",
    ),
    reading(
        "change_status_words",
        "as_sent data text upper",
        "A changed status reads as sent; or `ready` for `active`; or `active` for `ready`, `inactive` for `failed`; or "
        "in capitals.",
        "The vendor's text says pending, active, inactive; data shows pending, ready, failed.",
    ),
    reading(
        "connector_delete",
        "keeps_skills drops_skills",
        "Deleting a connector leaves its skills alone, or deletes them too.",
        "The effect of deleting a connector on skills is unknown.",
    ),
)
