"""Wrong labels gather in the largest balanced set, and the folder says how much.

Claim: a published benchmark says what it does not know; its labels are those of the source.
Attack: plant wrong labels in a corpus whose answers are uneven, and count them in the largest balanced set.
Before (ba22272): of easy-VQA's yes/no items with 5 % wrong labels 10 % of the kept ones are wrong, and nothing says so.
Now: as many are kept, for that is what balance is; `label_noise` of a corpus has the share that is to be expected
counted and published, `answers.agreement` as weight keeps as many items with fewer wrong ones, and `low-agreement`
fewer items with far fewer (docs/balance.md).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.pipeline.toy import Toy, measured
from twokeys.builder.balance.select import select
from twokeys.builder.build import build
from twokeys.builder.certify.label_noise import expected_noise, planted
from twokeys.builder.measure.agreement import AGREEMENT, with_agreement
from twokeys.builder.recipe import Balance, Corpus, Recipe
from twokeys.builder.verify import verify
from twokeys.core.errors import BadInput
from twokeys.core.items import question_key


def corpus(pictures: int, yes: float, seed: int) -> pd.DataFrame:
    """Ten questions of every picture, each with its own prior; a question's answer is a coin of that prior."""
    rng = np.random.default_rng(seed)
    priors = np.where(np.arange(10) % 2, yes, 1 - yes)
    rows = [
        {
            "id": f"toy:test:{picture:04d}-{asked}", "source": "toy", "split": "test", "image_key": f"{picture:04d}",
            "question": f"Is it {asked}?", "choices": [], "answer_type": "yes/no",
            "answer": "yes" if rng.random() < priors[asked] else "no",
        }
        for picture in range(pictures) for asked in range(10)
    ]  # fmt: skip
    table = pd.DataFrame(rows)
    return table.assign(question_key=[question_key(text, []) for text in table["question"]], compared=table["answer"])


def recipe(share: float | None, **fields: Any) -> Recipe:
    source = Corpus(format="table", name="toy", revision="r", license="mit", label_noise=share)
    return Recipe(name="toy", title="Toy", corpora=[source], **fields)


@pytest.mark.parametrize("share", [0.02, 0.05, 0.1])
def test_balance_gathers_wrong_labels_and_says_how_many_are_to_be_expected(share: float) -> None:
    clean = corpus(400, yes=0.9, seed=0)
    noisy, wrong = planted(clean, {"toy": share}, np.random.default_rng(7))
    assert wrong.mean() == pytest.approx(share, abs=0.01)
    kept = noisy["id"].isin(set(select(noisy, Balance()).kept["id"])).to_numpy(dtype=bool)
    assert wrong[kept].mean() > 1.5 * share
    # What is said is counted on the noisy labels alone, which is all that a build has.
    said = expected_noise(noisy, recipe(share))
    assert said is not None
    assert said.low <= said.kept <= said.high
    assert said.kept == pytest.approx(wrong[kept].mean(), rel=0.35)
    assert said.read == pytest.approx(share, abs=0.005)


def test_nothing_is_said_where_nothing_is_stated_and_zero_stays_zero() -> None:
    clean = corpus(20, yes=0.8, seed=0)
    assert expected_noise(clean, recipe(None)) is None
    assert expected_noise(clean.iloc[:0], recipe(0.1)) is None
    said = expected_noise(clean, recipe(0.0))
    assert said is not None
    assert (said.read, said.kept, said.high) == (0.0, 0.0, 0.0)


def test_a_planted_answer_is_another_one_that_could_be_given() -> None:
    rows = [
        {"id": "toy:test:1", "choices": ["red", "blue", "green"], "answer_type": "choice", "answer": "red"},
        {"id": "toy:test:2", "choices": [], "answer_type": "open", "answer": "cat"},
        {"id": "toy:test:3", "choices": [], "answer_type": "open", "answer": "dog"},
        {"id": "toy:test:4", "choices": [], "answer_type": "number", "answer": "2"},  # nobody says another number
        {"id": f"toy:test:5~{'0' * 16}", "choices": [], "answer_type": "yes/no", "answer": "no"},
        {"id": "toy:test:5", "choices": [], "answer_type": "yes/no", "answer": "yes"},
    ]
    items = pd.DataFrame(rows).assign(source="toy").sort_values("id", ignore_index=True)
    items["compared"] = items["answer"]
    together = set()
    for seed in range(40):
        noisy, wrong = planted(items, {"toy": 0.49}, np.random.default_rng(seed))
        for old, new, errs in zip(items.to_dict("records"), noisy.to_dict("records"), wrong, strict=True):
            assert (new["answer"] != old["answer"]) == errs
            if old["choices"]:
                assert new["answer"] in old["choices"]
            assert new["compared"] == new["answer"]
        by_id = dict(zip(items["id"], wrong.tolist(), strict=True))
        assert not by_id["toy:test:4"]
        together.add((by_id["toy:test:5"], by_id[f"toy:test:5~{'0' * 16}"]))
    assert together == {(False, False), (True, True)}, "an edit of a wrong item is wrong with it"


def test_agreement_by_hand_and_as_answers_are_compared() -> None:
    rows = [
        ("yes/no", [], "yes", ["Yes", "yes.", "true", "no"]),
        ("number", [], "2", ["two", "2", "3", "many"]),
        ("choice", ["B+", "B-"], "B-", ["B-", "B+"]),
        ("open", [], "red", []),
    ]
    items = pd.DataFrame(rows, columns=["answer_type", "choices", "compared", "answers"])
    found = with_agreement(items)[AGREEMENT].tolist()
    assert found[:3] == [0.75, 0.5, 0.5]
    assert np.isnan(found[3])
    assert AGREEMENT not in with_agreement(items[3:])


def test_agreement_as_weight_keeps_as_many_items_and_fewer_wrong_ones() -> None:
    """Ten annotators, who err more often where the majority errs."""
    clean = corpus(600, yes=0.85, seed=1)
    noisy, wrong = planted(clean, {"toy": 0.06}, np.random.default_rng(2))
    rng = np.random.default_rng(3)
    right = np.where(wrong, rng.integers(5, 8, len(wrong)), rng.integers(6, 11, len(wrong)))
    other = {"yes": "no", "no": "yes"}
    said = [[gold] * n + [other[gold]] * (10 - n) for gold, n in zip(noisy["answer"], right, strict=True)]
    measured = with_agreement(noisy.assign(answers=said))

    def kept(weight: str | None) -> tuple[int, float]:
        chosen = measured["id"].isin(set(select(measured, Balance(weight=weight)).kept["id"])).to_numpy(dtype=bool)
        return int(chosen.sum()), float(wrong[chosen].mean())

    plain, weighted = kept(None), kept(AGREEMENT)
    assert weighted[0] >= 0.99 * plain[0]
    assert weighted[1] < 0.95 * plain[1]


def test_a_weight_that_some_items_lack_is_refused() -> None:
    items = with_agreement(corpus(4, 0.5, 0).assign(answers=[["yes", "no"]] * 39 + [[]]))
    with pytest.raises(BadInput, match=r"answers\.agreement of the item .* is no number"):
        select(items, Balance(weight=AGREEMENT))


def test_a_build_publishes_agreement_and_the_expected_share_and_verify_counts_both(tmp_path: Path) -> None:
    toy = Toy.balanced(tmp_path / "corpora")
    for rows in toy.rows.values():
        for number, row in enumerate(rows):
            row["said"] = [row["answer"]] * (3 + number % 3)
            row["said"] += [{"yes": "no", "no": "yes"}[row["answer"]]] * (number % 2)
    toy.write()
    source = toy.corpus(label_noise=0.2)
    source["columns"] |= {"answers": "said"}
    plan = toy.save(tmp_path / "r.yaml", corpora=[source], balance={"weight": AGREEMENT}, rules=[])
    built = build(plan, tmp_path / "out", corpora=toy.corpora, work=tmp_path / "run", engine="serial")
    noise = built.manifest.label_noise
    assert noise is not None
    assert noise.stated == {"toy": 0.2}
    card = (built.folder / "README.md").read_text()
    assert "**Wrong labels.** The recipe states this share of wrong labels: `toy` 20.0 %" in card
    for row in measured(built.folder):
        assert row["answers_agreement"] == pytest.approx(row["answers"].count(row["answer"]) / len(row["answers"]))
    assert [finding for finding in verify(built.folder) if not finding.ok] == []
    forged = built.manifest.model_copy(update={"label_noise": noise.model_copy(update={"kept": 0.001})})
    (built.folder / "manifest.json").write_text(forged.text())
    assert "expected label noise" in {finding.check for finding in verify(built.folder) if not finding.ok}
