"""Columns of a baseline's measurements: one rule for their names, types and meanings.

Inside twokeys, points join the parts of such a name: `question.tfidf.refit.p_gold`. The published column is an
identifier: `question_tfidf_refit_p_gold`. `core.columns` converts between the two.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

PREDICTION, P_GOLD = "prediction", "p_gold"
KINDS: dict[str, str] = {PREDICTION: "answer of", P_GOLD: "probability of the gold answer by"}
"""Kind of a published measurement -> the beginning of its meaning."""
UNPUBLISHED = ("confidence", "evidence")
"""Kinds that rules and the builder read, but that are not published."""
CROSS_FITTED, REFIT, PAIRED, AUDITED, UNKEPT = "", "refit", "paired", "audited", "unkept"
UNSEEN, REFIT_UNSEEN = "unseen", "refitunseen"
FITS: dict[str, str] = {
    CROSS_FITTED: "a blind baseline, cross-fitted on all items read",
    UNSEEN: "a blind baseline, cross-fitted on all items read, no model having met the question that it answers",
    REFIT: "a blind baseline, fitted anew on the balanced set",
    REFIT_UNSEEN: "a blind baseline, fitted anew on the balanced set, no model having met the question that it answers",
    PAIRED: "a blind baseline, fitted anew with constructed items",
    AUDITED: "a blind adversary, fitted on the audited set",
    UNKEPT: "a blind adversary, fitted on what the audited tier left out",
}
"""Mark of the data that a baseline was fitted on -> the end of the meaning."""
UNMET = (UNSEEN, REFIT_UNSEEN)
"""Fits with folds by question: no model was fitted on the question that it answers."""
READ, BALANCED = (CROSS_FITTED, UNSEEN), (REFIT, REFIT_UNSEEN)
"""Fits on all items that were read, and fits on the balanced set."""
_NAME = re.compile(
    rf"(?P<view>question|choices|image)(?P<join>[._])(?P<family>.+?)((?P=join)(?P<fit>{'|'.join(filter(None, FITS))}))?"
    rf"(?P=join)(?P<kind>{'|'.join([*KINDS, *UNPUBLISHED])})"
)


@dataclass(frozen=True)
class Measured:
    """A measurement by one baseline.

    Attributes:
        baseline: Full name of the baseline, such as `question.tfidf`.
        kind: Kind of the measurement: a key of `KINDS`, or a member of `UNPUBLISHED`.
        fit: Mark of the data that the baseline was fitted on, a key of `FITS`.
    """

    baseline: str
    kind: str
    fit: str = CROSS_FITTED

    @classmethod
    def of(cls, column: object) -> Measured | None:
        """Read the name of a column, inside twokeys or published; None if the column is no baseline's measurement.

        Example:
            >>> Measured.of("question.lm_pmi.refit.p_gold") == Measured.of("question_lm_pmi_refit_p_gold")
            True
            >>> Measured.of("image_key") is None
            True
        """
        parts = _NAME.fullmatch(str(column))
        return cls(f"{parts['view']}.{parts['family']}", parts["kind"], parts["fit"] or CROSS_FITTED) if parts else None

    @property
    def name(self) -> str:
        """The column's name inside twokeys."""
        return ".".join(filter(None, (self.baseline, self.fit, self.kind)))

    @property
    def published(self) -> bool:
        """Whether columns of this kind are published."""
        return self.kind in KINDS

    @property
    def type(self) -> Literal["text", "number"]:
        """Type of the column."""
        return "text" if self.kind == PREDICTION else "number"

    @property
    def meaning(self) -> str:
        """Meaning of the column, in words."""
        return f"{KINDS[self.kind]} {FITS[self.fit]}"


def check_family(name: str) -> None:
    """Check the name of a family of baselines, such as `tfidf`, since columns are named after it.

    Raises:
        ValueError: When the published name of such a column would be no identifier, or would be ambiguous.
    """
    last = name.rpartition("_")[2]
    if not re.fullmatch("[a-z][a-z0-9_]*", name) or last in FITS or "__" in name or name.endswith("_"):
        marks = ", ".join(filter(None, FITS))
        raise ValueError(
            f"{name!r} names no family of baselines: take small letters, digits and single `_`, with none of {marks} "
            "as the last word"
        )
