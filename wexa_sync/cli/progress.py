"""Report an apply and a wait on stderr: one moving line on a terminal, a line a change elsewhere, or JSON."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING

from msgspec.structs import replace

from wexa_sync.cli.terminal import event, obeys, say, speaks_json, wants_color, width
from wexa_sync.executions.watch import AGAIN
from wexa_sync.kinds import BY_NAME
from wexa_sync.model import Status
from wexa_sync.render.layout import Layout
from wexa_sync.render.text.runs import questions_text, status_part
from wexa_sync.render.view.run import run_view
from wexa_sync.text.times import spell
from wexa_sync.text.visible import visible

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

    from wexa_sync.apply import Ask, Progress
    from wexa_sync.model import Change, Question, Run
    from wexa_sync.render.text.page import Part

ENDS = frozenset(status.value for status in Status)


@contextmanager
def progress(total: int, *, quiet: bool) -> Iterator[tuple[Progress, Ask]]:
    """Return two callbacks: one reports progress on stderr, one prints the questions of waiting runs.

    Questions are printed even when quiet, because the run waits for the answer.
    """
    as_json = speaks_json()  # asked once: a large apply reports often
    silent = not total or (quiet and not as_json)
    line, lock = _Line(still=silent), threading.Lock()
    words: dict[str, tuple[str, float]] = {}
    open_: dict[str, str] = {}
    ended: set[str] = set()

    def report(change: Change, word: str) -> None:
        address = visible(str(change.address))
        with lock:
            before, since = words.get(address, ("", 0.0))
            if silent or (before == word and line.seconds < since + AGAIN / 2):
                return
            words[address], open_[address] = (word, line.seconds), word
            run = BY_NAME[change.address.kind].run
            if word in ENDS or (run is not None and word in run.ended):
                del open_[address]
            if word in ENDS:
                ended.add(address)
            done = len(ended)
            if as_json:
                event("change", address=str(change.address), status=word, done=done, total=total)
            elif word != "started":
                line.say(f"[{done}/{total}] {address}: {visible(word)}")
            address, word = next(reversed(open_.items()), (address, word))
            line.parts = [f"[{done}/{total}] ", (address, "bold"), "  ", status_part(word)]

    def ask(_change: Change, run: Run, question: Question) -> None:
        with lock:
            line.ask(run, question)

    with line:
        yield report, ask


@contextmanager
def watching(run: Run) -> Iterator[tuple[Callable[[str], None], Callable[[Run, Question], None]]]:
    """Return two callbacks: one reports each new status of the run, one prints what the run asks."""
    line = _Line()

    def report(status: str) -> None:
        if speaks_json():
            event("execution", execution=run.name, id=run.id, status=status, seconds=round(line.seconds, 1))
        else:
            line.say(f"{visible(run.name)}: {visible(status)}")
        line.parts = [(visible(run.name), "bold"), "  ", status_part(status)]

    with line:
        yield report, line.ask
    line.stay()


class _Line:
    """Represent the moving line where stderr is a terminal, and plain lines elsewhere."""

    def __init__(self, *, still: bool = False) -> None:
        self.parts: Sequence[Part] = []
        self._began = time.monotonic()
        self._live: AbstractContextManager[object] = nullcontext()
        self._moves = obeys(sys.stderr) and not speaks_json() and not still

    @property
    def seconds(self) -> float:
        """Return for how long the line has been shown."""
        return time.monotonic() - self._began

    def say(self, text: str) -> None:
        """Print the text where there is no moving line."""
        if not self._moves:
            say(text)

    def ask(self, run: Run, question: Question) -> None:
        """Print a question of a run above the moving line."""
        from wexa_sync.executions.answer import how_to_answer

        view = run_view(replace(run, questions=(question,)), [how_to_answer(run, question)])
        if speaks_json():
            from wexa_sync.render.runs_json import question_data

            event("question", execution=view.name, **question_data(view.questions[0]))
            return
        text = questions_text(view, Layout(color=wants_color(sys.stderr), width=width(sys.stderr)))
        if self._moves:
            from rich.text import Text

            self._console.print(Text.from_ansi(text), end="")
        else:
            say(text, nl=False)

    def __enter__(self) -> None:
        if self._moves:
            from rich.console import Console
            from rich.live import Live
            from rich.spinner import Spinner

            self._console = Console(
                stderr=True, no_color=not wants_color(sys.stderr), highlight=False, width=width(sys.stderr)
            )
            self._spinner = Spinner("dots", style="cyan")
            self._live = Live(get_renderable=self._look, console=self._console, transient=True, refresh_per_second=10)
        self._live.__enter__()

    def __exit__(self, *exception: object) -> None:
        self._live.__exit__(None, None, None)

    def stay(self) -> None:
        """Print the last text of the moving line, so that it stays on the terminal."""
        if self._moves:
            self._console.print(self._text(), soft_wrap=True)
            self._console.print()

    def _look(self) -> RenderableType:
        text = self._text()
        text.truncate(width(sys.stderr) - 3, overflow="ellipsis")  # two for the spinner, one for the cursor
        self._spinner.update(text=text)
        return self._spinner

    def _text(self) -> Text:
        from rich.text import Text

        return Text.assemble(*self.parts, (f"  {spell(self.seconds)}", "bright_black"))
