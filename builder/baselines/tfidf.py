"""TF-IDF and logistic regression: the plain text classifier that most benchmarks fail against."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array, hstack
from sklearn.feature_extraction.text import TfidfVectorizer

from builder.baselines.baseline import Baseline
from builder.baselines.linear import logistic
from builder.baselines.problem import Counts, Floats, Ints, Problem


class Tfidf(Baseline):
    """Word 1-2-grams and character 2-4-grams of the text; options come with their plain features."""

    name = "tfidf"
    views = ("question", "choices")
    reads = "lexical"

    def predict(self, problem: Problem, train: Counts, test: Ints, seed: int) -> Floats:
        """Fit the vocabulary and the classifier on the training contents."""
        contents = np.unique(train.content)
        words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=r"[^\s?.,!;:]+")
        pieces = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True, max_features=50_000)
        texts = [problem.text[content] for content in contents]
        fitted = {words: words.fit_transform(texts), pieces: pieces.fit_transform(texts)}
        unseen = [problem.text[content] for content in test]
        X = hstack(list(fitted.values()), format="csr")
        X_test = hstack([vectorizer.transform(unseen) for vectorizer in fitted], format="csr")
        if problem.form == "option":
            # Which option is gold shows in how it differs from the others: length, rank, overlap.
            scale = np.maximum(np.abs(problem.lexical[contents]).max(axis=0), 1e-6)
            X = hstack([X, csr_array(problem.lexical[contents] / scale)], format="csr")
            X_test = hstack([X_test, csr_array(problem.lexical[test] / scale)], format="csr")
        rows = np.searchsorted(contents, train.content)
        return logistic(X[rows], train, X_test, C=2.0)
