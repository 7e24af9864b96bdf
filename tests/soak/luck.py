"""Choose the server's readings and faults by the seed."""

from __future__ import annotations

from random import Random

from wexa_sync.sandbox import READINGS

_WRITES = (
    "POST /v1/project",
    "PUT /v1/project",
    "DELETE /v1/project/*",
    "POST /skills/",
    "POST /agentflow/",
    "PUT /agentflow/*",
    "POST /agentflow/*/skilled",
    "POST /agentflow/*/update/skilled/*",
    "POST /schedule/coworker",
    "PATCH /schedule/coworker/*",
    "DELETE /schedule/coworker/*",
    "POST /execute_flow",
    "POST /execute_flow",
    "POST /execute_flow/*/execute",
)
_READS = (
    "GET",
    "GET /v1/project",
    "GET /agentflows",
    "GET /skills/",
    "GET /schedules/coworker",
    "GET /*/execution_flows",
)
_ANYWHERE = (
    "delay {when} {at} ms=40",
    "reset {when} {at}",
    "drop {when} {at}",
    "500 {when} {at}",
    "502 {when} {at}",
    "503 {when} {at} retry_after=0",
    "504 {when} {at}",
    "429 before {at}",
    "429 before {at} retry_after=date+1",
    "409 before {at}",
    "307 before {at}",
    "cut {when} {at}",
    "garble {when} {at}",
    "empty {when} {at}",
    "html {when} {at} status=200",
    "html {when} {at} status=502",
    "echo {when} {at}",
    "echo before {at} status=400",  # `after` would be a false error, which docs/reliability.md says is believed
    "refuse {when} {at} ms=100",
    "kill {when} {at}",
)
_LISTS = ("repeat {at}", "short {at}", "total {at}")


def readings(chance: Random) -> dict[str, str]:
    """Return values for some readings, without those that need a person's help."""
    return {
        reading.name: chance.choice(reading.values)
        for reading in READINGS
        if reading.name not in ("project_connectors", "end_words") and chance.random() < 0.4
    }


def faults(chance: Random, *, process: bool) -> list[str]:
    """Return one to four faults. With `process` the client is a process of its own, and faults may kill it.

    At most one fault makes lists wrong, and never for longer than the client promises to cope with.
    """
    found = [_fault(chance, process=process) for _ in range(chance.choice((1, 2, 3, 4)))]
    if chance.random() < 0.3:
        found.append(f"stale {chance.choice(_WRITES)} lists={chance.randint(1, 2)}")
    elif chance.random() < 0.3:
        at = chance.choice(_READS)
        found.append(f"{chance.choice(_LISTS).format(at=at)} {_often(chance, at)}")
    return found


def _fault(chance: Random, *, process: bool) -> str:
    if process and chance.random() < 0.5:
        text = "kill_client {when} {at}"
    elif not process and chance.random() < 0.1:
        text = "hang {when} {at}"
    else:
        text = chance.choice(_ANYWHERE)
    at = chance.choice(chance.choices((_WRITES, _READS, ("POST",), ("",)), (45, 15, 30, 10))[0])
    return f"{text.format(when=chance.choice(('before', 'after')), at=at)} {_often(chance, at)}"


def _often(chance: Random, at: str) -> str:
    """Return the `nth` and `times` of a fault. A fault of frequent requests may strike later."""
    most = {"": 30, "GET": 12, "POST": 4}.get(at, 2)
    return f"nth={chance.randint(1, most)} times={chance.choice((1, 1, 2))}"
