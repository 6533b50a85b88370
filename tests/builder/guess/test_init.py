"""`recipe init`: what it guesses of folders in the forms that people have, and what it leaves to fill in."""

from __future__ import annotations

import base64
import csv
import io
import json
import random
import tarfile
import zipfile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from twokeys.builder.guess.roles import roles
from twokeys.builder.recipe import load
from twokeys.builder.recipe_check import check_recipe
from twokeys.builder.recipe_init import init_recipe
from twokeys.core.errors import BadInput


def image(number):
    data = io.BytesIO()
    Image.new("RGB", (16, 16), (number % 256, 200 - number % 200, 9)).save(data, "PNG")
    return data.getvalue()


def put(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        path.write_text(content, encoding="utf-8")


def as_csv(rows, delimiter=","):
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), delimiter=delimiter, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def init(tmp_path, name="corpus"):
    """Guess a recipe for a folder; return what was started, the columns, and the check of it."""
    done = init_recipe(tmp_path / name, tmp_path / "r.yaml")
    plan = load(done.recipe)
    return done, plan.corpora[0], check_recipe(done.recipe)


def test_a_csv_with_images_named_by_a_column_has_a_recipe_that_checks(tmp_path):
    rows = []
    for number in range(40):
        put(tmp_path / f"corpus/photos/{number:03}.png", image(number))
        rows += [
            {"qid": 2 * number, "photo": f"{number:03}", "question": "Is it?", "label": "yes", "options": ""},
            {"qid": 2 * number + 1, "photo": f"{number:03}", "question": "Which?", "label": "b", "options": "a|b"},
        ]
    rows = [row | {"who": "x" * (place % 2)} for place, row in enumerate(rows)]
    put(tmp_path / "corpus/test.csv", as_csv(rows))
    done, corpus, check = init(tmp_path)
    columns = corpus.columns
    assert (columns.id, columns.question, columns.answer) == ("qid", "question", "label")
    assert (columns.image, columns.choices, columns.separators) == ("photos/{photo}.png", "options", {"options": "|"})
    assert corpus.options == {"meta": ["who"]}
    assert (done.items, check.problems) == (10, [])
    assert [(one.split, one.rows, one.bad) for one in check.splits] == [("test", 80, [])]
    sample = done.sample.read_text()
    assert sample.count("question  ") == 10
    assert "option    a\noption    b\nanswer    b\n" in sample


def test_an_object_of_records_with_images_in_folders_of_their_ids(tmp_path):
    problems = {}
    for number in range(40):
        split, name = ("train", "val")[number % 2], "image.png" if number % 4 else None
        if name:
            put(tmp_path / f"corpus/images/{split}/{number}/{name}", image(number))
        problems[number] = {
            "question": "Which one?", "choices": ["one", "two", "three"], "answer": number % 3, "hint": "",
            "image": name, "split": split,
        }  # fmt: skip
    put(tmp_path / "corpus/problems.json", json.dumps(problems, indent=1))
    _, corpus, check = init(tmp_path)
    columns = corpus.columns
    assert columns.image == "images/{split}/{key}/{image}"
    assert (columns.answer_is, columns.filled, columns.question) == ("index", ["image"], "question")
    assert check.problems == []
    assert {one.split: (one.rows, len(one.bad)) for one in check.splits} == {"train": (10, 0), "val": (20, 0)}


def test_a_dataset_folder_with_embedded_images(tmp_path):
    table = pa.table({
        "id": [str(number) for number in range(30)],
        "question": ["<image 1> or <image 2>?"] * 30,
        "options": ["['cat', 'dog']"] * 30,
        "answer": ["A", "B"] * 15,
        "image_1": [{"bytes": image(number), "path": None} for number in range(30)],
        "image_2": [{"bytes": image(number + 50), "path": None} for number in range(30)],
    })  # fmt: skip
    folder = tmp_path / "corpus/data"
    folder.mkdir(parents=True)
    pq.write_table(table, folder / "validation-00000-of-00001.parquet")
    card = (
        "---\nlicense: apache-2.0\nlanguage:\n- en\npretty_name: Two\nconfigs:\n- config_name: default\n  data_files:\n"
    )
    put(
        tmp_path / "corpus/README.md",
        f"{card}  data_files:\n  - split: validation\n    path: data/validation-*\n---\n# Two\n",
    )
    done, corpus, check = init(tmp_path)
    assert (corpus.format, corpus.license, load(done.recipe).language) == ("hf", "apache-2.0", ["en"])
    assert corpus.columns.image == ["image_1", "image_2"]
    assert (corpus.columns.choices, corpus.columns.answer_is) == ("options", "letter")
    assert check.problems == []


@pytest.mark.parametrize("split", [None, "test"])
def test_what_was_saved_to_disk(tmp_path, split):
    from datasets import Dataset, DatasetDict, Features, Value
    from datasets import Image as Images

    rows = [{"question": "Is it?", "answer": "yes", "image": {"bytes": image(number)}} for number in range(4)]
    features = Features({"question": Value("string"), "answer": Value("string"), "image": Images()})
    saved = Dataset.from_list(rows, features=features)
    (saved if split is None else DatasetDict({split: saved})).save_to_disk(tmp_path / "corpus")
    done, corpus, check = init(tmp_path)
    assert (corpus.format, corpus.splits, corpus.columns.image) == ("hf", [split or "train"], "image")
    assert (done.items, check.problems, corpus.images) == (4, [], "required")


def test_tables_of_one_split_in_several_folders_are_all_read(tmp_path):
    for folder in "xy":
        put(tmp_path / f"corpus/{folder}/part/test.csv", f"question,answer,image\nIs it {folder}?,yes,{folder}.png\n")
        put(tmp_path / f"corpus/{folder}.png", image(ord(folder)))
    done, corpus, _ = init(tmp_path)
    assert corpus.options["files"] == {"part_test": ["x/part/test.csv", "y/part/test.csv"]}
    assert done.items == 2


@pytest.mark.parametrize("folder", ["C:\\photos\\", "/home/ada/photos/"])
def test_absolute_paths_give_no_template_of_one_image(tmp_path, folder):
    rows = [{"question": "Is it?", "answer": "yes", "image": f"{folder}{number}.png"} for number in range(3)]
    put(tmp_path / "corpus/test.csv", as_csv(rows))
    for number in range(3):
        put(tmp_path / f"corpus/photos/{number}.png", image(number))
    done, corpus, check = init(tmp_path)
    assert (corpus.columns.image, done.items) == ("image", 0)
    assert "a path inside the image folder" in str(check.problems[0])


def test_an_image_folder_with_metadata_in_the_folder_of_each_split(tmp_path):
    for split, count in (("train", 12), ("test", 9)):
        rows = []
        for number in range(count):
            put(tmp_path / f"corpus/{split}/{number}.png", image(number + (100 if split == "test" else 0)))
            rows.append({"file_name": f"{number}.png", "question": "What is it?", "answer": "ab"[number % 2]})
        put(tmp_path / f"corpus/{split}/metadata.jsonl", "\n".join(map(json.dumps, rows)))
    _, corpus, check = init(tmp_path)
    assert (corpus.format, corpus.columns.image, check.problems) == ("hf", "image", [])
    assert {one.split: (one.rows, one.images) for one in check.splits} == {"train": (12, 12), "test": (9, 9)}


def test_mmbench_s_tsv_with_images_as_text(tmp_path):
    rows = [
        {
            "index": number, "question": "Which one?", "hint": "nan" if number % 2 else "Look left.",
            "A": "a cat", "B": "a dog", "C": "a cow" if number % 3 else "nan", "D": "nan", "answer": "AB"[number % 2],
            "category": "spatial", "image": base64.b64encode(image(number)).decode(), "split": "dev",
        }
        for number in range(12)
    ]  # fmt: skip
    put(tmp_path / "corpus/MMBench_DEV_EN.tsv", as_csv(rows, "\t"))
    done, corpus, check = init(tmp_path)
    columns = corpus.columns
    assert (columns.question, columns.image, columns.choices) == (["hint", "question"], "image", ["A", "B", "C", "D"])
    assert (columns.answer_is, columns.split, check.problems) == ("letter", "split", [])
    assert [(one.split, one.rows, one.bad, one.images) for one in check.splits] == [("dev", 12, [], 12)]
    assert "question  Look left. Which one?" in done.sample.read_text()
    assert max(map(len, done.sample.read_text().splitlines())) < 200, "no image as text in the sample"


def test_tables_without_questions_are_left_out_and_named(tmp_path):
    for number in range(9):
        put(tmp_path / f"corpus/{number}.png", image(number))
    rows = [{"image": f"{number}.png", "question": "Is it?", "answer": "yes", "id": number} for number in range(9)]
    put(tmp_path / "corpus/dev.csv", as_csv(rows))
    put(tmp_path / "corpus/test.csv", as_csv([row | {"extra": 1} for row in rows]))
    put(tmp_path / "corpus/scores.csv", as_csv([{"model": "x", "accuracy": 0.5}]))
    put(tmp_path / "corpus/empty.jsonl", "\n")
    done, corpus, check = init(tmp_path)
    assert (corpus.splits, corpus.columns.id, check.problems) == (["dev", "test"], "id", [])
    assert corpus.options == {"files": {"dev": "dev.csv", "test": "test.csv"}}
    assert "# no items: scores.csv" in done.recipe.read_text()


@pytest.mark.parametrize("several", [False, True])
def test_golds_in_a_second_file_are_joined_by_the_id_that_both_have(tmp_path, several):
    for number in range(9):
        put(tmp_path / f"corpus/{number}.png", image(number))
    asked = [{"question_id": 10 + number, "image": f"{number}.png", "question": "Is it?"} for number in range(9)]
    golds = [
        {"question_id": 10 + number, **({"answers": ["a", "a", "b"]} if several else {"answer": "a"})}
        for number in reversed(range(9))
    ]
    put(tmp_path / "corpus/questions.json", json.dumps({"info": {}, "questions": asked}))
    put(tmp_path / "corpus/annotations.json", json.dumps({"info": {}, "annotations": golds}))
    done, corpus, check = init(tmp_path)
    assert corpus.columns.joined["golds"].file == "annotations.json"
    assert corpus.columns.joined["golds"].id == "question_id"
    told = (corpus.columns.answer, corpus.columns.answers)
    assert told == ((None, "golds.answers") if several else ("golds.answer", None))
    assert (check.problems, done.sample.read_text().count("answer    a")) == ([], 9)


def test_images_known_by_id_alone_have_a_template_to_correct(tmp_path):
    rows = [{"imageId": f"n{number}", "question": "Is it?", "answer": "no"} for number in range(4)]
    put(tmp_path / "corpus/val.json", json.dumps({str(number): row for number, row in enumerate(rows)}))
    _, corpus, check = init(tmp_path)
    assert (corpus.images, corpus.columns.image, check.problems) == ("names", "{imageId}.jpg", [])


def test_a_single_file_is_its_own_split(tmp_path):
    put(tmp_path / "corpus/img/a.png", image(1))
    put(
        tmp_path / "corpus/dev.jsonl", f"{json.dumps({'query': 'Is it?', 'gold': 'yes', 'picture': 'img/a.png'})}\n" * 2
    )
    put(tmp_path / "corpus/other.csv", "x,y\n1,2\n")
    _, corpus, check = init(tmp_path, "corpus/dev.jsonl")
    assert (corpus.options["files"], corpus.splits) == ("dev.jsonl", ["dev"])
    assert (corpus.columns.question, corpus.columns.answer, corpus.columns.image) == ("query", "gold", "picture")
    assert check.problems == []


def test_without_images_a_recipe_can_be_diagnosed_and_says_so(tmp_path):
    rows = [{"question": "Is it?", "answer": "no", "image": f"{number}.jpg"} for number in range(9)]
    put(tmp_path / "corpus/test.jsonl", "\n".join(map(json.dumps, rows)))
    done, corpus, check = init(tmp_path)
    assert (corpus.images, check.problems) == ("names", [])
    assert "can be diagnosed, not published" in done.recipe.read_text()


def test_conversations_of_two_turns(tmp_path):
    put(tmp_path / "corpus/i/1.png", image(1))
    turns = [{"from": "human", "value": "<image>\nIs it?"}, {"from": "gpt", "value": "Yes"}]
    put(tmp_path / "corpus/train.json", json.dumps([{"id": "1", "image": "i/1.png", "conversations": turns}] * 3))
    _, corpus, check = init(tmp_path)
    assert (corpus.columns.question, corpus.columns.answer) == ("conversations.0.value", "conversations.1.value")
    assert [one.rows for one in check.splits] == [3]


def test_what_could_not_be_guessed_is_a_comment_that_says_what_to_fill_in(tmp_path):
    put(tmp_path / "corpus/test.csv", "colour,weight\nred,7\nblue,8\n")
    done, _, check = init(tmp_path)
    text = done.recipe.read_text()
    for note in ("no column looks like questions", "no column looks like golds", "no column names or holds images"):
        assert f"FILL IN: {note}" in text
    assert done.items == 0
    assert "question (`columns.question`)" in str(check.problems[0])
    assert "colour, weight" in str(check.problems[0])


@pytest.mark.parametrize(
    ("golds", "said", "unsure"),
    [
        (["red", "blue"], None, False),
        (["A", "B"], "letter", False),
        (["(a)", "C."], "letter", False),
        ([0, 2, 1], "index", False),
        ([1, 3], "index from 1", False),
        ([1, 2], "index", True),
        (["first", "second"], None, True),
    ],
)
def test_how_golds_name_an_option(golds, said, unsure):
    rows = [{"question": "Q?", "options": ["red", "blue", "green"], "answer": gold} for gold in golds]
    found = roles(rows)
    assert (found.answer_is, "answer_is" in found.unsure) == (said, unsure)


@pytest.mark.parametrize("names", ["ABCD", ["option_a", "option_b"], ["choice1", "choice2", "choice3"]])
def test_options_in_columns_of_their_own(names):
    rows = [{"question": "Q?", "answer": "x", **{name: f"{name}!" for name in names}, "notes": "-"}]
    assert roles(rows).choices == list(names)


@pytest.mark.parametrize(
    ("options", "choices"),
    [
        ({"B": "blue", "A": "red"}, "options"),
        ("{'A': 'red', 'B': 'blue'}", "options"),
        ({"label": ["A", "B"], "text": ["red", "blue"]}, "options.text"),
        ({"1": "red", "2": "blue"}, ["options.1", "options.2"]),
        ({"label": ["B", "A"], "text": ["red", "blue"]}, None),
        ({"first": "red", "second": "blue"}, None),
    ],
)
def test_options_in_objects_are_read_or_asked_for(options, choices):
    found = roles([{"question": "Q?", "options": options, "answer": gold} for gold in "AB"])
    assert (found.choices, "choices" in found.unsure) == (choices, choices is None)
    assert found.answer_is == (None if choices is None else "letter")


def test_annotators_without_a_gold_and_golds_of_0_and_1(tmp_path):
    found = roles([{"question": "Q?", "direct_answers": ["a", "b"]}])
    assert (found.answer, found.answers) == (None, "direct_answers")
    assert "what 0 and 1 mean" in roles([{"caption": "It is.", "label": 1}]).unsure["values"]


def test_a_card_with_words_for_codes_gives_no_language(tmp_path):
    put(tmp_path / "corpus/data/test-00000-of-00001.parquet", b"")
    pq.write_table(
        pa.table({"question": ["Is it?"], "answer": ["yes"], "image": [{"bytes": image(1), "path": None}]}),
        tmp_path / "corpus/data/test-00000-of-00001.parquet",
    )
    put(tmp_path / "corpus/README.md", "---\nlicense: [mit, other]\nlanguage: [English, en, no]\n---\n")
    done, corpus, check = init(tmp_path)
    assert (load(done.recipe).language, corpus.license, check.problems) == (["en"], "unknown", [])


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("none", None, "there is no such file or folder"),
        ("corpus", {"a.txt": "x"}, "holds no table"),
        ("corpus/a.xlsx", {"a.xlsx": "x"}, "ends in '.xlsx'"),
        ("corpus", {"a.csv": ""}, "header"),
        ("corpus", {"a.jsonl": "[1, 2]"}, "no row can be read"),
    ],
)
def test_what_cannot_be_read_is_told_and_nothing_is_written(tmp_path, name, content, told):
    for file, text in (content or {}).items():
        put(tmp_path / "corpus" / file, text)
    with pytest.raises(BadInput, match=told):
        init_recipe(tmp_path / name, tmp_path / "r.yaml")
    assert not (tmp_path / "r.yaml").exists()


def test_nothing_is_written_over(tmp_path):
    put(tmp_path / "corpus/test.csv", "question,answer,image\nIs it?,yes,a.png\n")
    put(tmp_path / "r.sample.txt", "mine")
    with pytest.raises(BadInput, match="there is such a file already"):
        init_recipe(tmp_path / "corpus", tmp_path / "r.yaml")
    assert not (tmp_path / "r.yaml").exists()


NASTY = [
    "a: b",
    "# x",
    "'",
    '"',
    "{id}",
    "}{",
    "- y",
    "no",
    "é\u2028",
    "1",
    "a b",
    "null",
    "*",
    "&a",
    "%",
    "@",
    "`",
    "!t",
]


@pytest.mark.parametrize("seed", range(6))
def test_whatever_columns_are_called_the_recipe_is_yaml_that_loads_or_the_problem_is_told(tmp_path, seed):
    names = random.Random(seed).sample(NASTY, 6)
    put(tmp_path / "corpus/no.csv", as_csv([dict.fromkeys(["question", "answer", "image", *names], "x y")] * 3))
    done = init_recipe(tmp_path / "corpus", tmp_path / "r.yaml")
    assert load(done.recipe).corpora[0].columns.question == "question"
    assert check_recipe(done.recipe).problems == []


@pytest.mark.parametrize("ending", ["zip", "tar", "tar.gz"])
@pytest.mark.parametrize("folder", ["", "photos/"])
def test_images_in_archives_are_found(tmp_path, ending, folder):
    rows = [{"qid": n, "pic": f"p{n:02}", "question": "Is it?", "answer": ["yes", "no"][n % 2]} for n in range(24)]
    put(tmp_path / "corpus/test.csv", as_csv(rows))
    names = {f"{folder}p{number:02}.png": image(number) for number in range(24)}
    path = tmp_path / f"corpus/images.{ending}"
    if ending == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            for name, data in names.items():
                archive.writestr(name, data)
    else:
        with tarfile.open(path, f"w:{ending.partition('.')[2]}") as archive:
            for name, data in names.items():
                info = tarfile.TarInfo(name)
                info.size = len(data)
                archive.addfile(info, io.BytesIO(data))
    done, corpus, checked = init(tmp_path)
    assert corpus.columns.image == f"images.{ending}/{folder}{{pic}}.png"
    assert corpus.images == "required"
    assert (checked.problems, done.items) == ([], 10)
    assert checked.splits[0].images > 0


def test_an_archive_that_is_broken_gives_no_images_and_no_traceback(tmp_path):
    put(tmp_path / "corpus/images.zip", b"PK no archive")
    put(tmp_path / "corpus/test.csv", as_csv([{"photo": "a.png", "question": "Is it?", "answer": "yes"}] * 5))
    done, corpus, _ = init(tmp_path)
    assert corpus.images == "names" or done.to_do
