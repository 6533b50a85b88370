"""Paraphrases in one wording: their effect if several corpora are read as one, and a list of all pairs of wordings.

    TWOKEYS_CORPORA=path/to/corpora python -m benchmarks.wordings [RECIPE ...] [--list]

The corpora of the recipes (by default POPE, GQA-OOD and 60,000 questions of VQA v2) are read as separate sets and as
one set; only the names of images are used.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from twokeys.builder.pair.wording import plain
from twokeys.builder.pairs import PairStep, pairs
from twokeys.builder.read.source import find
from twokeys.builder.read.stage import read
from twokeys.builder.recipe import Balance, Measure, Pair, Recipe, RuleUse, load
from twokeys.builder.run.stages import Run
from twokeys.data_cards.tables import count, markdown, percent

NAMES = ("pope", "gqa-ood", "vqa-v2-60k")
HEADER = ("read", "added", "items", "question ceiling", "image ceiling", "balanced", "annotated of them")


def pooled(names: list[str], apart: bool, mined: bool) -> Recipe:
    """Return one recipe with the corpora of several recipes, and the cheapest measurements."""
    corpora = [corpus for name in names for corpus in load(name).corpora]
    return Recipe(
        name="pooled",
        title="Corpora read together",
        language=["en"],
        corpora=[corpus.model_copy(update={"images": "names", "group_by": ["image"]}) for corpus in corpora],
        rules=[RuleUse.model_validate("duplicate-item")],
        measure=Measure(baselines=["question.prior"]),
        pair=Pair(mined=["paraphrases"] if mined else []),
        balance=Balance(within=["source"] if apart else []),
    )


def row(read_as: str, step: PairStep) -> tuple[str, ...]:
    """Return one row of the table."""
    ceilings = percent(step.question_ceiling), percent(step.image_ceiling)
    return read_as, step.name, count(step.items), *ceilings, count(step.kept), count(step.annotated)


def wordings(names: list[str], corpora: Path, work: Path) -> list[tuple[str, str]]:
    """Return pairs of questions of the source that are published in one wording."""
    recipe = pooled(names, apart=False, mined=False)
    items = read(Run(work), recipe, [find(corpus, corpora) for corpus in recipe.corpora]).items
    same_words: dict[str, list[str]] = {}
    for text in sorted(set(items["question"])):
        same_words.setdefault(plain(text), []).append(text)
    return [(first, other) for first, *others in same_words.values() for other in others]


def main(names: list[str], listed: bool) -> str:
    """Return the table, or the pairs."""
    corpora = Path(os.environ["TWOKEYS_CORPORA"])
    with TemporaryDirectory() as folder:
        if listed:
            of_one_wording = wordings(names, corpora, Path(folder))
            return "\n".join(
                [*(f"{first} | {other}" for first, other in of_one_wording), f"{count(len(of_one_wording))} pairs"]
            )
        rows = []
        for read_as, apart in (("apart", True), ("as one", False)):
            recipe = pooled(names, apart, mined=not apart)
            steps = pairs(recipe, corpora=corpora, work=Path(folder) / read_as).steps
            rows += [row(read_as, step) for step in (steps[:1] if apart else steps[:2])]
    return markdown(HEADER, rows)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", default=list(NAMES), metavar="RECIPE")
    parser.add_argument("--list", action="store_true", dest="listed")
    given = parser.parse_args()
    sys.stdout.write(main(given.names, given.listed) + "\n")
