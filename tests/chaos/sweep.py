"""Disturb an apply at each of its requests; let a person finish, and expect the result of an undisturbed apply."""

from __future__ import annotations

import itertools
import random
import re
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct, field, to_builtins
from msgspec.structs import replace

from wexa_sync.git import Repository
from wexa_sync.sandbox import READINGS

from ..forks import ROOT
from .bench import Bench, Ended
from .desk import Desk
from .person import Person
from .scenarios import SCENARIOS, Scenario, seed_foreign
from .stories import STORIES
from .world import at_odds, recorded, unlike, world

KILLS = ("kill_client before", "kill_client after", "kill before", "kill after")
LOST = ("drop before", "drop after", "reset before", "reset after")
BROKEN = ("cut after", "garble after", "empty after", "html after", "echo after", "echo before status=400")
SLOW = ("delay before ms=300", "429 before", "429 before retry_after=1", "429 before retry_after=date+1")
AWAY = ("refuse before ms=300", "refuse after ms=300", "302 before", "307 after")
ERRORS = tuple(f"{status} {when}" for status in (500, 502, 503, 504) for when in ("before", "after"))
LISTS = ("short after", "repeat after", "total after")
STALE = ("stale after lists=2", "stale after lists=2 + drop after", "stale after lists=2 + kill_client after")
HANGS = ("hang before", "hang after")

_LIST = re.compile(
    r"GET (/skills/|/agentflows|/schedules/coworker|/v1/project|/connectors/.*|/.*/execution_flows"
    r"|/triggers/connector/.*|(/column)?/storage/.*)"
)


class Case(Struct, frozen=True, kw_only=True):
    """Name a fault, the request (from 1) and the apply that it strikes. `fault` may hold several, joined by ` + `."""

    example: str
    scenario: str
    fault: str
    nth: int
    request: str = ""  # that request of the undisturbed apply
    parallelism: int = 1
    readings: tuple[tuple[str, str], ...] = ()

    @property
    def name(self) -> str:
        """Return a name that is the same in each sweep."""
        readings = "".join(f" {name}={value}" for name, value in self.readings)
        beside = f" parallelism={self.parallelism}" if self.parallelism != 1 else ""
        return f"{self.example} {self.scenario} {self.fault} nth={self.nth}{beside}{readings}"

    @property
    def faults(self) -> list[str]:
        """Return the faults as the sandbox takes them."""
        return [f"{fault} nth={self.nth}" for fault in self.fault.split(" + ")]

    @property
    def apply(self) -> tuple[str, str, tuple[tuple[str, str], ...]]:
        """Return the key of the apply, which is prepared once for many cases."""
        return self.example, self.scenario, self.readings


class Verdict(Struct, frozen=True, kw_only=True):
    """Hold the result of a case. `struck` is True when a fault struck; `asked` lists the person's answers."""

    case: Case
    struck: bool
    asked: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()
    commands: int = 0
    seconds: float = 0.0
    talk: tuple[str, ...] = ()  # the commands' output, if something is wrong

    @property
    def word(self) -> str:
        """Return the verdict in a word."""
        return "wrong" if self.wrong else "asked" if self.asked else "clean" if self.struck else "not struck"

    def as_data(self) -> dict[str, Any]:
        """Return the verdict as JSON data."""
        return {**to_builtins(self), "name": self.case.name, "word": self.word}


class Prepared(Struct, frozen=True, kw_only=True):
    """Hold an apply to disturb many times: its start, and the result that it must have."""

    scenario: Scenario
    start: Path
    requests: tuple[str, ...]
    world: Counter[str]
    addresses: frozenset[str]


class Sweep(Struct):
    """Run cases at a bench; prepare each apply once."""

    bench: Bench
    on_ref: bool = False  # the state is on a ref of a git remote
    prepared: dict[tuple[str, str, tuple[tuple[str, str], ...]], Prepared] = field(default_factory=dict)
    count: Iterator[int] = field(default_factory=itertools.count)

    def prepare(self, example: str, scenario: str, readings: tuple[tuple[str, str], ...] = ()) -> Prepared:
        """Return the start of an apply, and its result without a fault."""
        if found := self.prepared.get((example, scenario, readings)):
            return found
        wanted = SCENARIOS[example, scenario]
        start = self.bench.folder / f"start-{next(self.count)}"
        desk = start / "desk"
        shutil.copytree(ROOT / "examples" / example, desk, ignore=shutil.ignore_patterns(".wexa-sync"))
        wanted.prepare(desk)
        if self.on_ref:
            _keep_on_ref(desk)
        read = wanted.readings | dict(readings)
        if wanted.edit is not None:
            self.bench.start(start / "sandbox.db", readings=read)
            _well(self.bench.cli(desk, "apply", "--auto-approve", *(each for each in wanted.words if each == "--hire")))
            self.bench.stop()
            wanted.edit(desk)
        self.bench.start(start / "sandbox.db")  # without readings: `seed_foreign` expects the default forms
        seed_foreign(self.bench, wanted.doomed)
        self.bench.stop()
        found = self._undisturbed(wanted, start, read)
        self.prepared[example, scenario, readings] = found
        return found

    def _undisturbed(self, wanted: Scenario, start: Path, readings: Mapping[str, str]) -> Prepared:
        clean = self._copied(start)
        data, desk = clean / "sandbox.db", clean / "desk"
        self.bench.start(data, readings=readings)
        words = (*wanted.words, "--parallelism", "1")
        person = Person(bench=self.bench, folder=desk, data=data, words=words, command=wanted.command)
        _well(person.begin())
        asked = tuple(self.bench.requests())
        planned = person.plan()
        assert planned.code == 0, planned.shown
        self.bench.rest()
        self.bench.stop()
        state = desk / ".wexa-sync/state.json"
        assert not at_odds(state, data)
        known = frozenset(map(str, recorded(state)))
        found = Prepared(scenario=wanted, start=start, requests=asked, world=world(data), addresses=known)
        shutil.rmtree(clean)
        return found

    def _copied(self, start: Path) -> Path:
        place = self.bench.folder / f"case-{next(self.count)}"
        shutil.copytree(start, place)
        return place

    def run(self, case: Case) -> Verdict:
        """Disturb the apply, let a person finish, and compare the result."""
        if case.example == COMBINED:
            return self._told(case)
        ready = self.prepare(*case.apply)
        place = self._copied(ready.start)
        data, desk = place / "sandbox.db", place / "desk"
        words = (*ready.scenario.words, "--parallelism", str(case.parallelism))
        person = Person(bench=self.bench, folder=desk, data=data, words=words, command=ready.scenario.command)
        read = ready.scenario.readings | dict(case.readings)
        self.bench.start(data, case.faults, read)
        began = person.begin()
        struck = began.code == -9 or self._struck()
        if not self.bench.serving:
            self.bench.stop()
            self.bench.start(data, readings=read)
        elif not struck:  # so that the fault strikes no later request
            self.bench.ask("DELETE", "/_sandbox/faults")
        converged = person.goes_on()
        if self.bench.serving:
            self.bench.rest()
        self.bench.stop()
        wrong = [*person.faults, *([] if converged else [f"it does not end: {person.said[-1].shown}"])]
        wrong += unlike(world(data), ready.world)
        state = desk / ".wexa-sync/state.json"
        wrong += at_odds(state, data)
        if lost := ready.addresses ^ set(map(str, recorded(state))):
            wrong.append(f"the state does not hold the same: {sorted(lost)}")
        shutil.rmtree(place)
        talk = tuple(done.shown for done in person.said) if wrong else ()
        return Verdict(
            case=case,
            struck=struck,
            asked=tuple(person.asked),
            wrong=tuple(wrong),
            commands=len(person.said),
            talk=talk,
        )

    def _told(self, case: Case) -> Verdict:
        """Tell a story, and return its verdict."""
        story = STORIES[case.scenario]
        readings = {**story.readings, **dict(case.readings)}
        desk = Desk(self.bench, self.bench.folder / f"case-{next(self.count)}", readings)
        try:
            story.tell(desk, case.fault)
        finally:
            self.bench.stop()
        shutil.rmtree(desk.place)
        person = desk.person
        talk = tuple(done.shown for done in person.said) if desk.wrong else ()
        found = Verdict(case=case, struck=desk.struck, asked=tuple(person.asked), wrong=tuple(desk.wrong), talk=talk)
        return replace(found, commands=len(person.said))

    def _struck(self) -> bool:
        """True when a fault has struck."""
        if not self.bench.serving:
            return True
        return any(each["struck"] for each in self.bench.ask("GET", "/_sandbox/faults")["faults"])


def _well(done: Ended) -> None:
    assert done.code == 0, done.shown


def faults_for(request: str) -> tuple[str, ...]:
    """Return the faults that a request can meet."""
    either: tuple[str, ...] = (*KILLS, *LOST, *BROKEN, *SLOW, *AWAY)
    if request.startswith("GET "):  # a GET changes nothing: before and after are the same
        either = tuple(fault for fault in either if fault not in {*LOST[1::2], *AWAY[1::2]})
        return (*either, "503 before", "503 before times=3", *(LISTS if _LIST.fullmatch(request) else ()))
    creates = request.startswith("POST ") and not re.search(r"/(execute|update/.*)$", request)
    return (*either, *ERRORS, *(STALE if creates else ()))


def enumerate_cases(sweep: Sweep, group: str) -> Iterator[Case]:
    """Return all cases of a group (`GROUPS`), in a fixed order."""
    if group == "combined":
        for story in STORIES.values():
            yield from (Case(example=COMBINED, scenario=story.name, fault=fault, nth=1) for fault in story.faults)
        return
    for example, scenario in SCENARIOS:
        yield from cases_of(sweep, group, example, scenario)


def cases_of(sweep: Sweep, group: str, example: str, scenario: str) -> Iterator[Case]:
    """Return the cases of a group that disturb one apply: each request, with each fault that it can meet."""
    for nth, request in enumerate(sweep.prepare(example, scenario).requests, start=1):
        for fault in _faults_of(group, request):
            yield Case(
                example=example,
                scenario=scenario,
                fault=fault,
                nth=nth,
                request=_shown(request),
                parallelism=8 if group == "parallel" else 1,
            )


GROUPS = ("kills", "faults", "parallel", "hangs", "combined")
"""The groups: kills at each request; every other fault at each; client kills with eight requests at a time;
hangs at each write (half a minute each); and the stories."""

COMBINED = "combined"
"""The example's name in a case that is a story."""


def _faults_of(group: str, request: str) -> tuple[str, ...]:
    if group == "kills":
        return KILLS
    if group == "parallel":
        return (*KILLS[:2], "drop after")
    if group == "hangs":
        return () if request.startswith("GET ") else HANGS
    return tuple(fault for fault in faults_for(request) if fault not in KILLS)


def random_case(sweep: Sweep, number: int, seed: int = 0) -> Case:
    """Return a case with random readings, fault and request. The same number and seed give the same case."""
    chance = random.Random(f"{seed}/{number}")  # noqa: S311 # a fixed choice, not a secret
    example, scenario = chance.choice(sorted(SCENARIOS))
    asked = sweep.prepare(example, scenario).requests
    nth = chance.randint(1, len(asked))
    readings = {each.name: chance.choice(each.values) for each in READINGS if each.name not in _NO_CHOICE}
    return Case(
        example=example,
        scenario=scenario,
        fault=chance.choice(faults_for(asked[nth - 1])),
        nth=nth,
        request=_shown(asked[nth - 1]),
        parallelism=chance.choice((1, 1, 4, 8)),
        readings=tuple(sorted(readings.items())),
    )


_NO_CHOICE = {
    "table_triggers_read",  # a table is not renamed where its triggers are not shown
    "project_connectors",  # without connectors a person must first create one
    "end_words",  # an unknown word for a run's end is a question
    "agentflow_put",  # an edit of a flow needs this call
    "agent_without_skills",  # the examples have such agents, and their runs are to succeed
    "agent_echo",  # the call is blocked if reads don't show all that it may replace
    "flow_echo",
    *("decider", "agent_delete", "flow_delete"),  # an edit of agents needs these calls
    "upload_answer",  # where no response names a file, each upload is a question
    "hire_twice",  # the update hires a coworker once more
    "execution_start",  # the right result depends on it: the scenario sets it
}


def _shown(request: str) -> str:
    return re.sub(r"[0-9a-f-]{24,36}", "ID", request)


def _keep_on_ref(desk: Path) -> None:
    """Make a desk a git repository with a remote beside it, and its state a ref of that remote."""
    Repository(desk.parent).run("init", "-q", "--bare", "remote.git")
    Repository(desk).run("init", "-q")
    Repository(desk).run("remote", "add", "origin", "../remote.git")
    file = desk / "wexa-sync.yaml"
    lines = [line for line in file.read_text(encoding="utf-8").splitlines() if not line.startswith("state:")]
    file.write_text("\n".join([*lines, "state: {git: {}}", ""]), encoding="utf-8")
