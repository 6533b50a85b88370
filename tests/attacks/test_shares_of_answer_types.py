"""Claim: on a balanced set, models' dividends rise.

Attack: two sets on which a model behaves alike, item for item of an answer type: dividends of yes/no items are .2,
those of open items .8. One set is 75 % yes/no, as raw items are, the other 50 %, as balanced ones are.

Before (commit ba22272): the figure that was compared rose from .35 to .50, and nothing beside it said why.
Now: dividends of each answer type stand beside it, and a figure in which every type weighs alike: .50 and .50.
"""

from __future__ import annotations

import pandas as pd
import pytest

from twokeys.audit.evaluation.answering import VIEWS
from twokeys.audit.evaluation.benchmark import Benchmark
from twokeys.audit.evaluation.rates import dividends, rates
from twokeys.audit.evaluation.result import Evaluation, summarise

UNNAMED = Benchmark(name="f", title="f", categories=[], adversaries=[], tasks=[])
DIVIDENDS = {"yes/no": 0.2, "open": 0.8}


def evaluation(yes_no: int, opened: int) -> Evaluation:
    """So many items of each type; both sides are needed in the measure of the dividend."""
    kinds = ["yes/no"] * yes_no + ["open"] * opened
    ids = [f"i{at}" for at in range(len(kinds))]
    none = [None] * len(kinds)
    table = pd.DataFrame({
        "id": ids, "source": "s", "split": "test", "meta": "{}", "group": ids,
        "answer_type": kinds, "answer": "yes", "compared": "yes", "question": "?",
        "choices": [[] for _ in kinds], "image_key": ids, "question_key": ids, "image_partner": none,
        "question_partner": none, "quad": none, "answers": [[] for _ in kinds],
    })  # fmt: skip
    answers = pd.DataFrame({"id": ids, "reply": "yes"})
    for view in VIEWS:
        answers[f"right.{view}"] = view == "both"
        answers[f"v.{view}"] = [DIVIDENDS[kind] if view == "both" else 0.0 for kind in kinds]
    return summarise({"config": "balanced"}, table, answers, [], {}, UNNAMED)


def test_shares_of_answer_types_do_not_move_what_is_compared() -> None:
    raw, balanced = evaluation(75, 25), evaluation(50, 50)
    assert (raw.dividend.estimate, balanced.dividend.estimate) == pytest.approx((0.35, 0.5))
    for found in (raw, balanced):
        told = {kind: one.estimate for kind, one in dividends(found).items()}
        assert told == pytest.approx({"open": 0.8, "yes/no": 0.2, "answer types alike": 0.5})
        assert [row.name for row in rates(found)].count("answer types alike") == 4


def test_one_answer_type_needs_no_such_figure() -> None:
    assert dividends(evaluation(10, 0)) == {}
    assert "answer types alike" not in [row.name for row in rates(evaluation(10, 0))]
