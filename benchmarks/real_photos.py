r"""Edits of real COCO photos: how many questions can be edited, how many pairs result, whether edits are visible.

    python -m benchmarks.real_photos --photos corpora/coco_photos --work out/real-photos

`--photos` is a folder with `photos/` (with COCO's file names), `annotations/instances.json`, `pope/{coco,aokvqa}` and
`vqa_v1`, `vqa_v2` in their official formats. There are three sets of questions about its annotated photos: questions of
people and of POPE (`asked`), POPE's question for every present category and for as many absent categories (`every`),
and the number of things of each present category (`counts`). Each operation then runs as in a build (`twokeys pairs`).
Contact sheets are written to `--work`; the photos are under their owners' licences, so do not publish the sheets.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.photos import OPERATIONS, Row, edits_of, judged, read_photo, sheet
from benchmarks.report import Table, say, section
from twokeys.builder.pair.generators.photos.annotated import coco_instances
from twokeys.builder.pair.generators.photos.asking import parse
from twokeys.builder.pair.generators.photos.removal import widened
from twokeys.builder.pair.generators.photos.settings import Settings
from twokeys.builder.pair.generators.photos.things import Known, mask_of, within
from twokeys.builder.pairs import Paired, pairs
from twokeys.builder.recipe import Recipe

INSTANCES = "coco/annotations/instances.json"
POPES = {"pope": "pope_coco", "pope-aokvqa": "pope_aokvqa"}
SPLITS = ("adversarial", "popular", "random")
VQAS = {
    "vqa_v2": [("v2_OpenEnded_mscoco_train2014_questions.json", "v2_mscoco_train2014_annotations.json")],
    "vqa_v1": [
        (f"OpenEnded_mscoco_{part}_questions.json", f"mscoco_{part}_annotations.json")
        for part in ("train2014", "val2014")
    ],
    "counts": [("questions.json", "annotations.json")],
}
SETS = {"asked": (*POPES, "vqa_v2", "vqa_v1"), "every": ("every",), "counts": ("counts",)}
MOST = 10
"""Largest count of things that a question asks for."""
AREA = Settings().area
Asked = tuple[int, str, str]
"""Photo, question, answer."""


# ----------------------------------------------------------------------------------------------------------- corpora


def lay_out(photos: Path, to: Path) -> None:
    """Copy photos, annotations and questions to the paths of the readers, without questions about other photos.

    All photos get the file names of val2014: COCO's ids are the same in every release.
    """
    shutil.copytree(photos / "annotations", to / "coco/annotations")
    (to / "coco/val2014").mkdir()
    for file in (photos / "photos").glob("*.jpg"):
        shutil.copyfile(file, to / "coco/val2014" / f"COCO_val2014_{file.stem[-12:]}.jpg")
    annotations = annotated(to)
    for name, folder in POPES.items():
        for split in SPLITS:
            variant = folder.removeprefix("pope_")
            lines = (photos / "pope" / variant / f"{variant}_pope_{split}.json").read_text().splitlines()
            questions = [json.loads(line) for line in lines]
            asked_here = [(int(line["image"][-16:-4]), line["text"], line["label"]) for line in questions]
            _write_pope(to / name, split, [question for question in asked_here if question[0] in annotations])
    for name in ("vqa_v2", "vqa_v1"):
        (to / name).mkdir()
        for files in VQAS[name]:
            for file_name, part in zip(files, ("questions", "annotations"), strict=True):
                data = json.loads((photos / name / file_name).read_text())
                data[part] = [entry for entry in data[part] if entry["image_id"] in annotations]
                (to / name / file_name).write_text(json.dumps(data))
    existence, counts = _every(annotations)
    _write_pope(to / "every", "random", existence)
    _write_counts(to / "counts", counts)


def annotated(corpora: Path) -> dict[int, Known]:
    """Return the annotations of the photos in the folder, by COCO's id."""
    numbers = [int(file.stem[-12:]) for file in sorted((corpora / "coco/val2014").iterdir())]
    by_link = coco_instances(corpora / INSTANCES, [f"coco:{number}" for number in numbers])
    return {number: by_link[link] for number in numbers if (link := f"coco:{number}") in by_link}


def _every(annotations: dict[int, Known]) -> tuple[list[Asked], list[Asked]]:
    """Ask POPE's question for present and as many absent categories, and for the number of each present category."""
    drawn = random.Random(0)
    existence: list[Asked] = []
    counts: list[Asked] = []
    for image, of in sorted(annotations.items()):
        present = sorted(label for label, number in of.counts.items() if number)
        absent = drawn.sample(sorted(of.complete - set(present)), max(3, len(present)))
        for labels, answer in ((present, "yes"), (absent, "no")):
            article = ["an" if label[0] in "aeiou" else "a" for label in labels]
            existence += [
                (image, f"Is there {word} {label} in the image?", answer)
                for word, label in zip(article, labels, strict=True)
            ]
        counts += [
            (image, f"How many {label}s are there in the image?", str(of.counts[label]))
            for label in present if of.counts[label] <= MOST
        ]  # fmt: skip
    return existence, counts


def _write_pope(folder: Path, split: str, questions: list[Asked]) -> None:
    path = folder / f"output/coco/coco_pope_{split}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [
        {"question_id": number, "image": f"COCO_val2014_{image:012d}.jpg", "text": text, "label": answer}
        for number, (image, text, answer) in enumerate(questions, start=1)
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))


def _write_counts(folder: Path, questions: list[Asked]) -> None:
    folder.mkdir()
    places = [{"image_id": image, "question_id": number} for number, (image, *_) in enumerate(questions, start=1)]
    asks = [place | {"question": text} for place, (_, text, _) in zip(places, questions, strict=True)]
    labels = [
        place | {"question_type": "how many", "answer_type": "number", "multiple_choice_answer": answer,
                 "answers": [{"answer": answer}] * 10}
        for place, (*_, answer) in zip(places, questions, strict=True)
    ]  # fmt: skip
    (folder / "questions.json").write_text(json.dumps({"questions": asks}))
    (folder / "annotations.json").write_text(json.dumps({"annotations": labels}))


# ------------------------------------------------------------------------------------------------------------- runs


def recipe(name: str, operation: str) -> Recipe:
    """Return the recipe that runs one operation on one set of questions."""
    return Recipe.model_validate({
        "name": f"{name}-{operation}", "title": "Real photos", "language": "en",
        "rules": ["duplicate-item"], "bad_rows": "set aside",
        "corpora": [_corpus(corpus) for corpus in SETS[name]], "balance": {"within": []},
        "measure": {"baselines": ["question.prior"]},
        "pair": {"generators": [
            {"generator": "photo-edits", "with": {"instances": INSTANCES, "operations": [operation]}},
        ]},
    })  # fmt: skip


def _corpus(name: str) -> dict[str, Any]:
    common = {"name": name, "path": name, "image_folder": "coco", "revision": "1", "license": "other",
              "homepage": "https://cocodataset.org", "group_by": ["image", "links"]}  # fmt: skip
    if name in VQAS:
        files = {
            f"part{number}": {"questions": questions, "annotations": annotations, "subset": "val2014"}
            for number, (questions, annotations) in enumerate(VQAS[name])
        }
        return common | {"format": "vqa-v2", "options": {"files": files}}
    return common | {"format": "pope", "splits": ["random"] if name == "every" else list(SPLITS)}


def questions_of(corpora: Path, name: str) -> Iterator[Asked]:
    """Yield the questions of a set, each once for each photo."""
    seen: set[tuple[int, str]] = set()
    for corpus in SETS[name]:
        questions_asked: list[Asked] = []
        for file in sorted((corpora / corpus).glob("output/coco/*.json")):
            lines = map(json.loads, file.read_text().splitlines())
            questions_asked += [(int(line["image"][-16:-4]), line["text"], line["label"]) for line in lines]
        for questions, answers in VQAS.get(corpus, []):
            asks = json.loads((corpora / corpus / questions).read_text())["questions"]
            texts = {entry["question_id"]: entry["question"] for entry in asks}
            for entry in json.loads((corpora / corpus / answers).read_text())["annotations"]:
                text, answer = texts[entry["question_id"]], entry["multiple_choice_answer"]
                questions_asked.append((entry["image_id"], text, answer))
        for image, text, answer in questions_asked:
            if (image, text) not in seen:
                seen.add((image, text))
                yield image, text, answer


def askable(corpora: Path, name: str) -> Counter[str]:
    """Count the questions of a set to which question, answer and annotations allow each operation."""
    annotations, numbers = annotated(corpora), Counter[str]()
    for image, text, answer in questions_of(corpora, name):
        what, counts = parse(text, annotations[image].complete), annotations[image].counts
        if what is not None and what.answer(counts) == answer:
            numbers["remove"] += counts[what.label] > 0
            numbers["paste"] += what.what == "count" or answer == "no"
    return numbers


def made(name: str, operation: str, done: Paired, can: int) -> Row:
    """Return a row on the askable questions of an operation and its pairs; a quad counts as two pairs."""
    edits = sum(kind.added for kind in done.kinds)
    published = sum(kind.published for kind in done.kinds)
    refused = sum(sum(kind.refused.values()) for kind in done.kinds)
    share = f"{edits / 2 / can:.1%}" if can else "-"
    return name, operation, can, edits // 2, share, refused, published, round(done.executed.get(STAGE, 0))


STAGE = "edits-photo-edits"


def grabcut(corpora: Path, most: int = 200) -> list[Row]:
    """Return one row: how GrabCut segments things from their boxes alone, for a random draw of outlined things."""
    outlined = [
        (image, thing) for image, annotation in annotated(corpora).items() for thing in annotation.things
        if thing.outline is not None and not thing.crowd
    ]  # fmt: skip
    random.Random(0).shuffle(outlined)
    measured: list[tuple[float, float, float, bool]] = []
    for image, thing in outlined:
        pixels = read_photo(corpora / "coco/val2014" / f"COCO_val2014_{image:012d}.jpg")
        drawn = mask_of(thing, pixels)
        if AREA[0] <= drawn.mean() <= AREA[1] and len(measured) < most:
            cut = mask_of(replace(thing, outline=None), pixels)
            measured.append((
                (drawn & cut).sum() / (drawn | cut).sum(), (cut & ~drawn).sum() / cut.sum(),
                (drawn & ~widened(cut)).sum() / drawn.sum(), np.array_equal(cut, within(thing.box, pixels)),
            ))  # fmt: skip
    overlap, beyond, outside, whole = np.asarray(measured).T
    shares = ((beyond > 0.2).mean(), (outside > 0.05).mean(), whole.mean())
    return [(len(measured), f"{np.median(overlap):.2f}", *(f"{share:.0%}" for share in shares))]


def main() -> None:
    """Lay out, edit, judge; print one section."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--work", type=Path, default=Path("out/real-photos"))
    parser.add_argument("--sets", nargs="+", choices=SETS, default=list(SETS))
    parser.add_argument("--operations", nargs="*", choices=OPERATIONS, default=list(OPERATIONS))
    parser.add_argument("--artefacts", type=int, default=1000, help="pairs of each kind that are judged")
    parser.add_argument("--engine", default="process")
    arguments = parser.parse_args()
    corpora = arguments.work / "corpora"
    if not (corpora / "counts/annotations.json").is_file():
        lay_out(arguments.photos, corpora)
    rows: list[Row] = []
    verdicts: list[Row] = []
    for name in arguments.sets:
        can = askable(corpora, name)
        for operation in arguments.operations:
            work = arguments.work / name
            done = pairs(
                recipe(name, operation),
                corpora=corpora,
                work=work,
                engine=arguments.engine,
                artefacts=arguments.artefacts,
            )
            rows.append(made(name, operation, done, can[operation]))
            verdicts += [(name, *row) for row in judged(done)]
            shown = [
                edited for edited in edits_of(operation, work, corpora) if edited.edit["kind"] == f"photo.{operation}"
            ]
            sheet(shown, arguments.work / f"{name}-{operation}.png", most=50)
            say(f"{name}, {operation}: {rows[-1]}")
    print(section(
        f"Edits of {len(annotated(corpora))} real photos",
        "What could be asked, and what was made of it.",
        Table(("questions", "operation", "askable", "pairs", "of them", "refused", "items balanced", "seconds"), rows),
        "Things that were outlined, of a size to be edited, and what GrabCut finds in their boxes.",
        Table(("things", "median overlap", "over 20 % background", "over 5 % left outside", "whole box"),
              grabcut(corpora)),
        "Can edited be told from original?",
        Table(("questions", "kind", "pairs", "classifiers", "helps to answer by", "verdict"), verdicts),
    ))  # fmt: skip


if __name__ == "__main__":
    main()
