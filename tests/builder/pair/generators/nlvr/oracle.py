"""A second opinion on NLVR, made another way: scenes are read back from pixels, statements matched by templates.

It shares no code with the generator. Where people may mean two things, it says both.
"""

from __future__ import annotations

import itertools
import re
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

import numpy as np


class Blob(NamedTuple):
    """One coloured region of a picture, coordinates inside its box."""

    colour: str
    shape: str
    left: int
    top: int
    right: int
    bottom: int


INK = {"yellow": (255, 255, 0), "black": (0, 0, 0), "blue": (0, 153, 255)}
WORDS = {word: n for n, word in enumerate(("zero", "one", "two", "three", "four", "five", "six", "seven", "eight"))}
NUM = r"(\d|one|two|three|four|five|six|seven|eight)"
COL, THING = r"(yellow|black|blue)", r"(block|item|object|square|circle|triangle)s?"
_N = NUM.replace("(", "(?:")
MANY = rf"((?:at ?least|exactly|only|at most|more than) {_N}|an?|no|none of the|{_N}|)"
HAS = r"(?:with|having|(?:that|which) (?:has|have|contains?)|has|have|contains?)"


def see(pixels: np.ndarray) -> list[list[Blob]]:
    """Find the regions of each box by flood fill; their shape follows from the width of their first and last rows."""
    boxes = []
    for at in range(3):
        part = pixels[:, at * 150 : at * 150 + 100].astype(int)
        nearest = np.full(part.shape[:2], -1)
        for number, ink in enumerate(INK.values()):
            nearest[np.abs(part - ink).sum(axis=2) < 120] = number
        boxes.append(_blobs(nearest))
    return boxes


def _blobs(labels: np.ndarray) -> list[Blob]:
    found, left = [], labels >= 0
    while left.any():
        start = tuple(np.argwhere(left)[0])
        colour, cells, queue = labels[start], [], deque([start])
        left[start] = False
        while queue:
            y, x = queue.popleft()
            cells.append((y, x))
            for dy, dx in itertools.product((-1, 0, 1), repeat=2):
                y2, x2 = y + dy, x + dx
                inside = 0 <= y2 < labels.shape[0] and 0 <= x2 < labels.shape[1]
                if inside and left[y2, x2] and labels[y2, x2] == colour:
                    left[y2, x2] = False
                    queue.append((y2, x2))
        (y0, x0), (y1, x1) = np.min(cells, axis=0), np.max(cells, axis=0)
        first, last = (np.ptp([x for y, x in cells if y == row]) + 1 for row in (y0, y1))
        wide = 0.7 * (x1 - x0 + 1)
        shape = "circle" if last < wide else "square" if first > wide else "triangle"
        found.append(Blob(list(INK)[colour], shape, int(x0), int(y0), int(x1), int(y1)))
    return found


Test = Callable[[list[Blob]], bool]


def judge(statement: str, boxes: list[list[Blob]]) -> set[bool]:
    """All truth values that the statement may have of the picture; empty where no template fits."""
    text = " ".join(statement.lower().split()).strip(" .").replace("atleast", "at least")
    found: set[bool] = set()
    for template, truth in TEMPLATES:
        match = re.fullmatch(template, text)
        if match:
            found |= truth(boxes, *match.groups())
    return found


def many(words: str | None, count: int) -> set[bool]:
    """Whether so many are as many as the words want; a bare number wants at least, or exactly, so many."""
    words = words or "a"
    last = words.split()[-1]
    n = int(last) if last.isdigit() else WORDS.get(last, 1)
    if words.startswith(("at least", "atleast")):
        return {count >= n}
    if words.startswith(("exactly", "only")):
        return {count == n}
    if words.startswith("at most"):
        return {count <= n}
    if words.startswith("more than"):
        return {count > n}
    if words in ("no", "none of the"):
        return {count == 0}
    return {count >= 1} if words in ("a", "an") else {count >= n, count == n}


def fits(blob: Blob, colour: str | None, thing: str) -> bool:
    return colour in (None, "", blob.colour) and thing in ("block", "item", "object", blob.shape)


def tower(box: list[Blob]) -> list[str]:
    """Colours from the floor up."""
    return [blob.colour for blob in sorted(box, key=lambda blob: -blob.bottom)]


def things(boxes, quantity, colour, thing, keep=lambda blob: True):
    return many(quantity, sum(fits(blob, colour, thing) and keep(blob) for box in boxes for blob in box))


def towers(boxes, quantity, *tests: Test) -> set[bool]:
    """Towers that pass; a lone block may or may not be one."""
    counts = {sum(all(test(box) for test in tests) for box in boxes if len(box) > lone) for lone in (0, 1)}
    return set().union(*(many(quantity, count) for count in counts))


def tall(words: str | None) -> list[Test]:
    """Tests of height."""
    return [lambda box: many(words.replace("only", "exactly"), len(box)) == {True}] if words else []


def exact_height(word: str) -> list[Test]:
    return [lambda box: len(box) == (int(word) if word.isdigit() else WORDS[word])]


def margins(blob: Blob) -> tuple[int, int, int, int]:
    """Distances to left, top, right and bottom."""
    return blob.left, blob.top, 99 - blob.right, 99 - blob.bottom


def touching(boxes, quantity, colour, thing, no, where):
    found = set()
    for near in (0, 1, 2):

        def keep(blob: Blob, near: int = near) -> bool:
            closest = margins(blob)[3] if where in ("base", "bottom") else min(margins(blob))
            return (closest <= near) != bool(no)

        found |= things(boxes, quantity, colour, thing, keep)
    return found


def over(upper: str, lower: str) -> list[Test]:
    """Directly, or anywhere above; one test per meaning."""

    def right(box: list[Blob]) -> bool:
        return (lower, upper) in itertools.pairwise(tower(box))

    def anywhere(box: list[Blob]) -> bool:
        return (lower, upper) in itertools.combinations(tower(box), 2)

    return [right, anywhere]


def stacked(boxes, quantity, height, first, relation, second):
    pair = (second, first) if relation in ("below", "under") else (first, second)
    tests = exact_height(height) if height else []
    return set().union(*(towers(boxes, quantity, test, *tests) for test in over(*pair)))


def blocks_stacked(boxes, quantity, first, relation, second):
    upper, lower = (second, first) if relation in ("below", "under") else (first, second)
    found = set()
    for direct in (True, False):
        count = 0
        for colours in map(tower, boxes):
            for at, colour in enumerate(colours):
                below = colours[max(at - 1, 0) : at] if direct else colours[:at]
                above = colours[at + 1 : at + 2] if direct else colours[at + 1 :]
                count += (
                    (colour == upper and lower in below) if first == upper else (colour == lower and upper in above)
                )
        found |= many(quantity, count)
    return found


def place(where: str) -> int:
    return -1 if where == "top" else 0


def list_of(boxes, quantity, words):
    """Boxes or towers that hold all of a list such as 'a blue circle, a yellow square and two black items'."""
    parts = [re.fullmatch(rf"{MANY}\s*{COL}? ?{THING}", part) for part in re.split(r", and |, | and ", words)]
    if not all(parts):
        return set()
    found = set()
    for exact in (False, True):
        count = 0
        for box in boxes:
            good = True
            for part in parts:
                meant = many(part[1], sum(fits(blob, part[2], part[3]) for blob in box))
                good &= (all(meant) if exact else any(meant)) if len(meant) > 1 else meant == {True}
            count += good
        found |= many(quantity, count)
    return found


def only(boxes, quantity, one, two):
    return set().union(
        many(quantity, sum({b.colour for b in box} <= {one, two or one} for box in boxes)),
        many(quantity, sum({b.colour for b in box} == {one, two or one} for box in boxes)),
    )


THERE = r"there (?:is|are) "
POSITIONS = r"(top|base|bottom)"
BOUND = r"(?:exactly|at least|more than|at most)"
SOME_WALL = r"(?:the|an|any|a) (edge|wall|base|base edge|side)"
UPON = r"(over|above|on|under|below)"
TEMPLATES: list[tuple[str, Callable[..., set[bool]]]] = [
    (rf"{THERE}{MANY} ?{COL}? ?{THING}", things),
    (
        rf"(?:{THERE})?{MANY} ?{COL}? ?{THING} (?:are |is )?(not )?touching {SOME_WALL}",
        lambda boxes, q, c, t, no, where: touching(boxes, q, c, t, no, where.split()[0]),
    ),
    (
        rf"{THERE}{MANY} ?towers? {HAS} (?:an? |1 )?{COL} blocks? (?:at|on) (?:the )?{POSITIONS}",
        lambda boxes, q, c, where: towers(boxes, q, lambda box: tower(box)[place(where)] == c),
    ),
    (
        rf"{THERE}{MANY} ?towers? with {NUM} blocks? {HAS} an? {COL} block at the {POSITIONS}",
        lambda boxes, q, n, c, where: towers(boxes, q, *exact_height(n), lambda box: tower(box)[place(where)] == c),
    ),
    (
        rf"{THERE}{MANY} ?towers? with exactly {NUM} blocks? (?:with|having) an? {COL} block at the {POSITIONS}",
        lambda boxes, q, n, c, where: towers(boxes, q, *exact_height(n), lambda box: tower(box)[place(where)] == c),
    ),
    (
        rf"{THERE}{MANY} ?{COL} blocks? as the {POSITIONS} of a tower",
        lambda boxes, q, c, where: towers(boxes, q, lambda box: tower(box)[place(where)] == c),
    ),
    (
        rf"{THERE}{MANY} ?{COL} blocks? as the {POSITIONS} of a tower with ({BOUND} {NUM}) blocks?",
        lambda boxes, q, c, where, h, _: towers(boxes, q, lambda box: tower(box)[place(where)] == c, *tall(h)),
    ),
    (
        rf"{THERE}{MANY} ?{COL} blocks? as the {POSITIONS} of a tower with {NUM} blocks?",
        lambda boxes, q, c, where, n: towers(boxes, q, lambda box: tower(box)[place(where)] == c, *exact_height(n)),
    ),
    (
        rf"{THERE}{MANY} ?towers? (?:with|that has|which has) (?:exactly |only )?{NUM} blocks?",
        lambda boxes, q, n: towers(boxes, q, *exact_height(n)),
    ),
    (
        rf"{THERE}{MANY} ?towers? {HAS} an? {COL} block (over|above|on|under|below) an? {COL} block",
        lambda boxes, q, a, how, b: stacked(boxes, q, None, a, how, b),
    ),
    (
        rf"{THERE}{MANY} ?towers? with exactly {NUM} blocks having an? {COL} block {UPON} an? {COL} block",
        stacked,
    ),
    (rf"{THERE}{MANY} ?{COL} block (on|above|below|under|over) an? {COL} block", blocks_stacked),
    (
        rf"{THERE}{MANY} ?{COL} tower",
        lambda boxes, q, c: towers(boxes, q, lambda box: set(tower(box)) == {c}),
    ),
    (rf"{THERE}{MANY} ?(?:grey )?box(?:es)? {HAS} ((?:at least |exactly |only |an? |\d|two |three ).*)", list_of),
    (
        rf"{THERE}{MANY} ?towers? {HAS} ((?:at least |exactly |only |an? |\d|two |three ).*)",
        lambda boxes, q, words: list_of(boxes, q, words) | list_of([b for b in boxes if len(b) > 1], q, words),
    ),
    (rf"{THERE}{MANY} ?(?:box|tower)(?:es|s)? {HAS} only {COL}(?: and {COL})? (?:items|blocks)", only),
    (rf"{THERE}{MANY} ?box(?:es)? with items of only {COL}(?: and {COL})? colou?r", only),
    (
        rf"(?:each|all (?:three|3)) (?:grey )?(?:box|towers?|boxes) {HAS} ((?:at least |exactly |only |an? |\d).*)",
        lambda boxes, words: list_of(boxes, "exactly 3", words) & list_of(boxes, "at least 3", words),
    ),
]
"""Pattern of the whole statement, and what it may mean."""
