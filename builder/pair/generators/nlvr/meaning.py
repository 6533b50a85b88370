"""From parse trees of statements to tests of scenes: what each rule of `statements.lark` means."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from lark import Token

from twokeys.builder.pair.generators.nlvr.counts import Counts, Enough
from twokeys.builder.pair.generators.nlvr.scene import COLOURS, Box, Scene, Thing, is_tower, upwards
from twokeys.builder.pair.generators.nlvr.spelling import number

Reading = Mapping[str, int]
"""A choice in each dimension of `DIMENSIONS` that a statement touches."""
DIMENSIONS: dict[str, tuple[int, ...]] = {
    "outer": (
        0,
        1,
    ),  # a bare number of things or boxes that there are: at least, or exactly; "the": some, or all of them
    "inner": (0, 1),  # a bare number of things that a box holds: at least, or exactly
    "above": (0, 1),  # anywhere above, or right above
    "mix": (0, 1),  # "only blue and yellow": no others, or also both of them
    "lone": (0, 1),  # whether a single block is a tower
    "near": (0, 1, 2),  # up to how many pixels from the wall something touches it
}


class UnclearError(Exception):
    """The statement does not apply to the scene: nobody can say what the top of a scattered box is."""


Has = Callable[[Thing, Box, Reading], bool]
Is = Callable[[Box, Reading], bool]
Truth = Callable[[Scene, Reading], bool]


class Meaning(Counts):
    """Turns a parse tree into a test of scenes; one instance per tree, for it notes the dimensions that it met.

    Rules become `Has` (of a thing in its box), `Is` (of a box), `Enough` (of counts), or `Truth` (of a scene).
    """

    def __init__(self) -> None:
        super().__init__()
        self.used: set[str] = set()

    # statements

    def count_things(self, parts: list[Any]) -> Truth:
        """There are so many such things."""
        enough, has = parts
        self._outer(enough)
        return lambda scene, r: enough(_count(scene, has, r), sum(map(len, scene)), r.get("outer", 0))

    def things_touch(self, parts: list[Any]) -> Truth:
        """So many of such things touch something."""
        enough, has, touches = parts
        self._outer(enough)

        def truth(scene: Scene, r: Reading) -> bool:
            both = _count(scene, lambda t, b, r: has(t, b, r) and touches(t, b, r), r)
            return bool(enough(both, _count(scene, has, r), r.get("outer", 0)))

        return truth

    def things_do_not(self, parts: list[Any]) -> Truth:
        """So many of such things do not touch it."""
        return self.things_touch([*parts[:2], self.not_(parts[2:])])

    def count_boxes(self, parts: list[Any]) -> Truth:
        """There are so many such boxes."""
        enough, is_ = parts
        self._outer(enough)
        return lambda scene, r: enough(sum(is_(box, r) for box in scene), 3, r.get("outer", 0))

    def boxes_hold(self, parts: list[Any]) -> Truth:
        """So many of such boxes are such."""
        enough, is_, holds = parts
        self._outer(enough)

        def truth(scene: Scene, r: Reading) -> bool:
            meant = [box for box in scene if is_(box, r)]
            return bool(enough(sum(holds(box, r) for box in meant), len(meant), r.get("outer", 0)))

        return truth

    def boxes_based(self, parts: list[Any]) -> Truth:
        """So many of such towers have a base of that colour."""
        return self.boxes_hold([*parts[:2], _placed(parts[2], lowest=True)])

    def place_is(self, parts: list[Any]) -> Truth:
        """The top or base of such a tower has that colour."""
        lowest, is_, colour = parts
        return self.boxes_hold([self.the([]), is_, _placed(colour, lowest)])

    def each_box(self, parts: list[Any]) -> Truth:
        """Every such box is such."""
        is_, holds = parts
        return lambda scene, r: all(holds(box, r) for box in scene if is_(box, r))

    def in_each(self, parts: list[Any]) -> Truth:
        """So many such things are in every box."""
        enough, has = parts
        self._inner(enough)
        return lambda scene, r: all(enough(_number(box, has, r), len(box), r.get("inner", 0)) for box in scene)

    # things

    def things(self, parts: list[Any]) -> Has:
        """A noun with what stands before and after it."""
        at = next(index for index, part in enumerate(parts) if isinstance(part, Token))
        shape = str(parts[at]).rstrip("s")
        tests: list[Has] = [*parts[:at], *parts[at + 1 :]]

        def has(thing: Thing, box: Box, r: Reading) -> bool:
            if shape == "block" and not is_tower(box):
                raise UnclearError
            return (shape in _ANY or thing.shape == shape) and all(test(thing, box, r) for test in tests)

        return has

    def colours(self, parts: list[Any]) -> Has:
        """Of one of these colours."""
        names = set(map(str, parts))
        return lambda thing, box, r: thing.colour in names

    def size(self, parts: list[Any]) -> Has:
        """Of that size."""
        size = _SIZES[str(parts[0])]
        return lambda thing, box, r: thing.size == size

    def not_(self, parts: list[Any]) -> Has:
        """The contrary."""
        (has,) = parts
        return lambda thing, box, r: not has(thing, box, r)

    def just(self, parts: list[Any]) -> Has:
        """The same."""
        has: Has = parts[0]
        return has

    def anything(self, parts: list[Any]) -> Has:
        """Whatever it is."""
        return lambda thing, box, r: True

    def at_place(self, parts: list[Any]) -> Has:
        """At the top or at the base, perhaps of such a tower."""
        lowest, *of = parts

        def has(thing: Thing, box: Box, r: Reading) -> bool:
            tower = _tower(box)
            return tower[0 if lowest else -1] == thing and all(is_(box, r) for is_ in of)

        return has

    def top(self, parts: list[Any]) -> bool:
        """The highest block."""
        return False

    def base(self, parts: list[Any]) -> bool:
        """The lowest block."""
        return True

    def above(self, parts: list[Any]) -> Has:
        """Above such a thing."""
        return self._beside(parts[0], 1)

    def below(self, parts: list[Any]) -> Has:
        """Below such a thing."""
        return self._beside(parts[0], -1)

    def between(self, parts: list[Any]) -> Has:
        """Right between two such things, one above and one below."""
        (has,) = parts

        def between(thing: Thing, box: Box, r: Reading) -> bool:
            tower = _tower(box)
            at = tower.index(thing)
            return 0 < at < len(tower) - 1 and has(tower[at - 1], box, r) and has(tower[at + 1], box, r)

        return between

    def _beside(self, other: Has, step: int) -> Has:
        self.used.add("above")

        def beside(thing: Thing, box: Box, r: Reading) -> bool:
            tower = _tower(box)
            at = tower.index(thing)
            anywhere = tower[:at] if step > 0 else tower[at + 1 :]
            near = anywhere[-1:] if step > 0 else anywhere[:1]
            return any(other(found, box, r) for found in (near if r["above"] else anywhere))

        return beside

    # touching

    def wall(self, parts: list[Any]) -> Has:
        """Some wall, the floor or the ceiling."""
        return self._touch(lambda margins, near: min(margins) <= near)

    def corner(self, parts: list[Any]) -> Has:
        """Two walls at once."""
        return self._touch(lambda m, near: min(m[0], m[2]) <= near and min(m[1], m[3]) <= near)

    def floor(self, parts: list[Any]) -> Has:
        """The floor of the box."""
        return self._touch(lambda margins, near: margins[3] <= near)

    def right(self, parts: list[Any]) -> Has:
        """The right wall."""
        return self._touch(lambda margins, near: margins[2] <= near)

    def _touch(self, test: Callable[[tuple[int, int, int, int], int], bool]) -> Has:
        self.used.add("near")
        return lambda thing, box, r: test(thing.margins, r["near"])

    # boxes

    def boxes(self, parts: list[Any]) -> Is:
        """A box or tower with what stands before and after it."""
        at = next(index for index, part in enumerate(parts) if isinstance(part, Token))
        tests: list[Is] = [*parts[:at], *parts[at + 1 :]]
        tower = str(parts[at]).startswith("tower")
        if tower:
            self.used.add("lone")

        def is_(box: Box, r: Reading) -> bool:
            if tower and (not is_tower(box)):
                raise UnclearError
            return not (tower and r["lone"] and len(box) < 2) and all(test(box, r) for test in tests)

        return is_

    def colour(self, parts: list[Any]) -> Is:
        """All of one colour."""
        name = str(parts[0])
        return lambda box, r: all(thing.colour == name for thing in box)

    def height(self, parts: list[Any]) -> Is:
        """A tower of so many blocks."""
        n = number(parts[0]) if parts else 1
        return lambda box, r: len(box) == n

    def having(self, parts: list[Any]) -> Is:
        """That holds such things."""
        is_: Is = parts[0]
        return is_

    def held(self, parts: list[Any]) -> Is:
        """All of a list."""
        tests: list[Is] = list(parts)
        return lambda box, r: all(test(box, r) for test in tests)

    def holds(self, parts: list[Any]) -> Is:
        """So many such things in the box."""
        enough, has = parts
        self._inner(enough)
        return lambda box, r: enough(_number(box, has, r), len(box), r.get("inner", 0))

    def run(self, parts: list[Any]) -> Is:
        """So many such blocks one upon another."""
        n, has = number(parts[0]), parts[1]

        def is_(box: Box, r: Reading) -> bool:
            hits = [has(thing, box, r) for thing in _tower(box)]
            return any(all(hits[at : at + n]) for at in range(len(hits) - n + 1))

        return is_

    def only(self, parts: list[Any]) -> Is:
        """Nothing of other colours."""
        names = {str(part) for part in parts if part.type == "COLOUR"}
        if len(names) > 1:
            self.used.add("mix")

        def is_(box: Box, r: Reading) -> bool:
            there = {thing.colour for thing in box}
            return there == names if len(names) > 1 and r["mix"] else there <= names

        return is_

    def colours_are_3(self, parts: list[Any]) -> Is:
        """All colours that there are."""
        return _coloured(len(COLOURS))

    def colours_are(self, parts: list[Any]) -> Is:
        """So many colours."""
        return _coloured(number(parts[1]))

    def number_of_colours(self, parts: list[Any]) -> Is:
        """So many things of so many colours."""
        n, _, colours = parts
        coloured = _coloured(number(colours))
        return lambda box, r: len(box) == number(n) and coloured(box, r)

    def number_of_one_colour(self, parts: list[Any]) -> Is:
        """A box of so many things, all of one colour."""
        coloured = _coloured(1)
        return lambda box, r: len(box) == number(parts[0]) and coloured(box, r)

    def of_which(self, parts: list[Any]) -> Is:
        """So many things, and so many of them of a colour."""
        self.used.add("inner")
        n, _, m, colour = parts

        def is_(box: Box, r: Reading) -> bool:
            hits = sum(thing.colour == str(colour) for thing in box)
            return len(box) == number(n) and (hits == number(m) if r["inner"] else hits >= number(m))

        return is_

    def _outer(self, enough: Enough) -> None:
        if enough.bare is not None:
            self.used.add("outer")

    def _inner(self, enough: Enough) -> None:
        if enough.bare is not None:
            self.used.add("inner")


_ANY = ("block", "item", "object")
_SIZES = {"small": 10, "medium": 20, "big": 30}


def _number(box: Box, has: Has, r: Reading) -> int:
    return sum(has(thing, box, r) for thing in box)


def _count(scene: Scene, has: Has, r: Reading) -> int:
    return sum(_number(box, has, r) for box in scene)


def _coloured(n: int) -> Is:
    return lambda box, r: len({thing.colour for thing in box}) == n


def _placed(colour: str, lowest: bool) -> Is:
    return lambda box, r: _tower(box)[0 if lowest else -1].colour == str(colour)


def _tower(box: Box) -> Box:
    if not is_tower(box):
        raise UnclearError
    return upwards(box)
