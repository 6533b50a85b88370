"""What masks let through is measured once for a folder and a model, and the cost of long work is told before it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.audit.conftest import Heard, Says
from twokeys.audit.evaluation import known_leaks
from twokeys.audit.evaluation.evaluate import evaluate
from twokeys.audit.evaluation.known_leaks import leaks_of, place
from twokeys.audit.evaluation.leaks import measured
from twokeys.audit.models.model import Question
from twokeys.audit.published import read
from twokeys.core.progress import silent

WEIGHTS = f"model@sha256-{16 * 'a'}"


def called(name: str) -> Says:
    made = Says(lambda question: "no")
    made.name = name
    return made


def counting(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the models whose masks are measured."""
    found: list[str] = []

    def listened(published: object, model: Says, **more: object) -> object:
        found.append(model.name)
        return measured(published, model, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(known_leaks, "measured", listened)
    return found


def test_the_second_verb_does_not_measure_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = counting(monkeypatch)
    first, second = (leaks_of(read(folder), called(WEIGHTS), 0, silent) for _ in range(2))
    assert first == second
    assert asked == [WEIGHTS]
    assert not [path for path in folder.iterdir() if path.name.startswith(".")], "the folder itself is left as it is"


def test_other_weights_and_seeds_are_measured(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = counting(monkeypatch)
    leaks_of(read(folder), called(WEIGHTS), 0, silent)
    leaks_of(read(folder), called(WEIGHTS), 1, silent)
    leaks_of(read(folder), called(WEIGHTS.replace("a", "b")), 0, silent)
    assert len(asked) == 3


def test_a_model_that_does_not_say_its_weights_is_measured_each_time(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = counting(monkeypatch)
    for name in ("http://host/v1#model", "http://host/v1#model", "owner/name@unknown"):
        leaks_of(read(folder), called(name), 0, silent)
    assert len(asked) == 3
    assert not place(folder).exists()


@pytest.mark.parametrize("spoilt", ["", "{}", "[1]", '{"key": 1, "leaks": [{"side": 3}]}', '{"leaks": 7}'])
def test_a_spoilt_file_is_written_again(folder: Path, monkeypatch: pytest.MonkeyPatch, spoilt: str) -> None:
    asked = counting(monkeypatch)
    first = leaks_of(read(folder), called(WEIGHTS), 0, silent)
    (file,) = place(folder).iterdir()
    file.write_text(spoilt)
    assert leaks_of(read(folder), called(WEIGHTS), 0, silent).leaks == first.leaks
    assert len(asked) == 2
    assert leaks_of(read(folder), called(WEIGHTS), 0, silent).leaks == first.leaks
    assert len(asked) == 2


def test_what_answering_costs_is_said_before_it_is_done(folder: Path) -> None:
    order: list[str] = []
    heard = Heard()

    def reply(question: Question) -> str:
        order.append("; ".join(heard.notes))
        return "no"

    model = Says(reply)
    found = evaluate(folder, model, say=heard)
    masks, answers = heard.notes
    assert masks.startswith("trying 3 masks on ")
    items = len(found.items)
    assert answers.startswith(f"answering {items} items under 4 views: {4 * items} answers, ")
    assert order[-1] == f"{masks}; {answers}"
    tried = [(done, total) for stage, done, total in heard.stages if stage == "masks"]
    assert tried[1:] == [(0, 3), (1, 3), (2, 3), (1, 1)]
