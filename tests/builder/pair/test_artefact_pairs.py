"""What is set against what when artefacts are looked for."""

from __future__ import annotations

import io

import pandas as pd
import pytest
from PIL import Image

from tests.builder.pair.generators.easy_vqa.test_quads import corpus, picture
from twokeys.builder.measure.encoders import image_encoder, text_encoder
from twokeys.builder.pair.artefacts.artefact_pairs import ArtefactJudge, sides
from twokeys.builder.pair.generators.easy_vqa.quads import EasyVqaQuads

COLUMNS = ["id", "image_key", "question", "compared", "group", "edit_of", "edit_kind"]
ITEMS = pd.DataFrame(
    [
        ("a", "p1", "red?", "yes", "g1", None, None),
        ("b", "p2", "red?", "no", "g2", None, None),
        ("a~1", "p1x", "red?", "no", "g1", "a", "recolour"),
        ("a~2", "p1", "blue?", "no", "g1", "a", "colour"),
        ("a~3", "p1x", "blue?", "yes", "g1", "a~1", "colour"),
        ("b~1", "p1", "red?", "yes", "g2", "b", "recolour"),
    ],
    columns=COLUMNS,
)


def test_pictures_are_set_against_what_they_were_made_from_and_questions_too():
    colour, recolour = sides(ITEMS)
    assert (colour.kind, colour.column) == ("colour", "question")
    assert colour.pairs[["original", "edited", "group"]].to_numpy().tolist() == [["red?", "blue?", "red?"]]
    assert (recolour.kind, recolour.column) == ("recolour", "image_key")
    # b's edit is a picture of the corpus: whoever sees it sees no edit.
    assert recolour.pairs[["original", "edited", "group"]].to_numpy().tolist() == [["p1", "p1x", "g1"]]
    assert recolour.shown.sort_index().to_numpy().tolist() == [
        ["yes", "g1", False],  # a and what shows its picture
        ["no", "g1", True],
        ["no", "g1", False],
        ["yes", "g1", True],
        ["yes", "g2", False],
    ]
    assert (colour.edited, recolour.edited) == ({"blue?"}, {"p1x"})


@pytest.mark.slow
def test_redrawn_shapes_of_easy_vqa_cannot_be_told_by_much():
    """A look at up to 60 pairs of each kind: real pictures, real encoders."""
    items = corpus("test", 80).assign(group=lambda table: table["image_key"], edit_of=None, edit_kind=None)
    items["compared"] = items["answer"]
    base, pictures, rows = items.set_index("id"), {}, []
    for edit in EasyVqaQuads().edits(items, picture, seed=0):
        row = dict(base.loc[edit.of]) if edit.of in base.index else dict(next(r for r in rows if r["id"] == edit.of))
        row |= {"id": edit.id, "answer": edit.answer, "compared": edit.answer}
        row |= {"edit_of": edit.of, "edit_kind": edit.kind}
        if edit.picture is not None:
            pictures[edit.id], row["image_key"] = edit.picture, edit.id
        rows.append(row | ({"question": edit.question} if edit.question else {}))
    every = pd.concat([items, pd.DataFrame(rows)], ignore_index=True)

    def look(key: str) -> Image.Image:
        return Image.open(io.BytesIO(pictures[key] if key in pictures else picture(key)))

    judge = ArtefactJudge(look, image_encoder("packaged:efficientnet-lite0"), text_encoder("packaged:minilm"), most=60)
    found = {each.kind: each for each in judge.judge(every, every)}
    assert set(found) >= {"easy-vqa.recolour", "easy-vqa.reshape"}
    for kind in ("easy-vqa.recolour", "easy-vqa.reshape"):
        assert {told.classifier for told in found[kind].told} == {"pixels", "vectors"}
        assert all(told.low < 0.5 for told in found[kind].told)
        assert found[kind].verdict != "refused"
