"""Programs of GQA-OOD, where TWOKEYS_CORPORA names a folder that holds it: which of them a judge understands."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path

import pytest

from twokeys.builder import recipe
from twokeys.builder.pair.generators.retrieved.judges.scene_graphs.programs import understand
from twokeys.builder.read.corpora import reader


@pytest.fixture(scope="module")
def items():
    folder = os.environ.get("TWOKEYS_CORPORA", "")
    if not folder or not (Path(folder) / "gqa_ood").is_dir():
        pytest.skip("TWOKEYS_CORPORA names no folder with 'gqa_ood'")
    (corpus,) = recipe.load("gqa-ood").corpora
    form = reader(corpus.format)
    root = form.root(corpus, Path(folder))
    rows = [row for split in form.splits(corpus, root) for row in form.read(corpus, root, split)]
    return [{"question": row.question, "choices": [], "meta": json.dumps(row.meta)} for row in rows]


def test_most_programs_are_understood_and_those_that_say_less_than_their_question_are_not(items):
    assert len(items) == 4_154
    understood = {item["question"] for item in items if understand(item) is not None}
    assert sum(understand(item) is not None for item in items) == 3_862
    assert "What is the name of the piece of furniture that is in front of the white wall?" in understood
    left_alone = {
        "Are the people female?",
        "Are all the animals zebras?",
        "Are both the people the same gender?",
        "Is she to the left or to the right of the couch that is not uncomfortable?",
        "Is the red motorcycle to the right or to the left of the blue car?",
    }
    assert left_alone <= {item["question"] for item in items} - understood


def test_of_programs_without_their_questions_only_those_that_point_are_left_alone(items):
    alone = [item for item in items if understand(item | {"question": ""}) is None]
    pointing = {"she", "he", "this"}
    assert len(alone) == 61
    for item in alone:
        parts = {part for step in json.loads(item["meta"])["semantic"] for part in step["argument"].split(",")}
        assert parts & pointing, item


def test_questions_that_ask_the_same_have_one_meaning(items):
    meanings = Counter(meaning for item in items if (meaning := understand(item)) is not None)
    assert len(meanings) == 1_784
    most, count = meanings.most_common(1)[0]
    asked = {item["question"] for item in items if understand(item) == most}
    assert (count, "What place is this?" in asked) == (229, True)
