"""Shared work: cross-fitting on unique contents with counts, against scikit-learn on all rows; and the fit alone.

Whether a likelihood of one's own is worth its lines is asked against the fair alternative: scikit-learn's
LogisticRegression on the same features of the same counted (content, label) rows, with the counts as weights, the same
penalty, number of steps and slope at which it ends.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from PIL import Image
from scipy.sparse import hstack
from sklearn.ensemble import RandomForestClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from benchmarks.report import Facts, Table, fresh, section, timed
from twokeys.builder.measure.baselines import baselines
from twokeys.builder.measure.baselines.linear import MANY_STEPS, SLOPE, logistic
from twokeys.builder.measure.baselines.problem import Counts, Floats, Ints, Problem, count
from twokeys.builder.measure.baselines.tfidf import vectorizers
from twokeys.builder.measure.encoders import image_encoder
from twokeys.builder.measure.lexical import text_features
from twokeys.builder.read.corpora.easy_vqa import root
from twokeys.builder.recipe import Corpus
from twokeys.core.folds import fold_of

FOLDS = 5
FITS = {"question": "n-grams of questions", "image": "vectors of pictures"}
FAIR = (
    "The fit alone, of n-grams of the questions and of the packaged encoder's vectors of the pictures: the likelihood "
    "of counted contents, against scikit-learn's LogisticRegression on counted (content, label) rows with "
    f"`sample_weight`. Both take at most {MANY_STEPS} steps, end at a slope of {SLOPE}, and have the same penalty."
)


@dataclass(frozen=True)
class Questions:
    """Questions of easy-VQA: text and answer code of each item, its fold, by image, and its picture's file."""

    text: list[str]
    answer: Ints
    fold: Ints
    picture: list[Path]


def easy_vqa() -> Questions:
    """Read the questions of both splits."""
    folder = root(Corpus(format="easy-vqa", name="easy-vqa", revision="1.0", license="mit"), None)
    rows = [
        (question, answer, f"{split}/{image}")
        for split in ("train", "test")
        for question, answer, image in json.loads((folder / split / "questions.json").read_text(encoding="utf-8"))
    ]
    table = pd.DataFrame(rows, columns=["text", "answer", "image"])
    answer = pd.factorize(table["answer"], sort=True)[0].astype(np.int64)
    split = table["image"].str.split("/")
    pictures = [folder / part / "images" / f"{name}.png" for part, name in split]
    return Questions(table["text"].tolist(), answer, fold_of(table["image"], FOLDS, seed=0), pictures)


def cross_fitted(corpus: Questions, predict: Callable[[Ints, Ints], Ints]) -> float:
    """Accuracy over all folds of a function of (training rows, rows to predict) that gives answer codes."""
    right = 0
    for fold in range(FOLDS):
        train, test = (np.flatnonzero(part) for part in (corpus.fold != fold, corpus.fold == fold))
        right += int((predict(train, test) == corpus.answer[test]).sum())
    return right / len(corpus.text)


def ours(corpus: Questions, name: str) -> float:
    """A baseline as `twokeys.builder.measure.stage` runs it: every content once, and the search for contents."""
    code, unique = pd.factorize(pd.Series(corpus.text))
    content, text, classes = code.astype(np.int64), unique.tolist(), int(corpus.answer.max()) + 1
    rows, blank = np.arange(len(content)), [""] * len(text)
    problem = Problem(
        "answer", rows, content, corpus.answer, corpus.fold, blank, text, {"lexical": text_features(text)}
    )

    def predict(train: Ints, test: Ints) -> Ints:
        seen, row = np.unique(content[test], return_inverse=True)
        counts = count(content[train], corpus.answer[train], classes)
        return np.asarray(baselines()[name].predict(problem, counts, seen, 0).argmax(axis=1)[row], dtype=np.int64)

    return cross_fitted(corpus, predict)


def plain(corpus: Questions, name: str) -> float:
    """The same model and the same features by scikit-learn, fitted on and asked about every row."""

    def tfidf(train: Ints, test: Ints) -> Ints:
        words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=r"[^\s?.,!;:]+")
        pieces = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True, max_features=50_000)
        texts, unseen = ([corpus.text[row] for row in rows] for rows in (train, test))
        X = hstack([words.fit_transform(texts), pieces.fit_transform(texts)], format="csr")
        X_test = hstack([words.transform(unseen), pieces.transform(unseen)], format="csr")
        model = LogisticRegression(C=2.0, max_iter=100, tol=1e-3).fit(X, corpus.answer[train])
        return np.asarray(model.predict(X_test))

    features = text_features(corpus.text) if name.endswith("forest") else None

    def forest(train: Ints, test: Ints) -> Ints:
        assert features is not None
        model = RandomForestClassifier(100, min_samples_leaf=2, max_features="sqrt", random_state=0, n_jobs=1)
        return np.asarray(model.fit(features[train], corpus.answer[train]).predict(features[test]))

    return cross_fitted(corpus, tfidf if features is None else forest)


def compare(name: str) -> Facts:
    """Time both ways of running one baseline."""
    corpus = easy_vqa()
    seconds, accuracy = timed(lambda: ours(corpus, name), 3)
    seconds_plain, accuracy_plain = timed(lambda: plain(corpus, name))
    contents = len(set(corpus.text))
    return {
        "items": len(corpus.text), "contents": contents, "seconds": seconds, "plain": seconds_plain,
        "accuracy": accuracy, "accuracy_plain": accuracy_plain,
    }  # fmt: skip


def by_sklearn(X: Any, train: Counts, X_test: Any, C: float) -> Floats:
    """`twokeys.builder.measure.baselines.linear.logistic` by scikit-learn, on counted rows."""
    row = np.unique(train.content, return_inverse=True)[1]
    model = LogisticRegression(C=C, max_iter=MANY_STEPS, tol=SLOPE)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # the same number of steps for both
        model.fit(X[row], train.label, sample_weight=train.count)
    found = np.zeros((X_test.shape[0], train.classes), dtype=np.float32)
    found[:, model.classes_] = model.predict_proba(X_test)
    return found


def fit(view: str) -> Facts:
    """Time the fit alone, cross-fitted, on n-grams of questions or on vectors of pictures."""
    corpus = easy_vqa()
    content, unique = pd.factorize(pd.Series(corpus.text if view == "question" else corpus.picture))
    if view == "question":
        X: Any = hstack([one.fit_transform(list(unique)) for one in vectorizers(len(unique))], format="csr")
        C = 2.0
    else:
        X, C = (
            image_encoder("packaged:efficientnet-lite0").encode([Image.open(path).convert("RGB") for path in unique]),
            10.0,
        )
    classes = int(corpus.answer.max()) + 1
    repeat = 3 if view == "question" else 1
    seconds: dict[str, float] = {}
    accuracy: dict[str, float] = {}
    for name, function in (("ours", logistic), ("sklearn", by_sklearn)):

        def predict(train: Ints, test: Ints, function: Any = function) -> Ints:
            seen, row = np.unique(content[test], return_inverse=True)
            counts = count(content[train], corpus.answer[train], classes)
            found = function(X[np.unique(counts.content)], counts, X[seen], C)
            return np.asarray(found.argmax(axis=1)[row], dtype=np.int64)

        seconds[name], accuracy[name] = timed(partial(cross_fitted, corpus, predict), repeat)
    return {"contents": len(unique), "features": X.shape[1], "seconds": seconds, "accuracy": accuracy}


def main() -> str:
    """Measure all of it."""
    measured = {name: fresh(compare, name=name) for name in ("question.tfidf", "question.forest")}
    rows: list[tuple[str | int | float, ...]] = [
        (
            name, facts["items"], facts["contents"], facts["seconds"], facts["plain"],
            facts["plain"] / facts["seconds"], f"{facts['accuracy']:.2%}", f"{facts['accuracy_plain']:.2%}",
        )
        for name, facts in measured.items()
    ]  # fmt: skip
    alone = {view: fresh(fit, view=view) for view in ("question", "image")}
    fits: list[tuple[str | int | float, ...]] = [
        (
            of, alone[view]["contents"], alone[view]["features"], *alone[view]["seconds"].values(),
            alone[view]["seconds"]["sklearn"] / alone[view]["seconds"]["ours"],
            *(f"{value:.2%}" for value in alone[view]["accuracy"].values()),
        )
        for view, of in FITS.items()
    ]  # fmt: skip
    header = (
        "baseline", "items", "unique questions", "seconds, ours", "seconds, all rows", "ratio", "accuracy, ours",
        "accuracy, all rows",
    )  # fmt: skip
    return section(
        "Baselines",
        f"Cross-fitting over {FOLDS} folds by image on easy-VQA's questions: every unique question once, weighted by "
        "its counts, against scikit-learn's same model on all rows.",
        Table(header, rows),
        FAIR,
        Table(
            ("fit of", "contents", "features", "seconds, ours", "seconds, scikit-learn", "ratio", "accuracy, ours",
             "accuracy, scikit-learn"), fits,
        ),
    )  # fmt: skip


if __name__ == "__main__":
    print(main())
