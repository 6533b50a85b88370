"""Which retrieved partners a report shows: one of each kind and answer in turn, new questions and images first."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from twokeys.builder.publish.report.gallery import MOST, gallery
from twokeys.builder.publish.report.material import Material
from twokeys.builder.recipe import Recipe
from twokeys.data_cards.pictures import Picture

RECIPE = Recipe.model_construct()
Row = dict[str, Any]


def original(name: str, image: str, answer: str = "no") -> Row:
    return {
        "id": name, "question": f"Q {name}?", "question_key": name, "choices": [], "answer": answer, "compared": answer,
        "image_key": image, "image_width": 100, "image_height": 80, "edit_of": None, "edit_kind": None,
        "edit_note": None, "edit_boxes": None, "meta": "{}", "stage": None,
    }  # fmt: skip


def partner(of: Row, image: str, answer: str = "yes", kind: str = "retrieved.coco", **more: Any) -> Row:
    return of | {
        "id": f"{of['id']}~{kind}{image}", "answer": answer, "compared": answer, "image_key": image,
        "edit_of": of["id"], "edit_kind": kind, "edit_note": "1 x dog", "edit_boxes": [], "stage": None,
        "meta": json.dumps({"image": {"source": "photos", "license": "other"}}),
    } | more  # fmt: skip


def material(rows: list[Row], hidden: frozenset[str] = frozenset()) -> Material:
    """All rows published but for those with a `stage`; all images at hand but for the hidden ones."""
    every = pd.DataFrame(rows)
    balanced = every[every["stage"].isna()]
    at_hand = set(every["image_key"]) - hidden
    return Material(RECIPE, None, every, every, every.head(0), {"balanced": balanced}, lambda key: (), at_hand)


def shown(found: Material) -> list[tuple[str, str, str, tuple[str, str]]]:
    """Question, both images and both answers of each pair."""
    pairs = gallery(found, lambda key: Picture(key, 1, 1))
    assert all(pair.original and pair.retrieved for pair in pairs)
    return [
        (pair.question, pair.original.src, pair.retrieved.src, pair.answers)
        for pair in pairs
        if pair.original and pair.retrieved
    ]


def test_one_pair_by_hand() -> None:
    of = original("a", "old") | {"choices": ["no", "yes"]}
    (pair,) = gallery(material([of, partner(of, "new", edit_boxes=[[10, 20, 60, 40]])]), lambda key: Picture(key, 1, 1))
    assert (pair.question, pair.answers, pair.facts) == ("Q a? (no / yes)", ("no", "yes"), "1 x dog")
    assert (pair.original, pair.retrieved) == (Picture("old", 1, 1), Picture("new", 1, 1))
    assert pair.boxes == [(0.1, 0.25, 0.5, 0.25)]
    assert pair.judge == "constructed, as it follows from annotations (coco)"
    assert pair.terms == ""  # a diagnosis has no manifest, and a corpus may show the image


def test_kinds_and_answers_take_turns_and_a_rare_answer_is_seen() -> None:
    rows = []
    for number in range(40):
        of = original(f"q{number:02}", f"old{number}")
        rows += [of, partner(of, f"new{number}", answer="three" if number == 39 else "two")]
    for number in range(40, 44):
        of = original(f"q{number}", f"old{number}")
        rows += [of, partner(of, f"new{number}", kind="retrieved.models", answer_source="verified")]
    found = shown(material(rows))
    answers = Counter(answer for *_, (_, answer) in found)
    assert len(found) == MOST
    assert answers == {"two": 15, "three": 1, "yes": 4}


def test_new_questions_and_images_come_before_others() -> None:
    first, second = original("a", "old"), original("b", "other")
    same = [partner(first, f"new{number}") for number in range(6)]
    rows = [first, *same, second, partner(second, "far")]
    assert [question for question, *_ in shown(material(rows))] == ["Q a?", "Q b?", *["Q a?"] * 5]


def test_what_cannot_be_shown_beside_its_original_and_what_was_made_is_left_out() -> None:
    hidden, made, gone = original("a", "dark"), original("b", "old"), original("c", "seen") | {"stage": "balance"}
    rows = [hidden, partner(hidden, "new1"), made, partner(made, "new2", kind="photo.remove"), gone, partner(gone, "n")]
    assert [question for question, *_ in shown(material(rows, frozenset({"dark"})))] == ["Q c?"]
    assert shown(material([original("a", "old")])) == []


@given(
    st.lists(
        st.tuples(st.integers(0, 8), st.integers(0, 30), st.sampled_from(["yes", "no", "2"]), st.booleans()),
        max_size=60,
    ),
    st.randoms(use_true_random=False),
)
def test_whatever_there_is_the_choice_is_full_and_independent_of_the_order_of_rows(
    drawn: list[tuple[int, int, str, bool]], mixed: Any
) -> None:
    originals = {number: original(f"q{number}", f"old{number}", "other") for number in range(9)}
    partners = {
        row["id"]: row
        for number, image, answer, model in drawn
        for row in [partner(originals[number], f"n{image}", answer, f"retrieved.{'models' if model else 'coco'}")]
    }
    rows = [*originals.values(), *partners.values()]
    found = shown(material(rows))
    assert len(found) == min(MOST, len(partners))
    assert {answer for *_, (_, answer) in found} == {row["answer"] for row in partners.values()}
    mixed.shuffle(rows)
    assert shown(material(rows)) == found
