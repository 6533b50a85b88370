"""Judges that execute programs, as the generator asks them: by their names in recipes, about items of their readers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import get_args

import pandas as pd
import pytest

from twokeys.builder.pair.generators.retrieved.by_annotations import understand
from twokeys.builder.pair.generators.retrieved.judges import registry
from twokeys.builder.pair.generators.retrieved.judges.judge import UNSAID
from twokeys.builder.pair.generators.retrieved.settings import By, Settings
from twokeys.builder.pair.pool import Pool
from twokeys.builder.read.corpora import reader
from twokeys.builder.read.pictures import Pictures
from twokeys.builder.read.stage import PICTURE_SCHEMA
from twokeys.builder.recipe import Corpus
from twokeys.core.files import sha256
from twokeys.core.pictures.limits import Images

RECORDS = Path(__file__).parent / "records"


def test_every_judge_of_the_settings_is_read():
    assert set(registry.READERS) == set(registry.FILES) == {*get_args(By)} - {"models"}


def clevr(corpora):
    records = json.loads((RECORDS / "clevr.json").read_text())
    for split in ("train", "val"):
        path = corpora / f"clevr/questions/CLEVR_{split}_questions.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        questions = [
            record | {"question_index": number, "image_filename": f"CLEVR_{split}_{record['image_index']:06d}.png"}
            for number, record in enumerate(records["questions"])
            if record["split"] == split
        ]
        path.write_text(json.dumps({"questions": questions}))
    return corpora / "scenes.json", json.dumps({"scenes": records["scenes"]}), {}


def gqa(corpora):
    (corpora / "gqa").mkdir()
    (corpora / "gqa/questions.json").write_text((RECORDS / "gqa_questions.json").read_text())
    return corpora / "graphs.json", (RECORDS / "gqa_sceneGraphs.json").read_text(), {"files": {"val": "questions.json"}}


@pytest.mark.parametrize(("name", "prepare", "items"), [("clevr", clevr, 19), ("gqa", gqa, 2)])
def test_items_of_a_reader_are_understood_and_told_their_own_answers(tmp_path, name, prepare, items):
    path, content, options = prepare(tmp_path)
    path.write_text(content)
    judge = registry.judge(name, (str(path),), (sha256(path),))
    corpus = Corpus(format=name, name=name, path=name, revision="r", license="mit", options=options)
    form = reader(name)
    root = form.root(corpus, tmp_path)
    rows = [row for split in form.splits(corpus, root) for row in form.read(corpus, root, split)]
    table = pd.DataFrame({
        "id": [f"{row.split}:{row.source_id}" for row in rows],
        "split": [row.split for row in rows],
        "question": [row.question for row in rows],
        "question_key": [row.question for row in rows],
        "choices": [[] for _ in rows],
        "answer_type": [row.answer_type or "open" for row in rows],
        "answer": [row.answer for row in rows],
        "meta": [json.dumps(row.meta) for row in rows],
        "image_key": [row.image for row in rows],
    })  # fmt: skip
    images = {row.image: list(row.links) for row in rows}
    sizes = [judge.size(list(judge.images).index(links[0])) or (480, 320) for links in images.values()]
    seen = pd.DataFrame({"image_key": list(images), "links": list(images.values())})
    seen["image_width"], seen["image_height"] = zip(*sizes, strict=True)
    pool = Pool(seen, Pictures(PICTURE_SCHEMA.empty_table().to_pandas(), {}, Images()), [], "")
    asked = understand(table, pool, judge, Settings("gqa", within=("split", "answer_type")))
    assert len(asked.items) == len(table) == items
    assert (asked.places != UNSAID).all()
    assert asked.about_themselves() == asked.items["answer"].tolist()
