"""Masks from outlines and boxes, instances files, and what questions ask for."""

from __future__ import annotations

import json

import numpy as np
import pytest

from tests.builder.pair.generators.photos import toy
from twokeys.builder.pair.generators.photos.annotated import coco_instances
from twokeys.builder.pair.generators.photos.asking import Asked, parse
from twokeys.builder.pair.generators.photos.things import Known, Thing, boxes_of, mask_of, published, within
from twokeys.core.errors import BadInput

coco = pytest.importorskip("pycocotools.mask")
cv2 = pytest.importorskip("cv2")


def overlap(left: np.ndarray, right: np.ndarray) -> float:
    return float((left & right).sum() / (left | right).sum())


def test_an_outline_gives_the_mask_that_was_drawn(tmp_path):
    path = toy.instances(tmp_path / "instances.json", {5: [("apple", 40, 30), ("leaf", 90, 60)], 6: []})
    known = coco_instances(path, ["coco:5", "coco:6", "coco:9"])
    assert set(known) == {"coco:5", "coco:6"}
    assert known["coco:5"].counts == {"apple": 1, "leaf": 1, "plum": 0}
    assert known["coco:6"].counts == {"apple": 0, "leaf": 0, "plum": 0}
    (apple,) = known["coco:5"].of("apple")
    assert apple.box == (31, 21, 51, 41)
    # COCO's own rasteriser leaves half of the rim out.
    assert overlap(mask_of(apple, toy.photo([])), toy.disc(40, 30)) > 0.88


def test_grabcut_finds_a_disc_inside_its_box():
    pixels = toy.photo([("plum", 60, 50)])
    found = mask_of(Thing("plum", (50, 40, 71, 61)), pixels)
    assert overlap(found, toy.disc(60, 50)) > 0.95
    assert np.array_equal(found, mask_of(Thing("plum", (50, 40, 71, 61)), pixels))


def test_a_box_without_background_stays_a_box():
    found = mask_of(Thing("plum", (0, 0, toy.WIDTH, toy.HEIGHT)), toy.photo([]))
    assert found.all()


def test_crowds_are_known_as_such(tmp_path):
    path = toy.instances(tmp_path / "instances.json", {5: []})
    data = json.loads(path.read_text())
    full = {"size": [toy.HEIGHT, toy.WIDTH], "counts": [10, 20, toy.HEIGHT * toy.WIDTH - 30]}
    data["annotations"] = [toy.annotation(1, 5, "apple", 40, 30, iscrowd=1, segmentation=full)]
    path.write_text(json.dumps(data))
    (crowd,) = coco_instances(path, ["coco:5"])["coco:5"].things
    assert crowd.crowd
    assert mask_of(crowd, toy.photo([])).sum() == 20


@pytest.mark.parametrize("drawn", [[], None, [[]], [[40.0, 30.0, 41.0, 31.0]], "missing"])
def test_a_box_without_an_outline_is_cut_out_by_grabcut(drawn, tmp_path):
    path = toy.instances(tmp_path / "instances.json", {5: [("apple", 40, 30)]})
    data = json.loads(path.read_text())
    data["annotations"][0]["segmentation"] = drawn
    if drawn == "missing":
        del data["annotations"][0]["segmentation"]
    path.write_text(json.dumps(data))
    (apple,) = coco_instances(path, ["coco:5"])["coco:5"].things
    assert apple == Thing("apple", (31, 21, 51, 41))
    assert overlap(mask_of(apple, toy.photo([("apple", 40, 30)])), toy.disc(40, 30)) > 0.95


def test_a_crowd_without_an_outline_is_its_whole_box():
    crowd = Thing("apple", (31, 21, 51, 41), crowd=True)
    mask = mask_of(crowd, toy.photo([("apple", 40, 30)]))
    assert np.array_equal(mask, within(crowd.box, toy.photo([])))


def test_a_box_that_sticks_out_is_cut_off_at_the_border(tmp_path):
    path = toy.instances(tmp_path / "instances.json", {5: [("apple", 3, 93)]})
    (apple,) = coco_instances(path, ["coco:5"])["coco:5"].things
    assert apple.box == (0, 84, 14, 96)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda data: data.pop("categories"), "KeyError: 'categories'"),
        (lambda data: data["annotations"][0].update(category_id=99), "row 0.*99"),
        (lambda data: data["annotations"][0].update(bbox=[1, 2]), "row 0"),
        (lambda data: data["annotations"][0].pop("bbox"), "row 0.*bbox"),
        (lambda data: data["annotations"][0].update(bbox=[1e999, 2, 3, 4]), "row 0.*infinity"),
        (lambda data: data["annotations"][0].update(bbox=[200, 2, 30, 4]), r"row 0.*outside of the image of 128 x 96"),
        (lambda data: data["annotations"][0].update(segmentation=[1, 2, 3, 4, 5, 6]), "row 0.*a list of polygons"),
        (lambda data: data["annotations"][0].update(segmentation="none"), "row 0.*a list of polygons"),
        (lambda data: data["annotations"].append("none"), "TypeError"),
        (lambda data: data.update(images={"5": 1}), "TypeError"),
    ],
)
def test_a_bad_instances_file_is_named(change, message, tmp_path):
    path = toy.instances(tmp_path / "instances.json", {5: [("apple", 40, 30)]})
    data = json.loads(path.read_text())
    change(data)
    path.write_text(json.dumps(data))
    with pytest.raises(BadInput, match=message):
        coco_instances(path, ["coco:5"])


def test_no_json_and_no_file_are_named(tmp_path):
    (tmp_path / "bad.json").write_text("{")
    for name in ("bad.json", "none.json"):
        with pytest.raises(BadInput, match=name):
            coco_instances(tmp_path / name, [])


def test_a_difference_mask_is_published_as_every_coco_reader_decodes_it():
    mask = toy.disc(30, 30)
    shown = json.loads(json.dumps(published(mask)))
    assert np.array_equal(coco.decode(shown).astype(bool), mask)


def test_boxes_hold_the_whole_mask_and_nothing_else_far_away():
    mask = toy.disc(30, 30) | toy.disc(100, 70)
    boxes = boxes_of(mask)
    assert boxes == ((21, 21, 40, 40), (91, 61, 110, 80))


LABELS = {"dog", "person", "dining table", "bus", "mouse", "skis"}


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("Is there a dog in the image?", Asked("existence", "dog")),
        ("Is there a dining table in the image?", Asked("existence", "dining table")),
        ("Are there any people in this photo?", Asked("existence", "person")),
        ("Do you see buses?", Asked("existence", "bus")),
        ("How many mice are there?", Asked("count", "mouse")),
        ("How many people are in the picture?", Asked("count", "person")),
        ("how many dogs can you see?", Asked("count", "dog")),
        ("What color is the bus?", None),
        ("Is there a black dog in the image?", None),
        ("Is there a dog on the sofa?", None),
        ("How many dogs are sleeping?", None),
        ("Is there a doghouse in the image?", None),
        ("What color is the dog's collar?", None),
        ("Is the dog asleep?", None),
    ],
)
def test_questions_are_understood_whole_or_not_at_all(question, found):
    assert parse(question, LABELS) == found


def test_answers_follow_from_counts_of_labels_that_are_known():
    assert Asked("existence", "dog").answer({"dog": 3}) == "yes"
    assert Asked("count", "dog").answer({"dog": 3}) == "3"
    assert Asked("count", "cat").answer({"dog": 3}) is None
    assert Known((Thing("dog", (0, 0, 1, 1)),), frozenset({"dog", "cat"})).counts == {"dog": 1, "cat": 0}
