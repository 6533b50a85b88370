"""Claim: no blind model does better than chance, up to the margin.

Attack: the model that looks at nothing and always gives the same answer. Of a yes/no corpus 85 % are yes; chance was
counted as how often an answer is right for other items, so a constant answer had no excess, whatever its share.

Before (ba22272): certified, and "yes" to everything is right on 70.1 % of the 221 certified items (68.4 % on a set of
2,000). Now: what a constant answer gains over a guess is bounded when the set is selected, and counted by source,
split and answer type before it is certified; "yes" is right on at most half and a quarter of the margin.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.attacks.auditing import audit
from tests.builder.certify.audited.items import table
from tests.pipeline.test_auditing import asked, corpus, noise
from twokeys.builder.certify.audited.bounds import Bools
from twokeys.builder.certify.audited.certificate import verdicts_of
from twokeys.builder.certify.audited.labels import Labels
from twokeys.builder.certify.audited.prior import VIEW, best_constant
from twokeys.builder.certify.audited.weighing import TestedSet
from twokeys.builder.recipe import Audited

MARGIN = 0.1


@pytest.mark.slow
def test_a_set_of_yes_is_not_published_as_certified(tmp_path: Path) -> None:
    toy = corpus(tmp_path / "corpora", asked, noise)
    toy.rows["test"] = [
        row | {"answer": "no" if place % 20 < 3 else "yes"} for place, row in enumerate(toy.rows["test"])
    ]
    assert np.mean([row["answer"] == "yes" for row in toy.rows["test"]]) == 0.85
    found = audit(
        toy.write(), tmp_path, margin=MARGIN, select=["question.prior", "image.majority"],
        certify=["question.forest", "image.neighbours"],
    )  # fmt: skip
    share = found.rows["answer"].value_counts(normalize=True)
    assert share.max() <= 0.5 + MARGIN / 4 + 1 / len(found.rows)
    assert len(found.rows) > 80


def counted(answers: list[str], kept: Bools | None = None) -> tuple[str, list[str]]:
    """What is said of who sees nothing."""
    items = table(["is it?"] * len(answers), answers)
    keep = np.ones(len(items), dtype=bool) if kept is None else kept
    settings = Audited(margin=MARGIN, select=["question.prior"], certify=["question.forest"])
    judged = TestedSet.of(items, keep, settings, 0.95, 0)
    (verdict,) = verdicts_of([VIEW], [judged.constant()], MARGIN, 0.05, {})
    return verdict.outcome, list(verdict.reasons)


def test_a_set_that_selection_left_so_is_refused() -> None:
    outcome, reasons = counted(["yes"] * 85 + ["no"] * 15)
    assert outcome == "not certified"
    assert "is right on 85.0 %" in reasons[0]
    assert reasons[0].endswith("35.0 points above a guess, beyond the margin of 10.0; some answers are too frequent")
    assert counted(["yes"] * 55 + ["no"] * 45)[0] == "certified"
    assert counted(["red"] * 30 + [f"colour {number}" for number in range(70)])[0] == "not certified"


@pytest.mark.parametrize(
    ("choices", "answers", "right"),
    [
        # The letter B is right on 8 of 10, whatever the options are.
        ([[f"a{n}", f"b{n}"] for n in range(10)], [f"b{n}" if n < 8 else f"a{n}" for n in range(10)], 8.0),
        # "red" is an option of six items and right in all, at either letter; of the other four a guess gets two.
        ([[f"b{n}", "red"][:: 2 * (n % 2) - 1] for n in range(6)] + [[f"a{n}", f"b{n}"] for n in range(6, 10)],
         ["red"] * 6 + ["a6", "a7", "b8", "b9"], 8.0),
    ],
)  # fmt: skip
def test_letters_and_texts_of_options_are_constant_answers(
    choices: list[list[str]], answers: list[str], right: float
) -> None:
    items = table(["which?"] * 10, answers, choices)
    labels = Labels.of(items)
    assert best_constant(labels, labels.given, np.ones(10, dtype=bool)).sum() == pytest.approx(right)
