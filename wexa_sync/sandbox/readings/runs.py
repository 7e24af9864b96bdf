"""List the readings of executions."""

from __future__ import annotations

from wexa_sync.sandbox.readings.base import Reading, reading

READINGS: tuple[Reading, ...] = (
    reading(
        "execution_start",
        "auto explicit",
        "A created execution runs by itself, or stays `ready` until POST .../execute.",
        "Real clients only create; the page of execute answers `ready`.",
    ),
    reading(
        "execute_finished",
        "refused restart",
        "POST .../execute on a completed or failed run is an illegal move, or runs it again.",
        "What it does on a finished run is unknown.",
    ),
    reading(
        "agent_without_skills",
        "runs fails",
        "An agent that has no skills works like any other, or a run fails at it with `No skills found for the agent`.",
        "A team filed that error as a defect; flows without skills are in use.",
    ),
    reading("after_resume", "running ready", "The status that a resume answers with.", "No such answer was seen."),
    reading(
        "illegal_move",
        "409 400",
        "The status for a move that the execution's status does not allow.",
        "No such error was seen.",
    ),
    reading(
        "goal",
        "as_sent filled_in",
        "A run's `goal` stays as it was sent, or its `{{name}}` are filled in from `input_variables`; then "
        "`goal_template` is what was sent.",
        "One finished run has both, filled in by the server or by the web application before it sent.",
    ),
    reading(
        "ready_word",
        "ready pending queued",
        "The status of a run that was created or started and does not run yet.",
        "The page says `ready`; one client also knows `pending`.",
    ),
    reading(
        "end_words",
        "page client",
        "A run ends as `completed` or `failed`, or as `finished` or `error`.",
        "One client accepts the last two as ends; no answer with them was seen.",
    ),
    reading(
        "status_case",
        "lower upper",
        "The statuses of executions, tasks and inbox items are in small letters or in capitals.",
        "All that were seen are in small letters; the list is of few answers.",
    ),
    reading(
        "cancelled_word",
        "cancelled canceled",
        "The spelling of the final status of a cancelled run.",
        "The page says `cancelled`, the SDK `canceled`.",
    ),
    reading(
        "waiting_word",
        "input_required paused running",
        "The status of a run that waits for a preview or an anomaly check (`input_required` always for runtime input).",
        "Only the word for runtime input is in the SDK's text.",
    ),
)
