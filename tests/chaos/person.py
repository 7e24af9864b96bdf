"""Act as a person after a failure: run plan and apply again, and settle doubts after a look at the server's data."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from .bench import Bench, Ended, json_of
from .scenarios import COWORKERS, goals
from .world import held, recorded, things

ROUNDS = 6
"""The number of tries before a person gives up."""

WORK = ("add", "change", "delete", "run", "adopt", "forget")
"""The words of a plan's summary that count work."""

_COMMANDED = re.compile(r"[a-z0-9-]+/Execution/run-[0-9a-f]{12}")
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{24}")


class Person(Struct, kw_only=True):
    """Work in `folder`, and look into `data` as into Wexa Studio. `words` are arguments of every plan and apply.

    `command`: what is run in place of an apply, and repeated until it comes to its end.
    """

    bench: Bench
    folder: Path
    data: Path
    words: Sequence[str]
    command: Sequence[str] = ()
    asked: list[str] = field(default_factory=list)  # the questions that the person answered, in short
    faults: list[str] = field(default_factory=list)  # misbehaviour of commands
    said: list[Ended] = field(default_factory=list)

    def run(self, *words: str) -> Ended:
        """Run a command; check that it prints no traceback and ends with a documented exit code."""
        done = self.bench.cli(self.folder, *words)
        self.said.append(done)
        if "Traceback" in done.stderr or "Traceback" in done.stdout:
            self.faults.append(f"a traceback: {done.stderr[-300:]}")
        if done.code not in (-9, 0, 1, 2, 3, 4):
            self.faults.append(f"`{' '.join(words)}` ended with {done.code}")
        return done

    def begin(self) -> Ended:
        """Run what is to be disturbed, once."""
        return self.run(*self.command, *self.words) if self.command else self.apply()

    def apply(self) -> Ended:
        """Apply once."""
        return self.run("apply", "--auto-approve", "--format", "json", *self.words)

    def plan(self) -> Ended:
        """Plan. Exit code 0 means that nothing is pending, 2 that something is."""
        return self.run("plan", "--detailed-exitcode", "--format", "json", *[w for w in self.words if w == "--prune"])

    def goes_on(self) -> bool:
        """Repeat the command, then plan and apply, until nothing is left to do. True when that was reached."""
        if self.command and not self._commanded():
            return False
        for _ in range(ROUNDS):
            planned = self.plan()
            said = json_of(planned.stdout)
            open_questions = [each for each in said.get("blocked", ()) if "wexa-sync resolve" in each["hint"]]
            if said and not said["blocked"] and all(said["summary"][name] == 0 for name in WORK):
                return planned.code == (2 if said["orphans"] else 0)
            for each in open_questions:
                self.resolve(each)
            if said:
                self.apply()
        return False

    def _commanded(self) -> bool:
        """Repeat the command until it has come to its end. True when it has."""
        doubts = 0
        for _ in range(ROUNDS):
            last = self.said[-1]
            if last.code == 0 or (last.code == -9 and last.stdout):  # killed after it told its end
                return True
            doubts = doubts + 1 if last.code == 3 else 0
            if doubts > 1 and (found := _COMMANDED.search(last.stderr)):
                self.resolve({"address": found[0], "reason": " ".join(last.stderr.split())})
            self.begin()
        return False

    def resolve(self, blocked: dict[str, Any]) -> None:
        """Look at the server, and settle the doubt with `resolve`."""
        address, reason = blocked["address"], blocked["reason"]
        self.asked.append(f"{address.split('/')[-2]}: {_ID.sub('ID', reason)}")
        answer = self.truth(address, reason)
        done = self.run("resolve", address, *answer)
        if done.code:
            self.faults.append(f"the answer {' '.join(answer)} was refused: {done.stderr.strip()}")

    def truth(self, address: str, reason: str) -> tuple[str, ...]:
        """Return the flags of `resolve` that tell the truth."""
        there = things(self.data)
        if "its start was sent" in reason:
            (id,) = [id for at, id in recorded(self.folder / ".wexa-sync/state.json").items() if str(at) == address]
            (run,) = [thing for thing in there if id in (thing.id, thing.alias)]
            started = run.inner.get("told") or run.body["status"] != "ready" or run.inner["phase"] != "ready"
            return ("--happened", id) if started else ("--did-not-happen",)
        if "/File/" in address:
            kept = recorded(self.folder / ".wexa-sync/state.json")
            id = next((id for at, id in kept.items() if str(at) == address), "")
            arrived = any(thing.id == id and thing.body["status"] == "uploaded" for thing in there)
            return ("--happened", id) if arrived and "its content was sent" in reason else ("--did-not-happen",)
        if "/MarketplaceHire/" in address:
            known = held(self.folder / ".wexa-sync/state.json").owners  # the hires of earlier generations too
            coworker = COWORKERS[address.rpartition("/")[2]]
            copies = [each for each in there if each.body.get("marketplace_id") and each.body["name"] == coworker]
            hired = [each.id for each in copies if each.id not in known]
            return ("--happened", hired[0]) if hired else ("--did-not-happen",)
        if "/Execution/" in address:
            recorded_ids = set(recorded(self.folder / ".wexa-sync/state.json").values())
            name = address.rpartition("/")[2]
            goal = self.command[4] if _COMMANDED.fullmatch(address) else goals(self.folder)[name]
            runs = [each for each in there if each.kind == "execution" and each.body["goal"] == goal]
            ours = [each.alias for each in runs if not recorded_ids & {each.id, each.alias}]
            return ("--happened", ours[0]) if ours else ("--did-not-happen",)
        (id, *others) = _ID.findall(reason)
        if others:
            self.faults.append(f"there are several of {address}: {reason}")
        return ("--happened", id)
