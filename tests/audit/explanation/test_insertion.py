"""Insertion and deletion of gates, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from tests.audit.gates import planted
from twokeys.audit.explanation.insertion import image_insertion, text_insertion
from twokeys.audit.games.synergy import Scores, tops

BEST = Scores(-np.abs(np.arange(10.0) - 3), -np.abs(np.arange(10.0) - 2))
WORST = Scores(-BEST.image, -BEST.text)


@pytest.mark.parametrize("metric", [image_insertion, text_insertion])
@pytest.mark.parametrize(("scores", "srg"), [(BEST, 0.9), (WORST, -0.9)])
def test_and(metric, scores, srg):
    # With the other modality whole, the gate is the one player: best insertion .95, deletion .05; worst the other way.
    game = planted("and")
    assert metric(game, tops(scores)).srg == pytest.approx(srg)
    assert metric(game, tops(scores)).unclipped == pytest.approx(srg)


@pytest.mark.parametrize("metric", [image_insertion, text_insertion])
def test_or_hides_each_modality_behind_the_other(metric):
    game = planted("or")
    assert metric(game, tops(BEST)).unclipped == 0
    assert metric(game, tops(BEST)).srg == 0


def test_additive_sees_its_share_and_the_normalised_form_the_order_alone():
    game = planted("additive")
    assert image_insertion(game, tops(BEST)).unclipped == pytest.approx(0.6 * 0.9)
    assert text_insertion(game, tops(BEST)).unclipped == pytest.approx(0.4 * 0.9)
    assert text_insertion(game, tops(BEST)).srg == pytest.approx(0.9)


def test_a_random_ranking_scores_zero_on_average():
    game, flat = planted("and"), Scores(np.zeros(10), np.zeros(10))
    found = [image_insertion(game, tops(flat, seed)).srg for seed in range(1000)]
    assert np.mean(found) == pytest.approx(0, abs=4 * np.std(found) / np.sqrt(1000))
