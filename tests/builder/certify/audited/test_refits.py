"""Refits in memory are the fits of the panel, label for label; other labels give chance."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.builder.certify.audited.items import NOUNS, mixed, table
from twokeys.builder.certify.audited.adversaries import Adversaries
from twokeys.builder.certify.audited.labels import Labels
from twokeys.builder.certify.audited.refits import Refits
from twokeys.builder.certify.audited.selection import excess
from twokeys.builder.measure.baselines import VIEWS, baselines
from twokeys.builder.measure.matrix import Reads
from twokeys.builder.measure.plain_matrices import PLAIN
from twokeys.builder.measure.stage import CrossFit, problems
from twokeys.builder.recipe import Measure
from twokeys.builder.run.stages import Run
from twokeys.core.folds import fold_of

NAMES = ["question.prior", "question.tfidf", "choices.prior", "choices.forest"]


@pytest.mark.parametrize("on_removed", [False, True])
def test_refits_on_the_real_labels_are_the_panel(tmp_path: Path, on_removed: bool) -> None:
    items, settings = mixed(150, 3), Measure(folds=3)
    labels = Labels.of(items)
    panel = Adversaries(Run(tmp_path), items, labels, settings, lambda _: Reads(PLAIN), "key")
    fold = fold_of(items["group"], settings.folds, 5)
    known = {name: baselines()[name] for name in NAMES}
    made = problems(items, CrossFit(dict.fromkeys(VIEWS, fold), known, settings, Reads(PLAIN)))
    refits = Refits([(problem, able) for _, problem, able in made], labels, settings.max_answers)
    keep = np.arange(150) % 5 > 0
    first = panel.ask(NAMES, keep, 5, on_removed)
    second = refits.ask(NAMES, labels.given, keep, fold, 5, on_removed)
    assert [one.label for one in first] == [one.label for one in second]
    assert len(first) == len(NAMES)
    for one, other in zip(first, second, strict=True):
        assert (one.right == other.right).all()
        assert (one.applies == other.applies).all()
        assert one.chance == pytest.approx(other.chance)
        assert one.confidence == pytest.approx(other.confidence)
    alone = refits.only(keep).ask(NAMES, labels.given, keep, fold, 5, False)
    for one, other in zip(refits.ask(NAMES, labels.given, keep, fold, 5), alone, strict=True):
        assert excess(one, keep) == pytest.approx(excess(other, keep))


def test_a_cue_in_the_labels_is_gone_when_they_are_permuted() -> None:
    rng = np.random.default_rng(0)
    answers = rng.choice(["yes", "no"], 400)
    words = [
        f"is the {'old' if answer == 'yes' else 'new'} {' '.join(rng.choice(NOUNS, 2))} here?" for answer in answers
    ]
    items, settings = table(words, answers.tolist()), Measure(folds=4)
    labels, every = Labels.of(items), np.ones(400, dtype=bool)
    fold = fold_of(items["group"], 4, 0)
    chosen = {"question.tfidf": baselines()["question.tfidf"]}
    made = problems(items, CrossFit(dict.fromkeys(VIEWS, fold), chosen, settings, Reads(PLAIN)))
    refits = Refits([(problem, able) for _, problem, able in made], labels, 200)

    def found(given: np.ndarray) -> float:
        return excess(refits.ask(["question.tfidf"], given, every, fold, 0)[0], every)

    assert found(labels.given) > 0.45
    assert abs(found(labels.permuted(every, 0, 0))) < 0.1
