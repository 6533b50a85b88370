"""The judge by scene graphs: answers by hand, and official records."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import numpy as np
import pytest

from tests.builder.pair.generators.retrieved.gqa_world import (
    ROOM,
    ask,
    item,
    program,
    thing,
    written,
)
from twokeys.builder.pair.generators.retrieved.judges.judge import UNSAID, Fact, Judge
from twokeys.builder.pair.generators.retrieved.judges.scene_graphs.execution import DO
from twokeys.builder.pair.generators.retrieved.judges.scene_graphs.judge import gqa_judge

RECORDS = Path(__file__).parent / "records"


@pytest.fixture
def judge(tmp_path) -> Judge:
    return gqa_judge([written(tmp_path, **{"2354786": ROOM})])


BY_HAND = {
    # select, query
    "select: couch (4)->query: color": "red",
    "select: table->query: material": "wood",
    "select: table->query: size": "large",
    "select: couch->query: cleanliness": "clean",
    "select: man->query: pose": "sitting",
    "select: man->query: gender": "male",  # the name says it
    "select: woman->query: gender": "female",
    "select: hat->query: color": None,  # two are stated
    "select: cat->query: color": None,  # striped: of many colours
    "select: door->query: color": None,  # none is stated
    "select: cup->query: color": None,  # two cups differ
    "select: zebra->query: color": None,  # not annotated
    "select: scene->query: room": "kitchen",
    "select: scene->query: place": "kitchen",
    "select: scene->query: weather": "cloudy",
    "select: scene->query: location": None,
    "select: scene->query: color": None,
    # kinds
    "select: furniture->filter color: red->query: name": "couch",
    "select: furniture->filter material: wood->query: name": None,  # table and chair
    "select: animal->filter age: old->query: name": "dog",
    "select: person->filter age: young->query: name": "woman",
    "select: person->query: name": None,
    # filter
    "select: cup->filter color: red->query: size": "large",
    "select: cup->filter color: not(red)->query: size": "small",
    "select: furniture->filter color: not(red)->query: name": None,  # not the chair alone: the table is brown
    "select: chair->filter color: not(blue)->exist: ?": None,  # dark blue is blue, or is not
    "select: animal->filter age: not(young)->query: name": "dog",
    "select: clothing->filter: long sleeved->query: name": "shirt",
    "select: clothing->filter: not(sleeveless)->query: name": "shirt",
    "select: couch->filter hposition: right->query: color": "red",
    "select: couch->filter hposition: left->exist: ?": None,
    "select: furniture->filter vposition: middle->query: name": "chair",
    # relate
    "select: table->relate: cup,on,s (6)->query: color": "white",
    "select: cup->relate: _,on,o (3)->query: name": "table",
    "select: man->relate: _,holding,o->query: name": "cup",
    "select: man->relate: _,wearing,o->query: name": None,
    "select: man->relate: clothing,wearing,o->filter: long sleeved->query: color": "blue",
    "select: woman->relate: man,to the left of,s->query: height": "tall",
    "select: couch->relate: animal,on,s->query: name": None,  # dog and cat
    "select: table->relate: animal,on,s->query: name": "cat",
    "select: couch->relate: _,same color,_ (12)->query: name": "cup",
    "select: table->relate: furniture,same material,_->query: name": "chair",
    "select: hat->relate: _,same color,_->query: name": None,
    # positions
    "select: couch->query: hposition": "right",
    "select: chair->query: hposition": "left",
    "select: table->query: hposition": None,
    "select: man->query: vposition": "top",
    "select: table->query: vposition": "bottom",
    "select: woman->query: vposition": None,
    "select: couch->verify hposition: left": "no",
    "select: couch->verify hposition: right": "yes",
    "select: table->verify hposition: right": None,
    "select: couch->choose hposition: left|right": "right",
    "select: chair->choose vposition: bottom|top": None,
    # verify
    "select: couch->verify color: red ": "yes",
    "select: couch->verify color: blue": "no",
    "select: couch->verify color: orange": None,  # who knows
    "select: chair->verify color: blue": None,
    "select: chair->verify color: red": "no",
    "select: hat->verify color: blue": "yes",
    "select: hat->verify color: red": None,  # of two colours, a third is not excluded
    "select: cat->verify color: red": None,
    "select: door->verify color: red": None,
    "select: table->verify material: metal": None,  # a table may be of both
    "select: table->verify size: small": "no",
    "select: table->verify size: huge": None,
    "select: man->verify pose: standing": "no",
    "select: man->verify gender: female": "no",
    "select: dog->verify gender: male": None,
    "select: woman->verify height: tall": "no",
    "select: door->verify: open": "no",
    "select: door->verify: closed": "yes",
    "select: door->verify: shut": None,  # the same in another word, or not
    "select: shirt->verify: sleeveless": "no",
    "select: zebra->verify color: red": None,
    "select: cup->verify color: red": None,  # one is, one is not
    "select: cup->verify color: green": "no",  # neither is
    "select: scene->verify weather: cloudy": "yes",
    "select: scene->verify weather: sunny": None,
    "select: scene->verify location: indoors": None,
    # verify rel
    "select: man->verify rel: hat,wearing,o (8)": "yes",
    "select: man->verify rel: tie,wearing,o (-)": None,
    "select: table->verify rel: cup,on,s": "yes",
    "select: cup->verify rel: table,on,o": None,  # of one of the two cups
    # choose
    "select: couch->choose color: blue|red": "red",
    "select: couch->choose color: blue|green": None,
    "select: hat->choose color: white|blue": None,
    "select: shirt->choose: short sleeved|long sleeved": "long sleeved",
    "select: table->choose material: metal|wood": "wood",
    "select: man->relate: _,holding,o->choose name: bowl|cup": "cup",
    "select: scene->choose location: indoors|outdoors": None,
    "select: scene->choose room: attic|kitchen": "kitchen",
    "select: woman->choose rel: man,to the left of|to the right of,s (1)": "left",
    "select: woman->choose rel: man,to the left of|to the right of,o": "right",
    "select: table->choose rel: woman,in front of|behind,s": "front",
    "select: woman->choose rel: table,in front of|behind,s": "behind",
    "select: table->choose rel: chair,on|near,s": "near",
    "select: table->choose rel: cat,on|under,s": "on",
    "select: table->choose rel: dog,on|under,s": None,
    "select: man->select: woman->choose taller:  [0, 1]": "man",
    "select: man->select: woman->choose shorter:  [0, 1]": "woman",
    "select: dog->select: cat->choose older:  [0, 1]": "dog",
    "select: chair->select: table->choose larger:  [0, 1]": "table",
    "select: cup->select: table->choose larger:  [0, 1]": None,
    "select: man->select: dog->choose taller:  [0, 1]": None,
    # exist, and, or
    "select: zebra (-)->exist: ?": None,
    "select: couch->exist: ?": "yes",
    "select: couch->exist: ?->select: zebra->exist: ? [2]->or:  [1, 3]": "yes",
    "select: couch->exist: ?->select: zebra->exist: ? [2]->and:  [1, 3]": None,
    "select: couch->exist: ?->select: dog->exist: ? [2]->and:  [1, 3]": "yes",
    "select: zebra->exist: ?->select: lion->exist: ? [2]->or:  [1, 3]": None,
    "select: couch->verify color: blue->verify: bright [0]->and:  [1, 2]": "no",
    "select: couch->verify color: red->verify: bright [0]->and:  [1, 2]": None,
    "select: couch->verify color: red->verify: bright [0]->or:  [1, 2]": "yes",
    "select: couch->verify color: blue->verify color: green [0]->or:  [1, 2]": "no",
    # same, different, common
    "select: couch->select: shirt->same color:  [0, 1]": "no",
    "select: couch->select: shirt->different color:  [0, 1]": "yes",
    "select: table->select: dog->same color:  [0, 1]": "yes",
    "select: table->select: dog->different color:  [0, 1]": "no",
    "select: shirt->select: chair->same color:  [0, 1]": None,  # blue and dark blue
    "select: shirt->select: hat->same color:  [0, 1]": None,
    "select: table->select: couch->same material:  [0, 1]": None,
    "select: person->same: gender": "no",
    "select: person->different: gender": "yes",
    "select: cup->same: type": "yes",
    "select: animal->same: type": None,
    "select: couch->same: color": None,  # one object is not the same as anything
    "select: table->select: chair->common:  [0, 1]": "material",
    "select: table->select: couch->common:  [0, 1]": None,
    "select: cup->select: chair->common:  [0, 1]": None,
}


@pytest.mark.parametrize(("text", "answer"), BY_HAND.items())
def test_answers_by_hand(judge, text, answer):
    assert ask(judge, program(text)) == answer


def test_every_operation_has_an_answer_by_hand(judge):
    told = {text for text, answer in BY_HAND.items() if answer is not None}
    assert {step.operation for text in told for step in judge.understand(item(program(text)))} == set(DO)


@pytest.mark.parametrize("key", json.loads((RECORDS / "gqa_questions.json").read_text()))
def test_official_programs_on_their_own_graphs_give_the_official_answers(key):
    judge = gqa_judge([RECORDS / "gqa_sceneGraphs.json"])
    record = json.loads((RECORDS / "gqa_questions.json").read_text())[key]
    own = judge.images.index(f"gqa:{record['imageId']}")
    assert ask(judge, record["semantic"], own) == record["answer"]


OF_OFFICIAL_GRAPHS = {
    ("2375429", "select: horse->query: pose"): "walking",
    ("2375429", "select: horse->verify color: black"): "no",
    ("2375429", "select: door->choose: open|closed"): "closed",
    ("2375429", "select: door->relate: _,in front of,o->query: name"): "building",
    ("2375429", "select: building->relate: _,near,s->query: name"): "horse",
    (
        "2375429",
        "select: window->choose rel: door,to the left of|to the right of,s",
    ): None,  # of one of two windows nothing is stated
    ("2375429", "select: wall->query: color"): None,  # of one of two walls it is not stated
    ("2375429", "select: door->query: hposition"): "left",
    ("2354786", "select: scene->choose location: indoors|outdoors"): "outdoors",
    ("2354786", "select: scene->verify location: indoors"): "no",
    ("2354786", "select: street->relate: vehicle,on,s->query: name"): "car",
    ("2354786", "select: sidewalk->verify: dry"): "no",
    ("2354786", "select: sky->verify vposition: top"): None,  # it reaches below the upper third
    ("2315892", "select: apple->verify color: red"): "no",
    ("2315892", "select: apple->verify shape: round"): "yes",
    ("2315892", "select: bowl->relate: food,in,s->exist: ?"): "yes",
    ("2315892", "select: fruit->choose rel: bowl,to the left of|to the right of,s"): "left",
    ("2315892", "select: sauce->verify color: red"): None,
}


@pytest.mark.parametrize(("place", "answer"), OF_OFFICIAL_GRAPHS.items())
def test_answers_by_hand_about_official_graphs(place, answer):
    judge = gqa_judge([RECORDS / "gqa_sceneGraphs.json"])
    image, text = place
    assert ask(judge, program(text), judge.images.index(f"gqa:{image}")) == answer


# ------------------------------------------------------------------------------------------------ facts and protocol


def test_a_fact_names_the_objects_on_which_it_rests_and_where_they_stand(judge):
    rel = judge.understand(item(program("select: man->verify rel: hat,wearing,o")))
    note = "man (id 1: tall, sitting), hat (id 8: blue, white) in val_sceneGraphs.json"
    assert judge.fact(rel, 0) == Fact("yes", note, ((0, 0, 40, 20), (10, 10, 30, 30)))
    whole = judge.understand(item(program("select: scene->query: weather")))
    assert judge.fact(whole, 0) == Fact("cloudy", "the image as a whole in val_sceneGraphs.json")
    absent = judge.understand(item(program("select: zebra->exist: ?")))
    assert judge.fact(absent, 0) is None


def test_boxes_end_at_the_edges_of_the_image_and_empty_ones_are_none(tmp_path):
    objects = {
        "1": thing("cup", box=(-5, 80, 200, 50)),
        "2": thing("cup", box=(100, 3, 9, 9)),
        "3": thing("cup", box=(1, 1, 0, 4)),
    }
    judge = gqa_judge([written(tmp_path, **{"7": ROOM | {"objects": objects}})])
    fact = judge.fact(judge.understand(item(program("select: cup->exist: ?"))), 0)
    assert fact.boxes == ((0, 80, 100, 90),)


def test_answers_are_told_of_the_images_asked_for_alone(tmp_path):
    path = written(tmp_path, n7={"width": 9, "height": 9, "objects": {}}, **{"12": ROOM, "9": ROOM})
    judge = gqa_judge([path])
    assert judge.images == ("gqa:12", "gqa:9", "gqa:n7")
    meaning = judge.understand(item(program("select: couch->query: color")))
    codes, answers = judge.answers(meaning, np.array([2, 0, 0]))
    assert (codes.tolist(), answers) == ([UNSAID, 0, 0], ("red",))


def test_the_judge_can_be_sent_to_another_process_and_its_stamp_follows_its_files(judge, tmp_path):
    copied = pickle.loads(pickle.dumps(judge))
    assert copied == judge
    assert ask(copied, program("select: couch->query: color")) == "red"
    assert gqa_judge([written(tmp_path, **{"1": ROOM})]).stamp != judge.stamp
    assert "not known to be absent" in judge.absence
