"""The real corpora, where the environment variable TWOKEYS_CORPORA names a folder that holds them."""

from __future__ import annotations

import csv
import json
from collections import Counter, defaultdict

import pytest

from twokeys.builder import recipe
from twokeys.builder.read.corpora import reader
from twokeys.core.errors import BadInput
from twokeys.core.items import Row

COUNTS = {
    "vqa-v2-60k": {"train": 48_061, "valid": 8_977, "test": 2_962},
    "pope": {"random": 3_000, "popular": 3_000, "adversarial": 3_000},
    "vqa-rad": {"train": 1_797, "test": 451},
    "nlvr": {"dev": 989, "test": 990},
    "tri-bench": {"test": 800},
    "math-vision": {"test": 3_040},
    "math-vision-text": {"test": 3_040},
    "gqa-ood": {"testdev_head": 1_733, "testdev_tail": 1_063, "val_tail": 1_358},
    "sugarcrepe": {"test": 7_511},
    "sugarcrepe-unrefined": {"test": 17_478},
}


@pytest.fixture
def rows(official):
    """Rows of a recipe that ships, by split."""

    def read(name: str) -> dict[str, list[Row | BadInput]]:
        (corpus,) = recipe.load(name).corpora
        form = reader(corpus.format)
        root = form.root(corpus, official(corpus.path))
        return {split: list(form.read(corpus, root, split)) for split in corpus.splits or form.splits(corpus, root)}

    return read


def flat(rows):
    return [row for found in rows.values() for row in found]


@pytest.mark.parametrize("name", COUNTS)
def test_every_row_of_the_official_files_comes_out(rows, name):
    found = rows(name)
    assert {split: len(of_split) for split, of_split in found.items()} == COUNTS[name]
    for of_split in found.values():
        good = [row for row in of_split if isinstance(row, Row)]
        assert len({row.source_id for row in good}) == len(good)
        assert len(of_split) - len(good) == (3 if name.startswith("math-vision") else 0)


def test_vqa_v2_60k_has_20_000_of_each_type_ten_answers_and_39_423_pictures(rows):
    found = rows("vqa-v2-60k")
    every = flat(found)
    assert Counter(row.answer_type for row in every) == {"yes/no": 20_000, "number": 20_000, "open": 20_000}
    assert {len(row.answers) for row in every} == {10}
    splits = defaultdict(set)
    for row in every:
        splits[row.image].add(row.split)
    assert len(splits) == 39_423
    assert sum(len(where) > 1 for where in splits.values()) == 5_164
    assert Counter(row.answer for row in every if row.answer_type == "yes/no") == {"yes": 10_178, "no": 9_822}


def test_pope_has_5_127_distinct_questions_about_500_pictures(rows):
    every = flat(rows("pope"))
    assert len({row.image for row in every}) == 500
    assert len({(row.image, row.question) for row in every}) == 5_127
    assert Counter((row.split, row.answer) for row in every)["popular", "yes"] == 1_500


def test_vqa_rad_has_its_known_types_links_and_defects(rows, official):
    found = rows("vqa-rad")
    every = flat(found)
    assert Counter(row.meta["answer_type"] for row in every) == {"CLOSED": 1_299, "OPEN": 949}
    assert sum(isinstance(row.answer, int) for row in every) == 5
    assert len({str(row.answer).strip().lower() for row in every}) == 517
    assert sum(count > 1 for count in Counter(link for row in every for link in row.links).values()) == 772
    shared = {row.image for row in found["train"]} & {row.image for row in found["test"]}
    assert (len(shared), len({row.image for row in found["test"]})) == (202, 203)
    folder = official("vqa_rad") / "vqa_rad"
    assert all((folder / row.image.removeprefix("file:")).is_file() for row in every)


def test_nlvr_has_its_known_labels_statements_and_pictures(rows, official):
    found = rows("nlvr")
    assert {split: Counter(row.answer for row in of_split) for split, of_split in found.items()} == {
        "dev": {"true": 547, "false": 442},
        "test": {"true": 556, "false": 434},
    }
    every = flat(found)
    assert len({row.question for row in every}) == 473
    folder = official("nlvr1") / "nlvr1"
    assert all((folder / row.image.removeprefix("file:")).is_file() for row in every)


def test_tri_bench_golds_are_those_of_the_table_of_true_shapes(rows):
    every = flat(rows("tri-bench"))
    golds = {
        ask: Counter(row.answer for row in every if row.meta["asks"] == ask) for ask in ("side_type", "angle_type")
    }
    assert golds["side_type"] == {"scalene": 256, "isosceles": 104, "equilateral": 40}
    assert golds["angle_type"] == {"acute": 152, "obtuse": 128, "right": 120}
    assert Counter(link for row in every for link in row.links) == {f"tri-bench:triangle:{n}": 8 for n in range(1, 101)}


def test_tri_bench_pictures_are_those_that_are_joined_with_predictions(rows, official):
    folder = official("tribench") / "tribench"
    with (folder / "data/tri_bench_vlm_predictions.csv").open(newline="") as file:
        photos = {f"file:images/{row['img_original']}" for row in csv.DictReader(file)}
    every = flat(rows("tri-bench"))
    assert {row.image for row in every} == photos
    assert sum((folder / row.image.removeprefix("file:")).is_file() for row in every) == 200


def test_math_vision_golds_are_the_options_at_their_letters(rows, official):
    folder = official("mathv") / "mathv"
    lines = [json.loads(line) for line in (folder / "data/test.jsonl").read_text().splitlines()]
    good = {row.source_id: row for row in flat(rows("math-vision")) if isinstance(row, Row)}
    assert Counter(row.answer_type for row in good.values()) == {"choice": 1_530, None: 1_507}
    for line in lines:
        if line["options"] and (row := good.get(line["id"])):
            assert row.choices.index(row.answer) == "ABCDE".index(line["answer"])
    present = sum((folder / row.image.removeprefix("file:")).is_file() for row in good.values())
    assert present >= 598


def test_math_vision_texts_name_image_tags_where_the_picture_does(rows):
    good = [row for row in flat(rows("math-vision-text")) if isinstance(row, Row)]
    tagged = [row for row in good if "<image" in " ".join([row.question, *row.choices])]
    assert len(tagged) == 339
    assert all(" ".join([row.question, *row.choices]).count("<image") > 1 for row in tagged)


def test_gqa_ood_has_its_known_answers_and_links_stay_within_a_picture(rows):
    found = rows("gqa-ood")
    assert [len({row.image for row in of_split}) for of_split in found.values()] == [365, 330, 1_009]
    assert len({row.answer for row in found["testdev_head"]}) == 224
    assert len({row.answer for row in found["testdev_tail"]}) == 298
    structural = Counter(row.meta["types"]["structural"] for row in found["testdev_head"])
    assert structural == {"query": 1_183, "logical": 264, "verify": 134, "choose": 132, "compare": 20}
    pictures = defaultdict(set)
    for row in flat(found):
        for link in row.links:
            pictures[link].add(row.image)
    assert {len(images) for images in pictures.values()} == {1}


@pytest.mark.parametrize(
    ("name", "kinds", "pictures"),
    [
        ("sugarcrepe", [692, 2_062, 788, 1_652, 1_406, 666, 245], 1_560),
        ("sugarcrepe-unrefined", [1_789, 3_967, 1_703, 3_124, 3_177, 2_305, 1_413], 2_838),
    ],
)
def test_sugarcrepe_has_its_known_pairs_of_each_kind(rows, name, kinds, pictures):
    every = flat(rows(name))
    assert list(Counter(row.meta["kind"] for row in every).values()) == kinds
    assert len({row.image for row in every}) == pictures


def test_refined_sugarcrepe_pairs_are_all_among_the_unrefined_ones(rows):
    refined, unrefined = (
        {(row.meta["kind"], row.links, row.choices) for row in flat(rows(name))}
        for name in ("sugarcrepe", "sugarcrepe-unrefined")
    )
    assert refined < unrefined


def test_gqa_ood_has_a_program_for_every_question_and_no_id_in_it(rows):
    every = flat(rows("gqa-ood"))
    steps = [step for row in every for step in row.meta["semantic"]]
    assert len(steps) == 12_427
    assert not any(step["argument"].endswith(")") and "not(" not in step["argument"] for step in steps)
    assert {row.links[0] for row in every} == {f"gqa:{row.image.removeprefix('name:')[:-4]}" for row in every}
