"""What is done to pixels: places are filled, things pasted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.builder.pair.generators.photos import toy
from twokeys.builder.pair.generators.photos.donors import cut_out, placed
from twokeys.builder.pair.generators.photos.plans import Scene, pastes, removals, repaints
from twokeys.builder.pair.generators.photos.removal import inpainting, widened
from twokeys.builder.pair.generators.photos.things import Known, Thing, outline_of, within

cv2 = pytest.importorskip("cv2")
pytest.importorskip("pycocotools.mask")
LABELS = frozenset(toy.COLOURS)
AREA = (0.001, 0.3)


def thing(label: str, x: int, y: int) -> Thing:
    r = toy.RADIUS
    box = max(x - r, 0), max(y - r, 0), min(x + r + 1, toy.WIDTH), min(y + r + 1, toy.HEIGHT)
    return Thing(label, box, outline_of(toy.disc(x, y)))


def scene(*discs: toy.Disc) -> Scene:
    return Scene(toy.photo(discs), Known(tuple(thing(*one) for one in discs), LABELS), AREA)


@pytest.mark.parametrize("name", ["patches", "telea", "ns"])
def test_a_removed_disc_leaves_wall_with_the_grain_of_wall(name):
    one = scene(("apple", 60, 50))
    (plan,) = removals(one, "apple", False, inpainting(name))
    new = plan.paint()
    mask = widened(toy.disc(60, 50))
    assert np.array_equal(new[~mask], one.pixels[~mask])
    assert np.abs(new[mask].astype(int) - toy.wall()[mask]).max() < 25
    # A fill without grain would have a Laplacian near 0; the wall's is about 2 * sqrt(20) = 9.
    roughness = np.abs(cv2.Laplacian(new[..., 1].astype(np.float32), cv2.CV_32F))
    assert roughness[toy.disc(60, 50, 6)].mean() == pytest.approx(roughness[~mask].mean(), rel=0.5)
    assert plan.after == {"apple": 0}


def test_one_of_several_goes_when_the_count_is_asked_for():
    plans = list(removals(scene(("leaf", 30, 30), ("leaf", 90, 60)), "leaf", True, inpainting("telea")))
    assert [plan.after for plan in plans] == [{"leaf": 1}, {"leaf": 1}]
    assert toy.decoded(toy.file_of(plans[0].paint(), "PNG"))[60, 90].tolist() == list(toy.COLOURS["leaf"])


def test_of_a_thing_with_a_box_alone_the_whole_box_goes():
    boxed = replace(thing("apple", 60, 50), outline=None)
    # Half of it looks like the wall, which GrabCut would take for background.
    pixels = toy.photo([("apple", 60, 50)])
    pixels[toy.disc(60, 50) & (np.arange(toy.WIDTH) < 60)] = pixels[0, 0]
    (plan,) = removals(Scene(pixels, Known((boxed,), LABELS), AREA), "apple", False, inpainting("telea"))
    changed = (plan.paint() != pixels).any(axis=2)
    assert changed[within(boxed.box, pixels)].mean() > 0.9


def test_what_touches_another_thing_or_is_a_crowd_stays():
    fill = inpainting("telea")
    assert not list(removals(scene(("apple", 60, 50), ("leaf", 68, 50)), "apple", False, fill))
    crowd = Thing("apple", (50, 40, 71, 61), outline_of(toy.disc(60, 50)), crowd=True)
    assert not list(removals(Scene(toy.photo([]), Known((crowd,), LABELS), AREA), "apple", False, fill))
    tight = Scene(toy.photo([("apple", 60, 50)]), Known((thing("apple", 60, 50),), LABELS), (0.3, 0.5))
    assert not list(removals(tight, "apple", False, fill))


def test_a_control_paints_over_background_alone():
    one = scene(("apple", 60, 50), ("leaf", 100, 20))
    (plan,) = repaints(one, widened(toy.disc(60, 50)), inpainting("telea"), np.random.default_rng(0))
    changed = (plan.paint() != one.pixels).any(axis=2)
    assert changed.sum() > 100
    assert not (changed & (toy.disc(60, 50) | toy.disc(100, 20))).any()
    assert plan.after == {}


def test_a_cut_out_is_pasted_as_it_is_where_nothing_stands():
    source = scene(("plum", 40, 60))
    donor = cut_out(source.known, "plum", source.pixels, "k", AREA)
    target = scene(("apple", 60, 60))
    (plan,) = pastes(target, (donor,), np.random.default_rng(0))
    new = plan.paint()
    changed = (new != target.pixels).any(axis=2)
    assert plan.after == {"plum": 1}
    assert not (changed & toy.disc(60, 60)).any()
    ys, xs = np.nonzero(changed)
    assert abs((ys.min() + ys.max()) / 2 - 60) <= 2
    middle = new[int(ys.mean()), int(xs.mean())].astype(int)
    assert np.abs(middle - toy.COLOURS["plum"]).max() <= 3
    assert 0.6 < changed.sum() / toy.disc(40, 60).sum() < 1.1


def test_only_what_was_outlined_or_cut_by_a_segmenter_is_pasted():
    known = Known((replace(thing("plum", 40, 60), outline=None),), LABELS)
    pixels = toy.photo([("plum", 40, 60)])
    assert cut_out(known, "plum", pixels, "k", AREA) is None
    donor = cut_out(known, "plum", pixels, "k", AREA, lambda one, _: toy.disc(40, 60))
    assert donor.mask.sum() == toy.disc(40, 60).sum()


def test_nothing_is_pasted_beside_a_crowd_of_the_same_label():
    source = scene(("plum", 40, 60))
    donor = cut_out(source.known, "plum", source.pixels, "k", AREA)
    crowd = Thing("plum", (0, 0, 20, 20), outline_of(toy.disc(9, 9)), crowd=True)
    for label, plans in (("plum", 0), ("leaf", 1)):
        there = Scene(toy.photo([]), Known((replace(crowd, label=label),), LABELS), AREA)
        assert len(list(pastes(there, (donor,), np.random.default_rng(0)))) == plans


def test_nothing_is_pasted_where_everything_is_taken():
    source = scene(("plum", 40, 60))
    donor = cut_out(source.known, "plum", source.pixels, "k", AREA)
    full = np.ones((toy.HEIGHT, toy.WIDTH), dtype=bool)
    assert placed(donor, source.pixels, full, AREA, np.random.default_rng(0)) is None


def test_only_whole_free_things_are_cut_out():
    for discs in ([("plum", 4, 60)], [("plum", 40, 60), ("leaf", 50, 60)], [("leaf", 40, 60)]):
        one = scene(*discs)
        assert cut_out(one.known, "plum", one.pixels, "k", AREA) is None
