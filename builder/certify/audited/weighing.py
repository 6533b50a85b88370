"""Weigh the answers of adversaries on a set and on every part of it, for the build and for the recount."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from twokeys.builder.certify.audited.bounds import Answers, Bools, Floats
from twokeys.builder.certify.audited.evidence import Adversary, Evidence, Scored, Standard, TrainedOn, exact, weigh
from twokeys.builder.certify.audited.families import beside
from twokeys.builder.certify.audited.labels import Labels
from twokeys.builder.certify.audited.null import NullEvidence
from twokeys.builder.certify.audited.permutation import Permuted
from twokeys.builder.certify.audited.prior import NAME, VIEW, best_constant
from twokeys.builder.certify.audited.strata import inside, strata
from twokeys.builder.recipe import Audited
from twokeys.core.strata import STRATA


@dataclass(frozen=True, eq=False)
class TestedSet:
    """The set on which adversaries are tested.

    Attributes:
        labels: Labels of all items.
        keep: (n,) the set.
        parts: Name of a part -> (n,) its items.
        settings: The recipe's part on the tier.
        confidence: Confidence of intervals; 1 - confidence is the level of the tests.
        seed: Seed of the bootstrap.
    """

    labels: Labels
    keep: Bools
    parts: dict[str, Bools]
    settings: Audited
    confidence: float
    seed: int

    @classmethod
    def of(
        cls, items: pd.DataFrame, keep: Bools, settings: Audited, confidence: float, seed: int,
        apart: Sequence[str] = STRATA,
    ) -> TestedSet:  # fmt: skip
        """Make the set of the kept among some items; `apart` are the columns whose values are strata."""
        return cls(Labels.of(items, apart), keep, strata(items, apart), settings, confidence, seed)

    def weigh(
        self,
        answers: Answers,
        trained_on: TrainedOn,
        permuted: Permuted | None = None,
        null: NullEvidence | None = None,
    ) -> Weighed:
        """Compute the evidence of one adversary on the kept items that it answered, and on their parts."""
        view = answers.name.partition(".")[0]
        terms = Standard(self.settings.margin, self.confidence, beside(answers.name, self.settings), seed=self.seed)

        def on(rows: Bools, refits: Permuted | None = None, runs: NullEvidence | None = None) -> Evidence:
            scores = Scored(answers.right[rows], answers.chance[rows], self.labels.group[rows], answers.guess[rows])
            return weigh(scores, Adversary(view, answers.name, trained_on, refits, runs), terms)

        rows = self.keep & answers.applies
        return Weighed(on(rows, permuted, null), {name: on(part) for name, part in inside(self.parts, rows).items()})

    def constant(self) -> Weighed:
        """Compute the evidence of constant answers, which are counts, on the set and on its parts."""
        given, keep = self.labels.given, self.keep
        right, level = best_constant(self.labels, given, keep), self.labels.guess(self.labels.gold(given), keep)

        def on(rows: Bools) -> Evidence:
            groups = len(np.unique(self.labels.group[rows]))
            means: tuple[Floats, Floats] = (right[rows], level[rows])
            return exact(*means, groups, view=VIEW, adversary=NAME, margin=self.settings.margin)

        return Weighed(on(keep), {name: on(part) for name, part in inside(self.parts, keep).items()})


@dataclass(frozen=True)
class Weighed:
    """Evidence of one adversary on a set, and on each part of it."""

    whole: Evidence
    parts: Mapping[str, Evidence] = field(default_factory=dict)


def by_part(weighed: Sequence[Weighed]) -> dict[str, list[Evidence]]:
    """Map the name of a part to the evidence of all adversaries on it."""
    evidence_of: dict[str, list[Evidence]] = {}
    for each in weighed:
        for name, evidence in each.parts.items():
            evidence_of.setdefault(name, []).append(evidence)
    return evidence_of
