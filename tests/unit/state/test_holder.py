"""A holder is dead or alive for sure only where the process is one of this very machine."""

from __future__ import annotations

import os
import time

from msgspec.structs import replace

from wexa_sync.state.holder import ourselves, process_of


def test_a_process_of_a_machine_with_another_name_is_neither_dead_nor_alive_for_sure() -> None:
    now = time.time()
    ours = ourselves(now, now + 60, process=process_of(os.getpid()))
    assert ours.is_alive
    ended = replace(ours, process=ours.process + "0")
    assert ended.is_dead
    # Machines that were restored from one image share their boot and the numbers of their processes.
    assert not replace(ended, host="ci-runner-7").is_dead
    assert not replace(ours, host="ci-runner-7").is_alive
