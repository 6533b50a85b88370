r"""Edits of photographs on composed stand-ins: what is made, whether answers are right, whether edits are seen.

    apt-get download tuxpaint-stamps-default mate-backgrounds gnome-backgrounds ukui-wallpapers \
        lomiri-wallpapers-16.04 lomiri-wallpapers-20.04 plasma-workspace-wallpapers
    for package in *.deb; do dpkg -x $package photos; done
    python -m benchmarks.photos --cutouts photos/usr/share/tuxpaint/stamps \
        --backgrounds photos/usr/share/backgrounds photos/usr/share/wallpapers --pictures 120

`benchmarks.standins` composes the pictures. Each operation then runs as in a build (`twokeys pairs`). Answers are
recounted from the composition alone: whether the pixels of each composed thing are still those of the original, what
was pasted by comparing it with every thing of the corpus. Everything is kept in `--work`.
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
"""A thing of which a share of KEPT of the pixels or more is as before is there; with less than GONE it is gone."""
SAME = 30
"""Difference of tones up to which a pixel is as before."""
GONE_SHARE = 0.9
"""Share of a thing's pixels that a removal changes."""
CLEARLY = 1.15
"""What is pasted is told when the second most similar category is by this factor less similar."""
Pixels = NDArray[np.uint8]
Row = tuple[str | int | float, ...]


@dataclass(frozen=True)
class Made:
    """One edited picture: the edit's row, the question, the original's number and both pictures."""

    edit: dict[str, Any]
    question: str
    image: int
    before: Pixels
    after: Pixels

    @property
    def changed(self) -> NDArray[np.bool_]:
        """Where the pictures differ."""
        found: NDArray[np.bool_] = (self.before != self.after).any(axis=2)
        return found


def recipe(operation: str, **more: Any) -> Recipe:
    """The recipe that runs one operation on the stand-ins."""
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
    """Edited pictures that an operation's last run made and did not refuse, each with the question asked of it."""
    items = pd.concat([pd.read_parquet(file) for file in work.glob("items-*/*.parquet")])
    asked = {str(row["id"]): row for row in items.to_dict("records")}
    found = pd.DataFrame(columns=["view", "problem"])
    for stage in sorted(work.glob("edits-photo-edits-*"), key=lambda folder: folder.stat().st_mtime):
        table = pd.concat([pd.read_parquet(part) for part in sorted(stage.glob("part-*.parquet"))])
        if f"photo.{operation}" in set(table["kind"]):
            found = table
    for row in found.to_dict("records"):
        if row["view"] == "image" and pd.isna(row["problem"]):
            item = asked[root_of(str(row["edit_of"]))]
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
    """What was composed; see `benchmarks.standins`."""

    folder: Path
    things: dict[int, list[dict[str, Any]]]

    @classmethod
    def of(cls, corpus: Path) -> Truth:
        """Read it."""
        text = (corpus / "truth/things.json").read_text(encoding="utf-8")
        return cls(corpus, {int(image): things for image, things in json.loads(text).items()})

    def index(self, image: int) -> NDArray[np.uint8]:
        """(height, width): number of the thing, 0 where there is none."""
        with Image.open(self.folder / "truth" / f"{image}-things.png") as opened:
            return np.asarray(opened)

    def plate(self, image: int) -> Pixels:
        """The background without things."""
        return read_photo(self.folder / "truth" / f"{image}-plate.jpg")

    def answer(self, made: Made) -> str | None:
        """The right answer to the question about the edited picture; None where a thing is neither there nor gone."""
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
        """Category of the composed thing of any picture that the changed place resembles most; None in doubt."""
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
        found = []
        for image, things in self.things.items():
            pixels, index = (
                read_photo(self.folder / "coco/val2014" / f"COCO_val2014_{image:012d}.jpg"),
                self.index(image),
            )
            for number, thing in enumerate(things, start=1):
                ys, xs = np.nonzero(index == number)
                part = np.s_[ys.min() : ys.max() + 1, xs.min() : xs.max() + 1]
                mask = np.asarray(Image.fromarray(index[part] == number).resize((24, 24)))
                found.append((str(thing["label"]), _small(pixels[part]).astype(int), mask))
        return found

    def __hash__(self) -> int:
        return hash(self.folder)


def _small(pixels: Pixels) -> Pixels:
    return np.asarray(Image.fromarray(pixels).resize((24, 24), Image.Resampling.BOX))


def _alike(left: Pixels, right: Pixels) -> float:
    """Share of pixels that are the same on both sides but for what compression and scaling do."""
    return float((np.abs(left.astype(int) - right).max(axis=-1) <= SAME).mean())


# ------------------------------------------------------------------------------------------------- is it to be seen?


def texture(pixels: Pixels, mask: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Of a region: mean colour in CIELAB, and log of the strength of its edges and of its grain."""
    cv2 = needed("cv2")
    lab = cv2.cvtColor(np.ascontiguousarray(pixels), cv2.COLOR_RGB2LAB).astype(np.float32)
    edges = np.hypot(cv2.Sobel(lab[..., 0], -1, 1, 0), cv2.Sobel(lab[..., 0], -1, 0, 1))
    grain = np.abs(lab[..., 0] - cv2.GaussianBlur(lab[..., 0], (0, 0), 1.0))
    inner = cv2.erode(mask.astype(np.uint8), np.ones((5, 5), np.uint8)).astype(bool)
    inner = inner if inner.any() else mask
    return np.asarray([*lab[inner].mean(axis=0) / 20, *np.log1p([edges[inner].mean(), grain[inner].mean()])])


def strangeness(pixels: Pixels, mask: NDArray[np.bool_]) -> float:
    """How far a region's texture is from that of the ring around it."""
    cv2 = needed("cv2")
    wide = cv2.dilate(mask.astype(np.uint8), np.ones((41, 41), np.uint8)).astype(bool)
    near = cv2.dilate(mask.astype(np.uint8), np.ones((5, 5), np.uint8)).astype(bool)
    ring = wide & ~near
    return float(np.abs(texture(pixels, mask) - texture(pixels, ring)).sum()) if ring.any() else 0.0


def seen(made: list[Made], truth: Truth) -> Row:
    """Removals against the same places of the bare background: how strange, and how many beyond the bare ones' 95 %."""
    both = []
    for one in made:
        index = truth.index(one.image)
        bare = truth.plate(one.image)
        # Other things stand in both, so that the ring is the same.
        place = one.changed
        reference = np.where((index > 0)[..., None] & ~place[..., None], one.before, bare)
        both.append((strangeness(one.after, place), strangeness(reference, place)))
    found = np.asarray(both)
    limit = float(np.quantile(found[:, 1], 0.95))
    return (
        f"{np.median(found[:, 0]):.2f}", f"{np.median(found[:, 1]):.2f}",
        f"{(found[:, 0] > limit).mean():.1%} of {len(both)}",
    )  # fmt: skip


# ----------------------------------------------------------------------------------------------------------- detector


def rechecked(name: str, truth: Truth, removed: list[Made]) -> list[Row]:
    """Rows by category that a detector knows: how many composed things it finds, and how many of those removed after.

    Found: a detection of the category with a score of `LEAST` or more, intersection over union at least one half.
    """
    finder = detector(name)
    there, after = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for image, things in truth.things.items():
        mine = [thing for thing in things if thing["label"] in finder.labels]
        if mine:
            pixels = read_photo(truth.folder / "coco/val2014" / f"COCO_val2014_{image:012d}.jpg")
            there.update(_finds(finder, pixels, mine))
    for one in removed:
        gone = [
            thing for number, thing in enumerate(truth.things[one.image], start=1)
            if thing["label"] in finder.labels and one.changed[truth.index(one.image) == number].mean() > GONE_SHARE
        ]  # fmt: skip
        after.update(("before", label) for what, label in _finds(finder, one.before, gone) if what == "found")
        after.update(("after", label) for what, label in _finds(finder, one.after, gone) if what == "found")
        after.update(("removed", thing["label"]) for thing in gone)
    return [
        (label, str(sum(there[what, label] for what in ("found", "other", "missed"))), str(there["found", label]),
         str(there["other", label]), *(str(after[what, label]) for what in ("removed", "before", "after")))
        for label in sorted({label for _, label in there})
    ]  # fmt: skip


def _finds(finder: Detector, pixels: Pixels, things: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """Whether each thing is `found`, found under an `other` label, or `missed`."""
    seen_ = finder.things(pixels, LEAST) if things else ()
    for thing in things:
        labels = {one.label for one in seen_ if _share(one.box, tuple(thing["box"])) >= 0.5}
        yield "found" if thing["label"] in labels else "other" if labels else "missed", str(thing["label"])


def _share(left: tuple[int, ...], right: tuple[int, ...]) -> float:
    """Intersection over union of two boxes."""
    wide = min(left[2], right[2]) - max(left[0], right[0])
    high = min(left[3], right[3]) - max(left[1], right[1])
    both = max(wide, 0) * max(high, 0)
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (left, right)]
    return both / (sum(areas) - both)


# ------------------------------------------------------------------------------------------------------------ report


def counted(operation: str, done: Paired, made: list[Made], truth: Truth) -> list[Row]:
    """Rows: kind, edits, refused, answers that are right, wrong and not to be told."""
    rows: list[Row] = []
    for kind in done.kinds:
        mine = [one for one in made if one.edit["kind"] == kind.kind]
        told = Counter(_judged(truth.answer(one), one.edit["answer"]) for one in mine)
        reasons = "; ".join(f"{reason}: {number}" for reason, number in kind.refused.items()) or "none"
        said = [str(told[name]) for name in ("right", "wrong", "unsure")] if mine else ["-"] * 3
        rows.append((operation, kind.kind, str(kind.made), reasons, *said))
    return rows


def _judged(answer: str | None, given: str) -> str:
    return "unsure" if answer is None else "right" if answer == given else "wrong"


def judged(done: Paired) -> list[Row]:
    """Rows: kind, pairs, how well each classifier tells edited from original, the cue and the verdict."""
    return [
        (one.kind, str(one.pairs),
         "; ".join(f"{told.classifier} {told.accuracy:.1%} [{told.low:.1%}, {told.high:.1%}]" for told in one.told),
         f"{one.cue.most.share:.1%}, at most {one.cue.most.high:.1%}", one.verdict)
        for one in done.artefacts
    ]  # fmt: skip


def sheet(made: list[Made], path: Path, most: int = 48) -> None:
    """Write before and after of up to `most` edits, evenly drawn, as one picture."""
    drawn = made[:: max(1, len(made) // most)][:most]
    shown = []
    for one in drawn:
        files = []
        for pixels in (one.before, one.after):
            stream = io.BytesIO()
            Image.fromarray(pixels).save(stream, "PNG")
            files.append(stream.getvalue())
        boxes = tuple((int(a), int(b), int(c), int(d)) for a, b, c, d in one.edit["boxes"])
        shown.append(Shown(str(one.edit["note"])[:38], (files[0], files[1]), boxes,
                           ((one.question, "", str(one.edit["answer"])),)))  # fmt: skip
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
    wanted = parser.parse_args()
    corpus = wanted.work / f"corpus-{wanted.pictures}-{wanted.seed}"
    if not (corpus / "vqa_v2/v2_mscoco_val2014_annotations.json").is_file():
        compose(wanted.backgrounds, wanted.cutouts, corpus, wanted.pictures, wanted.seed)
    truth = Truth.of(corpus)
    edited: list[Row] = []
    told: list[Row] = []
    patches: list[Row] = []
    found: list[Row] = []
    for operation in wanted.operations:
        work = wanted.work / f"{wanted.inpainting}-{wanted.pictures}-{wanted.seed}"
        done = pairs(
            recipe(operation, inpainting=wanted.inpainting), corpora=corpus, work=work, engine=wanted.engine,
            artefacts=wanted.artefacts,
        )  # fmt: skip
        made = list(edits_of(operation, work, corpus))
        edited += counted(operation, done, made, truth)
        told += judged(done)
        removed = [one for one in made if one.edit["kind"] == "photo.remove"]
        if removed and wanted.detector:
            found = rechecked(wanted.detector, truth, removed)
        if removed:
            patches.append((wanted.inpainting, *seen(removed, truth)))
        sheet(
            [one for one in made if one.edit["kind"] == f"photo.{operation}"],
            wanted.work / f"{operation}-{work.name}.png",
        )
        say_so(f"{operation}: {len(made)} edited pictures")
    count = sum(len(things) for things in truth.things.values())
    print(section(
        f"Edits of {wanted.pictures} composed photographs with {count} things",
        "What was made, and whether the answers are right.",
        Table(("operation", "kind", "edits", "refused", "right", "wrong", "unsure"), edited),
        "Removals against the same places of the bare background: distance of texture from the ring around.",
        Table(("inpainting", "median, filled", "median, bare", "beyond 95 % of the bare ones"), patches),
        "What the detector finds.",
        Table(("category", "composed", "found", "under another label", "removed", "found before", "after"), found),
        "Can edited be told from original?",
        Table(("kind", "pairs", "classifiers", "helps to answer by", "verdict"), told),
    ))  # fmt: skip


if __name__ == "__main__":
    main()
