"""Claim: the adversaries that judge a set are of families that selection never used.

Attack: `image.neighbours` judged on the very vectors on which `image.probe` had been bounded. What a probe is bounded
on, its neighbours find turned round: on planted sets without a cue they fell to 45 % where chance was 50 %.

Before (ba22272): both were the defaults, and no recipe that names them was refused. Now: adversaries that read the same
learned representation of one view are kin, and kin are refused.
"""

from __future__ import annotations

import pytest

from twokeys.builder.certify.audited.families import LEARNED, families, kinship
from twokeys.builder.measure.baselines import baselines
from twokeys.builder.recipe import Audited
from twokeys.core.errors import BadInput


def test_neighbours_do_not_judge_what_a_probe_selected() -> None:
    with pytest.raises(BadInput, match=r"image\.neighbours reads the same vectors as image\.probe"):
        families(Audited(select=["image.probe"], certify=["image.neighbours"]))


def test_no_usual_judge_reads_what_selection_read() -> None:
    select, certify = families(Audited())
    known = baselines()
    for matrix in LEARNED:
        readers = {name.partition(".")[0] for name in select if matrix in known[name].reads}
        assert not [name for name in certify if matrix in known[name].reads and name.partition(".")[0] in readers]


def test_kinship_goes_both_ways() -> None:
    for one, other in (("image.probe", "image.neighbours"), ("question.forest", "question.boosted")):
        assert kinship(one, other)
        assert kinship(other, one)
