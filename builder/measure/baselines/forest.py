"""Random forest on plain lexical features, the automatic form of TsT-RF (arXiv 2511.04655): no template needed."""

from __future__ import annotations

import numpy as np
from sklearn.ensemble import RandomForestClassifier

from twokeys.builder.measure.baselines.baseline import Baseline
from twokeys.builder.measure.baselines.problem import Counts, Floats, Ints, Problem


class Forest(Baseline):
    """100 trees on `twokeys.builder.measure.lexical` features."""

    name = "forest"
    views = ("question", "choices")
    reads = ("lexical",)
    kin = "trees on text"
    published = "TsT-RF in its automatic form, arXiv 2511.04655"

    def predict(self, problem: Problem, train: Counts, test: Ints, seed: int) -> Floats:
        """Fit on the training contents' features."""
        # Leaves have at least two rows: a tree that isolates single rows only memorises them.
        model = RandomForestClassifier(100, min_samples_leaf=2, max_features="sqrt", random_state=seed, n_jobs=1)
        lexical = problem.matrices["lexical"]
        model.fit(lexical[train.content], train.label, sample_weight=train.count)
        probabilities = np.zeros((len(test), train.classes), dtype=np.float32)
        probabilities[:, model.classes_] = model.predict_proba(lexical[test])
        return probabilities
