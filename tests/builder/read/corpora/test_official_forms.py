"""Small files in the forms that corpora are published in, read by `table` and `vqa-v2` with the columns they need."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from twokeys.builder.read.corpora import reader
from twokeys.builder.read.golds import asked_of
from twokeys.builder.read.source import find
from twokeys.builder.recipe import Columns, Corpus
from twokeys.core.errors import BadInput
from twokeys.core.items import TextRule


def rows(folder: Path, files: dict[str, Any], **fields: Any) -> list[Any]:
    """Write files below the corpus's folder, and read all of its rows."""
    for name, content in files.items():
        path = folder / "c" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    usual = {"format": "table", "name": "c", "path": "c", "revision": "r", "license": "mit"}
    corpus = Corpus(**(usual | fields))
    form = reader(corpus.format)
    root = form.root(corpus, folder)
    list(form.files(corpus, root))
    splits = corpus.splits or form.splits(corpus, root)
    return [row for split in splits for row in form.read(corpus, root, split)]


def test_vizwiz(tmp_path):
    def record(number: int, question: str, kind: str, *said: str) -> dict[str, Any]:
        answers = [{"answer_confidence": "maybe", "answer": answer} for answer in said]
        name = f"VizWiz_val_{number:08}.jpg"
        return {"image": name, "question": question, "answers": answers, "answer_type": kind, "answerable": 1}

    document = [
        record(0, "Ok. There is another picture.", "unanswerable", "unsuitable", "unanswerable", "unsuitable image"),
        record(1, "What is this?", "other", "soda", "coke can", "Coke can", "coke"),
        record(2, "Is it on?", "yes/no", *["no"] * 6, *["yes"] * 4),
    ]
    columns = Columns(answer=None, answers="answers", answer_type="answer_type")
    first, second, third = rows(tmp_path, {"val.json": document}, columns=columns)
    assert [row.answer for row in (first, second, third)] == ["unsuitable", "coke can", "no"]
    assert [row.answer_type for row in (first, second, third)] == ["open", "open", "yes/no"]
    assert (third.image, len(third.answers)) == ("file:VizWiz_val_00000002.jpg", 10)


def test_textvqa(tmp_path):
    record = {
        "question": "what is the brand of this camera?",
        "image_id": "003a8ae2ef43b901",
        "flickr_original_url": "https://farm2.staticflickr.com/4/1_o.jpg",
        "question_tokens": ["what", "is"],
        "answers": ["nous les gosses", "dakota", *["dakota digital"] * 6, "clos culombu", "nan"],
        "question_id": 34602,
        "set_name": "val",
    }
    document = {"dataset_type": "val", "dataset_name": "textvqa", "dataset_version": "0.5.1", "data": [record]}
    columns = Columns(id="question_id", answer=None, answers="answers", image="{image_id}.jpg")
    (row,) = rows(tmp_path, {"TextVQA_0.5.1_val.json": document}, columns=columns)
    assert (row.source_id, row.answer, row.image) == ("34602", "dakota digital", "file:003a8ae2ef43b901.jpg")
    assert len(row.answers) == 9


OK_VQA = {
    "mscoco_val2014_annotations.json": {
        "info": {"description": "OK-VQA"}, "license": {}, "data_subtype": "val2014", "annotations": [
            {"image_id": 297147, "answer_type": "other", "question_type": "four", "question_id": 2971475,
             "answers": [{"answer_id": n, "raw_answer": f"{text}ing", "answer_confidence": "yes", "answer": text}
                         for n, text in enumerate(["race", "race", "motocross", "ride", "ride", "race"])],
             "confidence": 3},
        ]},
    "OpenEnded_mscoco_val2014_questions.json": {
        "info": {}, "task_type": "Open-Ended", "data_type": "mscoco", "data_subtype": "val2014", "license": {},
        "questions": [{"image_id": 297147, "question": "What sport can you use this for?", "question_id": 2971475}]},
}  # fmt: skip


def test_ok_vqa_in_the_official_format(tmp_path):
    files = {"questions": "OpenEnded_mscoco_val2014_questions.json", "annotations": "mscoco_val2014_annotations.json"}
    options = {"files": {"val": {**files, "subset": "val2014"}}, "gold": "majority"}
    (row,) = rows(tmp_path, OK_VQA, format="vqa-v2", options=options)
    assert (row.answer, row.answers) == ("race", ("race", "race", "motocross", "ride", "ride", "race"))
    assert row.image == "file:val2014/COCO_val2014_000000297147.jpg"


def test_ok_vqa_as_a_table_with_a_second_file(tmp_path):
    joined = {"note": {"file": "mscoco_val2014_annotations.json", "id": "question_id"}}
    columns = Columns(
        id="question_id", answer=None, answers="note.answers", image="COCO_val2014_{image_id}.jpg", joined=joined
    )
    options = {"files": {"val": "OpenEnded_mscoco_val2014_questions.json"}}
    (row,) = rows(tmp_path, OK_VQA, columns=columns, options=options)
    assert (row.split, row.answer, len(row.answers)) == ("val", "race", 6)


A_OK_VQA = [
    {"split": "val", "image_id": 461751, "question_id": "22jbM6gDxdaMaunuzgrsBB",
     "question": "What is in the motorcyclist's mouth?",
     "choices": ["toothpick", "food", "popsicle stick", "cigarette"], "correct_choice_idx": 3,
     "direct_answers": ["cigarette"] * 9 + ["pipe"], "difficult_direct_answer": False,
     "rationales": ["He's smoking while riding."]},
    {"split": "val", "image_id": 9, "question_id": "x", "question": "What is it?", "choices": ["a", "b", "c", "d"],
     "correct_choice_idx": 0, "direct_answers": "['cat' 'dog' 'dog']", "rationales": []},
]  # fmt: skip


def test_a_ok_vqa_by_its_options_and_by_direct_answers(tmp_path):
    closed = Columns(id="question_id", choices="choices", answer="correct_choice_idx", answer_is="index",
                     answers="direct_answers", image="COCO_val2014_{image_id}.jpg")  # fmt: skip
    first, second = rows(tmp_path, {"aokvqa_v1p0_val.json": A_OK_VQA}, columns=closed)
    assert (first.answer, second.answer, len(first.answers)) == ("cigarette", "a", 10)
    opened = closed.model_copy(update={"choices": None, "answer": None, "answer_is": None})
    first, second = rows(tmp_path, {}, columns=opened)
    assert (first.answer, second.answer, first.choices) == ("cigarette", "dog", ())


def science(**more: Any) -> dict[str, Any]:
    usual = {"question": "Which is it?", "choices": ["solid", "liquid"], "answer": 0, "hint": "", "image": "image.png",
             "task": "closed choice", "grade": "grade2", "subject": "natural science", "split": "train"}  # fmt: skip
    return usual | more


@pytest.mark.parametrize("indent", [None, 2])
def test_scienceqa_s_problems(tmp_path, indent):
    problems = {
        "1": science(),
        "4": science(hint="Look at the picture.", answer=1, split="test"),
        "9": science(image=None),
        "12": science(answer=1),
    }
    columns = Columns(id="key", question=["hint", "question"], choices="choices", answer_is="index", split="split",
                      image="{split}/{key}/{image}", filled=["image"])  # fmt: skip
    found = rows(tmp_path, {"problems.json": json.dumps(problems, indent=indent)}, columns=columns)
    assert [(row.split, row.source_id, row.answer) for row in found] == [
        ("train", "1", "solid"),
        ("train", "12", "liquid"),
        ("test", "4", "liquid"),
    ]
    assert found[2].question == "Look at the picture.\nWhich is it?"
    assert found[2].image == "file:test/4/image.png"


def test_pandas_writes_datasets_into_csv(tmp_path):
    """`Dataset.to_pandas().to_csv()`: lists as numpy prints them, holes as nan, objects as Python prints them."""
    frame = pd.DataFrame(
        {"question": ["Which?", "How many?"], "image": ["a.png", "b.png"], "answer": [1, float("nan")],
         "options": ["['red' 'blue']", "['1' '2']"], "answers": ["[{'answer': 'blue'}\n {'answer': 'red'}]", "[]"]}
    )  # fmt: skip
    columns = Columns(choices="options", answer_is="index", answers="answers")
    first, hole = rows(tmp_path, {"test.csv": frame.to_csv(index=False)}, columns=columns)
    assert (first.answer, first.choices, first.answers) == ("blue", ("red", "blue"), ("blue", "red"))
    assert hole.problem == "the answer is missing"


@pytest.mark.parametrize("options", [{"A": "red", "B": "blue"}, "{'B': 'blue', 'A': 'red'}", {"b": "blue", "a": "red"}])
def test_options_in_an_object_by_letter(tmp_path, options):
    record = {"question": "Which?", "image": "a.png", "answer": "B", "options": options}
    (row,) = rows(tmp_path, {"test.json": [record]}, columns=Columns(choices="options", answer_is="letter"))
    assert (row.choices, row.answer) == (("red", "blue"), "blue")


@pytest.mark.parametrize("options", [{"A": "x", "a": "y"}, {"first": "x", "second": "y"}, {}])
def test_other_objects_are_no_options(tmp_path, options):
    record = {"question": "Which?", "image": "a.png", "answer": "x", "options": options}
    (row,) = rows(tmp_path, {"test.json": [record]}, columns=Columns(choices="options"))
    with pytest.raises(BadInput):
        asked_of(row, TextRule()) if not isinstance(row, BadInput) else (_ for _ in ()).throw(row)


def test_counts_in_a_column_with_holes_are_whole_numbers(tmp_path):
    frame = pd.DataFrame({"question": ["How many?"] * 3, "image": ["a.png"] * 3, "answer": [2, float("nan"), 2.5]})
    (tmp_path / "c").mkdir()
    frame.to_parquet(tmp_path / "c" / "test.parquet")
    two, _, half = rows(tmp_path, {})
    assert [asked_of(row, TextRule()).answer for row in (two, half)] == ["2", "2.5"]


@pytest.mark.parametrize(("form", "options"), [
    ("gqa", {"files": {"val": ""}}), ("gqa", {"files": {"val": "/etc/passwd"}}), ("gqa", {"files": {}}),
    ("gqa", {"files": {"val": "../x.json"}}), ("gqa", {"files": ""}), ("gqa", {}),
    ("vqa-v2", {"files": {"val": {"questions": "", "annotations": ""}}}), ("vqa-v2", {"files": {}}),
    ("vqa-v2", {"files": {"val": {"questions": "/etc/passwd", "annotations": "/etc/hostname"}}}),
    ("vqa-v2", {"files": "x.json"}), ("hf", {"files": "x"}), ("table", {"records": "a"}),
])  # fmt: skip
def test_files_of_official_formats_that_lead_nowhere_are_told(tmp_path, form, options):
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "a.json").write_text('[{"question": "q"}]')
    corpus = Corpus(format=form, name="c", path="c", revision="r", license="mit", options=options)
    with pytest.raises(BadInput) as error:
        rows(tmp_path, {}, format=form, options=options) if find(corpus, tmp_path) else None
    assert error.value.remedy


@pytest.mark.parametrize("splits", [[], {}])
def test_a_corpus_of_which_no_split_is_read_is_told(tmp_path, splits):
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "test.csv").write_text("question,answer,image\nIs it?,yes,a.png\n")
    corpus = Corpus(format="table", name="c", path="c", revision="r", license="mit", splits=splits)
    with pytest.raises(BadInput, match="no split is named"):
        find(corpus, tmp_path)
