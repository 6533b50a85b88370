"""What a generator of partners leaves behind is a cue like any other: the audited tier refuses it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.pipeline.conftest import Build
from tests.pipeline.test_auditing import audited, certificate, corpus
from twokeys.builder.pair.generators import registry

ANNOTATED = 240


@pytest.mark.slow
@pytest.mark.parametrize("telling", [True, False])
def test_a_cue_that_a_generator_plants_is_refused_though_nobody_looked_at_its_edits(
    telling: bool, tmp_path: Path, make: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every second item is an edit, with one word more. It goes by the answer, or by nothing."""
    monkeypatch.setitem(registry.BUILT_IN, "toy-tagged", "tests.pipeline.planted_questions:Tagged")
    toy = corpus(tmp_path / "corpora")
    toy.rows["test"] = toy.rows["test"][:ANNOTATED]
    built = make(
        toy.write(),
        rules=[],
        measure={"baselines": ["question.prior"], "folds": 3},
        pair={"generators": [{"generator": "toy-tagged", "with": {"telling": telling}}], "partners": "any"},
        audited=audited(["question.prior"], ["question.tfidf", "image.majority"], margin=0.15, rounds=2),
    )
    assert built.manifest.pairs is not None
    assert {kind.kind: kind.added for kind in built.manifest.pairs.kinds} == {"tag": ANNOTATED}  # artefacts: 0
    said = certificate(built)
    assert built.certified != telling
    question = said["views"]["question"]
    assert question["outcome"] == ("not certified" if telling else "certified")
    (judged,) = (one for one in question["evidence"] if one["adversary"] == "question.tfidf")
    # Told: all edits are answered right, of the others every second.
    assert judged["items"] > 1.5 * ANNOTATED
    assert judged["accuracy"] - judged["chance"] == pytest.approx(0.25 if telling else 0, abs=0.08)
    assert said["views"]["image"]["outcome"] == "certified"
