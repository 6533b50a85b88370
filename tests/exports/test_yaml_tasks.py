"""YAML tasks of lmms-eval and lm-evaluation-harness: their fields, and what their functions do with real rows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from datasets import load_dataset

from tests.exports.conftest import Exporting
from tests.exports.loading import loaded
from twokeys.audit.evaluation.answering import BLIND_PROMPT
from twokeys.audit.evaluation.pairs import named
from twokeys.audit.models.model import Question
from twokeys.audit.models.prompt import asked
from twokeys.audit.wording import LETTER, SHORT
from twokeys.core.answers.parsing import VERSION, token
from twokeys.core.pictures.shown import mean_colour
from twokeys.exports.source import Source
from twokeys.exports.task_yaml import scalar


def task(path: Path) -> dict[str, Any]:
    """A task's YAML; functions as the text that names them."""

    class Loader(yaml.SafeLoader):
        pass

    Loader.add_constructor("!function", lambda loader, node: loader.construct_scalar(node))
    found: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), Loader)
    return found


@pytest.fixture(scope="module")
def docs(items: Source, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """The rows as lmms-eval loads them, in the order of `items`."""
    cache = str(tmp_path_factory.mktemp("cache"))
    rows = load_dataset(items.facts["dataset"], items.facts["config"], split=items.facts["split"], cache_dir=cache)
    place = {name: at for at, name in enumerate(rows["id"])}
    return [rows[place[name]] for name in items.table["id"]]


def test_a_view_differs_from_another_in_what_is_shown_and_in_its_sign(exported: Exporting) -> None:
    out = exported("lmms-eval")
    found = {view: task(out / f"toy_balanced_test{view}.yaml") for view in ("", "_image", "_question", "_neither")}
    shown = {view: (one["doc_to_visual"], one["doc_to_text"], one["process_results"]) for view, one in found.items()}
    assert shown == {
        "": ("utils.doc_to_visual", "utils.doc_to_text", "utils.process_results"),
        "_image": ("utils.doc_to_visual", "utils.doc_to_text_masked", "utils.process_results_blind"),
        "_question": ("utils.doc_to_visual_masked", "utils.doc_to_text", "utils.process_results_blind"),
        "_neither": ("utils.doc_to_visual_masked", "utils.doc_to_text_masked", "utils.process_results"),
    }
    group = task(out / "toy_balanced_test_views.yaml")
    assert group["task"] == [one["task"] for one in found.values()]


def test_a_task_names_the_rows_and_every_function_that_it_names_exists(exported: Exporting, items: Source) -> None:
    for out in (exported("lmms-eval"), exported("lm-eval")):
        utils = loaded(out / "utils.py")
        for path in out.glob("*.yaml"):
            found = task(path)
            assert found["metadata"] == {
                "version": items.facts["version"], "fingerprint": items.facts["fingerprint"], "parser": VERSION,
            }  # fmt: skip
            assert items.facts["fingerprint"] in path.read_text(encoding="utf-8").partition("\ntask:")[0]
            functions = [value for value in found.values() if str(value).startswith("utils.")]
            functions += [one["aggregation"] for one in found.get("metric_list", []) if "." in one["aggregation"]]
            assert all(callable(getattr(utils, name.removeprefix("utils."))) for name in functions)


def test_pictures_and_texts_are_those_of_evaluation(
    exported: Exporting, items: Source, docs: list[dict[str, Any]]
) -> None:
    utils = loaded(exported("lmms-eval") / "utils.py")
    pictures = {place: image for place, (image,) in items.published.pictures(np.arange(len(docs)))}
    for at, doc in enumerate(docs):
        question = Question(pictures[at], doc["question"], tuple(doc["choices"]), doc["answer_type"])
        said = LETTER if doc["choices"] else SHORT
        assert utils.doc_to_text(doc) == f"{asked(question)}\n{said}"
        assert utils.doc_to_text_masked(doc) == f"{BLIND_PROMPT}\n{SHORT}"
        (shown,) = utils.doc_to_visual(doc)
        assert shown.mode == "RGB"
        assert shown.size == pictures[at].size
        assert shown.tobytes() == pictures[at].tobytes()
        (masked,) = utils.doc_to_visual_masked(doc)
        assert masked.tobytes() == mean_colour(pictures[at]).tobytes()
        assert utils.doc_to_target(doc) == doc["answer"]


def test_scores_add_up_to_accuracy_pairs_and_dividend(
    exported: Exporting, items: Source, docs: list[dict[str, Any]]
) -> None:
    utils = loaded(exported("lmms-eval") / "utils.py")
    good = {doc["id"] for doc in docs[::3]}
    marks = [
        utils.process_results(doc, [doc["answer"] if doc["id"] in good else "nothing of the kind"]) for doc in docs
    ]
    right = np.array([doc["id"] in good for doc in docs])
    assert utils.mean_score([one["accuracy"] for one in marks]) == pytest.approx(right.mean())
    kinds = named(items.table)
    assert set(items.facts["pairs"]) == {kind for kind, places in kinds.items() if len(places)} == set(kinds)
    for kind, places in kinds.items():
        count = getattr(utils, f"{kind}_accuracy")
        assert count([one[f"{kind}_accuracy"] for one in marks]) == pytest.approx(right[places].all(axis=1).mean())
        assert items.facts["pairs"][kind] == len(places)
    blind = utils.process_results_blind(docs[0], [docs[0]["answer"]])
    assert (blind["accuracy"]["score"], blind["dividend"]["score"]) == (1.0, -1.0)
    assert utils.dividend([0.9, -0.3, -0.4, 0.2], [1, 1, 1, 1], False) == pytest.approx(0.4)


def test_the_blind_items_are_all_there_without_pictures(exported: Exporting, items: Source) -> None:
    out = exported("lm-eval")
    utils = loaded(out / "utils.py")
    rows = [json.loads(line) for line in (out / "items.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [row["id"] for row in rows] == list(items.table["id"])
    assert list(utils.items()) == ["test"]
    for row, doc in zip(utils.items()["test"], items.rows, strict=True):
        assert {name: doc[name] for name in row} == row
        choices = utils.doc_to_choice(row)
        if row["choices"]:
            assert choices == list("ABC")
            assert row["choices"][utils.doc_to_place(row)] == row["answer"]
        else:
            assert choices[utils.doc_to_place(row)] == row["answer"]
            assert choices == sorted(choices)
        assert utils.process_results(row, [row["answer"]]) == {"accuracy": 1.0}
    assert (out / "toy_balanced_test_question_likelihood.yaml").is_file()


def test_the_ceiling_that_is_stated_is_that_of_the_exported_rows(items: Source) -> None:
    for view, key in (("question", "question_key"), ("image", "image_key")):
        best = 0
        for own in set(items.table[key]):
            answers = [token(answer) for answer in items.table["answer"][items.table[key] == own]]
            best += max(answers.count(answer) for answer in answers)
        assert items.facts["ceilings"][view] == pytest.approx(best / len(items.table), abs=1e-6)
        assert items.facts["ceilings"][view] <= 0.5 + 1e-9


@pytest.mark.parametrize("text", ["on", "2017", '1.0"\nadded: !function utils.items', "a: b # c", "plain"])
def test_a_scalar_is_read_as_the_text_it_was(text: str) -> None:
    assert yaml.safe_load(f"key: {scalar(text)}\nother: 1\n") == {"key": text, "other": 1}
