"""What the judge by scene graphs leaves alone, and files that are no scene graphs."""

from __future__ import annotations

import copy
import json
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.builder.pair.generators.retrieved.gqa_world import (
    ROOM,
    ask,
    item,
    program,
    programs,
    written,
)
from twokeys.builder.pair.generators.retrieved.judges.judge import UNSAID, Judge
from twokeys.builder.pair.generators.retrieved.judges.programs import MOST
from twokeys.builder.pair.generators.retrieved.judges.scene_graphs.execution import DO
from twokeys.builder.pair.generators.retrieved.judges.scene_graphs.judge import gqa_judge
from twokeys.core.errors import BadInput

LOOSE = settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@pytest.fixture
def judge(tmp_path) -> Judge:
    return gqa_judge([written(tmp_path, **{"2354786": ROOM})])


# ------------------------------------------------------------------------------------------------ what is left alone

LEFT_ALONE = {
    "objects at the end": "select: cup",
    "an unknown operation": "select: cup->shave: ?",
    "an unknown attribute": "select: cup->query: taste",
    "an unknown attribute of a step": "select: cup->filter taste: sweet->exist: ?",
    "what no graph says": "select: pizza->select: salad->choose healthier:  [0, 1]",
    "one who is pointed at": "select: he (0)->query: pose",
    "one who is pointed at in a relation": "select: cup->verify rel: she,holding,s",
    "a thing that is pointed at": "select: this (2)->choose name: skateboarder|snowboarder",
    "a position that is none": "select: cup->verify hposition: up",
    "a relation in two parts": "select: cup->relate: table,on->query: name",
    "a relation in four parts": "select: cup->relate: table,on,s,o->query: name",
    "a relation to nothing in particular": "select: cup->relate: table,on,_->query: name",
    "one option": "select: cup->choose color: red",
    "the same option twice": "select: cup->choose color: red|red",
    "an empty option": "select: cup->choose color: red|",
    "no name": "select: ->exist: ?",
    "no value": "select: cup->verify color: ",
    "an argument that is too long": f"select: {'cup' * 100}->exist: ?",
    "a truth where objects are needed": "select: cup->exist: ?->query: color",
    "objects where truths are needed": "select: cup->select: cup->and:  [0, 1]",
    "one truth": "select: cup->exist: ?->and:  [1]",
    "a text where truths are needed": "select: cup->query: color->exist: ? [0]->and:  [1, 2]",
    "itself": "select: cup->exist: ? [1]",
    "a later step": "select: cup->exist: ? [2]->select: cup",
}


@pytest.mark.parametrize("text", LEFT_ALONE.values(), ids=list(LEFT_ALONE))
def test_a_program_that_cannot_be_executed_for_certain_is_left_alone(judge, text):
    assert judge.understand(item(program(text))) is None


def test_a_number_of_people_that_only_ids_tell_is_left_alone(judge):
    steps = program("select: person (11,10)->same: gender")
    assert judge.understand(item(steps, "Are the two people the same gender?")) is None
    assert judge.understand(item(steps, "Do both the people have the same gender?")) is None
    assert judge.understand(item(steps, "Are these people all the same gender?")) is not None


SAYS_LESS = {
    "Are the people female?": "select: person (18,9)->same: gender",
    "Are all the animals zebras?": "select: animal (5,4)->same: type",
    "Is the person holding the umbrella that is not closed?": "select: person (1)->verify rel: umbrella,holding,o (0)",
    "Is the building in front of the trees that are not short?": "select: building->verify rel: trees,in front of,o",
    "Is the red bag on or near the woman?": "select: woman->choose rel: bag,on|near,s",
    "Is there no dog?": "select: dog->exist: ?",
    "Isn't the dog old?": "select: dog->verify age: old",
    "Is her shirt blue?": "select: shirt->verify color: blue",
    "Are the three shirts blue?": "select: shirt->verify color: blue",
    "Are the 3 shirts blue?": "select: shirt->verify color: blue",
    "How tall is the old man?": "select: man->query: height",
}  # fmt: skip
SAYS_ALL = {
    "Are the people of the same gender?": "select: person (14,1)->same: gender",
    "Which kind of device is not on?": "select: device (4)->filter: not(on)->query: name",
    "Which device isn\u2019t on?": "select: device (4)->filter: not(on)->query: name",
    "How tall is the man?": "select: man->query: height",
    "How big is the desk made of wood?": "select: desk->filter material: wood->query: size",
    "What's near the woman's tables?": "select: woman->relate: table,of,s->relate: _,near,s->query: name",
    "Does the big metallic fence look long?": "select: fence->filter size: large->filter material: metal->verify: long",
    "On which side of the photo are the men?": "select: man->query: hposition",
}  # fmt: skip


@pytest.mark.parametrize(("question", "text"), SAYS_LESS.items())
def test_a_program_that_says_less_than_its_question_is_left_alone(judge, question, text):
    assert judge.understand(item(program(text), question)) is None
    assert judge.understand(item(program(text), "?")) is not None


@pytest.mark.parametrize(("question", "text"), SAYS_ALL.items())
def test_a_program_that_says_all_that_its_question_asks_is_understood(judge, question, text):
    assert judge.understand(item(program(text), question)) is not None


def test_items_without_programs_and_with_options_are_left_alone(judge):
    steps = program("select: cup->exist: ?")
    assert judge.understand(item([])) is None
    assert judge.understand(item(steps) | {"meta": '{"program": []}'}) is None
    assert judge.understand(item(steps) | {"choices": ["yes", "no"]}) is None
    long = [steps[0]] * MOST + [steps[1]]
    assert judge.understand(item(long)) is None
    assert judge.understand(item(long[1:])) is not None


def test_a_program_that_doubles_its_steps_takes_no_longer(judge):
    """Written out, the steps would be 2 to the power of 60."""
    steps = program("select: couch->exist: ?")
    steps += [{"operation": "and", "argument": "", "dependencies": [n, n]} for n in range(1, 61)]
    assert ask(judge, steps) == "yes"


WORD = st.sampled_from([*DO, "filter color", "not(red)", "choose", "_,on,s", "red|blue", "cup (1)", "scene"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8) | WORD,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["operation", "argument", "dependencies", "name", "object", "x"]), inner)
    ),
    max_leaves=20,
)


@settings(LOOSE, max_examples=300)
@given(JSON, programs(), st.data())
def test_a_spoilt_program_is_left_alone_or_all_that_tells_its_answer_tells_the_same(judge, spoil, steps, data):
    spoilt = copy.deepcopy(steps)
    place = data.draw(st.integers(0, len(steps) - 1))
    spoilt[place][data.draw(st.sampled_from(["operation", "argument", "dependencies"]))] = spoil
    for semantic in (spoilt, spoil, [spoil]):
        meaning = judge.understand(item(semantic))
        if meaning is not None:
            fact = judge.fact(meaning, 0)
            (code,), texts = judge.answers(meaning, np.arange(1))
            assert (fact and fact.answer) == (None if code == UNSAID else texts[code])
            assert hash(meaning) == hash(judge.understand(item(semantic)))


# ----------------------------------------------------------------------------------------------- files that are none


def broken(change):
    graph = copy.deepcopy(ROOM)
    change(graph)
    return graph


BROKEN = {
    "no objects": (lambda g: g.pop("objects"), "there is no key 'objects'"),
    "objects in a list": (lambda g: g.update(objects=[]), "objects is []"),
    "an object that is none": (lambda g: g["objects"].update({"9": 3}), "the entry is 3"),
    "no name": (lambda g: g["objects"]["9"].pop("name"), "there is no key 'name'"),
    "attributes that are no list": (lambda g: g["objects"]["9"].update(attributes="red"), "attributes is 'red'"),
    "an attribute that is no text": (lambda g: g["objects"]["9"].update(attributes=[3]), "a list of texts"),
    "no relations": (lambda g: g["objects"]["9"].pop("relations"), "there is no key 'relations'"),
    "a relation to nobody": (
        lambda g: g["objects"]["9"]["relations"].append({"name": "on", "object": "99"}),
        "a relation is to the object '99'",
    ),
    "a relation without a name": (lambda g: g["objects"]["9"]["relations"].append({"object": "1"}), "no key 'name'"),
    "a relation that is none": (lambda g: g["objects"]["9"]["relations"].append(3), "a relation is to the object None"),
    "a width that is endless": (lambda g: g.update(width=10**400), "width is 1000"),
    "a place that is a text": (lambda g: g["objects"]["9"].update(x="3"), "x is '3'"),
    "a place that is far off": (lambda g: g["objects"]["9"].update(y=-(10**7)), "a number of pixels"),
}


@pytest.mark.parametrize(("change", "says"), BROKEN.values(), ids=list(BROKEN))
def test_a_broken_graph_is_told_with_file_image_and_remedy(tmp_path, change, says):
    path = written(tmp_path, **{"1": ROOM, "2": broken(change)})
    with pytest.raises(BadInput) as error:
        gqa_judge([path])
    assert str(error.value).startswith(f"{path}, ")
    assert error.value.row.startswith("2")
    assert says in str(error.value)
    assert str(error.value).endswith("Download the official file again.")


@pytest.mark.parametrize("content", ["", "{", "[]", "3", '{"1": 3}', '{"1": {"width": 1e999}}', '{"1": ' * 100_000])
def test_a_file_that_is_no_file_of_graphs_is_told(tmp_path, content):
    path = tmp_path / "graphs.json"
    path.write_text(content)
    with pytest.raises(BadInput, match=r"graphs\.json"):
        gqa_judge([path])


def test_an_image_that_comes_twice_is_told(tmp_path):
    path = tmp_path / "graphs.json"
    path.write_text(f'{{"1": {json.dumps(ROOM)}, "1": {json.dumps(ROOM)}}}')
    with pytest.raises(BadInput, match="the key comes twice"):
        gqa_judge([path])
    good = written(tmp_path, **{"1": ROOM})
    with pytest.raises(BadInput, match="gqa:1: the image has two scene graphs"):
        gqa_judge([good, good])
    with pytest.raises(BadInput, match="the file cannot be read"):
        gqa_judge([tmp_path / "missing.json"])


@settings(LOOSE)
@given(JSON, st.sampled_from(["objects", "width", "location"]), st.booleans())
def test_a_spoilt_graph_is_read_or_told_and_raises_nothing_else(tmp_path, spoil, key, inside):
    graph = copy.deepcopy(ROOM)
    if inside:
        graph["objects"]["9"] = spoil
    else:
        graph[key] = spoil
    with suppress(BadInput):
        assert len(gqa_judge([written(tmp_path, **{"1": graph})]).images) == 1
