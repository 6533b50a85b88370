"""Candidates that models judge: the nearest images, with every answer that another item does not have."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from twokeys.builder.pair.generators.retrieved.by_models import by_models, likely_answers
from twokeys.builder.pair.generators.retrieved.settings import Settings

ANSWERS = {"yes/no": ("yes", "no"), "number": ("1", "2", "3"), "choice": ("a", "b", "c")}


def pool(angles: list[float], groups: list[str] | None = None) -> Any:
    """Images on a circle, by degrees."""
    radians = np.deg2rad(np.array(angles))
    table = pd.DataFrame({"image_key": [f"i{number}" for number in range(len(angles))], "source": "toy"})
    table = table.assign(source_revision="1", license="mit", links=[[]] * len(angles), group=groups or "")
    vectors = np.stack([np.cos(radians), np.sin(radians)], axis=1).astype(np.float32)
    numbers = pd.factorize(np.array(groups or table["image_key"], dtype=object))[0].astype(np.int64)
    return SimpleNamespace(table=table, places=pd.Index(table["image_key"]), vectors=vectors, group_numbers=numbers)


def items(*rows: tuple[str, str, str]) -> pd.DataFrame:
    """Items by question, image and answer; the question's first letter is its type."""
    kinds = {"y": "yes/no", "n": "number", "c": "choice"}
    found = pd.DataFrame(rows, columns=["question_key", "image_key", "answer"])
    kind = found["question_key"].map(lambda key: kinds[key[0]])
    found = found.assign(id=[f"toy:test:{number}" for number in range(len(rows))], split="test", answer_type=kind)
    return found.assign(choices=[["a", "b", "c"] if each == "choice" else [] for each in kind])


def edges(found: pd.DataFrame) -> list[tuple[str, str, str]]:
    """Number of the item, image, answer."""
    rows = found[["of", "image", "answer"]].astype(str).itertuples(index=False)
    return [(of.removeprefix("toy:test:"), image, answer) for of, image, answer in rows]


def test_an_image_is_expected_to_have_every_answer_of_which_some_item_has_another() -> None:
    asked = items(("y", "i0", "yes"), ("y", "i3", "no"), ("y2", "i0", "yes"))
    found = by_models(asked, pool([0, 10, 100, 110]), Settings("models", candidates=1))
    assert found.understood == ["toy:test:0", "toy:test:1", "toy:test:2"]
    # i1 is nearest to i0, i2 to i3; what is expected to be as the item's own is an edit of the other item. All items
    # with the second question are answered yes, so that nothing but no is of use.
    assert edges(found.candidates) == [
        ("0", "i1", "no"), ("1", "i1", "yes"), ("1", "i2", "yes"), ("0", "i2", "no"), ("2", "i1", "no"),
    ]  # fmt: skip
    assert (found.expected, found.kind) == (True, "retrieved.models")


def test_images_about_which_the_corpus_asks_the_same_and_near_duplicates_are_none() -> None:
    asked = items(("y", "i0", "yes"), ("y", "i1", "no"))
    found = by_models(asked, pool([0, 1, 2, 50], ["g", "h", "g", "k"]), Settings("models", candidates=3))
    # i2 shows nearly the same as i0: it is put to the other item's question alone, which is the same question.
    assert {image for _, image, _ in edges(found.candidates)} == {"i2", "i3"}
    assert ("0", "i2", "no") not in edges(found.candidates)


def test_statements_are_true_or_false_and_numbers_those_of_the_same_question() -> None:
    asked = items(("y", "i0", "true"), ("n", "i0", "1"), ("n", "i1", "1"), ("n", "i2", "3"), ("n9", "i0", "7"))
    asked["answer_type"] = asked["answer_type"].where(asked["question_key"] != "n9", "number")
    assert likely_answers(asked, 4) == [("true", "false"), ("1", "3"), ("1", "3"), ("3", "1"), ("7",)]
    found = by_models(asked, pool([0, 10, 20, 30]), Settings("models", candidates=1))
    assert "toy:test:4" not in found.understood  # asked once: no other answer is likely


def test_so_many_images_of_a_question_are_asked_about_and_no_more() -> None:
    asked = items(*((("y", f"i{number}", "yes" if number % 2 else "no")) for number in range(6)))
    every = pool([number * 5 for number in range(12)])
    plan = Settings("models", candidates=4, images_per_question=2)
    assert by_models(asked, every, plan).candidates["image"].nunique() == 2


def test_parts_that_are_balanced_by_themselves_get_candidates_of_their_own() -> None:
    asked = items(("y", "i0", "yes"), ("y", "i1", "yes"))
    asked["split"] = ["train", "test"]
    place = pool([0, 1, 50, 51])
    together = by_models(asked, place, Settings("models", candidates=1)).candidates
    apart = by_models(asked, place, Settings("models", candidates=1, within=("split",))).candidates
    assert edges(together) == [("0", "i2", "no")]
    assert edges(apart) == [("0", "i2", "no"), ("1", "i2", "no")]


@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_candidates_are_sound_and_do_not_depend_on_the_order_of_items(data: st.DataObject) -> None:
    n = data.draw(st.integers(2, 12))
    place = pool(data.draw(st.lists(st.integers(0, 359), min_size=n, max_size=n)))
    keys = st.sampled_from(["y1", "y2", "n1", "c1"])
    drawn = data.draw(st.lists(st.tuples(keys, st.integers(0, n - 1)), min_size=1, max_size=14, unique=True))
    rows = []
    for key, image in drawn:
        kind = {"y": "yes/no", "n": "number", "c": "choice"}[key[0]]
        rows.append((key, f"i{image}", data.draw(st.sampled_from(ANSWERS[kind]))))
    asked, plan = items(*rows), Settings("models", candidates=data.draw(st.integers(1, 4)))
    found = by_models(asked, place, plan)
    known = asked.set_index("id")
    there = set(zip(asked["question_key"], asked["image_key"], strict=True))
    seen = set()
    for of, image, answer in edges(found.candidates):
        base = known.loc[f"toy:test:{of}"]
        assert answer != base["answer"]
        assert answer in ANSWERS[base["answer_type"]]
        assert (base["question_key"], image) not in there
        edge = base["question_key"], image, answer
        assert edge not in seen
        seen.add(edge)
    again = by_models(asked.iloc[::-1].reset_index(drop=True), place, plan)
    found_again = edges(again.candidates)
    assert {(image, answer, known.loc[f"toy:test:{of}"]["question_key"]) for of, image, answer in found_again} == {
        (image, answer, key) for key, image, answer in seen
    }
