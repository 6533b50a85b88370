"""Answers by COCO instances: by hand, by a naive count, by several files, and about what nobody annotated."""

from __future__ import annotations

import json
import pickle
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builder.pair.generators.retrieved.instances import NAMES, coco_file, item, told
from twokeys.builder.pair.generators.retrieved.judges.coco import CocoInstances, coco_judge
from twokeys.builder.pair.generators.retrieved.judges.judge import UNSAID, Judge
from twokeys.core.errors import BadInput

FIRST = [(1, "dog"), (1, "dog"), (1, "cat"), (2, "person", "crowd"), (2, "person"), (2, "cat"), (2, "motorcycle")]


@pytest.fixture
def judge(tmp_path: Path) -> CocoInstances:
    return coco_judge([coco_file(tmp_path / "one.json", FIRST)])


@pytest.mark.parametrize(
    ("question", "kind", "answers"),
    [
        ("Is there a dog in the image?", "yes/no", ("yes", "no", "no")),
        ("Are there dogs?", "yes/no", ("yes", "no", "no")),
        ("Are there cats?", "yes/no", (None, None, "no")),
        ("Are there any cats?", "yes/no", ("yes", "yes", "no")),
        ("Is anyone in this photo?", "yes/no", ("no", "yes", "no")),
        ("How many people are there?", "number", ("0", None, "0")),
        ("How many dogs are in the picture?", "number", ("2", "0", "0")),
        ("Are there two dogs?", "yes/no", ("yes", "no", "no")),
        ("Is there only one cat?", "yes/no", ("yes", "yes", None)),
        ("Are there only two cats?", "yes/no", ("no", "no", None)),
        ("Is there one dog?", "yes/no", (None, "no", "no")),
        ("Are there more than 2 people?", "yes/no", ("no", None, "no")),
        ("Are there one or more people in the image?", "yes/no", ("no", "yes", "no")),
        ("Is there at least one person?", "yes/no", ("no", "yes", "no")),
        ("Are there multiple dogs?", "yes/no", ("yes", "no", "no")),
        ("Are there more dogs than cats?", "yes/no", ("yes", "no", "no")),
        ("Are there fewer dogs than cats?", "yes/no", ("no", "yes", "no")),
        ("Are there as many dogs as cats?", "yes/no", ("no", "no", "yes")),
        ("Are there more cats than people?", "yes/no", ("yes", "no", "no")),
        ("Is there a dog and a cat?", "yes/no", ("yes", "no", "no")),
        ("Are there both a dog and a cat in the image?", "yes/no", ("yes", "no", "no")),
        ("Is there a dog or a person?", "yes/no", ("yes", "yes", "no")),
        ("Is there a dog, a cat, or a person?", "yes/no", ("yes", "yes", "no")),
        ("Is there a dog or a cat in the image?", "open", (None, "cat", None)),
        ("Which is in the image, a dog or a person?", "open", ("dog", "person", None)),
        ("Are there more dogs or cats?", "open", ("dogs", "cats", None)),
        ("There are no dogs in the image.", "yes/no", ("no", "yes", "yes")),
        ("There isn't a dog or a person.", "yes/no", ("no", "no", "yes")),
        ("There is neither a dog nor a person.", "yes/no", ("no", "no", "yes")),
        ("The image contains two dogs and a cat", "yes/no", ("yes", "no", "no")),
        ("True or false: there is a cat in this photo.", "yes/no", ("yes", "yes", "no")),
        ("Is there a bike?", "yes/no", ("no", None, "no")),
        ("How many bikes?", "number", ("0", None, "0")),
        ("Is there a vehicle?", "yes/no", (None, "yes", None)),
        ("Is there an animal?", "yes/no", ("yes", "yes", None)),
        ("Is there a table?", "yes/no", (None, None, None)),
    ],
)
def test_answers_by_hand(judge: CocoInstances, question: str, kind: str, answers: tuple[str | None, ...]):
    assert tuple(told(judge, item(question, kind), f"coco:{image}") for image in (1, 2, 3)) == answers


def test_options_say_how_an_answer_is_spelled(judge: CocoInstances):
    question = "Is there a dog in the image?"
    assert told(judge, item(question, "choice", ["No.", "Yes."]), "coco:1") == "Yes."
    assert told(judge, item(question, "choice", ["yes"]), "coco:2") is None
    assert judge.understand(item(question, "choice", ["yes", "no", "maybe"])) is None
    assert judge.understand(item(question, "choice", ["yes", "Yes", "no"])) is None
    count = item("How many dogs are there?", "choice", ["one", "Two", "3"])
    assert [told(judge, count, f"coco:{image}") for image in (1, 2)] == ["Two", None]
    assert judge.understand(item("How many dogs are there?", "choice", ["2", "two"])) is None
    assert judge.understand(item("How many dogs are there?", "choice", ["2", "many"])) is None
    which = item("Which of these is in the image?", "choice", ["a person", "Dog"])
    assert [told(judge, which, f"coco:{image}") for image in (1, 2, 3)] == ["Dog", "a person", None]
    named = item("Is there a dog or a person?", "choice", ["person", "dog"])
    assert [told(judge, named, f"coco:{image}") for image in (1, 2, 3)] == ["dog", "person", None]


def test_a_fact_names_counts_ids_file_and_boxes(judge: CocoInstances):
    meaning = judge.understand(item("How many dogs are there?", "number"))
    place = list(judge.images).index("coco:1")
    fact = judge.fact(meaning, place)
    assert fact is not None
    assert (fact.answer, fact.note) == ("2", "2 x dog (ids 11, 12) in one.json")
    assert fact.boxes == ((10, 20, 40, 60),)  # both dogs are drawn at one place
    crowd = judge.fact(judge.understand(item("Is there a person?")), list(judge.images).index("coco:2"))
    assert crowd is not None
    assert crowd.note == "2 x person (ids 14, 15, 1 of them a crowd) in one.json"
    absent = judge.fact(judge.understand(item("Is there a person?")), place)
    assert absent is not None
    assert (absent.note, absent.boxes) == ("0 x person in one.json", ())


def test_it_is_a_judge_that_can_be_pickled(judge: CocoInstances):
    as_judge: Judge = judge
    assert list(as_judge.images) == sorted(as_judge.images)
    assert "scope" in as_judge.absence
    meaning = judge.understand(item("Is there a dog?"))
    again = pickle.loads(pickle.dumps((judge, meaning)))
    assert hash(again[1]) == hash(meaning)
    assert again[1] == meaning
    every = np.arange(len(judge.images))
    assert (again[0].answers(again[1], every)[0] == judge.answers(meaning, every)[0]).all()
    assert judge.understand(item("  are there ANY dogs in this photo ")) == judge.understand(item("Do you see a dog?"))


def test_links_are_by_number_and_by_name(tmp_path: Path):
    images = [{"file_name": "val2014/COCO_val2014_000000000042.jpg"}, {"file_name": "mine/7.png"},
              {"file_name": None, "coco_url": "http://images.cocodataset.org/val2017/000000000139.jpg"}]  # fmt: skip
    judge = coco_judge([coco_file(tmp_path / "one.json", [(1, "dog"), (2, "cat")], images)])
    assert list(judge.images) == [
        "coco:139", "coco:42", "file:http://images.cocodataset.org/val2017/000000000139.jpg", "file:mine/7.png",
        "file:val2014/COCO_val2014_000000000042.jpg",
    ]  # fmt: skip
    dog = item("Is there a dog?")
    answers = {link: told(judge, dog, link) for link in judge.images}
    assert answers["coco:42"] == answers["file:val2014/COCO_val2014_000000000042.jpg"] == "yes"
    assert answers["file:mine/7.png"] == answers["coco:139"] == "no"


def test_the_stamp_changes_with_the_files(tmp_path: Path):
    stamps = {coco_judge([coco_file(tmp_path / "one.json", FIRST[:n])]).stamp for n in (1, 2)}
    assert len(stamps) == 2
    assert all(stamp.startswith("one.json ") for stamp in stamps)


def test_scope_and_lvis_say_what_is_exhaustive(tmp_path: Path):
    images = [{"scope": ["dog", 3]}, {"neg_category_ids": [1], "not_exhaustive_category_ids": [2]}, {"scope": []}]
    objects = [(1, "dog"), (1, "person"), (2, "dog"), (2, "cat"), (3, "dog")]
    judge = coco_judge([coco_file(tmp_path / "one.json", objects, images)])

    def answers(noun: str) -> list[tuple[str | None, str | None]]:
        asked = item(f"Is there any {noun}?"), item(f"How many {noun}?", "number")
        return [(told(judge, asked[0], link), told(judge, asked[1], link)) for link in ("coco:1", "coco:2", "coco:3")]

    assert answers("dogs") == [("yes", "1"), ("yes", None), ("yes", None)]
    assert answers("cats") == [("no", "0"), ("yes", "1"), (None, None)]
    assert answers("people") == [("yes", None), ("no", "0"), (None, None)]
    assert answers("horses") == [(None, None), (None, None), (None, None)]


def test_several_files_add_up_and_contradictions_are_untold(tmp_path: Path):
    partial = [{"scope": ["dog"]}, {"scope": ["cat"]}, {}]
    a = coco_file(tmp_path / "a.json", [(1, "dog"), (2, "cat"), (2, "dog"), (3, "cat")], partial)
    b = coco_file(
        tmp_path / "b.json", [(1, "cat"), (2, "dog"), (2, "dog"), (3, "cat"), (3, "cat")], [{"scope": ["cat"]}, {}, {}]
    )
    for paths in ([a, b], [b, a]):
        judge = coco_judge(paths)
        dogs = [told(judge, item("How many dogs?", "number"), f"coco:{image}") for image in (1, 2, 3)]
        cats = [told(judge, item("How many cats?", "number"), f"coco:{image}") for image in (1, 2, 3)]
        assert dogs == ["1", "2", "0"]  # one of the two dogs of image 2 is in the file that does not list all
        assert cats == ["1", None, None]
        assert told(judge, item("Is there a cat?"), "coco:3") is None
    fact = coco_judge([a, b]).fact(coco_judge([a, b]).understand(item("How many dogs?", "number")), 1)
    assert fact is not None
    assert fact.note == "1 x dog (ids 13) in a.json; 2 x dog (ids 12, 13) in b.json"


def test_more_than_four_small_and_crowded_objects_are_not_counted(tmp_path: Path):
    many = [(1, "dog")] * 5 + [(2, "dog", [1, 1, 2, 2]), (2, "cat", [1, 1, 2, 2]), (2, "cat"), (3, "dog", "crowd")]
    judge = coco_judge([coco_file(tmp_path / "one.json", many)])
    assert [told(judge, item("How many dogs?", "number"), f"coco:{n}") for n in (1, 2, 3)] == [None, None, None]
    assert [told(judge, item("Is there a dog?"), f"coco:{n}") for n in (1, 2, 3)] == ["yes", None, "yes"]
    assert told(judge, item("Are there more than 4 dogs?"), "coco:1") == "yes"
    assert told(judge, item("Is there a cat?"), "coco:2") == "yes"
    assert told(judge, item("How many cats?", "number"), "coco:2") is None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda data: data["annotations"][0].update(image_id=99), ["annotation 11", "image_id is 99", "images"]),
        (lambda data: data["annotations"][0].update(category_id="dog"), ["annotation 11", "category_id is 'dog'"]),
        (lambda data: data["annotations"][0].update(bbox=[1, 2, 3]), ["annotation 11", "[1, 2, 3]", "four numbers"]),
        (lambda data: data["annotations"][0].update(bbox=[1, 2, -3, 4]), ["annotation 11", "not negative"]),
        (lambda data: data["annotations"][0].update(bbox=[1, 2, float("nan"), 4]), ["annotation 11", "four numbers"]),
        (lambda data: data["annotations"][0].update(bbox=[1, 2, 10**400, 4]), ["annotation 11", "four numbers"]),
        (lambda data: data["annotations"][0].update(bbox=[200, 2, 3, 4]), ["annotation 11", "outside", "100 x 80"]),
        (lambda data: data["annotations"][0].pop("bbox"), ["annotation 11", "bbox is None"]),
        (lambda data: data["images"][0].pop("width"), ["image 1", "None x 80"]),
        (lambda data: data["images"][1].update(id=1), ["image 1", "another image"]),
        (lambda data: data["images"][1].update(file_name="000000000001.jpg"), ["coco:1", "two images of the file"]),
        (lambda data: data["images"][0].update(scope=["dgo"]), ["image 1", "scope", "['dgo']"]),
        (lambda data: data["images"][0].update(neg_category_ids=3), ["image 1", "neg_category_ids is 3"]),
        (lambda data: data["categories"][0].pop("name"), ["category 1", "no name"]),
        (lambda data: data["categories"][0].update(name="Dog"), ["category 2", "'dog'", "another category"]),
        (lambda data: data.pop("categories"), ["does not list"]),
        (lambda data: data.update(annotations=[7]), ["does not list"]),
    ],
)  # fmt: skip
def test_a_broken_file_is_a_bad_input(tmp_path: Path, change, words: list[str]):
    path = coco_file(tmp_path / "one.json", FIRST)
    data = json.loads(path.read_text())
    change(data)
    path.write_text(json.dumps(data))
    with pytest.raises(BadInput) as caught:
        coco_judge([path])
    assert all(word in str(caught.value) for word in ["one.json", "Allowed: ", *words]), str(caught.value)


def test_a_missing_file_no_json_and_two_sizes_are_bad_inputs(tmp_path: Path):
    with pytest.raises(BadInput, match="cannot be read"):
        coco_judge([tmp_path / "none.json"])
    (tmp_path / "text.json").write_text("{")
    with pytest.raises(BadInput, match="no JSON"):
        coco_judge([tmp_path / "text.json"])
    with pytest.raises(BadInput, match="at least one file"):
        coco_judge([])
    paths = [coco_file(tmp_path / "a.json"), coco_file(tmp_path / "b.json", images=[{"width": 99}])]
    with pytest.raises(BadInput, match="99 x 80 pixels, in another file 100 x 80"):
        coco_judge(paths)


def test_boxes_are_whole_pixels_inside_the_image(tmp_path: Path):
    boxes = [[-0.4, 2.5, 20.2, 10], [98.6, 70, 5, 30], [40, 40, 0, 0]]
    judge = coco_judge([coco_file(tmp_path / "one.json", [(1, "dog", box) for box in boxes])])
    fact = judge.fact(judge.understand(item("Is there a dog?")), 0)
    assert fact is not None
    assert fact.boxes == ((0, 2, 20, 13), (98, 70, 100, 80), (40, 40, 41, 41))


NOUNS = {"person": "people", "dog": "dogs", "cat": "cats", "horse": "horses", "cow": "cows"}


@settings(max_examples=60, deadline=None)
@given(
    objects=st.lists(
        st.tuples(st.integers(1, 4), st.sampled_from(sorted(NOUNS)), st.sampled_from(["", "", "", "crowd"])),
        max_size=40,
    ),
    order=st.randoms(use_true_random=False),
)
def test_counts_are_those_of_a_naive_count(tmp_path_factory, objects, order):
    order.shuffle(objects)
    path = coco_file(tmp_path_factory.mktemp("naive") / "one.json", objects, [{}] * 4)
    judge = coco_judge([path])
    naive: Counter[tuple[int, str]] = Counter()
    crowds = set()
    for image, name, crowd in objects:
        naive[image, name] += 1
        if crowd:
            crowds.add((image, name))
    places = np.array([list(judge.images).index(f"coco:{image}") for image in range(1, 5)])
    for name, plural in NOUNS.items():
        codes, texts = judge.answers(judge.understand(item(f"How many {plural} are there?", "number")), places)
        there, yes = judge.answers(judge.understand(item(f"Are there any {plural}?")), places)
        for image, code, seen in zip(range(1, 5), codes, there, strict=True):
            untold = (image, name) in crowds or naive[image, name] > 4
            assert code == UNSAID if untold else texts[code] == str(naive[image, name])
            assert yes[seen] == ("yes" if naive[image, name] else "no")


def test_names_of_the_toy_are_cocos():
    from twokeys.builder.pair.generators.retrieved.judges.coco_words import COCO80

    assert set(NAMES) <= COCO80
    assert len(COCO80) == 80
