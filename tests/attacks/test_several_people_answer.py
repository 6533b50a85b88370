"""Where several people answered, their answers count: VQA accuracy, and ANLS where asked for, beside exact match.

Claim: evaluations report the field's own score.
Attack: replies that most annotators gave but that are not the majority's text, and near misses in documents.
Before (ba22272): `answers` was published and nothing read it; such replies scored 0.
Now: min(n / 3, 1) averaged over leaving each annotator out, checked against hand-counted values and a second way of
counting; exact match stays as it was, and stays what the ceilings bound.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.exports.loading import loaded
from twokeys.audit.evaluation import scores
from twokeys.audit.evaluation.benchmark import Benchmark
from twokeys.audit.evaluation.rates import rates
from twokeys.audit.evaluation.result import summarise
from twokeys.exports.bundle import bundled

TEN = ["blue"] * 5 + ["navy"] * 3 + ["dark blue", "teal"]


@pytest.mark.parametrize(
    ("reply", "expected"), [("blue", 1.0), ("navy", 0.9), ("teal", 0.3), ("red", 0.0), ("Navy.", 0.9), ("", 0.0)]
)
def test_known_values_of_ten_annotators(reply: str, expected: float) -> None:
    assert scores.vqa_accuracy(reply, TEN) == pytest.approx(expected)


@given(st.lists(st.sampled_from(["a dog", "dog", "cat", "2", "two"]), min_size=1, max_size=10), st.sampled_from("ab2"))
def test_it_is_the_mean_over_subsets(answers: list[str], reply: str) -> None:
    same = [scores.official(answer) == scores.official(reply) for answer in answers]
    subsets = [min((sum(same) - one) / 3, 1) for one in same]
    assert scores.vqa_accuracy(reply, answers) == pytest.approx(float(np.mean(subsets)))


def test_anls_of_near_misses() -> None:
    assert scores.anls("Coca Cola", ["coca cola", "coke"]) == 1
    assert scores.anls("coca-cola", ["coca cola"]) == pytest.approx(8 / 9)
    assert scores.anls("pepsi", ["coca cola"]) == 0
    assert scores.anls("abcd", ["abxy"]) == 0.5
    assert scores.anls("abcde", ["abxyz"]) == 0
    assert scores.anls("", ["cola"]) == 0


def _answered(asked: list[str]) -> object:
    table = pd.DataFrame(
        {
            "id": ["a", "b", "c"], "question": "q", "choices": [[], [], []], "answer": ["blue", "blue", "yes"],
            "compared": ["blue", "blue", "yes"], "answer_type": ["open", "open", "yes/no"], "question_key": "q",
            "image_key": ["i", "j", "k"], "group": ["a", "b", "c"], "answers": [TEN, TEN, []],
            "image_partner": None, "question_partner": None, "quad": None, "source": "s", "split": "test", "meta": "{}",
        }
    )  # fmt: skip
    views = ("both", "image", "question", "neither")
    answers = pd.DataFrame({"id": table["id"], "reply": ["navy", "blue", "yes"]})
    for view in views:
        answers[f"right.{view}"] = [False, True, True]
        answers[f"v.{view}"] = [0.0, 1.0, 1.0]
    run = {"model": "m", "folder": "f", "config": "balanced", "split": "test", "items": 3, "scores": asked}
    return summarise(
        run, table, answers, [], {}, Benchmark(name="f", title="f", categories=[], adversaries=[], tasks=[])
    )


def test_an_evaluation_names_it_beside_exact_match() -> None:
    found = _answered([])
    assert found.accuracy["all"].estimate == pytest.approx(2 / 3)
    assert (found.scores["vqa_accuracy"].estimate, found.scores["vqa_accuracy"].n) == (pytest.approx(0.95), 2)
    assert list(found.json()["scores"]) == ["vqa_accuracy"]
    assert next(rate.title for rate in rates(found)) == "accuracy, exact match"
    assert any(rate.name.startswith("VQA accuracy") for rate in rates(found))
    assert list(_answered(["anls"]).scores) == ["vqa_accuracy", "anls"]


def test_exports_have_it_too(tmp_path: Path) -> None:
    facts = {"instruction": None, "pairs": {}, "scores": ["anls"], "annotated": True, "answers": {}}
    item = {"id": "a", "group": "a", "answer": "blue", "answers": TEN, "answer_type": "open", "choices": []}
    item |= {"image_partner": None, "question_partner": None, "quad": None}
    found = {}
    for module in ("lmms_eval_utils", "lm_eval_utils"):
        path = tmp_path / f"{module}.py"
        path.write_text(bundled(f"twokeys.exports.harness.{module}", "Frozen.", {"FACTS": facts}), encoding="utf-8")
        found[module] = loaded(path).process_results(item, ["navy"])
    assert found["lm_eval_utils"] == {"accuracy": 0.0, "vqa_accuracy": 0.9, "anls": 1.0}
    assert found["lmms_eval_utils"]["vqa_accuracy"]["score"] == 0.9
    assert found["lmms_eval_utils"]["accuracy"]["score"] == 0.0
