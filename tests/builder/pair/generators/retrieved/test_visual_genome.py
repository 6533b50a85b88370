"""Visual Genome's own files as scene graphs: small files in the published form, and what is wrong with others."""

from __future__ import annotations

import copy
import json
import pickle

import numpy as np
import pytest

from tests.builder.pair.generators.retrieved.gqa_world import item, program
from twokeys.builder.pair.generators.retrieved.judges.judge import Fact
from twokeys.builder.pair.generators.retrieved.judges.scene_graphs.judge import visual_genome_judge
from twokeys.core.errors import BadInput


def thing(identity, *names, x=1, y=2, w=30, h=40, **more):
    return {"object_id": identity, "names": list(names), "synsets": [], "x": x, "y": y, "w": w, "h": h} | more


def end(identity, name, **more):
    """An object as relationships name it."""
    record = thing(identity, **more)
    del record["names"]
    return record | {"name": name}


FILES = {
    "objects": [
        {
            "image_id": 1,
            "image_url": "https://example.org/1.jpg",
            "objects": [
                thing(58, "Clock ", merged_object_ids=[59]),
                thing(60, "street", x=0, y=100, w=800, h=300, merged_object_ids=[]),
                thing(61, "shade", "awning"),
                thing(62, "man"),
            ],
        },
        {"image_id": 2, "objects": []},
    ],
    "attributes": [
        {
            "image_id": 1,
            "attributes": [
                thing(58, "clock", attributes=["Green", " tall "]),
                thing(59, "clock", attributes=["green", "old"]),
                thing(60, "street"),  # as published: without attributes
                thing(63, "shoe", x=5, attributes=["grey"]),
            ],
        }
    ],
    "relationships": [
        {
            "image_id": 1,
            "relationships": [
                {
                    "relationship_id": 15,
                    "predicate": "ON",
                    "synsets": ["along.r.01"],
                    "subject": end(59, "clock"),
                    "object": end(60, "street"),
                },
                {"predicate": "has", "subject": end(62, "man"), "object": end(64, "back pack", x=7)},
            ],
        }
    ],
}


def written(folder, files):
    paths = []
    for name, content in files.items():
        path = folder / f"{name}.json"
        path.write_text(json.dumps(content))
        paths.append(path)
    return paths


@pytest.fixture
def judge(tmp_path):
    return visual_genome_judge(written(tmp_path, FILES))


def ask(judge, text, image=0):
    meaning = judge.understand(item(program(text)))
    fact = judge.fact(meaning, image)
    codes, answers = judge.answers(meaning, np.array([image]))
    assert [*answers] == ([fact.answer] if fact else [])
    assert (codes[0] >= 0) == (fact is not None)
    return fact.answer if fact else None


BY_HAND = {
    "select: clock->query: color": "green",
    "select: clock->query: height": "tall",
    "select: clock->query: age": "old",  # stated of the object that was merged with it
    "select: street->relate: _,on,s->query: name": "clock",
    "select: clock->verify rel: street,on,o": "yes",
    "select: awning->exist: ?": "yes",  # it has two names
    "select: awning->query: name": None,
    "select: person->query: gender": "male",
    "select: man->relate: _,has,o->query: name": "back pack",  # only a relation names it
    "select: shoe->verify: grey": "yes",  # only an attribute names it
    "select: clock->query: hposition": None,  # how large the image is, the files do not say
    "select: zebra->exist: ?": None,
}


@pytest.mark.parametrize(("text", "answer"), BY_HAND.items())
def test_answers_by_hand(judge, text, answer):
    assert ask(judge, text) == answer


def test_images_are_those_of_gqa_and_keep_their_ids(judge):
    assert judge.images == ("gqa:1", "gqa:2")
    assert ask(judge, "select: clock->exist: ?", 1) is None


def test_facts_name_objects_by_id_and_stand_where_their_boxes_do(judge):
    fact = judge.fact(judge.understand(item(program("select: street->relate: _,on,s->query: name"))), 0)
    note = "clock (id 58: green, tall, old) in objects.json, attributes.json, relationships.json"
    assert fact == Fact("clock", note, ((1, 2, 31, 42),))


def test_the_order_of_files_changes_no_answer(judge, tmp_path):
    paths = written(tmp_path, FILES)
    other = visual_genome_judge(paths[::-1])
    assert other.graphs == judge.graphs
    assert pickle.loads(pickle.dumps(other)) == other


def test_objects_alone_are_enough(tmp_path):
    judge = visual_genome_judge(written(tmp_path, {"objects": FILES["objects"]}))
    assert ask(judge, "select: clock->exist: ?") == "yes"
    assert ask(judge, "select: clock->query: color") is None


def test_files_without_objects_are_told(tmp_path):
    rest = {name: FILES[name] for name in ("attributes", "relationships")}
    with pytest.raises(BadInput, match=r"objects\.json among the files"):
        visual_genome_judge(written(tmp_path, rest))
    with pytest.raises(BadInput, match="no file is named"):
        visual_genome_judge([])


BROKEN = {
    "no id of the image": ("objects", lambda f: f[0].pop("image_id"), "an object with image_id"),
    "an id that is a text": ("objects", lambda f: f[0].update(image_id="1"), "an object with image_id"),
    "another file": (
        "objects",
        lambda f: f.__setitem__(0, {"image_id": 1, "regions": []}),
        "one of objects, attributes",
    ),
    "objects that are no list": ("objects", lambda f: f[0].update(objects={}), "objects is {}"),
    "an object that is none": ("objects", lambda f: f[0]["objects"].append(4), "the object_id is None"),
    "an object without an id": ("objects", lambda f: f[0]["objects"][0].pop("object_id"), "the object_id is None"),
    "an object without a name": ("objects", lambda f: f[0]["objects"][0].pop("names"), "no key 'names'"),
    "merged ids that are no list": (
        "objects",
        lambda f: f[0]["objects"][0].update(merged_object_ids=3),
        "merged_object_ids is 3",
    ),
    "merged ids that are none": (
        "objects",
        lambda f: f[0]["objects"][0].update(merged_object_ids=[[]]),
        "merged_object_ids is [[]]",
    ),
    "an object without a place": ("objects", lambda f: f[0]["objects"][0].pop("x"), "x is None"),
    "attributes that are no list": (
        "attributes",
        lambda f: f[0]["attributes"][0].update(attributes="red"),
        "attributes is 'red'",
    ),
    "a relationship that is none": ("relationships", lambda f: f[0]["relationships"].append(3), "a relationship is 3"),
    "a relationship to an id": (
        "relationships",
        lambda f: f[0]["relationships"][0].update(object=60),
        "predicate, subject and object",
    ),
    "a relationship without a predicate": (
        "relationships",
        lambda f: f[0]["relationships"][0].pop("predicate"),
        "no key 'predicate'",
    ),
}


@pytest.mark.parametrize(("name", "change", "says"), BROKEN.values(), ids=list(BROKEN))
def test_a_broken_file_is_told_with_image_and_remedy(tmp_path, name, change, says):
    files = copy.deepcopy(FILES)
    change(files[name])
    paths = written(tmp_path, files)
    with pytest.raises(BadInput) as error:
        visual_genome_judge(paths)
    assert error.value.file == str(tmp_path / f"{name}.json")
    assert says in str(error.value)
    assert str(error.value).endswith("Download the official file again.")


@pytest.mark.parametrize("content", ["", "{}", "3", "[3]", "[[]]", "[" * 100_000])
def test_a_file_of_another_form_is_told(tmp_path, content):
    path = tmp_path / "objects.json"
    path.write_text(content)
    with pytest.raises(BadInput, match=r"objects\.json"):
        visual_genome_judge([path])
