"""A panel of models: names of columns, measurements, and what the models say together, by hand."""

from __future__ import annotations

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from twokeys.audit.served.ways import Manner
from twokeys.builder.measure.blind import Item, frequent_answers
from twokeys.builder.measure.panel import _slug, columns, named_models, panel
from twokeys.core.measured import Measured, check_family
from twokeys.data_cards.panel_table import named, rows, sentences

ITEMS = pd.DataFrame(
    {
        "id": ["a", "b", "c", "d"],
        "source": "toy",
        "split": ["train", "train", "test", "test"],
        "question": ["red?", "red?", "which?", "which?"],
        "question_key": ["q1", "q1", "q2", "q2"],
        "choices": [[], [], ["cat", "dog"], ["cat", "dog"]],
        "answer": ["yes", "no", "cat", "dog"],
        "compared": ["yes", "no", "cat", "dog"],
        "answer_type": ["yes/no", "yes/no", "choice", "choice"],
        "group": ["g1", "g2", "g1", "g2"],
    }
)
SAID = [
    ("m", "question", ["Yes.", "Yes.", "(A)", "(A)"], [True, False, True, False]),
    ("n", "question", ["yes", "yes", "(B)", "(B)"], [True, False, False, True]),
    ("m", "choices", [None, None, "cat", "cat"], [None, None, True, False]),
    ("m", "recall", [None, None, "a bird", "dog"], [None, None, False, True]),
]


def answers() -> pd.DataFrame:
    found = [
        (identity, asked, said, right, float(right), model)
        for model, asked, replies, hits in SAID
        for identity, said, right in zip(ITEMS["id"], replies, hits, strict=True)
        if said is not None
    ]
    return pd.DataFrame(found, columns=["id", "asked", "answer", "right", "share", "model"])


@given(st.text(max_size=30), st.sampled_from(["", "http://localhost:8000/v1#", "packaged:"]))
def test_every_model_has_a_name_that_columns_can_have(text: str, before: str) -> None:
    name = f"panel_{_slug(before + text)}"
    check_family(name)
    column = f"question.{name}.prediction"
    found = Measured.of(column)
    assert found is not None
    assert (found.baseline, found.fit, found.name) == (f"question.{name}", "", column)


def test_models_of_one_name_are_told_apart_and_one_model_stands_once() -> None:
    models = [f"http://localhost:{port}/v1#Qwen/Q-7B" for port in (1, 2, 1)]
    found = named_models(models, Manner())
    assert list(found) == ["panel_q_7b", "panel_q_7b_2"]
    assert [model.name for model in found.values()] == models[:2]


def test_measurements_are_right_exactly_where_the_model_is() -> None:
    found = columns(ITEMS, answers())
    for model, asked, _, hits in SAID[:3]:
        prediction = found[f"{asked}.{model}.prediction"]
        applies = [hit is not None for hit in hits]
        assert prediction.notna().tolist() == applies
        assert (prediction == ITEMS["compared"])[applies].tolist() == [hit for hit in hits if hit is not None]
    assert found["panel.right"].tolist() == [2, 0, 1, 1]
    assert set(found["panel.models"]) == {2}
    assert not [name for name in found if "recall" in name]


def test_a_wrong_reply_that_reads_like_the_gold_is_wrong_all_the_same() -> None:
    odd = answers()
    odd.loc[(odd["model"] == "m") & (odd["id"] == "b") & (odd["asked"] == "question"), "answer"] = "no"
    assert columns(ITEMS, odd)["question.m.prediction"].tolist()[1] not in ("no", None)


def test_without_a_panel_there_are_no_columns() -> None:
    assert list(columns(ITEMS, pd.DataFrame(columns=["id", "asked", "model"]))) == ["id"]


def test_what_the_models_say_is_counted() -> None:
    found = panel(ITEMS, answers(), {"m": "M at here", "n": "N at here"}, 0.95)
    whole = {(one.model, one.asked): (one.right, one.items, one.chance) for one in found.scores if one.part == "all"}
    assert whole == {
        ("m", "question"): (2, 4, 0.5), ("n", "question"): (2, 4, 0.5), ("m", "choices"): (1, 2, 0.5),
        ("m", "recall"): (1, 2, None),
    }  # fmt: skip
    parts = {one.part: one.right for one in found.scores if (one.model, one.asked) == ("n", "question")}
    assert parts == {
        "all": 2, "split train": 1, "split test": 1, "answer type yes/no": 1, "answer type choice": 1,
    }  # fmt: skip
    assert found.right_by == [1, 2, 1]
    # Both say yes to `a` and `b`; to `c` and `d` they say different letters.
    assert found.agreement == 0.5
    assert found.examples[0].replies == {"m": "Yes.", "n": "yes"}
    assert len(rows(found)) == len(found.scores)
    said = " ".join(sentences(found))
    assert "Of 4 items m answers without the image 50.0 %" in said
    assert named(found) == "Models: m is M at here; n is N at here."
    assert "though the options are removed" in said
    assert "All 2 models are right on 25.0 % of the items and none on 25.0 %" in said


def test_one_model_agrees_with_nobody() -> None:
    one = answers()
    found = panel(ITEMS, one[one["model"] == "n"], {"n": "N"}, 0.95)
    assert (found.agreement, found.right_by) == (None, [2, 2])


def test_frequent_answers_are_of_a_type_and_ties_go_by_spelling() -> None:
    items = [
        Item(str(number), "q", (), answer, kind, answer)
        for number, (kind, answer) in enumerate(
            [("open", "red"), ("open", "blue"), ("open", "red"), ("open", "ash"), ("number", "2"), ("yes/no", "no")]
        )
    ]
    assert frequent_answers(items, 2) == {"open": ("red", "ash"), "number": ("2",), "yes/no": ("no",)}
