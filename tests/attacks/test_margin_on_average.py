"""Claim: no blind model is farther from chance than the margin.

Attack: a set that is too easy in one part and too hard in the other. The cat before the dog means yes in 70 % of the
split `head` and in 30 % of the smaller split `tail`: fitted on both, word order says yes, and is right on 54 % in all.
(GQA-OOD was certified with 22.0 % in its head and 6.5 % in its tail, where chance was said to be 12.3 %.)

Before (ba22272): word order is at 56.6 % on average, which 480 items cannot refuse, and of the parts nothing is said.
Now: adversaries are bounded and judged on every
source, split and answer type, and the set is refused for its parts.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.attacks.auditing import audit
from tests.builder.certify.audited.items import table
from tests.pipeline.test_auditing import corpus, noise, ordered
from twokeys.builder.certify.audited.bounds import Answers
from twokeys.builder.certify.audited.labels import Predicted
from twokeys.builder.certify.audited.selection import choose
from twokeys.builder.certify.audited.strata import strata
from twokeys.builder.certify.audited.verdict import decide
from twokeys.builder.certify.audited.weighing import TestedSet, by_part
from twokeys.builder.recipe import Audited

HEAD = 300


@pytest.mark.slow
def test_a_cue_that_turns_round_between_splits_is_found_in_both(tmp_path: Path) -> None:
    toy = corpus(tmp_path / "corpora", ordered, noise)
    rng, rows = np.random.default_rng(1), toy.rows["test"]
    turned = rng.random(len(rows)) > np.where(np.arange(len(rows)) < HEAD, 0.75, 0.25)
    flipped = [
        row | ({"answer": "no" if row["answer"] == "yes" else "yes"} if turn else {})
        for row, turn in zip(rows, turned, strict=True)
    ]
    toy.rows = {"head": flipped[:HEAD], "tail": flipped[HEAD:]}
    found = audit(
        toy.write(), tmp_path, select=["question.prior"], certify=["question.order", "image.majority"]
    )  # fmt: skip
    assert found.said["views"]["question"]["outcome"] == "not certified"
    assert any(reason.startswith("in split=") for reason in found.reasons("question"))


def halves() -> tuple[TestedSet, Answers]:
    """2,000 yes/no items in two splits; somebody is right on 60 % of one and on 40 % of the other, half of each yes."""
    n = 2000
    number = np.arange(n)
    answers = np.where(number % 2 == 0, "yes", "no")
    items = table([f"is it {one}?" for one in number], answers.tolist()).assign(
        split=np.where(number < n // 2, "head", "tail")
    )
    right = number // 2 % 10 < np.where(number < n // 2, 6, 4)
    settings = Audited(margin=0.05, select=["question.prior"], certify=["question.forest"])
    judged = TestedSet.of(items, np.ones(n, dtype=bool), settings, 0.95, 0)
    labels, every = judged.labels, judged.keep
    gold = labels.gold(labels.given)
    said = np.where(right, gold, gold[np.arange(n) ^ 1])
    predicted = Predicted("question.forest", said, np.zeros(n), every)
    return judged, labels.scored(predicted, labels.given, number // 2 % 5, every)


def test_evidence_is_weighed_in_every_part() -> None:
    judged, one = halves()
    weighed = judged.weigh(one, "nothing")
    assert abs(weighed.whole.accuracy - weighed.whole.guess) < 1e-9
    verdict = decide("question", [weighed.whole], 0.05, parts=by_part([weighed]))
    assert verdict.outcome == "not certified"
    assert [reason.partition(":")[0] for reason in verdict.reasons] == ["in split=head", "in split=tail"]


def test_selection_bounds_every_part() -> None:
    judged, one = halves()
    assert sorted(judged.parts) == ["split=head", "split=tail"]
    chosen = choose(lambda keep: [one], 0.05, 3, np.ones(len(judged.keep)), parts=list(judged.parts.values()))
    for part in judged.parts.values():
        assert abs(one.right[chosen.keep & part].mean() - 0.5) <= 0.05 / 4 + 0.01
    assert chosen.keep.sum() > 1500


def test_parts_that_are_judged_together_are_no_parts() -> None:
    items = table(["is it?"] * 60, ["yes", "no"] * 30).assign(split=["a", "b", "c"] * 20)
    assert sorted(strata(items)) == ["split=a", "split=b", "split=c"]
    assert strata(items, ["source", "answer_type"]) == {}
