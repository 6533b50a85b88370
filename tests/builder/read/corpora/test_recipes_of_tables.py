"""Recipes of corpora that are tables: each reads a few hand-written rows in its dataset's form, by the real reader."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass, field
from typing import Any

import huggingface_hub
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from twokeys.builder.read.corpora import reader
from twokeys.builder.read.golds import asked_of
from twokeys.builder.recipe import load, shipped
from twokeys.core.items import Row, TextRule

BYTES = {"bytes": b"\x89PNG", "path": None}
"""An embedded image; that it is decoded is tested elsewhere."""
NONE = {"bytes": None, "path": None}


@dataclass(frozen=True)
class Form:
    """Files of a dataset in its own form, and what its recipe reads.

    Attributes:
        files: Path in the dataset's folder -> rows; the ending says how they are written.
        items: Question, options, answer and number of images of each item.
        configs: Config -> split -> pattern of its files, as its README has them.
    """

    files: dict[str, list[dict[str, Any]]]
    items: list[tuple[str, int, str, int]]
    configs: dict[str, dict[str, str]] = field(default_factory=dict)


def mmmu(**more: Any) -> dict[str, Any]:
    row = {
        "id": "validation_Art_1", "question": "Which is <image 1>?", "options": "['Baroque', 'Gothic', 'Rococo']",
        "explanation": "", "image_1": BYTES, **{f"image_{number}": NONE for number in range(2, 8)},
        "img_type": "['Paintings']", "answer": "B", "topic_difficulty": "Easy",
    }  # fmt: skip
    return row | more


def mmbench(**more: Any) -> dict[str, Any]:
    row = {
        "index": 241, "question": "Which is it?", "hint": "Look left.", "A": "a cat", "B": "a dog", "C": "nan",
        "D": "nan", "answer": "B", "category": "identity", "image": BYTES, "source": "x", "l2-category": "y",
        "comment": "nan", "split": "dev",
    }  # fmt: skip
    return row | more


def naturalbench(**more: Any) -> dict[str, Any]:
    row = {
        "Index": 0, "Image_0": BYTES, "Image_1": BYTES, "Question_0": "Is it red?", "Image_0_Question_0": "Yes",
        "Image_1_Question_0": "No", "Question_1": "What is it? Option: A: cat; B: dog;", "Image_0_Question_1": "A",
        "Image_1_Question_1": "B", "Question Type": "yes_no", "Source": "Flickr30K",
    }  # fmt: skip
    return row | more


def blink(**more: Any) -> dict[str, Any]:
    row = {
        "idx": "val_Counting_1", "question": "How many?", "sub_task": "Counting", "image_1": BYTES, "image_2": NONE,
        "image_3": NONE, "image_4": NONE, "choices": ["1", "2", "3"], "answer": "(C)", "prompt": "...",
    }  # fmt: skip
    return row | more


def hallusion(**more: Any) -> dict[str, Any]:
    row = {
        "category": "VD", "subcategory": "illusion", "visual_input": "1", "set_id": "0", "figure_id": "1",
        "sample_note": "", "question_id": "0", "question": "Is it bent?", "gt_answer_details": "No.", "gt_answer": "0",
        "filename": "./x.png", "image": BYTES,
    }  # fmt: skip
    return row | more


ANSWERS = ["nike"] * 6 + ["adidas"] * 4
SCIENCE = {
    "image": BYTES, "question": "Which is it?", "choices": ["one", "two"], "answer": 1, "hint": "Read.",
    "task": "closed choice", "grade": "grade2", "subject": "natural science", "topic": "physics", "category": "c",
    "skill": "s", "lecture": "", "solution": "",
}  # fmt: skip
SEED = {
    "answer": "C", "choice_a": "one", "choice_b": "two", "choice_c": "three", "choice_d": "four", "data_id": "1",
    "data_type": "image", "question": "How many?", "question_id": "101669", "question_type_id": 5, "image": [BYTES],
}  # fmt: skip
TALLY = {
    "answer": 4, "data_source": "imported_genome", "image": "VG_100K_2/2410408.jpg", "image_id": 92410408,
    "issimple": False, "question": "How many headlights does the black bus have?", "question_id": 30095774,
}  # fmt: skip
NLVR2 = {
    "validation": {"77": "True"}, "sentence": "All the bottles are of one brand.", "writer": "103", "label": "True",
    "left_url": "https://example.org/1.jpg", "right_url": "https://example.org/2.jpg", "synset": "beer bottle",
    "query": "some beer bottles2", "identifier": "dev-850-0-0", "extra_validations": {"56": "True", "43": "False"},
}  # fmt: skip
VSR = {
    "image": "000000085637.jpg", "image_link": "http://example.org/1.jpg", "caption": "The cat is under the bus.",
    "label": 0, "relation": "under", "annotator_id": 7,
}  # fmt: skip
PAIR = {"id": 0, "image_0": BYTES, "image_1": BYTES, "caption_0": "some plants", "caption_1": "plants some", "tag": "x"}
OKVQA = {"question_id": "1", "image": BYTES, "question": "What is it?", "answers": ANSWERS}
POPE = {
    "id": "0",
    "question_id": "1",
    "question": "Is there a dog?",
    "answer": "no",
    "image_source": "c1",
    "image": BYTES,
}

FORMS: dict[str, Form] = {
    "mmmu": Form(
        {
            "data/dev-00000-of-00001.parquet": [mmmu(id="dev_Art_1", question_type="multiple-choice", subfield="Art")],
            "data/validation-00000-of-00001.parquet": [
                mmmu(
                    question="<image 1> or <image 2>?", image_2=BYTES, question_type="multiple-choice", subfield="Art"
                ),
                mmmu(
                    id="v2",
                    question="How many in <image 1>?",
                    options="[]",
                    answer="7",
                    question_type="open",
                    subfield="Art",
                ),
            ],
        },
        [
            ("Which is <image 1>?", 3, "Gothic", 1),
            ("<image 1> or <image 2>?", 3, "Gothic", 2),
            ("How many in <image 1>?", 0, "7", 1),
        ],
        {"default": {"dev": "data/dev-*", "validation": "data/validation-*"}},
    ),
    "mmmu-pro": Form(
        {
            "standard (10 options)/test-00000-of-00001.parquet": [mmmu(subject="Art", answer="C")],
            "vision/test-00000-of-00001.parquet": [
                {"id": "1", "image": BYTES, "options": "['a']", "answer": "A", "subject": "Art"}
            ],
        },
        [("Which is <image 1>?", 3, "Rococo", 1)],
        {"standard (10 options)": {"test": "standard (10 options)/test-*"}, "vision": {"test": "vision/test-*"}},
    ),
    "mmbench": Form(
        {"data/dev-00000-of-00001.parquet": [mmbench(), mmbench(index=242, hint="nan", C="a cow", answer="C")]},
        [("Look left. Which is it?", 2, "a dog", 1), ("Which is it?", 3, "a cow", 1)],
        {"default": {"dev": "data/dev-*"}},
    ),
    "mmstar": Form(
        {
            "mmstar.parquet": [
                {
                    "index": 0,
                    "question": "Which one?\nOptions: A: red, B: blue",
                    "image": b"\xff\xd8",
                    "answer": "A",
                    "category": "perception",
                    "l2_category": "colour",
                    "meta_info": {"source": "MMBench", "split": "val", "image_path": "images/0.jpg"},
                }
            ]
        },
        [("Which one? Options: A: red, B: blue", 0, "A", 1)],
        {"val": {"val": "mmstar.parquet"}},
    ),
    "scienceqa": Form(
        {
            "data/validation-00000-of-00001-a.parquet": [SCIENCE, SCIENCE | {"image": None, "question": "No image?"}],
            "data/test-00000-of-00001-b.parquet": [SCIENCE | {"hint": "", "answer": 0}],
        },
        [("Read. Which is it?", 2, "two", 1), ("Which is it?", 2, "one", 1)],
    ),
    "ai2d": Form(
        {
            "data/test-00000-of-00001.parquet": [
                {
                    "question": "Which is C?",
                    "options": ["leaf", "root", "stem", "seed"],
                    "answer": str(place),
                    "image": BYTES,
                }
                for place in (0, 3)
            ]
        },
        [("Which is C?", 4, "leaf", 1), ("Which is C?", 4, "seed", 1)],
        {"default": {"test": "data/test-*"}},
    ),
    "seed-bench": Form(
        {
            "data/test-00000-of-00001.parquet": [
                SEED,
                SEED | {"data_type": "video", "question_id": "v", "image": [BYTES, BYTES]},
            ]
        },
        [("How many?", 4, "three", 1)],
    ),
    "mmvp": Form(
        {
            "Questions.csv": [
                {"Index": 1, "Question": "Is it open?", "Options": "(a) Open (b) Closed", "Correct Answer": "(a)"},
                {"Index": 2, "Question": "Is it open?", "Options": "(a) Open (b) Closed", "Correct Answer": "(b)"},
            ]
        },
        [("Is it open? (a) Open (b) Closed", 0, "(a)", 1), ("Is it open? (a) Open (b) Closed", 0, "(b)", 1)],
    ),
    "naturalbench": Form(
        {"data/train-00000-of-00001.parquet": [naturalbench()]},
        [
            ("Is it red?", 0, "Yes", 1),
            ("What is it? Option: A: cat; B: dog;", 0, "A", 1),
            ("Is it red?", 0, "No", 1),
            ("What is it? Option: A: cat; B: dog;", 0, "B", 1),
        ],
        {"default": {"train": "data/train-*"}},
    ),
    "blink": Form(
        {
            f"{name}/val-00000-of-00001.parquet": [
                blink(idx=f"val_{name}_1", sub_task=name, **({"image_2": BYTES} if name == "Jigsaw" else {}))
            ]
            for name in load("blink").corpora[0].options["config"]
        },
        [("How many?", 3, "3", 2 if name == "Jigsaw" else 1) for name in load("blink").corpora[0].options["config"]],
        {name: {"val": f"{name}/val-*"} for name in load("blink").corpora[0].options["config"]},
    ),
    "hallusionbench": Form(
        {"data/image-00000-of-00001.parquet": [hallusion(), hallusion(figure_id="2", gt_answer="1")]},
        [("Is it bent?", 0, "no", 1), ("Is it bent?", 0, "yes", 1)],
        {"default": {"image": "data/image-*"}},
    ),
    "vsr": Form(
        {"dev.jsonl": [VSR, VSR | {"label": 1}], "test.jsonl": [VSR], "train.jsonl": [VSR]},
        [("The cat is under the bus.", 0, answer, 1) for answer in ("false", "true", "false")],
    ),
    "nlvr2-json": Form(
        {
            "data/dev.json": [NLVR2, NLVR2 | {"identifier": "dev-850-1-0", "label": "False"}],
            "data/test1.json": [NLVR2 | {"identifier": "test1-0-1-1", "sentence": "Both are red."}],
        },
        [
            ("All the bottles are of one brand.", 0, "true", 2),
            ("All the bottles are of one brand.", 0, "false", 2),
            ("Both are red.", 0, "true", 2),
        ],
    ),
    "nlvr2": Form(
        {
            f"data/{split}-00000-of-00001.parquet": [
                {
                    "question_id": split,
                    "question": "Both are red.",
                    "answer": "True",
                    "left_image": BYTES,
                    "right_image": BYTES,
                }
            ]
            for split in ("balanced_dev", "balanced_test_public")
        },
        [("Both are red.", 0, "True", 2)] * 2,
        {"default": {split: f"data/{split}-*" for split in ("balanced_dev", "balanced_test_public")}},
    ),
    "a-okvqa": Form(
        {
            f"data/{split}-00000-of-00001-d3.parquet": [
                {
                    "image": BYTES,
                    "question_id": "22",
                    "question": "What is it?",
                    "choices": ["ball", "bat"],
                    "correct_choice_idx": place,
                    "direct_answers": "['ball', 'ball', 'bat']",
                    "difficult_direct_answer": False,
                    "rationales": ["It is."],
                }
            ]
            for split, place in (("train", 0), ("validation", 1))
        },
        [("What is it?", 2, "ball", 1), ("What is it?", 2, "bat", 1)],
    ),
    "ok-vqa": Form(
        {"data/val2014-00000-of-00001.parquet": [OKVQA | {"question_type": "one"}]},
        [("What is it?", 0, "nike", 1)],
        {"default": {"val2014": "data/val2014-*"}},
    ),
    "textvqa": Form(
        {
            f"data/{split}-00000-of-00001.parquet": [
                OKVQA | {"question_id": 1, "image_id": "0a", "ocr_tokens": ["x"], "set_name": split, "image_width": 1}
            ]
            for split in ("train", "validation")
        },
        [("What is it?", 0, "nike", 1)] * 2,
    ),
    "vizwiz": Form(
        {"data/val-00000-of-00001.parquet": [OKVQA | {"category": "other"}]},
        [("What is it?", 0, "nike", 1)],
        {"default": {"val": "data/val-*"}},
    ),
    "tallyqa": Form(
        {"test.json": [TALLY, TALLY | {"question_id": 1, "answer": 0}], "train.json": [TALLY]},
        [("How many headlights does the black bus have?", 0, number, 1) for number in ("4", "0")],
    ),
    "pope-photos": Form(
        {f"Full/{split}-00000-of-00001.parquet": [POPE] for split in ("random", "popular", "adversarial")},
        [("Is there a dog?", 0, "no", 1)] * 3,
        {"Full": {split: f"Full/{split}-*" for split in ("random", "popular", "adversarial")}},
    ),
    "winoground": Form(
        {"data/test-00000-of-00001.parquet": [PAIR]},
        [
            ("Which caption fits the image?", 2, "some plants", 1),
            ("Which caption fits the image?", 2, "plants some", 1),
        ],
    ),
}


def write(form: Form, folder: Any) -> None:
    for name, rows in form.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if name.endswith(".parquet"):
            pq.write_table(pa.Table.from_pylist(rows), path)
        elif name.endswith(".csv"):
            text = io.StringIO()
            writer = csv.DictWriter(text, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
            path.write_text(text.getvalue())
        else:
            lines = json.dumps(rows) if name.endswith(".json") else "\n".join(map(json.dumps, rows))
            path.write_text(lines)
    if form.configs:
        configs = [
            {"config_name": name, "data_files": [{"split": split, "path": path} for split, path in splits.items()]}
            for name, splits in form.configs.items()
        ]
        (folder / "README.md").write_text(f"---\nconfigs: {json.dumps(configs)}\n---\n# A card\n")


@pytest.mark.parametrize("name", FORMS)
def test_the_recipe_reads_rows_in_the_form_of_its_dataset(name, tmp_path, monkeypatch):
    plan, form = load(name), FORMS[name]
    repositories = {corpus.options.get("repository") for corpus in plan.corpora} - {None}
    folder = tmp_path / (plan.corpora[0].path or "repository")
    write(form, folder)
    asked = []
    monkeypatch.setattr(
        huggingface_hub, "snapshot_download", lambda repository, **given: asked.append(repository) or str(folder)
    )
    items = []
    for corpus in plan.corpora:
        kind = reader(corpus.format)
        root = kind.root(corpus, tmp_path)
        assert set(corpus.splits) <= set(kind.splits(corpus, root))
        for split in corpus.splits:
            for row in kind.read(corpus, root, split):
                assert isinstance(row, Row), row
                told = asked_of(row, TextRule())
                images = 1 if isinstance(row.image, str) else len(row.image)
                items.append((told.question, len(told.choices), told.answer, images))
                fields = {name.partition(".")[0] for name in plan.categories}
                assert fields <= set(row.meta), "categories are kept with the items"
    assert items == form.items
    assert set(asked) == repositories


def test_every_recipe_of_a_table_is_tried_here():
    general = {name for name in shipped() if {corpus.format for corpus in load(name).corpora} & {"hf", "table"}}
    assert general == set(FORMS)


@pytest.mark.parametrize("name", sorted(FORMS))
def test_a_commit_that_could_not_be_checked_is_not_invented(name):
    for corpus in load(name).corpora:
        assert ("repository" in corpus.options) <= (len(corpus.revision) == 40)
