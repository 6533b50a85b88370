"""What a generator of partners leaves behind is a cue like any other: the audited tier refuses it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.pipeline.conftest import Build
from tests.pipeline.test_auditing import ITEMS, audited, certificate, corpus
from twokeys.builder.pair.generators import registry

EDITED = ITEMS // 2
"""Items with an edit. The others have images of one answer alone: without them no image could hold a cue at all."""


@pytest.mark.slow
@pytest.mark.parametrize("telling", [True, False])
def test_a_cue_that_a_generator_plants_is_refused_though_nobody_looked_at_its_edits(
    telling: bool, tmp_path: Path, make: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every third item is an edit, with one word more. It goes by the answer, or by nothing."""
    monkeypatch.setitem(registry.BUILT_IN, "toy-tagged", "tests.pipeline.planted_questions:Tagged")
    toy = corpus(tmp_path / "corpora")
    for row in toy.rows["test"][EDITED:]:
        row["question"] = row["question"].replace(" here?", " outside?")
    built = make(
        toy.write(),
        rules=[],
        measure={"baselines": ["question.prior"], "folds": 3},
        pair={"generators": [{"generator": "toy-tagged", "with": {"telling": telling}}], "partners": "any"},
        audited=audited(["question.prior"], ["question.tfidf", "image.detail"], margin=0.1, rounds=2, controls=5),
    )
    assert built.manifest.pairs is not None
    assert {kind.kind: kind.added for kind in built.manifest.pairs.kinds} == {"tag": EDITED}  # artefacts: 0
    said = certificate(built)
    assert built.certified != telling
    question = said["views"]["question"]
    assert question["outcome"] == ("not certified" if telling else "certified")
    (judged,) = (each for each in question["evidence"] if each["trained_on"] == "set")
    # Told: all edits are answered right, of the others every second.
    assert judged["items"] > 0.8 * (ITEMS + EDITED)
    assert judged["accuracy"] - judged["chance"] == pytest.approx(1 / 6 if telling else 0, abs=0.06)
    assert said["views"]["image"]["outcome"] == "certified"
