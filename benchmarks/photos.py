r"""Edits of photographs on composed stand-ins: how many are made, whether answers are right, whether edits are visible.

    apt-get download tuxpaint-stamps-default mate-backgrounds gnome-backgrounds ukui-wallpapers \
        lomiri-wallpapers-16.04 lomiri-wallpapers-20.04 plasma-workspace-wallpapers
    for package in *.deb; do dpkg -x $package photos; done
    python -m benchmarks.photos --cutouts photos/usr/share/tuxpaint/stamps \
        --backgrounds photos/usr/share/backgrounds photos/usr/share/wallpapers --pictures 120

`benchmarks.standins` composes the images. Each operation then runs as in a build (`twokeys pairs`). Answers are
recounted from the composition alone. A composed thing is still there if its pixels are those of the original. A pasted
thing is recognised by comparison with every thing of the corpus. `--work` stores all results.
"""

from __future__ import annotations

import argparse
import io
import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from PIL import Image

from benchmarks.report import Table, say, section
from benchmarks.sheet import Shown, contact_sheet
from benchmarks.standins import compose
from twokeys.builder.pair.edit import root_of
from twokeys.builder.pair.generators.photos.detector import LEAST, Detector, detector
from twokeys.builder.pair.generators.photos.needs import needed
from twokeys.builder.pairs import Paired, pairs
from twokeys.builder.recipe import Recipe

OPERATIONS = ("remove", "paste")
KEPT, GONE = 0.8, 0.4
"""A thing is there if a share of at least KEPT of its pixels is as before; it is gone below a share of GONE."""
SAME = 30
"""Largest difference of tones of a pixel that is as before."""
GONE_SHARE = 0.9
"""A removal changes at least this share of a thing's pixels."""
CLEARLY = 1.15
"""A pasted thing is recognised if the second most similar category is less similar by this factor."""
Pixels = NDArray[np.uint8]
Row = tuple[str | int | float, ...]


@dataclass(frozen=True)
class Made:
    """One edited image: the edit's row, the question, the original's number and both images."""

    edit: dict[str, Any]
    question: str
    image: int
    before: Pixels
    after: Pixels

    @property
    def changed(self) -> NDArray[np.bool_]:
        """The pixels in which the images differ."""
        differing: NDArray[np.bool_] = (self.before != self.after).any(axis=2)
        return differing


def recipe(operation: str, **more: Any) -> Recipe:
    """Return the recipe that runs one operation on the stand-ins."""
    corpora = [
        {"format": kind, "name": kind, "path": path, "image_folder": "coco", "splits": [split], "revision": "composed",
         "license": "other", "homepage": "https://cocodataset.org", "group_by": ["image", "links"]}
        for kind, path, split in (("pope", "pope", "adversarial"), ("vqa-v2", "vqa_v2", "val"))
    ]  # fmt: skip
    given = {"instances": "coco/annotations/instances_val2014.json", "operations": [operation], **more}
    return Recipe.model_validate({
        "name": f"stand-ins-{operation}", "title": "Stand-ins", "language": "en", "corpora": corpora,
        "measure": {"baselines": ["question.prior"]},
        "pair": {"generators": [{"generator": "photo-edits", "with": given}]},
    })  # fmt: skip


def edits_of(operation: str, work: Path, corpus: Path) -> Iterator[Made]:
    """Yield the edited images that an operation's last run made and did not refuse, each with its question."""
    items = pd.concat([pd.read_parquet(file) for file in work.glob("items-*/*.parquet")])
    item_of = {str(row["id"]): row for row in items.to_dict("records")}
    edits = pd.DataFrame(columns=["view", "problem"])
    for stage in sorted(work.glob("edits-photo-edits-*"), key=lambda folder: folder.stat().st_mtime):
        table = pd.concat([pd.read_parquet(part) for part in sorted(stage.glob("part-*.parquet"))])
        if f"photo.{operation}" in set(table["kind"]):
            edits = table
    for row in edits.to_dict("records"):
        if row["view"] == "image" and pd.isna(row["problem"]):
            item = item_of[root_of(str(row["edit_of"]))]
            image = int(item["links"][0].removeprefix("coco:"))
            before = read_photo(corpus / "coco/val2014" / f"COCO_val2014_{image:012d}.jpg")
            after = np.asarray(Image.open(io.BytesIO(row["picture"])).convert("RGB"))
            yield Made({str(name): value for name, value in row.items()}, str(item["question"]), image, before, after)


@lru_cache(maxsize=64)
def read_photo(path: Path) -> Pixels:
    """Decode a photo."""
    with Image.open(path) as opened:
        return np.asarray(opened.convert("RGB"))


@dataclass(frozen=True)
class Truth:
    """The composition of the images; see `benchmarks.standins`."""

    folder: Path
    things: dict[int, list[dict[str, Any]]]

    @classmethod
    def of(cls, corpus: Path) -> Truth:
        """Read the composition."""
        text = (corpus / "truth/things.json").read_text(encoding="utf-8")
        return cls(corpus, {int(image): things for image, things in json.loads(text).items()})

    def index(self, image: int) -> NDArray[np.uint8]:
        """Return (height, width), the number of the thing at each pixel; 0 if there is none."""
        with Image.open(self.folder / "truth" / f"{image}-things.png") as opened:
            return np.asarray(opened)

    def plate(self, image: int) -> Pixels:
        """Return the background without things."""
        return read_photo(self.folder / "truth" / f"{image}-plate.jpg")

    def answer(self, made: Made) -> str | None:
        """Return the right answer to the question about the edited image; None if a thing is neither there nor gone."""
        label = made.question.rstrip("?").removesuffix(" in the image").removesuffix(" are there")
        label = label.split(" a ")[-1].split(" an ")[-1].removeprefix("How many ")
        things, index = self.things[made.image], self.index(made.image)
        label = label.removesuffix("s") if made.question.startswith("How") else label
        count = 0
        for number, thing in enumerate(things, start=1):
            mask = index == number
            alike = _alike(made.before[mask], made.after[mask])
            if GONE <= alike < KEPT:
                return None
            count += int(alike >= KEPT and thing["label"] == label)
        if made.edit["kind"] == "photo.paste":
            pasted = self._pasted(made)
            if pasted is None:
                return None
            count += int(pasted == label)
        return str(count) if made.question.startswith("How") else "yes" if count else "no"

    def _pasted(self, made: Made) -> str | None:
        """Return the category of the composed thing that is most similar to the changed place; None in doubt."""
        difference = np.abs(made.after.astype(int) - made.before).max(axis=2)
        best: dict[str, float] = {}
        # Whole blocks of a JPEG change by a little, the thing by much, unless it has its background's colour.
        for least in (8, 16, 24, 40):
            if (much := np.nonzero(difference > least))[0].size > 20:
                ys, xs = (np.quantile(at, [0.005, 0.995]).astype(int) for at in much)
                shown = _small(made.after[ys[0] : ys[1] + 1, xs[0] : xs[1] + 1]).astype(int)
                for label, part, mask in self._every():
                    best[label] = min(best.get(label, np.inf), float(np.abs(part - shown)[mask].mean()))
        first, second = sorted(best, key=lambda label: best[label])[:2]
        return first if best[first] * CLEARLY < best[second] else None

    @lru_cache(maxsize=1)  # noqa: B019 - one truth per run
    def _every(self) -> list[tuple[str, NDArray[np.int64], NDArray[np.bool_]]]:
        things_shown = []
        for image, things in self.things.items():
            pixels, index = (
                read_photo(self.folder / "coco/val2014" / f"COCO_val2014_{image:012d}.jpg"),
                self.index(image),
            )
            for number, thing in enumerate(things, start=1):
                ys, xs = np.nonzero(index == number)
                part = np.s_[ys.min() : ys.max() + 1, xs.min() : xs.max() + 1]
                mask = np.asarray(Image.fromarray(index[part] == number).resize((24, 24)))
                things_shown.append((str(thing["label"]), _small(pixels[part]).astype(int), mask))
        return things_shown

    def __hash__(self) -> int:
        return hash(self.folder)


def _small(pixels: Pixels) -> Pixels:
    return np.asarray(Image.fromarray(pixels).resize((24, 24), Image.Resampling.BOX))


def _alike(left: Pixels, right: Pixels) -> float:
    """Return the share of equal pixels, with a tolerance for compression and scaling."""
    return float((np.abs(left.astype(int) - right).max(axis=-1) <= SAME).mean())


# ------------------------------------------------------------------------------------------------- is it to be seen?


def texture(pixels: Pixels, mask: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the mean colour of a region in CIELAB, and the log of the strength of its edges and of its grain."""
    cv2 = needed("cv2")
    lab = cv2.cvtColor(np.ascontiguousarray(pixels), cv2.COLOR_RGB2LAB).astype(np.float32)
    edges = np.hypot(cv2.Sobel(lab[..., 0], -1, 1, 0), cv2.Sobel(lab[..., 0], -1, 0, 1))
    grain = np.abs(lab[..., 0] - cv2.GaussianBlur(lab[..., 0], (0, 0), 1.0))
    inner = cv2.erode(mask.astype(np.uint8), np.ones((5, 5), np.uint8)).astype(bool)
    inner = inner if inner.any() else mask
    return np.asarray([*lab[inner].mean(axis=0) / 20, *np.log1p([edges[inner].mean(), grain[inner].mean()])])


def strangeness(pixels: Pixels, mask: NDArray[np.bool_]) -> float:
    """Return the distance of a region's texture from the texture of the ring around it."""
    cv2 = needed("cv2")
    wide = cv2.dilate(mask.astype(np.uint8), np.ones((41, 41), np.uint8)).astype(bool)
    near = cv2.dilate(mask.astype(np.uint8), np.ones((5, 5), np.uint8)).astype(bool)
    ring = wide & ~near
    return float(np.abs(texture(pixels, mask) - texture(pixels, ring)).sum()) if ring.any() else 0.0


def seen(made: list[Made], truth: Truth) -> Row:
    """Compare the strangeness of removals with the same places of the bare background, and with its 95 % quantile."""
    measured = []
    for edited in made:
        index = truth.index(edited.image)
        bare = truth.plate(edited.image)
        # The other things are in both images, so that the ring is the same.
        place = edited.changed
        reference = np.where((index > 0)[..., None] & ~place[..., None], edited.before, bare)
        measured.append((strangeness(edited.after, place), strangeness(reference, place)))
    filled, of_bare = np.asarray(measured).T
    limit = float(np.quantile(of_bare, 0.95))
    return (
        f"{np.median(filled):.2f}", f"{np.median(of_bare):.2f}", f"{(filled > limit).mean():.1%} of {len(filled)}",
    )  # fmt: skip


# ----------------------------------------------------------------------------------------------------------- detector


def rechecked(name: str, truth: Truth, removed: list[Made]) -> list[Row]:
    """Return a row for each category of a detector: the composed things that it finds, and the removed things after.

    A thing is found by a detection of its category with a score of at least `LEAST` and an intersection over union of
    at least one half.
    """
    finder = detector(name)
    there, after = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for image, things in truth.things.items():
        mine = [thing for thing in things if thing["label"] in finder.labels]
        if mine:
            pixels = read_photo(truth.folder / "coco/val2014" / f"COCO_val2014_{image:012d}.jpg")
            there.update(_finds(finder, pixels, mine))
    for edited in removed:
        index = truth.index(edited.image)
        gone = [
            thing for number, thing in enumerate(truth.things[edited.image], start=1)
            if thing["label"] in finder.labels and edited.changed[index == number].mean() > GONE_SHARE
        ]  # fmt: skip
        after.update(("before", label) for what, label in _finds(finder, edited.before, gone) if what == "found")
        after.update(("after", label) for what, label in _finds(finder, edited.after, gone) if what == "found")
        after.update(("removed", thing["label"]) for thing in gone)
    return [
        (label, str(sum(there[what, label] for what in ("found", "other", "missed"))), str(there["found", label]),
         str(there["other", label]), *(str(after[what, label]) for what in ("removed", "before", "after")))
        for label in sorted({label for _, label in there})
    ]  # fmt: skip


def _finds(finder: Detector, pixels: Pixels, things: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """Yield whether each thing is `found`, found under an `other` label, or `missed`, and its label."""
    detections = finder.things(pixels, LEAST) if things else ()
    for thing in things:
        labels = {each.label for each in detections if _share(each.box, tuple(thing["box"])) >= 0.5}
        yield "found" if thing["label"] in labels else "other" if labels else "missed", str(thing["label"])


def _share(left: tuple[int, ...], right: tuple[int, ...]) -> float:
    """Return the intersection over union of two boxes."""
    wide = min(left[2], right[2]) - max(left[0], right[0])
    high = min(left[3], right[3]) - max(left[1], right[1])
    both = max(wide, 0) * max(high, 0)
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (left, right)]
    return both / (sum(areas) - both)


# ------------------------------------------------------------------------------------------------------------ report


def counted(operation: str, done: Paired, made: list[Made], truth: Truth) -> list[Row]:
    """Return rows of kind, edits, refused edits, and answers that are right, wrong and unsure."""
    rows: list[Row] = []
    for kind in done.kinds:
        of_kind = [edited for edited in made if edited.edit["kind"] == kind.kind]
        outcomes = Counter(_judged(truth.answer(edited), edited.edit["answer"]) for edited in of_kind)
        reasons = "; ".join(f"{reason}: {number}" for reason, number in kind.refused.items()) or "none"
        cells = [str(outcomes[name]) for name in ("right", "wrong", "unsure")] if of_kind else ["-"] * 3
        rows.append((operation, kind.kind, str(kind.made), reasons, *cells))
    return rows


def _judged(answer: str | None, given: str) -> str:
    return "unsure" if answer is None else "right" if answer == given else "wrong"


def judged(done: Paired) -> list[Row]:
    """Return rows of kind, pairs, accuracy of each classifier of edited against original images, cue and verdict."""
    return [
        (kind.kind, str(kind.pairs),
         "; ".join(f"{told.classifier} {told.accuracy:.1%} [{told.low:.1%}, {told.high:.1%}]" for told in kind.told),
         f"{kind.cue.most.share:.1%}, at most {kind.cue.most.high:.1%}", kind.verdict)
        for kind in done.artefacts
    ]  # fmt: skip


def sheet(made: list[Made], path: Path, most: int = 48) -> None:
    """Write before and after of up to `most` edits, evenly drawn, as one image."""
    drawn = made[:: max(1, len(made) // most)][:most]
    shown = []
    for edited in drawn:
        files = []
        for pixels in (edited.before, edited.after):
            stream = io.BytesIO()
            Image.fromarray(pixels).save(stream, "PNG")
            files.append(stream.getvalue())
        boxes = tuple((int(a), int(b), int(c), int(d)) for a, b, c, d in edited.edit["boxes"])
        shown.append(Shown(str(edited.edit["note"])[:38], (files[0], files[1]), boxes,
                           ((edited.question, "", str(edited.edit["answer"])),)))  # fmt: skip
    if shown:
        contact_sheet(shown, width=230, columns=4).save(path)


def main(say_so: Callable[[str], None] = say) -> None:
    """Compose, edit, recount, judge; print one section."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--backgrounds", type=Path, nargs="+", required=True)
    parser.add_argument("--cutouts", type=Path, required=True)
    parser.add_argument("--pictures", type=int, default=120)
    parser.add_argument("--operations", nargs="+", choices=OPERATIONS, default=OPERATIONS)
    parser.add_argument("--inpainting", default="patches")
    parser.add_argument("--detector", help="looks for composed things, and for removed ones afterwards")
    parser.add_argument("--artefacts", type=int, default=300, help="pairs of each kind that are judged")
    parser.add_argument("--work", type=Path, default=Path("out/stand-ins"))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--engine", default="process")
    arguments = parser.parse_args()
    corpus = arguments.work / f"corpus-{arguments.pictures}-{arguments.seed}"
    if not (corpus / "vqa_v2/v2_mscoco_val2014_annotations.json").is_file():
        compose(arguments.backgrounds, arguments.cutouts, corpus, arguments.pictures, arguments.seed)
    truth = Truth.of(corpus)
    edited: list[Row] = []
    verdicts: list[Row] = []
    patches: list[Row] = []
    detected: list[Row] = []
    for operation in arguments.operations:
        work = arguments.work / f"{arguments.inpainting}-{arguments.pictures}-{arguments.seed}"
        done = pairs(
            recipe(operation, inpainting=arguments.inpainting), corpora=corpus, work=work, engine=arguments.engine,
            artefacts=arguments.artefacts,
        )  # fmt: skip
        made = list(edits_of(operation, work, corpus))
        edited += counted(operation, done, made, truth)
        verdicts += judged(done)
        removed = [edited_image for edited_image in made if edited_image.edit["kind"] == "photo.remove"]
        if removed and arguments.detector:
            detected = rechecked(arguments.detector, truth, removed)
        if removed:
            patches.append((arguments.inpainting, *seen(removed, truth)))
        sheet(
            [edited_image for edited_image in made if edited_image.edit["kind"] == f"photo.{operation}"],
            arguments.work / f"{operation}-{work.name}.png",
        )
        say_so(f"{operation}: {len(made)} edited pictures")
    count = sum(len(things) for things in truth.things.values())
    print(section(
        f"Edits of {arguments.pictures} composed photographs with {count} things",
        "What was made, and whether the answers are right.",
        Table(("operation", "kind", "edits", "refused", "right", "wrong", "unsure"), edited),
        "Removals against the same places of the bare background: distance of texture from the ring around.",
        Table(("inpainting", "median, filled", "median, bare", "beyond 95 % of the bare ones"), patches),
        "What the detector finds.",
        Table(("category", "composed", "found", "under another label", "removed", "found before", "after"), detected),
        "Can edited be told from original?",
        Table(("kind", "pairs", "classifiers", "helps to answer by", "verdict"), verdicts),
    ))  # fmt: skip


if __name__ == "__main__":
    main()
