"""Error rates of the audited tier by simulation: cues of twice the margin are refused, clean sets are certified.

    python -m benchmarks.simulated [--planted 0 100] [--clean 0 20] [--items 2000] [--keep FILE]

In every simulated set the answer is a bit of the question XOR a bit of the picture: neither view says anything by
itself, and all that blind adversaries can find is the planted cue. Each seed plants one kind, in turn, of twice the
margin's size in one view, and the judge made for that kind is asked, alone: whatever it refuses, all judges together
refuse. A certificate is false. Clean sets are judged by `JUDGES` in both views; a refusal, or "too small to tell", is
power that is lacking. Nothing is selected. Outcomes are appended to FILE, where one is named, so that seeds can
be run in parts; the section speaks of all that are there.
"""

from __future__ import annotations

import argparse
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd
from PIL import Image

from benchmarks.report import Table, say, section
from twokeys.builder.certify.audited.bounds import Answers
from twokeys.builder.certify.audited.control_stage import named
from twokeys.builder.certify.audited.families import CERTIFY
from twokeys.builder.certify.audited.labels import Labels
from twokeys.builder.certify.audited.planted import Copies
from twokeys.builder.certify.audited.planting import OPTIONS, PICTURES, SEEN, TEXT, in_picture
from twokeys.builder.certify.audited.refits import Refits
from twokeys.builder.certify.audited.verdict import Verdict, decide
from twokeys.builder.certify.audited.weighing import TestedSet, by_part
from twokeys.builder.measure import details
from twokeys.builder.measure.baselines import VIEWS, View, baselines
from twokeys.builder.measure.baselines.problem import Floats, Problem
from twokeys.builder.measure.matrix import ContentMatrix, Contents, Reads
from twokeys.builder.measure.metadata import PICTURE_FIELDS
from twokeys.builder.measure.plain_matrices import PLAIN, ImagePlaceMatrix, PlaceMatrix
from twokeys.builder.measure.stage import CrossFit, problems
from twokeys.builder.recipe import Audited, Measure
from twokeys.core.folds import fold_of
from twokeys.core.intervals.excess import Bools
from twokeys.core.items import question_key

SIDE = 96
FOLDS = 5
JUDGES = ("looks", "cased", "detail", "metadata", "together")
"""Families that are asked about clean sets."""
COLOURS, SHAPES = ("red", "blue", "green", "white"), ("box", "ball", "cone", "ring")
PLACES = ("on the left", "on the right", "at the top", "in the middle", "at the bottom", "near the edge")
NOUNS = (
    "boat", "chair", "cloud", "fence", "flag", "fork", "hat", "kite", "lamp", "leaf", "plate", "rock", "shoe", "tent",
    "tree", "wall",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Pictures:
    """Details of pictures, and what planting changes of them.

    Attributes:
        plain: (n, f) details.
        planted: Kind -> (n, 2, f) details with a 0 and with a 1.
    """

    plain: np.ndarray[Any, Any]
    planted: dict[str, np.ndarray[Any, Any]]


@cache
def pictures(items: int) -> Pictures:
    """Pictures of large blots in JPEG; their bit, which side is lighter, is tossed."""
    rng = np.random.default_rng(0)
    plain, planted = [], {kind: [] for kind in SEEN}  # type: ignore[var-annotated]
    for _ in range(items):
        blots = np.kron(rng.integers(40, 216, (6, 6, 3)), np.ones((SIDE // 6, SIDE // 6, 1)))
        noisy = np.clip(blots + rng.normal(0, 6, (SIDE, SIDE, 1)), 0, 255).astype(np.uint8)
        file = io.BytesIO()
        Image.fromarray(noisy).save(file, "JPEG", quality=int(rng.integers(80, 96)))
        with Image.open(io.BytesIO(file.getvalue())) as picture:
            shown = np.asarray(picture.convert("RGB"))
        whole = {"file": details.of_file(file.getvalue())} | details.of_pixels(shown)
        row = details.replaced(np.zeros(details.WIDTH, dtype=np.float32), whole)
        plain.append(row)
        for kind in SEEN:
            planted[kind].append([details.replaced(row, part) for part in in_picture(kind, shown, file.getvalue())])
    return Pictures(np.stack(plain), {kind: np.array(rows, dtype=np.float32) for kind, rows in planted.items()})


def simulated(items: int, seed: int, options: bool) -> pd.DataFrame:
    """A set whose answer is a bit of the question XOR a bit of the picture; one question in so many is asked again."""
    rng = np.random.default_rng([seed, 1])
    shown = rng.integers(0, 2, items)
    asked = rng.integers(0, 2, items)
    questions, choices, answers = [], [], []
    for one, other in zip(asked, shown, strict=True):
        first, second = rng.choice(NOUNS, 2, replace=False)
        words = f"the {rng.choice(COLOURS)} {rng.choice(SHAPES)} by the {first} {rng.choice(PLACES)}"
        questions.append(f"Is {words} {'lighter' if one else 'darker'} than the {second}?")
        pair = [f"the {first} {rng.choice(PLACES)}", f"the {second} {rng.choice(PLACES)}"]
        choices.append(pair if options else [])
        answers.append(pair[one ^ other] if options else "yes" if one ^ other else "no")
    keys = [f"picture {number:05d}" for number in range(items)]
    numbers = [str(number) for number in rng.permutation(items)]
    return pd.DataFrame({
        "id": [f"simulated:all:{number}" for number in numbers],
        "source": "simulated", "split": "all", "source_id": numbers, "meta": "{}",
        "question": questions, "choices": choices, "answer": answers, "compared": answers,
        "answer_type": "choice" if options else "yes/no",
        "question_key": [question_key(text, one) for text, one in zip(questions, choices, strict=True)],
        "image_key": keys, "group": keys,
    })  # fmt: skip


class SimulatedDetails(ContentMatrix):
    """Details of the simulated images."""

    name, views = "detail", ("image",)

    def __init__(self, images: int) -> None:
        self._images = images

    def make(self, contents: Contents) -> Floats:
        """Return the details of the images of the contents."""
        return pictures(self._images).plain[[int(str(key).split()[-1]) for key in contents.keys]]


class SimulatedFiles(SimulatedDetails):
    """Metadata of the files of simulated images: only their size differs."""

    name = "metadata"

    def make(self, contents: Contents) -> Floats:
        """Derive the metadata from the sizes in the details."""
        details = super().make(contents)
        sides = np.full((len(details), 2), SIDE, dtype=np.float32)
        rest = np.ones((len(details), len(PICTURE_FIELDS) - 3), dtype=np.float32)
        return np.concatenate([details[:, :1], sides, rest], axis=1)


def reads(items: pd.DataFrame) -> Reads:
    """Return the features that adversaries read of a simulated set."""
    images = len(items)
    return Reads(
        [*PLAIN, PlaceMatrix(items), ImagePlaceMatrix(items), SimulatedDetails(images), SimulatedFiles(images)]
    )


def verdict(items: pd.DataFrame, adversaries: Sequence[str], margin: float, kind: str | None, seed: int) -> Verdict:
    """Return the verdict of adversaries of one view on a set, with a planted cue of twice the margin or without."""
    view = cast(View, adversaries[0].partition(".")[0])
    labels, everything = Labels.of(items), np.ones(len(items), dtype=bool)
    fold = fold_of(items["group"], FOLDS, seed + 1)
    chosen, settings = {name: baselines()[name] for name in adversaries}, Measure(folds=FOLDS)
    made: list[tuple[Problem, list[str]]] = []
    planted = pictures(len(items)).planted if view == "image" else None
    for _, problem, able in problems(items, CrossFit(dict.fromkeys(VIEWS, fold), chosen, settings, reads(items))):
        if kind is not None:
            copies = Copies(items, labels, view, kind, planted)
            made.append((copies.copy(problem, labels.given, 2 * margin, [seed]), able))
        else:
            made.append((problem, able))
    tested = TestedSet.of(items, everything, Audited(margin=margin, certify=list(adversaries)), 0.95, seed)
    replies = Refits(made, labels, settings.max_answers).ask(adversaries, labels.given, everything, fold, seed + 1)
    weighed = [tested.weigh(answers, "set") for answers in replies if _applies(answers, everything)]
    return decide(view, [adversary.whole for adversary in weighed], margin, 0.05, by_part(weighed))


def _applies(answers: Answers, everything: Bools) -> bool:
    return bool((answers.applies & everything).any())


PLANTED = (
    *(("question", kind) for kind in TEXT), *(("choices", kind) for kind in OPTIONS),
    *(("image", kind) for kind in PICTURES),
)  # fmt: skip
"""Kinds of cues and the views in which they are planted."""


def every_kind() -> list[tuple[str, str]]:
    """Return the view and the name of every planted kind."""
    return [(view, kind.name) for view, kind in PLANTED]


def planted_set(seed: int, items: int, margin: float) -> list[str]:
    """Return the view, the kind and the outcome of one seed."""
    view, name = every_kind()[seed % len(every_kind())]
    kind = next(kind for seen, kind in PLANTED if (seen, kind.name) == (view, name))
    decided = verdict(simulated(items, seed, view == "choices"), named(view, kind)[:1], margin, name, seed)
    return [view, name, decided.outcome]


def clean_set(seed: int, items: int, margin: float) -> list[str]:
    """Return the outcomes of the two views of a set without a cue."""
    made = simulated(items, 10_000 + seed, False)
    adversaries = {view: [name for name in CERTIFY if name in {f"{view}.{one}" for one in JUDGES}] for view in VIEWS}
    return [verdict(made, adversaries[view], margin, None, seed).outcome for view in ("question", "image")]


def main() -> None:
    """Run seeds and print the section."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--planted", type=int, nargs=2, default=(0, 100), metavar=("FIRST", "END"))
    parser.add_argument("--clean", type=int, nargs=2, default=(0, 20), metavar=("FIRST", "END"))
    parser.add_argument("--items", type=int, default=2_000)
    parser.add_argument("--margin", type=float, default=0.05)
    parser.add_argument("--keep", type=Path)
    given = parser.parse_args()
    lines: list[list[Any]] = []
    if given.keep is not None and given.keep.is_file():
        lines = [json.loads(line) for line in given.keep.read_text(encoding="utf-8").splitlines()]
    for what, seeds, function in (("planted", given.planted, planted_set), ("clean", given.clean, clean_set)):
        for seed in range(*seeds):
            found = function(seed, given.items, given.margin)
            say(f"{what} {seed}: {', '.join(found)}")
            lines.append([what, seed, *found])
            if given.keep is not None:
                with given.keep.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(lines[-1]) + "\n")
    told, clean = ([line[2:] for line in lines if line[0] == what] for what in ("planted", "clean"))
    print(report(told, clean, given.items, given.margin))


def report(told: list[list[str]], clean: list[list[str]], items: int, margin: float) -> str:
    """The section of RESULTS.md."""
    rows: list[tuple[str | int | float, ...]] = []
    for view, kind in every_kind():
        outcomes = [outcome for seen, name, outcome in told if (seen, name) == (view, kind)]
        if outcomes:
            rows.append((view, kind, len(outcomes), outcomes.count("not certified"), outcomes.count("certified")))
    false = sum(outcome == "certified" for *_, outcome in told)
    each = [sum(one[place] == "certified" for one in clean) for place in range(2)]
    whole = sum(one == ["certified", "certified"] for one in clean)
    text = (
        f"Sets of {items:,} items whose answer is a bit of the question XOR a bit of the picture; margin "
        f"{100 * margin:g} points, five folds. A cue of {200 * margin:g} points, one kind a seed, before the judge "
        f"made for it alone: {false} of {len(told)} sets were certified. Without a cue, before {', '.join(JUDGES)}: "
        f"{whole} of {len(clean)} sets were certified in both views, {each[0]} in the question's, {each[1]} in the "
        "picture's. Nothing is selected."
    )
    header = ("view", "cue", "sets", "refused", "certified")
    return section("Error rates of the audited tier", text, Table(header, rows))


if __name__ == "__main__":
    main()
