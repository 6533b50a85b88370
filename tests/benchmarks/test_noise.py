"""Labels that annotators get wrong, as often as they are asked to, and pairs of wordings."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from benchmarks.noise import annotated, kept_of, majority_errs
from benchmarks.wordings import pooled
from twokeys.builder.measure.agreement import AGREEMENT


def test_majorities_err_as_often_as_counted() -> None:
    rng = np.random.default_rng(0)
    errors = rng.binomial(10, 0.45, 200_000)
    assert majority_errs(0.45) == pytest.approx(((errors > 5) + (errors == 5) / 2).mean(), abs=0.003)
    assert majority_errs(0.0) == 0


@pytest.mark.parametrize("share", [0.02, 0.1])
def test_as_many_golds_are_wrong_as_wanted_and_annotators_agree_less_there(share: float) -> None:
    rows = [
        {
            "id": f"{number:05d}", "split": "test", "question_key": f"q{number % 10}", "image_key": f"i{number // 10}",
            "compared": ("yes", "no")[(number * 7) % 10 < number % 10], "choices": [], "answer_type": "yes/no",
        }
        for number in range(5_000)
    ]  # fmt: skip
    noisy, wrong = annotated(pd.DataFrame(rows), share, seed=1)
    assert wrong.mean() == pytest.approx(share, abs=0.01)
    assert noisy[AGREEMENT][wrong].mean() < 0.75 < noisy[AGREEMENT][~wrong].mean()
    assert ((noisy["compared"] != pd.DataFrame(rows)["compared"]) == wrong).all()
    # Hardly anything of such a table can be balanced but what its wrong labels make possible.
    plain, weighted = kept_of(noisy, wrong, None), kept_of(noisy, wrong, AGREEMENT)
    assert plain[0] >= weighted[0] > 0
    assert plain[1] > 2 * share


def test_pooled_corpora_keep_their_names() -> None:
    plan = pooled(["pope", "gqa-ood"], apart=True, mined=False)
    assert [corpus.name for corpus in plan.corpora] == ["pope", "gqa-ood"]
    assert plan.balance.within == ["source"]
    assert not plan.publishable
