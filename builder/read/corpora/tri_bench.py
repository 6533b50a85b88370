"""Tri-Bench: photos of a triangle between three stickers, six questions each."""

from __future__ import annotations

import math
from pathlib import Path, PurePosixPath
from typing import Literal

from twokeys.builder.read.corpora.opening import CHECK, SourceFile, field, one_of, read_csv, source_file
from twokeys.builder.read.corpora.reader import Reader, Rows, each, options, picture
from twokeys.builder.recipe import Corpus, Part
from twokeys.core.errors import BadInput
from twokeys.core.items import Row

# The corpus's table in the image plane has the same columns, but what it states is not the gold.
FILE, PICTURES = "data/tri_bench_triangles_3d.csv", "images"
NEEDS = f"the files of github.com/Amiton7/Tri-Bench: {FILE} and {PICTURES}/triangles_original/*.jpg"

Ask = Literal["side_type", "angle_type", "ab_over_ac", "abs_b_minus_c_deg", "max_over_min_side", "angle_range_deg"]
CHOICES: dict[str, tuple[str, ...]] = {
    "side_type": ("equilateral", "isosceles", "scalene"),
    "angle_type": ("acute", "right", "obtuse"),
}
SCENE = (
    "The image shows triangle ABC, whose vertices are the centres of three small square stickers: A is red, "
    "B is yellow and C is blue. A square border of light-brown masking tape lies around it in the same plane."
)
_NUMBER = "Answer with a number of four decimals."
# The corpus's prompt asks all six at once; each of them must stand alone here.
QUESTIONS: dict[Ask, str] = {
    "side_type": f"{SCENE} Is triangle ABC equilateral, isosceles, or scalene?",
    "angle_type": f"{SCENE} Is triangle ABC acute, right, or obtuse?",
    "ab_over_ac": f"{SCENE} By what factor is side AB longer than side AC (AB divided by AC)? {_NUMBER}",
    "abs_b_minus_c_deg": f"{SCENE} By how many degrees do the angles ABC and ACB differ? {_NUMBER}",
    "max_over_min_side": f"{SCENE} What is its longest side divided by its shortest side? {_NUMBER}",
    "angle_range_deg": f"{SCENE} By how many degrees do its largest and its smallest angle differ? {_NUMBER}",
}


class Options(Part):
    """What the recipe may choose."""

    questions: tuple[Ask, ...] = ("side_type", "angle_type")
    """What to ask about each photo: two questions have options, the other four ask for a number."""


def files(corpus: Corpus, root: Path) -> list[Path]:
    """List the table of true shapes."""
    options(corpus, Options)
    return [source_file(root, FILE, NEEDS).path]


def read(corpus: Corpus, root: Path, split: str) -> Rows:
    """Yield every wanted question about every photo."""
    file = source_file(root, FILE, NEEDS)
    asks = options(corpus, Options).questions

    def make(number: int, question: tuple[dict[str, str], Ask]) -> Row:
        record, ask = question
        photo = field(record, "img_original", file, number)
        # Tables of the corpus write the same triangle as "1" and as "001".
        triangle = field(record, "triangle_id", file, number).lstrip("0")
        gold = field(record, ask, file, number)
        choices = CHOICES.get(ask, ())
        return Row(
            file.name,
            number,
            split,
            source_id=f"{PurePosixPath(photo).stem}:{ask}",
            image=picture(corpus, photo, file, number, PICTURES),
            question=QUESTIONS[ask],
            answer=one_of(gold, choices, ask, file, number) if choices else _number(gold, ask, file, number),
            choices=choices,
            answer_type="choice" if choices else "number",
            links=(f"tri-bench:triangle:{triangle}",),
            meta={"asks": ask, **{name: record.get(name) for name in ("camera_view", "object_in_square")}},
        )

    for number, record in read_csv(file):
        questions = [(number, record)] if isinstance(record, BadInput) else [(number, (record, ask)) for ask in asks]
        yield from each(questions, make)


def _number(text: str, ask: str, file: SourceFile, row: int) -> str:
    try:
        finite = math.isfinite(float(text))
    except ValueError:
        finite = False
    if not finite:
        raise BadInput(file.name, row, f"{ask} is {text!r}", "a number", CHECK)
    return text


READER = Reader(
    format="tri-bench",
    summary="Tri-Bench: photos of triangles, three options or a number",
    official=("test",),
    files=files,
    read=read,
    needs=NEEDS,
)
