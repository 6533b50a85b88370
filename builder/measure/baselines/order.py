"""The order of words: which word is before which, however far apart, and which word is at which place."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from twokeys.builder.measure.baselines.baseline import Baseline
from twokeys.builder.measure.baselines.linear import logistic
from twokeys.builder.measure.baselines.problem import Counts, Floats, Ints, Problem

REACH = 12
"""Largest distance between the two words of a pair."""
WORDS = 60
"""Words of a text that are read at most."""
EDGE = 6
"""First and last words of a text whose places are features."""
FEATURES = 100_000
_WORD = re.compile(r"[^\s?.,!;:]+")


class Order(Baseline):
    """Logistic regression on ordered pairs of words and on words at their places."""

    name = "order"
    views = ("question", "choices")
    needs = "minutes"
    version = 4

    def predict(self, problem: Problem, train: Counts, test: Ints, seed: int) -> Floats:
        """Fit the vocabulary of pairs and the classifier on the training contents."""
        contents = np.unique(train.content)
        texts, unseen = ([(problem.context[i], problem.text[i]) for i in rows] for rows in (contents, test))
        vectorizer = TfidfVectorizer(analyzer=ordered, sublinear_tf=True, max_features=FEATURES, dtype=np.float32)
        X = vectorizer.fit_transform(texts)
        return logistic(X, train, vectorizer.transform(unseen), C=4.0)


def ordered(content: tuple[str, str]) -> Iterator[str]:
    """Yield words, words with their places, and ordered pairs; words of the context pair with words of the text.

    Example:
        >>> " | ".join(ordered(("", "old man")))
        '2 words | old | 0 old | -2 old | old > man | man | 1 man | -1 man'
    """
    context, text = (_WORD.findall(part.lower())[:WORDS] for part in content)
    yield f"{len(text)} words"
    for place, word in enumerate(text):
        yield word
        if place < EDGE:
            yield f"{place} {word}"
        if len(text) - place <= EDGE:
            yield f"{place - len(text)} {word}"
        for other in text[place + 1 : place + 1 + REACH]:
            yield f"{word} > {other}"
    for context_word in context:
        for word in text:
            yield f"{context_word} ? {word}"
