"""The judge of CLEVR: answers by hand, official records, a second interpreter, and files and programs that are none."""

from __future__ import annotations

import copy
import json
import pickle
from collections import Counter
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.builder.pair.generators.retrieved.clevr_world import NoOne, cases, item, naive, programs, written
from twokeys.builder.pair.generators.retrieved.judges.clevr.judge import clevr_judge
from twokeys.builder.pair.generators.retrieved.judges.clevr.programs import CATALOGUE
from twokeys.builder.pair.generators.retrieved.judges.judge import UNSAID, Fact, Judge
from twokeys.builder.pair.generators.retrieved.judges.programs import MOST
from twokeys.core.errors import BadInput

RECORDS = json.loads((Path(__file__).parent / "records/clevr.json").read_text())
OBJECTS = ["large red rubber cube", "small red metal sphere", "small blue rubber cube", "large blue metal cylinder"]
"""From left to right, and each in front of those before it."""


def scene(*objects: str, index: int = 0):
    things = [dict(zip(("size", "color", "material", "shape"), each.split(), strict=True)) for each in objects]
    before, after = (
        [[*range(n)] for n in range(len(things))],
        [[*range(n + 1, len(things))] for n in range(len(things))],
    )
    relations = {"left": before, "behind": before, "right": after, "front": after}
    name = {"split": "val", "image_index": index, "image_filename": f"CLEVR_val_{index:06d}.png"}
    return name | {"objects": things, "relationships": relations}


def program(text):
    """`filter_color red` takes the step before it, `union 1 2` those of these numbers."""
    steps = []
    for number, part in enumerate(text.split("; ")):
        function, *rest = part.split()
        words, places = ([each for each in rest if each.isdigit() is digits] for digits in (False, True))
        inputs = [int(each) for each in places] or ([] if function == "scene" else [number - 1])
        steps.append({"function": function, "value_inputs": words, "inputs": inputs})
    return steps


@pytest.fixture
def judge(tmp_path) -> Judge:
    return clevr_judge([written(tmp_path, scene(*OBJECTS), scene(*OBJECTS[:2], index=3), scene(index=12))])


def ask(judge, steps, image=0):
    meaning = judge.understand(item(steps))
    assert meaning is not None
    codes, answers = judge.answers(meaning, np.array([image]))
    fact = judge.fact(meaning, image)
    said = None if codes[0] == UNSAID else answers[codes[0]]
    assert said == (fact.answer if fact else None)
    return said


BY_HAND = {
    "scene; count": "4",
    "scene; filter_color red; count": "2",
    "scene; filter_shape cube; count": "2",
    "scene; filter_size small; count": "2",
    "scene; filter_material metal; count": "2",
    "scene; filter_color green; count": "0",
    "scene; filter_color green; exist": "no",
    "scene; filter_color blue; exist": "yes",
    "scene; filter_shape sphere; unique; query_color": "red",
    "scene; filter_shape sphere; unique; query_shape": "sphere",
    "scene; filter_shape sphere; unique; query_size": "small",
    "scene; filter_shape sphere; unique; query_material": "metal",
    "scene; filter_shape cube; unique; query_color": None,
    "scene; filter_color green; unique; query_shape": None,
    "scene; filter_shape sphere; unique; relate left; count": "1",
    "scene; filter_shape sphere; unique; relate right; count": "2",
    "scene; filter_shape sphere; unique; relate behind; unique; query_shape": "cube",
    "scene; filter_shape sphere; unique; relate front; filter_shape cylinder; exist": "yes",
    "scene; filter_shape sphere; unique; same_color; unique; query_shape": "cube",
    "scene; filter_shape sphere; unique; same_shape; exist": "no",
    "scene; filter_shape sphere; unique; same_size; unique; query_color": "blue",
    "scene; filter_shape sphere; unique; same_material; unique; query_shape": "cylinder",
    "scene; filter_color red; scene; filter_shape cube; union 1 3; count": "3",
    "scene; filter_color red; scene; filter_shape cube; intersect 1 3; count": "1",
    "scene; filter_color red; count; scene; filter_shape sphere; count; greater_than 2 5": "yes",
    "scene; filter_color red; count; scene; filter_shape sphere; count; less_than 2 5": "no",
    "scene; filter_color red; count; scene; filter_shape cube; count; equal_integer 2 5": "yes",
    "scene; filter_shape sphere; unique; query_color; scene; filter_shape cylinder; unique; query_color; "
    "equal_color 3 7": "no",
    "scene; filter_shape sphere; unique; query_material; scene; filter_shape cylinder; unique; query_material; "
    "equal_material 3 7": "yes",
    "scene; filter_shape sphere; unique; query_size; scene; filter_shape cylinder; unique; query_size; "
    "equal_size 3 7": "no",
    "scene; filter_shape sphere; unique; query_shape; scene; filter_shape cylinder; unique; query_shape; "
    "equal_shape 3 7": "no",
    "scene; filter_shape sphere; unique; scene; filter_material metal; filter_size small; unique; "
    "equal_object 2 6": "yes",
}


@pytest.mark.parametrize(("text", "answer"), BY_HAND.items())
def test_answers_by_hand(judge, text, answer):
    assert ask(judge, program(text)) == answer


def test_every_function_of_the_catalogue_has_an_answer_by_hand():
    asked = {step["function"] for text, answer in BY_HAND.items() if answer is not None for step in program(text)}
    assert asked == set(CATALOGUE)


def test_official_programs_on_their_own_scenes_give_the_official_answers(tmp_path):
    judge = clevr_judge([written(tmp_path, *RECORDS["scenes"])])
    assert len(judge.images) == 7
    assert Counter(record["by"] for record in RECORDS["questions"]) == {"CLEVR v1.0": 2, "too_clevr": 17}
    for record in RECORDS["questions"]:
        image = judge.images.index(f"clevr:{record['split']}:{record['image_index']}")
        assert ask(judge, record["program"], image) == record["answer"], record["question"]


@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(cases())
def test_a_second_interpreter_gives_the_same_answer(tmp_path, case):
    scene, steps = case
    judge = clevr_judge([written(tmp_path, scene)])
    try:
        expected = naive(steps, scene)
    except NoOne:
        expected = None
    assert ask(judge, steps) == expected


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(cases(), st.randoms())
def test_the_order_of_objects_changes_no_answer(tmp_path, case, chance):
    scene, steps = case
    order = [*range(len(scene["objects"]))]
    chance.shuffle(order)
    new = {old: place for place, old in enumerate(order)}
    shuffled = scene | {
        "objects": [scene["objects"][old] for old in order],
        "relationships": {
            name: [[new[other] for other in rows[old]] for old in order]
            for name, rows in scene["relationships"].items()
        },
    }
    answers = [ask(clevr_judge([written(tmp_path, each)]), steps) for each in (scene, shuffled)]
    assert answers[0] == answers[1]


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(programs())
def test_steps_that_nothing_rests_on_change_no_meaning(judge, steps):
    idle = [{"function": "scene", "inputs": [], "value_inputs": []}]
    moved = [step | {"inputs": [place + 1 for place in step["inputs"]]} for step in steps]
    assert judge.understand(item(idle + moved)) == judge.understand(item(steps)) is not None


def test_answers_are_told_of_the_images_asked_for_alone(judge):
    assert judge.images == ("clevr:val:0", "clevr:val:12", "clevr:val:3")  # sorted as texts
    meaning = judge.understand(item(program("scene; filter_shape cylinder; unique; query_color")))
    codes, answers = judge.answers(meaning, np.array([2, 0, 1, 0]))
    assert (codes.tolist(), answers) == ([UNSAID, 0, UNSAID, 0], ("blue",))
    assert judge.answers(meaning, np.array([], dtype=np.int64))[1] == ()


def test_a_fact_names_the_objects_on_which_it_rests(judge):
    count = judge.understand(item(program("scene; filter_color red; count")))
    note = "large red rubber cube (0), small red metal sphere (1) in CLEVR_val_scenes.json"
    assert judge.fact(count, 0) == Fact("2", note)
    none = judge.understand(item(program("scene; filter_color green; exist")))
    assert judge.fact(none, 0) == Fact("no", "none of 4 objects in CLEVR_val_scenes.json")
    assert judge.fact(none, 1) == Fact("no", "none of 0 objects in CLEVR_val_scenes.json")
    one = judge.understand(item(program("scene; unique; query_color")))
    assert judge.fact(one, 0) is None


def test_the_judge_can_be_sent_to_another_process(judge):
    copied = pickle.loads(pickle.dumps(judge))
    assert copied == judge
    assert ask(copied, program("scene; count")) == "4"


def test_the_stamp_changes_with_the_files(tmp_path):
    first = clevr_judge([written(tmp_path, scene(*OBJECTS))]).stamp
    assert first == clevr_judge([written(tmp_path, scene(*OBJECTS))]).stamp
    assert first != clevr_judge([written(tmp_path, scene(*OBJECTS[1:]))]).stamp


def test_absence_counts(judge):
    assert "every object" in judge.absence


# ------------------------------------------------------------------------------------------- what is left alone

NONE_OF_THE_CATALOGUE = {
    "no answer at its end": "scene; filter_color red",
    "one object at its end": "scene; unique",
    "an unknown function": "scene; shave",
    "a function of templates": "scene; filter_count",
    "an unknown colour": "scene; filter_color crimson; count",
    "an unknown relation": "scene; unique; relate above; count",
    "a word too many": "scene; filter_color red blue; count",
    "a word for nothing": "scene; count red",
    "no word": "scene; filter_color; count",
    "an object where objects are needed": "scene; unique; count",
    "objects where one is needed": "scene; query_color",
    "a colour compared as a size": "scene; unique; query_color; equal_size 2 2",
    "one input too few": "scene; union 0",
    "itself": "scene; count 1",
    "a later step": "scene; count 2; scene",
}


@pytest.mark.parametrize("text", NONE_OF_THE_CATALOGUE.values(), ids=list(NONE_OF_THE_CATALOGUE))
def test_a_program_that_the_catalogue_does_not_allow_is_left_alone(judge, text):
    assert judge.understand(item(program(text))) is None


def test_items_without_programs_and_with_options_are_left_alone(judge):
    steps = program("scene; count")
    assert judge.understand(item([])) is None
    assert judge.understand(item(steps) | {"meta": "{}"}) is None
    assert judge.understand(item(steps) | {"choices": ["one", "two"]}) is None
    long = [steps[0], *([steps[1] | {"inputs": [0]}] * MOST)]
    assert judge.understand(item(long)) is None
    assert judge.understand(item(long[:MOST])) is not None


WORD = st.sampled_from([*CATALOGUE])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8) | WORD,
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(st.sampled_from(["function", "inputs", "value_inputs", "objects", "relationships"]), inner),
    max_leaves=20,
)  # fmt: skip


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(JSON, programs(), st.data())
def test_a_spoilt_program_is_left_alone_or_all_that_tells_its_answers_tells_the_same(judge, spoil, steps, data):
    spoilt = copy.deepcopy(steps)
    place = data.draw(st.integers(0, len(steps) - 1))
    spoilt[place][data.draw(st.sampled_from(["function", "inputs", "value_inputs"]))] = spoil
    for program_ in (spoilt, spoil, [spoil]):
        meaning = judge.understand(item(program_))
        if meaning is not None:
            code, texts = judge.answers(meaning, np.arange(3))
            facts = [judge.fact(meaning, image) for image in range(3)]
            assert [fact and fact.answer for fact in facts] == [None if c == UNSAID else texts[c] for c in code]
            assert {step.operation for step in meaning} <= CATALOGUE.keys()


# --------------------------------------------------------------------------------------------- files that are none


def broken(change):
    record = scene(*OBJECTS)
    change(record)
    return record


BROKEN = {
    "no objects": (lambda r: r.pop("objects"), "there is no key 'objects'"),
    "objects that are no list": (lambda r: r.update(objects={}), "objects is {}"),
    "an object that is none": (lambda r: r["objects"].__setitem__(1, 7), "the entry is 7"),
    "an object without a shape": (lambda r: r["objects"][1].pop("shape"), "there is no key 'shape'"),
    "an unknown material": (lambda r: r["objects"][1].update(material="wood"), "rubber | metal"),
    "no relationships": (lambda r: r.pop("relationships"), "there is no key 'relationships'"),
    "no relation behind": (lambda r: r["relationships"].pop("behind"), "there is no key 'behind'"),
    "a relation of too few objects": (lambda r: r["relationships"]["left"].pop(), "left has 3 lists"),
    "a relation to an object that is not there": (lambda r: r["relationships"]["left"][0].append(4), "from 0 to 3"),
    "a relation to an object before the first": (lambda r: r["relationships"]["left"][0].append(-1), "from 0 to 3"),
    "a relation to a truth": (lambda r: r["relationships"]["left"][0].append(True), "from 0 to 3"),
    "an index that is a text": (lambda r: r.update(image_index="0"), "image_index is '0'"),
    "no split": (lambda r: r.pop("split"), "there is no key 'split'"),
}


@pytest.mark.parametrize(("change", "says"), BROKEN.values(), ids=list(BROKEN))
def test_a_broken_scene_is_told_with_file_place_and_remedy(tmp_path, change, says):
    path = written(tmp_path, scene(*OBJECTS, index=1), broken(change))
    with pytest.raises(BadInput) as error:
        clevr_judge([path])
    assert str(error.value).startswith(f"{path}, scenes[1]")
    assert says in str(error.value)
    assert str(error.value).endswith("Download the official file again.")


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"scenes": 3}', "[" * 100_000, '{"scenes": [7]}'])
def test_a_file_that_is_no_file_of_scenes_is_told(tmp_path, content):
    path = tmp_path / "scenes.json"
    path.write_text(content)
    with pytest.raises(BadInput, match=r"scenes\.json"):
        clevr_judge([path])


def test_no_file_a_missing_one_and_one_that_comes_twice_are_told(tmp_path):
    with pytest.raises(BadInput, match="no file is named"):
        clevr_judge([])
    with pytest.raises(BadInput, match="the file cannot be read"):
        clevr_judge([tmp_path / "missing.json"])
    path = written(tmp_path, scene(*OBJECTS))
    with pytest.raises(BadInput, match="clevr:val:0: the image has two scenes"):
        clevr_judge([path, path])


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(JSON, st.sampled_from(["objects", "relationships", "image_index", "split"]))
def test_a_spoilt_scene_is_read_or_told_and_raises_nothing_else(tmp_path, spoil, key):
    path = written(tmp_path, scene(*OBJECTS) | {key: spoil})
    with suppress(BadInput):
        assert len(clevr_judge([path]).images) == 1
