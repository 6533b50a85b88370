"""Answers that models verify about other images, against the drawings: is the precision that a build states true?

    python -m benchmarks.verified [--pictures 150] [--recipes easy-vqa-yes-no easy-vqa nlvr --corpora corpora]

The benchmark uses the first images of easy-VQA's test split, with their yes/no questions or, by the recipe `easy-vqa`,
with all questions. A figure that reproduces every pixel of an image reveals the drawing, and so the answer. The recipe
`nlvr` needs the corpora folder: the scenes of its development split are published. The shipped models cannot read its
statements. They verify anyway (`accuracy: 0`), to test whether the stated precision reveals this.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.report import Table, say, section
from twokeys.builder import recipe as recipes
from twokeys.builder.pair.generators.easy_vqa.figure import pixels_of, read
from twokeys.builder.pair.generators.easy_vqa.questions import parse
from twokeys.builder.pair.generators.nlvr.trust import FALSE, TRUE, Trust, scene_of
from twokeys.builder.pairs import Paired, pairs
from twokeys.builder.recipe import Recipe

MODELS = {
    "one model": ["reference:llava-natural"],
    "two models": ["reference:llava-balanced", "reference:qwen-balanced"],
}
MARGINS = (0.5, 1.0, 2.0)
WANTED = 0.99
CANDIDATES = 4
Truth = Callable[[Any], str | None]
"""A row of a candidate -> the true answer; None if the question does not apply, or the answer is unknown."""


# ----------------------------------------------------------------------------------------------------------- corpora


def lay_out(number: int, to: Path) -> None:
    """Copy the first images of easy-VQA's test split with their questions."""
    spec = find_spec("easy_vqa")
    assert spec is not None
    assert spec.submodule_search_locations
    source = Path(next(iter(spec.submodule_search_locations))) / "data" / "test"
    questions = [row for row in json.loads((source / "questions.json").read_text()) if row[2] < number]
    (to / "test" / "images").mkdir(parents=True)
    (to / "test" / "questions.json").write_text(json.dumps(questions))
    for image in range(number):
        shutil.copyfile(source / "images" / f"{image}.png", to / "test" / "images" / f"{image}.png")


def plan(base: str, changes: dict[str, Any], models: list[str], **verify: Any) -> Recipe:
    """Return a shipped recipe with retrieved partners that models verify, and without slow baselines."""
    recipe = recipes.load(base)
    corpus = recipe.corpora[0].model_copy(update=changes)
    generator = {"generator": "retrieved", "with": {"judge": "models", "candidates": CANDIDATES}}
    pair = {"generators": [generator], "verify": {"models": models, **verify}}
    return recipe.model_copy(
        update={
            "name": f"{base}-verified",
            "corpora": [corpus],
            "rules": [],
            "pair": type(recipe.pair).model_validate(pair),
            "measure": recipe.measure.model_copy(update={"baselines": ["question.tfidf"]}),
        }
    )


def drawn(work: Path, root: Path) -> Truth:
    """Return the true answers of easy-VQA, which follow from the drawings in its images."""
    pictures = pd.concat(map(pd.read_parquet, work.glob("pictures-*/part-*.parquet")))
    place = dict(zip(pictures["image_key"], pictures["image"], strict=True))
    drawing_of: dict[str, Any] = {}

    def truth(row: Any) -> str | None:
        if row.image_key not in drawing_of:
            data = (root / place[row.image_key].removeprefix("file:")).read_bytes()
            drawing_of[row.image_key] = read(pixels_of(data))
        drawing, what = drawing_of[row.image_key], parse(row.question)
        return None if drawing is None or what is None else what.answer(drawing.colour, drawing.figure.shape) or "none"

    return truth


def told(work: Path) -> Truth:
    """Return the true answers of NLVR, which follow from its published scenes."""
    items = pd.concat(map(pd.read_parquet, work.glob("items-*/items.parquet")))
    trust = Trust.learn(items)
    scenes = {key: scene_of(meta) for key, meta in zip(items["image_key"], items["meta"], strict=True)}

    def truth(row: Any) -> str | None:
        scene = scenes[row.image_key]
        holds = None if scene is None else trust.truth(row.question, scene)
        return None if holds is None else TRUE if holds else FALSE

    return truth


# ---------------------------------------------------------------------------------------------------------- measured


def candidates_of(work: Path) -> pd.DataFrame:
    """Return the candidates with their smallest margin over models, original and candidate."""
    (folder,) = work.glob("pair-*")
    items = pd.concat(map(pd.read_parquet, work.glob("items-*/items.parquet"))).set_index("id")
    sound = pd.read_parquet(folder / "sound.parquet").rename(columns={"image": "image_key", "scores": "edit_scores"})
    sound = sound.assign(question=sound["of"].astype(str).map(items["question"]))
    columns = ["question", "image_key", "answer", "edit_scores"]
    rows = pd.concat([table[columns].astype(object) for table in (sound, pd.read_parquet(folder / "refused.parquet"))])
    scored = rows[rows["edit_scores"].notna()].reset_index(drop=True)
    margins = [json.loads(text)["margins"] for text in scored["edit_scores"]]
    lowest = [
        min(min(of_model.get(side, -1e9) for side in ("original", "partner")) for of_model in of_models.values())
        for of_models in margins
    ]
    number = [len(of_models) for of_models in margins]
    return scored.assign(nats=lowest, models=number)


def compared(name: str, done: Paired, work: Path, truth: Truth, models: int) -> list[tuple[str | int | float, ...]]:
    """Return rows of the stated and the true precision at each margin."""
    rows = candidates_of(work)
    rows = rows[rows["models"] == models]
    rows = rows.assign(truth=pd.Series(map(truth, rows.itertuples()), index=rows.index, dtype=object))
    decided = rows[rows["truth"].notna()]
    stated_at = {precision.margin: precision for precision in done.precision}
    table: list[tuple[str | int | float, ...]] = []
    for margin in MARGINS:
        precision, passed = stated_at[margin], decided[decided["nats"] >= margin]
        right = int((passed["answer"] == passed["truth"]).sum())
        apart = int((passed["truth"] == "none").sum())
        stated = (
            f"{precision.right / precision.passed:.2%} [{precision.low:.1%}, {precision.high:.1%}]"
            if precision.passed
            else "-"
        )
        true = f"{right / len(passed):.2%}" if len(passed) else "-"
        applies = f"{right / (len(passed) - apart):.2%}" if len(passed) > apart else "-"
        table.append((name, f"{margin:g}", stated, len(passed), right, true, apart, applies))
    return table


def balanced(name: str, done: Paired) -> tuple[str | int | float, ...]:
    """Return a row on the balance of a recipe that requests a precision."""
    used = next((f"{precision.margin:g}" for precision in done.precision if precision.used), "none")
    before, after = done.steps[0], done.steps[-1]
    return name, used, before.items, before.kept, after.annotated, after.kept - after.annotated


def main(pictures: int, names: list[str], corpora: Path | None) -> None:
    """Print the section."""
    precision: list[tuple[str | int | float, ...]] = []
    kept: list[tuple[str | int | float, ...]] = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        root = folder / "easy-vqa"
        lay_out(pictures, root)
        for base in names:
            nlvr = base == "nlvr"
            changes = {"splits": ["dev"]} if nlvr else {"path": str(root), "splits": ["test"]}
            for title, models in MODELS.items():
                name, work = f"{base}, {title}", folder / f"{base}-{len(models)}"
                say(name)
                heard = plan(base, changes, models, margin=min(MARGINS), accuracy=0.0 if nlvr else 0.8)
                done = pairs(heard, corpora=corpora, work=work)
                truth = told(work) if nlvr else drawn(work, root)
                precision += compared(name, done, work, truth, len(models))
                strict = pairs(plan(base, changes, models, precision=WANTED), corpora=corpora, work=work)
                kept.append(balanced(name, strict))
    head = ("corpus, judges", "margin", "stated", "verified", "right", "precision", "not applicable", "else")
    print(
        section(
            "Verified answers",
            f"The first {pictures} pictures of easy-VQA's test split; one model is reference:llava-natural, two are "
            "reference:llava-balanced and reference:qwen-balanced. Stated: share of claims about held-out annotated "
            "items that pass at the margin and are right. Verified: candidates that pass at the margin, and whose true "
            "answer is known from what is drawn. A question is not applicable if it takes something for granted that "
            'is not there, such as "what is the teal shape?" about a red one; the last column leaves these out.',
            Table(head, precision),
            f"With `precision: {WANTED}` in place of a margin:",
            Table(("corpus, judges", "margin", "items", "balanced before", "annotated with", "added"), kept),
        )
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=int, default=150)
    parser.add_argument("--recipes", nargs="+", default=["easy-vqa-yes-no"])
    parser.add_argument("--corpora", type=Path)
    given = parser.parse_args()
    main(given.pictures, given.recipes, given.corpora)
