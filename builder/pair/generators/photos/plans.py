"""Plans: what could be done to a picture, and what it would then show. Nothing is painted before a plan is chosen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from twokeys.builder.pair.generators.photos.donors import Donor, placed
from twokeys.builder.pair.generators.photos.removal import Inpaint, widened
from twokeys.builder.pair.generators.photos.things import Cut, Known, Thing, mask_of, within
from twokeys.builder.pair.generators.photos.writing import Mask, Pixels

OVERLAP = 0.03
"""Share of a change's place that may belong to other things: they would be harmed, or hide what is put there."""


@dataclass(frozen=True)
class Plan:
    """One change of a picture.

    Attributes:
        kind: `remove`, `repaint` or `paste`.
        after: Label -> how many are there afterwards, for the labels that it changes.
        note: What is done, in words.
        paint: Does it; gives None where it cannot be done.
    """

    kind: str
    after: dict[str, int]
    note: str
    paint: Callable[[], Pixels | None]


@dataclass(frozen=True)
class Scene:
    """A picture with what is known of it.

    Attributes:
        pixels: Its pixels.
        known: Its things.
        area: Least and largest share of the picture that a change may take.
        cut: Finds a thing's mask.
    """

    pixels: Pixels
    known: Known
    area: tuple[float, float]
    cut: Cut = mask_of
    _masks: dict[Thing, Mask] = field(default_factory=dict, init=False, repr=False, compare=False)
    _filled: dict[bytes, Pixels | None] = field(default_factory=dict, init=False, repr=False, compare=False)

    def mask(self, thing: Thing) -> Mask:
        """Where a thing is; found once."""
        if thing not in self._masks:
            self._masks[thing] = self.cut(thing, self.pixels)
        return self._masks[thing]

    def cover(self, thing: Thing) -> Mask:
        """A place that holds all of a thing: its mask, or its box where that is all that is known.

        GrabCut leaves a part of one thing in six outside, and with a part of it left a thing is still there.
        """
        if thing.outline is None and self.cut is mask_of:
            return within(thing.box, self.pixels)
        return self.mask(thing)

    def filled(self, inpaint: Inpaint, mask: Mask, barred: Mask) -> Pixels | None:
        """The picture with a place filled, or None; done once, for several questions ask for the same place."""
        place = np.packbits(mask).tobytes()
        if place not in self._filled:
            self._filled[place] = inpaint(self.pixels, mask, barred)
        return self._filled[place]

    def fits(self, mask: Mask) -> bool:
        """Whether a mask is neither too small to be seen nor too large to be filled."""
        return self.area[0] <= float(mask.mean()) <= self.area[1]

    def others(self, things: tuple[Thing, ...]) -> Mask:
        """Where the boxes of all other things are."""
        mask = np.zeros(self.pixels.shape[:2], dtype=bool)
        for thing in self.known.things:
            if thing not in things:
                mask[thing.box[1] : thing.box[3], thing.box[0] : thing.box[2]] = True
        return mask


def removals(scene: Scene, label: str, single: bool, inpaint: Inpaint) -> Iterator[Plan]:
    """Remove all things of a label, or one of them.

    Args:
        scene: The picture.
        label: The label.
        single: Whether only one goes, so that the count falls by one.
        inpaint: Fills the place.
    """
    things = scene.known.of(label)
    if not things or any(thing.crowd for thing in things):
        return
    sets = [(thing,) for thing in things] if single else [things]
    for gone in sets:
        mask = np.logical_or.reduce([widened(scene.cover(thing)) for thing in gone])
        if not scene.fits(mask) or (mask & _others_in(scene, mask, gone)).sum() > OVERLAP * mask.sum():
            continue
        remaining = len(things) - len(gone)
        note = f"{_said(len(gone), label)} removed, {remaining} left"
        yield Plan("remove", {label: remaining}, note, partial(_filled, scene, inpaint, mask, gone))


def repaints(scene: Scene, like: Mask, inpaint: Inpaint, random: np.random.Generator) -> Iterator[Plan]:
    """Paint over background where no thing is: the same work as a removal, without its effect.

    Args:
        scene: The picture.
        like: Where something was removed: its shape is painted over elsewhere.
        inpaint: Fills the place.
        random: Draws the place.
    """
    ys, xs = np.nonzero(like)
    shape = like[ys.min() : ys.max() + 1, xs.min() : xs.max() + 1]
    height, width = scene.pixels.shape[:2]
    taken = scene.others(()) | like
    for _ in range(40):
        y = int(random.integers(0, max(height - shape.shape[0], 0) + 1))
        x = int(random.integers(0, max(width - shape.shape[1], 0) + 1))
        place = np.zeros_like(like)
        place[y : y + shape.shape[0], x : x + shape.shape[1]] = shape[: height - y, : width - x]
        if not (place & taken).any() and scene.fits(place):
            note = "a place of the background painted over, nothing removed"
            yield Plan("repaint", {}, note, partial(_filled, scene, inpaint, place, ()))
            return


def pastes(scene: Scene, donors: tuple[Donor, ...], random: np.random.Generator) -> Iterator[Plan]:
    """Paste a thing of another picture where nothing is in the way.

    Where a crowd of such things is there, nobody knows how many there are, before or afterwards.
    """
    for donor in donors:
        if any(thing.crowd for thing in scene.known.of(donor.label)):
            continue
        put = placed(donor, scene.pixels, scene.others(()), scene.area, random)
        if put is not None:
            count = scene.known.counts.get(donor.label, 0) + 1
            note = f"a {donor.label} of another picture pasted, {count} there"
            yield Plan("paste", {donor.label: count}, note, partial(np.copy, put))


def _others_in(scene: Scene, place: Mask, but: tuple[Thing, ...]) -> Mask:
    """Where other things really are, as far as they are in a place; their boxes would forbid far more."""
    mask = np.zeros(scene.pixels.shape[:2], dtype=bool)
    for thing in scene.known.things:
        # Nothing is cut out beyond the surroundings of its box, and to cut takes long.
        near = thing.outline is not None or (place & within(thing.box, scene.pixels, grown=True)).any()
        if thing not in but and near:
            mask |= scene.mask(thing)
    return mask


def _filled(scene: Scene, inpaint: Inpaint, place: Mask, but: tuple[Thing, ...]) -> Pixels | None:
    """A place filled with what is no other thing, nor the rim of one."""
    barred = np.zeros(scene.pixels.shape[:2], dtype=bool)
    for thing in scene.known.things:
        if thing not in but:
            barred |= widened(scene.mask(thing))
    return scene.filled(inpaint, place, barred)


def _said(number: int, label: str) -> str:
    return f"the {label}" if number == 1 else f"{number} things ({label})"
