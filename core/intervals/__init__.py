"""Intervals and tests, each implemented once.

| module | interval of | how | used by |
| --- | --- | --- | --- |
| `accuracy` | a share of independent trials (`wilson`) | Wilson's score interval | substitutions, models as judges |
| `accuracy` | a blind baseline's accuracy | Wilson's, at the number of independent items | diagnosis, card, shortcuts |
| `excess` | an accuracy minus chance | t, with a variance over groups | audited tier, controls, artefacts |
| `equivalence` | the same, within a margin | two one-sided t tests | audited tier, artefacts |
| `bootstrap` | the same, without a formula (`over_groups`) | percentiles of resampled groups | audited tier |
| `bootstrap` | any statistic of rows (`over_rows`) | percentiles of resampled rows | agreement of rankings |
| `paired` | which of two runs over the same items is better | exact tests, Holm's correction | comparison of runs |
| `means` | a mean, or the mean over kinds of their means | percentiles of resampled groups | evaluation, explanation |

A baseline that reads the question alone is right or wrong on all items of a question at once. Therefore `accuracy`
takes its variance over groups, over questions and over both. The one formula for a variance over groups is in
`clusters`.

Two more intervals stand elsewhere, beside the numbers that they describe. The interval of the audited tier's runs on
permuted labels is made of order statistics (`twokeys.builder.certify.audited.null`). The interval of a rule's random
controls is their middle 95 % (`twokeys.builder.filter.effects`).
"""

from __future__ import annotations

TELLS_NOTHING = 0.5
"""Width of an interval of a share above which it tells a reader next to nothing: "too few to tell"."""
