"""Ways to select a set without shortcuts, tested by adversaries that none of them used.

    TWOKEYS_CORPORA=path/to/corpora python -m benchmarks.audited vqa-rad sugarcrepe

Our selection bounds the adversaries `SELECT` from both sides. The published methods get the same features and select
sets of the same size. The adversaries `CERTIFY` are of other families. They are fitted again with other folds, on each
set and on the items that it leaves out. Writes `docs/selection.md`; the rows of recipes that are not named stay.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.published_ways import aflite, iterative_bias_pruning, random_removal, symmetric_grid
from benchmarks.rows import replace as replace_rows
from twokeys.builder.certify.audited.adversaries import Adversaries
from twokeys.builder.certify.audited.bounds import Answers, Bools, Floats
from twokeys.builder.certify.audited.cells import cells
from twokeys.builder.certify.audited.certificate import verdicts_of
from twokeys.builder.certify.audited.draws import both, first_bounds
from twokeys.builder.certify.audited.evidence import Evidence, TrainedOn
from twokeys.builder.certify.audited.labels import Labels
from twokeys.builder.certify.audited.selection import choose, ties
from twokeys.builder.certify.audited.strata import strata
from twokeys.builder.certify.audited.verdict import Verdict
from twokeys.builder.certify.audited.weighing import TestedSet
from twokeys.builder.certify.audited.whole import wholes
from twokeys.builder.measure.baselines import baselines
from twokeys.builder.measure.lexical import text_features
from twokeys.builder.measure.survey import Survey, locate, survey
from twokeys.builder.read.stage import read
from twokeys.builder.recipe import Audited
from twokeys.builder.recipe import load as recipe_named
from twokeys.builder.run.engines import engine
from twokeys.builder.run.stages import Run
from twokeys.core.items import digest
from twokeys.data_cards.tables import count, interval, percent

RESULTS = Path(__file__).parent.parent / "docs" / "selection.md"
SELECT = ["question.prior", "question.neighbours", "question.forest", "image.probe"]
CERTIFY = ["question.tfidf", "question.order", "image.convnet", "image.metadata"]
OPTIONS_SELECT = ["choices.prior", "choices.neighbours", "choices.forest", "choices.tfidf"]
OPTIONS_CERTIFY = ["choices.order", "choices.lm", "choices.lm_fitted"]
SPLITS = {"gqa-ood": ["testdev_head", "testdev_tail"]}
"""Splits to read, if not all are read."""
COLUMNS = (
    "recipe", "selected by", "items", "held-out adversary", "fitted on", "accuracy [95 %]", "chance, guess",
    "verdict on the view", "by split",
)  # fmt: skip
HEAD = f"""# Selection for the audited tier against published methods

Open questions: selection by {", ".join(SELECT)}; tested by {", ".join(CERTIFY)}. Two options: selection by
{", ".join(OPTIONS_SELECT)}; tested by {", ".join(OPTIONS_CERTIFY)}. The adversaries that test are of families that
selection never used. They are fitted with folds of another seed on each set, and on the items that it leaves out,
unless they are not fitted at all. Published methods get the same items and are brought to our size; AFLite is left
out if there are more than 20 answers. The margin is {{margin}} points, on both sides of chance: an adversary below
chance found a cue, too. The verdict is that of the view by these adversaries alone, without planted cues, so that no
set of this table is certified by it. Intervals are clustered by group and allow for cross-fitting. Of corpora with
more than 8,000 items a sample of whole groups was taken, of VQA v2 2,500 items. To reproduce the table, or the rows
of some recipes, run

```bash
TWOKEYS_CORPORA=path/to/corpora python -m benchmarks.audited gqa-ood vqa-rad sugarcrepe
TWOKEYS_CORPORA=path/to/corpora python -m benchmarks.audited vqa-v2-60k --items 2500
```

"""


def sets(panel: Adversaries, items_survey: Survey, select: list[str], margin: float) -> Iterator[tuple[str, Bools]]:
    """Yield all items, our selection, and the published methods at our size."""
    items, labels = panel.items, panel.labels
    everything = np.ones(len(items), dtype=bool)
    yield "nothing: all items", everything

    def ask(keep: Bools) -> list[Answers]:
        return both(keep, lambda on_removed=False: panel.ask(select, keep, 0, on_removed))

    bounds = first_bounds(cells(items, items_survey.represent, 0), labels, labels.given, margin)
    weight, parts = ties(np.ones(len(items)), items["id"].tolist()), list(strata(items).values())
    ours = choose(ask, margin, 8, weight, bounds, parts, wholes(items)).keep
    size = int(ours.sum())
    yield "twokeys", ours
    yield "random removal", random_removal(len(items), size)
    options = bool((items["choices"].map(len) == 2).all())
    lexical, vectors = features(panel, items_survey, options)
    gold = labels.given if options else labels.gold(labels.given)
    batch = max(50, (len(items) - size) // 10)
    yield "IBP", iterative_bias_pruning(lexical, gold, labels.group, labels.kind, size, batch=batch, trees=50)
    if len(np.unique(gold)) <= 20:
        yield "AFLite", aflite(vectors, gold, size, partitions=16, slice_size=0.1)
    if (items["choices"].map(len) == 2).all():
        first, second = (2 * items[f"{name}.p_gold"].to_numpy(dtype=float) - 1 for name in select[:2])
        yield "symmetric grid (its own size)", symmetric_grid(first, second)


def features(panel: Adversaries, items_survey: Survey, options: bool) -> tuple[Floats, Floats]:
    """Return plain features and embeddings, (n, d): of the question, or of one of two options minus the other."""
    if not options:
        lexical, embedding = (
            items_survey.represent.column(f"question.{kind}", panel.items) for kind in ("lexical", "embedding")
        )
        return np.stack(list(lexical)).astype(float), np.stack(list(embedding)).astype(float)
    sides = [panel.items["choices"].str[side] for side in (0, 1)]
    lexical_sides = [text_features(side.tolist()) for side in sides]
    texts = pd.Series(pd.unique(pd.concat(sides)))
    embeddings = items_survey.represent.texts("choices", dict(zip(texts, texts, strict=True)))
    vectors = [embeddings.vectors[embeddings.of(side)] for side in sides]
    return (lexical_sides[0] - lexical_sides[1]).astype(float), (vectors[0] - vectors[1]).astype(float)


def judged(
    panel: Adversaries, select: list[str], certify: list[str], keep: Bools, margin: float
) -> list[tuple[Evidence, Verdict, str]]:
    """Return the held-out adversaries on a set, with the verdict on their view, and their scores on every split."""
    tested = TestedSet.of(panel.items, keep, Audited(margin=margin, select=select, certify=certify), 0.95, 0)
    weighed = [tested.constant()]
    for answers in both(keep, lambda on_removed=False: panel.ask(certify, keep, 1, on_removed)):
        learns = baselines()[answers.name].fits
        if (keep & answers.applies).any() and (learns or not answers.on_removed):
            trained_on: TrainedOn = "nothing" if not learns else "removed" if answers.on_removed else "set"
            weighed.append(tested.weigh(answers, trained_on))
    views = list(dict.fromkeys(adversary.whole.view for adversary in weighed))
    verdicts = {verdict.view: verdict for verdict in verdicts_of(views, weighed, margin, 0.05, {})}
    results = []
    for adversary in weighed:
        splits = [
            f"{name.partition('=')[2]} {percent(part.accuracy)} (chance {percent(part.chance)})"
            for name, part in adversary.parts.items()
            if name.startswith("split=")
        ]
        results.append((adversary.whole, verdicts[adversary.whole.view], ", ".join(splits)))
    return results


def sample(items: pd.DataFrame, most: int) -> pd.DataFrame:
    """Return whole groups, in the order of the hashes of their names, until there are enough items."""
    names = sorted(items["group"].unique(), key=lambda name: digest("sample", str(name)))
    sizes = items["group"].value_counts()
    chosen = set(names[: int((sizes[names].cumsum() <= most).sum())])
    return items[items["group"].isin(chosen)].reset_index(drop=True)


def rows(name: str, corpora: Path | None, out: Path, margin: float, most: int) -> Iterator[tuple[str, ...]]:
    """Yield the rows of all ways on one recipe."""
    work = out / f".{name}.run"
    run = Run(work, engine("process", work))
    recipe = recipe_named(name)
    if name in SPLITS:
        recipe = recipe.model_copy(update={"corpora": [recipe.corpora[0].model_copy(update={"splits": SPLITS[name]})]})
    sources = locate(recipe, corpora)
    items_survey = survey(run, recipe, sources, read(run, recipe, sources))
    items_survey = replace(items_survey, items=sample(items_survey.items, most))
    options = (items_survey.items["choices"].map(len) > 0).all()
    select, certify = (OPTIONS_SELECT, OPTIONS_CERTIFY) if options else (SELECT, CERTIFY)
    key = digest("benchmark", items_survey.key, str(most))
    panel = Adversaries(
        run, items_survey.items, Labels.of(items_survey.items), recipe.measure, items_survey.represent.reads, key
    )
    for way, keep in sets(panel, items_survey, select, margin):
        for evidence, verdict, parts in judged(panel, select, certify, keep, margin):
            low, high = (evidence.chance + end for end in evidence.interval)
            accuracy = f"{percent(evidence.accuracy)} {interval(max(low, 0), min(high, 1))}"
            size = count(int(keep.sum()))
            level = f"{percent(evidence.chance)}, {percent(evidence.guess)}"
            yield name, way, size, evidence.adversary, evidence.trained_on, accuracy, level, verdict.outcome, parts


def main() -> None:
    """Run the named recipes and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("recipes", nargs="*", default=["gqa-ood", "vqa-rad", "sugarcrepe", "vqa-v2-60k"])
    parser.add_argument("--items", type=int, default=8_000, help="Larger corpora are sampled, by whole groups.")
    parser.add_argument("--out", type=Path, default=Path("out"))
    parser.add_argument("--margin", type=float, default=0.05)
    arguments = parser.parse_args()
    corpora = Path(os.environ["TWOKEYS_CORPORA"]) if "TWOKEYS_CORPORA" in os.environ else None
    head = HEAD.format(margin=f"{100 * arguments.margin:g}")
    for name in arguments.recipes:
        measured = list(rows(name, corpora, arguments.out, arguments.margin, arguments.items))
        replace_rows(RESULTS, head, COLUMNS, name, measured)


if __name__ == "__main__":
    main()
