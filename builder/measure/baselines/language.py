"""A language model that was not trained on this corpus: it answers by general knowledge, without an image.

Raw sums of log-probabilities are compared: a short answer is then likelier than a long answer, and a common answer
likelier than a rare one. The model's prior over answers can be subtracted (pointwise mutual information), or a fitted
model can weigh both, and the lengths of answers.
"""

from __future__ import annotations

import numpy as np

from twokeys.builder.measure.baselines.baseline import Baseline
from twokeys.builder.measure.baselines.linear import logistic
from twokeys.builder.measure.baselines.problem import Counts, Floats, Ints, Problem


class LanguageModel(Baseline):
    """Zero-shot: the likeliest of the candidate answers, or of the options, after the question."""

    name = "lm"
    views = ("question", "choices")
    reads = ("likelihoods",)
    needs = "minutes"
    kin = "language model"
    fits = False

    def predict(self, problem: Problem, train: Counts, test: Ints, seed: int) -> Floats:
        """Compare log-likelihoods."""
        after, _ = halves(problem)
        return zero_shot(problem, train, after, test)


class LanguageModelPrior(Baseline):
    """Zero-shot, less what the model says of an answer when nothing is asked."""

    name = "lm_pmi"
    views = ("question",)
    reads = ("likelihoods",)
    needs = "minutes"
    kin = "language model"
    fits = False

    def predict(self, problem: Problem, train: Counts, test: Ints, seed: int) -> Floats:
        """Compare differences of log-likelihoods."""
        after, empty = halves(problem)
        return zero_shot(problem, train, after - empty, test)


class LanguageModelFitted(Baseline):
    """Logistic regression on the log-likelihoods, after the question and after none."""

    name = "lm_fitted"
    views = ("question", "choices")
    reads = ("likelihoods",)
    needs = "minutes"
    kin = "language model"
    version = 2

    def predict(self, problem: Problem, train: Counts, test: Ints, seed: int) -> Floats:
        """Fit on the training contents' log-likelihoods."""
        X = _option_features(problem) if problem.form == "option" else _answer_features(problem)
        contents = np.unique(train.content)
        training = X[contents]
        # Outliers must not dominate: features are cut at five standard deviations.
        X = np.clip((X - training.mean(axis=0)) / np.maximum(training.std(axis=0), 1e-3), -5, 5)
        return logistic(X[contents], train, X[test], C=1.0)


def halves(problem: Problem) -> tuple[Floats, Floats]:
    """Log-likelihoods after the question and after the empty question, (u, c) each; c is 1 in the `option` form."""
    likelihoods = problem.matrices["likelihoods"]
    width = likelihoods.shape[1] // 2
    return likelihoods[:, :width], likelihoods[:, width:]


def zero_shot(problem: Problem, train: Counts, scores: Floats, test: Ints) -> Floats:
    """Compute class probabilities from zero-shot scores.

    Args:
        problem: The contents.
        train: The classes; a class without training rows is never predicted, nor is a class without a score.
        scores: (u, c) log-scores of the candidates, or (u, 1) of the options.
        test: (t,) contents to predict.

    Returns:
        (t, train.classes) probabilities.
    """
    probabilities = np.zeros((len(test), train.classes), dtype=np.float32)
    if problem.form == "option":
        gold = np.exp(against_rivals(problem, scores[:, 0]))[test]
        probabilities[:, 0], probabilities[:, 1] = 1 - gold, gold
    else:
        column = {answer: place for place, answer in enumerate(problem.candidates)}
        scored = [place for place, name in enumerate(train.names) if name in column]
        if scored:
            log_shares = _log_softmax(scores[test][:, [column[train.names[place]] for place in scored]])
            probabilities[:, scored] = np.exp(log_shares)
    probabilities *= train.prior > 0
    total = probabilities.sum(axis=1, keepdims=True)
    return np.where(total > 0, probabilities / np.maximum(total, 1e-30), train.prior).astype(np.float32)


def against_rivals(problem: Problem, score: Floats) -> Floats:
    """(u,) log-share of each option among its competing options."""
    rivals = problem.rivals
    best = np.full(rivals.max(initial=-1) + 1, -np.inf)
    np.maximum.at(best, rivals, score)
    total = np.bincount(rivals, weights=np.exp(score - best[rivals]))
    share: Floats = (score - best[rivals] - np.log(total[rivals])).astype(np.float32)
    return share


def _answer_features(problem: Problem) -> Floats:
    """Log-shares of the candidates, and the log-likelihood of all candidates together."""
    after, empty = halves(problem)
    whole = np.logaddexp.reduce(after, axis=1, keepdims=True)
    return np.concatenate([after - whole, _log_softmax(after - empty), whole], axis=1)


def _option_features(problem: Problem) -> Floats:
    """Log-likelihoods, their difference, both per character, and all of these relative to the competing options."""
    after, empty = (half[:, 0] for half in halves(problem))
    length = np.array([max(len(text), 1) for text in problem.text], dtype=np.float32)
    absolute = np.stack([after, empty, after - empty, after / length, empty / length, np.log(length)], axis=1)
    compared = np.stack([against_rivals(problem, column) for column in absolute.T], axis=1)
    return np.concatenate([absolute, compared, np.exp(compared)], axis=1)


def _log_softmax(scores: Floats) -> Floats:
    share: Floats = scores - np.logaddexp.reduce(scores, axis=1, keepdims=True)
    return share
