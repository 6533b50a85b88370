"""TF-IDF and logistic regression: a plain text classifier, to which most benchmarks are vulnerable."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array, hstack
from sklearn.feature_extraction.text import TfidfVectorizer

from twokeys.builder.measure.baselines.baseline import Baseline
from twokeys.builder.measure.baselines.linear import logistic
from twokeys.builder.measure.baselines.minibatches import logistic_in_minibatches
from twokeys.builder.measure.baselines.problem import Counts, Floats, Ints, Problem

CHARACTERS_UP_TO = 10_000
"""Up to so many contents, character n-grams are used besides words. They help if there is little text to learn words
from; with more text they only cost time: every step of the fit grows with features times answers."""
MOST_CELLS = 2_500_000
"""Up to so many training contents times answers, the fit goes on until nothing changes any more: with more, each of its
hundreds of steps takes tenths of a second and gigabytes, and it learns in minibatches instead."""


class Tfidf(Baseline):
    """Word 1-2-grams, and character 2-4-grams on small corpora; options come with their plain features."""

    name = "tfidf"
    views = ("question", "choices")
    reads = ("lexical",)
    version = 7

    def predict(self, problem: Problem, train: Counts, test: Ints, seed: int) -> Floats:
        """Fit the vocabulary and the classifier on the training contents."""
        contents = np.unique(train.content)
        texts = [problem.text[content] for content in contents]
        unseen = [problem.text[content] for content in test]
        fitted = [
            (vectorizer.fit_transform(texts), vectorizer.transform(unseen)) for vectorizer in vectorizers(len(texts))
        ]
        if problem.form == "option":
            # The gold option may differ from the other options in length, rank or overlap.
            lexical = problem.matrices["lexical"]
            scale = np.maximum(np.abs(lexical[contents]).max(axis=0), 1e-6)
            fitted.append(
                (
                    csr_array(lexical[contents] / scale),
                    csr_array(lexical[test] / scale),
                )
            )
        X, X_test = (hstack(parts, format="csr") for parts in zip(*fitted, strict=True))
        if len(contents) * train.classes > MOST_CELLS:
            return logistic_in_minibatches(X, train, X_test, C=2.0, seed=seed)
        return logistic(X, train, X_test, C=2.0)


def vectorizers(contents: int) -> list[TfidfVectorizer]:
    """Return the vectorizers for a training set of this size."""
    # A word that occurs in a single content cannot help others, and on large corpora most words are such words.
    rare = 2 if contents > CHARACTERS_UP_TO else 1
    words = TfidfVectorizer(
        ngram_range=(1, 2),
        sublinear_tf=True,
        min_df=rare,
        dtype=np.float32,
        token_pattern=r"\w+|[^\w\s]",  # noqa: S106 - no secret; marks are tokens, so that no text is empty
    )
    pieces = TfidfVectorizer(
        analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True, max_features=50_000, dtype=np.float32
    )
    return [words] if contents > CHARACTERS_UP_TO else [words, pieces]
