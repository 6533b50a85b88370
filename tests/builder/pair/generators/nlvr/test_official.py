"""Quads of the real corpus, where TWOKEYS_CORPORA names a folder that holds it: every answer judged a second time."""

from __future__ import annotations

import io
import os
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from tests.builder.pair.generators.nlvr import oracle
from twokeys.builder import recipe
from twokeys.builder.pair.generators.nlvr.quads import NlvrQuads
from twokeys.builder.read.corpora import reader
from twokeys.builder.read.pictures import read_bytes
from twokeys.core.items import canonical_json

JUDGED = 500
"""Answers that must have been judged before none of them is called wrong."""


@pytest.mark.slow
def test_no_answer_of_a_thousand_quads_is_wrong():
    folder = os.environ.get("TWOKEYS_CORPORA")
    if not folder or not (Path(folder) / "nlvr1").is_dir():
        pytest.skip("needs the folder nlvr1 in TWOKEYS_CORPORA")
    (corpus,) = recipe.load("nlvr").corpora
    form = reader(corpus.format)
    root = form.root(corpus, Path(folder))
    rows = [row for split in ("dev", "test") for row in form.read(corpus, root, split)]
    items = pd.DataFrame(
        {
            "id": [f"nlvr:{row.split}:{row.source_id}" for row in rows],
            "question": [" ".join(row.question.split()) for row in rows],
            "answer": [row.answer for row in rows],
            "image_key": [row.image for row in rows],
            "meta": [canonical_json(row.meta) for row in rows],
        }
    )
    original = items.set_index("id")

    def picture(key: str) -> bytes:
        return read_bytes(key, root)

    known: dict[str, bytes] = {}
    found: Counter[str] = Counter()
    for edit in NlvrQuads().study(items, picture).edits(items, picture, seed=0):
        start = edit.of.partition("~")[0]
        data = edit.picture or known.get(edit.of) or picture(original["image_key"][start])
        known[edit.id] = data
        pixels = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
        truths = oracle.judge(edit.question or original["question"][start], oracle.see(pixels))
        found["edits"] += 1
        if len(truths) == 1:
            found["right" if truths == {edit.answer == "true"} else "wrong"] += 1
    print(dict(found))
    assert found["edits"] > 3 * len(items) / 2  # three edits to each of a majority
    assert found["right"] >= JUDGED
    assert found["wrong"] == 0
