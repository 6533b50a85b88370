"""Ratios of the section are those of what was measured; plain passes are the game's values."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.coalitions import METRICS, WORK, plain, shown
from twokeys.audit.models.generative import Generative
from twokeys.audit.reference import corpus
from twokeys.audit.reference.families import FAMILIES, untrained

from .markdown import headings, tables


def test_ratios_of_known_rates() -> None:
    """Rates of the three kinds of work, then of plain passes one by one and in batches; means over two items."""
    facts = {
        "rates": [[100.0, 200.0, 300.0, 10.0, 50.0], [300.0, 400.0, 500.0, 30.0, 150.0]],
        "metrics": [[8.0, 1.0, 2.0, 4.0]] * 2,
        "explainers": {"rollout": [0.25, 3.0], "random": [0.0, 0.0]},
    }
    text = shown({"one": facts, "other": facts})
    assert headings(text) == ["Coalitions"]
    rates, metrics, explainers = tables(text)
    assert [row[:2] for row in rates[1:]] == [[name, work] for name in ("one", "other") for work in WORK]
    # 200, 300 and 400 a second, against 20 and 100.
    assert [row[2:] for row in rates[1:4]] == [
        ["200", "10.0", "2.00"],
        ["300", "15.0", "3.00"],
        ["400", "20.0", "4.00"],
    ]
    assert metrics[0][1:] == [f"{METRICS[0]}, s", *(f"{METRICS[0]} / {name}" for name in METRICS[1:])]
    assert metrics[1] == ["one", "8.00", "8.00", "4.00", "2.00"]
    assert explainers == [["explainer", "one", "other"], ["rollout", *["0.250 s, 3 MiB"] * 2],
                          ["random", *["0.000 s, 0 MiB"] * 2]]  # fmt: skip


@pytest.mark.parametrize("family", FAMILIES)
def test_plain_passes_are_the_values_of_the_game(family: str) -> None:
    model, part = untrained(family, 0), corpus.read("test")
    assert isinstance(model, Generative)
    item = model.prepare(part.question(3))
    keep = np.random.default_rng(0).random((6, item.patches + item.tokens)) < 0.5
    keep[0], keep[1] = True, False
    values = model.score(item, keep[:, : item.patches], keep[:, item.patches :])
    assert plain(model, item, keep) == pytest.approx(values, rel=1e-4)
