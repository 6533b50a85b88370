"""What baselines read: every name that one reads is a matrix of its view, and its key says all that it follows from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from twokeys.builder.measure.baselines import VIEWS, baselines
from twokeys.builder.measure.matrices import Representations
from twokeys.builder.measure.matrix import Contents, Reads
from twokeys.builder.measure.plain_matrices import PLAIN, FieldMatrix, LexicalMatrix, LooksMatrix, PlaceMatrix
from twokeys.builder.measure.stage import CrossFit, problems
from twokeys.builder.read.pictures import Pictures
from twokeys.builder.recipe import Measure, Recipe
from twokeys.builder.run.keys import content_key
from twokeys.builder.run.stages import Run


def recipe(**encoders: str) -> Recipe:
    corpus = {"format": "table", "name": "toy", "path": "toy", "revision": "1", "license": "mit"}
    return Recipe.model_validate({"name": "toy", "title": "Toy", "corpora": [corpus], "encoders": encoders})


@pytest.fixture
def represent(tmp_path: Path) -> Representations:
    pictures = Pictures(pd.DataFrame(columns=["image_key", "bytes_sha256"]), {}, recipe().images)
    return Representations(Run(tmp_path), recipe(), pd.DataFrame(), pictures, "items")


def test_all_that_baselines_read_can_be_made(represent: Representations) -> None:
    there = {(view, matrix.name) for matrix in represent.matrices for view in matrix.views}
    for name, baseline in baselines().items():
        assert {(name.partition(".")[0], matrix) for matrix in baseline.reads} <= there, name
    assert len(there) == sum(len(matrix.views) for matrix in represent.matrices), "one matrix of a name for each view"


def test_only_what_baselines_read_is_asked_for(represent: Representations) -> None:
    known = baselines()
    assert represent.reads({"question.prior": known["question.prior"]}) == Reads([])
    reads = represent.reads({name: known[name] for name in ("question.forest", "image.probe")})
    assert [(matrix.name, matrix.views) for matrix in reads.matrices] == [
        ("lexical", ("question", "choices")), ("vectors", ("image",)),
    ]  # fmt: skip
    assert set(reads.encoders) == {"image"}
    assert set(represent.reads({"question.lora": known["question.lora"]}).encoders) == {"language"}


def test_a_key_names_encoders_items_and_images(represent: Representations) -> None:
    adversaries = {name: baselines()[name] for name in ("question.neighbours", "image.probe", "question.metadata")}

    def key(changed: Representations) -> str:
        return str(content_key(changed.reads(adversaries)))

    others = [
        replace(represent, key="other"),
        *(replace(represent, recipe=recipe(**{kind: "m"})) for kind in ("text", "image")),
    ]
    assert len({key(represent), *map(key, others)}) == 4
    assert key(replace(represent, recipe=recipe(language="m"))) == key(represent)


def test_features_of_options_are_those_of_their_own_case() -> None:
    items = pd.DataFrame({"choices": [["b", "a"], ["c", "a"], ["b", "a"]]})
    table = pd.DataFrame({"context": ["", "", ""], "text": ["b", "a", "c"]}, index=["x", "y", "z"])
    contents = Contents("choices", "option", items, table, np.array([4, 1, 2]), np.zeros((3, 0), dtype=np.float32))
    found = contents.of_options(
        lambda options: np.array([[len(options), ord(one)] for one in options], dtype=np.float32)
    )
    assert found.tolist() == [[2, ord("b")], [2, ord("a")], [2, ord("c")]]


def test_a_matrix_that_cannot_be_had_keeps_its_readers_out() -> None:
    items = pd.DataFrame({
        "id": ["a", "b"], "question": ["is it?", "is it?"], "choices": [[], []], "answer": ["yes", "no"],
        "compared": ["yes", "no"], "question_key": ["q", "q"], "image_key": ["i", "j"], "source": "s", "split": "t",
        "source_id": ["1", "2"], "meta": ["{}", "{}"],
    })  # fmt: skip
    chosen = {name: baselines()[name] for name in ("question.forest", "question.neighbours", "question.metadata")}

    def able(*matrices: object) -> list[tuple[str, list[str], list[str]]]:
        reads = Reads([*matrices])  # type: ignore[list-item]
        return [
            (place, sorted(one.matrices), names)
            for place, one, names in problems(
                items, CrossFit(dict.fromkeys(VIEWS, np.array([0, 1])), chosen, Measure(), reads)
            )
        ]

    assert able() == [("question-answer", [], [])]
    assert able(*PLAIN) == [("question-answer", ["lexical"], ["question.forest"])]
    # All rows say the same of themselves, but each stands in another place.
    assert able(LexicalMatrix(), LooksMatrix(), FieldMatrix(items), PlaceMatrix(items)) == [
        ("question-answer", ["lexical"], ["question.forest"]),
        ("question-described-answer", ["place"], ["question.metadata"]),
    ]
