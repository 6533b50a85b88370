"""Random forest on plain lexical features, the automatic form of TsT-RF (arXiv 2511.04655): no template needed."""

from __future__ import annotations

import numpy as np
from sklearn.ensemble import RandomForestClassifier

from twokeys.builder.measure.baselines.baseline import Baseline
from twokeys.builder.measure.baselines.problem import Counts, Floats, Ints, Problem

TREES = 100
AT_ONCE = 5
"""Trees in memory: every node has a number for each answer, and all trees of thousands of questions take gigabytes."""


class Forest(Baseline):
    """100 trees on `twokeys.builder.measure.lexical` features."""

    name = "forest"
    views = ("question", "choices")
    reads = ("lexical",)
    most = 40_000
    kin = "trees on text"
    published = "TsT-RF in its automatic form, arXiv 2511.04655"

    def predict(self, problem: Problem, train: Counts, test: Ints, seed: int) -> Floats:
        """Fit on the training contents' features."""
        # Leaves have at least two rows: a tree that isolates single rows only memorises them.
        model = RandomForestClassifier(
            AT_ONCE, min_samples_leaf=2, max_features="sqrt", random_state=seed, n_jobs=1, warm_start=True
        )
        lexical = problem.matrices["lexical"]
        X, X_test = lexical[train.content], np.ascontiguousarray(lexical[test], dtype=np.float32)
        total = np.zeros((len(test), len(np.unique(train.label))))
        for grown in range(AT_ONCE, TREES + 1, AT_ONCE):
            # Trees that are there are only counted: the next ones are drawn as if all were grown at once.
            model.set_params(n_estimators=grown).fit(X, train.label, sample_weight=train.count)
            for tree in model.estimators_[-AT_ONCE:]:
                total += tree.predict_proba(X_test)
            model.estimators_ = [None] * grown
        probabilities = np.zeros((len(test), train.classes), dtype=np.float32)
        probabilities[:, model.classes_] = total / TREES
        return probabilities
