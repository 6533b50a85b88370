"""Claim: the 95 % interval beside a question-only baseline holds what it would be right on, were the corpus made again.

Attack: a corpus is made again, a hundred times: 30 questions of a thousand, of which some are answered "yes" nearly
always and some nearly never, each asked of 20 of 200 pictures. The baseline answers "yes"; over all thousand questions
that is right on half.

Before (commit ba22272): the intervals drew groups of pictures alone, and 52 of 100 held the half.
Now: groups and questions are drawn, and 97 of 100 hold it.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from twokeys.builder.measure.blindness import blindness

QUESTIONS, PICTURES, EACH = 30, 200, 20


def made_again(rng: np.random.Generator) -> pd.DataFrame:
    """One draw of questions and pictures, and what the baseline answers."""
    question = np.repeat(np.arange(QUESTIONS), EACH)
    picture = np.concatenate([rng.choice(PICTURES, EACH, replace=False) for _ in range(QUESTIONS)])
    yes = rng.random(len(question)) < rng.beta(0.5, 0.5, QUESTIONS)[question]
    return pd.DataFrame({
        "id": [str(number) for number in range(len(question))], "source": "toy", "split": "test",
        "question_key": [f"q{number}" for number in question], "image_key": [f"p{number}" for number in picture],
        "group": [f"g{number}" for number in picture], "question": [f"Is it {number}?" for number in question],
        "answer": np.where(yes, "yes", "no"), "compared": np.where(yes, "yes", "no"), "answer_type": "yes/no",
        "choices": [[] for _ in question], "image_colour": None, "question.prior.prediction": "yes",
    })  # fmt: skip


def test_the_interval_speaks_of_other_questions_too() -> None:
    rng = np.random.default_rng(0)
    held = 0
    for _ in range(100):
        score = blindness(made_again(rng), 0.95).best(view="question")
        assert score is not None
        held += score.low <= 0.5 <= score.high
    assert 90 <= held <= 100
