"""Progress in a file or a pipe: a line per stage when it ends, with what there was of it and its own seconds."""

from __future__ import annotations

import io
import re
import warnings

import pytest
import typer
from rich.console import Console
from rich.progress import Progress
from typer.testing import CliRunner

from twokeys.builder.checks.checks import CHECKS as CHECKED
from twokeys.commands import progress
from twokeys.commands.progress import CHECKS, CONFIGS, STAGES, Bars, Lines, described
from twokeys.commands.progress import Clock as Clock_
from twokeys.commands.terminal import plainly
from twokeys.commands.verbosity import Verbosity, speaking, verbosity
from twokeys.core.progress import silent, step


class Clock:
    """A clock that is set by hand."""

    now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(progress, "time", made)
    return made


@pytest.fixture
def heard() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def lines(clock: Clock, heard: io.StringIO) -> Lines:
    return Lines(Console(file=heard, soft_wrap=True))


def test_a_stage_is_told_once_when_it_ends(lines: Lines, clock: Clock, heard: io.StringIO) -> None:
    lines("measure", 0, 0)
    for part in range(1, 14):
        clock.now += 2
        lines("measure", part, 14)
    assert heard.getvalue() == ""
    clock.now += 4
    lines("measure", 14, 14)
    assert heard.getvalue() == "measure: blind baselines (14 fits), 30.0 s\n"


def test_seconds_of_a_stage_inside_another_are_its_own(lines: Lines, clock: Clock, heard: io.StringIO) -> None:
    with step(lines, "measure"):
        clock.now += 1
        with step(lines, "embed-question"):
            clock.now += 10
        clock.now += 2
    with step(lines, "filter"):
        clock.now += 3
    assert heard.getvalue().splitlines() == [
        "embed-question: embedding, 10.0 s", "measure: blind baselines, 3.0 s", "filter: rules, 3.0 s",
    ]  # fmt: skip


def test_work_before_the_first_word_of_a_stage_belongs_to_it(lines: Lines, clock: Clock, heard: io.StringIO) -> None:
    with step(lines, "model"):
        clock.now += 1
    clock.now += 5
    lines("answering", 1, 2)
    clock.now += 5
    lines("answering", 2, 2)
    assert heard.getvalue().splitlines()[1] == "answering (2 items), 10.0 s"


def test_what_breaks_off_is_named_with_what_was_done(lines: Lines, clock: Clock, heard: io.StringIO) -> None:
    lines("measure", 0, 0)
    lines("measure", 3, 14)
    clock.now += 7
    lines.close("broken off after")
    assert heard.getvalue() == "measure: blind baselines (3 of 14 fits), broken off after 7.0 s\n"


def test_a_stage_that_comes_again_is_told_again(lines: Lines, heard: io.StringIO) -> None:
    for _ in range(2):
        with step(lines, "embed-question"):
            pass
    assert heard.getvalue().count("embed-question") == 2


def test_nothing_is_told_of_a_step_that_fails(lines: Lines, heard: io.StringIO) -> None:
    with pytest.raises(ValueError, match="no"), step(lines, "report"):
        raise ValueError("no")
    assert heard.getvalue() == ""


def test_names_of_stages_stay_the_first_word() -> None:
    assert described("edits-negation").startswith("edits-negation: ")
    assert described("certificate") == "certificate"


def test_checks_are_told_as_checks_whatever_stages_are_called() -> None:
    told = {name: described(name, CHECKS) for name in CHECKED}
    assert told["report"] == "report: writing it again, to compare"
    assert told["largest balanced set"] == "largest balanced set: recounting"
    assert all(re.search(": recounting$|again, to compare$", line) for line in told.values())
    assert CHECKS.keys() - {"", "upload"} <= CHECKED.keys(), "a check of another name"
    assert described("audited") == "audited: audited tier"
    assert [described(name, CONFIGS) for name in ("audited", "eval-open")] == [
        "audited: comparing rows", "eval-open: comparing rows",
    ]  # fmt: skip
    assert "upload" not in STAGES


@pytest.mark.parametrize("terminal", [True, False])
def test_bars_and_lines_speak_in_the_words_of_their_verb(terminal: bool, heard: io.StringIO) -> None:
    console = Console(file=heard, force_terminal=terminal)
    bars = Progress(console=console)
    with step(Bars(bars, CHECKS) if terminal else Lines(console, CHECKS), "report"):
        pass
    told = bars.tasks[0].description if terminal else heard.getvalue()
    assert told.startswith("report: writing it again, to compare")


def test_on_a_terminal_every_stage_has_a_bar_that_fills() -> None:
    bars = Progress(console=Console(file=io.StringIO(), force_terminal=True))
    say = Bars(bars)
    say("measure", 0, 0)
    say("measure", 7, 14)
    for _ in range(2):
        with step(say, "embed-question"):
            pass
    assert [(task.completed, task.total) for task in bars.tasks] == [(7, 14), (1, 1), (1, 1)]
    say("measure", 14, 14)
    assert all(task.finished for task in bars.tasks)


def test_a_short_stage_is_worth_no_line(clock: Clock, heard: io.StringIO) -> None:
    lines = Lines(Console(file=heard, soft_wrap=True), shortest=0.05)
    for seconds in (0.01, 0.06):
        with step(lines, "filter"):
            clock.now += seconds
    assert heard.getvalue() == "filter: rules, 0.1 s\n"


def test_a_bar_says_how_much_there_is_in_a_unit_and_how_long_it_will_take() -> None:
    bars = Progress(Clock_(), console=Console(file=io.StringIO(), force_terminal=True))
    say = Bars(bars)
    say("embed", 0, 0)
    say("measure", 7, 75)
    assert [task.fields["parts"] for task in bars.tasks] == ["", "7 of 75 fits"]
    task = bars.tasks[1]
    task.get_time = lambda: (task.start_time or 0) + 65
    assert str(Clock_().render(task)) == "1:05"
    task.finished_time = 80.0
    assert str(Clock_().render(task)) == "1:20"


@pytest.mark.parametrize(("words", "lines"), [([], 0), (["--verbose"], 1), (["--quiet"], 0)])
def test_what_is_asked_for_by_an_option_is_said(
    words: list[str], lines: int, capsys: pytest.CaptureFixture[str]
) -> None:
    app = typer.Typer()

    @app.command()
    @speaking
    def verb() -> None:
        with progress.progress() as say, step(say, "filter"):
            pass

    with pytest.raises(SystemExit):
        app(words)
    assert len(capsys.readouterr().err.splitlines()) == lines
    assert verbosity() is Verbosity.USUAL, "what one verb was told does not hold for the next"


def test_a_warning_is_one_sentence_and_is_said_once(capsys: pytest.CaptureFixture[str]) -> None:
    before = warnings.showwarning
    with plainly(), warnings.catch_warnings():
        warnings.simplefilter("always")
        for _ in range(2):
            warnings.warn_explicit("the file is made again", RuntimeWarning, "/x/twokeys/builder/run/stages.py", 3)
    assert capsys.readouterr().err == "warning: the file is made again\n"
    assert warnings.showwarning is before


def test_quiet_and_verbose_exclude_each_other() -> None:
    app = typer.Typer()
    app.command()(speaking(lambda: None))
    assert CliRunner().invoke(app, ["--quiet", "--verbose"]).exit_code == 2


def test_the_context_names_what_broke_off(capsys: pytest.CaptureFixture[str]) -> None:
    def work() -> None:
        with progress.progress() as say:
            say("measure", 0, 0)
            raise KeyError

    with pytest.raises(KeyError):
        work()
    out, err = capsys.readouterr()
    assert out == ""
    assert re.fullmatch(r"measure: blind baselines, broken off after \d+\.\d s\n", err)


def test_silence_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with step(silent, "measure"):
        pass
    assert capsys.readouterr() == ("", "")
