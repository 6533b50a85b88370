"""Edits of whole pictures: answers against the pixels, both sides edited alike, the same whatever the shard."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from tests.builder.pair.generators.photos import toy
from twokeys.builder.pair.edit import Edit, Generator, root_of
from twokeys.builder.pair.equip import made as generator_of
from twokeys.builder.pair.examine import Side, examine
from twokeys.builder.pair.generate import declined_images, warn_of_declined
from twokeys.builder.pair.generators.photos.asking import parse
from twokeys.builder.pair.generators.registry import make
from twokeys.builder.read.pictures import Pictures
from twokeys.builder.recipe import Minimal, Recipe
from twokeys.core.errors import BadInput
from twokeys.core.items import TextRule
from twokeys.core.pictures.limits import Images

coco = pytest.importorskip("pycocotools.mask")
pytest.importorskip("cv2")
pytest.importorskip("jpeglib")

PICTURES = {
    1: [("apple", 30, 30), ("leaf", 90, 60)],
    2: [("plum", 40, 60)],
    3: [("apple", 30, 60), ("leaf", 70, 30), ("plum", 100, 70)],
    4: [("leaf", 30, 30), ("leaf", 90, 60)],
    5: [("apple", 11, 40), ("plum", 115, 40)],
}
IS = "Is there a {} in the image?"
FILES = {f"k{image}": toy.file_of(toy.photo(discs, image)) for image, discs in PICTURES.items()}


def questions() -> pd.DataFrame:
    rows = []
    for image, discs in PICTURES.items():
        there = {label for label, _, _ in discs}
        rows += [(image, IS.format(label), "yes" if label in there else "no") for label in toy.COLOURS]
    return toy.items_of(rows)


def editor(tmp_path, items: pd.DataFrame, **given: object):
    path = toy.instances(tmp_path / "instances.json", PICTURES)
    generator = make("photo-edits", {"instances": "any.json", "operations": ["remove", "paste"], **given})
    assert isinstance(generator, Generator)
    # Colours would do for the real encoder, which is not what is tested here.
    located = replace(generator.located(lambda name: path), encoder="colours")
    return located.study(items, FILES.__getitem__)


@pytest.fixture(autouse=True)
def _colours(monkeypatch):
    class Colours:
        def encode(self, pictures):
            means = np.asarray([np.asarray(one, dtype=np.float32).mean(axis=(0, 1)) for one in pictures])
            return (means / np.linalg.norm(means, axis=1, keepdims=True)).astype(np.float32)

    monkeypatch.setattr("twokeys.builder.measure.encoders.image_encoder", lambda name: Colours())


def asked_of(items: pd.DataFrame, edits: list[Edit]) -> list[tuple[str, bytes, str]]:
    """(question, picture, answer) of every edit."""
    known = {row["id"]: (row["question"], FILES[row["image_key"]]) for row in items.to_dict("records")}
    found = []
    for edit in edits:
        question, picture = known[edit.of]
        known[edit.id] = (edit.question or question, edit.picture or picture)
        found.append((*known[edit.id], edit.answer))
    return found


@pytest.mark.parametrize("operations", [["remove"], ["paste"]])
@pytest.mark.parametrize("both_sides", [True, False])
def test_every_answer_is_what_the_pixels_say(operations, both_sides, tmp_path):
    items = questions()
    edits = list(editor(tmp_path, items, operations=operations, both_sides=both_sides).edits(items, FILES.get, 0))
    assert len(edits) >= 2
    for question, picture, answer in asked_of(items, edits):
        label = parse(question, set(toy.COLOURS)).label
        assert ("yes" if label in toy.seen(picture) else "no") == answer


def test_edits_pass_the_checks_of_the_stage_and_publish_their_mask(tmp_path):
    items = questions()
    sides = {
        row["id"]: Side(row["question"], (), row["answer"], "yes/no", FILES[row["image_key"]])
        for row in items.to_dict("records")
    }
    for edit in editor(tmp_path, items, operations=["remove", "paste"]).edits(items, FILES.get, 0):
        base = sides[edit.of]
        assert examine(edit, base, TextRule(), Minimal(), Images()) is None
        sides[edit.id] = Side(edit.question or base.question, (), edit.answer, "yes/no", edit.picture or base.picture)
        assert edit.answer_source == "constructed"
        if edit.view == "image":
            mask = coco.decode(json.loads(edit.meta)["difference_mask"]).astype(bool)
            differ = (toy.decoded(edit.picture) != toy.decoded(base.picture)).any(axis=2)
            assert np.array_equal(mask, differ)


@pytest.mark.parametrize("operation", ["remove", "paste"])
def test_edited_on_both_sides_every_question_and_every_picture_has_both_answers(operation, tmp_path):
    items = questions()
    edits = list(editor(tmp_path, items, operations=[operation]).edits(items, FILES.get, 0))
    quads = defaultdict(list)
    for edit, (question, picture, answer) in zip(edits, asked_of(items, edits), strict=True):
        quads[edit.id.partition("~")[0]].append((question, picture, answer, edit.kind))
    whole = [quad for quad in quads.values() if len(quad) == 4]
    assert whole
    for quad in whole:
        for side in (0, 1):
            answers = defaultdict(set)
            for row in quad:
                answers[row[side]].add(row[2])
            assert [len(both) for both in answers.values()] == [2, 2]
        assert {kind for *_, kind in quad} == {f"photo.{operation}", "photo.other-question"}


def test_where_no_second_question_flips_the_other_picture_is_painted_over_elsewhere(tmp_path):
    items = toy.items_of([(2, IS.format("plum"), "yes"), (2, IS.format("leaf"), "no")])
    first, second = editor(tmp_path, items, operations=["remove"]).edits(items, FILES.get, 0)
    assert [(edit.kind, edit.answer) for edit in (first, second)] == [("photo.remove", "no"), ("photo.repaint", "yes")]
    assert second.of == first.id
    assert toy.seen(first.picture) == set()
    assert toy.seen(second.picture) == {"plum"}


def test_counts_fall_and_rise_by_one(tmp_path):
    many = "How many leaves are there in the image?".replace("leaves", "leafs")
    items = toy.items_of([(4, many, "2"), (1, many, "1"), (1, IS.format("leaf"), "yes"), (2, IS.format("leaf"), "no")])
    removed = list(editor(tmp_path, items, operations=["remove"], both_sides=False).edits(items[:1], FILES.get, 0))
    pasted = list(editor(tmp_path, items, operations=["paste"], both_sides=False).edits(items[:1], FILES.get, 0))
    assert [edit.answer for edit in removed] == ["1"]
    assert [edit.answer for edit in pasted] == ["3"]


def test_a_gold_that_annotations_contradict_is_left_alone(tmp_path):
    items = toy.items_of([(1, IS.format("apple"), "no"), (2, IS.format("plum"), "maybe"), (3, "Is it day?", "yes")])
    assert not list(editor(tmp_path, items).edits(items, FILES.get, 0))


def test_the_edits_of_an_item_do_not_depend_on_the_shard(tmp_path):
    items = questions()
    ready = editor(tmp_path, items, operations=["remove", "paste"])
    whole = [edit.id for edit in ready.edits(items, FILES.get, 0)]
    parts = [
        edit.id for start in range(0, len(items), 2) for edit in ready.edits(items[start : start + 2], FILES.get, 0)
    ]
    assert sorted(whole) == sorted(parts)
    assert len(whole) == len(set(whole))


def test_a_recipe_must_name_what_is_done_and_say_where_things_are(tmp_path):
    with pytest.raises(BadInput, match=r"names no operation.*Allowed: remove, paste\. Name some in `operations`"):
        make("photo-edits", {"instances": "none.json"}).located(lambda name: tmp_path / name)
    with pytest.raises(BadInput, match="neither annotations nor a detector"):
        make("photo-edits", {"operations": ["remove"]}).located(lambda name: tmp_path / name)
    with pytest.raises(BadInput, match="no such file"):
        make("photo-edits", {"operations": ["remove"], "instances": "none.json"}).located(lambda name: tmp_path / name)


@pytest.mark.parametrize("operations", [["remove"], ["paste"], ["paste", "remove"]])
def test_an_operation_that_a_recipe_switches_on_is_cautioned_against(operations):
    cautions = make("photo-edits", {"operations": operations}).cautions
    assert [re.match("`([a-z]+)` is off unless a recipe names it: ", one)[1] for one in cautions] == operations


def test_another_instances_file_is_another_generator(tmp_path):
    path = toy.instances(tmp_path / "instances.json", PICTURES)
    generator = make("photo-edits", {"operations": ["remove"], "instances": "any.json"})
    before = repr(generator.located(lambda name: path))
    moved = toy.instances(tmp_path / "elsewhere.json", PICTURES)
    assert repr(generator.located(lambda name: moved)) == before
    toy.instances(path, {1: []})
    assert repr(generator.located(lambda name: path)) != before


def test_a_detector_lies_beside_the_corpora_and_another_one_is_another_generator(tmp_path):
    generator = make("photo-edits", {"operations": ["remove"], "detector": "some.data"})
    with pytest.raises(BadInput, match=r"some\.data.*no such file"):
        generator.located(lambda name: tmp_path / name)
    seen = []
    for folder, content in (("a", b"1"), ("b", b"1"), ("c", b"2")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "some.data").write_bytes(content)
        located = generator.located(lambda name, folder=folder: tmp_path / folder / name)
        assert located.detector == str(tmp_path / folder / "some.data")
        seen.append(repr(located))
    assert seen[0] == seen[1] != seen[2]
    hub = make("photo-edits", {"operations": ["remove"], "detector": "owner/name"}).located(
        lambda name: tmp_path / name
    )
    assert hub.detector == "owner/name"


@pytest.mark.parametrize("operation", ["remove", "paste"])
def test_a_picture_of_another_size_than_the_annotated_one_is_left_alone(operation, tmp_path):
    items = questions()
    files = FILES | {"k3": toy.file_of(toy.photo(PICTURES[3], 3)[::2, ::2])}
    small = items["image_key"] == "k3"
    items.loc[small, ["image_width", "image_height"]] = toy.WIDTH // 2, toy.HEIGHT // 2
    path = toy.instances(tmp_path / "instances.json", PICTURES)
    generator = replace(
        make("photo-edits", {"instances": "i", "operations": [operation]}).located(lambda name: path), encoder="colours"
    )
    ready = generator.study(items, files.__getitem__)
    assert list(ready.declined) == ["k3"]
    assert re.search(r"64 x 48 pixels, in instances\.json it has 128 x 96; give", ready.declined["k3"])
    edited = {root_of(edit.of) for edit in ready.edits(items, files.__getitem__, 0)}
    assert edited
    assert not edited & set(items.loc[small, "id"])
    with pytest.raises(BadInput, match=r"none of the 1 images .*; of the first, .*64 x 48"):
        generator.study(items[small], files.__getitem__)


def test_declined_pictures_are_named_with_their_file():
    places = pd.DataFrame({"image_key": ["a", "b"], "source": "coco", "image": ["file:val/2.jpg", "file:val/1.jpg"]})
    pictures = Pictures(places, {"coco": Path()}, Images())
    declined = declined_images(SimpleNamespace(declined={"a": "too small", "b": "turned"}), pictures)
    assert list(declined.items()) == [("file:val/1.jpg", "turned"), ("file:val/2.jpg", "too small")]
    with pytest.warns(RuntimeWarning, match=r"leaves 2 pictures alone; the first is file:val/1\.jpg: turned"):
        warn_of_declined("photo-edits", declined)
    assert declined_images(SimpleNamespace(), pictures) == {}


def test_a_build_hands_over_the_limits_of_the_recipe(tmp_path):
    path = toy.instances(tmp_path / "instances.json", PICTURES)
    corpus = {"format": "table", "name": "toy", "path": "toy", "revision": "1", "license": "mit"}
    use = {"generator": "photo-edits", "with": {"operations": ["remove"], "instances": str(path)}}
    given = {"name": "toy", "title": "toy", "corpora": [corpus], "pair": {"generators": [use]}}
    recipe = Recipe.model_validate(given | {"images": {"max_pixels": 1234}})
    assert generator_of(recipe, questions(), 0, []).images == recipe.images


def test_the_limits_of_the_recipe_hold(tmp_path):
    items = toy.items_of([(2, IS.format("plum"), "yes")])
    ready = editor(tmp_path, items, operations=["remove"])
    small = replace(ready, settings=replace(ready.settings, images=Images(max_pixels=1000)))
    assert list(ready.edits(items, FILES.get, 0))
    with pytest.raises(BadInput):
        list(small.edits(items, FILES.get, 0))


def unpaintable(monkeypatch, *notes: str):
    """Let some plans fail to be painted: `KIND LABEL N` is the n-th of this kind for the question about a label."""
    from twokeys.builder.pair.generators.photos import editor as module

    tried: list[str] = []
    real = module._Work._painted

    def painted(self, plan, one):
        tried.append(f"{plan.kind} {'-' if one is None else one.asked.label}")
        return None if f"{tried[-1]} {tried.count(tried[-1])}" in notes else real(self, plan, one)

    monkeypatch.setattr(module._Work, "_painted", painted)
    return tried


def test_without_a_pair_for_one_plan_the_next_operation_is_tried(tmp_path, monkeypatch):
    many = "How many apples are there in the image?"
    there = [
        (image, IS.format(label), answer) for label in ("apple", "leaf") for image, answer in ((1, "yes"), (2, "no"))
    ]
    items = toy.items_of([(5, many, "1"), *there])
    ready = editor(tmp_path, items, operations=["remove", "paste"])
    # The apple alone can be removed: nothing can be done to the other picture of that pair.
    unpaintable(monkeypatch, "repaint - 1")
    edits = list(ready.edits(items[:1], FILES.get, 0))
    assert [(edit.kind, edit.answer) for edit in edits] == [("photo.paste", "2"), ("photo.paste", "1")]
    assert [toy.seen(edit.picture) for edit in edits] == [{"apple", "plum"}, {"apple", "plum", "leaf"}]


def test_where_the_other_question_s_first_plan_cannot_be_painted_its_next_one_is(tmp_path, monkeypatch):
    many = "How many {} are there in the image?"
    discs = {1: [("leaf", 30, 30), ("leaf", 90, 60), ("plum", 30, 70), ("plum", 90, 25)]}
    items = toy.items_of([(1, many.format("leafs"), "2"), (1, many.format("plums"), "2")])
    monkeypatch.setitem(PICTURES, 1, discs[1])
    monkeypatch.setitem(FILES, "k1", toy.file_of(toy.photo(discs[1])))
    ready = editor(tmp_path, items, operations=["remove"])
    tried = unpaintable(monkeypatch, "remove plum 1")
    edits = list(ready.edits(items[:1], FILES.get, 0))
    assert tried == ["remove leaf", "remove plum", "remove plum"]
    assert [edit.answer for edit in edits] == ["1", "2", "2", "1"]
    assert [edit.kind for edit in edits] == ["photo.remove", "photo.other-question"] * 2


def test_a_quad_is_not_dropped_for_a_question_whose_change_cannot_be_painted(tmp_path, monkeypatch):
    items = toy.items_of([(1, IS.format("apple"), "yes"), (1, IS.format("leaf"), "yes")])
    ready = editor(tmp_path, items, operations=["remove"])
    assert list(ready.edits(items[1:], FILES.get, 0)) == []  # the first question makes the quad of both
    unpaintable(monkeypatch, "remove apple 1")
    assert [edit.kind for edit in ready.edits(items[1:], FILES.get, 0)] == ["photo.remove", "photo.repaint"]


def test_a_removal_with_nothing_to_fill_the_place_is_declined(tmp_path, monkeypatch):
    monkeypatch.setattr(
        "twokeys.builder.pair.generators.photos.editor.inpainting", lambda name: lambda pixels, mask, others: None
    )
    many = "How many apples are there in the image?"
    items = toy.items_of([(5, many, "1"), (1, IS.format("apple"), "yes"), (2, IS.format("apple"), "no")])
    for operations, kinds in ((["remove"], []), (["remove", "paste"], ["photo.paste"])):
        ready = editor(tmp_path, items, operations=operations, both_sides=False)
        assert [edit.kind for edit in ready.edits(items[:1], FILES.get, 0)] == kinds


class Eyes:
    """A detector that finds apples wherever it is told to."""

    labels = frozenset({"apple"})

    def __init__(self, still: float) -> None:
        self.still = still

    def things(self, pixels, least=0.4):
        from twokeys.builder.pair.generators.photos.things import Thing

        there = bool(toy.seen(toy.file_of(pixels, "PNG")) & {"apple"})
        score = 0.9 if there else self.still
        return (Thing("apple", (20, 20, 41, 41), score=score),) if score >= least else ()


@pytest.mark.parametrize(("still", "made"), [(0.1, True), (0.6, False)])
def test_what_a_detector_still_finds_is_not_removed(still, made, tmp_path, monkeypatch):
    monkeypatch.setattr("twokeys.builder.pair.generators.photos.editor.detector", lambda name: Eyes(still))
    items = toy.items_of([(1, IS.format("apple"), "yes")])
    ready = editor(tmp_path, items, operations=["remove"], both_sides=False, detector="eyes")
    edits = list(ready.edits(items, FILES.get, 0))
    assert bool(edits) == made
    if made:
        assert json.loads(edits[0].meta)["detector"] == {"name": "eyes", "label": "apple", "before": 0.9, "after": 0.1}


def test_with_a_detector_alone_answers_are_only_expected(monkeypatch):
    monkeypatch.setattr("twokeys.builder.pair.generators.photos.generator.detector", lambda name: Eyes(0.0))
    monkeypatch.setattr("twokeys.builder.pair.generators.photos.editor.detector", lambda name: Eyes(0.0))
    items = toy.items_of([(1, IS.format("apple"), "yes")])
    generator = make("photo-edits", {"detector": "eyes", "operations": ["remove"], "both_sides": False})
    (edit,) = generator.located(lambda name: Path("none", name)).edits(items, FILES.get, 0)
    assert edit.answer_source == "expected"
    assert toy.seen(edit.picture) == {"leaf"}
