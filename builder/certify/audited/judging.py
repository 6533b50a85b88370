"""Judging: what adversaries said, weighed on the set and in every part of it; building and recounting weigh alike."""

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
class JudgedSet:
    """What adversaries are weighed on.

    Attributes:
        labels: What the labels stand for.
        keep: (n,) the set.
        parts: Name of a part -> (n,) its items.
        settings: The recipe's part on the tier.
        confidence: Of intervals; 1 - confidence is the level of the tests.
        seed: Of the bootstrap.
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
    ) -> JudgedSet:  # fmt: skip
        """Set up for the kept of some items; `apart` are the columns whose values are judged by themselves."""
        return cls(Labels.of(items, apart), keep, strata(items, apart), settings, confidence, seed)

    def weigh(
        self,
        one: Answers,
        trained_on: TrainedOn,
        permuted: Permuted | None = None,
        null: NullEvidence | None = None,
    ) -> Weighed:
        """Evidence of one adversary on the kept items that it was asked about, and on their parts."""
        view = one.name.partition(".")[0]
        terms = Standard(self.settings.margin, self.confidence, beside(one.name, self.settings), seed=self.seed)

        def on(rows: Bools, own: Permuted | None = None, alone: NullEvidence | None = None) -> Evidence:
            scores = Scored(one.right[rows], one.chance[rows], self.labels.group[rows], one.guess[rows])
            return weigh(scores, Adversary(view, one.name, trained_on, own, alone), terms)

        rows = self.keep & one.applies
        return Weighed(on(rows, permuted, null), {name: on(part) for name, part in inside(self.parts, rows).items()})

    def constant(self) -> Weighed:
        """Evidence of the constant answers: counts, on the set and on its parts."""
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
    """Name of a part -> evidence of all adversaries on it."""
    found: dict[str, list[Evidence]] = {}
    for one in weighed:
        for name, evidence in one.parts.items():
            found.setdefault(name, []).append(evidence)
    return found
