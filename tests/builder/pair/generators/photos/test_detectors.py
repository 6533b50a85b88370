"""Detectors: the arithmetic of the SSD against hand-made numbers, and real loading code on a tiny random model."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import torch

from tests.builder.pair.generators.photos import toy
from tests.hashed import hashed
from twokeys.builder.pair.generate import Limits, Making, make_edits
from twokeys.builder.pair.generators.photos.detector import TransformersDetector, detector
from twokeys.builder.pair.generators.photos.ssd import SsdDetector, anchors, decoded, kept
from twokeys.builder.pair.generators.registry import make
from twokeys.builder.read.pictures import Pictures
from twokeys.builder.recipe import Minimal, Text
from twokeys.builder.run.engines import Serial
from twokeys.builder.run.keys import KeyedTable
from twokeys.builder.run.room import weight
from twokeys.builder.run.stages import Run
from twokeys.core.errors import BadInput
from twokeys.core.pictures.limits import Images


def test_there_is_an_anchor_for_every_output_of_the_network():
    found = anchors()
    assert found.shape == (1917, 4)
    assert found[0] == pytest.approx([0.5 / 19, 0.5 / 19, 0.1, 0.1])
    # Second shape of the first map: scale 0.2, twice as wide as high.
    assert found[1, 2:] == pytest.approx([0.2 / 2**0.5, 0.2 * 2**0.5])
    assert found[-1] == pytest.approx([0.5, 0.5, 0.95**0.5, 0.95**0.5])


def test_codes_move_and_scale_their_anchor():
    prior = np.asarray([[0.5, 0.4, 0.2, 0.1]], dtype=np.float32)
    assert decoded(np.zeros((1, 4), np.float32), prior)[0] == pytest.approx([0.4, 0.35, 0.6, 0.45])
    code = np.asarray([[10.0, 0.0, 5 * np.log(2), 0.0]], dtype=np.float32)
    # One height down, and twice as high.
    assert decoded(code, prior)[0] == pytest.approx([0.5, 0.35, 0.9, 0.45])


def test_of_boxes_that_cover_each_other_the_best_stays():
    boxes = np.asarray([[0, 0, 1, 1], [0, 0, 1, 0.9], [0, 0, 0.4, 1], [0.5, 0.5, 1, 1]], dtype=np.float32)
    assert kept(boxes, np.asarray([0.8, 0.9, 0.5, 0.1]), 0.3) == [1, 2]


def test_another_file_is_no_detector(tmp_path):
    path = tmp_path / "some.data"
    with pytest.raises(BadInput, match="npm pack"):
        SsdDetector(path)
    path.write_bytes(b"???\nDog\nCat\n....TFL3")
    with pytest.raises(BadInput, match="23 labels"):
        detector(str(path))


@pytest.mark.skipif(
    "TWOKEYS_SSD" not in os.environ, reason="TWOKEYS_SSD names no objectron_solution_packed_assets.data"
)
def test_the_packaged_detector_finds_nothing_on_a_bare_wall():
    ssd = SsdDetector(Path(os.environ["TWOKEYS_SSD"]))
    assert {"person", "car", "dog", "tv"} <= ssd.labels
    assert ssd.things(toy.photo([]), 0.5) == ()


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> str:
    """A tiny random YOLOS, saved as such models are."""
    from transformers import YolosConfig, YolosForObjectDetection
    from transformers.models.yolos.image_processing_pil_yolos import YolosImageProcessorPil

    torch.manual_seed(0)
    config = YolosConfig(
        hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32, image_size=[64, 64],
        patch_size=16, num_detection_tokens=5, id2label={0: "Apple", 1: "Leaf"}, label2id={"Apple": 0, "Leaf": 1},
    )  # fmt: skip
    path = tmp_path_factory.mktemp("yolos")
    YolosForObjectDetection(config).save_pretrained(path)
    YolosImageProcessorPil(size={"shortest_edge": 64, "longest_edge": 96}).save_pretrained(path)
    return str(path)


def test_a_model_of_transformers_gives_things_inside_the_picture(folder):
    found = detector(folder).things(toy.photo([("apple", 30, 30)]), 0.0)
    assert isinstance(detector(folder), TransformersDetector)
    assert detector(folder).labels == {"apple", "leaf"}
    assert 0 < len(found) <= 5
    for thing in found:
        assert thing.label in ("apple", "leaf")
        assert 0 <= thing.box[0] < thing.box[2] <= toy.WIDTH
        assert 0 <= thing.box[1] < thing.box[3] <= toy.HEIGHT
        assert 0 < thing.score < 1
    assert [thing.score for thing in found] == sorted((thing.score for thing in found), reverse=True)
    assert detector(folder).things(toy.photo([]), 1.0) == ()


def test_in_a_build_a_small_model_runs_on_one_thread_whatever_the_engine(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    (tmp_path / "1.png").write_bytes(toy.file_of(toy.photo([("apple", 30, 30)]), "PNG"))
    items = toy.items_of([(1, "Is there an apple in the image?", "yes")])
    items = items.assign(answer_type="yes/no")
    places = items[["image_key"]].assign(source="toy", image="file:1.png")
    pictures = Pictures(hashed(places, tmp_path), {"toy": tmp_path}, Images())
    given = {"detector": folder, "operations": ["remove"], "inpainting": "telea", "both_sides": False}
    generator = make("photo-edits", given).located(Path)
    assert generator.weights == weight(detector(folder).module) > 0
    threads: list[int] = []
    hook = detector(folder).module.register_forward_pre_hook(lambda *_: threads.append(torch.get_num_threads()))
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        run = Run(tmp_path / "run", Serial())
        limits = Limits(None, Minimal(), Text(), Images())
        make_edits(run, Making(generator), limits, 0, KeyedTable(items, "items"), pictures)
        assert (set(threads), torch.get_num_threads()) == ({1}, 2)
    finally:
        hook.remove()
        torch.set_num_threads(before)


def test_a_detector_that_is_not_there_is_named(tmp_path):
    with pytest.raises(BadInput, match="object detector"):
        detector(str(tmp_path))
