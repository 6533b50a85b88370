"""Answers that models verify about other images, against what is drawn there: is precision what the build says it is?

    python -m benchmarks.verified [--pictures 150] [--recipes easy-vqa-yes-no easy-vqa nlvr --corpora corpora]

The first pictures of easy-VQA's test split, with their yes/no questions or, by the recipe `easy-vqa`, with all of them:
a figure that gives every pixel of a picture again says what is drawn, and so what the answer is. The recipe `nlvr`
needs the corpora folder: of its development split the scenes are published. The models that ship cannot read its
statements; they are heard against the rule (`accuracy: 0`) to see whether the precision that is stated shows it.
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
from twokeys.builder.pair.generators.easy_vqa.questions import asked
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
"""A row of a candidate -> the true answer; None if the question does not apply, or nobody knows."""


# ----------------------------------------------------------------------------------------------------------- corpora


def lay_out(number: int, to: Path) -> None:
    """Copy the first pictures of easy-VQA's test split with their questions."""
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
    """A shipped recipe with retrieved partners that models verify, and without baselines that cost time."""
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
    """What easy-VQA's pictures show tells the answer."""
    pictures = pd.concat(map(pd.read_parquet, work.glob("pictures-*/part-*.parquet")))
    place = dict(zip(pictures["image_key"], pictures["image"], strict=True))
    found: dict[str, Any] = {}

    def truth(row: Any) -> str | None:
        if row.image_key not in found:
            data = (root / place[row.image_key].removeprefix("file:")).read_bytes()
            found[row.image_key] = read(pixels_of(data))
        drawing, what = found[row.image_key], asked(row.question)
        return None if drawing is None or what is None else what.answer(drawing.colour, drawing.figure.shape) or "none"

    return truth


def told(work: Path) -> Truth:
    """NLVR's published scenes tell whether a statement holds."""
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
    """Candidates with the smallest margin of any model, of the original and of the candidate."""
    (folder,) = work.glob("pair-*")
    items = pd.concat(map(pd.read_parquet, work.glob("items-*/items.parquet"))).set_index("id")
    sound = pd.read_parquet(folder / "sound.parquet").rename(columns={"image": "image_key", "scores": "edit_scores"})
    sound = sound.assign(question=sound["of"].astype(str).map(items["question"]))
    columns = ["question", "image_key", "answer", "edit_scores"]
    rows = pd.concat([table[columns].astype(object) for table in (sound, pd.read_parquet(folder / "refused.parquet"))])
    scored = rows[rows["edit_scores"].notna()].reset_index(drop=True)
    margins = [json.loads(text)["margins"] for text in scored["edit_scores"]]
    lowest = [
        min(min(said.get(side, -1e9) for side in ("original", "partner")) for said in of.values()) for of in margins
    ]
    number = [len(of) for of in margins]
    return scored.assign(nats=lowest, models=number)


def compared(name: str, found: Paired, work: Path, truth: Truth, models: int) -> list[tuple[str | int | float, ...]]:
    """Stated and true precision at each margin."""
    rows = candidates_of(work)
    rows = rows[rows["models"] == models]
    rows = rows.assign(truth=pd.Series(map(truth, rows.itertuples()), index=rows.index, dtype=object))
    known = rows[rows["truth"].notna()]
    told_of = {one.margin: one for one in found.precision}
    table: list[tuple[str | int | float, ...]] = []
    for margin in MARGINS:
        one, passed = told_of[margin], known[known["nats"] >= margin]
        right = int((passed["answer"] == passed["truth"]).sum())
        apart = int((passed["truth"] == "none").sum())
        stated = f"{one.right / one.passed:.2%} [{one.low:.1%}, {one.high:.1%}]" if one.passed else "-"
        true = f"{right / len(passed):.2%}" if len(passed) else "-"
        applies = f"{right / (len(passed) - apart):.2%}" if len(passed) > apart else "-"
        table.append((name, f"{margin:g}", stated, len(passed), right, true, apart, applies))
    return table


def balanced(name: str, found: Paired) -> tuple[str | int | float, ...]:
    """What a recipe that asks for precision balances."""
    used = next((f"{one.margin:g}" for one in found.precision if one.used), "none")
    before, after = found.steps[0], found.steps[-1]
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
                found = pairs(heard, corpora=corpora, work=work)
                truth = told(work) if nlvr else drawn(work, root)
                precision += compared(name, found, work, truth, len(models))
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
