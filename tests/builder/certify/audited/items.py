"""Small item tables for the audited tier."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from twokeys.core.items import question_key

NOUNS = ("boat", "chair", "cloud", "fence", "flag", "fork", "hat", "kite", "lamp", "leaf", "plate", "rock")


def table(
    questions: Sequence[str], answers: Sequence[str], choices: Sequence[Sequence[str]] | None = None
) -> pd.DataFrame:
    """An item table: every item its own picture and group."""
    options = [list(one) for one in choices] if choices is not None else [[] for _ in questions]
    kind = [
        "choice" if one else "yes/no" if answer in ("yes", "no") else "open"
        for one, answer in zip(options, answers, strict=True)
    ]
    keys = [f"picture {number:05d}" for number in range(len(questions))]
    return pd.DataFrame({
        "source": "toy",
        "split": "all",
        "id": [f"toy:all:{number:05d}" for number in range(len(questions))],
        "question": list(questions),
        "choices": options,
        "answer": list(answers),
        "compared": list(answers),
        "answer_type": kind,
        "question_key": [question_key(text, one) for text, one in zip(questions, options, strict=True)],
        "choices_key": [question_key("", one) for one in options],
        "image_key": keys,
        "image_cluster": keys,
        "group": keys,
    })  # fmt: skip


def mixed(n: int, seed: int) -> pd.DataFrame:
    """Yes/no, open and multiple-choice items whose answers say nothing."""
    rng = np.random.default_rng(seed)
    questions, answers, choices = [], [], []
    for number in range(n):
        words = rng.choice(NOUNS, 3, replace=False)
        kind = number % 3
        questions.append(f"{('is', 'what', 'which')[kind]} the {words[0]} by the {words[1]} {number % 7}?")
        options = sorted(words) if kind == 2 else []
        choices.append(options)
        answers.append(str((rng.choice(["yes", "no"]), rng.choice(["red", "blue", "two"]), rng.choice(words))[kind]))
    return table(questions, answers, choices)
