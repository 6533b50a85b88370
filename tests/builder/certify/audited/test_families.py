"""Who selects does not judge: not the same adversary, and none of its family on the same view."""

from __future__ import annotations

import pytest

from twokeys.builder.certify.audited.families import families, quick
from twokeys.builder.measure.baselines import baselines
from twokeys.builder.recipe import Audited
from twokeys.core.errors import BadInput


def test_the_usual_adversaries_are_known_and_of_different_families() -> None:
    select, certify = families(Audited())
    assert {*select, *certify} <= set(baselines())
    assert not set(select) & set(certify)
    assert quick(select) == select  # so that the selection-aware null runs the very selection


@pytest.mark.parametrize(
    ("select", "certify", "words"),
    [
        (["question.tfidf"], ["question.tfidf"], "same family"),
        (["question.forest"], ["question.boosted"], "question.boosted is of the same family as question.forest"),
        (["question.lm"], ["question.lora"], "same family"),
        (["image.probe"], ["image.neighbours"], "image.neighbours reads the same vectors as image.probe"),
        (["question.neighbours"], ["question.boosted"], "reads the same vectors as question.neighbours"),
        (["question.telepathy"], ["question.forest"], "question.telepathy"),
        (["question.tfidf"], [], "no adversary"),
        (["question.tfidf"], ["question.forest", "question.forest"], "named twice"),
    ],
)
def test_others_are_refused_with_a_remedy(select: list[str], certify: list[str], words: str) -> None:
    with pytest.raises(BadInput, match=words):
        families(Audited(select=select, certify=certify))


def test_the_same_family_may_judge_another_view() -> None:
    assert families(Audited(select=["question.neighbours"], certify=["image.neighbours"]))
